// Which operators torch.fx would show as call_method: those that exist only as methods of Tensor.
#pragma once

#include <string_view>

namespace strata {

/// `target` is normalised: "aten::view", "aten::add_.Tensor". In-place operators are methods too.
bool is_method_target(std::string_view target);

} // namespace strata
