#include "strategy/projector.h"

#include "strategy/trace_values.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <fmt/format.h>

namespace strata {
namespace {

/// Unrolled graphs beyond this are of no use to anybody.
constexpr std::size_t max_nodes = 1'000'000;

bool is_control_flow(const FxNode& node)
{
    return node.target == "prim::If" || node.target == "prim::Loop";
}

bool is_python_value(const FxType& type)
{
    switch (type.kind) {
    case FxType::Kind::Int:
    case FxType::Kind::Float:
    case FxType::Kind::Bool:
    case FxType::Kind::String:
        return true;
    case FxType::Kind::List:
    case FxType::Kind::Tuple:
    case FxType::Kind::Optional:
        return std::all_of(type.elements.begin(), type.elements.end(), is_python_value);
    default:
        return false;
    }
}

} // namespace

Projector::Projector(const Program& program, const ExecutionTrace& trace,
                     const ProjectionPlan& plan, const std::vector<Dependence>& dependences,
                     TaskContext& task)
    : m_program(program),
      m_from(program.graph),
      m_trace(trace),
      m_plan(plan),
      m_dependences(dependences),
      m_task(task),
      m_values(program.graph.values.size()),
      m_known(program.graph.values.size()),
      m_known_type(program.graph.values.size())
{}

Result<std::optional<Projection>> Projector::run()
{
    m_result.program = std::make_shared<Program>(m_program);
    FxGraph& graph = m_result.program->graph;
    graph = FxGraph();
    for (const SourceLocation& source : m_from.sources)
        graph.add_source(source);
    m_scopes.push_back({0, {}});
    graph.frames = {m_from.frames.at(0)};
    m_scopes.back().frames.emplace(0, 0);
    try {
        copy_block(FxGraph::main_block, FxGraph::main_block, {0});
    } catch (const Retry&) {
        return std::optional<Projection>();
    } catch (Stop& stopped) {
        return tl::unexpected(std::move(stopped.error));
    }
    count_calls();
    describe();
    return std::optional<Projection>(std::move(m_result));
}

void Projector::need_more(FxNodeId id)
{
    // The nearest branch or loop around it that is not flattened yet.
    m_missing = id;
    do {
        const FxBlockId block = m_from.nodes[m_missing].block;
        m_missing = block == no_index ? no_index : m_from.blocks[block].owner;
    } while (m_missing != no_index && m_plan.control_flow.contains(m_missing));
    if (m_missing == no_index || m_plan.all_control_flow)
        throw Stop{{ErrorCode::Internal, "A recorded run does not fit its model.", {}}};
    throw Retry{};
}

Projector::Executions Projector::executions_of(FxNodeId id, std::size_t slot,
                                               const Runs& runs) const
{
    Executions executions;
    executions.reserve(runs.size());
    for (const TraceBlockId run : runs) {
        const std::vector<TraceRecordId>& records = m_trace.blocks.at(run).records;
        if (slot >= records.size() || m_trace.records.at(records[slot]).node != id)
            throw Stop{{ErrorCode::Internal, "A recorded run does not fit its model.", {}}};
        executions.push_back(records[slot]);
    }
    return executions;
}

void Projector::copy_block(FxBlockId from, FxBlockId to, const Runs& runs)
{
    std::size_t slot = 0;
    for (const FxNodeId id : m_from.blocks[from].nodes) {
        const FxKind kind = m_from.nodes[id].kind;
        if (kind == FxKind::GetAttr || kind == FxKind::Output) {
            copy_plain(id, to, {});
            continue;
        }
        copy_node(id, to, executions_of(id, slot++, runs));
    }
}

void Projector::copy_node(FxNodeId id, FxBlockId to, const Executions& executions)
{
    if (const Status status = m_task.poll(); !status)
        throw Stop{status.error()};
    if (m_result.program->graph.nodes.size() > max_nodes)
        throw Stop{{ErrorCode::CannotExport,
                    fmt::format("The unrolled model has more than {} operations. Run it on smaller "
                                "inputs, or export with --strategy fx.",
                                max_nodes),
                    {}}};
    const FxNode& node = m_from.nodes[id];
    if (is_control_flow(node) && (m_plan.all_control_flow || m_plan.control_flow.contains(id))) {
        if (executions.empty())
            need_more(id);
        if (node.target == "prim::If")
            flatten_if(id, to, executions);
        else
            flatten_loop(id, to, executions);
    } else {
        copy_plain(id, to, executions);
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        const FxValueId value = node.outputs[i];
        m_known[value] = common_value(m_trace, executions, i);
        m_known_type[value].reset();
        if (!executions.empty())
            // As it was in the run: the file itself may have symbols for these sizes.
            m_known_type[value] = refined_type(m_trace, executions, i, FxType{}, true);
    }
}

void Projector::copy_plain(FxNodeId id, FxBlockId to, const Executions& executions)
{
    FxGraph& graph = m_result.program->graph;
    const FxNode& node = m_from.nodes[id];
    FxNode copy = node;
    copy.blocks.clear();
    copy.frame = map_frame(node.frame);
    const bool fixed = m_plan.values.contains(id) || m_plan.sizes.contains(id);
    if (fixed && executions.empty())
        need_more(id);
    for (FxArg& arg : copy.args)
        arg = fixed ? fix_arg(arg, node, to) : copy_arg(arg);
    for (FxKeywordArg& kwarg : copy.kwargs)
        kwarg.arg = fixed ? fix_arg(kwarg.arg, node, to) : copy_arg(kwarg.arg);
    std::vector<std::string> names;
    std::vector<FxType> types;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        const FxValue& value = m_from.values[node.outputs[i]];
        names.push_back(value.name);
        const bool refine = (m_plan.ranks || m_plan.shapes) && node.kind != FxKind::Placeholder;
        types.push_back(refine ? refined_type(m_trace, executions, i, value.type, m_plan.shapes)
                               : value.type);
    }
    const FxNodeId added = graph.add_node(to, std::move(copy), std::move(names), std::move(types));
    m_result.origins.resize(graph.nodes.size(), no_index);
    m_result.records.resize(graph.nodes.size(), no_index);
    m_result.origins[added] = id;
    if (!executions.empty())
        m_result.records[added] = executions.front();
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        m_values[node.outputs[i]] = FxRef{graph.nodes[added].outputs[i]};
    copy_bodies(node, added, executions);
}

void Projector::copy_bodies(const FxNode& node, FxNodeId copy, const Executions& executions)
{
    FxGraph& graph = m_result.program->graph;
    for (std::size_t b = 0; b < node.blocks.size(); ++b) {
        const FxBlockId from = node.blocks[b];
        const FxBlockId to = graph.add_block(copy);
        graph.nodes[copy].blocks.push_back(to);
        Runs runs;
        for (const TraceRecordId id : executions) {
            const TraceRecord& record = m_trace.records[id];
            if (node.target == "prim::Loop" || record.branch == b)
                runs.insert(runs.end(), record.bodies.begin(), record.bodies.end());
        }
        for (const FxValueId param : m_from.blocks[from].params) {
            const FxValue& value = m_from.values[param];
            m_values[param] = FxRef{graph.add_block_param(to, value.name, value.type)};
            m_known[param].reset();
            m_known_type[param].reset();
        }
        if (runs.empty()) {
            // Nothing of it ran: it is copied as it is, unless the plan wants something in it.
            for (const FxNodeId id : m_from.blocks[from].nodes)
                copy_node(id, to, {});
        } else {
            copy_block(from, to, runs);
        }
        for (const FxArg& result : m_from.blocks[from].results) {
            FxArg mapped = copy_arg(result);
            graph.blocks[to].results.push_back(std::move(mapped));
        }
    }
}

void Projector::flatten_if(FxNodeId id, FxBlockId to, const Executions& executions)
{
    const FxNode& node = m_from.nodes[id];
    const std::uint32_t branch = m_trace.records[executions.front()].branch;
    Runs runs;
    for (const TraceRecordId execution : executions) {
        const TraceRecord& record = m_trace.records[execution];
        if (record.branch != branch || record.bodies.size() != 1)
            need_more(id);
        runs.push_back(record.bodies.front());
    }
    if (branch >= node.blocks.size())
        throw Stop{{ErrorCode::Internal, "A recorded run does not fit its model.", {}}};
    const FxBlockId taken = node.blocks[branch];
    copy_block(taken, to, runs);
    const std::vector<FxArg>& results = m_from.blocks[taken].results;
    for (std::size_t i = 0; i < node.outputs.size() && i < results.size(); ++i)
        m_values[node.outputs[i]] = copy_arg(results[i]);
    const FxRef* condition = node.args.front().ref();
    note("branch", id, branch == 0 ? "then-branch taken" : "else-branch taken",
         condition ? m_dependences[condition->value] : Dependence::OnModel, executions.size());
}

void Projector::flatten_loop(FxNodeId id, FxBlockId to, const Executions& executions)
{
    const FxNode& node = m_from.nodes[id];
    const FxBlockId body = node.blocks.at(0);
    const FxBlock& block = m_from.blocks[body];
    const std::size_t trips = m_trace.records[executions.front()].bodies.size();
    for (const TraceRecordId execution : executions)
        if (m_trace.records[execution].bodies.size() != trips)
            need_more(id);
    std::vector<FxArg> carried;
    std::vector<std::optional<FxArg>> known;
    std::vector<std::optional<FxType>> types;
    const auto remember = [&](const FxArg& arg) {
        const FxRef* ref = arg.ref();
        known.push_back(ref ? m_known[ref->value] : std::optional<FxArg>(arg));
        types.push_back(ref ? m_known_type[ref->value] : std::nullopt);
    };
    for (std::size_t i = 2; i < node.args.size(); ++i) {
        carried.push_back(copy_arg(node.args[i]));
        remember(node.args[i]);
    }
    for (std::size_t trip = 0; trip < trips; ++trip) {
        const FxArg number(static_cast<std::int64_t>(trip));
        m_values[block.params.at(0)] = number;
        m_known[block.params[0]] = number;
        for (std::size_t i = 0; i < carried.size(); ++i) {
            m_values[block.params.at(i + 1)] = carried[i];
            m_known[block.params[i + 1]] = known[i];
            m_known_type[block.params[i + 1]] = types[i];
        }
        Runs runs;
        for (const TraceRecordId execution : executions)
            runs.push_back(m_trace.records[execution].bodies[trip]);
        m_scopes.push_back({node.frame, {}});
        copy_block(body, to, runs);
        m_scopes.pop_back();
        known.clear();
        types.clear();
        for (std::size_t i = 0; i < carried.size(); ++i) {
            carried[i] = copy_arg(block.results.at(i + 1));
            remember(block.results[i + 1]);
        }
    }
    for (std::size_t i = 0; i < node.outputs.size() && i < carried.size(); ++i)
        m_values[node.outputs[i]] = carried[i];
    Dependence dependence = Dependence::OnModel;
    for (const FxArg* arg : {&node.args[0], &node.args[1], &block.results.at(0)})
        if (const FxRef* ref = arg->ref())
            dependence = std::max(dependence, m_dependences[ref->value]);
    note("loop", id, fmt::format("run {} times", trips), dependence, executions.size());
}

FxArg Projector::copy_arg(const FxArg& arg) const
{
    if (const FxRef* ref = arg.ref())
        return m_values[ref->value];
    if (const auto* list = std::get_if<FxArg::List>(&arg.value)) {
        FxArg::List items;
        items.reserve(list->size());
        for (const FxArg& item : *list)
            items.push_back(copy_arg(item));
        return items;
    }
    return arg;
}

FxArg Projector::fix_arg(const FxArg& arg, const FxNode& user, FxBlockId to)
{
    if (const auto* list = std::get_if<FxArg::List>(&arg.value)) {
        FxArg::List items;
        for (const FxArg& item : *list)
            items.push_back(fix_arg(item, user, to));
        return items;
    }
    const FxRef* ref = arg.ref();
    if (!ref || m_dependences[ref->value] == Dependence::OnModel || !m_known[ref->value])
        return copy_arg(arg);
    const FxValue& value = m_from.values[ref->value];
    const FxNodeId user_id = static_cast<FxNodeId>(&user - m_from.nodes.data());
    if (m_dependences[ref->value] == Dependence::OnData && !m_plan.values.contains(user_id))
        return copy_arg(arg);
    const FxArg& known = *m_known[ref->value];
    if (is_python_value(value.type)) {
        note("value", user_id, fmt::format("{} fixed to its value in the run", value.name),
             m_dependences[ref->value], 1);
        return known;
    }
    const auto* elements = std::get_if<FxArg::List>(&known.value);
    const std::optional<FxType>& type = m_known_type[ref->value];
    if (!elements || !type || type->kind != FxType::Kind::Tensor || !type->shape ||
        !std::all_of(type->shape->begin(), type->shape->end(),
                     [](const FxDim& dim) { return dim.known(); }))
        return copy_arg(arg);
    note("value", user_id, fmt::format("{} fixed to its elements in the run", value.name),
         m_dependences[ref->value], 1);
    return constant_tensor(*type, *elements, user, to);
}

FxArg Projector::constant_tensor(const FxType& type, const FxArg::List& elements,
                                 const FxNode& user, FxBlockId to)
{
    Program& program = *m_result.program;
    std::vector<std::int64_t> shape;
    for (const FxDim& dim : *type.shape)
        shape.push_back(dim.value);
    const std::size_t width = bytes_for(type.dtype, 1);
    std::vector<std::byte> bytes;
    for (const FxArg& element : elements) {
        // Little-endian: the low bytes come first whatever the width.
        const std::int64_t number = std::get<std::int64_t>(element.value);
        std::array<std::byte, sizeof number> raw;
        std::memcpy(raw.data(), &number, sizeof number);
        bytes.insert(bytes.end(), raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(width));
    }
    FxNode node;
    node.kind = FxKind::GetAttr;
    node.tensor = static_cast<std::uint32_t>(program.tensors.size());
    node.target = fmt::format("_recorded_constant{}", node.tensor);
    node.frame = map_frame(user.frame);
    program.tensors.push_back(Tensor::from_bytes(type.dtype, std::move(shape), std::move(bytes)));
    program.tensor_names.push_back(node.target);
    const FxNodeId added =
        program.graph.add_node(to, std::move(node), {"recorded_constant"}, {type});
    m_result.origins.resize(program.graph.nodes.size(), no_index);
    m_result.records.resize(program.graph.nodes.size(), no_index);
    return FxRef{program.graph.nodes[added].outputs[0]};
}

bool Projector::is_around(FrameId outer, FrameId inner) const
{
    for (; inner != no_index; inner = m_from.frames[inner].parent)
        if (inner == outer)
            return true;
    return false;
}

FrameId Projector::map_frame(FrameId frame)
{
    // The innermost copy that the call was made in; calls around the copied piece are outside.
    std::size_t level = m_scopes.size() - 1;
    while (level > 0 && is_around(frame, m_scopes[level].owner))
        --level;
    if (const auto it = m_scopes[level].frames.find(frame); it != m_scopes[level].frames.end())
        return it->second;
    const CallFrame& original = m_from.frames[frame];
    const FrameId parent = original.parent == no_index ? no_index : map_frame(original.parent);
    const FrameId made =
        m_result.program->graph.add_frame(original.module, 0, parent, original.call_site);
    m_scopes[level].frames.emplace(frame, made);
    return made;
}

} // namespace strata
