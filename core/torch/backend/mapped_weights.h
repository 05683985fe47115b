// TorchScript archives whose large weights stay in the file until somebody looks at them.
#pragma once

#include "base/mapped_file.h"

#include <filesystem>
#include <memory>
#include <torch/script.h>

namespace strata::torch_module {

struct LoadedArchive {
    torch::jit::Module module;
    /// Where the weights are that were left in the file; null when all were read.
    std::shared_ptr<const MappedFile> weights;
};

/// Loads a module on the CPU. Weights of at least a few pages are not read: their storages point
/// into a private mapping of the file (writing to them changes this process's copy only), which the
/// storages keep alive. Archives in which code runs while loading are read as LibTorch reads them.
/// Throws LibTorch's exceptions.
LoadedArchive load_with_mapped_weights(const std::filesystem::path& path);

/// The file that a storage points into; null for memory.
const MappedFile* mapped_file_of(const c10::Storage& storage);

} // namespace strata::torch_module
