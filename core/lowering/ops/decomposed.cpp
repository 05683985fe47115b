// Operators that only decomposed programs have: variants with extra results, explicit strides,
// checks with tokens.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/indexing.h"

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
