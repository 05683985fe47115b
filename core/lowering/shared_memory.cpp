// Results of operators: which of them are their argument itself, a view of it, or memory of their
// own.
#include "lowering/graph_lowerer.h"
#include "lowering/python_value.h"
#include "lowering/view_scatter.h"

#include <algorithm>

namespace strata {
namespace {

bool same_tensor(const Lowered& a, const Lowered& b)
{
    const auto* left = a.as<LoweredTensor>();
    const auto* right = b.as<LoweredTensor>();
    return left && right && left->value == right->value;
}

/// tensor.to(..., copy=True)
bool asks_for_copy(const OpSchema& schema, const FxNode& node)
{
    if (!node.target.starts_with("aten::to."))
        return false;
    const auto copy = std::find_if(schema.args.begin(), schema.args.end(),
                                   [](const SchemaArg& arg) { return arg.name == "copy"; });
    const auto place = static_cast<std::size_t>(copy - schema.args.begin());
    const FxArg* arg = place < node.args.size() ? &node.args[place] : nullptr;
    for (const FxKeywordArg& kwarg : node.kwargs)
        if (kwarg.name == "copy")
            arg = &kwarg.arg;
    const bool* flag = arg ? std::get_if<bool>(&arg->value) : nullptr;
    return flag && *flag;
}

} // namespace

MemoryLayout GraphLowerer::layout_of(std::uint32_t cell) const
{
    MemoryLayout layout{m_cells[cell].contiguous, {}};
    if (const auto it = m_strides.find(m_cells[cell].serial); it != m_strides.end())
        layout.strides = it->second;
    return layout;
}

void GraphLowerer::set_layout(std::uint32_t cell, MemoryLayout layout)
{
    // A piece of a split has come without its shape.
    const auto* tensor = m_cells[cell].value.as<LoweredTensor>();
    if (tensor && !layout.strides.empty())
        layout = layout_with(std::move(layout.strides), m_emitter.static_shape(tensor->value));
    m_cells[cell].contiguous = layout.contiguous;
    if (!layout.strides.empty())
        m_strides[m_cells[cell].serial] = std::move(layout.strides);
}

bool GraphLowerer::is_contiguous(const Lowered& lowered, std::uint32_t cell) const
{
    if (lowered.as<LoweredTensor>())
        return m_cells[cell].contiguous;
    const auto* items = sequence_items(lowered);
    return !items || std::all_of(items->begin(), items->end(), [&](const Lowered& item) {
        const auto* tensor = item.as<LoweredTensor>();
        return !tensor || (is_valid(tensor->tag) && m_cells[tensor->tag.cell].contiguous);
    });
}

bool GraphLowerer::is_batch_of_products(const FxNode& node)
{
    if (node.target != "aten::matmul" || node.args.size() != 2)
        return false;
    std::int64_t ranks[2] = {0, 0};
    for (std::size_t i = 0; i < 2; ++i) {
        const FxRef* ref = node.args[i].ref();
        const auto* tensor = ref ? value(ref->value).as<LoweredTensor>() : nullptr;
        const auto rank = tensor ? m_emitter.rank(tensor->value) : std::nullopt;
        if (!rank)
            return false;
        ranks[i] = *rank;
    }
    // One matrix by a batch of them is computed the other way round and turned.
    return ranks[0] > 2 || ranks[1] <= 2;
}

ViewLayout GraphLowerer::find_layout(FxNodeId id, const OpRegistry::Op& op, const Outputs& outputs)
{
    const FxNode& node = m_fx.nodes[id];
    const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
    if (!is_view(node.target) || !self) {
        const auto contiguous = [&](const FxArg& arg) {
            bool all = true;
            visit_arg(arg, [&](const FxArg& part) {
                if (const FxRef* ref = part.ref()) {
                    const std::uint32_t cell = m_cell_of[ref->value];
                    all = all && is_contiguous(m_cells[cell].value, cell);
                }
            });
            return all;
        };
        const bool all = makes_contiguous(node.target) || is_batch_of_products(node) ||
                         (keeps_contiguous(node.target) &&
                          std::all_of(node.args.begin(), node.args.end(), contiguous) &&
                          std::all_of(node.kwargs.begin(), node.kwargs.end(),
                                      [&](const auto& kwarg) { return contiguous(kwarg.arg); }));
        return {Sharing::Copies, {all, {}}};
    }
    const auto* base = value(self->value).as<LoweredTensor>();
    if (!base)
        return {};
    const auto* result =
        outputs.values.size() == 1 ? outputs.values.front().as<LoweredTensor>() : nullptr;
    try {
        OpCall call(m_emitter, op.schema, bind_arguments(op.schema, node));
        return layout_of_view(call, layout_of(m_cell_of[self->value]),
                              m_emitter.static_shape(base->value),
                              result ? m_emitter.static_shape(result->value) : StaticShape());
    } catch (const Refusal&) {
        return {}; // an argument that is only known when the model runs
    }
}

void GraphLowerer::bind_results(FxNodeId id, const OpRegistry::Op& op, Outputs outputs)
{
    const FxNode& node = m_fx.nodes[id];
    const FxRef* self = node.args.empty() ? nullptr : node.args.front().ref();
    const ViewLayout found = m_views.has_writes() ? find_layout(id, op, outputs) : ViewLayout{};
    const bool may_copy =
        self && is_view(node.target) && !is_exact_view(node.target) && !is_split_view(node.target);
    if (may_copy && m_views.has_writes())
        for (const FxValueId output : node.outputs)
            m_views.decide(output, self->value, found.sharing);
    // A result that is its argument shares the argument's cell, so that a later write reaches both
    // names.
    if (self && node.outputs.size() == 1 && outputs.values.size() == 1 &&
        !(may_copy && found.sharing == Sharing::Copies) && returns_argument(node.target) &&
        same_tensor(outputs.values.front(), value(self->value)) &&
        !asks_for_copy(op.schema, node)) {
        bind_alias(node.outputs.front(), self->value);
        return;
    }
    bind_outputs(node, std::move(outputs));
    if (self)
        follow_views(id, self->value);
    if (!m_views.has_writes())
        return;
    for (const FxValueId output : node.outputs) {
        const std::uint32_t cell = m_cell_of[output];
        set_layout(cell, found.layout);
        if (!is_split_view(node.target))
            continue;
        if (const auto* items = sequence_items(m_cells[cell].value))
            for (const Lowered& item : *items)
                if (const auto* piece = item.as<LoweredTensor>(); piece && is_valid(piece->tag))
                    set_layout(piece->tag.cell, found.layout);
    }
}

} // namespace strata
