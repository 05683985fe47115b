// Calls of operators, and TorchScript's constructs that are not operators.
#include "failures.h"
#include "fx_interpreter.h"
#include "recorded_values.h"

#include <ATen/ATen.h>
#include <chrono>
#include <fmt/format.h>
#include <string_view>

namespace strata::torch_module {
namespace {

using Values = std::vector<c10::IValue>;

bool is_instance(const c10::IValue& value, const std::string& type)
{
    if (type == "Tensor")
        return value.isTensor();
    if (type == "int")
        return value.isInt();
    if (type == "float")
        return value.isDouble();
    if (type == "bool")
        return value.isBool();
    if (type == "str")
        return value.isString();
    if (type == "NoneType" || type == "None")
        return value.isNone();
    return type_of_value(value)->annotation_str() == type;
}

/// tensor.tolist() as the type that the code declares.
c10::IValue to_list(const at::Tensor& tensor, const FxType& type)
{
    if (type.kind != FxType::Kind::List) {
        if (type.kind == FxType::Kind::Int)
            return tensor.item<std::int64_t>();
        if (type.kind == FxType::Kind::Bool)
            return tensor.item<bool>();
        return tensor.item<double>();
    }
    const FxType element =
        type.elements.empty() ? FxType::of(FxType::Kind::Float) : type.elements[0];
    c10::impl::GenericList list(torch_type(element));
    for (std::int64_t i = 0; i < tensor.size(0); ++i)
        list.push_back(to_list(tensor.select(0, i), element));
    return list;
}

Values items_of(const c10::IValue& value)
{
    Values items;
    if (value.isTuple())
        for (const c10::IValue& item : value.toTupleRef().elements())
            items.push_back(item);
    else
        for (const c10::IValue& item : value.toListRef())
            items.push_back(item);
    return items;
}

/// Tensors of 16-bit floats become float32 ones; true when there was one.
bool widen(torch::jit::Stack& stack, c10::ScalarType& narrow)
{
    bool any = false;
    for (c10::IValue& value : stack) {
        if (!value.isTensor() || !value.toTensor().defined())
            continue;
        const c10::ScalarType type = value.toTensor().scalar_type();
        if (type != at::kHalf && type != at::kBFloat16)
            continue;
        narrow = type;
        value = value.toTensor().to(at::kFloat);
        any = true;
    }
    return any;
}

/// Many LibTorch operators have no kernel for 16-bit floats on the CPU; they are computed in
/// float32 then, as the kernels that exist do inside.
void execute(const PreparedOperator& op, torch::jit::Stack& stack)
{
    torch::jit::Operation operation = op.operation;
    torch::jit::Stack wide = stack;
    try {
        operation(stack);
    } catch (const c10::Error& error) {
        c10::ScalarType narrow = at::kHalf;
        const bool no_kernel =
            std::string_view(error.what_without_backtrace()).find("not implemented for '") !=
            std::string_view::npos;
        if (!no_kernel || op.writes || !widen(wide, narrow))
            throw;
        operation(wide);
        for (c10::IValue& value : wide)
            if (value.isTensor() && value.toTensor().defined() &&
                value.toTensor().scalar_type() == at::kFloat)
                value = value.toTensor().to(narrow);
        stack = std::move(wide);
    }
}

} // namespace

std::optional<Values> FxInterpreter::call_construct(const FxNode& node)
{
    const std::string& op = node.target;
    if (op.starts_with("aten::")) {
        if (op == "aten::warn")
            return Values{};
        return std::nullopt;
    }
    if (!op.starts_with("prim::"))
        return std::nullopt;
    const auto argument = [&](std::size_t i) {
        return i < node.args.size() ? evaluate(node.args[i], nullptr) : c10::IValue();
    };
    const auto output_type = [&](std::size_t i) -> const FxType& {
        return m_graph.values[node.outputs.at(i)].type;
    };
    if (op == "prim::ListConstruct") {
        const c10::TypePtr type = torch_type(output_type(0));
        return Values{evaluate_list(node.args, type->kind() == c10::TypeKind::ListType ? type.get()
                                                                                       : nullptr)};
    }
    if (op == "prim::TupleConstruct") {
        Values items;
        const FxType& type = output_type(0);
        for (std::size_t i = 0; i < node.args.size(); ++i) {
            const c10::TypePtr wanted =
                i < type.elements.size() ? torch_type(type.elements[i]) : c10::AnyType::get();
            items.push_back(evaluate(node.args[i], wanted.get()));
        }
        return Values{c10::ivalue::Tuple::create(std::move(items))};
    }
    if (op == "prim::DictConstruct") {
        const c10::TypePtr type = torch_type(output_type(0));
        const auto* dict_type = type->castRaw<c10::DictType>();
        const c10::TypePtr key_type = dict_type ? dict_type->getKeyType() : c10::StringType::get();
        const c10::TypePtr value_type = dict_type ? dict_type->getValueType() : c10::AnyType::get();
        c10::impl::GenericDict dict(key_type, value_type);
        for (std::size_t i = 0; i + 1 < node.args.size(); i += 2)
            dict.insert_or_assign(evaluate(node.args[i], key_type.get()),
                                  evaluate(node.args[i + 1], value_type.get()));
        return Values{dict};
    }
    if (op == "prim::ListUnpack" || op == "prim::TupleUnpack") {
        Values items = items_of(argument(0));
        if (items.size() != node.outputs.size())
            stop(ErrorCode::CannotExport,
                 fmt::format("{} values are unpacked into {}.", items.size(), node.outputs.size()));
        return items;
    }
    if (op == "prim::TupleIndex") {
        const Values items = items_of(argument(0));
        const std::int64_t index = argument(1).toInt();
        const auto size = static_cast<std::int64_t>(items.size());
        const std::int64_t at = index < 0 ? index + size : index;
        if (at < 0 || at >= size)
            stop(ErrorCode::CannotExport, "A tuple is indexed beyond its end.");
        return Values{items[static_cast<std::size_t>(at)]};
    }
    if (op == "prim::isinstance") {
        const c10::IValue value = argument(0);
        bool any = false;
        for (std::size_t i = 1; i < node.args.size(); ++i)
            if (const auto* type = std::get_if<std::string>(&node.args[i].value))
                any = any || is_instance(value, *type);
        return Values{any};
    }
    if (op == "prim::unchecked_cast" || op == "prim::unchecked_unwrap_optional")
        return Values{argument(0)};
    if (op == "prim::tolist")
        return Values{to_list(argument(0).toTensor(), output_type(0))};
    if (op == "prim::Uninitialized")
        return Values{c10::IValue()};
    if (op == "prim::Print")
        return Values{};
    if (op == "prim::RaiseException") {
        const c10::IValue message = argument(0);
        stop(ErrorCode::CannotExport,
             fmt::format("The model raises an exception for these inputs: {}",
                         message.isString() ? message.toStringRef() : std::string("(no text)")));
    }
    return std::nullopt;
}

Values FxInterpreter::call(const FxNode& node)
{
    if (std::optional<Values> values = call_construct(node))
        return *std::move(values);
    const std::vector<PreparedOperator>& candidates = m_operators.find(node.target);
    for (std::size_t i = 0; i + 1 < candidates.size(); ++i) {
        try {
            return call_operator(candidates[i], node);
        } catch (const c10::Error&) {
            // Operators of one name that differ in their types only: the next one may fit.
        }
    }
    return call_operator(candidates.back(), node);
}

Values FxInterpreter::call_operator(const PreparedOperator& op, const FxNode& node)
{
    const auto& arguments = op.schema->arguments();
    torch::jit::Stack stack;
    for (std::size_t i = 0; i < std::max(arguments.size(), node.args.size()); ++i) {
        const c10::Argument* declared = i < arguments.size() ? &arguments[i] : nullptr;
        const FxArg* given = i < node.args.size() ? &node.args[i] : nullptr;
        if (!given && declared)
            for (const FxKeywordArg& keyword : node.kwargs)
                if (keyword.name == declared->name())
                    given = &keyword.arg;
        if (!given) {
            if (declared && declared->default_value())
                stack.push_back(*declared->default_value());
            else
                stack.emplace_back();
            continue;
        }
        if (!declared && !op.schema->is_vararg())
            break; // an argument that this LibTorch does not know yet
        c10::IValue value = evaluate(*given, declared ? declared->type().get() : nullptr);
        // One number stands for all dimensions.
        if (declared && declared->N() && value.isInt()) {
            c10::List<std::int64_t> repeated;
            for (std::int32_t n = 0; n < *declared->N(); ++n)
                repeated.push_back(value.toInt());
            value = std::move(repeated);
        }
        stack.push_back(std::move(value));
    }
    if (op.schema->is_vararg())
        stack.emplace_back(static_cast<std::int64_t>(node.args.size()));
    if (op.writes)
        protect_written(op, stack);
    if (op.random)
        m_random.insert(static_cast<FxNodeId>(&node - m_graph.nodes.data()));
    const auto start = std::chrono::steady_clock::now();
    execute(op, stack);
    m_operator_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return stack;
}

} // namespace strata::torch_module
