// From the JSON of an exported graph to the FX graph.
#pragma once

#include "base/diagnostic.h"
#include "base/task.h"
#include "ir/program.h"
#include "pt2/export_target.h"
#include "pt2/module_stacks.h"
#include "pt2/pt2_archive.h"
#include "pt2/vmap.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace strata::pt2 {

class GraphReader {
public:
    GraphReader(const Pt2Model& model, Program& program, FrameTable& frames, Diagnostics& sink,
                TaskContext& task);

    /// Writes placeholders, nodes and output into the program's graph, and its output names,
    /// sample inputs, ranges and flags. Throws ReadError.
    void read();

    /// Whether the operator ("aten::rand_like") draws random numbers.
    static bool is_random(std::string_view target);

private:
    /// A parameter, buffer or constant, that becomes get_attr nodes where it is used.
    using Slot = std::uint32_t;
    struct State {
        std::string fqn;
        std::uint32_t tensor = no_index;
        FxType type;
        bool is_constant = false; ///< not owned by a module
        bool written = false;     ///< an operator may change it in place
    };
    using Bound = std::variant<FxArg, Slot>;

    /// One graph of the file at one place of the FX graph. Graphs see nothing of the graph around
    /// them: what they use comes in as their inputs.
    struct Scope {
        JsonValue graph;
        FxBlockId block = FxGraph::main_block;
        FrameId frame = 0; ///< of nodes that say nothing
        bool inherits_frame = false;
        DType autocast = DType::Unknown;     ///< of the autocast region it is in
        std::vector<DType> entered_autocast; ///< what was before the regions that it entered
        std::unordered_map<std::string_view, Bound> values;
        std::unordered_map<std::string_view, FxType> types;
    };
    struct Trace {
        SourceId source = no_index;
        std::vector<SourceLocation> calls;
    };
    struct NodeContext {
        FrameId frame = 0;
        SourceId source = no_index;
    };
    /// What a node makes: names with types, and whether they are items of one list.
    struct Result {
        std::vector<std::string_view> names; ///< empty names are results that are None
        bool is_list = false;
    };

    // graph_reader.cpp: the program
    void read_inputs(Scope& scope);
    void add_placeholder(Scope& scope, std::string_view name, FxType type);
    void add_state(Scope& scope, std::string_view name, std::string fqn, bool is_constant);
    void read_outputs(Scope& scope);
    void name_sample_inputs();
    void read_ranges();

    // graph_nodes.cpp: nodes
    void enter(Scope& scope);
    void read_nodes(Scope& scope);
    void read_nodes(std::span<const JsonValue> nodes, Scope& scope);
    void read_node(JsonValue node, Scope& scope);
    void read_operator(JsonValue node, std::string target, Scope& scope);
    NodeContext context(JsonValue node, const Scope& scope);
    const Trace& trace(std::string_view text);
    std::optional<ModuleId> owner_of_operands(JsonValue node, const Scope& scope) const;
    /// What a flag of training mode means.
    enum class Training { Off, ByOwnStatistics, ByGivenStatistics };
    Training training_of(JsonValue node, std::string_view target, JsonValue input,
                         const Scope& scope) const;
    bool comes_from_state(FxArg arg) const;
    std::vector<Result> results_of(JsonValue node) const;
    FxNodeId emit(Scope& scope, FxNode fx, const NodeContext& at, std::vector<std::string> names,
                  std::vector<FxType> types);
    /// A node with one result, made by the reader itself.
    FxArg emit_one(Scope& scope, const NodeContext& at, std::string target, std::vector<FxArg> args,
                   FxType type);
    void bind_results(JsonValue node, Scope& scope, const std::vector<FxArg>& values);
    std::string where(FrameId frame) const;

    // graph_arguments.cpp: arguments and types
    static bool is_known_argument(std::string_view tag);
    FxArg argument(JsonValue argument, Scope& scope, const NodeContext& at);
    FxArg lookup(std::string_view name, Scope& scope, const NodeContext& at);
    const Bound& find_value(std::string_view name, const Scope& scope) const;
    FxArg name_or_number(JsonValue value, Scope& scope, const NodeContext& at);
    FxArg list_of(JsonValue items, Scope& scope, const NodeContext& at);
    FxArg state_value(Slot slot, FxBlockId block, FrameId frame);
    FxType type_of(std::string_view name, const Scope& scope) const;
    FxType tensor_type(JsonValue meta) const;
    /// The single graph among a node's inputs, by position; stops when there is none.
    JsonValue subgraph(JsonValue node, std::size_t position) const;

    // higher_order.cpp: subgraphs
    /// An operand of a higher-order operator: nested lists are flat here.
    std::vector<Bound> operands(JsonValue argument, const Scope& scope) const;
    std::vector<Bound> operands_from(JsonValue node, std::size_t first, const Scope& scope) const;
    std::vector<FxArg> used(const std::vector<Bound>& bound, Scope& scope, const NodeContext& at);
    void read_higher_order(JsonValue node, const std::string& name, Scope& scope);
    std::vector<FxArg> inline_graph(JsonValue graph, const std::vector<Bound>& inputs,
                                    const Scope& around, FxBlockId block, const NodeContext& at,
                                    DType autocast = DType::Unknown);
    void read_wrapper(JsonValue node, const std::string& name, Scope& scope);
    static DType autocast_dtype(JsonValue node);
    static void enter_autocast(JsonValue node, Scope& scope);
    static void exit_autocast(Scope& scope);
    void read_cond(JsonValue node, Scope& scope);
    void read_with_effects(JsonValue node, Scope& scope);
    void read_out_dtype(JsonValue node, Scope& scope);
    void read_unsupported_higher_order(JsonValue node, const std::string& name, Scope& scope);
    void cast_for_autocast(FxNode& fx, const FxType& result, Scope& scope, const NodeContext& at);

    // loops.cpp
    struct Loop {
        FxNodeId node = no_index;
        FxBlockId body = 0;
        FxArg iteration;
        std::vector<FxArg> carried; ///< inside of the body
    };
    Loop begin_loop(Scope& scope, const NodeContext& at, FxArg trips, FxArg condition,
                    std::vector<FxArg> initial, std::vector<FxType> types);
    void end_loop(const Loop& loop, FxArg condition, std::vector<FxArg> carried);
    std::vector<FxArg> results_of(const Loop& loop) const;
    FxType type_of(const FxArg& arg) const;
    void read_while_loop(JsonValue node, Scope& scope);
    void read_scan(JsonValue node, Scope& scope);
    void read_map(JsonValue node, Scope& scope);
    void read_associative_scan(JsonValue node, Scope& scope);
    FxArg slice_of(Scope& body, const NodeContext& at, const FxArg& tensor, const FxArg& index);
    FxArg length_of(Scope& scope, const NodeContext& at, const FxArg& tensor);
    FxArg stacked(Scope& scope, const NodeContext& at, const FxArg& list, const FxType& slice);

    // vmap_calls.cpp
    BatchedValues::Emit emitter(Scope& scope, const NodeContext& at);
    void read_batching(JsonValue node, const std::string& name, Scope& scope);
    /// Whether an operand of a higher-order operator has hidden dimensions.
    bool takes_batched(JsonValue node, const Scope& scope) const;

    // vmap_loop.cpp
    struct NoVmapRule {}; ///< thrown while a vmap is tried by rules
    static bool begins_vmap(JsonValue node);
    /// Reads the vmap that begins at `first`; returns the last node that it read.
    std::size_t read_vmap(std::span<const JsonValue> nodes, std::size_t first, Scope& scope);
    void read_each(std::span<const JsonValue> nodes, Scope& scope);
    struct LoopParts {
        bool possible = false;
        std::vector<JsonValue> before; ///< the same for all samples
        std::vector<std::span<const JsonValue>> body;
        std::vector<JsonValue> results;               ///< what the loop collects
        std::unordered_set<std::string_view> batched; ///< names that differ by sample
    };
    /// `each_draws`: random numbers are drawn anew for every sample, not once for all.
    static LoopParts loop_parts(std::span<const JsonValue> inside, bool each_draws);
    bool read_vmap_by_rules(std::span<const JsonValue> region, Scope& scope);
    void read_vmap_as_loop(JsonValue begin, const LoopParts& parts, Scope& scope);

    void count_node();

    const Pt2Model& m_model;
    Program& m_program;
    FxGraph& m_graph;
    FrameTable& m_frames;
    Diagnostics& m_sink;
    TaskContext& m_task;
    std::vector<State> m_state;
    std::map<std::tuple<FxBlockId, FrameId, Slot>, FxArg> m_get_attrs;
    std::unordered_map<std::string_view, Trace> m_traces;
    std::unordered_set<std::string> m_written; ///< names in the main graph
    BatchedValues m_batched;                   ///< inside of vmap
    bool m_trying_vmap = false;
    bool m_told_autocast = false;
    bool m_refusing_random = false; ///< of operators that draw random numbers in a vmap
    std::size_t m_vmap_depth = 0;
    std::size_t m_vmap_attempts = 0; ///< by rules that were not there
    std::size_t m_node_limit = 0;
    std::size_t m_checks = 0;            ///< assertions, which nothing is made of
    std::size_t m_without_module = 0;    ///< nodes of which no module is told
    std::vector<std::string> m_training; ///< operators in training mode
};

} // namespace strata::pt2
