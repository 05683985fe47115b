// What passes that rewrite patterns ask of a model all the time: who reads a value, what is known
// of it, and how to put something else in its place. Internal to core/passes.
#pragma once

#include "ir/onnx_model.h"
#include "passes/value_facts.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

/// Follows uses while a pass changes the model: nodes that no output needs any more do not count as
/// readers. All changes of inputs go through it. Linear to build.
class Rewriter {
public:
    /// `facts` may be null; both must outlive this.
    explicit Rewriter(OnnxModel& model, ValueFacts* facts = nullptr);

    OnnxModel& model() { return m_model; }
    const OnnxModel& model() const { return m_model; }
    bool changed() const { return m_changed; }

    // Nodes.
    bool is_live(NodeId node) const { return m_live[node]; }
    /// Whether the node is this operator of ai.onnx.
    bool is(NodeId node, std::string_view op) const;
    /// The live node that makes the value, when it is this operator of ai.onnx; no_id otherwise.
    NodeId producer(ValueId value, std::string_view op) const;
    ValueId input(NodeId node, std::size_t index) const; ///< no_id when left out
    ValueId output(NodeId node) const { return m_model.nodes[node].outputs.front(); }

    // Values.
    /// How many inputs of live nodes read it, plus how often graphs give it out.
    std::uint32_t uses(ValueId value) const { return m_uses[value]; }
    bool is_given_out(ValueId value) const { return m_given_out[value]; }
    /// Whether exactly one input reads it, and no graph gives it out.
    bool has_one_reader(ValueId value) const { return m_uses[value] == 1 && !m_given_out[value]; }
    /// The inputs of live nodes that read it.
    std::vector<OnnxModel::Use> readers(ValueId value) const;
    /// The tensor of an initializer that callers cannot override; null for everything else.
    const Tensor* weight(ValueId value) const;
    /// Contents that are known and that callers cannot override; small tensors only.
    std::optional<Tensor> constant(ValueId value) const;
    std::optional<std::vector<std::int64_t>> ints(ValueId value) const;
    /// All dimensions, when all are known.
    std::optional<std::vector<std::int64_t>> static_shape(ValueId value) const;
    std::optional<std::size_t> rank(ValueId value) const;

    // Changes.
    void set_input(NodeId node, std::size_t index, ValueId value);
    void set_inputs(NodeId node, std::vector<ValueId> inputs);
    /// Makes the node another operator of ai.onnx, without attributes.
    void set_op(NodeId node, std::string_view op);
    void set_attribute(NodeId node, std::string_view name, std::int64_t value);
    void set_attribute(NodeId node, std::string_view name, float value);
    void set_attribute(NodeId node, std::string_view name, std::vector<std::int64_t> value);
    void remove_attribute(NodeId node, std::string_view name);
    /// Everybody who read `from` gets `to` instead. Where a graph gives `from` out, the node that
    /// makes `to` makes `from` instead, so that the name stays. False, and nothing is done, where
    /// that is not possible.
    bool replace(ValueId from, ValueId to);
    /// `into` takes over the origins of `from`.
    void unite_origins(NodeId into, NodeId from);
    /// `into` makes now what `from` made; with no_id something that no operator of the model makes.
    void set_result_of(NodeId into, NodeId from);
    /// The node's outputs are inferred anew, after a change of the node.
    void infer(NodeId node);
    /// A new initializer of the main graph; the name gets a number when it is taken.
    ValueId add_initializer(std::string name, Tensor tensor);
    /// Rank 1, int64; equal lists are one initializer.
    ValueId add_ints(const std::vector<std::int64_t>& values);
    std::string unique_name(std::string base);

private:
    struct Reader {
        NodeId node;
        std::uint32_t input;
        std::uint32_t next; ///< index into m_readers
    };

    template <class T>
    void put_attribute(NodeId node, std::string_view name, AttributeKind kind, T value);
    void mark_live();
    std::vector<OnnxModel::Use> all_readers(ValueId value) const; ///< also of dead nodes
    /// Its maker is needed; one that the sweep (at node `swept`) has passed goes to `pending`.
    void need(ValueId value, NodeId swept, std::vector<NodeId>& pending);
    void add_reader(NodeId node, std::size_t index);
    void release(ValueId value);
    void grow();

    OnnxModel& m_model;
    ValueFacts* m_facts;
    std::unordered_map<std::string, std::uint32_t> m_numbers; ///< the last one tried per name
    std::map<std::vector<std::int64_t>, ValueId> m_ints;
    bool m_changed = false;
    std::vector<bool> m_live;           ///< per node
    std::vector<std::uint32_t> m_uses;  ///< per value
    std::vector<bool> m_given_out;      ///< per value
    std::vector<bool> m_taken_in;       ///< per value
    std::vector<std::uint32_t> m_first; ///< per value: its newest reader
    std::vector<Reader> m_readers;      ///< entries that no longer hold are skipped
};

} // namespace strata
