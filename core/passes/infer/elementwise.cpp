// Operators that compute each element of the result from the elements at the same place.
#include "passes/infer/context.h"

#include <fmt/format.h>

namespace strata::infer {
namespace {

std::string like_input(Context& c)
{
    c.set_like(0, 0);
    return {};
}

std::string bool_like_input(Context& c)
{
    c.set_dtype(0, DType::Bool);
    if (const Shape* shape = c.shape(0))
        c.set_shape(0, *shape);
    return {};
}

// The broadcast shape of the inputs from `first` on; sets it on output 0.
std::string broadcast_inputs(Context& c, std::size_t first)
{
    std::optional<Shape> result;
    for (std::size_t i = first; i < c.input_count(); ++i) {
        const Shape* shape = c.shape(i);
        if (!shape)
            return {};
        if (!result) {
            result = *shape;
            continue;
        }
        auto joined = broadcast(c.math(), *result, *shape);
        if (!joined)
            return fmt::format("shapes {} and {} cannot be broadcast", text(c.model(), *result),
                               text(c.model(), *shape));
        result = std::move(joined);
    }
    if (result)
        c.set_shape(0, *result);
    return {};
}

std::string same_dtypes(Context& c, std::size_t first)
{
    DType type = DType::Unknown;
    for (std::size_t i = first; i < c.input_count(); ++i) {
        const DType next = c.dtype(i);
        if (type != DType::Unknown && next != DType::Unknown && next != type)
            return fmt::format("inputs have different types: {} and {}", to_string(type),
                               to_string(next));
        if (next != DType::Unknown)
            type = next;
    }
    return {};
}

std::string arithmetic(Context& c)
{
    if (auto complaint = same_dtypes(c, 0); !complaint.empty())
        return complaint;
    for (std::size_t i = 0; i < c.input_count(); ++i)
        c.set_dtype(0, c.dtype(i));
    return broadcast_inputs(c, 0);
}

// Pow and BitShift: the second input may have its own type.
std::string typed_by_first(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    return broadcast_inputs(c, 0);
}

std::string comparison(Context& c)
{
    c.set_dtype(0, DType::Bool);
    if (auto complaint = same_dtypes(c, 0); !complaint.empty())
        return complaint;
    return broadcast_inputs(c, 0);
}

std::string where(Context& c)
{
    if (auto complaint = same_dtypes(c, 1); !complaint.empty())
        return complaint;
    c.set_dtype(0, c.dtype(1));
    c.set_dtype(0, c.dtype(2));
    return broadcast_inputs(c, 0);
}

// PRelu's slope is broadcast to the input, not the other way round.
std::string prelu(Context& c)
{
    c.set_like(0, 0);
    return {};
}

std::string cast(Context& c)
{
    if (const auto to = c.find_int("to"))
        c.set_dtype(0, dtype_from_onnx(static_cast<int>(*to)));
    if (const Shape* shape = c.shape(0))
        c.set_shape(0, *shape);
    return {};
}

std::string cast_like(Context& c)
{
    c.set_dtype(0, c.dtype(1));
    if (const Shape* shape = c.shape(0))
        c.set_shape(0, *shape);
    return {};
}

std::string dropout(Context& c)
{
    c.set_like(0, 0);
    c.set_dtype(1, c.opset() >= 10 ? DType::Bool : c.dtype(0));
    if (const Shape* shape = c.shape(0))
        c.set_shape(1, *shape);
    return {};
}

std::string bernoulli(Context& c)
{
    c.set_dtype(0, c.find_int("dtype")
                       ? dtype_from_onnx(static_cast<int>(c.int_attribute("dtype", 0)))
                       : c.dtype(0));
    if (const Shape* shape = c.shape(0))
        c.set_shape(0, *shape);
    return {};
}

std::string softmax(Context& c)
{
    c.set_like(0, 0);
    const auto rank = c.rank(0);
    const std::int64_t axis = c.int_attribute("axis", c.opset() >= 13 ? -1 : 1);
    // Before opset 13, axis == rank was allowed too.
    if (rank && *rank > 0 && c.opset() >= 13 &&
        !normalize_axis(axis, static_cast<std::size_t>(*rank)))
        return fmt::format("axis {} is outside rank {}", axis, *rank);
    return {};
}

constexpr Entry rules[] = {
    {"Abs", like_input},
    {"Acos", like_input},
    {"Acosh", like_input},
    {"Asin", like_input},
    {"Asinh", like_input},
    {"Atan", like_input},
    {"Atanh", like_input},
    {"BitwiseNot", like_input},
    {"Ceil", like_input},
    {"Celu", like_input},
    {"Clip", like_input},
    {"Cos", like_input},
    {"Cosh", like_input},
    {"CumSum", like_input},
    {"Elu", like_input},
    {"Erf", like_input},
    {"Exp", like_input},
    {"Floor", like_input},
    {"Gelu", like_input},
    {"HardSigmoid", like_input},
    {"HardSwish", like_input},
    {"Identity", like_input},
    {"LeakyRelu", like_input},
    {"Log", like_input},
    {"Mish", like_input},
    {"Neg", like_input},
    {"Reciprocal", like_input},
    {"Relu", like_input},
    {"ReverseSequence", like_input},
    {"Round", like_input},
    {"Selu", like_input},
    {"Shrink", like_input},
    {"Sigmoid", like_input},
    {"Sign", like_input},
    {"Sin", like_input},
    {"Sinh", like_input},
    {"Softplus", like_input},
    {"Softsign", like_input},
    {"Sqrt", like_input},
    {"Swish", like_input},
    {"Tan", like_input},
    {"Tanh", like_input},
    {"ThresholdedRelu", like_input},
    {"Trilu", like_input},
    {"IsInf", bool_like_input},
    {"IsNaN", bool_like_input},
    {"Not", bool_like_input},
    {"Add", arithmetic},
    {"BitwiseAnd", arithmetic},
    {"BitwiseOr", arithmetic},
    {"BitwiseXor", arithmetic},
    {"Div", arithmetic},
    {"Max", arithmetic},
    {"Mean", arithmetic},
    {"Min", arithmetic},
    {"Mod", arithmetic},
    {"Mul", arithmetic},
    {"Sub", arithmetic},
    {"Sum", arithmetic},
    {"BitShift", typed_by_first},
    {"Pow", typed_by_first},
    {"And", comparison},
    {"Equal", comparison},
    {"Greater", comparison},
    {"GreaterOrEqual", comparison},
    {"Less", comparison},
    {"LessOrEqual", comparison},
    {"Or", comparison},
    {"Xor", comparison},
    {"Where", where},
    {"PRelu", prelu},
    {"Cast", cast},
    {"CastLike", cast_like},
    {"Dropout", dropout},
    {"Bernoulli", bernoulli},
    {"Softmax", softmax},
    {"LogSoftmax", softmax},
    {"Hardmax", softmax},
};

} // namespace

std::span<const Entry> elementwise_rules()
{
    return rules;
}

} // namespace strata::infer
