#include "support/parity_rows.h"

#include <limits>

namespace strata::test {

ParityRows special_rows()
{
    ParityRows rows;
    const double inf = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const ParityTensor odd = exactly(DType::Float32, {7}, {0.0, -0.0, inf, -inf, nan, 2.5, -3});
    const auto one = [&rows](const std::string& call, ParityTensor x,
                             const std::string& note = {}) -> ParityRow& {
        return rows.emplace_back(call + note, "def forward(self, x):\n  return " + call)
            .input(std::move(x));
    };
    for (const char* call : {"torch.sinc(x)", "torch.sgn(x)", "torch.signbit(x)",
                             "torch.special_entr(x)", "torch.float_power(x.abs(), 2.5)",
                             "torch.float_power(2, x)", "torch.float_power(x.abs(), x)"})
        one(call, f32({3, 4}).range(-3, 3)).dynamic();
    for (const char* call : {"torch.sgn(x)", "torch.signbit(x)", "torch.special_entr(x)"})
        one(call, odd, " of edges");
    one("torch.sinc(x)", exactly(DType::Float32, {3}, {0, -0.0, 1e-6}), " near zero");
    for (const char* call : {"torch.sgn(x)", "torch.signbit(x)", "torch.sinc(x)",
                             "torch.special_entr(x)", "torch.float_power(x, 2)"}) {
        one(call, i64({5}), " of integers");
    }
    one("torch.sgn(x)", boolean({3}), " of bools");
    one("torch.signbit(x)", exactly(DType::UInt8, {3}, {0, 1, 200}), " of bytes");
    const auto two = [&rows](const std::string& call, ParityTensor x, ParityTensor y,
                             const std::string& note = {}) -> ParityRow& {
        return rows.emplace_back(call + note, "def forward(self, x, y):\n  return " + call)
            .input(std::move(x))
            .input(std::move(y));
    };
    for (const char* call : {"torch.logaddexp(x, y)", "torch.logaddexp2(x, y)"}) {
        two(call, f32({3, 4}).range(-90, 90), f32({4}).range(-90, 90)).dynamic();
        two(call, exactly(DType::Float32, {5}, {inf, -inf, inf, -inf, nan}),
            exactly(DType::Float32, {5}, {inf, -inf, -inf, 2, 1}), " of edges");
    }
    two("torch.ldexp(x, y)", f32({3, 4}), i64({4}));
    two("torch.ldexp(x, y)", i32({4}), i64({4}), " of integers");
    return rows;
}

} // namespace strata::test
