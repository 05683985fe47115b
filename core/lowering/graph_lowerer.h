// The driver of lowering: walks the FX graph in order, keeps what every FX value has become, and
// accounts for every FX node. Lowering functions never see it; they see an OpCall.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lower.h"
#include "lowering/lowered.h"
#include "lowering/op_call.h"
#include "lowering/op_registry.h"
#include "lowering/value_form.h"
#include "lowering/view_writes.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace strata {

/// Thrown where a body runs into an exception of the model whatever the data.
struct BodyRaises {};

/// Nodes that stand for operators that ONNX cannot state.
inline constexpr std::string_view unsupported_domain = "org.pytorch.aten";

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
        std::uint32_t item = 0;         ///< which of the views that the operator gives
        std::uint32_t version = 0;      ///< counts the writes into this cell
        std::uint32_t base_version = 0; ///< of the base when the view was made
        bool contiguous = false;        ///< in PyTorch's memory it is row-major, without gaps
        std::uint32_t serial = 0;       ///< tells cells apart that had the same number
        /// The list that it came out of, where it is not known which item it is.
        FxValueId chosen_from = no_index;
    };

    /// Cell::chosen_from: one of the variables that went into a branch or loop.
    static constexpr FxValueId any_variable = no_index - 1;

    /// A list or dict, and what it held at some moment.
    struct Container {
        LoweredList list;
        LoweredDict dict;
        PythonList list_content;
        std::vector<std::pair<Lowered, Lowered>> dict_content;

        Lowered value() const; ///< a list or dict of its own with the content kept here
        Lowered now() const;   ///< the same with what the object holds by now
        void restore() const;  ///< the object holds the content kept here again
        /// The object holds something else by now.
        bool changed(const std::function<bool(const Lowered&, const Lowered&)>& same) const;
    };
    /// Everything that lowering a body changes, for going back to it.
    struct Snapshot {
        std::vector<Cell> cells;
        std::vector<Container> containers;
        Emitter::Checkpoint emitted;
        std::vector<std::pair<FxNodeId, FxRecord>> records; ///< of the nodes in the bodies
        std::size_t unsupported = 0;
        std::size_t diagnostics = 0;
        GraphId graph = OnnxModel::main_graph;
        std::size_t bodies = 0;
        std::size_t outer_cells = 0;
    };
    /// Something outside of a body that the body may change: a result of the FX node, a cell, or
    /// what a list or dict holds.
    struct Carried {
        enum class Target : std::uint8_t { Value, Cell, Container };
        Target target = Target::Value;
        std::size_t index = 0; ///< of the carried value, the cell, or in Snapshot::containers
        ValueForm form;
        Lowered before;             ///< Loop: the initial value
        std::vector<Lowered> after; ///< what the bodies make of it
    };
    /// How a lowered body left things.
    struct BodyEnd {
        GraphId graph = no_id;
        std::vector<Lowered> results;
        std::vector<std::uint32_t> result_cells; ///< of results that are references; no_index
        std::vector<Cell> cells;                 ///< those that were there before
        std::vector<Lowered> containers;         ///< parallel to Snapshot::containers
        std::vector<bool> container_changed;
    };
    /// A loop whose body goes into an ONNX graph: what is known after a round.
    struct LoopPlan {
        std::vector<Carried> carried;
        std::vector<bool> in_place; ///< per FX value that goes round: it is only written in place
    };
    /// A list to which every iteration appends one item, and that item.
    struct Collected {
        std::size_t container;
        Lowered item;
    };

    // Values.
    Lowered resolve(const FxArg& arg);
    const Lowered& value(FxValueId id);
    /// The same where a view of what was written can be stated; else as it was before.
    const Lowered& value_before_refusal(FxValueId id);
    void refresh(std::uint32_t cell);
    /// Tensors in lists, tuples and dicts: what their variables hold by now.
    void refresh_items(Lowered& container);
    /// Tensors in a list, tuple or dict become variables, if they are none yet.
    void tag_items(Lowered& container);
    /// Tensors in what branches or loops gave out: they may be one variable or another.
    void mark_joined(Lowered& container);
    bool is_valid(const CellTag& tag) const;
    bool same_item(const Lowered& a, const Lowered& b) const;
    std::uint32_t add_cell(Lowered value);
    void bind_python_outputs(const FxNode& node, Outputs outputs);
    void write_cell(std::uint32_t cell, ValueId written);
    /// The cells of the other pieces of a split, as far as they show what their base holds: a write
    /// into one piece does not reach the others.
    std::vector<std::uint32_t> untouched_pieces(std::uint32_t cell, std::size_t count) const;
    /// The outputs of a view operator are views of what `base` names from now on.
    void follow_views(FxNodeId view, FxValueId base);
    /// Binds the results of an operator: as its argument itself, as views of it, or as tensors of
    /// their own.
    void bind_results(FxNodeId id, const OpRegistry::Op& op, Outputs outputs);
    /// Finds out how results lie in memory, and with that whether a view operator has copied.
    ViewLayout find_layout(FxNodeId id, const OpRegistry::Op& op, const Outputs& outputs);
    /// A product of matrices that PyTorch writes out in order.
    bool is_batch_of_products(const FxNode& node);
    bool is_contiguous(const Lowered& lowered, std::uint32_t cell) const;
    MemoryLayout layout_of(std::uint32_t cell) const;
    void set_layout(std::uint32_t cell, MemoryLayout layout);
    /// After a refusal: views that were made anew while lowering the node are to be made again.
    void forget_views(std::size_t first_value);
    void bind(FxValueId id, Lowered value);
    /// The variable that a resolved reference came from, or one of its own.
    void bind_same(FxValueId id, const Lowered& resolved);
    void bind_alias(FxValueId id, FxValueId of);
    void bind_outputs(const FxNode& node, Outputs outputs);
    std::uint32_t tensor_cell(FxNodeId get_attr);

    // Nodes.
    Status lower_block(FxBlockId block);
    void lower_node(FxNodeId id);
    /// Says of the ONNX node that makes the operator's first output that it does.
    void mark_result(const FxNode& node, FxNodeId id);
    /// Ranks and dimensions that the program knows and shape inference does not.
    void adopt_declared_types(const FxNode& node);
    void lower_placeholder(FxNodeId id);
    void lower_get_attr(FxNodeId id);
    void lower_call(FxNodeId id);

    // Branches (branches.cpp).
    void lower_if(FxNodeId id);
    void take_branch(FxNodeId id, bool condition, const std::string& rule);
    void drop_assertion(FxNodeId id, bool raising_side);
    void lower_dynamic_if(FxNodeId id, const Lowered& condition);
    BodyEnd lower_branch(FxNodeId id, std::size_t side, const Snapshot& before);
    std::vector<Carried> join_branches(FxNodeId id, const Snapshot& before,
                                       const std::array<BodyEnd, 2>& ends);
    bool always_raises(FxBlockId block) const;

    // Loops (loops.cpp).
    void lower_loop(FxNodeId id);
    bool unroll(FxNodeId id, std::int64_t trips, std::int64_t limit);
    void lower_dynamic_loop(FxNodeId id);
    LoopPlan plan_loop(FxNodeId id);
    bool loop_round(FxNodeId id, const Snapshot& before, LoopPlan& plan);
    bool widen_plan(FxNodeId id, const Snapshot& before, const BodyEnd& end, LoopPlan& plan,
                    std::vector<Collected>& collected);
    void finish_loop(FxNodeId id, const Snapshot& before, const LoopPlan& plan, const BodyEnd& end,
                     const std::vector<Collected>& collected);
    bool is_written_in_place_only(const FxArg& result, FxValueId param) const;
    std::optional<Lowered> appended_item(FxNodeId loop, const Container& container,
                                         const LoopPlan& plan);
    bool holds(FxValueId value, const LoweredList& list, FxBlockId seen_from) const;

    // Bodies (bodies.cpp).
    Snapshot snapshot(FxNodeId owner);
    void restore_names(const Snapshot& before);
    void roll_back(const Snapshot& before);
    BodyEnd end_body(const Snapshot& before, FxBlockId block);
    void give_out(GraphId body, const ValueForm& form, const Lowered& value);
    void apply(const Carried& carried, const Snapshot& before, Lowered value,
               const std::vector<FxValueId>& values, std::size_t first = 0);
    Lowered from_outputs(const ValueForm& form, const std::vector<ValueId>& outputs,
                         std::size_t& next);
    ValueId condition_value(const Lowered& condition);
    void account_owner(FxNodeId id, std::size_t first_node);
    void info(FxNodeId id, std::string code, std::string message);
    std::vector<FxNodeId> nodes_in(FxNodeId owner) const;

    void lower_output(FxNodeId id);
    void add_output(ValueId value, std::string name);
    /// Binds the arguments to the schema; `self` stands in for the first one when given.
    std::vector<Lowered> bind_arguments(const OpSchema& schema, const FxNode& node,
                                        const Lowered* self = nullptr);
    Outputs call_operator(const OpRegistry::Op& op, const FxNode& node,
                          const Lowered* self = nullptr);
    void write_in_place(FxNodeId id, Outputs& outputs);
    /// What is made of quantized tensors is quantized.
    void keep_quantized(const FxNode& node, Outputs& outputs);
    /// The results go into the tensors that the last arguments are.
    void write_outs(FxNodeId id, Outputs& outputs);
    /// Another form of the same memory under the same name ("aten::transpose_").
    void change_form(FxNodeId id, Outputs& outputs);
    /// Refuses a write whose effects nobody knows.
    void require_followed(FxNodeId id, FxValueId written);

    // Accounting and refusals.
    void account(FxNodeId id, std::size_t first_node);
    void eliminate_block(FxBlockId block, const std::string& rule);
    void refuse(FxNodeId id, Refusal refusal);
    /// An unsupported operator that an input of the node comes from; no_index when there is none.
    FxNodeId unsupported_before(const FxNode& node);
    RefusalCause cause_of(const FxNode& node, const Refusal& refusal) const;
    /// Says so where nodes that draw random numbers have been emitted.
    void tell_random(FxNodeId id, std::size_t first_node);
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
    std::vector<std::uint32_t> m_cell_of;     // per FX value
    std::vector<ValueId> m_initializer_of;    // per program tensor
    std::vector<std::uint32_t> m_tensor_cell; // per program tensor; no_index until it is read
    std::unordered_set<FxNodeId> m_unneeded;  // without data, and nothing needs them
    std::unordered_map<std::uint32_t, std::vector<std::int64_t>> m_strides; // by a cell's serial
    std::uint32_t m_serial = 0;                                             // of the newest cell
    std::size_t m_bodies = 0;      // how many bodies surround the node being lowered
    std::size_t m_outer_cells = 0; // cells that were there before the innermost of them
    bool m_has_quantized = false;  // a quantized tensor has been made
    std::size_t m_placeholders = 0;
    std::size_t m_done = 0;
    std::optional<Error> m_stop; // cancelled inside a nested block
};

} // namespace strata
