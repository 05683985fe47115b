// What branches and loops share: going back to a state, and passing values out of a body.
#include "lowering/graph_lowerer.h"
#include "lowering/python_value.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace strata {
namespace {

/// The lists and dicts that a value leads to, each once.
template <class Add>
void visit_containers(const Lowered& value, std::unordered_set<const void*>& seen, const Add& add)
{
    if (const auto* tuple = value.as<LoweredTuple>()) {
        if (seen.insert(tuple->items.get()).second)
            for (const Lowered& item : *tuple->items)
                visit_containers(item, seen, add);
    } else if (const auto* list = value.as<LoweredList>()) {
        if (!seen.insert(list->get()).second)
            return;
        add(*list, nullptr);
        for (const Lowered& item : (*list)->items)
            visit_containers(item, seen, add);
    } else if (const auto* dict = value.as<LoweredDict>()) {
        if (!seen.insert(dict->get()).second)
            return;
        add(nullptr, *dict);
        for (const auto& [key, item] : **dict)
            visit_containers(item, seen, add);
    } else if (const auto* optional = value.as<LoweredOptional>()) {
        visit_containers(*optional->value, seen, add);
    }
}

bool same_items(const RuntimeItems& a, const RuntimeItems& b)
{
    return a.sequence == b.sequence && a.stacked == b.stacked;
}

} // namespace

Lowered GraphLowerer::Container::value() const
{
    if (list)
        return Lowered(std::make_shared<PythonList>(list_content));
    return Lowered(
        LoweredDict(std::make_shared<std::vector<std::pair<Lowered, Lowered>>>(dict_content)));
}

Lowered GraphLowerer::Container::now() const
{
    if (list)
        return Lowered(std::make_shared<PythonList>(*list));
    return Lowered(LoweredDict(std::make_shared<std::vector<std::pair<Lowered, Lowered>>>(*dict)));
}

void GraphLowerer::Container::restore() const
{
    if (list)
        *list = list_content;
    else
        *dict = dict_content;
}

bool GraphLowerer::Container::changed(
    const std::function<bool(const Lowered&, const Lowered&)>& same) const
{
    if (!list)
        return !std::equal(dict->begin(), dict->end(), dict_content.begin(), dict_content.end(),
                           [&](const auto& a, const auto& b) {
                               return identical(a.first, b.first) && same(a.second, b.second);
                           });
    if (list->runtime || list_content.runtime)
        return !list->runtime || !list_content.runtime ||
               !same_items(*list->runtime, *list_content.runtime);
    return !std::equal(list->items.begin(), list->items.end(), list_content.items.begin(),
                       list_content.items.end(), same);
}

std::vector<FxNodeId> GraphLowerer::nodes_in(FxNodeId owner) const
{
    std::vector<FxNodeId> found;
    std::vector<FxBlockId> todo = m_fx.nodes[owner].blocks;
    while (!todo.empty()) {
        const FxBlockId block = todo.back();
        todo.pop_back();
        for (const FxNodeId node : m_fx.blocks[block].nodes) {
            found.push_back(node);
            todo.insert(todo.end(), m_fx.nodes[node].blocks.begin(), m_fx.nodes[node].blocks.end());
        }
    }
    return found;
}

GraphLowerer::Snapshot GraphLowerer::snapshot(FxNodeId owner)
{
    const std::vector<FxNodeId> nodes = nodes_in(owner);
    // Weights that only the bodies read exist outside of them all the same: a body may write them.
    for (const FxNodeId id : nodes)
        if (const FxNode& node = m_fx.nodes[id]; node.kind == FxKind::GetAttr &&
                                                 node.tensor < m_program.tensors.size() &&
                                                 to_onnx(m_program.tensors[node.tensor].dtype) != 0)
            tensor_cell(id);
    Snapshot before;
    before.cells = m_cells;
    std::unordered_set<const void*> seen;
    for (const Cell& cell : m_cells)
        visit_containers(cell.value, seen, [&](const LoweredList& list, const LoweredDict& dict) {
            Container container{list, dict, {}, {}};
            if (list)
                container.list_content = *list;
            else
                container.dict_content = *dict;
            before.containers.push_back(std::move(container));
        });
    before.emitted = m_emitter.checkpoint();
    for (const FxNodeId id : nodes)
        before.records.emplace_back(id, m_result.accounting.records[id]);
    before.unsupported = m_result.unsupported.size();
    before.diagnostics = m_result.diagnostics.size();
    before.graph = m_emitter.graph();
    before.bodies = m_bodies;
    before.outer_cells = m_outer_cells;
    return before;
}

void GraphLowerer::restore_names(const Snapshot& before)
{
    m_cells = before.cells;
    for (std::uint32_t& cell : m_tensor_cell)
        if (cell != no_index && cell >= m_cells.size())
            cell = no_index;
    for (const Container& container : before.containers)
        container.restore();
    m_emitter.set_graph(before.graph);
    m_bodies = before.bodies;
    m_outer_cells = before.outer_cells;
}

void GraphLowerer::roll_back(const Snapshot& before)
{
    restore_names(before);
    m_emitter.roll_back(before.emitted);
    for (ValueId& initializer : m_initializer_of)
        if (initializer != no_id && initializer >= before.emitted.values)
            initializer = no_id;
    for (const auto& [id, record] : before.records)
        m_result.accounting.records[id] = record;
    m_result.unsupported.resize(before.unsupported);
    m_result.diagnostics.resize(before.diagnostics);
}

GraphLowerer::BodyEnd GraphLowerer::end_body(const Snapshot& before, FxBlockId block)
{
    BodyEnd end;
    end.graph = m_emitter.graph();
    for (const FxArg& result : m_fx.blocks[block].results) {
        end.results.push_back(resolve(result));
        const FxRef* ref = result.ref();
        const bool outside = ref && m_cell_of[ref->value] < before.cells.size();
        end.result_cells.push_back(outside ? m_cell_of[ref->value] : no_index);
    }
    end.cells.assign(m_cells.begin(),
                     m_cells.begin() + static_cast<std::ptrdiff_t>(before.cells.size()));
    for (const Container& container : before.containers) {
        Lowered held = container.list ? Lowered(container.list) : Lowered(container.dict);
        refresh_items(held);
        end.containers.push_back(container.now());
        end.container_changed.push_back(
            container.changed([&](const Lowered& a, const Lowered& b) { return same_item(a, b); }));
    }
    return end;
}

void GraphLowerer::give_out(GraphId body, const ValueForm& form, const Lowered& value)
{
    OnnxModel& model = *m_result.model;
    m_emitter.set_graph(body);
    std::vector<ValueId> leaves;
    flatten(m_emitter, form, value, leaves);
    for (ValueId id : leaves) {
        const auto& outputs = model.graphs[body].outputs;
        const bool made_here = model.values[id].graph == body && model.values[id].producer != no_id;
        if (!made_here || std::find(outputs.begin(), outputs.end(), id) != outputs.end())
            id = m_emitter.copy(id);
        model.graphs[body].outputs.push_back(id);
    }
}

void GraphLowerer::apply(const Carried& carried, const Snapshot& before, Lowered value,
                         const std::vector<FxValueId>& values, std::size_t first)
{
    mark_joined(value);
    switch (carried.target) {
    case Carried::Target::Value:
        bind(values[carried.index + first], std::move(value));
        return;
    case Carried::Target::Cell:
        m_cells[carried.index].value = std::move(value);
        ++m_cells[carried.index].version;
        return;
    case Carried::Target::Container:
        const Container& container = before.containers[carried.index];
        if (container.list)
            *container.list = **value.as<LoweredList>();
        else
            *container.dict = **value.as<LoweredDict>();
        return;
    }
}

Lowered GraphLowerer::from_outputs(const ValueForm& form, const std::vector<ValueId>& outputs,
                                   std::size_t& next)
{
    return build(m_emitter, form, [&](const LeafType& type) {
        const ValueId id = outputs[next++];
        const OnnxValue& value = m_result.model->values[id];
        if (type.kind == ValueKind::Sequence || value.dtype == DType::Unknown)
            set_type(*m_result.model, id, type);
        return id;
    });
}

ValueId GraphLowerer::condition_value(const Lowered& condition)
{
    ValueId id = as_tensor(m_emitter, condition);
    if (id == no_id)
        throw Refusal{fmt::format("{} is used as a condition", describe(condition)), {}, false};
    id = m_emitter.cast(id, DType::Bool);
    return m_emitter.rank(id) == 0 ? id : m_emitter.reshape(id, std::span<const std::int64_t>{});
}

void GraphLowerer::account_owner(FxNodeId id, std::size_t first_node)
{
    FxRecord& record = m_result.accounting.records[id];
    record.fate = FxFate::Emitted;
    record.rule.clear();
    for (std::size_t n = first_node; n < m_result.model->nodes.size(); ++n)
        if (m_result.model->provenance[n].fx == id)
            record.nodes.push_back(static_cast<NodeId>(n));
}

void GraphLowerer::info(FxNodeId id, std::string code, std::string message)
{
    const std::string& module = m_program.modules[m_fx.frames[m_fx.nodes[id].frame].module].fqn;
    const std::string source = source_text(id);
    Diagnostic told{Severity::Info, std::move(code), std::move(message),
                    source.empty() ? module : fmt::format("{} ({})", module, source)};
    // Code that is lowered again, as in loops that are written out, says it once.
    auto& all = m_result.diagnostics;
    if (std::find(all.begin(), all.end(), told) == all.end())
        all.push_back(std::move(told));
}

} // namespace strata
