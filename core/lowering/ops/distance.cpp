// Distances and similarities between vectors.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

#include <cmath>

namespace strata::ops {
namespace {

DType constant_type(Emitter& e, ValueId value)
{
    const DType dtype = e.dtype(value);
    return dtype == DType::Unknown ? DType::Float32 : dtype;
}

/// The p-norm over one axis, for any p.
ValueId norm(Emitter& e, ValueId value, double p, std::int64_t axis, bool keep_dims)
{
    const DType dtype = constant_type(e, value);
    if (p == 2.0)
        return e.reduce("ReduceL2", value, {axis}, keep_dims);
    if (p == 1.0)
        return e.reduce("ReduceL1", value, {axis}, keep_dims);
    const ValueId size = e.emit("Abs", {value});
    if (std::isinf(p))
        return e.reduce(p > 0 ? "ReduceMax" : "ReduceMin", size, {axis}, keep_dims);
    if (p == 0.0) {
        const ValueId counts =
            e.cast(e.emit("Cast", {size}, {{"to", to_onnx(DType::Bool)}}), dtype);
        return e.reduce("ReduceSum", counts, {axis}, keep_dims);
    }
    const ValueId powers = e.emit("Pow", {size, e.scalar(dtype, p)});
    return e.emit("Pow",
                  {e.reduce("ReduceSum", powers, {axis}, keep_dims), e.scalar(dtype, 1.0 / p)});
}

void require_real(OpCall& call, ValueId value)
{
    if (is_integral(call.dtype_of(value)))
        call.refuse("distances between vectors of integers", "Convert them to float32.");
}

Outputs cosine_similarity(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t dim = call.integer("dim");
    const ValueId a = call.tensor("x1");
    const ValueId b = call.tensor("x2");
    require_real(call, a);
    require_real(call, b);
    const ValueId eps = e.scalar(constant_type(e, a), call.number("eps"));
    const auto unit = [&](ValueId x) {
        return e.div(x, e.emit("Max", {e.reduce("ReduceL2", x, {dim}, true), eps}));
    };
    return e.reduce("ReduceSum", e.mul(unit(a), unit(b)), {dim}, false);
}

Outputs pairwise_distance(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId a = call.tensor("x1");
    require_real(call, a);
    const ValueId difference = e.sub(a, call.tensor("x2"));
    const ValueId shifted =
        e.add(difference, e.scalar(constant_type(e, difference), call.number("eps")));
    return norm(e, shifted, call.number("p"), -1, call.boolean("keepdim"));
}

/// Every row of x1 [..., P, M] against every row of x2 [..., R, M]. The differences are formed: the
/// product form that PyTorch may choose for large inputs is faster but loses digits.
Outputs cdist(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId a = call.tensor("x1");
    require_real(call, a);
    const ValueId difference = e.sub(e.unsqueeze(a, {-2}), e.unsqueeze(call.tensor("x2"), {-3}));
    return norm(e, difference, call.number("p"), -1, false);
}

constexpr std::string_view reals = "floating-point tensors";

constexpr OpEntry entries[] = {
    {"aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor",
     cosine_similarity, reals},
    {"aten::pairwise_distance(Tensor x1, Tensor x2, float p=2, float eps=1e-06, bool "
     "keepdim=False) -> Tensor",
     pairwise_distance, reals},
    {"aten::cdist(Tensor x1, Tensor x2, float p=2, int? compute_mode=None) -> Tensor", cdist,
     reals},
    {"aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", cdist,
     reals},
};

} // namespace

std::span<const OpEntry> distance_ops()
{
    return entries;
}

} // namespace strata::ops
