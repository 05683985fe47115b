// TorchScript archives whose large weights stay in the file until somebody looks at them.
#pragma once

#include <string>
#include <torch/script.h>

namespace strata::torch_module {

/// Loads a module on the CPU. Weights of at least a few pages are not read: their storages point
/// into a private mapping of the file (writing to them changes this process's copy only), which the
/// storages keep alive. Archives in which code runs while loading are read as LibTorch reads them.
/// Throws LibTorch's exceptions.
torch::jit::Module load_with_mapped_weights(const std::string& path);

} // namespace strata::torch_module
