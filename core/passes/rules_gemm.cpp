// Products of matrices: MatMul, Transpose and Add that are one Gemm, and shapes that are flattened
// for a product and put back after it.
#include "passes/rules.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

// A weight that others read too is written a second time, transposed, up to this many bytes.
constexpr std::size_t max_copy_bytes = 1 << 20;

bool is_matrix(const Rewriter& r, ValueId value)
{
    return r.rank(value) == std::size_t{2};
}

/// The types of which ONNX Runtime has products as Gemm.
bool has_gemm(const Rewriter& r, ValueId value)
{
    const DType dtype = r.model().values[value].dtype;
    return dtype == DType::Float32 || dtype == DType::Float64 || dtype == DType::Float16 ||
           dtype == DType::BFloat16;
}

/// The node that transposes a matrix for this reader alone; no_id otherwise.
NodeId transposed_for(const Rewriter& r, ValueId value)
{
    const NodeId node = r.producer(value, "Transpose");
    return node != no_id && is_matrix(r, value) && r.has_one_reader(value) ? node : no_id;
}

/// Takes Transposes of a Gemm's matrices into its attributes.
bool take_transposes(Rewriter& r, NodeId node)
{
    bool changed = false;
    for (const std::size_t i : {0, 1}) {
        const NodeId transpose = transposed_for(r, r.input(node, i));
        if (transpose == no_id)
            continue;
        const auto permutation = permutation_of(r, transpose);
        if (!permutation || *permutation != std::vector<std::int64_t>{1, 0})
            continue;
        const std::string_view name = i == 0 ? "transA" : "transB";
        const std::int64_t before = r.model().int_attribute(node, name, 0);
        r.set_attribute(node, name, std::int64_t{before == 0});
        r.set_input(node, i, r.input(transpose, 0));
        r.unite_origins(node, transpose);
        changed = true;
    }
    return changed;
}

bool matmul_of_transposed(Rewriter& r, NodeId node)
{
    const ValueId a = r.input(node, 0);
    const ValueId b = r.input(node, 1);
    if (!is_matrix(r, a) || !is_matrix(r, b) || !has_gemm(r, a))
        return false;
    if (transposed_for(r, a) == no_id && transposed_for(r, b) == no_id)
        return false;
    r.set_op(node, "Gemm");
    take_transposes(r, node);
    return true;
}

/// Whether a Gemm broadcasts a value of this shape to the product's.
bool fits_as_bias(const OnnxModel& model, ValueId bias, ValueId product)
{
    const OnnxValue& value = model.values[bias];
    const Shape& to = model.values[product].shape;
    if (!value.has_shape || value.shape.size() > to.size() ||
        value.dtype != model.values[product].dtype)
        return false;
    const std::size_t skip = to.size() - value.shape.size();
    for (std::size_t i = 0; i < value.shape.size(); ++i)
        if (value.shape[i] != Dim::of(1) &&
            (value.shape[i] != to[i + skip] || to[i + skip] == Dim::unknown()))
            return false;
    return true;
}

/// A product of two matrices and a sum.
bool add_to_gemm(Rewriter& r, NodeId node)
{
    for (const std::size_t i : {0, 1}) {
        const ValueId product = r.input(node, i);
        const ValueId bias = r.input(node, 1 - i);
        NodeId matmul = r.producer(product, "MatMul");
        const bool is_gemm = matmul == no_id;
        if (is_gemm)
            matmul = r.producer(product, "Gemm");
        if (matmul == no_id || bias == no_id || !r.has_one_reader(product) ||
            !is_matrix(r, product) || !has_gemm(r, product) || !is_matrix(r, r.input(matmul, 0)) ||
            !is_matrix(r, r.input(matmul, 1)) || (is_gemm && r.input(matmul, 2) != no_id) ||
            !fits_as_bias(r.model(), bias, product) || !same_shape(r, product, r.output(node)))
            continue;
        const ValueId a = r.input(matmul, 0);
        const ValueId b = r.input(matmul, 1);
        const std::vector<Attribute> attributes = r.model().nodes[matmul].attributes;
        r.set_op(node, "Gemm");
        r.model().nodes[node].attributes = attributes;
        r.remove_attribute(node, "beta"); // it had nothing to multiply
        r.set_inputs(node, {a, b, bias});
        r.unite_origins(node, matmul);
        return true;
    }
    return false;
}

constexpr std::array<std::string_view, 4> reshaping{"Reshape", "Squeeze", "Unsqueeze", "Flatten"};

NodeId reshape_before(const Rewriter& r, ValueId value)
{
    for (const std::string_view op : reshaping)
        if (const NodeId node = r.producer(value, op); node != no_id)
            return node;
    return no_id;
}

bool is_plain_gemm(const Rewriter& r, NodeId node)
{
    const OnnxModel& model = r.model();
    for (const std::string_view name : {"alpha", "beta"})
        if (const Attribute* attribute = model.attribute(node, name))
            if (const auto* factor = std::get_if<float>(&attribute->value);
                factor && *factor != 1.0f)
                return false;
    return model.int_attribute(node, "transA", 0) == 0;
}

/// The second factor as MatMul wants it; no_id when that would take a node.
ValueId second_factor(Rewriter& r, NodeId product)
{
    const ValueId b = r.input(product, 1);
    if (!is_matrix(r, b) || r.is(product, "MatMul") ||
        r.model().int_attribute(product, "transB", 0) == 0)
        return is_matrix(r, b) ? b : no_id;
    const Tensor* weight = r.weight(b);
    if (!weight || weight->shape.size() != 2 || bits_per_element(weight->dtype) % 8 != 0 ||
        (r.uses(b) > 1 && weight->byte_count() > max_copy_bytes))
        return no_id;
    Tensor transposed = *weight;
    if (transposed.strides.empty())
        transposed.strides = {transposed.shape[1], 1};
    std::swap(transposed.shape[0], transposed.shape[1]);
    std::swap(transposed.strides[0], transposed.strides[1]);
    return r.add_initializer(std::string(r.model().text(r.model().values[b].name)) + ".T",
                             std::move(transposed));
}

/// Leading axes that are flattened for a product and put back after it.
bool product_between_reshapes(Rewriter& r, NodeId node)
{
    OnnxModel& model = r.model();
    const ValueId between = r.input(node, 0);
    NodeId product = r.producer(between, "MatMul");
    if (product == no_id)
        product = r.producer(between, "Gemm");
    if (product == no_id || !r.has_one_reader(between) || !is_matrix(r, between) ||
        (r.is(product, "Gemm") && !is_plain_gemm(r, product)))
        return false;
    const ValueId flat = r.input(product, 0);
    const NodeId flattening = reshape_before(r, flat);
    if (flattening == no_id || !is_matrix(r, flat))
        return false;
    const ValueId x = r.input(flattening, 0);
    const ValueId result = r.output(node);
    if (!model.values[x].has_shape || !model.values[result].has_shape)
        return false;
    const Shape before = model.values[x].shape;
    const Shape after = model.values[result].shape;
    if (before.size() < 3 || before.size() != after.size() ||
        !std::equal(before.begin(), before.end() - 1, after.begin()) ||
        std::find(before.begin(), before.end(), Dim::unknown()) != before.end() ||
        before.back() != model.values[flat].shape.back() ||
        after.back() != model.values[between].shape.back() || !after.back().known())
        return false;
    // Worth it only when the flattening goes in the end.
    const std::vector<OnnxModel::Use> readers = r.readers(flat);
    if (r.is_given_out(flat) || std::any_of(readers.begin(), readers.end(), [&](const auto& use) {
            return use.input != 0 || !(r.is(use.node, "MatMul") || r.is(use.node, "Gemm"));
        }))
        return false;
    const ValueId bias = r.input(product, 2);
    if (bias != no_id && r.rank(bias) != std::size_t{1})
        return false;
    const ValueId factor = second_factor(r, product);
    if (factor == no_id)
        return false;
    if (bias == no_id) {
        r.set_op(node, "MatMul");
        r.set_inputs(node, {x, factor});
        r.unite_origins(node, product);
        r.unite_origins(node, flattening);
        return true;
    }
    r.set_op(product, "MatMul");
    r.set_inputs(product, {x, factor});
    r.unite_origins(product, flattening);
    r.set_result_of(product, no_id); // the bias is missing in it now
    model.values[between].shape = after;
    r.set_op(node, "Add");
    r.set_inputs(node, {between, bias});
    return true;
}

constexpr RuleEntry rules[] = {
    {"Gemm", take_transposes},
    {"MatMul", matmul_of_transposed},
    {"Add", add_to_gemm},
    {"Reshape", product_between_reshapes},
    {"Unsqueeze", product_between_reshapes},
};

} // namespace

std::span<const RuleEntry> gemm_rules()
{
    return rules;
}

} // namespace strata
