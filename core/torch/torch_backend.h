// The torch-free face of LibTorch. The implementation is a module (libstrata_torch.so,
// core/torch/backend) that is loaded on first use, because starting LibTorch costs 0.3 s and 150
// MB.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/execution_trace.h"
#include "ir/program.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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
    /// As run(), with the flat names of fx_expand_inputs.h: inputs may come in any order, arguments
    /// with a default value may be left out, and lists and dicts are put together again. By
    /// position where some input has no name or one that the signature does not know.
    virtual Result<std::vector<Tensor>> run_named(const std::vector<SampleTensor>& inputs,
                                                  TaskContext& task) = 0;
};

struct RecordOptions {
    /// Most bytes that the run's tensors may take beside the weights; 0: three quarters of what the
    /// machine has free.
    std::uint64_t memory_limit = 0;
    std::size_t record_limit = 2'000'000; ///< executed nodes, iterations of loops included
    bool time = false;                    ///< measure every operator
    bool statistics = false;              ///< of every operator's first output
    /// Nodes whose first output is returned as it was when they ran, if it is a plain tensor.
    std::vector<FxNodeId> keep;
};

/// A run of a program, and what it returned.
struct RecordedRun {
    ExecutionTrace trace;
    std::vector<Tensor> outputs;                   ///< nested ones flattened depth first
    std::vector<std::pair<FxNodeId, Tensor>> kept; ///< of every execution, in order
};

/// What one placeholder gets: its tensors, nested ones flattened depth first (numbers as rank-0
/// tensors). Nothing: its default value, or None.
using RunInput = std::optional<std::vector<Tensor>>;

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
    /// Runs a program's FX graph operator by operator on LibTorch, and records what it does.
    /// Deterministic: random operators start from a fixed seed and are listed. Operators that touch
    /// files or the network are refused. The program's tensors are never written to. Cancelled
    /// between operators. Fails with CannotExport where an operator fails, with its module and
    /// Python line.
    virtual Result<RecordedRun> record_run(const Program& program,
                                           const std::vector<RunInput>& inputs,
                                           const RecordOptions& options, TaskContext& task) = 0;
};

/// Loads the module on first call (thread-safe) and keeps it. Fails with MissingFeature when Strata
/// was built without LibTorch or the module or LibTorch itself cannot be found; the message says
/// how to get it. It is searched in $STRATA_TORCH_MODULE, beside strata_core, and in the library
/// folder of the build.
Result<TorchBackend*> torch_backend();
/// True once LibTorch has been loaded into this process.
bool torch_backend_loaded();

} // namespace strata
