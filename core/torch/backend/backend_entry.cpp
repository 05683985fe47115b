// The module's one exported function.
#include "fx_interpreter.h"
#include "program_reader.h"
#include "runnable.h"
#include "torch/module_abi.h"
#include "torch_compat.h"

namespace strata::torch_module {
namespace {

class LibTorchBackend final : public TorchBackend {
public:
    std::string version() const override { return libtorch_version(); }
    Result<std::shared_ptr<Program>> load_program(const std::filesystem::path& path,
                                                  const TorchLoadOptions& options,
                                                  TaskContext& task) override
    {
        return read_program(path, options, task);
    }
    Result<std::unique_ptr<RunnableModule>> load_runnable(const std::filesystem::path& path,
                                                          TaskContext& task) override
    {
        return read_runnable(path, task);
    }
    Result<RecordedRun> record_run(const Program& program, const std::vector<RunInput>& inputs,
                                   const RecordOptions& options, TaskContext& task) override
    {
        return run_recorded(program, inputs, options, task);
    }
};

} // namespace
} // namespace strata::torch_module

extern "C" __attribute__((visibility("default"))) strata::TorchBackend*
strata_torch_backend(int abi_version)
{
    static strata::torch_module::LibTorchBackend backend;
    return abi_version == strata::torch_module::abi_version ? &backend : nullptr;
}
