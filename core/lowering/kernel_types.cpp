// The table was measured: one model per operator, opset and type, loaded in ONNX Runtime 1.29's CPU
// provider. float16 counts as taken where the runtime itself puts casts around the node.
#include "lowering/kernel_types.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace strata {
namespace {

constexpr std::uint32_t bit(DType type)
{
    return 1U << static_cast<unsigned>(type);
}

constexpr std::uint32_t boolean = bit(DType::Bool);
constexpr std::uint32_t u8 = bit(DType::UInt8);
constexpr std::uint32_t i8 = bit(DType::Int8);
constexpr std::uint32_t i16 = bit(DType::Int16);
constexpr std::uint32_t i32 = bit(DType::Int32);
constexpr std::uint32_t i64 = bit(DType::Int64);
constexpr std::uint32_t f16 = bit(DType::Float16);
constexpr std::uint32_t bf16 = bit(DType::BFloat16);
constexpr std::uint32_t f32 = bit(DType::Float32);
constexpr std::uint32_t f64 = bit(DType::Float64);

constexpr std::uint32_t bytes = u8 | i8;
constexpr std::uint32_t small_integers = bytes | bit(DType::UInt16) | i16;
constexpr std::uint32_t wide_integers = i32 | i64;
constexpr std::uint32_t integers = small_integers | wide_integers;
constexpr std::uint32_t single = f16 | f32;
constexpr std::uint32_t reals = single | f64;
constexpr std::uint32_t numbers = integers | reals;
constexpr std::uint32_t wide_numbers = wide_integers | reals;
constexpr std::uint32_t without_bfloat16 = numbers | boolean;

constexpr std::uint32_t all = ~0U;
constexpr std::uint32_t none = 0;
constexpr std::uint32_t first = 1;

struct Row {
    std::string_view op;
    int from_opset;
    std::uint32_t types;
    std::uint32_t inputs = all;
    std::uint32_t outputs = first;
};

// Sorted by operator, then by opset.
constexpr Row rows[] = {
    {"Abs", 13, numbers},
    {"Acos", 13, single},
    {"Acosh", 13, single},
    {"Add", 13, wide_numbers},
    {"Add", 14, numbers},
    {"And", 13, boolean},
    {"ArgMax", 13, bytes | wide_numbers, first, none},
    {"ArgMin", 13, bytes | wide_numbers, first, none},
    {"Asin", 13, single},
    {"Asinh", 13, single},
    {"Atan", 13, single},
    {"Atanh", 13, single},
    {"AveragePool", 13, single},
    {"BatchNormalization", 13, reals, all, all},
    {"Ceil", 13, reals},
    {"Celu", 13, f32},
    {"Clip", 13, bytes | wide_numbers},
    {"Compress", 13, without_bfloat16, first},
    {"Conv", 13, single},
    {"ConvTranspose", 13, single},
    {"Cos", 13, reals},
    {"Cosh", 13, single},
    {"CumSum", 13, wide_integers | f32 | f64, first},
    {"DepthToSpace", 13, bytes | reals},
    {"Det", 13, single},
    {"Div", 13, wide_numbers},
    {"Div", 14, numbers},
    {"Einsum", 13, wide_numbers},
    {"Elu", 13, single},
    {"Equal", 13, without_bfloat16, all, none},
    {"Erf", 13, single},
    {"Exp", 13, reals},
    {"Expand", 13, without_bfloat16, first},
    {"Floor", 13, reals},
    {"GRU", 13, single, ~(1U << 4), all},
    {"Gelu", 20, single},
    {"Gemm", 13, reals},
    {"GlobalAveragePool", 13, single},
    {"GlobalMaxPool", 13, single},
    {"Greater", 13, numbers, all, none},
    {"GreaterOrEqual", 13, numbers, all, none},
    {"GridSample", 13, single},
    {"HardSigmoid", 13, single},
    {"HardSwish", 13, single},
    {"InstanceNormalization", 13, single},
    {"IsInf", 13, f32 | f64, all, none},
    {"IsNaN", 13, reals, all, none},
    {"LSTM", 13, single, ~(1U << 4), all},
    {"LayerNormalization", 13, reals},
    {"LeakyRelu", 13, single},
    {"LeakyRelu", 16, reals},
    {"LeakyRelu", 19, single},
    {"Less", 13, numbers, all, none},
    {"LessOrEqual", 13, numbers, all, none},
    {"Log", 13, reals},
    {"LogSoftmax", 13, reals},
    {"MatMul", 13, wide_numbers},
    {"Max", 13, bytes | wide_numbers},
    {"MaxPool", 13, bytes | reals},
    {"Min", 13, bytes | wide_numbers},
    {"Mish", 18, single},
    {"Mod", 13, numbers},
    {"Mul", 13, wide_numbers},
    {"Mul", 14, numbers},
    {"Neg", 13, i8 | i16 | wide_numbers},
    {"NonZero", 13, boolean | u8 | wide_integers | single, all, none},
    {"Not", 13, boolean},
    {"OneHot", 13, i64 | single, 1U << 2},
    {"Or", 13, boolean},
    {"PRelu", 13, single},
    {"PRelu", 16, wide_numbers},
    {"PRelu", 19, single},
    {"Pad", 13, boolean | bytes | wide_numbers, 0b101},
    {"Pow", 13, wide_numbers},
    {"RNN", 13, single, ~(1U << 4), all},
    {"Range", 13, i16 | wide_integers | f32 | f64},
    {"Reciprocal", 13, reals},
    {"ReduceL1", 13, wide_numbers, first},
    {"ReduceL2", 13, wide_numbers, first},
    {"ReduceLogSumExp", 13, wide_numbers, first},
    {"ReduceMax", 13, bytes | wide_numbers, first},
    {"ReduceMean", 13, wide_numbers, first},
    {"ReduceMin", 13, bytes | wide_numbers, first},
    {"ReduceProd", 13, wide_numbers, first},
    {"ReduceSum", 13, wide_numbers, first},
    {"Relu", 13, reals},
    {"Relu", 14, i8 | i32 | reals},
    {"Resize", 13, bytes | i32 | single, first},
    {"RoiAlign", 13, reals, 0b11},
    {"Round", 13, reals},
    {"Selu", 13, single},
    {"Shrink", 13, numbers},
    {"Sigmoid", 13, reals},
    {"Sign", 13, numbers | bf16},
    {"Sin", 13, reals},
    {"Sinh", 13, single},
    {"Softmax", 13, reals},
    {"Softplus", 13, single},
    {"Sqrt", 13, reals},
    {"Sub", 13, wide_numbers},
    {"Sub", 14, numbers},
    {"Tan", 13, single},
    {"Tanh", 13, reals},
    {"Tile", 13, without_bfloat16, first},
    {"TopK", 13, bytes | i16 | wide_numbers, first},
    {"Trilu", 13, boolean | wide_numbers, first},
    {"Unique", 13, i8 | i64 | reals, first},
    {"Where", 13, u8 | wide_numbers, 0b110},
    {"Xor", 13, boolean},
};

constexpr bool is_sorted()
{
    for (std::size_t i = 1; i < std::size(rows); ++i)
        if (rows[i].op < rows[i - 1].op ||
            (rows[i].op == rows[i - 1].op && rows[i].from_opset <= rows[i - 1].from_opset))
            return false;
    return true;
}
static_assert(is_sorted());

} // namespace

bool KernelTypes::takes(DType type) const
{
    return (types & bit(type)) != 0;
}

std::optional<KernelTypes> kernel_types(std::string_view op, int opset, bool accumulates)
{
    if (op == "ScatterElements" || op == "ScatterND")
        return accumulates
                   ? std::optional(KernelTypes{small_integers | wide_integers | f32 | f64, 0b101})
                   : std::nullopt;
    const auto from = std::ranges::lower_bound(rows, op, {}, &Row::op);
    const auto to = std::ranges::upper_bound(rows, op, {}, &Row::op);
    std::optional<KernelTypes> found;
    for (const Row& row : std::span(from, to))
        if (row.from_opset <= opset)
            found = KernelTypes{row.types, row.inputs, row.outputs};
    return found;
}

DType substitute_type(const KernelTypes& kernel, DType type)
{
    // Float32 holds integers of up to 24 bits, float64 those of up to 53.
    constexpr DType for_bool[] = {DType::UInt8, DType::Int32, DType::Int64, DType::Float32};
    constexpr DType for_small[] = {DType::Int32, DType::Int64, DType::Float32};
    constexpr DType for_int32[] = {DType::Int64, DType::Float64};
    constexpr DType for_half[] = {DType::Float32};
    std::span<const DType> candidates;
    switch (type) {
    case DType::Bool:
        candidates = for_bool;
        break;
    case DType::UInt8:
    case DType::Int8:
    case DType::UInt16:
    case DType::Int16:
        candidates = for_small;
        break;
    case DType::Int32:
        candidates = for_int32;
        break;
    case DType::Float16:
    case DType::BFloat16:
    case DType::Float64:
        candidates = for_half;
        break;
    default:
        break;
    }
    for (const DType candidate : candidates)
        if (kernel.takes(candidate))
            return candidate;
    return type;
}

} // namespace strata
