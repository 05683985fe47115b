#include "support/parity_rows.h"

#include <fmt/format.h>
#include <limits>

namespace strata::test {

ParityRows statistics_rows()
{
    ParityRows rows;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double inf = std::numeric_limits<double>::infinity();
    const auto row = [&rows](const std::string& call, const std::string& note = {}) -> ParityRow& {
        return rows.emplace_back(call + note, "def forward(self, x):\n  return " + call);
    };
    const ParityTensor with_nan =
        exactly(DType::Float32, {2, 5}, {1, nan, 3, 3, -2, 4, 4, 0, 7, 1});
    for (const char* call : {"torch.cumprod(x, 1)", "torch.cumprod(x, -1, dtype=7)",
                             "torch.cummax(x, 1)", "torch.cummin(x, 0)", "torch.cummax(x, -1)",
                             "torch.logcumsumexp(x, 1)", "torch.logcumsumexp(x * 60, 2)"}) {
        row(call).input(f32({2, 7, 3}));
    }
    row("torch.cumprod(x, 1)", " of integers").input(i32({2, 4}));
    row("torch.cummax(x, 1)", " of integers with ties").input(i64({2, 9}, -2, 2));
    row("torch.cummin(x, 1)", " of NaNs").input(with_nan);
    row("torch.cummax(x, 0)", " of infinities")
        .input(exactly(DType::Float32, {4}, {-inf, -inf, 3, inf}));
    row("torch.logcumsumexp(x, 0)", " of infinities")
        .input(exactly(DType::Float32, {4}, {-inf, -inf, 3, 1}));
    row("torch.cumprod(x, 0)", " of a number").input(f32({}));
    row("torch.cummax(x, 0)", " of a number").input(f32({}));
    for (const char* call : {"torch.median(x)",
                             "torch.median(x, 1)",
                             "torch.median(x, -1, True)",
                             "torch.kthvalue(x, 2)",
                             "torch.kthvalue(x, 3, 1, True)",
                             "torch.msort(x)",
                             "torch.quantile(x, 0.3)",
                             "torch.quantile(x, 0.3, 1)",
                             "torch.quantile(x, 0.7, 1, True)",
                             "torch.quantile(x, torch.tensor([0.1, 0.5, 1.0]), 1)",
                             "torch.quantile(x, torch.tensor([0.1, 0.5]), 0, True)",
                             "torch.quantile(x, torch.tensor([0.1, 0.5]))",
                             "torch.quantile(x, torch.tensor([0.1, 0.5]), None, True)",
                             "torch.quantile(x, 0.3, 1, interpolation='lower')",
                             "torch.quantile(x, 0.3, 1, interpolation='higher')",
                             "torch.quantile(x, 0.3, 1, interpolation='midpoint')",
                             "torch.quantile(x, 0.3, 1, interpolation='nearest')",
                             "torch.aminmax(x)",
                             "torch.aminmax(x, dim=1)",
                             "torch.aminmax(x, dim=0, keepdim=True)",
                             "torch.nansum(x)",
                             "torch.nansum(x, [1], True)",
                             "torch.nanmean(x, [0, 2])",
                             "torch.diff(x)",
                             "torch.diff(x, 2, 1)",
                             "torch.diff(x, 1, 0, x[:1], x)",
                             "torch.trapezoid(x, dx=0.5)",
                             "torch.trapezoid(x, dx=2, dim=1)",
                             "torch.trapz(x, dx=0.5)",
                             "torch.trapezoid(x, x * x, dim=1)",
                             "torch.trapz(x, x[0, 0] * 2, dim=-1)",
                             "torch.cumulative_trapezoid(x, dx=0.5)",
                             "torch.cumulative_trapezoid(x, x * x, dim=1)"})
        row(call).input(f32({2, 5, 4})).dynamic();
    for (const char* call : {"torch.median(x)", "torch.median(x, 1)", "torch.quantile(x, 0.3, 1)",
                             "torch.quantile(x, torch.tensor([0.1, 0.5]), 1)", "torch.nansum(x)",
                             "torch.nanmean(x, [1])", "torch.aminmax(x, dim=1)"})
        row(call, " of NaNs").input(with_nan);
    for (const char* call : {"torch.median(x)", "torch.aminmax(x, dim=1)", "torch.nansum(x)",
                             "torch.diff(x)", "torch.kthvalue(x, 2, 1)[0]"})
        row(call, " of integers").input(i32({3, 5}));
    row("torch.diff(x)", " of bools").input(boolean({6}));
    const ParityTensor sparse =
        exactly(DType::Float32, {2, 5}, {1, nan, 3, nan, -2, nan, nan, nan, nan, nan});
    for (const char* call :
         {"torch.nanmedian(x)", "torch.nanmedian(x, 1)[0]", "torch.nanmedian(x, 0, True)[0]",
          "torch.nanquantile(x, 0.3)", "torch.nanquantile(x, 0.3, 1)",
          "torch.nanquantile(x, torch.tensor([0.1, 0.5]), 1, True)",
          "torch.nanquantile(x, 0.4, 1, interpolation='nearest')"})
        row(call, " of NaNs").input(sparse);
    row("torch.nanmedian(x, 1)").input(f32({3, 5}));
    row("torch.nanmedian(x, 1)[0]", " of integers").input(i64({3, 5}));
    row("torch.nanquantile(x, torch.tensor([0.1, 0.5]), 1)").input(f32({2, 4, 3}));
    for (const char* call : {"torch.mode(x, 1)", "torch.mode(x, 0, True)"}) {
        row(call).input(i64({4, 7}, -2, 2));
        row(call, " of reals").input(exactly(DType::Float32, {2, 4}, {3, 1, 3, 1, 2, 5, 5, 2}));
    }
    row("torch.mode(x, 0)", " of a number").input(f32({}));
    for (const char* call :
         {"torch.histc(x, 5)", "torch.histc(x, 4, -1, 2)", "torch.histogram(x, 4)",
          "torch.histogram(x, 3, range=(-1., 1.5), density=True)",
          "torch.histogram(x, 4, weight=x * x)",
          "torch.histogram(x, torch.tensor([-2., -0.5, 0., 3.]))"})
        row(call).input(exactly(DType::Float32, {2, 4}, {-1, -0.5, 0, 0.25, 1.5, 2, 3, -2}));
    row("torch.histc(x, 3)", " of equal numbers").input(exactly(DType::Float32, {3}, {2, 2, 2}));
    for (const char* call : {"torch.isin(x, x[0])", "torch.isin(x, x[0], invert=True)",
                             "torch.isin(x, 2)", "torch.isin(2, x)"})
        row(call).input(i64({3, 4}, 0, 5));
    for (const char* reduce : {"sum", "mean", "max", "min", "prod"}) {
        row(fmt::format("torch.segment_reduce(x, '{}', lengths=torch.tensor([2, 0, 3]))", reduce))
            .input(f32({5, 2}));
        row(fmt::format("torch.segment_reduce(x, '{}', lengths=torch.tensor([1, 4]), initial=2.5)",
                        reduce))
            .input(f32({5}));
    }
    for (const char* call : {"torch.gradient(x)", "torch.gradient(x, spacing=0.5, dim=1)",
                             "torch.gradient(x, spacing=2, dim=[0, 1], edge_order=2)",
                             "torch.gradient(x, dim=[1], edge_order=2)",
                             "torch.gradient(x, spacing=[torch.tensor([0., 1., 3., 3.5]), "
                             "torch.tensor([-1., 1., 2., 4., 4.5])], edge_order=2)",
                             "torch.gradient(x, spacing=[torch.tensor([-1., 1., 2., 4., 4.5])], "
                             "dim=[1])"})
        row(call).input(f32({4, 5}));
    // TorchScript has no lists of numbers that may be integers or reals: the rows state the graph.
    row("torch.gradient(x, spacing=0.5, dim=1)", " of listed spacings")
        .graph("%r : tensor = call_function[aten::gradient.scalarrayint](%x, spacing=[0.5], dim=1)")
        .input(f32({4, 5}));
    row("torch.gradient(x, spacing=2, dim=[-1])", " of listed spacings and dimensions")
        .graph("%r : tensor = call_function[aten::gradient.scalarrayarray](%x, spacing=[2], "
               "dim=[-1])")
        .input(f32({4, 5}));
    row("torch.gradient(x, dim=0)", " of integers").input(i64({5, 2}));
    row("torch.gradient(x)", " of bytes")
        .input(exactly(DType::UInt8, {3}, {1, 5, 2}))
        .refuses("wrap around");
    row("torch.median(x, 0)", " of a number").input(f32({}));
    row("torch.kthvalue(x, 1, 0)", " of a number").input(f32({}));
    const auto points = [&rows](std::string name, const std::string& call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x, w):\n  h, e = " + call +
                                                      "\n  return h, e[0], e[1]");
    };
    points("histogram of points", "torch.histogramdd(x, [3, 4])")
        .input(f32({30, 2}))
        .input(f32({30}));
    points("histogram of points in a range, by weight",
           "torch.histogramdd(x, [3, 2], range=[-1., 0.5, 0., 1.], weight=w, density=True)")
        .input(f32({5, 6, 2}))
        .input(f32({5, 6}).range(0, 1));
    points("histogram of points, as many bins each", "torch.histogramdd(x, 3)")
        .input(f64({20, 2}))
        .input(f64({20}));
    points("histogram of points between edges", "torch.histogramdd(x, [torch.tensor([-1., 0., "
                                                "0.5]), torch.tensor([-0.5, -0.25, 0.1, 2.])], "
                                                "density=True)")
        .input(f32({30, 2}))
        .input(f32({30}));
    rows.emplace_back(
            "histogram in double precision",
            "def forward(self, x, w):\n  return torch.histogram(x, torch.tensor([-1., -0.5, "
            "0.1, 0.2, 1.5], dtype=7), weight=w, density=True)")
        .input(f64({40}))
        .input(f64({40}).range(0, 1));
    return rows;
}

} // namespace strata::test
