// PyTorch's primitives. TorchScript cannot name them, so the rows state the graph and say in
// TorchScript what comes out.
#include "support/parity_rows.h"

namespace strata::test {

namespace {

/// A primitive of one tensor, and what it is in torch; the input lies between low and high.
struct Unary {
    const char* name;
    const char* call;
    double low = -2.0;
    double high = 2.0;
};
constexpr Unary unary[] = {
    {"abs", "torch.abs(x)"},
    {"acos", "torch.acos(x)", -1, 1},
    {"acosh", "torch.acosh(x)", 1, 3},
    {"asin", "torch.asin(x)", -1, 1},
    {"asinh", "torch.asinh(x)"},
    {"atan", "torch.atan(x)"},
    {"atanh", "torch.atanh(x)", -0.9, 0.9},
    {"bessel_i0", "torch.special_i0(x)"},
    {"bessel_i0e", "torch.special_i0e(x)"},
    {"bessel_i1", "torch.special_i1(x)"},
    {"bessel_i1e", "torch.special_i1e(x)"},
    {"bessel_j0", "torch.special_bessel_j0(x)"},
    {"bessel_j1", "torch.special_bessel_j1(x)"},
    {"spherical_bessel_j0", "torch.special_spherical_bessel_j0(x)"},
    {"ceil", "torch.ceil(x)"},
    {"cos", "torch.cos(x)"},
    {"cosh", "torch.cosh(x)"},
    {"digamma", "torch.digamma(x)", 0.5, 3},
    {"erf", "torch.erf(x)"},
    {"erf_inv", "torch.erfinv(x)", -0.9, 0.9},
    {"erfc", "torch.erfc(x)"},
    {"erfcx", "torch.special_erfcx(x)"},
    {"exp", "torch.exp(x)"},
    {"exp2", "torch.exp2(x)"},
    {"expm1", "torch.expm1(x)"},
    {"floor", "torch.floor(x)"},
    {"isfinite", "torch.isfinite(x)"},
    {"lgamma", "torch.lgamma(x)", 0.5, 3},
    {"log", "torch.log(x)", 0.1, 3},
    {"log10", "torch.log10(x)", 0.1, 3},
    {"log1p", "torch.log1p(x)", -0.5, 3},
    {"log2", "torch.log2(x)", 0.1, 3},
    {"ndtri", "torch.special_ndtri(x)", 0.1, 0.9},
    {"neg", "torch.neg(x)"},
    {"reciprocal", "torch.reciprocal(x)", 0.5, 3},
    {"round", "torch.round(x)", -5, 5},
    {"rsqrt", "torch.rsqrt(x)", 0.1, 3},
    {"sign", "torch.sign(x)"},
    {"signbit", "torch.signbit(x)"},
    {"sin", "torch.sin(x)"},
    {"sinh", "torch.sinh(x)"},
    {"sqrt", "torch.sqrt(x)", 0, 3},
    {"tan", "torch.tan(x)", -1, 1},
    {"tanh", "torch.tanh(x)"},
    {"trunc", "torch.trunc(x)", -5, 5},
    {"cbrt", "torch.sign(x) * torch.pow(torch.abs(x), 1.0 / 3.0)", -9, 9},
    {"view_of", "torch.alias(x) * 1"},
    {"clone", "torch.clone(x)"},
};

struct Binary {
    const char* name;
    const char* call;
};
constexpr Binary binary[] = {
    {"add", "x + y"},
    {"atan2", "torch.atan2(x, y)"},
    {"div", "x / y"},
    {"eq", "x == y"},
    {"fmax", "torch.fmax(x, y)"},
    {"fmin", "torch.fmin(x, y)"},
    {"fmod", "torch.fmod(x, y)"},
    {"ge", "x >= y"},
    {"gt", "x > y"},
    {"hypot", "torch.hypot(x, y)"},
    {"le", "x <= y"},
    {"lt", "x < y"},
    {"maximum", "torch.maximum(x, y)"},
    {"minimum", "torch.minimum(x, y)"},
    {"mul", "x * y"},
    {"ne", "x != y"},
    {"pow", "torch.pow(x, y)"},
    {"remainder", "torch.remainder(x, y)"},
    {"sub", "x - y"},
};
constexpr Binary of_integers[] = {
    {"bitwise_and", "torch.bitwise_and(x, y)"},
    {"bitwise_or", "torch.bitwise_or(x, y)"},
    {"bitwise_xor", "torch.bitwise_xor(x, y)"},
    {"shift_left", "torch.bitwise_left_shift(x, y)"},
    {"shift_right_arithmetic", "torch.bitwise_right_shift(x, y)"},
    // Rounded towards zero, and an integer.
    {"div", "torch.div(x, y, rounding_mode='trunc')"},
};

} // namespace

ParityRows prims_rows()
{
    ParityRows rows;
    const auto one = [&rows](const std::string& call, const std::string& node) -> ParityRow& {
        return rows
            .emplace_back(node.substr(0, node.find('(')) + " " + call,
                          "def forward(self, x):\n  return " + call)
            .graph("%r : tensor = call_function[prims::" + node);
    };
    const auto two = [&rows](const std::string& call, const std::string& node) -> ParityRow& {
        return rows
            .emplace_back(node.substr(0, node.find('(')) + " " + call,
                          "def forward(self, x, y):\n  return " + call)
            .graph("%r : tensor = call_function[prims::" + node);
    };
    for (const Unary& row : unary)
        one(row.call, std::string(row.name) + "](%x)").input(f32({3, 4}).range(row.low, row.high));
    for (const Binary& row : binary)
        two(row.call, std::string(row.name) + "](%x, %y)")
            .input(f32({3, 4}).range(0.5, 3))
            .input(f32({3, 4}).range(0.5, 3));
    for (const Binary& row : of_integers)
        two(row.call, std::string(row.name) + "](%x, %y)")
            .input(i32({3, 4}, -100, 100))
            .input(i32({3, 4}, 1, 6));
    one("torch.bitwise_not(x)", "bitwise_not](%x)").input(i64({5}));
    two("torch.bitwise_right_shift(x, y)", "shift_right_logical](%x, %y)")
        .input(i32({6}, 0, 1000))
        .input(i32({6}, 0, 5));
    two("torch.tensor([2147483647, 1073741823, 1])", "shift_right_logical](%x, %y)")
        .reference("def forward(self, x, y):\n"
                   "  return torch.tensor([2147483647, 1073741823, 1], dtype=3)")
        .input(exactly(DType::Int32, {3}, {-1, -1, -1}))
        .input(exactly(DType::Int32, {3}, {1, 2, 31}));

    one("torch.full_like(x, 2.5)", "fill](%x, 2.5)").input(f32({2, 3}));
    one("x.unsqueeze(1).expand([3, 5])", "broadcast_in_dim](%x, [3, 5], [0])").input(f32({3}));
    one("x.expand([2, 3, 4])", "broadcast_in_dim](%x, [2, 3, 4], [1, 2])").input(f32({1, 4}));
    one("x.reshape([1, 1])", "broadcast_in_dim](%x, [1, 1], [])").input(f32({}));
    one("x[1:3, 0:4:2]", "slice](%x, [1, 0], [3, 4], [1, 2])").input(f32({4, 5})).dynamic();
    one("x[1:3, 2:5]", "slice](%x, [1, 2], [3, 5])").input(f32({4, 5}));
    one("x[:, 1:4:2]", "slice_in_dim](%x, 1, 4, 2, 1)").input(f32({3, 5})).dynamic();
    one("x[1:2]", "slice_in_dim](%x, 1, 2)").input(f32({3, 5}));
    one("x.reshape([2, 3, 2, 5])", "split_dim](%x, 1, 3)").input(f32({2, 6, 5})).dynamic();
    one("x.reshape([2, 12, 5])", "collapse_view](%x, 1, 2)").input(f32({2, 3, 4, 5})).dynamic();
    one("x.reshape([2, 60])", "collapse](%x, 1, 3)").input(f32({2, 3, 4, 5}));
    one("x.permute([2, 0, 1])", "transpose](%x, [2, 0, 1])").input(f32({2, 3, 4}));
    one("x.reshape([4, 3])", "reshape](%x, [4, 3])").input(f32({2, 6}));
    one("x.squeeze(2).squeeze(0)", "squeeze](%x, [0, 2])").input(f32({1, 3, 1, 2}));
    one("torch.flip(x, [0, 1])", "rev](%x, [0, 1])").input(f32({2, 3}));
    one("torch.as_strided(x, [2, 2], [1, 2], 1)", "as_strided](%x, [2, 2], [1, 2], 1)")
        .input(f32({2, 3}));
    two("torch.cat([x, y], 1)", "cat]([%x, %y], 1)").input(f32({2, 3})).input(f32({2, 2}));
    two("torch.where(x > 0, x, y)", "where](%c, %x, %y)")
        .graph("%c : tensor = call_function[prims::gt](%x, 0.0)\n"
               "%r : tensor = call_function[prims::where](%c, %x, %y)")
        .input(f32({2, 3}))
        .input(f32({2, 3}));
    one("x.to(4)", "convert_element_type](%x, dtype(int64))").input(f32({2, 3}).range(-5, 5));
    one("x.to(7)", "convert_element_type](%x, dtype(float64))").input(f32({2, 3}));
    one("x * 1", "device_put](%x, enum(cpu))").input(f32({2, 3}));

    one("x.sum([1])", "sum](%x, [1])").input(f32({2, 3, 4})).dynamic();
    one("x.sum()", "sum](%x, None)").input(f32({2, 3}));
    one("x.sum([0], dtype=3)", "sum](%x, [0])").input(i32({2, 3})); // not int64
    one("x.to(7).sum([0])", "sum](%x, [0], output_dtype=dtype(float64))").input(f32({2, 3}));
    one("x.prod(1)", "prod](%x, [1])").input(f32({2, 3}));
    one("torch.amax(x, [0, 2])", "amax](%x, [0, 2])").input(f32({2, 3, 4}));
    one("torch.amin(x, [-1])", "amin](%x, [-1])").input(f32({2, 3, 4}));
    one("torch.var(x, [1], unbiased=True)", "var](%x, [1])").input(f32({3, 5})).dynamic();
    one("torch.var(x, [0, 1], unbiased=False)", "var](%x, [0, 1], 0.0)").input(f32({3, 5}));
    one("torch.arange(3, 15, 4) + x.sum()",
        "iota](3, start=3, step=4, dtype=dtype(float32), device=enum(cpu), requires_grad=False)")
        .graph("%i : tensor = call_function[prims::iota](3, start=3, step=4, "
               "dtype=dtype(float32), device=enum(cpu), requires_grad=False)\n"
               "%s : tensor = call_function[prims::sum](%x, None)\n"
               "%r : tensor = call_function[prims::add](%i, %s)")
        .input(f32({2}));
    one("x + 3", "scalar_tensor](3)")
        .graph("%n : tensor = call_function[prims::scalar_tensor](3.0, dtype=dtype(float32))\n"
               "%r : tensor = call_function[prims::add](%x, %n)")
        .input(f32({2}));
    for (const char* name : {"empty_strided](%n, [3, 1]", "empty_permuted](%n, [0, 1]"}) {
        std::string node(name);
        node.replace(node.find("%n"), 2, "[2, 3]");
        one("x * 0", node + ")")
            .graph("%n : tensor = call_function[prims::" + node +
                   ", dtype=dtype(float32))\n"
                   "%r : tensor = call_function[prims::mul](%x, %n)")
            .input(f32({2, 3}));
    }
    return rows;
}

} // namespace strata::test
