// What FX values have become, and how a write reaches all names of a tensor.
#include "lowering/graph_lowerer.h"
#include "lowering/python_value.h"
#include "lowering/view_scatter.h"

#include <fmt/format.h>

namespace strata {

const Lowered& GraphLowerer::value(FxValueId id)
{
    refresh(m_cell_of[id]);
    return m_cells[m_cell_of[id]].value;
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
    Outputs outputs = call_operator(*op, view, &self);
    m_cells[cell].value = std::move(outputs.values.front());
    ++m_cells[cell].version;
}

void GraphLowerer::write_cell(std::uint32_t cell, ValueId written)
{
    // The base first: where it cannot be stated, nothing has changed.
    const std::uint32_t base = m_cells[cell].base;
    if (base != no_index) {
        refresh(base);
        const FxNode& view = m_fx.nodes[m_cells[cell].view];
        const OpSchema& schema = m_registry.find(view.target)->schema;
        OpCall call(m_emitter, schema, bind_arguments(schema, view, &m_cells[base].value));
        write_cell(base, write_through_view(call, written));
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
    m_cell_of[id] = static_cast<std::uint32_t>(m_cells.size());
    m_cells.push_back({std::move(lowered), no_index, no_index, 0, 0});
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
    if (const std::string shared = m_views.conflict(id); !shared.empty())
        throw Refusal{
            fmt::format("it writes into memory that '{}' shares and that is used later", shared),
            "Write the model without the in-place operation.", false};
    // The written tensor keeps its dtype, whatever type promotion says of the operation.
    ValueId written = result->value;
    if (const auto* before = value(self->value).as<LoweredTensor>())
        written = m_emitter.cast(written, m_emitter.dtype(before->value));
    write_cell(m_cell_of[self->value], written);
    for (FxValueId output : node.outputs)
        bind_alias(output, self->value);
}

} // namespace strata
