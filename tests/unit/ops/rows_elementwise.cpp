#include "support/parity_rows.h"

#include <fmt/format.h>
#include <limits>

namespace strata::test {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Numbers on both sides of zero, halves (rounding), and what is not finite.
ParityTensor awkward()
{
    return exactly(
        DType::Float32, {14},
        {-3.5, -2.5, -2.0, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.5, 3.0, infinity, -infinity, nan});
}
ParityTensor dividends()
{
    return exactly(DType::Float32, {10}, {-7.0, -7.0, 7.0, 7.0, -6.0, 6.0, 0.0, 5.5, -5.5, 0.3});
}
ParityTensor divisors()
{
    return exactly(DType::Float32, {10}, {3.0, -3.0, 3.0, -3.0, 3.0, -3.0, 2.0, 2.5, 2.5, 0.1});
}
ParityTensor int_dividends(DType dtype = DType::Int64)
{
    return exactly(dtype, {7}, {-7, -7, 7, 7, -6, 6, 0});
}
ParityTensor int_divisors(DType dtype = DType::Int64)
{
    return exactly(dtype, {7}, {3, -3, 3, -3, 3, -3, 2});
}

} // namespace

ParityRows elementwise_rows()
{
    ParityRows rows;
    const auto one = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n  return " + call);
    };
    const auto two = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x, y):\n  return " + call);
    };
    const auto three = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x, y, z):\n  return " + call);
    };

    // One argument: everything awkward, and integers.
    for (const char* call :
         {"torch.abs(x)", "torch.ceil(x)", "torch.floor(x)", "torch.round(x)", "torch.trunc(x)",
          "torch.fix(x)", "torch.neg(x)", "torch.sign(x)", "torch.square(x)"}) {
        one(std::string(call) + " awkward", call)
            .input(exactly(DType::Float32, {7}, {-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5}));
        one(std::string(call) + " int64", call).input(i64({7}));
    }
    for (const char* call : {"torch.isnan(x)", "torch.isinf(x)", "torch.isfinite(x)",
                             "torch.nan_to_num(x)", "torch.nan_to_num(x, 1.0, 2.0, 3.0)"})
        one(call, call).input(awkward());
    one("isnan of integers", "torch.isnan(x)").input(i64({4}));
    for (const char* call :
         {"torch.exp(x)", "torch.exp2(x)", "torch.expm1(x)", "torch.sin(x)", "torch.cos(x)",
          "torch.tan(x)", "torch.atan(x)", "torch.sinh(x)", "torch.cosh(x)", "torch.asinh(x)",
          "torch.erf(x)", "torch.erfc(x)", "torch.frac(x)", "torch.reciprocal(x)"}) {
        one(call, call).input(f32({3, 5}).range(-3, 3)).unknown();
        one(std::string(call) + " of doubles", call).input(f64({5}).range(0.2, 2));
    }
    for (const char* call : {"torch.log(x)", "torch.log1p(x)", "torch.log2(x)", "torch.log10(x)",
                             "torch.sqrt(x)", "torch.rsqrt(x)"}) {
        one(call, call).input(f32({9}).range(0.01, 30));
        one(std::string(call) + " of integers", call).input(i64({5}, 1, 9));
    }
    one("log1p and expm1 near zero", "torch.log1p(x), torch.expm1(x)")
        .input(exactly(DType::Float32, {5}, {0, 1e-9, -1e-9, 1e-5, -1e-5}))
        .tolerance(0, 1e-5);
    one("log1p at infinity", "torch.log1p(x)")
        .input(exactly(DType::Float32, {3}, {infinity, -1, 1e30}));
    for (const char* call : {"torch.asin(x)", "torch.acos(x)", "torch.atanh(x)"})
        one(call, call).input(f32({9}).range(-0.95, 0.95));
    one("acosh", "torch.acosh(x)").input(f32({9}).range(1.1, 9));
    one("round to decimals", "torch.round(x, decimals=2), torch.round(x * 1000, decimals=-1)")
        .input(f32({9}));
    one("bitwise_not of bools", "torch.bitwise_not(x)").input(boolean({6}));
    one("bitwise_not of bytes", "torch.bitwise_not(x)")
        .input(exactly(DType::UInt8, {4}, {0, 1, 127, 255}));
    one("bitwise_not of integers", "torch.bitwise_not(x)").input(i64({6}));
    one("logical_not", "torch.logical_not(x)").input(i64({6}, 0, 1));

    // Arithmetic and its type promotion.
    for (const char* op :
         {"torch.add(x, y)", "torch.sub(x, y)", "torch.subtract(x, y)", "torch.mul(x, y)",
          "torch.multiply(x, y)", "torch.add(x, y, alpha=2)", "torch.sub(x, y, alpha=3)",
          "torch.rsub(x, y)", "torch.minimum(x, y)", "torch.maximum(x, y)", "torch.min(x, y)",
          "torch.max(x, y)", "torch.hypot(x, y)", "torch.atan2(x, y)", "torch.copysign(x, y)"})
        two(std::string(op) + " broadcast", op).input(f32({2, 1, 4})).input(f32({3, 1})).dynamic();
    for (const char* op : {"torch.add(x, y)", "torch.sub(x, y)", "torch.mul(x, y)",
                           "torch.minimum(x, y)", "torch.maximum(x, y)"}) {
        two(std::string(op) + " int32 with int64", op).input(i32({4})).input(i64({4}));
        two(std::string(op) + " uint8", op)
            .input(exactly(DType::UInt8, {3}, {1, 200, 7}))
            .input(exactly(DType::UInt8, {3}, {2, 100, 9}));
        two(std::string(op) + " int64 with float", op).input(i64({4})).input(f32({4}));
        two(std::string(op) + " a tensor of int64 with a double of rank 0", op)
            .input(i64({4}))
            .input(f64({}));
    }
    two("add bools", "torch.add(x, y)").input(boolean({8})).input(boolean({8}));
    two("mul bools", "torch.mul(x, y)").input(boolean({8})).input(boolean({8}));
    two("float32 with a double of rank 0 stays float32", "torch.mul(x, y)")
        .input(f32({4}))
        .input(f64({}));
    for (const char* call : {"torch.add(x, 2)",          "torch.sub(x, 2)",
                             "torch.rsub(x, 2)",         "torch.mul(x, 2)",
                             "torch.multiply(x, 2)",     "torch.add(x, 2.5)",
                             "torch.mul(x, 2.5)",        "torch.rsub(x, 2.5, alpha=2)",
                             "torch.div(x, 2)",          "torch.true_divide(x, 2)",
                             "torch.eq(x, 2)",           "torch.ne(x, 2)",
                             "torch.lt(x, 2)",           "torch.le(x, 2)",
                             "torch.gt(x, 2)",           "torch.ge(x, 2.5)",
                             "torch.remainder(x, 3)",    "torch.fmod(x, 3)",
                             "torch.floor_divide(x, 3)", "torch.clamp(x, -1, 2)",
                             "torch.clamp(x, min=-1)",   "torch.clamp(x, max=2)",
                             "torch.clip(x, -1, 2)",     "torch.clamp(x, 2, -1)",
                             "torch.clamp_min(x, 1)",    "torch.clamp_max(x, 1)",
                             "torch.pow(x, 2)",          "torch.pow(x, 3)",
                             "torch.copysign(x, -1.0)"}) {
        one(std::string(call) + " float32", call).input(f32({6}).range(-5, 5));
        one(std::string(call) + " int64", call).input(i64({6}));
        one(std::string(call) + " int32", call).input(i32({6}));
    }
    two("div", "torch.div(x, y)").input(f32({2, 3})).input(f32({3}).range(1, 2));
    two("divide", "torch.divide(x, y)").input(i64({6})).input(i64({6}, 1, 5));
    two("true_divide of integers", "torch.true_divide(x, y)").input(i64({6})).input(i64({6}, 1, 5));
    for (const char* call :
         {"torch.div(x, y, rounding_mode='floor')", "torch.div(x, y, rounding_mode='trunc')",
          "torch.div(x, y, rounding_mode=None)", "torch.floor_divide(x, y)",
          "torch.remainder(x, y)", "torch.fmod(x, y)"}) {
        two(std::string(call) + " float32", call).input(dividends()).input(divisors());
        two(std::string(call) + " int64", call).input(int_dividends()).input(int_divisors());
        two(std::string(call) + " int32", call)
            .input(int_dividends(DType::Int32))
            .input(int_divisors(DType::Int32));
        two(std::string(call) + " int8", call)
            .input(int_dividends(DType::Int8))
            .input(int_divisors(DType::Int8));
    }
    two("floor division by zero", "torch.div(x, y, rounding_mode='floor')")
        .input(exactly(DType::Float32, {3}, {1, -1, 0}))
        .input(exactly(DType::Float32, {3}, {0, 0, 0}));
    one("div Scalar_mode",
        "torch.div(x, 2.5, rounding_mode='floor'), torch.div(x, 2.5, rounding_mode='trunc')")
        .input(dividends());
    one("remainder of a number", "torch.remainder(7, x)").input(i64({5}, 1, 5));
    two("pow of tensors", "torch.pow(x, y)")
        .input(f32({5}).range(0.1, 3))
        .input(f32({5}).range(-2, 2));
    two("pow int64", "torch.pow(x, y)").input(i64({5})).input(i64({5}, 0, 3));
    // Products of integers wrap around; negative powers are those of 1 and -1, or 0.
    two("pow int64 beyond the type", "torch.pow(x, y)")
        .input(exactly(DType::Int64, {12}, {2, 3, -2, 10, 7, -1, -1, 1, 0, 5, -3, 2}))
        .input(exactly(DType::Int64, {12}, {3, 40, 63, 19, 30, 5, -3, -7, 0, 27, 41, 64}));
    two("pow int32 beyond the type", "torch.pow(x, y)")
        .input(exactly(DType::Int32, {2, 2}, {2, 3, -5, 10}))
        .input(exactly(DType::Int32, {2}, {33, 21}));
    two("pow uint8", "torch.pow(x, y)")
        .input(exactly(DType::UInt8, {4}, {2, 3, 200, 10}))
        .input(exactly(DType::UInt8, {4}, {9, 7, 2, 3}));
    one("integer powers", "torch.pow(x, 0), torch.pow(x, 1), torch.pow(x, 2), torch.pow(x, 41)")
        .input(exactly(DType::Int64, {6}, {2, 3, -2, 10, 0, -1}));
    one("powers of integers", "torch.pow(3, x), torch.pow(-2, x)")
        .input(exactly(DType::Int64, {5}, {0, 1, 5, 41, 64}))
        .dynamic();
    one("pow of a number", "torch.pow(2, x), torch.pow(2.5, x)").input(f32({5}));
    one("pow with roots and inverses",
        "torch.pow(x, 0.5), torch.pow(x, -1), torch.pow(x, -0.5), torch.pow(x, 1)")
        .input(f32({5}).range(0.1, 3));
    two("atan2 in all quadrants", "torch.atan2(x, y)")
        .input(exactly(DType::Float32, {9}, {1, 1, -1, -1, 0, 0.0, -0.0, 0.0, -0.0}))
        .input(exactly(DType::Float32, {9}, {1, -1, 1, -1, -1, 0.0, 0.0, -0.0, -0.0}));
    two("copysign with zeros", "torch.copysign(x, y)")
        .input(f32({4}))
        .input(exactly(DType::Float32, {4}, {0.0, -0.0, -2, 2}));
    two("fmin and fmax", "torch.fmin(x, y), torch.fmax(x, y)")
        .input(exactly(DType::Float32, {4}, {1, nan, 3, nan}))
        .input(exactly(DType::Float32, {4}, {2, 2, nan, nan}));
    two("minimum and maximum keep NaN", "torch.minimum(x, y), torch.maximum(x, y)")
        .input(exactly(DType::Float32, {4}, {1, nan, 3, nan}))
        .input(exactly(DType::Float32, {4}, {2, 2, nan, nan}));
    two("heaviside", "torch.heaviside(x, y)")
        .input(exactly(DType::Float32, {3}, {-1, 0, 2}))
        .input(f32({3}));
    two("xlogy", "torch.xlogy(x, y)")
        .input(exactly(DType::Float32, {4}, {0, 0, 2, 0}))
        .input(exactly(DType::Float32, {4}, {0, 3, 3, nan}));

    // Comparisons and logic.
    for (const char* op : {"eq", "ne", "lt", "le", "gt", "ge"}) {
        const std::string call = "torch." + std::string(op) + "(x, y)";
        two(call, call).input(i64({9}, 0, 2)).input(i64({9}, 0, 2));
        two(call + " bool", call).input(boolean({9})).input(boolean({9}));
        two(call + " int8 with float", call)
            .input(exactly(DType::Int8, {3}, {-1, 0, 1}))
            .input(f32({3}));
        two(call + " uint8", call)
            .input(exactly(DType::UInt8, {3}, {1, 200, 7}))
            .input(exactly(DType::UInt8, {3}, {2, 100, 7}));
    }
    for (const char* op : {"logical_and", "logical_or", "logical_xor"})
        two(op, "torch." + std::string(op) + "(x, y)").input(i64({9}, 0, 1)).input(f32({9}));
    for (const char* call :
         {"torch.bitwise_and(x, y)", "torch.bitwise_or(x, y)", "torch.bitwise_xor(x, y)",
          "torch.__and__(x, y)", "torch.__or__(x, y)", "torch.__xor__(x, y)"})
        two(call, call).input(boolean({9})).input(boolean({9}));

    // Choices and combinations.
    three("where", "torch.where(x, y, z)")
        .input(boolean({2, 3}))
        .input(f32({3}))
        .input(f32({2, 1}))
        .dynamic();
    two("where with numbers",
        "torch.where(x, y, 2.0), torch.where(x, 3.0, y), torch.where(x, 1.0, 0.0)")
        .input(boolean({4}))
        .input(f32({4}));
    two("masked_fill", "torch.masked_fill(x, y, -1e9)")
        .input(f32({2, 3}))
        .input(boolean({3}))
        .dynamic();
    two("masked_fill with a mask of numbers", "torch.masked_fill(x, y, -1e9)")
        .input(f32({2, 3}))
        .input(f32({2, 3}))
        .refuses("the mask is not of bool");
    two("masked_fill of integers by a float", "torch.masked_fill(x, y, 2)")
        .input(i64({4}))
        .input(boolean({4}));
    three("masked_fill by a tensor", "torch.masked_fill(x, y, z)")
        .input(f32({4}))
        .input(boolean({4}))
        .input(f32({}));
    three("lerp", "torch.lerp(x, y, 0.3), torch.lerp(x, y, z)")
        .input(f32({4}))
        .input(f32({4}))
        .input(f32({4}));
    three("addcmul and addcdiv", "torch.addcmul(x, y, z, value=0.5), torch.addcdiv(x, y, z)")
        .input(f32({2, 3}))
        .input(f32({2, 1}))
        .input(f32({3}).range(1, 2));
    three("clamp by tensors", "torch.clamp(x, y, z), torch.clamp_min(x, y), torch.clamp_max(x, z)")
        .input(f32({6}).range(-3, 3))
        .input(f32({6}).range(-2, 0))
        .input(f32({6}).range(0, 2));
    {
        const ParityTensor edges =
            exactly(DType::Float32, {8}, {nan, infinity, -infinity, 0, -0.0, -200, 1e-6, 80});
        for (const char* call : {"torch.expm1(x)", "torch.sign(x)", "torch.hardshrink(x)",
                                 "torch.threshold(x, 0.5, 20)", "torch.hypot(x, x.flip(0))",
                                 "torch.atan2(x, x.flip(0))", "torch.lerp(x, x + 1, 0.75)",
                                 "torch.lerp(x, x + 1, 0.25)"})
            one(std::string(call) + " of edges", call).input(edges);
    }
    two("hypotenuse of what has no square", "torch.hypot(x, y)")
        .input(exactly(DType::Float32, {5}, {3e38, 1, -2e38, 3e-30, 0}))
        .input(exactly(DType::Float32, {5}, {1, -3e38, 2e38, 4e-30, 0}));
    two("powers of zero", "torch.pow(x, y)")
        .input(exactly(DType::Int64, {4}, {0, 1, -1, 3}))
        .input(exactly(DType::Int64, {4}, {-1, -2, -3, 4}));
    // ONNX Runtime has few kernels for the narrow types and for bfloat16: casts stand around these.
    for (const DType type : {DType::Int8, DType::Int16, DType::UInt8, DType::Int32})
        for (const char* call : {"x + x", "x * 2 - x", "x.flip(0)", "torch.relu(x)",
                                 "torch.where(x > 1, x, x * 0)", "x.abs().max()", "x.argmax()",
                                 "torch.minimum(x, x.flip(0))", "torch.eye(3, dtype=x.dtype)"})
            one(fmt::format("{} {}", call, to_string(type)), call)
                .input(exactly(type, {4}, {1, 100, 3, 120}));
    for (const char* call :
         {"x + x", "torch.relu(x) * x", "torch.softmax(x, 0)", "torch.matmul(x, x)", "x.exp()",
          "x.sum(0)", "torch.constant_pad_nd(x, [1, 0])", "x.flip(0)", "torch.where(x > 0, x, -x)"})
        one(fmt::format("{} bfloat16", call), fmt::format("({}).float()", call))
            .input(exactly(DType::BFloat16, {2, 2}, {1, -0.5, 0.25, 2}))
            .tolerance(0.02, 0.02);
    for (const char* call : {"torch.tan(x)", "torch.silu_(x.clone())", "torch.erf(x)",
                             "x * torch.sigmoid(x)", "torch.trace(x.reshape(2, 2))"})
        one(fmt::format("{} float64", call), call)
            .input(exactly(DType::Float64, {4}, {1, 0, 3, -2}));
    one("in-place arithmetic keeps the dtype", "torch.mul(x, 2).add_(1).div_(3)").input(f32({4}));
    return rows;
}

} // namespace strata::test
