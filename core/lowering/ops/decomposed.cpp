// Operators that only decomposed programs have: variants with extra results, explicit strides,
// checks with tokens, gradients.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/indexing.h"
#include "lowering/ops/scatter_elements.h"

namespace strata::ops {
namespace {

/// Without memory there is nothing in it that a model could rely on: zeros.
Outputs zeros(Emitter& e, ValueId shape, DType dtype)
{
    return e.expand(e.scalar(dtype, 0.0), shape);
}

Outputs empty(OpCall& call)
{
    return zeros(call.e(), call.int_tensor("size"), call.dtype("dtype", DType::Float32));
}

Outputs empty_like_self(OpCall& call)
{
    const DType own = call.dtype_of(call.tensor("self"));
    return zeros(call.e(), call.int_tensor("size"), call.dtype("dtype", own));
}

/// The second result is only for the gradient.
Outputs log_sigmoid_forward(OpCall& call)
{
    const Expr x(call.e(), call.tensor("self"));
    return Outputs::tensors({-(-x).apply("Softplus"), (-abs(x)).apply("Exp")});
}

/// self[indices] where the mask says so, else `fill`; indices may be out of range elsewhere.
Outputs masked_index(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId picked = index_tensor(call, x, clamped_indices(call, x));
    const DType dtype = call.dtype_of(x);
    return e.emit(
        "Where", {e.cast(call.tensor("mask"), DType::Bool), picked, call.scalar_as("fill", dtype)});
}

/// The first `size` places of non-zero elements; `fill_value` where there are fewer.
Outputs nonzero_static(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("self");
    const ValueId size = call.int_tensor("size");
    // ONNX sees one axis where there is none, as PyTorch's nonzero() of old did.
    ValueId found = e.transpose(e.emit("NonZero", {call.tensor("self")}), {1, 0});
    if (rank == 0)
        found = e.slice(found, 1, 0, 0);
    const ValueId filling = e.expand(call.scalar_as("fill_value", DType::Int64),
                                     e.concat({size, e.constant({rank})}, 0));
    return e.emit("Slice", {e.concat({found, filling}, 0), e.constant({0}), size, e.constant({0})});
}

Expr sum_along(const Expr& x, std::int64_t dim)
{
    return {x.e(), x.e().reduce("ReduceSum", x, {dim}, true)};
}

/// Of y = softmax(x): y (g - sum of g y).
Outputs softmax_backward(OpCall& call)
{
    const Expr gradient(call.e(), call.tensor("grad_output"));
    const Expr output(call.e(), call.tensor("output"));
    const DType dtype = call.dtype("input_dtype", output.dtype());
    if (call.rank("output") == 0)
        return (gradient - gradient).cast(dtype).id();
    const std::int64_t dim = call.integer("dim");
    return (output * (gradient - sum_along(gradient * output, dim))).cast(dtype).id();
}

/// Of y = log(softmax(x)): g - exp(y) (sum of g).
Outputs log_softmax_backward(OpCall& call)
{
    const Expr gradient(call.e(), call.tensor("grad_output"));
    const Expr output(call.e(), call.tensor("output"));
    const DType dtype = call.dtype("input_dtype", output.dtype());
    if (call.rank("output") == 0)
        return (gradient - gradient).cast(dtype).id();
    const Expr share = output.apply("Exp") * sum_along(gradient, call.integer("dim"));
    return (gradient - share).cast(dtype).id();
}

Outputs dropout_backward(OpCall& call)
{
    const Expr gradient(call.e(), call.tensor("grad_output"));
    const Expr mask = Expr(call.e(), call.tensor("mask")).cast(gradient.dtype());
    return (gradient * mask * gradient.number(call.number("scale"))).id();
}

/// Each gradient goes where its maximum came from; indices count through the last two dimensions.
Outputs max_pool2d_backward(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("self");
    const std::vector<std::int64_t> shape = call.shape(input);
    if (shape.size() < 3)
        call.refuse("the input has fewer than three dimensions");
    std::vector<std::int64_t> planes(shape.begin(), shape.end() - 2);
    planes.push_back(-1);
    const auto flat = [&](ValueId value) { return e.reshape(value, planes); };
    planes.back() = shape[shape.size() - 2] * shape.back();
    const ValueId zeros = e.expand(e.scalar(call.dtype_of(input), 0.0), e.constant(planes));
    planes.back() = -1;
    const ValueId spread = scatter_elements(call, zeros, flat(call.tensor("indices")),
                                            flat(call.tensor("grad_output")),
                                            static_cast<std::int64_t>(planes.size()) - 1, "add");
    return e.reshape(spread, shape);
}

Outputs token(OpCall&)
{
    return Outputs(Lowered());
}

/// A check that gives on the token it gets.
Outputs checked_token(OpCall& call)
{
    return Outputs(call.arg("dep_token"));
}

#define STRATA_OPTIONS                                                                             \
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> " \
    "Tensor"

constexpr OpEntry entries[] = {
    {"aten::empty_strided(SymInt[] size, SymInt[] stride, *, " STRATA_OPTIONS, empty},
    {"aten::empty_permuted(SymInt[] size, int[] physical_layout, *, " STRATA_OPTIONS, empty},
    {"aten::new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, " STRATA_OPTIONS,
     empty_like_self},
    {"aten::log_sigmoid_forward(Tensor self) -> (Tensor, Tensor)", log_sigmoid_forward},
    {"aten::_unsafe_masked_index(Tensor self, Tensor mask, Tensor?[] indices, Scalar fill) -> "
     "Tensor",
     masked_index},
    {"aten::nonzero_static(Tensor self, *, SymInt size, int fill_value=-1) -> Tensor",
     nonzero_static},
    {"aten::_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType "
     "input_dtype) -> Tensor",
     softmax_backward},
    {"aten::_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType "
     "input_dtype) -> Tensor",
     log_softmax_backward},
    {"aten::native_dropout_backward(Tensor grad_output, Tensor mask, float scale) -> Tensor",
     dropout_backward},
    {"aten::max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, int[2] kernel_size, "
     "int[2] stride, int[2] padding, int[2] dilation, bool ceil_mode, Tensor indices) -> Tensor",
     max_pool2d_backward, "sizes must be known"},
    {"aten::_make_dep_token(*, " STRATA_OPTIONS, token},
    {"aten::_functional_assert_async.msg(Tensor self, str assert_msg, Tensor dep_token) -> Tensor",
     checked_token},
    {"aten::_functional_assert_scalar(Scalar self, str assert_msg, Tensor dep_token) -> Tensor",
     checked_token},
    {"aten::_functional_sym_constrain_range(Scalar size, int? min, int? max, Tensor dep_token) -> "
     "Tensor",
     checked_token},
    {"aten::_functional_sym_constrain_range_for_size(Scalar size, int? min, int? max, Tensor "
     "dep_token) -> Tensor",
     checked_token},
};

} // namespace

std::span<const OpEntry> decomposed_ops()
{
    return entries;
}

} // namespace strata::ops
