// Constants and attributes: what a value is before any operator has run.
#include "failures.h"
#include "graph_walker.h"
#include "jit_types.h"
#include "packed_params.h"
#include "python_numbers.h"
#include "torch_compat.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata::torch_module {
namespace {

std::string memory_format_name(std::int64_t number)
{
    switch (number) {
    case 0:
        return "torch.contiguous_format";
    case 1:
        return "torch.preserve_format";
    case 2:
        return "torch.channels_last";
    case 3:
        return "torch.channels_last_3d";
    default:
        return fmt::format("torch.memory_format({})", number);
    }
}

std::string layout_name(std::int64_t number)
{
    if (number == 0)
        return "torch.strided";
    return number == 1 ? "torch.sparse_coo" : fmt::format("torch.layout({})", number);
}

/// An int that the schema declares as an enumeration becomes that enumeration.
FxArg as_declared(FxArg arg, const c10::Type& declared)
{
    if (const auto* optional = declared.castRaw<c10::OptionalType>())
        return as_declared(std::move(arg), *optional->getElementType());
    if (declared.kind() == c10::TypeKind::FloatType)
        if (const auto* number = std::get_if<std::int64_t>(&arg.value))
            return static_cast<double>(*number);
    const auto* number = std::get_if<std::int64_t>(&arg.value);
    if (!number)
        return arg;
    switch (declared.kind()) {
    case c10::TypeKind::ScalarTypeType:
        return dtype_from_torch(*number);
    case c10::TypeKind::MemoryFormatType:
        return FxEnum{memory_format_name(*number)};
    case c10::TypeKind::LayoutType:
        return FxEnum{layout_name(*number)};
    default:
        return arg;
    }
}

std::string value_name(std::string text)
{
    std::replace(text.begin(), text.end(), '.', '_');
    return text;
}

} // namespace

std::string GraphWalker::where(const Activation& activation) const
{
    const std::string& fqn = m_program.modules[m_graph.frames[activation.frame].module].fqn;
    return fqn.empty() ? fmt::format(" in '{}' of the model", activation.function)
                       : fmt::format(" in '{}' of '{}'", activation.function, fqn);
}

const Bound& GraphWalker::lookup(const Value& value, const Activation& activation) const
{
    const auto it = activation.values.find(&value);
    if (it == activation.values.end())
        stop(ErrorCode::Internal,
             fmt::format("The TorchScript value %{} is used before it is made{}.",
                         value.debugName(), where(activation)));
    return it->second;
}

FxArg GraphWalker::data_of(const Value& value, const Activation& activation)
{
    const Bound& bound = lookup(value, activation);
    if (!bound.is_data()) {
        m_sink.warning("object-as-value",
                       fmt::format("A {} is used as a value, which a graph of operators cannot "
                                   "state; None stands for it.",
                                   bound.object ? "module or object" : "function"),
                       where(activation).substr(4));
    }
    return bound.arg;
}

FxArg GraphWalker::argument(const Value& value, const Activation& activation,
                            const c10::Argument* declared)
{
    FxArg arg = data_of(value, activation);
    if (!declared)
        return arg;
    return as_declared(std::move(arg), *declared_type(*declared));
}

FxArg GraphWalker::add_get_attr(const std::string& target, std::uint32_t tensor, FxType type,
                                const Activation& activation, FxBlockId block)
{
    const auto [it, inserted] = m_get_attrs.try_emplace({block, activation.frame, target}, FxArg());
    if (!inserted)
        return it->second;
    FxNode node;
    node.kind = FxKind::GetAttr;
    node.target = target;
    node.tensor = tensor;
    node.frame = activation.frame;
    const FxNodeId id =
        m_graph.add_node(block, std::move(node), {value_name(target)}, {std::move(type)});
    it->second = FxRef{m_graph.nodes[id].outputs[0]};
    return it->second;
}

std::string GraphWalker::constant_name(const Activation& activation)
{
    const Module& module = m_program.modules[m_graph.frames[activation.frame].module];
    const std::string prefix = module.fqn.empty() ? "" : module.fqn + ".";
    unsigned& next = m_constant_counts[prefix];
    for (;;) {
        std::string local = fmt::format("_tensor_constant{}", next++);
        const bool taken = std::any_of(module.tensors.begin(), module.tensors.end(),
                                       [&](const ModuleTensor& t) { return t.name == local; });
        if (!taken)
            return prefix + local;
    }
}

Bound GraphWalker::bind_ivalue(const c10::IValue& value, const std::string& name,
                               const Activation& activation, FxBlockId block)
{
    if (value.isNone())
        return Bound::data(FxNone{});
    if (value.isTensor()) {
        const at::Tensor& tensor = value.toTensor();
        if (!tensor.defined())
            return Bound::data(FxNone{});
        std::uint32_t index = 0;
        if (const auto known = m_tensors.find(tensor)) {
            index = *known;
        } else {
            index = m_tensors.add(tensor, name.empty() ? constant_name(activation) : name);
            ++m_constant_tensors;
        }
        FxType type = FxType::tensor(m_program.tensors[index].dtype);
        std::vector<FxDim> dims;
        for (std::int64_t size : m_program.tensors[index].shape)
            dims.push_back({size, {}});
        type.shape = std::move(dims);
        const std::string& target = name.empty() ? m_tensors.name(index) : name;
        return Bound::data(add_get_attr(target, index, std::move(type), activation, block));
    }
    if (value.isBool())
        return Bound::data(value.toBool());
    if (value.isInt())
        return Bound::data(static_cast<std::int64_t>(value.toInt()));
    if (value.isDouble())
        return Bound::data(value.toDouble());
    if (value.isString())
        return Bound::data(value.toStringRef());
    if (value.isDevice())
        return Bound::data(FxEnum{value.toDevice().str()});
    if (value.isComplexDouble())
        return bind_ivalue(at::scalar_tensor(value.toComplexDouble(),
                                             at::TensorOptions().dtype(at::kComplexDouble)),
                           {}, activation, block);
    if (value.isList() || value.isTuple()) {
        auto elements = std::make_shared<std::vector<Bound>>();
        const auto add = [&](const c10::IValue& item) {
            const std::string item_name =
                name.empty() ? name : fmt::format("{}.{}", name, elements->size());
            elements->push_back(bind_ivalue(item, item_name, activation, block));
        };
        if (value.isTuple()) {
            for (const c10::IValue& item : value.toTupleRef().elements())
                add(item);
        } else {
            for (const c10::IValue& item : value.toListRef())
                add(item);
        }
        FxArg::List items;
        for (const Bound& element : *elements)
            items.push_back(element.arg);
        Bound bound = Bound::data(std::move(items));
        bound.elements = std::move(elements);
        return bound;
    }
    if (value.isGenericDict()) {
        FxNode node;
        node.target = "prim::DictConstruct";
        node.frame = activation.frame;
        for (const auto& entry : value.toGenericDict()) {
            node.args.push_back(bind_ivalue(entry.key(), {}, activation, block).arg);
            const std::string item_name =
                name.empty() || !entry.key().isString()
                    ? std::string()
                    : fmt::format("{}.{}", name, entry.key().toStringRef());
            node.args.push_back(bind_ivalue(entry.value(), item_name, activation, block).arg);
        }
        const FxNodeId id =
            m_graph.add_node(block, std::move(node), {"dict_construct"}, {fx_type(value.type())});
        return Bound::data(FxRef{m_graph.nodes[id].outputs[0]});
    }
    if (value.isEnum()) {
        const auto& held = *value.toEnumHolder();
        Bound bound =
            Bound::data(FxEnum{fmt::format("{}.{}", held.qualifiedClassName(), held.name())});
        bound.elements = std::make_shared<std::vector<Bound>>(std::vector<Bound>{
            Bound::data(held.name()), bind_ivalue(held.value(), {}, activation, block)});
        return bound;
    }
    if (value.isObject()) {
        c10::ivalue::Object& object = value.toObjectRef();
        if (!value.isCustomClass()) {
            m_object_names.emplace(&object, name);
            return Bound::of(&object);
        }
        // Packed weights of quantized operators, and other things that live in C++ only.
        if (demangled_class(*object.type()).find("quantized") != std::string::npos)
            m_uses_quantized = true;
        const auto [packed, inserted] = m_packed.try_emplace(&object);
        if (inserted)
            packed->second = open_packed(value);
        if (packed->second) {
            FxArg::List parts;
            for (const auto& [part, content] : *packed->second)
                parts.push_back(
                    bind_ivalue(content, fmt::format("{}.{}", name, part), activation, block).arg);
            return Bound::data(std::move(parts));
        }
    }
    const std::string target = name.empty() ? constant_name(activation) : name;
    return Bound::data(
        add_get_attr(target, no_index, FxType::of(FxType::Kind::Other), activation, block));
}

Bound GraphWalker::bind_constant(const Node& node, const Activation& activation, FxBlockId block)
{
    if (const auto type = node.output()->type()->cast<c10::FunctionType>()) {
        Bound bound;
        bound.function = type->function();
        return bound;
    }
    if (std::optional<FxArg> number = python_number(*node.output()))
        return Bound::data(*std::move(number));
    const auto value = torch::jit::toIValue(node.output());
    if (!value)
        stop(ErrorCode::CannotRead, fmt::format("A constant cannot be read{}.", where(activation)));
    return bind_ivalue(*value, {}, activation, block);
}

std::string GraphWalker::path_of(const c10::ivalue::Object* object) const
{
    if (const auto it = m_ids.find(object); it != m_ids.end())
        return m_program.modules[it->second].fqn;
    const auto it = m_object_names.find(object);
    return it == m_object_names.end() ? std::string() : it->second;
}

bool GraphWalker::get_attribute(const Node& node, Activation& activation, FxBlockId block)
{
    c10::ivalue::Object* const object = lookup(*node.input(), activation).object;
    if (!object)
        return false;
    const std::string& name = node.s(torch::jit::attr::name);
    if (const auto it = m_assigned.find({object, name}); it != m_assigned.end()) {
        activation.values[node.output()] = it->second;
        return true;
    }
    const auto slot = object->type()->findAttributeSlot(name);
    c10::IValue value;
    if (slot)
        value = object->getSlot(*slot);
    else if (const auto constant = object->type()->findConstant(name))
        value = *constant;
    else
        stop(ErrorCode::CannotRead,
             fmt::format("'{}' is read and does not exist{}.", name, where(activation)));
    const std::string path = path_of(object);
    const std::size_t known = m_tensors.size();
    activation.values[node.output()] = bind_ivalue(
        value, path.empty() ? name : fmt::format("{}.{}", path, name), activation, block);
    // What a packed object of a module holds are the module's parameters.
    if (const auto owner = m_ids.find(object); value.isCustomClass() && owner != m_ids.end())
        for (std::size_t i = known; i < m_tensors.size(); ++i) {
            const auto index = static_cast<std::uint32_t>(i);
            const std::string& fqn = m_tensors.name(index);
            m_program.modules.at(owner->second)
                .tensors.push_back(
                    {fqn.substr(path.empty() ? 0 : path.size() + 1), index, true, true});
        }
    return true;
}

bool GraphWalker::set_attribute(const Node& node, Activation& activation)
{
    c10::ivalue::Object* const object = lookup(*node.input(0), activation).object;
    if (!object)
        return false;
    const std::string& name = node.s(torch::jit::attr::name);
    const std::string fqn = fqn_of({object, name});
    m_assigned[{object, name}] = lookup(*node.input(1), activation);
    if (is_made(object))
        return true;
    m_sink.info("state-update",
                "The model assigns to this attribute; the new value is used for the rest of the "
                "call and is not kept between calls.",
                fqn);
    return true;
}

} // namespace strata::torch_module
