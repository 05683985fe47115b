// The driver of lowering: walks the FX graph in order, keeps what every FX value has become, and
// accounts for every FX node. Lowering functions never see it; they see an OpCall.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lower.h"
#include "lowering/lowered.h"
#include "lowering/op_call.h"
#include "lowering/op_registry.h"
#include "lowering/view_writes.h"

#include <optional>
#include <string>
#include <vector>

namespace strata {

class GraphLowerer {
public:
    GraphLowerer(const Program& program, const LoweringOptions& options, const OpRegistry& registry,
                 TaskContext& task);
    Result<LoweringResult> run();
    /// What is known of the values of the model that run() built.
    ValueFacts& facts() { return m_emitter.facts(); }

private:
    /// What a name stands for. Names of the same tensor share a cell, so that a write through one
    /// reaches all; a view's cell knows its base and is made anew when the base has been written.
    struct Cell {
        Lowered value;
        std::uint32_t base = no_index;  ///< cell of the tensor that this is a view of
        FxNodeId view = no_index;       ///< the view operator
        std::uint32_t version = 0;      ///< counts the writes into this cell
        std::uint32_t base_version = 0; ///< of the base when the view was made
    };

    // Values.
    Lowered resolve(const FxArg& arg);
    const Lowered& value(FxValueId id);
    void refresh(std::uint32_t cell);
    void write_cell(std::uint32_t cell, ValueId written);
    void bind(FxValueId id, Lowered value);
    void bind_alias(FxValueId id, FxValueId of);
    void bind_outputs(const FxNode& node, Outputs outputs);

    // Nodes.
    Status lower_block(FxBlockId block);
    void lower_node(FxNodeId id);
    /// Ranks and dimensions that the program knows and shape inference does not.
    void adopt_declared_types(const FxNode& node);
    void lower_placeholder(FxNodeId id);
    void lower_get_attr(FxNodeId id);
    void lower_call(FxNodeId id);
    void lower_if(FxNodeId id);
    void lower_loop(FxNodeId id);
    void lower_output(FxNodeId id);
    void add_output(ValueId value, std::string name);
    /// Binds the arguments to the schema; `self` stands in for the first one when given.
    std::vector<Lowered> bind_arguments(const OpSchema& schema, const FxNode& node,
                                        const Lowered* self = nullptr);
    Outputs call_operator(const OpRegistry::Op& op, const FxNode& node,
                          const Lowered* self = nullptr);
    void write_in_place(FxNodeId id, Outputs& outputs);

    // Accounting and refusals.
    void account(FxNodeId id, std::size_t first_node);
    void eliminate_block(FxBlockId block, const std::string& rule);
    void refuse(FxNodeId id, const Refusal& refusal);
    RefusalCause cause_of(const FxNode& node, const Refusal& refusal) const;
    std::string source_text(FxNodeId id) const;
    void collect_outputs(const Lowered& value, std::vector<Lowered>& flat) const;

    const Program& m_program;
    const FxGraph& m_fx;
    const LoweringOptions& m_options;
    const OpRegistry& m_registry;
    TaskContext& m_task;
    LoweringResult m_result;
    Emitter m_emitter;
    ViewUses m_views;
    std::vector<Cell> m_cells;
    std::vector<std::uint32_t> m_cell_of;  // per FX value
    std::vector<ValueId> m_initializer_of; // per program tensor
    std::size_t m_placeholders = 0;
    std::size_t m_done = 0;
    std::optional<Error> m_stop; // cancelled inside a nested block
};

} // namespace strata
