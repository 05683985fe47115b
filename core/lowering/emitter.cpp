#include "lowering/emitter.h"

#include "ir/module_tree.h"
#include "lowering/op_call.h"
#include "passes/shape_inference.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace strata {
namespace {

/// Constants up to this size are compared and shared.
constexpr std::size_t shared_constant_bytes = 64;

Attribute make_attribute(OnnxModel& model, Attr attr)
{
    Attribute made;
    made.name = model.intern(attr.name);
    std::visit(
        [&made](auto&& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::int64_t>)
                made.kind = AttributeKind::Int;
            else if constexpr (std::is_same_v<T, float>)
                made.kind = AttributeKind::Float;
            else if constexpr (std::is_same_v<T, std::string>)
                made.kind = AttributeKind::String;
            else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>)
                made.kind = AttributeKind::Ints;
            else if constexpr (std::is_same_v<T, std::vector<float>>)
                made.kind = AttributeKind::Floats;
            else if constexpr (std::is_same_v<T, std::vector<std::string>>)
                made.kind = AttributeKind::Strings;
            else if constexpr (std::is_same_v<T, std::vector<GraphId>>)
                made.kind = value.size() == 1 ? AttributeKind::Graph : AttributeKind::Graphs;
            else
                made.kind = AttributeKind::Tensor;
            made.value = std::forward<decltype(value)>(value);
        },
        std::move(attr.value));
    return made;
}

/// What is computed from a weight at export is called after it: "pos.weight.Transpose".
std::string derived_name(const OnnxModel& model, NodeId node, std::string_view op)
{
    constexpr std::size_t longest = 120;
    for (const ValueId input : model.nodes[node].inputs) {
        const std::string_view name =
            input == no_id ? std::string_view() : model.text(model.values[input].name);
        if (!name.empty() && !name.starts_with("const") && name.size() + op.size() < longest)
            return fmt::format("{}.{}", name, op);
    }
    return "const";
}

bool is_identity_permutation(const std::vector<std::int64_t>& permutation)
{
    for (std::size_t i = 0; i < permutation.size(); ++i)
        if (permutation[i] != static_cast<std::int64_t>(i))
            return false;
    return true;
}

} // namespace

Emitter::Emitter(OnnxModel& model, const ModuleTree& modules, const FxGraph& fx, int opset)
    : m_model(model),
      m_modules(modules),
      m_fx(fx),
      m_opset(opset)
{}

void Emitter::set_origin(FrameId frame, FxNodeId node)
{
    m_frame = frame;
    m_node = node;
    m_before_narrowing.clear();
}

void Emitter::set_graph(GraphId graph)
{
    m_graph = graph;
    m_before_narrowing.clear();
}

std::string Emitter::scope() const
{
    std::string scope = "/";
    const std::string& fqn = m_modules[m_fx.frames[m_frame].module].fqn;
    if (fqn.empty())
        return scope;
    scope += fqn;
    std::replace(scope.begin(), scope.end(), '.', '/');
    return scope + '/';
}

std::string Emitter::unique_name(std::string base)
{
    return std::string(m_model.text(unique_id(base)));
}

StringId Emitter::unique_id(const std::string& base)
{
    const StringId id = m_model.intern(base);
    std::uint32_t count = name_count(id);
    if (count == 0) {
        set_name_count(id, 1);
        return id;
    }
    StringId taken{};
    do
        taken = m_model.intern(fmt::format("{}_{}", base, count++));
    while (name_count(taken) != 0);
    set_name_count(id, count);
    set_name_count(taken, 1);
    return taken;
}

std::uint32_t Emitter::name_count(StringId name) const
{
    const auto index = static_cast<std::size_t>(name);
    return index < m_name_counts.size() ? m_name_counts[index] : 0;
}

void Emitter::set_name_count(StringId name, std::uint32_t count)
{
    const auto index = static_cast<std::size_t>(name);
    if (index >= m_name_counts.size())
        m_name_counts.resize(std::max(m_model.strings().size(), index + 1));
    m_name_changes.push_back({name, m_name_counts[index]});
    m_name_counts[index] = count;
}

ValueId Emitter::emit(std::string_view op, std::vector<ValueId> inputs, Attrs attrs)
{
    return emit_many(op, std::move(inputs), 1, std::move(attrs)).front();
}

DType Emitter::widen_inputs(const KernelTypes& kernel, std::vector<ValueId>& inputs)
{
    DType own = DType::Unknown;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i] == no_id || ((kernel.typed_inputs >> std::min<std::size_t>(i, 31)) & 1U) == 0)
            continue;
        const DType type = dtype(inputs[i]);
        if (type == DType::Unknown || kernel.takes(type))
            continue;
        const DType wide = substitute_type(kernel, type);
        if (wide == type)
            continue;
        own = type;
        const auto before = m_before_narrowing.find(inputs[i]);
        const bool known = before != m_before_narrowing.end() && dtype(before->second) == wide;
        inputs[i] = known ? before->second : cast(inputs[i], wide);
    }
    return own;
}

std::vector<ValueId> Emitter::emit_many(std::string_view op, std::vector<ValueId> inputs,
                                        std::size_t outputs, Attrs attrs, std::string_view domain)
{
    if (!domain.empty())
        return emit_node(op, std::move(inputs), outputs, std::move(attrs), domain);
    const bool accumulates =
        std::ranges::any_of(attrs, [](const Attr& attr) { return attr.name == "reduction"; });
    const auto kernel = kernel_types(op, m_opset, accumulates);
    const DType own = kernel ? widen_inputs(*kernel, inputs) : DType::Unknown;
    std::vector<ValueId> results =
        emit_node(op, std::move(inputs), outputs, std::move(attrs), domain);
    if (own == DType::Unknown)
        return results;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (((kernel->typed_outputs >> std::min<std::size_t>(i, 31)) & 1U) == 0)
            continue;
        const ValueId wide = results[i];
        results[i] = cast(wide, own);
        if (is_floating_point(own))
            m_before_narrowing[results[i]] = wide;
    }
    return results;
}

std::vector<ValueId> Emitter::append(std::string_view op, std::vector<ValueId> inputs,
                                     std::size_t outputs, Attrs attrs, std::string_view domain)
{
    while (!inputs.empty() && inputs.back() == no_id)
        inputs.pop_back();
    OnnxNode node;
    node.op_type = m_model.intern(op);
    node.domain = m_model.intern(domain);
    node.inputs = std::move(inputs);
    for (Attr& attr : attrs)
        node.attributes.push_back(make_attribute(m_model, std::move(attr)));
    // From opset 18 on a Split into equal parts says how many.
    if (op == "Split" && m_opset >= 18 && node.inputs.size() == 1)
        node.attributes.push_back(
            make_attribute(m_model, {"num_outputs", static_cast<std::int64_t>(outputs)}));
    node.name = unique_id(scope() + std::string(op));
    const std::string_view name = m_model.text(node.name);
    node.outputs.reserve(outputs);
    for (std::size_t i = 0; i < outputs; ++i)
        node.outputs.push_back(m_model.add_value(m_graph, fmt::format("{}_output_{}", name, i)));
    const std::vector<ValueId> results = node.outputs;
    const NodeId id = m_model.add_node(m_graph, std::move(node));
    for (const GraphId body : m_model.bodies(id))
        m_model.graphs[body].owner = id;
    m_model.provenance.push_back({m_frame, m_node, {}, no_index});
    if (m_node != no_index)
        m_model.provenance.back().origins.push_back(m_node);

    if (std::string complaint = infer_node(m_model, id, m_facts); !complaint.empty())
        m_complaints.push_back(fmt::format("{}: {}", name, complaint));
    return results;
}

std::vector<ValueId> Emitter::emit_node(std::string_view op, std::vector<ValueId> inputs,
                                        std::size_t outputs, Attrs attrs, std::string_view domain)
{
    const std::size_t values_before = m_model.values.size();
    std::vector<ValueId> results = append(op, std::move(inputs), outputs, std::move(attrs), domain);

    // What inference could compute needs no node.
    if (outputs == 1 && domain.empty()) {
        const ValueFact* fact = m_facts.find(results.front());
        if (fact && fact->constant) {
            Tensor known = *fact->constant;
            const std::string hint =
                derived_name(m_model, static_cast<NodeId>(m_model.nodes.size() - 1), op);
            set_name_count(m_model.nodes.back().name, 0);
            m_model.nodes.pop_back();
            m_model.provenance.pop_back();
            m_model.graphs[m_graph].nodes.pop_back();
            m_model.values.resize(values_before);
            m_facts.truncate(values_before);
            return {constant(std::move(known), hint)};
        }
    }
    return results;
}

GraphId Emitter::add_body(std::string_view name)
{
    return m_model.add_graph(unique_name(scope() + std::string(name)));
}

ValueId Emitter::copy(ValueId id)
{
    const OnnxValue& value = value_of(id);
    if (value.kind == ValueKind::Sequence && m_opset < 14) {
        // Identity does not take sequences yet: insert something and erase it again.
        std::string_view element = m_model.text(value.type_text);
        element.remove_prefix(std::min(element.size(), std::string_view("seq(tensor(").size()));
        element = element.substr(0, element.find_first_of("),["));
        const DType type = element == "float"    ? DType::Float32
                           : element == "double" ? DType::Float64
                                                 : parse_dtype(element).value_or(DType::Float32);
        const ValueId longer =
            append("SequenceInsert", {id, scalar(type, std::int64_t{0})}, 1, {}, {}).front();
        return append("SequenceErase", {longer, scalar(DType::Int64, std::int64_t{-1})}, 1, {}, {})
            .front();
    }
    const ValueId made = append("Identity", {id}, 1, {}, {}).front();
    return made;
}

ValueId Emitter::constant(Tensor tensor, std::string_view name_hint)
{
    std::string key;
    if (tensor.byte_count() <= shared_constant_bytes && tensor.dtype != DType::String) {
        std::vector<std::byte> scratch;
        if (const auto bytes = tensor.contiguous_bytes(scratch)) {
            key =
                fmt::format("{}:{}:", static_cast<int>(tensor.dtype), fmt::join(tensor.shape, ","));
            key.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
            if (auto it = m_constants.find(key); it != m_constants.end())
                return it->second;
        }
    } else if (tensor.storage) {
        // Views of large weights are told apart without reading them.
        key = fmt::format("view:{}:{}:{}:{}:{}", static_cast<int>(tensor.dtype),
                          static_cast<const void*>(tensor.storage.get()), tensor.storage_offset,
                          fmt::join(tensor.shape, ","), fmt::join(tensor.strides, ","));
        if (auto it = m_constants.find(key); it != m_constants.end())
            return it->second;
    }
    const std::uint32_t index = m_model.add_initializer(
        OnnxModel::main_graph, unique_name(std::string(name_hint)), std::move(tensor));
    const ValueId id = m_model.initializers[index].value;
    if (!key.empty())
        m_constants.emplace(std::move(key), id);
    return id;
}

ValueId Emitter::constant(std::span<const std::int64_t> values)
{
    return constant(Tensor::int64s(values));
}

ValueId Emitter::constant(std::initializer_list<std::int64_t> values)
{
    return constant(std::span<const std::int64_t>(values.begin(), values.size()));
}

ValueId Emitter::scalar(DType dtype, double value)
{
    return constant(Tensor::scalar(dtype, value));
}

ValueId Emitter::scalar(DType dtype, std::int64_t value)
{
    return constant(Tensor::scalar(dtype, value));
}

ValueId Emitter::coefficient(DType dtype, double value)
{
    const ValueId narrow = scalar(dtype, value);
    if (dtype == DType::BFloat16)
        m_before_narrowing[narrow] = scalar(DType::Float32, value);
    return narrow;
}

const OnnxValue& Emitter::value_of(ValueId id) const
{
    if (id >= m_model.values.size())
        throw Refusal{"an argument is not a tensor, or has no value", {}};
    return m_model.values[id];
}

DType Emitter::dtype(ValueId id) const
{
    return value_of(id).dtype;
}

std::optional<std::int64_t> Emitter::rank(ValueId id) const
{
    const OnnxValue& value = value_of(id);
    if (!value.has_shape)
        return std::nullopt;
    return static_cast<std::int64_t>(value.shape.size());
}

std::optional<Shape> Emitter::shape(ValueId id) const
{
    const OnnxValue& value = value_of(id);
    if (!value.has_shape)
        return std::nullopt;
    return value.shape;
}

std::optional<std::vector<std::int64_t>> Emitter::static_shape(ValueId id) const
{
    const OnnxValue& value = value_of(id);
    if (!value.has_shape)
        return std::nullopt;
    std::vector<std::int64_t> dims;
    for (const Dim& dim : value.shape) {
        if (!dim.known())
            return std::nullopt;
        dims.push_back(dim.value);
    }
    return dims;
}

std::optional<std::vector<std::int64_t>> Emitter::known_ints(ValueId id) const
{
    return strata::known_ints(m_model, m_facts, id);
}

std::optional<Tensor> Emitter::known_constant(ValueId id) const
{
    return strata::known_constant(m_model, m_facts, id);
}

ValueId Emitter::cast(ValueId id, DType to)
{
    if (dtype(id) == to || to == DType::Unknown)
        return id;
    return emit("Cast", {id}, {{"to", to_onnx(to)}});
}

ValueId Emitter::reshape(ValueId id, std::span<const std::int64_t> wanted)
{
    if (const auto current = static_shape(id);
        current && std::equal(current->begin(), current->end(), wanted.begin(), wanted.end()))
        return id;
    return emit("Reshape", {id, constant(wanted)});
}

ValueId Emitter::reshape(ValueId id, ValueId wanted)
{
    if (const auto known = known_ints(wanted))
        return reshape(id, std::span<const std::int64_t>(*known));
    return emit("Reshape", {id, wanted});
}

ValueId Emitter::transpose(ValueId id, std::vector<std::int64_t> permutation)
{
    if (is_identity_permutation(permutation))
        return id;
    return emit("Transpose", {id}, {{"perm", std::move(permutation)}});
}

ValueId Emitter::unsqueeze(ValueId id, std::vector<std::int64_t> axes)
{
    if (axes.empty())
        return id;
    return emit("Unsqueeze", {id, constant(std::span<const std::int64_t>(axes))});
}

ValueId Emitter::squeeze(ValueId id, std::vector<std::int64_t> axes)
{
    if (axes.empty())
        return id;
    return emit("Squeeze", {id, constant(std::span<const std::int64_t>(axes))});
}

ValueId Emitter::slice(ValueId id, std::int64_t axis, std::int64_t start, std::int64_t end,
                       std::int64_t step)
{
    return emit("Slice",
                {id, constant({start}), constant({end}), constant({axis}), constant({step})});
}

ValueId Emitter::concat(std::vector<ValueId> ids, std::int64_t axis)
{
    if (ids.size() == 1)
        return ids.front();
    return emit("Concat", std::move(ids), {{"axis", axis}});
}

ValueId Emitter::shape_of(ValueId id)
{
    if (const auto dims = static_shape(id))
        return constant(std::span<const std::int64_t>(*dims));
    return emit("Shape", {id});
}

ValueId Emitter::size_of(ValueId id, std::int64_t axis)
{
    if (const auto dims = shape(id)) {
        const auto rank = static_cast<std::int64_t>(dims->size());
        const std::int64_t index = axis < 0 ? axis + rank : axis;
        if (index >= 0 && index < rank && (*dims)[static_cast<std::size_t>(index)].known())
            return scalar(DType::Int64, (*dims)[static_cast<std::size_t>(index)].value);
    }
    return emit("Gather", {shape_of(id), scalar(DType::Int64, axis)}, {{"axis", 0}});
}

ValueId Emitter::expand(ValueId id, ValueId wanted)
{
    const auto known = known_ints(wanted);
    if (const auto current = static_shape(id); current && known && *current == *known)
        return id;
    return emit("Expand", {id, wanted});
}

ValueId Emitter::reduce(std::string_view op, ValueId id, std::vector<std::int64_t> axes,
                        bool keep_dims)
{
    // ReduceSum takes its axes as an input from opset 13 on, the others from 18 on.
    const bool axes_as_input = m_opset >= 18 || op == "ReduceSum";
    if (axes.empty())
        return emit(op, {id}, {{"keepdims", keep_dims}});
    if (axes_as_input)
        return emit(op, {id, constant(std::span<const std::int64_t>(axes))},
                    {{"keepdims", keep_dims}});
    return emit(op, {id}, {{"axes", std::move(axes)}, {"keepdims", keep_dims}});
}

Emitter::Checkpoint Emitter::checkpoint() const
{
    return {m_model.nodes.size(),  m_model.values.size(), m_model.initializers.size(),
            m_model.graphs.size(), m_name_changes.size(), m_complaints.size()};
}

void Emitter::roll_back(const Checkpoint& checkpoint)
{
    m_model.nodes.resize(checkpoint.nodes);
    m_model.provenance.resize(checkpoint.nodes);
    m_model.graphs.resize(checkpoint.graphs);
    for (OnnxGraph& graph : m_model.graphs) {
        while (!graph.nodes.empty() && graph.nodes.back() >= checkpoint.nodes)
            graph.nodes.pop_back();
        if (graph.owner != no_id && graph.owner >= checkpoint.nodes)
            graph.owner = no_id;
    }
    m_model.initializers.resize(checkpoint.initializers);
    m_model.values.resize(checkpoint.values);
    m_facts.truncate(checkpoint.values);
    m_complaints.resize(std::min(m_complaints.size(), checkpoint.complaints));
    while (m_name_changes.size() > checkpoint.names) {
        const NameChange& change = m_name_changes.back();
        m_name_counts[static_cast<std::size_t>(change.name)] = change.before;
        m_name_changes.pop_back();
    }
    m_before_narrowing.clear();
    std::erase_if(m_constants,
                  [&](const auto& entry) { return entry.second >= checkpoint.values; });
}

std::vector<std::string> Emitter::take_complaints()
{
    return std::exchange(m_complaints, {});
}

} // namespace strata
