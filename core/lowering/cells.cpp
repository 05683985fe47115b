// What FX values have become, and how a write reaches all names of a tensor.
#include "lowering/graph_lowerer.h"
#include "lowering/python_value.h"
#include "lowering/quantized_values.h"
#include "lowering/view_scatter.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

namespace strata {
namespace {

/// Calls `visit` on each item of a list, tuple or dict, and on what may be None.
template <class Visit>
void visit_items(Lowered& container, const Visit& visit)
{
    if (const auto* list = container.as<LoweredList>()) {
        for (Lowered& item : (*list)->items)
            visit(item);
    } else if (const auto* tuple = container.as<LoweredTuple>()) {
        for (Lowered& item : *tuple->items)
            visit(item);
    } else if (const auto* dict = container.as<LoweredDict>()) {
        for (auto& [key, item] : **dict)
            visit(item);
    } else if (const auto* optional = container.as<LoweredOptional>()) {
        visit(*optional->value);
    }
}

/// The tensors that an operator gave, one by one or in a list.
std::vector<ValueId> views_of(const Outputs& outputs)
{
    std::vector<ValueId> views;
    const auto add = [&](const Lowered& item) {
        if (const auto* tensor = item.as<LoweredTensor>())
            views.push_back(tensor->value);
    };
    for (Lowered output : outputs.values) {
        add(output);
        visit_items(output, add);
    }
    return views;
}

} // namespace

const Lowered& GraphLowerer::value(FxValueId id)
{
    refresh(m_cell_of[id]);
    refresh_items(m_cells[m_cell_of[id]].value);
    return m_cells[m_cell_of[id]].value;
}

bool GraphLowerer::is_valid(const CellTag& tag) const
{
    return tag.cell < m_cells.size() && m_cells[tag.cell].serial == tag.serial && tag.serial != 0;
}

void GraphLowerer::refresh_items(Lowered& container)
{
    const auto refresh_item = [&](Lowered& item) {
        auto* tensor = std::get_if<LoweredTensor>(&item.value);
        if (!tensor) {
            refresh_items(item);
            return;
        }
        if (!is_valid(tensor->tag))
            return;
        refresh(tensor->tag.cell);
        if (const auto* now = m_cells[tensor->tag.cell].value.as<LoweredTensor>())
            tensor->value = now->value;
    };
    visit_items(container, refresh_item);
}

void GraphLowerer::tag_items(Lowered& container)
{
    visit_items(container, [&](Lowered& item) {
        auto* tensor = std::get_if<LoweredTensor>(&item.value);
        if (!tensor || is_valid(tensor->tag))
            return;
        const std::uint32_t cell = add_cell(item);
        tensor->tag = {cell, m_cells[cell].serial};
    });
}

void GraphLowerer::mark_joined(Lowered& container)
{
    visit_items(container, [&](Lowered& item) {
        auto* tensor = std::get_if<LoweredTensor>(&item.value);
        if (!tensor) {
            mark_joined(item);
            return;
        }
        if (is_valid(tensor->tag))
            return;
        const std::uint32_t cell = add_cell(item);
        m_cells[cell].chosen_from = any_variable;
        tensor->tag = {cell, m_cells[cell].serial};
    });
}

bool GraphLowerer::same_item(const Lowered& a, const Lowered& b) const
{
    const auto* left = a.as<LoweredTensor>();
    const auto* right = b.as<LoweredTensor>();
    if (left && right && is_valid(left->tag) && is_valid(right->tag))
        return left->tag.cell == right->tag.cell;
    return identical(a, b);
}

std::uint32_t GraphLowerer::add_cell(Lowered lowered)
{
    if (auto* tensor = std::get_if<LoweredTensor>(&lowered.value))
        tensor->tag = {};
    Cell cell;
    cell.value = std::move(lowered);
    cell.serial = ++m_serial;
    m_cells.push_back(std::move(cell));
    return static_cast<std::uint32_t>(m_cells.size() - 1);
}

void GraphLowerer::bind_python_outputs(const FxNode& node, Outputs outputs)
{
    // Tensors that come out of a list, tuple or dict are the variables that are in it.
    bind_outputs(node, outputs);
    outputs.values.resize(node.outputs.size());
    const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
    const bool container =
        self && (sequence_items(value(self->value)) || runtime_items(value(self->value)) ||
                 value(self->value).as<LoweredDict>());
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
        const auto* tensor = outputs.values[i].as<LoweredTensor>();
        const bool known = tensor && is_valid(tensor->tag);
        if (tensor && container && m_views.is_list_of_views(self->value))
            m_views.link(node.outputs[i], self->value, known);
        if (known)
            m_cell_of[node.outputs[i]] = tensor->tag.cell;
        else if (tensor && container && node.target != "aten::pop")
            m_cells[m_cell_of[node.outputs[i]]].chosen_from = self->value;
    }
}

void GraphLowerer::refresh(std::uint32_t cell)
{
    const std::uint32_t base = m_cells[cell].base;
    if (base == no_index)
        return;
    refresh(base);
    if (m_cells[cell].base_version == m_cells[base].version)
        return;
    // The base has been written since: look through the view again.
    const FxNode& view = m_fx.nodes[m_cells[cell].view];
    const OpRegistry::Op* op = m_registry.find(view.target);
    const Lowered self = m_cells[base].value;
    m_cells[cell].base_version = m_cells[base].version;
    const Outputs outputs = call_operator(*op, view, &self);
    const auto pieces = views_of(outputs);
    // A list of views that has no number yet is made anew as a whole.
    const bool piece =
        is_split_view(view.target) && m_cells[cell].value.as<LoweredTensor>() != nullptr;
    m_cells[cell].value =
        piece ? Lowered::tensor(pieces[m_cells[cell].item]) : outputs.values.front();
    ++m_cells[cell].version;
}

std::vector<std::uint32_t> GraphLowerer::untouched_pieces(std::uint32_t cell,
                                                          std::size_t count) const
{
    // follow_views() found the cells of all pieces in a row.
    const Cell& written = m_cells[cell];
    std::vector<std::uint32_t> others;
    const std::uint32_t first = cell - std::min(cell, written.item);
    for (std::size_t i = first; i < std::min(first + count, m_cells.size()); ++i)
        if (i != cell && m_cells[i].base == written.base && m_cells[i].view == written.view &&
            m_cells[i].base_version == m_cells[written.base].version)
            others.push_back(static_cast<std::uint32_t>(i));
    return others;
}

void GraphLowerer::follow_views(FxNodeId id, FxValueId base)
{
    const FxNode& node = m_fx.nodes[id];
    const std::uint32_t base_cell = m_cell_of[base];
    const auto follow = [&](std::uint32_t cell, std::size_t item) {
        m_cells[cell].base = base_cell;
        m_cells[cell].view = id;
        m_cells[cell].item = static_cast<std::uint32_t>(item);
        m_cells[cell].base_version = m_cells[base_cell].version;
    };
    const bool followed =
        is_exact_view(node.target) || (!is_split_view(node.target) && node.outputs.size() == 1 &&
                                       m_views.is_exact(node.outputs.front(), base));
    if (node.outputs.size() == 1 && followed) {
        follow(m_cell_of[node.outputs.front()], 0);
    } else if (node.outputs.size() == 1 && is_split_view(node.target)) {
        Lowered views = m_cells[m_cell_of[node.outputs.front()]].value; // the same list
        if (runtime_items(views)) {
            follow(m_cell_of[node.outputs.front()], 0);
            return;
        }
        tag_items(views);
        std::size_t item = 0;
        visit_items(views, [&](Lowered& view) {
            follow(std::get<LoweredTensor>(view.value).tag.cell, item++);
        });
    } else if (is_split_view(node.target)) {
        for (std::size_t item = 0; item < node.outputs.size(); ++item)
            follow(m_cell_of[node.outputs[item]], item);
    }
}

void GraphLowerer::write_cell(std::uint32_t cell, ValueId written)
{
    // The base first: where it cannot be stated, nothing has changed.
    const std::uint32_t base = m_cells[cell].base;
    if (base != no_index) {
        refresh(base);
        const FxNode& view = m_fx.nodes[m_cells[cell].view];
        const OpSchema& schema = m_registry.find(view.target)->schema;
        const Lowered self = m_cells[base].value;
        OpCall call(m_emitter, schema, bind_arguments(schema, view, &self));
        if (is_split_view(view.target)) {
            const Outputs outputs = call_operator(*m_registry.find(view.target), view, &self);
            const std::vector<ValueId> pieces = views_of(outputs);
            const std::vector<std::uint32_t> others = untouched_pieces(cell, pieces.size());
            write_cell(base, write_through_split(call, pieces, m_cells[cell].item, written));
            for (const std::uint32_t other : others)
                m_cells[other].base_version = m_cells[base].version;
        } else {
            write_cell(base, write_through_view(call, written));
        }
        m_cells[cell].base_version = m_cells[base].version;
    }
    m_cells[cell].value = Lowered::tensor(written);
    ++m_cells[cell].version;
}

void GraphLowerer::forget_views(std::size_t first_value)
{
    for (Cell& cell : m_cells) {
        const auto* tensor = cell.value.as<LoweredTensor>();
        if (cell.base != no_index && tensor && tensor->value >= first_value)
            cell.base_version = m_cells[cell.base].version - 1;
    }
}

void GraphLowerer::bind(FxValueId id, Lowered lowered)
{
    m_cell_of[id] = add_cell(std::move(lowered));
}

void GraphLowerer::bind_same(FxValueId id, const Lowered& resolved)
{
    const auto* tensor = resolved.as<LoweredTensor>();
    if (tensor && is_valid(tensor->tag))
        m_cell_of[id] = tensor->tag.cell;
    else
        bind(id, resolved);
}

void GraphLowerer::bind_alias(FxValueId id, FxValueId of)
{
    m_cell_of[id] = m_cell_of[of];
}

void GraphLowerer::bind_outputs(const FxNode& node, Outputs outputs)
{
    // An operator with a tuple result may be stated as one value that holds them all.
    if (node.outputs.size() == 1 && outputs.values.size() > 1)
        outputs = Outputs(Lowered::tuple(std::move(outputs.values)));
    outputs.values.resize(node.outputs.size());
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
        bind(node.outputs[i], std::move(outputs.values[i]));
}

void GraphLowerer::require_followed(FxNodeId id, FxValueId written)
{
    if (const std::string shared = m_views.conflict(id, written); !shared.empty())
        throw Refusal{
            fmt::format("it writes into memory that '{}' shares and that is used later", shared),
            "Write the model without the in-place operation.", false};
    for (std::uint32_t cell = m_cell_of[written]; cell != no_index; cell = m_cells[cell].base)
        if (const FxValueId list = m_cells[cell].chosen_from;
            list == any_variable || (list != no_index && m_views.is_used_after(list, id)))
            throw Refusal{"it writes into an item of a list, dict or tuple, and which tensor that "
                          "is is only known when the model runs",
                          "Write the model without the in-place operation.", false};
}

void GraphLowerer::keep_quantized(const FxNode& node, Outputs& outputs)
{
    if (!node.target.starts_with("aten::") || node.target.starts_with("aten::dequantize") ||
        node.args.empty())
        return;
    Lowered self = resolve(node.args.front());
    if (const auto* items = sequence_items(self); items && !items->empty())
        self = Lowered(items->front());
    const auto* tensor = self.as<LoweredTensor>();
    if (const auto grid = tensor ? grid_of(m_emitter.model(), tensor->value) : std::nullopt)
        keep_on_grid(m_emitter, node.target, *grid, outputs);
}

void GraphLowerer::write_outs(FxNodeId id, Outputs& outputs)
{
    const FxNode& node = m_fx.nodes[id];
    const std::size_t count = node.outputs.size();
    outputs.values.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const FxRef* out = node.args[node.args.size() - count + i].ref();
        const auto* result = outputs.values[i].as<LoweredTensor>();
        const auto* before = out ? value(out->value).as<LoweredTensor>() : nullptr;
        if (!before || !result)
            throw Refusal{"what takes the result is no tensor", {}, false};
        require_followed(id, out->value);
        for (std::size_t k = 0; k < i; ++k)
            if (m_cell_of[node.outputs[k]] == m_cell_of[out->value])
                throw Refusal{"one tensor takes two results (PyTorch's tracer makes one of two "
                              "empty tensors)",
                              "Write the model without 'out='.", false};
        // A tensor of another shape is made anew; one that shares memory cannot be.
        const std::uint32_t cell = m_cell_of[out->value];
        const bool shared = m_cells[cell].base != no_index ||
                            std::any_of(m_cells.begin(), m_cells.end(),
                                        [cell](const Cell& other) { return other.base == cell; });
        const auto old_shape = m_emitter.static_shape(before->value);
        const auto new_shape = m_emitter.static_shape(result->value);
        if (shared && old_shape && new_shape && *old_shape != *new_shape)
            throw Refusal{"the tensor that takes the result has another shape and shares memory",
                          "Give a tensor of the result's shape.", false};
        write_cell(cell, m_emitter.cast(result->value, m_emitter.dtype(before->value)));
        bind_alias(node.outputs[i], out->value);
    }
}

void GraphLowerer::change_form(FxNodeId id, Outputs& outputs)
{
    const FxNode& node = m_fx.nodes[id];
    const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
    if (!self || outputs.values.empty() || !outputs.values.front().as<LoweredTensor>())
        throw Refusal{"the form of something that is no tensor", {}, false};
    const std::uint32_t cell = m_cell_of[self->value];
    const auto is_view_of_it = [cell](const Cell& other) { return other.base == cell; };
    if (cell < m_outer_cells) { // what surrounds the body knows cells by their number
        if (m_cells[cell].base != no_index ||
            std::any_of(m_cells.begin(), m_cells.end(), is_view_of_it))
            throw Refusal{
                "it changes the form of a tensor that shares memory and comes from outside "
                "of the branch or loop",
                "Use the operator that gives the other form as its result.", false};
        write_in_place(id, outputs);
        return;
    }
    // The memory keeps its form under no name; the name is a view of it from now on.
    const auto memory = static_cast<std::uint32_t>(m_cells.size());
    for (Cell& other : m_cells)
        if (is_view_of_it(other))
            other.base = memory;
    Cell old = m_cells[cell];
    old.serial = ++m_serial;
    m_cells.push_back(std::move(old));
    Cell& renewed = m_cells[cell];
    renewed.value = Lowered::tensor(outputs.values.front().as<LoweredTensor>()->value);
    renewed.base = memory;
    renewed.view = id;
    renewed.base_version = m_cells[memory].version;
    renewed.contiguous = false;
    m_strides.erase(renewed.serial);
    ++renewed.version;
    for (const FxValueId output : node.outputs)
        bind_alias(output, self->value);
}

void GraphLowerer::write_in_place(FxNodeId id, Outputs& outputs)
{
    const FxNode& node = m_fx.nodes[id];
    const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
    const auto* result =
        outputs.values.empty() ? nullptr : outputs.values.front().as<LoweredTensor>();
    if (!self || !result) {
        bind_outputs(node, std::move(outputs));
        return;
    }
    require_followed(id, self->value);
    // The written tensor keeps its dtype, whatever type promotion says of the operation.
    ValueId written = result->value;
    if (const auto* before = value(self->value).as<LoweredTensor>())
        written = m_emitter.cast(written, m_emitter.dtype(before->value));
    write_cell(m_cell_of[self->value], written);
    for (FxValueId output : node.outputs)
        bind_alias(output, self->value);
}

const Lowered& GraphLowerer::value_before_refusal(FxValueId id)
{
    try {
        return value(id);
    } catch (const Refusal&) {
        return m_cells[m_cell_of[id]].value;
    }
}

FxNodeId GraphLowerer::unsupported_before(const FxNode& node)
{
    constexpr std::size_t farthest = 4096; // nodes
    const OnnxModel& model = *m_result.model;
    std::vector<NodeId> todo;
    std::unordered_set<NodeId> seen;
    const auto visit = [&](ValueId value) {
        const NodeId maker = value == no_id ? no_id : model.values[value].producer;
        if (maker != no_id && seen.size() < farthest && seen.insert(maker).second)
            todo.push_back(maker);
    };
    visit_uses(node, [&](FxValueId used) {
        std::vector<Lowered> flat;
        collect_outputs(value_before_refusal(used), flat);
        for (const Lowered& item : flat)
            if (const auto* tensor = item.as<LoweredTensor>())
                visit(tensor->value);
    });
    while (!todo.empty()) {
        const NodeId next = todo.back();
        todo.pop_back();
        if (model.text(model.nodes[next].domain) == unsupported_domain)
            return model.provenance[next].fx;
        for (const ValueId input : model.nodes[next].inputs)
            visit(input);
    }
    return no_index;
}

} // namespace strata
