// What the inference rules of one node work with. Internal to core/passes.
#pragma once

#include "passes/dim_math.h"
#include "passes/value_facts.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata::infer {

/// An argument that is an attribute in some opsets and an input in others (axes, split, pads).
struct IntsArgument {
    bool given = false; ///< false: left out, the operator's default holds
    bool known = false; ///< false although given: it is computed when the model runs
    std::vector<std::int64_t> values;
};

/// One node under inference: its inputs as far as they are known, its attributes, and the setters
/// for its outputs. References into the model stay valid while a rule runs (rules add no values).
class Context {
public:
    /// `caller` is the call whose attributes the node's references stand for, in function bodies.
    Context(OnnxModel& model, NodeId node, ValueFacts& facts, std::int64_t opset,
            const OnnxNode* caller = nullptr);

    OnnxModel& model() { return m_model; }
    ValueFacts& facts() { return m_facts; }
    const OnnxNode& node() const { return m_model.nodes[m_node]; }
    NodeId id() const { return m_node; }
    std::int64_t opset() const { return m_opset; }
    const DimMath& math() const { return m_math; }

    // Inputs.
    std::size_t input_count() const { return node().inputs.size(); }
    bool has_input(std::size_t i) const { return input(i) != no_id; }
    ValueId input(std::size_t i) const
    {
        return i < node().inputs.size() ? node().inputs[i] : no_id;
    }
    DType dtype(std::size_t i) const; ///< Unknown when missing
    /// Null when the input is missing or its rank is unknown.
    const Shape* shape(std::size_t i) const;
    std::optional<std::int64_t> rank(std::size_t i) const;
    std::optional<std::vector<std::int64_t>> ints(std::size_t i) const;
    std::optional<std::int64_t> scalar_int(std::size_t i) const; ///< one element, rank 0 or 1
    /// The elements of an integer input of rank 0 or 1; nothing when their number is unknown.
    std::optional<std::vector<ShapeInt>> elements(std::size_t i) const;
    std::optional<Tensor> constant(std::size_t i) const;

    // Attributes. A reference in a function body is looked up at the call.
    const Attribute* attribute(std::string_view name) const;
    /// Whether some attribute is a reference that the call leaves open: nothing can be said then.
    bool has_open_reference() const;
    std::int64_t int_attribute(std::string_view name, std::int64_t fallback) const;
    std::optional<std::int64_t> find_int(std::string_view name) const;
    std::string_view string_attribute(std::string_view name, std::string_view fallback) const;
    const std::vector<std::int64_t>* ints_attribute(std::string_view name) const;
    /// `name` as an attribute, or else input `i`.
    IntsArgument ints_argument(std::string_view name, std::size_t i) const;

    // Outputs. What the model says already is merged with what a rule finds.
    std::size_t output_count() const { return node().outputs.size(); }
    bool has_output(std::size_t i) const { return output(i) != no_id; }
    ValueId output(std::size_t i) const
    {
        return i < node().outputs.size() ? node().outputs[i] : no_id;
    }
    void set_dtype(std::size_t i, DType type);
    void set_shape(std::size_t i, const Shape& shape);
    void set_rank(std::size_t i, std::int64_t rank); ///< all dimensions unknown
    void set(std::size_t i, DType type, const Shape& shape);
    /// The output is like the input: dtype, shape, other kinds of type.
    void set_like(std::size_t output, std::size_t input);
    void set_constant(std::size_t i, Tensor tensor); ///< also sets dtype and shape
    /// Elements of an integer output of rank `rank` (0 or 1); a constant when all are numbers.
    void set_elements(std::size_t i, const std::vector<ShapeInt>& elements, std::size_t rank);

    /// The first contradiction between a rule and what the file declares; empty when none.
    const std::string& complaint() const { return m_complaint; }

private:
    void complain(std::string text);

    OnnxModel& m_model;
    NodeId m_node;
    ValueFacts& m_facts;
    std::int64_t m_opset;
    const OnnxNode* m_caller;
    DimMath m_math;
    std::string m_complaint;
};

/// Infers types of the outputs; returns an empty string or what contradicts ONNX's rules.
using Rule = std::string (*)(Context&);
struct Entry {
    std::string_view op;
    Rule rule;
};

// The rules of ai.onnx by group; rule_of() in shape_inference.cpp puts them into one table.
std::span<const Entry> elementwise_rules();
std::span<const Entry> conv_pool_rules();
std::span<const Entry> image_rules();
std::span<const Entry> normalization_rules();
std::span<const Entry> shape_rules();
std::span<const Entry> index_rules();
std::span<const Entry> generator_rules();
std::span<const Entry> reduction_rules();
std::span<const Entry> linear_rules();
std::span<const Entry> recurrent_rules();
std::span<const Entry> quantization_rules();
std::span<const Entry> control_rules();

/// Elements of integer shape arithmetic (Shape, Gather, Concat, Add, ...) into the facts.
void infer_elements(Context& context);
/// The exact result when all inputs are small constants; nothing for other operators and inputs.
std::optional<Tensor> evaluate_constant(Context& context);

// Helpers on dimensions.
/// What is known of a dimension of which both are true; a number wins over a symbol.
Dim merge(const Dim& a, const Dim& b);
/// Whether both are numbers and differ.
bool contradict(const Dim& a, const Dim& b);
/// Complains where two inputs that ONNX has of one type are of different ones.
std::string same_types(const Context& c, std::size_t first, std::size_t second);
/// Multidirectional broadcasting; nothing when two dimensions are certainly incompatible.
std::optional<Shape> broadcast(const DimMath& math, const Shape& a, const Shape& b);
std::string text(const OnnxModel& model, const Dim& dim);
std::string text(const OnnxModel& model, const Shape& shape);
/// Axis in [0, rank), counted from the back when negative; nothing when out of range.
std::optional<std::size_t> normalize_axis(std::int64_t axis, std::size_t rank);
/// All axes; nothing when one is out of range.
std::optional<std::vector<std::size_t>> normalize_axes(const std::vector<std::int64_t>& axes,
                                                       std::size_t rank);

} // namespace strata::infer
