// Operators that files of newer PyTorch versions name and an older LibTorch does not have.
#pragma once

namespace strata::torch_module {

/// Defines those that are missing, once. Must run before the first file is loaded: TorchScript
/// refuses code with unknown operators. Where a kernel can be stated in other operators, there is
/// one, so that such models run too.
void define_missing_schemas();

} // namespace strata::torch_module
