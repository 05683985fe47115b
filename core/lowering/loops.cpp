// prim::Loop: written out, or an ONNX Loop.
#include "lowering/graph_lowerer.h"
#include "lowering/python_ops.h"
#include "lowering/python_value.h"
#include "lowering/runtime_lists.h"
#include "lowering/view_writes.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace strata {
namespace {

/// Loops whose trip count is known are written out up to this many iterations and FX nodes; longer
/// ones become an ONNX Loop.
constexpr std::int64_t unroll_limit = 128;
constexpr std::int64_t unroll_node_limit = 8192;
/// Loops that an ONNX Loop cannot state are written out up to this many iterations.
constexpr std::int64_t last_resort_limit = 10000;
/// TorchScript's trip count of a while loop, and what comes near it: no limit.
constexpr std::int64_t unlimited_trips = 2147483647;
/// How often a body is lowered until the types of what goes round do not change any more.
constexpr int max_rounds = 12;

bool is_true(const FxArg& arg)
{
    const bool* flag = std::get_if<bool>(&arg.value);
    return flag && *flag;
}

bool is_append(const FxNode& node)
{
    return node.target == "aten::append" || node.target.starts_with("aten::append.");
}

bool is_stack(const FxNode& node)
{
    return node.target == "aten::stack" || node.target.starts_with("aten::stack.");
}

bool leads_to(const Lowered& value, const PythonList* list)
{
    if (const auto* other = value.as<LoweredList>()) {
        if (other->get() == list)
            return true;
        return std::any_of((*other)->items.begin(), (*other)->items.end(),
                           [&](const Lowered& item) { return leads_to(item, list); });
    }
    if (const auto* tuple = value.as<LoweredTuple>())
        return std::any_of(tuple->items->begin(), tuple->items->end(),
                           [&](const Lowered& item) { return leads_to(item, list); });
    if (const auto* dict = value.as<LoweredDict>())
        return std::any_of((*dict)->begin(), (*dict)->end(),
                           [&](const auto& entry) { return leads_to(entry.second, list); });
    if (const auto* optional = value.as<LoweredOptional>())
        return leads_to(*optional->value, list);
    return false;
}

} // namespace

void GraphLowerer::lower_loop(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    const FxBlock& body = m_fx.blocks[node.blocks.front()];
    const auto trips = as_integer(m_emitter, resolve(node.args[0]));
    const auto condition = known_condition(m_emitter, resolve(node.args[1]));
    if (condition == false || (trips && *trips <= 0)) {
        unroll(id, 0, 0);
        return;
    }
    if (!trips || !condition)
        return lower_dynamic_loop(id);
    const auto size = static_cast<std::int64_t>(nodes_in(id).size()) + 1;
    const bool counted = is_true(body.results.front());
    const bool small = *trips <= unroll_limit && *trips * size <= unroll_node_limit;
    if ((small || !counted) && unroll(id, *trips, unroll_limit))
        return;
    // The file gets smaller with an ONNX Loop; where that cannot be, it gets long.
    const Snapshot before = snapshot(id);
    try {
        lower_dynamic_loop(id);
        if (m_stop || m_result.unsupported.size() == before.unsupported)
            return;
        roll_back(before);
        if (unroll(id, *trips, last_resort_limit))
            return;
        lower_dynamic_loop(id);
    } catch (const Refusal&) {
        roll_back(before);
        if (!unroll(id, *trips, last_resort_limit))
            throw;
    }
}

bool GraphLowerer::unroll(FxNodeId id, std::int64_t trips, std::int64_t limit)
{
    const FxNode& node = m_fx.nodes[id];
    const FxBlock& body = m_fx.blocks[node.blocks.front()];
    const bool counted = is_true(body.results.front());
    if (counted && trips > limit)
        return false;
    std::optional<Snapshot> before;
    if (!counted)
        before = snapshot(id);
    std::vector<Lowered> carried;
    for (std::size_t i = 2; i < node.args.size(); ++i)
        carried.push_back(resolve(node.args[i]));
    std::int64_t iteration = 0;
    std::optional<bool> condition = true;
    for (; iteration < trips && *condition; ++iteration) {
        if (iteration == limit) {
            roll_back(*before);
            return false;
        }
        bind(body.params[0], Lowered(iteration));
        for (std::size_t i = 0; i < carried.size(); ++i)
            if (const FxRef* ref = node.args[i + 2].ref(); ref && iteration == 0)
                bind_alias(body.params[i + 1], ref->value);
            else
                bind_same(body.params[i + 1], carried[i]);
        if (Status status = lower_block(node.blocks.front()); !status) {
            m_stop = status.error();
            return true;
        }
        condition = known_condition(m_emitter, resolve(body.results[0]));
        if (!condition) { // it depends on data from here on
            roll_back(*before);
            return false;
        }
        for (std::size_t i = 0; i < carried.size(); ++i)
            carried[i] = resolve(body.results[i + 1]);
    }
    if (iteration == 0)
        eliminate_block(node.blocks.front(), "loop never entered");
    else
        info(id, "loop-unrolled",
             fmt::format("A loop is written out: it runs {} time{} in this export.", iteration,
                         iteration == 1 ? "" : "s"));
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        bind_same(node.outputs[i], carried[i]);
    m_result.accounting.records[id] = {
        FxFate::Eliminated, {}, {}, iteration == 0 ? "loop never entered" : "loop unrolled"};
    return true;
}

void GraphLowerer::lower_dynamic_loop(FxNodeId id)
{
    const std::size_t first_node = m_result.model->nodes.size();
    const Snapshot before = snapshot(id);
    LoopPlan plan = plan_loop(id);
    try {
        for (int round = 0; !loop_round(id, before, plan); ++round) {
            if (m_stop)
                return;
            if (round == max_rounds)
                throw Refusal{"the types of what goes round in the loop do not settle",
                              "Export with fixed inputs.", false};
        }
        account_owner(id, first_node);
    } catch (const BodyRaises&) {
        roll_back(before);
        throw Refusal{"every iteration of the loop raises an exception", {}, false};
    } catch (...) {
        roll_back(before);
        throw;
    }
}

bool GraphLowerer::is_written_in_place_only(const FxArg& result, FxValueId param) const
{
    const FxRef* ref = result.ref();
    if (!ref || ref->value == param)
        return ref != nullptr;
    const FxValue& value = m_fx.values[ref->value];
    if (value.node == no_index)
        return false;
    const FxNode& node = m_fx.nodes[value.node];
    if (is_in_place(node.target))
        return !node.args.empty() && is_written_in_place_only(node.args.front(), param);
    if (node.target == "prim::If")
        return is_written_in_place_only(m_fx.blocks[node.blocks[0]].results[value.index], param) &&
               is_written_in_place_only(m_fx.blocks[node.blocks[1]].results[value.index], param);
    if (node.target == "prim::Loop") {
        const FxBlock& body = m_fx.blocks[node.blocks.front()];
        return is_written_in_place_only(body.results[value.index + 1],
                                        body.params[value.index + 1]) &&
               is_written_in_place_only(node.args[value.index + 2], param);
    }
    return false;
}

GraphLowerer::LoopPlan GraphLowerer::plan_loop(FxNodeId id)
{
    const FxNode& node = m_fx.nodes[id];
    const FxBlock& body = m_fx.blocks[node.blocks.front()];
    LoopPlan plan;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        const FxArg& initial = node.args[i + 2];
        const FxArg& result = body.results[i + 1];
        plan.in_place.push_back(initial.ref() &&
                                is_written_in_place_only(result, body.params[i + 1]));
        for (const FxArg* source : {&initial, &result})
            if (const FxRef* ref = source->ref()) {
                m_views.link(body.params[i + 1], ref->value, plan.in_place.back());
                m_views.link(node.outputs[i], ref->value, plan.in_place.back());
            }
        if (plan.in_place.back())
            continue;
        Carried carried;
        carried.target = Carried::Target::Value;
        carried.index = i;
        carried.before = resolve(initial);
        carried.form = form_of(m_emitter, carried.before);
        // Most of what goes round changes; what is handed on as it came does not.
        const FxRef* ref = result.ref();
        if (!ref || ref->value != body.params[i + 1])
            carried.form = open_form(m_emitter, std::move(carried.form));
        plan.carried.push_back(std::move(carried));
    }
    return plan;
}

bool GraphLowerer::loop_round(FxNodeId id, const Snapshot& before, LoopPlan& plan)
{
    const FxNode& node = m_fx.nodes[id];
    const FxBlock& body = m_fx.blocks[node.blocks.front()];
    OnnxModel& model = *m_result.model;
    m_emitter.set_origin(node.frame, id);
    const GraphId graph = m_emitter.add_body("Loop_body");
    const std::string prefix(model.text(model.graphs[graph].name));
    m_emitter.set_graph(graph);
    ++m_bodies;
    m_outer_cells = m_cells.size();
    auto add_param = [&](std::string_view name, const LeafType& type) {
        const ValueId value =
            model.add_value(graph, m_emitter.unique_name(fmt::format("{}_{}", prefix, name)));
        set_type(model, value, type);
        model.graphs[graph].inputs.push_back(value);
        return value;
    };
    const ValueId iteration = add_param("iteration", {ValueKind::Tensor, DType::Int64, Shape{}});
    add_param("condition", {ValueKind::Tensor, DType::Bool, Shape{}});
    bind(body.params[0], Lowered::scalar(iteration, FxType::Kind::Int));
    for (std::size_t i = 0; i < plan.in_place.size(); ++i)
        if (plan.in_place[i])
            bind_alias(body.params[i + 1], node.args[i + 2].ref()->value);
    for (const Carried& carried : plan.carried)
        apply(carried, before,
              build(m_emitter, carried.form,
                    [&](const LeafType& type) { return add_param("carried", type); }),
              body.params, 1);
    if (Status status = lower_block(node.blocks.front()); !status) {
        m_stop = status.error();
        return false;
    }
    m_emitter.set_origin(node.frame, id);
    const BodyEnd end = end_body(before, node.blocks.front());
    std::vector<Collected> collected;
    if (!widen_plan(id, before, end, plan, collected)) {
        roll_back(before);
        return false;
    }
    finish_loop(id, before, plan, end, collected);
    return true;
}

bool GraphLowerer::widen_plan(FxNodeId id, const Snapshot& before, const BodyEnd& end,
                              LoopPlan& plan, std::vector<Collected>& collected)
{
    auto is_outside = [&](ValueId value) { return value < before.emitted.values; };
    bool settled = true;
    std::vector<bool> cell_known(before.cells.size(), false);
    std::vector<bool> container_known(before.containers.size(), false);
    for (Carried& carried : plan.carried) {
        if (carried.target == Carried::Target::Value) {
            carried.after = {end.results[carried.index + 1]};
        } else if (carried.target == Carried::Target::Cell) {
            carried.after = {end.cells[carried.index].value};
            cell_known[carried.index] = true;
        } else {
            carried.after = {end.containers[carried.index]};
            container_known[carried.index] = true;
        }
        ValueForm joined =
            join(m_emitter, carried.form, form_of(m_emitter, carried.after.front()), is_outside);
        if (!same_form(joined, carried.form)) {
            carried.form = std::move(joined);
            settled = false;
        }
    }
    auto add = [&](Carried::Target target, std::size_t index, Lowered initial, const Lowered& after,
                   bool open) {
        Carried carried;
        carried.target = target;
        carried.index = index;
        carried.form = form_of(m_emitter, initial);
        if (open)
            carried.form = open_form(m_emitter, std::move(carried.form));
        carried.form = join(m_emitter, carried.form, form_of(m_emitter, after), is_outside);
        carried.before = std::move(initial);
        plan.carried.push_back(std::move(carried));
        settled = false;
    };
    for (std::size_t i = 0; i < plan.in_place.size(); ++i) {
        const FxRef* initial = m_fx.nodes[id].args[i + 2].ref();
        if (!plan.in_place[i] || end.result_cells[i + 1] == m_cell_of[initial->value])
            continue;
        plan.in_place[i] = false;
        m_views.link(m_fx.blocks[m_fx.nodes[id].blocks.front()].params[i + 1], initial->value);
        m_views.link(m_fx.nodes[id].outputs[i], initial->value);
        const Cell& cell = before.cells[m_cell_of[initial->value]];
        add(Carried::Target::Value, i, cell.value, end.results[i + 1], true);
    }
    for (std::size_t i = 0; i < before.cells.size(); ++i)
        if (!cell_known[i] && before.cells[i].base == no_index &&
            end.cells[i].version != before.cells[i].version)
            add(Carried::Target::Cell, i, before.cells[i].value, end.cells[i].value, true);
    for (std::size_t i = 0; i < before.containers.size(); ++i) {
        if (container_known[i] || !end.container_changed[i])
            continue;
        if (auto item = appended_item(id, before.containers[i], plan))
            collected.push_back({i, std::move(*item)});
        else
            add(Carried::Target::Container, i, before.containers[i].value(), end.containers[i],
                false);
    }
    return settled;
}

void GraphLowerer::finish_loop(FxNodeId id, const Snapshot& before, const LoopPlan& plan,
                               const BodyEnd& end, const std::vector<Collected>& collected)
{
    const FxNode& node = m_fx.nodes[id];
    OnnxModel& model = *m_result.model;
    // What the body gives out: whether to go on, what goes round, one item for each list.
    ValueForm truth;
    truth.kind = ValueForm::Kind::Scalar;
    truth.number = FxType::Kind::Bool;
    truth.dtype = DType::Bool;
    if (known_condition(m_emitter, end.results.front()) == true)
        give_out(end.graph, truth,
                 Lowered::scalar(model.graphs[end.graph].inputs[1], FxType::Kind::Bool));
    else
        give_out(end.graph, truth, Lowered::tensor(condition_value(end.results.front())));
    for (const Carried& carried : plan.carried)
        give_out(end.graph, carried.form, carried.after.front());
    std::vector<RuntimeItems> lists;
    for (const Collected& list : collected) {
        const ValueForm form = open_form(m_emitter, form_of(m_emitter, list.item));
        give_out(end.graph, form, list.item);
        RuntimeItems items;
        items.kind = form.kind == ValueForm::Kind::Scalar ? form.number : FxType::Kind::Tensor;
        items.dtype = form.dtype;
        items.shape = form.shape;
        lists.push_back(std::move(items));
    }
    restore_names(before);

    const Lowered trips = resolve(node.args[0]);
    const auto known_trips = as_integer(m_emitter, trips);
    std::vector<ValueId> inputs;
    if (known_trips && *known_trips >= unlimited_trips)
        inputs.push_back(no_id);
    else if (known_trips)
        inputs.push_back(m_emitter.scalar(DType::Int64, *known_trips));
    else
        inputs.push_back(m_emitter.cast(as_tensor(m_emitter, trips), DType::Int64));
    inputs.push_back(condition_value(resolve(node.args[1])));
    for (const Carried& carried : plan.carried)
        flatten(m_emitter, carried.form, carried.before, inputs);
    const std::size_t count = inputs.size() - 2 + collected.size();
    std::vector<ValueId> outputs;
    if (count > 0)
        outputs = m_emitter.emit_many("Loop", std::move(inputs), count,
                                      {{"body", std::vector<GraphId>{end.graph}}});
    std::size_t next = 0;
    for (const Carried& carried : plan.carried)
        apply(carried, before, from_outputs(carried.form, outputs, next), node.outputs);
    for (std::size_t i = 0; i < plan.in_place.size(); ++i)
        if (plan.in_place[i])
            bind_alias(node.outputs[i], node.args[i + 2].ref()->value);
    for (std::size_t i = 0; i < collected.size(); ++i) {
        PythonList& list = *before.containers[collected[i].container].list;
        RuntimeItems items = lists[i];
        items.stacked = outputs[next++];
        if (!list.items.empty()) {
            const RuntimeItems first = to_runtime(m_emitter, list.items);
            items.stacked = m_emitter.concat({stack_items(m_emitter, first, 0), items.stacked}, 0);
        }
        list.items.clear();
        list.runtime = std::move(items);
    }
}

bool GraphLowerer::holds(FxValueId value, const LoweredList& list, FxBlockId seen_from) const
{
    // Only what is defined in this block and those around it has a cell that is in use.
    for (FxBlockId block = seen_from; block != no_index;) {
        if (m_fx.values[value].block == block)
            return m_cell_of[value] < m_cells.size() &&
                   leads_to(m_cells[m_cell_of[value]].value, list.get());
        const FxNodeId owner = m_fx.blocks[block].owner;
        block = owner == no_index ? no_index : m_fx.nodes[owner].block;
    }
    return false;
}

std::optional<Lowered> GraphLowerer::appended_item(FxNodeId loop, const Container& container,
                                                   const LoopPlan& plan)
{
    const LoweredList& list = container.list;
    if (!list || list->runtime || container.list_content.runtime)
        return std::nullopt;
    const std::vector<Lowered>& first = container.list_content.items;
    if (list->items.size() != first.size() + 1 ||
        !std::equal(first.begin(), first.end(), list->items.begin(),
                    [&](const Lowered& a, const Lowered& b) { return same_item(a, b); }))
        return std::nullopt;
    const Lowered& item = list->items.back();
    const bool number =
        item.as<LoweredScalar>() || item.as<bool>() || item.as<std::int64_t>() || item.as<double>();
    if (!number && !item.as<LoweredTensor>())
        return std::nullopt;

    // The body must do nothing with the list but append to it.
    const FxBlockId body = m_fx.nodes[loop].blocks.front();
    const std::vector<FxNodeId> inside = nodes_in(loop);
    auto uses = [&](const FxNode& node, FxBlockId seen_from, auto&& is_fine) {
        bool fine = true;
        std::size_t found = 0;
        visit_uses(node, [&](FxValueId value) { found += holds(value, list, seen_from); });
        if (found > 0) {
            const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
            fine = found == 1 && self && holds(self->value, list, seen_from) && is_fine(node);
        }
        return fine;
    };
    auto result_uses = [&](FxBlockId block, FxBlockId seen_from) {
        bool used = false;
        const auto& results = m_fx.blocks[block].results;
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (block == body && i > 0 && plan.in_place[i - 1])
                continue;
            visit_arg(results[i], [&](const FxArg& arg) {
                if (const FxRef* ref = arg.ref())
                    used = used || holds(ref->value, list, seen_from);
            });
        }
        return used;
    };
    for (const FxNodeId id : inside) {
        if (!uses(m_fx.nodes[id], body, is_append))
            return std::nullopt;
        for (const FxBlockId block : m_fx.nodes[id].blocks)
            if (result_uses(block, body))
                return std::nullopt;
    }
    if (result_uses(body, body))
        return std::nullopt;
    if (number)
        return item;

    // Items of one tensor have one shape: known, or asked for by torch.stack anyway.
    // ONNX Runtime needs their rank where the loop does not run at all.
    const auto shape = m_emitter.shape(item.as<LoweredTensor>()->value);
    if (!shape)
        return std::nullopt;
    if (std::all_of(shape->begin(), shape->end(),
                    [](const Dim& dim) { return dim.known() || dim.symbol != StringId::Empty; })) {
        bool prefix_fits = true;
        for (const Lowered& known : first) {
            const ValueId id = as_tensor(m_emitter, known);
            prefix_fits = prefix_fits && id != no_id && m_emitter.shape(id) == shape;
        }
        if (prefix_fits)
            return item;
    }
    const FxBlockId outer = m_fx.nodes[loop].block;
    const std::unordered_set<FxNodeId> in_loop(inside.begin(), inside.end());
    for (FxNodeId id = loop + 1; id < m_fx.nodes.size(); ++id)
        if (!in_loop.contains(id) && !uses(m_fx.nodes[id], outer, is_stack))
            return std::nullopt;
    for (FxBlockId block = 0; block < m_fx.blocks.size(); ++block)
        if (block != body && result_uses(block, outer))
            return std::nullopt;
    return item;
}

} // namespace strata
