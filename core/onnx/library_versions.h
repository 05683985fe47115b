// What the installed ONNX library knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace strata {

/// The newest opset version of a domain ("" is ai.onnx) whose schemas libonnx has; nothing for
/// domains that it does not know at all.
std::optional<std::int64_t> newest_known_opset(const std::string& domain);

} // namespace strata
