#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <cmath>
#include <limits>

namespace strata::ops {
namespace {

/// A constant of the tensor's own dtype.
ValueId like(OpCall& call, ValueId x, double value)
{
    return call.e().coefficient(call.dtype_of(x), value);
}

template <const char* Op>
Outputs unary_float(OpCall& call)
{
    return call.e().emit(Op, {as_float(call, "self")});
}
constexpr char tanh_op[] = "Tanh";

ValueId sigmoid_of(OpCall& call, ValueId x)
{
    Emitter& e = call.e();
    if (call.dtype_of(x) != DType::Float64)
        return e.emit("Sigmoid", {x});
    // ONNX Runtime fuses x sigmoid(x) into a node that it does not have for doubles.
    return e.emit("Reciprocal", {e.add(e.emit("Exp", {e.emit("Neg", {x})}), like(call, x, 1))});
}

Outputs sigmoid(OpCall& call)
{
    return sigmoid_of(call, as_float(call, "self"));
}

Outputs relu(OpCall& call)
{
    // ONNX's Relu takes integers from opset 14 on, but ONNX Runtime has kernels for few of them.
    const ValueId x = call.tensor("self");
    if (!is_integer(call.dtype_of(x)))
        return call.e().emit("Relu", {x});
    return call.e().emit("Max", {x, call.e().scalar(call.dtype_of(x), std::int64_t{0})});
}

/// min(max(x, low), high), in x's dtype.
ValueId clip(OpCall& call, ValueId x, double low, double high)
{
    return call.e().emit("Clip", {x, like(call, x, low), like(call, x, high)});
}

Outputs relu6(OpCall& call)
{
    return clip(call, call.tensor("self"), 0, 6);
}

Outputs hardtanh(OpCall& call)
{
    return clip(call, call.tensor("self"), call.number("min_val"), call.number("max_val"));
}

Outputs leaky_relu(OpCall& call)
{
    return call.e().emit("LeakyRelu", {as_float(call, "self")},
                         {{"alpha", call.number("negative_slope")}});
}

Outputs rrelu(OpCall& call)
{
    if (call.boolean("training"))
        call.refuse("training is True: the slope is random",
                    "Call model.eval() before saving the model.");
    const double slope = (call.number("lower") + call.number("upper")) / 2;
    return call.e().emit("LeakyRelu", {as_float(call, "self")}, {{"alpha", slope}});
}

Outputs prelu(OpCall& call)
{
    const ValueId x = call.tensor("self");
    ValueId slope = call.tensor("weight");
    const auto rank = call.rank_of(x);
    const auto slopes = call.e().static_shape(slope);
    const bool one_slope = slopes && (slopes->empty() || *slopes == std::vector<std::int64_t>{1});
    if (!one_slope && slopes && slopes->size() == 1) {
        // One slope per channel: [C] must stand at axis 1.
        if (!rank)
            call.refuse_for_shapes("the rank of 'self' is not known");
        if (*rank > 2) {
            std::vector<std::int64_t> shape(static_cast<std::size_t>(*rank - 1), 1);
            shape.front() = slopes->front();
            slope = call.e().reshape(slope, std::span<const std::int64_t>(shape));
        }
    }
    return call.e().emit("PRelu", {x, slope});
}

Outputs elu(OpCall& call)
{
    // scale * (max(0, x) + min(0, alpha * (exp(input_scale * x) - 1)))
    const double alpha = call.number("alpha");
    const double scale = call.number("scale");
    const double input_scale = call.number("input_scale");
    const ValueId x = as_float(call, "self");
    if (scale == 1 && input_scale == 1)
        return call.e().emit("Elu", {x}, {{"alpha", alpha}});
    if (input_scale == 1)
        return call.e().emit("Selu", {x}, {{"alpha", alpha}, {"gamma", scale}});
    Emitter& e = call.e();
    const ValueId negative =
        e.emit("Elu", {e.mul(x, like(call, x, input_scale))}, {{"alpha", alpha}});
    const ValueId positive = e.emit("Greater", {x, like(call, x, 0)});
    return e.mul(e.emit("Where", {positive, x, negative}), like(call, x, scale));
}

Outputs selu(OpCall& call)
{
    return call.e().emit("Selu", {as_float(call, "self")},
                         {{"alpha", 1.6732632423543772848170429916717},
                          {"gamma", 1.0507009873554804934193349852946}});
}

Outputs celu(OpCall& call)
{
    return call.e().emit("Celu", {as_float(call, "self")}, {{"alpha", call.number("alpha")}});
}

Outputs gelu(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    if (e.opset() >= 20)
        return e.emit("Gelu", {x}, {{"approximate", call.string("approximate")}});
    const ValueId half = like(call, x, 0.5);
    const ValueId one = like(call, x, 1);
    if (call.string("approximate") == "tanh") {
        const ValueId cubed = e.mul(e.mul(x, x), x);
        const ValueId inner = e.mul(e.add(x, e.mul(cubed, like(call, x, 0.044715))),
                                    like(call, x, std::sqrt(2 / 3.14159265358979323846)));
        return e.mul(e.mul(x, half), e.add(e.emit("Tanh", {inner}), one));
    }
    const ValueId erf = e.emit("Erf", {e.div(x, like(call, x, std::sqrt(2.0)))});
    return e.mul(e.mul(x, e.add(erf, one)), half);
}

Outputs silu(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    return e.mul(x, sigmoid_of(call, x));
}

ValueId softplus_of(OpCall& call, ValueId x)
{
    return call.e().emit("Softplus", {x});
}

Outputs mish(OpCall& call)
{
    const ValueId x = as_float(call, "self");
    if (call.e().opset() >= 18)
        return call.e().emit("Mish", {x});
    return call.e().mul(x, call.e().emit("Tanh", {softplus_of(call, x)}));
}

Outputs hardsigmoid(OpCall& call)
{
    return call.e().emit("HardSigmoid", {as_float(call, "self")},
                         {{"alpha", 1.0 / 6}, {"beta", 0.5}});
}

Outputs hardswish(OpCall& call)
{
    const ValueId x = as_float(call, "self");
    if (call.e().opset() >= 14)
        return call.e().emit("HardSwish", {x});
    return call.e().mul(x, call.e().emit("HardSigmoid", {x}, {{"alpha", 1.0 / 6}, {"beta", 0.5}}));
}

Outputs softplus(OpCall& call)
{
    // log(1 + exp(beta x)) / beta, and x itself where beta x > threshold.
    Emitter& e = call.e();
    const double beta = call.number("beta");
    const double threshold = call.number("threshold");
    const ValueId x = as_float(call, "self");
    const ValueId scaled = beta == 1 ? x : e.mul(x, like(call, x, beta));
    ValueId soft = softplus_of(call, scaled);
    if (beta != 1)
        soft = e.div(soft, like(call, x, beta));
    // From 20 on the two differ by less than 3e-9, below what float32 can tell at 20.
    if (threshold >= 20)
        return soft;
    return e.emit("Where", {e.emit("Greater", {scaled, like(call, x, threshold)}), x, soft});
}

Outputs softshrink(OpCall& call)
{
    const double lambda = call.number("lambd");
    return call.e().emit("Shrink", {as_float(call, "self")}, {{"bias", lambda}, {"lambd", lambda}});
}

Outputs hardshrink(OpCall& call)
{
    // x where |x| > lambda; ONNX's Shrink agrees at the border, but makes 0 of NaN.
    Emitter& e = call.e();
    const ValueId x = as_float(call, "self");
    const ValueId small =
        e.emit("LessOrEqual", {e.emit("Abs", {x}), like(call, x, call.number("lambd"))});
    return e.emit("Where", {small, like(call, x, 0), x});
}

Outputs threshold(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId low = e.emit("LessOrEqual", {x, like(call, x, call.number("threshold"))});
    return e.emit("Where", {low, like(call, x, call.number("value")), x}); // NaN stays
}

Outputs log_sigmoid(OpCall& call)
{
    Emitter& e = call.e();
    // -softplus(-x) does not overflow where log(sigmoid(x)) does.
    return e.emit("Neg", {softplus_of(call, e.emit("Neg", {as_float(call, "self")}))});
}

Outputs glu(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t axis = call.normalize_axis(call.integer("dim"), call.rank("self"));
    const std::vector<ValueId> halves = e.emit_many("Split", {x}, 2, {{"axis", axis}});
    return e.mul(halves[0], e.emit("Sigmoid", {halves[1]}));
}

Outputs softmax_of(OpCall& call, const char* op, DType dtype)
{
    Emitter& e = call.e();
    const ValueId x = e.cast(call.tensor("self"), dtype);
    if (call.rank_of(x) == 0) // softmax of one number
        return e.squeeze(e.emit(op, {e.unsqueeze(x, {0})}, {{"axis", 0}}), {0});
    return e.emit(op, {x}, {{"axis", call.integer("dim")}});
}

template <const char* Op>
Outputs softmax_like(OpCall& call)
{
    return softmax_of(call, Op, call.dtype("dtype", float_result_type(call, {"self"})));
}
constexpr char softmax_op[] = "Softmax";
constexpr char log_softmax_op[] = "LogSoftmax";

template <const char* Op>
Outputs softmax_half_to_float(OpCall& call)
{
    const DType dtype =
        call.boolean("half_to_float") ? DType::Float32 : float_result_type(call, {"self"});
    return softmax_of(call, Op, dtype);
}

Outputs logit(OpCall& call)
{
    Emitter& e = call.e();
    ValueId x = as_float(call, "self");
    if (const auto eps = call.number_or_none("eps"))
        // Above one half the bounds have changed places; PyTorch asks for the lower one first.
        x = *eps <= 0.5 ? clip(call, x, *eps, 1 - *eps)
                        : e.emit("Where", {e.emit("Less", {x, like(call, x, *eps)}),
                                           like(call, x, *eps), like(call, x, 1 - *eps)});
    return e.emit("Log", {e.div(x, e.sub(like(call, x, 1), x))});
}

constexpr OpEntry entries[] = {
    {"aten::relu(Tensor self) -> Tensor", relu},
    {"aten::relu6(Tensor self) -> Tensor", relu6},
    {"aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", hardtanh},
    {"aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", leaky_relu},
    {"aten::rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.3333333333333333, bool "
     "training=False, "
     "Generator? generator=None) -> Tensor",
     rrelu, "training=False only"},
    {"aten::prelu(Tensor self, Tensor weight) -> Tensor", prelu},
    {"aten::_prelu_kernel(Tensor self, Tensor weight) -> Tensor", prelu},
    {"aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", elu},
    {"aten::selu(Tensor self) -> Tensor", selu},
    {"aten::celu(Tensor self, Scalar alpha=1.0) -> Tensor", celu},
    {"aten::gelu(Tensor self, *, str approximate='none') -> Tensor", gelu},
    {"aten::silu(Tensor self) -> Tensor", silu},
    {"aten::mish(Tensor self) -> Tensor", mish},
    {"aten::sigmoid(Tensor self) -> Tensor", sigmoid},
    {"aten::tanh(Tensor self) -> Tensor", unary_float<tanh_op>},
    {"aten::hardsigmoid(Tensor self) -> Tensor", hardsigmoid},
    {"aten::hardswish(Tensor self) -> Tensor", hardswish},
    {"aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", softplus},
    {"aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", softshrink},
    {"aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", hardshrink},
    {"aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor", threshold},
    {"aten::log_sigmoid(Tensor self) -> Tensor", log_sigmoid},
    {"aten::glu(Tensor self, int dim=-1) -> Tensor", glu},
    {"aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
     softmax_like<softmax_op>},
    {"aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
     softmax_like<log_softmax_op>},
    {"aten::special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor",
     softmax_like<softmax_op>},
    {"aten::special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
     softmax_like<log_softmax_op>},
    {"aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
     softmax_half_to_float<softmax_op>},
    {"aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
     softmax_half_to_float<log_softmax_op>},
    {"aten::logit(Tensor self, float? eps=None) -> Tensor", logit},
    {"aten::special_logit(Tensor self, float? eps=None) -> Tensor", logit},
};

} // namespace

std::span<const OpEntry> activation_ops()
{
    return entries;
}

} // namespace strata::ops
