// Walks the graphs of a TorchScript model in the order of execution, through every call, and writes
// the FX graph.
//
// Nothing is inlined by LibTorch: each call is followed with its concrete module instance at hand,
// so the frame of every node is exact, whatever classes the instances share.
#pragma once

#include "base/diagnostic.h"
#include "base/task.h"
#include "bound.h"
#include "ir/program.h"
#include "module_reader.h"
#include "packed_params.h"
#include "source_map.h"
#include "torch_tensors.h"

#include <map>
#include <unordered_set>

namespace strata::torch_module {

class GraphWalker {
public:
    GraphWalker(Program& program, TensorTable& tensors, const ModuleIds& ids, Diagnostics& sink,
                TaskContext& task)
        : m_program(program),
          m_graph(program.graph),
          m_tensors(tensors),
          m_ids(ids),
          m_sink(sink),
          m_task(task),
          m_sources(program.graph)
    {}

    /// Writes the whole of `method` into the program's graph: placeholders, nodes, output.
    void walk(const torch::jit::Module& root, const std::string& method);

    const SourceMap& sources() const { return m_sources; }
    /// Values (lists) that some operator changes in place.
    const std::unordered_set<FxValueId>& mutated() const { return m_mutated; }
    /// Constants that are tensors, found in the code.
    std::size_t constant_tensors() const { return m_constant_tensors; }
    bool uses_quantized() const { return m_uses_quantized; }

private:
    using Node = torch::jit::Node;
    using Value = torch::jit::Value;

    // graph_walker.cpp
    void add_placeholders(const torch::jit::Graph& graph, const c10::FunctionSchema& schema,
                          Activation& activation);
    std::vector<Bound> walk_function(torch::jit::Function& function, std::vector<Bound> args,
                                     Activation activation, FxBlockId block);
    void walk_block(const torch::jit::Block& from, Activation& activation, FxBlockId block);
    void walk_node(const Node& node, Activation& activation, FxBlockId block);
    bool call_method(const Node& node, Activation& activation, FxBlockId block);
    void call_function(const Node& node, Activation& activation, FxBlockId block);
    void bind_outputs(const Node& node, const std::vector<Bound>& values, Activation& activation);
    FrameId enter_module(const c10::ivalue::Object* object, const Activation& activation,
                         SourceId call_site);

    // walker_nodes.cpp
    void add_operator(const Node& node, Activation& activation, FxBlockId block);
    void add_if(const Node& node, Activation& activation, FxBlockId block);
    using AttributeKey = std::pair<c10::ivalue::Object*, std::string>;
    using Assigned = std::map<AttributeKey, Bound>;
    /// Returns what attributes hold at the body's end. `carried` attributes come in as parameters
    /// behind those of the code.
    Assigned walk_body(const torch::jit::Block& from, Activation& activation, FxNodeId owner,
                       const std::vector<AttributeKey>& carried = {});
    void add_tuple(const Node& node, Activation& activation, FxBlockId block);
    bool unpack_known(const Node& node, Activation& activation);
    bool index_container(const Node& node, Activation& activation);
    bool fold_identity(const Node& node, Activation& activation);
    FxNodeId emit(const Node& node, FxNode fx, Activation& activation, FxBlockId block);
    void note_mutation(const Node& node, const c10::FunctionSchema& schema, Activation& activation);

    // walker_attributes.cpp
    struct State;
    State save() const;
    void restore(State&& state);
    void add_loop(const Node& node, Activation& activation, FxBlockId block);
    /// Objects made in the bodies, those after the first `made_before`, end with them.
    void merge_assigned(FxNodeId branch, const std::vector<Assigned>& bodies,
                        std::size_t made_before, const Activation& activation);
    void assign_result(FxNodeId id, const AttributeKey& key);
    void finish_loop(FxNodeId loop, const std::vector<AttributeKey>& carried,
                     const Assigned& after);
    /// What the attribute holds at the place reached so far.
    std::optional<Bound> current(const AttributeKey& key, const Activation& activation,
                                 FxBlockId block);
    std::string fqn_of(const AttributeKey& key) const;
    FxType attribute_type(const AttributeKey& key) const;
    void sort_by_name(std::vector<AttributeKey>& keys) const;
    /// Lists and dicts of modules that the code changes in place become values of the graph.
    void bind_changed_containers(const Activation& activation);

    // walker_objects.cpp
    /// An object that the code makes: known while the graph is walked, nothing in the FX graph.
    bool create_object(const Node& node, Activation& activation);
    /// The ends of a `with` block.
    bool enter_or_leave(const Node& node, Activation& activation, FxBlockId block);
    /// Whether the code has made this object, as one of those after the first `before`.
    bool is_made(const c10::ivalue::Object* object, std::size_t before = 0) const;

    // walker_values.cpp
    const Bound& lookup(const Value& value, const Activation& activation) const;
    FxArg data_of(const Value& value, const Activation& activation);
    FxArg argument(const Value& value, const Activation& activation, const c10::Argument* declared);
    Bound bind_constant(const Node& node, const Activation& activation, FxBlockId block);
    bool get_attribute(const Node& node, Activation& activation, FxBlockId block);
    bool set_attribute(const Node& node, Activation& activation);
    Bound bind_ivalue(const c10::IValue& value, const std::string& name,
                      const Activation& activation, FxBlockId block);
    FxArg add_get_attr(const std::string& target, std::uint32_t tensor, FxType type,
                       const Activation& activation, FxBlockId block);
    std::string constant_name(const Activation& activation);
    std::string path_of(const c10::ivalue::Object* object) const;
    std::string where(const Activation& activation) const;
    void check_limits();

    Program& m_program;
    FxGraph& m_graph;
    TensorTable& m_tensors;
    const ModuleIds& m_ids;
    Diagnostics& m_sink;
    TaskContext& m_task;
    SourceMap m_sources;

    /// Attributes that the code has assigned to, as seen from the place reached so far.
    Assigned m_assigned;
    std::map<std::tuple<FxBlockId, FrameId, std::string>, FxArg> m_get_attrs;
    std::unordered_map<const c10::ivalue::Object*, std::string> m_object_names;
    std::vector<c10::intrusive_ptr<c10::ivalue::Object>> m_made; ///< by the code, in order
    std::map<std::string, unsigned> m_constant_counts;
    std::unordered_set<FxValueId> m_mutated;
    bool m_assigns = false; ///< some method of the model assigns to attributes
    std::size_t m_constant_tensors = 0;
    std::size_t m_steps = 0;
    bool m_uses_quantized = false;
    /// By object, so that its tensors are the same ones each time.
    std::unordered_map<const c10::ivalue::Object*, std::optional<PackedParts>> m_packed;
};

} // namespace strata::torch_module
