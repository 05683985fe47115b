#include "runnable.h"

#include "failures.h"
#include "missing_schemas.h"
#include "program_reader.h"
#include "torch_compat.h"
#include "torch_tensors.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace strata::torch_module {
namespace {

/// Hands flat tensors out to the arguments of a signature, depth first.
class InputReader {
public:
    explicit InputReader(const std::vector<Tensor>& inputs) : m_inputs(inputs) {}

    std::size_t left() const { return m_inputs.size() - m_next; }

    c10::IValue read(const c10::TypePtr& type, const std::string& name)
    {
        switch (type->kind()) {
        case c10::TypeKind::OptionalType:
            if (left() == 0)
                return {};
            return read(type->castRaw<c10::OptionalType>()->getElementType(), name);
        case c10::TypeKind::TupleType: {
            std::vector<c10::IValue> items;
            for (const c10::TypePtr& element : type->containedTypes())
                items.push_back(read(element, name));
            return c10::ivalue::Tuple::create(std::move(items));
        }
        case c10::TypeKind::ListType: {
            // A list takes all that is left: its length is not part of the signature.
            const c10::TypePtr element = type->castRaw<c10::ListType>()->getElementType();
            c10::impl::GenericList items(element);
            while (left() > 0)
                items.push_back(read(element, name));
            return items;
        }
        case c10::TypeKind::IntType:
            return next(name).item<std::int64_t>();
        case c10::TypeKind::FloatType:
            return next(name).item<double>();
        case c10::TypeKind::BoolType:
            return next(name).item<bool>();
        case c10::TypeKind::TensorType:
            return next(name);
        default:
            stop(ErrorCode::Usage,
                 fmt::format("The input '{}' is of type {}, which cannot be given as tensors.",
                             name, type->annotation_str()));
        }
    }

private:
    at::Tensor next(const std::string& name)
    {
        if (left() == 0)
            stop(ErrorCode::Usage,
                 fmt::format("{} inputs were given and the model wants more: '{}' has none.",
                             m_inputs.size(), name));
        Result<at::Tensor> tensor = copy_to_torch(m_inputs[m_next++]);
        if (!tensor)
            throw Stop{std::move(tensor).error()};
        return *std::move(tensor);
    }

    const std::vector<Tensor>& m_inputs;
    std::size_t m_next = 0;
};

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

class LoadedModule final : public RunnableModule {
public:
    explicit LoadedModule(torch::jit::Module module) : m_module(std::move(module)) {}

    Result<std::vector<Tensor>> run(const std::vector<Tensor>& inputs, TaskContext& task) override
    {
        return guarded("The model failed while running",
                       [&]() -> Result<std::vector<Tensor>> {
                           STRATA_CHECK(task.poll());
                           const at::NoGradGuard no_gradients;
                           const c10::IValue result = m_module.forward(arguments(inputs));
                           std::vector<Tensor> outputs;
                           flatten(result, outputs);
                           return outputs;
                       })
            .map_error([](Error error) {
                if (error.code == ErrorCode::CannotRead)
                    error.code = ErrorCode::CannotExport;
                return error;
            });
    }

private:
    std::vector<c10::IValue> arguments(const std::vector<Tensor>& inputs)
    {
        const c10::FunctionSchema& schema = m_module.get_method("forward").function().getSchema();
        InputReader reader(inputs);
        std::vector<c10::IValue> arguments;
        for (std::size_t i = 1; i < schema.arguments().size(); ++i) {
            const c10::Argument& argument = schema.arguments()[i];
            if (reader.left() == 0 && argument.default_value())
                arguments.push_back(*argument.default_value());
            else
                arguments.push_back(reader.read(argument.type(), argument.name()));
        }
        if (reader.left() > 0)
            stop(ErrorCode::Usage, fmt::format("{} inputs were given and the model takes {}.",
                                               inputs.size(), inputs.size() - reader.left()));
        return arguments;
    }

    torch::jit::Module m_module;
};

} // namespace

Result<std::unique_ptr<RunnableModule>> read_runnable(const std::filesystem::path& path,
                                                      TaskContext& task)
{
    return guarded(reading_subject(path), [&]() -> Result<std::unique_ptr<RunnableModule>> {
        task.begin("load");
        STRATA_CHECK(task.poll());
        define_missing_schemas();
        torch::jit::Module module = load_module(path.string());
        module.eval();
        return std::make_unique<LoadedModule>(std::move(module));
    });
}

} // namespace strata::torch_module
