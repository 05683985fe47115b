// Python literals, as PyTorch writes them into metadata.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// repr() of a string: single quotes, double quotes when the text has single ones only; control
/// characters escaped. UTF-8 stays as it is.
std::string python_repr(std::string_view text);
/// repr() of a float: the shortest digits that give the same number; "1e-05", "1.0", "inf".
std::string python_repr(double number);
/// "['a', 'b']".
std::string python_list(std::span<const std::string> items);
/// The strings of a list literal; nothing when the text is not exactly one list of strings.
std::optional<std::vector<std::string>> parse_python_list(std::string_view text);

} // namespace strata
