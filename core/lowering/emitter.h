// The only thing that creates ONNX nodes while lowering. It stamps provenance, infers dtypes and
// shapes, names nodes, and never emits what is already known.
#pragma once

#include "ir/onnx_model.h"
#include "lowering/kernel_types.h"
#include "passes/value_facts.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

class ModuleTree;

/// An attribute as lowering functions write it: {"axis", 1}, {"pads", pads}, {"mode", "linear"}.
struct Attr {
    using Value =
        std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>,
                     std::vector<float>, std::vector<std::string>, Tensor, std::vector<GraphId>>;
    std::string_view name;
    Value value;

    Attr(std::string_view n, int v) : name(n), value(std::int64_t{v}) {}
    Attr(std::string_view n, std::int64_t v) : name(n), value(v) {}
    Attr(std::string_view n, bool v) : name(n), value(std::int64_t{v}) {}
    Attr(std::string_view n, double v) : name(n), value(static_cast<float>(v)) {}
    Attr(std::string_view n, float v) : name(n), value(v) {}
    Attr(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
    Attr(std::string_view n, std::string v) : name(n), value(std::move(v)) {}
    Attr(std::string_view n, std::vector<std::int64_t> v) : name(n), value(std::move(v)) {}
    Attr(std::string_view n, std::vector<float> v) : name(n), value(std::move(v)) {}
    Attr(std::string_view n, std::vector<std::string> v) : name(n), value(std::move(v)) {}
    Attr(std::string_view n, Tensor v) : name(n), value(std::move(v)) {}
    Attr(std::string_view n, std::vector<GraphId> bodies) : name(n), value(std::move(bodies)) {}
};
using Attrs = std::vector<Attr>;

/// Builds one OnnxModel. The driver sets the origin before each FX node; everything emitted until
/// the next one carries it.
class Emitter {
public:
    /// `model` and `modules` must outlive the emitter.
    Emitter(OnnxModel& model, const ModuleTree& modules, const FxGraph& fx, int opset);

    int opset() const { return m_opset; }
    OnnxModel& model() { return m_model; }
    ValueFacts& facts() { return m_facts; }
    GraphId graph() const { return m_graph; }
    void set_graph(GraphId graph);
    void set_origin(FrameId frame, FxNodeId node);

    /// Emits a node of ai.onnx with one output and returns it. Inputs may be no_id (left out).
    /// Where ONNX Runtime has no kernel for the inputs' type, casts are put around the node
    /// (kernel_types.h).
    ValueId emit(std::string_view op, std::vector<ValueId> inputs, Attrs attrs = {});
    /// The same with several outputs.
    std::vector<ValueId> emit_many(std::string_view op, std::vector<ValueId> inputs,
                                   std::size_t outputs, Attrs attrs = {},
                                   std::string_view domain = {});

    /// A graph that will be the body of a node emitted later; `name` is appended to the module's
    /// scope. The node that gets it as an attribute becomes its owner.
    GraphId add_body(std::string_view name);
    /// A value made in the current graph with the same contents, even of a constant: bodies must
    /// make what they give out.
    ValueId copy(ValueId id);

    /// Initializers for constants; equal small constants are shared within a graph.
    ValueId constant(Tensor tensor, std::string_view name_hint = "const");
    ValueId constant(std::span<const std::int64_t> values); ///< rank-1 int64
    ValueId constant(std::initializer_list<std::int64_t> values);
    ValueId scalar(DType dtype, double value); ///< rank 0
    ValueId scalar(DType dtype, std::int64_t value);
    /// A coefficient of a formula: where ONNX Runtime computes the FX node in a wider type, it
    /// takes the number that was not rounded to `dtype`.
    ValueId coefficient(DType dtype, double value);

    /// What is known of a value; of no_id, which an argument that is no tensor gives, they throw
    /// Refusal.
    DType dtype(ValueId id) const;
    std::optional<std::int64_t> rank(ValueId id) const;
    /// The shape when the rank is known; its dimensions may be unknown.
    std::optional<Shape> shape(ValueId id) const;
    std::optional<std::vector<std::int64_t>>
    static_shape(ValueId id) const; ///< all dimensions known
    std::optional<std::vector<std::int64_t>> known_ints(ValueId id) const;
    std::optional<Tensor> known_constant(ValueId id) const;

    // Common building blocks; each emits nothing when there is nothing to do.
    ValueId cast(ValueId id, DType to);
    ValueId reshape(ValueId id,
                    std::span<const std::int64_t> shape); ///< -1 and 0 as in ONNX's Reshape
    ValueId reshape(ValueId id, ValueId shape);
    ValueId transpose(ValueId id, std::vector<std::int64_t> permutation);
    ValueId unsqueeze(ValueId id, std::vector<std::int64_t> axes);
    ValueId squeeze(ValueId id, std::vector<std::int64_t> axes);
    ValueId slice(ValueId id, std::int64_t axis, std::int64_t start, std::int64_t end,
                  std::int64_t step = 1);
    ValueId concat(std::vector<ValueId> ids, std::int64_t axis);
    ValueId shape_of(ValueId id);                   ///< rank-1 int64; a constant when static
    ValueId size_of(ValueId id, std::int64_t axis); ///< rank-0 int64; a constant when known
    ValueId expand(ValueId id, ValueId shape);
    ValueId add(ValueId a, ValueId b) { return emit("Add", {a, b}); }
    ValueId sub(ValueId a, ValueId b) { return emit("Sub", {a, b}); }
    ValueId mul(ValueId a, ValueId b) { return emit("Mul", {a, b}); }
    ValueId div(ValueId a, ValueId b) { return emit("Div", {a, b}); }
    /// Reductions whose axes are attributes before opset 13/18 and inputs after.
    ValueId reduce(std::string_view op, ValueId id, std::vector<std::int64_t> axes, bool keep_dims);

    /// For the driver: what has been emitted so far, and going back to it after a refusal.
    struct Checkpoint {
        std::size_t nodes, values, initializers, graphs, names, complaints;
    };
    Checkpoint checkpoint() const;
    void roll_back(const Checkpoint& checkpoint);
    /// Complaints of shape inference about emitted nodes: bugs in a lowering, or a model that
    /// contradicts itself.
    std::vector<std::string> take_complaints();

    /// Unique, readable names: "/layer1/0/conv1/Conv", "/layer1/0/conv1/Conv_1".
    std::string unique_name(std::string base);

private:
    std::string scope() const;
    const OnnxValue& value_of(ValueId id) const; ///< throws Refusal where there is none
    /// unique_name() as an id of the model's pool.
    StringId unique_id(const std::string& base);
    std::vector<ValueId> append(std::string_view op, std::vector<ValueId> inputs,
                                std::size_t outputs, Attrs attrs, std::string_view domain);
    std::uint32_t name_count(StringId name) const;
    void set_name_count(StringId name, std::uint32_t count);

    /// A change of m_name_counts, for going back.
    struct NameChange {
        StringId name{};
        std::uint32_t before = 0;
    };
    /// The value in a type that the node takes; the inputs are replaced. The result is the type
    /// that the node's typed outputs have to be cast back to, or Unknown.
    DType widen_inputs(const KernelTypes& kernel, std::vector<ValueId>& inputs);
    std::vector<ValueId> emit_node(std::string_view op, std::vector<ValueId> inputs,
                                   std::size_t outputs, Attrs attrs, std::string_view domain);

    OnnxModel& m_model;
    const ModuleTree& m_modules;
    const FxGraph& m_fx;
    int m_opset;
    ValueFacts m_facts;
    GraphId m_graph = OnnxModel::main_graph;
    FrameId m_frame = 0;
    FxNodeId m_node = no_index;
    /// By StringId: 0 when no node has the name, otherwise the number for the next that wants it.
    std::vector<std::uint32_t> m_name_counts;
    std::vector<NameChange> m_name_changes;
    std::unordered_map<std::string, ValueId> m_constants;
    /// Within one FX node: results that were cast to a narrow type, and what they were before. What
    /// follows computes with that, as PyTorch's own kernels do.
    std::unordered_map<ValueId, ValueId> m_before_narrowing;
    std::vector<std::string> m_complaints;
};

} // namespace strata
