// prim::If: decided at export, or an ONNX If.
#include "lowering/graph_lowerer.h"
#include "lowering/python_ops.h"
#include "lowering/python_value.h"

#include <fmt/format.h>

namespace strata {
namespace {

constexpr std::string_view raise_target = "prim::RaiseException";

} // namespace

void GraphLowerer::lower_if(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    const Lowered condition = resolve(node.args.front());
    if (const auto known = known_condition(m_emitter, condition))
        return take_branch(id, *known, "branch decided at export");
    for (const bool side : {true, false})
        if (always_raises(node.blocks[side ? 0 : 1]) && !always_raises(node.blocks[side ? 1 : 0])) {
            drop_assertion(id, side);
            return take_branch(id, !side, "assertion");
        }
    lower_dynamic_if(id, condition);
}

void GraphLowerer::take_branch(FxNodeId id, bool condition, const std::string& rule)
{
    const FxNode& node = m_fx.nodes[id];
    const FxBlockId taken = node.blocks[condition ? 0 : 1];
    eliminate_block(node.blocks[condition ? 1 : 0], "branch not taken");
    if (Status status = lower_block(taken); !status) {
        m_stop = status.error();
        return;
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        const FxArg& result = m_fx.blocks[taken].results[i];
        if (const FxRef* ref = result.ref())
            bind_alias(node.outputs[i], ref->value);
        else
            bind(node.outputs[i], resolve(result));
    }
    FxRecord& record = m_result.accounting.records[id];
    if (record.fate == FxFate::Unaccounted)
        record = {FxFate::Eliminated, {}, {}, rule};
}

bool GraphLowerer::always_raises(FxBlockId block) const
{
    for (const FxNodeId id : m_fx.blocks[block].nodes) {
        const FxNode& node = m_fx.nodes[id];
        if (node.target == raise_target)
            return true;
        if (node.target == "prim::If" && always_raises(node.blocks[0]) &&
            always_raises(node.blocks[1]))
            return true;
    }
    return false;
}

void GraphLowerer::drop_assertion(FxNodeId id, bool raising_side)
{
    std::string message;
    for (const FxNodeId inner : m_fx.blocks[m_fx.nodes[id].blocks[raising_side ? 0 : 1]].nodes)
        if (const FxNode& node = m_fx.nodes[inner];
            node.target == raise_target && message.empty() && !node.args.empty())
            if (const auto* text = std::get_if<std::string>(&node.args.front().value))
                message = fmt::format(": {}", *text);
    info(id, "assertion-dropped",
         fmt::format("A check of the model is not part of the exported file{}. Inputs that fail it "
                     "give undefined results.",
                     message));
}

GraphLowerer::BodyEnd GraphLowerer::lower_branch(FxNodeId id, std::size_t side,
                                                 const Snapshot& before)
{
    m_emitter.set_origin(m_fx.nodes[id].frame, id);
    m_emitter.set_graph(m_emitter.add_body(side == 0 ? "If_then" : "If_else"));
    ++m_bodies;
    m_outer_cells = m_cells.size();
    const FxBlockId block = m_fx.nodes[id].blocks[side];
    if (Status status = lower_block(block); !status) {
        m_stop = status.error();
        return {};
    }
    BodyEnd end = end_body(before, block);
    restore_names(before);
    return end;
}

void GraphLowerer::lower_dynamic_if(FxNodeId id, const Lowered& condition)
{
    const FxNode& node = m_fx.nodes[id];
    const Snapshot before = snapshot(id);
    const std::size_t first_node = m_result.model->nodes.size();
    std::array<BodyEnd, 2> ends;
    for (std::size_t side = 0; side < 2; ++side) {
        try {
            ends[side] = lower_branch(id, side, before);
        } catch (const BodyRaises&) {
            roll_back(before);
            drop_assertion(id, side == 0);
            return take_branch(id, side != 0, "assertion");
        } catch (...) {
            roll_back(before);
            throw;
        }
        if (m_stop)
            return;
    }
    m_emitter.set_origin(node.frame, id);
    try {
        const std::vector<Carried> carried = join_branches(id, before, ends);
        std::size_t count = 0;
        for (const Carried& value : carried) {
            count += value.form.leaves();
            for (std::size_t side = 0; side < 2; ++side)
                give_out(ends[side].graph, value.form, value.after[side]);
        }
        m_emitter.set_graph(before.graph);
        std::vector<ValueId> outputs;
        if (count > 0)
            outputs = m_emitter.emit_many("If", {condition_value(condition)}, count,
                                          {{"then_branch", std::vector<GraphId>{ends[0].graph}},
                                           {"else_branch", std::vector<GraphId>{ends[1].graph}}});
        std::size_t next = 0;
        for (const Carried& value : carried)
            apply(value, before, from_outputs(value.form, outputs, next), node.outputs);
        if (count > 0)
            account_owner(id, first_node);
        else
            m_result.accounting.records[id] = {
                FxFate::Eliminated, {}, {}, "both branches give the same"};
    } catch (...) {
        roll_back(before);
        throw;
    }
}

std::vector<GraphLowerer::Carried> GraphLowerer::join_branches(FxNodeId id, const Snapshot& before,
                                                               const std::array<BodyEnd, 2>& ends)
{
    const FxNode& node = m_fx.nodes[id];
    const OnnxModel& model = *m_result.model;
    auto is_outside = [&](ValueId value) {
        return value < before.emitted.values || model.values[value].graph == OnnxModel::main_graph;
    };
    std::vector<Carried> carried;
    auto add = [&](Carried::Target target, std::size_t index, const Lowered& yes,
                   const Lowered& no) {
        Carried value;
        value.target = target;
        value.index = index;
        value.form = join(m_emitter, form_of(m_emitter, yes), form_of(m_emitter, no), is_outside);
        value.after = {yes, no};
        carried.push_back(std::move(value));
    };
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        for (const FxBlockId block : node.blocks)
            if (const FxRef* ref = m_fx.blocks[block].results[i].ref())
                m_views.link(node.outputs[i], ref->value);
        if (ends[0].result_cells[i] != no_index &&
            ends[0].result_cells[i] == ends[1].result_cells[i])
            m_cell_of[node.outputs[i]] = ends[0].result_cells[i];
        else
            add(Carried::Target::Value, i, ends[0].results[i], ends[1].results[i]);
    }
    // What one of the branches writes. Views are made anew from what they show.
    for (std::size_t i = 0; i < before.cells.size(); ++i) {
        const std::uint32_t version = before.cells[i].version;
        if (before.cells[i].base == no_index &&
            (ends[0].cells[i].version != version || ends[1].cells[i].version != version))
            add(Carried::Target::Cell, i, ends[0].cells[i].value, ends[1].cells[i].value);
    }
    for (std::size_t i = 0; i < before.containers.size(); ++i)
        if (ends[0].container_changed[i] || ends[1].container_changed[i])
            add(Carried::Target::Container, i, ends[0].containers[i], ends[1].containers[i]);
    return carried;
}

} // namespace strata
