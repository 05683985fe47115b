#include "onnx/graph_reader.h"

#include "onnx/type_text.h"

#include <fmt/format.h>

namespace strata {
namespace {

using wire::Field;
using wire::Reader;

constexpr int depth_limit = 64;
constexpr std::size_t notes_per_code = 50;

/// The `name` field (number 1) of a ValueInfoProto.
std::string_view value_info_name(const Field& message)
{
    std::string_view name;
    Reader reader(message);
    for (Field field; reader.next(field);)
        if (field.number == 1)
            name = field.text();
    return name;
}

/// The `name` field (number 8) of a TensorProto that is damaged otherwise.
std::string_view tensor_name(const Field& message)
{
    std::string_view name;
    try {
        Reader reader(message);
        for (Field field; reader.next(field);)
            if (field.number == 8)
                name = field.text();
    } catch (const wire::ReadFailure&) {
        return name; // the failure that matters is on its way already
    }
    return name;
}

} // namespace

bool ReadNotes::accepts(const std::string& code)
{
    return ++m_counts[code] <= notes_per_code;
}

void ReadNotes::add(Severity severity, const std::string& code, std::string message,
                    std::string where)
{
    m_diagnostics.add(severity, code, std::move(message), std::move(where));
}

std::vector<Diagnostic> ReadNotes::take()
{
    for (const auto& [code, count] : m_counts)
        if (count > notes_per_code)
            m_diagnostics.info(code, fmt::format("{} more messages of this kind were left out.",
                                                 count - notes_per_code));
    return m_diagnostics.items();
}

TextEntry read_text_entry(const Field& message)
{
    TextEntry entry;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == 1)
            entry.key = field.text();
        else if (field.number == 2)
            entry.value = field.text();
    }
    return entry;
}

OpsetImport read_opset(const Field& message)
{
    OpsetImport opset;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == 1)
            opset.domain = field.text();
        else if (field.number == 2)
            opset.version = field.integer();
    }
    if (opset.domain == "ai.onnx")
        opset.domain.clear();
    return opset;
}

std::string GraphReader::place(const Scope& scope) const
{
    const OnnxGraph& graph = m_model.graphs[scope.graph];
    if (graph.owner != no_id)
        return fmt::format("body '{}' of {}", m_model.text(graph.name),
                           m_model.node_path(graph.owner));
    if (graph.function != no_id)
        return fmt::format("function '{}'", m_model.text(graph.name));
    return "main graph";
}

ValueId GraphReader::declare(Scope& scope, std::string_view name, std::string_view what)
{
    const ValueId value = m_model.add_value(scope.graph, name);
    const auto [entry, is_new] = scope.names.emplace(m_model.values[value].name, value);
    if (!is_new && m_notes.accepts("duplicate-name"))
        m_notes.add(Severity::Warning, "duplicate-name",
                    fmt::format("The {} '{}' has a name that is taken already. The file is not "
                                "valid ONNX; the first value of this name is used.",
                                what, name),
                    place(scope));
    return value;
}

std::string GraphReader::label(const OnnxNode* node) const
{
    return node ? fmt::format("{} node '{}'", m_model.text(node->op_type), m_model.text(node->name))
                : std::string("An output of the graph");
}

ValueId GraphReader::resolve(Scope& scope, std::string_view name, const OnnxNode* user)
{
    if (name.empty())
        return no_id;
    const StringId id = m_model.intern(name);
    for (const Scope* level = &scope; level; level = level->outer) {
        const auto found = level->names.find(id);
        if (found == level->names.end())
            continue;
        const ValueId value = found->second;
        if (value >= level->first_output && value < level->last_output &&
            m_model.values[value].producer == no_id && !scope.unsorted) {
            scope.unsorted = true;
            if (m_notes.accepts("not-sorted"))
                m_notes.add(
                    Severity::Warning, "not-sorted",
                    fmt::format("{} uses '{}' before the node that makes it. The nodes are not "
                                "in order of execution, which ONNX wants.",
                                label(user), name),
                    place(scope));
        }
        return value;
    }
    if (m_notes.accepts("undefined-value"))
        m_notes.add(Severity::Warning, "undefined-value",
                    fmt::format("{} uses '{}', which nothing makes. The file is not valid ONNX.",
                                label(user), name),
                    place(scope));
    const ValueId value = m_model.add_value(scope.graph, name);
    scope.names.emplace(id, value);
    return value;
}

void GraphReader::read_main_graph(const Field& message)
{
    read_graph(message, OnnxModel::main_graph, nullptr, 0);
}

void GraphReader::read_graph(const Field& message, GraphId graph, const Scope* outer, int depth)
{
    if (depth > depth_limit)
        wire::fail_at(message.offset,
                      fmt::format("graphs are nested more than {} deep.", depth_limit));
    Parts parts;
    std::string extra;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case 1:
            parts.nodes.push_back(field);
            break;
        case 2:
            m_model.graphs[graph].name = m_model.intern(field.text());
            break;
        case 5:
            parts.initializers.push_back(field);
            break;
        case 10:
            m_model.graphs[graph].doc_string = m_model.intern(field.text());
            break;
        case 11:
            parts.inputs.push_back(field);
            break;
        case 12:
            parts.outputs.push_back(field);
            break;
        case 13:
            parts.value_infos.push_back(field);
            break;
        case 15:
            parts.sparse_initializers.push_back(field);
            keep_field(field, extra);
            break;
        default:
            keep_field(field, extra);
        }
    }
    m_model.graphs[graph].extra = std::move(extra);
    if (depth == 0)
        m_task.begin("load", parts.nodes.size());

    Scope scope;
    scope.outer = outer;
    scope.graph = graph;
    declare_inputs(parts, scope);
    read_initializers(parts, scope);
    declare_outputs(parts.nodes, scope);
    read_nodes(parts.nodes, scope, depth);
    read_value_infos(parts, scope);
    read_results(parts, scope);
}

void GraphReader::declare_inputs(const Parts& parts, Scope& scope)
{
    for (const Field& field : parts.inputs) {
        const ValueId value = declare(scope, value_info_name(field), "input");
        read_value_info(field, value, true);
        m_model.graphs[scope.graph].inputs.push_back(value);
    }
}

void GraphReader::read_initializers(const Parts& parts, Scope& scope)
{
    auto add = [&](ReadTensor read, bool is_sparse) {
        if (!read.no_data.empty() && m_notes.accepts("tensor-data-missing"))
            m_notes.add(Severity::Warning, "tensor-data-missing", read.no_data,
                        fmt::format("initializer '{}'", read.name));
        const StringId name = m_model.intern(read.name);
        const auto index = static_cast<std::uint32_t>(m_model.initializers.size());
        // An initializer with the name of an input is that input's default value.
        if (const auto found = scope.names.find(name);
            found != scope.names.end() && m_model.values[found->second].initializer == no_id) {
            OnnxValue& input = m_model.values[found->second];
            input.initializer = index;
            if (input.dtype == DType::Unknown)
                input.dtype = read.tensor.dtype;
            m_model.initializers.push_back(
                {found->second, std::move(read.tensor), is_sparse, std::move(read.extra)});
            return;
        }
        const ValueId value = declare(scope, read.name, "initializer");
        OnnxValue& entry = m_model.values[value];
        entry.initializer = index;
        entry.kind = is_sparse ? ValueKind::SparseTensor : ValueKind::Tensor;
        entry.dtype = read.tensor.dtype;
        entry.has_shape = true;
        for (const std::int64_t dim : read.tensor.shape)
            entry.shape.push_back(Dim::of(dim));
        m_model.initializers.push_back(
            {value, std::move(read.tensor), is_sparse, std::move(read.extra)});
    };
    auto read_all = [&](const std::vector<Field>& fields, auto read, bool is_sparse) {
        for (const Field& field : fields) {
            if (Status status = m_task.poll(); !status)
                throw wire::ReadFailure(std::move(status.error()));
            try {
                add(read(field, m_source), is_sparse);
            } catch (wire::ReadFailure& failure) {
                failure.error().context.push_back(
                    fmt::format("in initializer '{}' of the {}", tensor_name(field), place(scope)));
                throw;
            }
        }
    };
    read_all(parts.initializers, read_tensor, false);
    read_all(parts.sparse_initializers, read_sparse_tensor, true);
}

void GraphReader::declare_outputs(const std::vector<Field>& nodes, Scope& scope)
{
    scope.first_output = static_cast<ValueId>(m_model.values.size());
    for (const Field& node : nodes) {
        Reader reader(node);
        for (Field field; reader.next(field);)
            if (field.number == 2 && !field.text().empty())
                declare(scope, field.text(), "node output");
    }
    scope.last_output = static_cast<ValueId>(m_model.values.size());
}

void GraphReader::read_nodes(const std::vector<Field>& nodes, Scope& scope, int depth)
{
    ValueId next_output = scope.first_output;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (Status status = m_task.poll(); !status)
            throw wire::ReadFailure(std::move(status.error()));
        if (depth == 0 && i % 256 == 0)
            m_task.advance(i);
        read_node(nodes[i], scope, next_output, depth);
    }
}

void GraphReader::read_node(const Field& message, Scope& scope, ValueId& next_output, int depth)
{
    OnnxNode node;
    std::vector<Field> inputs;
    std::vector<Field> attributes;
    std::string extra;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case 1:
            inputs.push_back(field);
            break;
        case 2:
            // Declared before, in the same order.
            node.outputs.push_back(field.text().empty() ? no_id : next_output++);
            break;
        case 3:
            node.name = m_model.intern(field.text());
            break;
        case 4:
            node.op_type = m_model.intern(field.text());
            break;
        case 5:
            attributes.push_back(field);
            break;
        case 6:
            node.doc_string = m_model.intern(field.text());
            break;
        case 7:
            node.domain = m_model.intern(field.text() == "ai.onnx" ? "" : field.text());
            break;
        case 8:
            node.overload = m_model.intern(field.text());
            break;
        case 9: {
            const TextEntry entry = read_text_entry(field);
            node.metadata.emplace_back(m_model.intern(entry.key), m_model.intern(entry.value));
            break;
        }
        default:
            keep_field(field, extra);
        }
    }
    node.extra = m_model.intern(extra);
    node.inputs.reserve(inputs.size());
    for (const Field& input : inputs)
        node.inputs.push_back(resolve(scope, input.text(), &node));
    // The node is added first, so that its bodies have an owner.
    const NodeId id = m_model.add_node(scope.graph, std::move(node));
    try {
        for (const Field& field : attributes) {
            Attribute attribute = read_attribute(field, id, scope, depth);
            m_model.nodes[id].attributes.push_back(std::move(attribute));
        }
    } catch (wire::ReadFailure& failure) {
        failure.error().context.push_back("in " + label(&m_model.nodes[id]));
        throw;
    }
}

void GraphReader::read_value_info(const Field& message, ValueId value, bool override_type)
{
    std::string extra;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        if (field.number == 2) {
            const OnnxValue& entry = m_model.values[value];
            const bool untyped =
                entry.dtype == DType::Unknown && entry.type_text == StringId::Empty;
            if (override_type || untyped)
                read_type(field, m_model, m_model.values[value]);
        } else if (field.number != 1) {
            keep_field(field, extra);
        }
    }
    // A graph's output may have an entry in value_info as well, with the same content.
    StringId& kept = m_model.values[value].extra;
    if (const std::string_view before = m_model.text(kept); before != extra)
        kept = m_model.intern(std::string(before) + extra);
}

void GraphReader::read_value_infos(const Parts& parts, Scope& scope)
{
    for (const Field& field : parts.value_infos) {
        const StringId name = m_model.strings().find(value_info_name(field));
        const auto found = scope.names.find(name);
        // Types of values that do not exist (any more) are no harm.
        if (found == scope.names.end() || name == StringId::Empty)
            continue;
        const OnnxValue& value = m_model.values[found->second];
        read_value_info(field, found->second, value.initializer == no_id);
    }
}

void GraphReader::read_results(const Parts& parts, Scope& scope)
{
    for (const Field& field : parts.outputs) {
        const std::string_view name = value_info_name(field);
        const ValueId value = resolve(scope, name, nullptr);
        if (value == no_id)
            continue;
        // A body may hand on a value of a graph around it, whose type is known better there.
        const OnnxValue& entry = m_model.values[value];
        read_value_info(field, value, entry.graph == scope.graph && entry.initializer == no_id);
        m_model.graphs[scope.graph].outputs.push_back(value);
    }
}

void GraphReader::read_function(const Field& message)
{
    const GraphId body = m_model.add_graph({});
    const auto index = static_cast<std::uint32_t>(m_model.functions.size());
    m_model.graphs[body].function = index;
    OnnxFunction function;
    function.body = body;
    Parts parts;
    Reader reader(message);
    for (Field field; reader.next(field);) {
        switch (field.number) {
        case 1:
            function.name = m_model.intern(field.text());
            break;
        case 4:
            parts.inputs.push_back(field);
            break;
        case 5:
            parts.outputs.push_back(field);
            break;
        case 6:
            function.attributes.push_back(m_model.intern(field.text()));
            break;
        case 7:
            parts.nodes.push_back(field);
            break;
        case 8:
            m_model.graphs[body].doc_string = m_model.intern(field.text());
            break;
        case 9: {
            const OpsetImport opset = read_opset(field);
            function.opsets.emplace_back(m_model.intern(opset.domain), opset.version);
            break;
        }
        case 10:
            function.domain = m_model.intern(field.text());
            break;
        case 12:
            parts.value_infos.push_back(field);
            break;
        case 13:
            function.overload = m_model.intern(field.text());
            break;
        case 14: {
            const TextEntry entry = read_text_entry(field);
            function.metadata.emplace_back(m_model.intern(entry.key), m_model.intern(entry.value));
            break;
        }
        default:
            keep_field(field, function.extra);
        }
    }
    m_model.graphs[body].name = function.name;
    const bool is_new =
        m_functions.emplace(function.domain, function.name, function.overload).second;
    if (!is_new && m_notes.accepts("duplicate-function"))
        m_notes.add(Severity::Warning, "duplicate-function",
                    fmt::format("There are two functions '{}' in the domain '{}'.",
                                m_model.text(function.name), m_model.text(function.domain)),
                    {});
    m_model.functions.push_back(std::move(function));

    Scope scope;
    scope.graph = body;
    try {
        for (const Field& input : parts.inputs)
            m_model.graphs[body].inputs.push_back(declare(scope, input.text(), "input"));
        declare_outputs(parts.nodes, scope);
        read_nodes(parts.nodes, scope, 1);
        read_value_infos(parts, scope);
        for (const Field& output : parts.outputs)
            if (const ValueId value = resolve(scope, output.text(), nullptr); value != no_id)
                m_model.graphs[body].outputs.push_back(value);
    } catch (wire::ReadFailure& failure) {
        failure.error().context.push_back(
            fmt::format("in function '{}'", m_model.text(m_model.graphs[body].name)));
        throw;
    }
}

} // namespace strata
