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
    row("torch.median(x, 0)", " of a number").input(f32({}));
    row("torch.kthvalue(x, 1, 0)", " of a number").input(f32({}));
    return rows;
}

} // namespace strata::test
