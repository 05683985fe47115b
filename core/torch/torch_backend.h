// The torch-free face of LibTorch. The implementation is a module (libstrata_torch.so,
// core/torch/backend) that is loaded on first use, because starting LibTorch costs 0.3 s and 150
// MB.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/program.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace strata {

/// A loaded TorchScript module that can be run. Not thread-safe.
class RunnableModule {
public:
    virtual ~RunnableModule() = default;
    /// Runs forward in eval mode, without gradients, on the inputs in order of the program's
    /// placeholders; nested outputs are flattened depth first. Returned tensors share LibTorch's
    /// memory.
    virtual Result<std::vector<Tensor>> run(const std::vector<Tensor>& inputs,
                                            TaskContext& task) = 0;
};

struct TorchLoadOptions {
    std::string method = "forward";
};

class TorchBackend {
public:
    virtual ~TorchBackend() = default;
    virtual std::string version() const = 0;
    /// Reads a TorchScript file into a Program. Tensors share LibTorch's storages; nothing is
    /// copied.
    virtual Result<std::shared_ptr<Program>> load_program(const std::filesystem::path& path,
                                                          const TorchLoadOptions& options,
                                                          TaskContext& task) = 0;
    virtual Result<std::unique_ptr<RunnableModule>> load_runnable(const std::filesystem::path& path,
                                                                  TaskContext& task) = 0;
};

/// Loads the module on first call (thread-safe) and keeps it. Fails with MissingFeature when Strata
/// was built without LibTorch or the module or LibTorch itself cannot be found; the message says
/// how to get it. It is searched in $STRATA_TORCH_MODULE, beside strata_core, and in the library
/// folder of the build.
Result<TorchBackend*> torch_backend();
/// True once LibTorch has been loaded into this process.
bool torch_backend_loaded();

} // namespace strata
