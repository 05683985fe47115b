#include "runnable.h"

#include "failures.h"
#include "input_packer.h"
#include "mapped_weights.h"
#include "missing_schemas.h"
#include "program_reader.h"
#include "torch_tensors.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace strata::torch_module {
namespace {

void flatten(const c10::IValue& value, std::vector<Tensor>& outputs)
{
    if (value.isTensor()) {
        outputs.push_back(share_tensor(value.toTensor()));
    } else if (value.isTuple()) {
        for (const c10::IValue& item : value.toTupleRef().elements())
            flatten(item, outputs);
    } else if (value.isList()) {
        for (const c10::IValue& item : value.toListRef())
            flatten(item, outputs);
    } else if (value.isGenericDict()) {
        for (const auto& entry : value.toGenericDict())
            flatten(entry.value(), outputs);
    } else if (value.isScalar()) {
        outputs.push_back(share_tensor(at::scalar_tensor(
            value.toScalar(), at::TensorOptions().dtype(value.isInt()    ? at::kLong
                                                        : value.isBool() ? at::kBool
                                                                         : at::kDouble))));
    }
}

/// What the modules hold besides submodules and parameters: each run starts with it, as the
/// exported file does.
class State {
public:
    explicit State(const torch::jit::Module& root)
    {
        for (const torch::jit::Module& module : root.modules()) {
            const c10::intrusive_ptr<c10::ivalue::Object> object = module._ivalue();
            const auto type = object->type();
            for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
                const c10::IValue value = object->getSlot(slot);
                if (value.isObject() || type->is_parameter(slot))
                    continue;
                // A changed list has other contents, a tensor that is written another version.
                const bool container = value.isList() || value.isGenericDict();
                const bool tensor = value.isTensor() && value.toTensor().defined();
                m_held.push_back({object, slot, container || tensor ? value.deepcopy() : value});
            }
        }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State()
    {
        for (const Held& held : m_held)
            held.object->setSlot(held.slot, held.value);
    }

private:
    struct Held {
        c10::intrusive_ptr<c10::ivalue::Object> object;
        std::size_t slot;
        c10::IValue value;
    };
    std::vector<Held> m_held;
};

class LoadedModule final : public RunnableModule {
public:
    explicit LoadedModule(LoadedArchive archive)
        : m_module(std::move(archive.module)),
          m_weights(std::move(archive.weights))
    {}

    Result<std::vector<Tensor>> run(const std::vector<Tensor>& inputs, TaskContext& task) override
    {
        std::vector<SampleTensor> unnamed;
        for (const Tensor& input : inputs)
            unnamed.push_back({{}, input});
        return run_named(unnamed, task);
    }

    Result<std::vector<Tensor>> run_named(const std::vector<SampleTensor>& inputs,
                                          TaskContext& task) override
    {
        return guarded("The model failed while running",
                       [&]() -> Result<std::vector<Tensor>> {
                           STRATA_CHECK(task.poll());
                           STRATA_CHECK(check_weights());
                           const at::NoGradGuard no_gradients;
                           const State before(m_module);
                           const c10::FunctionSchema& schema =
                               m_module.get_method("forward").function().getSchema();
                           const c10::IValue result = m_module.forward(pack_inputs(schema, inputs));
                           std::vector<Tensor> outputs;
                           flatten(result, outputs);
                           STRATA_CHECK(check_weights());
                           return outputs;
                       })
            .map_error([](Error error) {
                if (error.code == ErrorCode::CannotRead)
                    error.code = ErrorCode::CannotExport;
                return error;
            });
    }

private:
    /// LibTorch reads the weights from the file while it runs.
    Status check_weights() const { return m_weights ? m_weights->check() : Status{}; }

    torch::jit::Module m_module;
    std::shared_ptr<const MappedFile> m_weights;
};

} // namespace

Result<std::unique_ptr<RunnableModule>> read_runnable(const std::filesystem::path& path,
                                                      TaskContext& task)
{
    return guarded(reading_subject(path), [&]() -> Result<std::unique_ptr<RunnableModule>> {
        task.begin("load");
        STRATA_CHECK(task.poll());
        define_missing_schemas();
        LoadedArchive archive = load_with_mapped_weights(path);
        archive.module.eval();
        return std::make_unique<LoadedModule>(std::move(archive));
    });
}

} // namespace strata::torch_module
