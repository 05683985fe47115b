// Second names of operators.
#pragma once

#include <span>
#include <string_view>

namespace strata::ops {

/// An operator that PyTorch has under two names, with the same arguments in the same order.
struct Alias {
    std::string_view name;   ///< "aten::special_expit"
    std::string_view target; ///< "aten::sigmoid": a line of some family
};

/// Names that torch.export keeps and TorchScript's compiler mostly replaces, and the `_copy` forms
/// of views, which are the same without storage.
std::span<const Alias> aliases();

} // namespace strata::ops
