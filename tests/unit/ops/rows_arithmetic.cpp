#include "support/parity_rows.h"

#include <limits>

namespace strata::test {

ParityRows arithmetic_rows()
{
    ParityRows rows;
    const auto two = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x, y):\n  return " + call);
    };
    const auto one = [&rows](std::string call) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x):\n  return " + call);
    };
    constexpr double inf = std::numeric_limits<double>::infinity();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const ParityTensor special =
        exactly(DType::Float32, {8}, {inf, -inf, nan, 0.0, -0.0, 1.5, -2.0, 3.0});
    for (const char* call : {"torch.isreal(x)", "torch.isposinf(x)", "torch.isneginf(x)",
                             "torch.angle(x)", "torch.square(x)"})
        one(call).input(special);
    one("torch.sign(x)").input(f32({3, 4}));
    one("torch.sign(x > 0)").input(f32({4}));
    one("torch.square(x > 0)").input(f32({4}));
    const ParityTensor near =
        exactly(DType::Float32, {8}, {inf, inf, nan, 1e-9, 1.0, 1.50001, -2.1, 3.0});
    two("torch.isclose(x, y)").input(special).input(near);
    two("torch.isclose(x, y, 0.1, 0.01, True)").input(special).input(near);
    two("torch.heaviside(x, y)").input(special).input(near);
    two("torch.heaviside(x > 0, y > 0.2)").input(f32({6})).input(f32({6}));

    // Small numbers of both signs, and the ends of the range.
    constexpr double big = 9.0e18;
    const ParityTensor left =
        exactly(DType::Int64, {8}, {5, -9, -1, 0, 1 << 20, -big, big, 1234567});
    const ParityTensor right = exactly(DType::Int64, {8}, {3, -7, 12, -4, -5, 77, -1, -1234568});
    for (const char* call :
         {"torch.bitwise_and(x, y)", "torch.bitwise_or(x, y)", "torch.bitwise_xor(x, y)",
          "torch.__and__(x, y)", "torch.__or__(x, y)", "torch.__xor__(x, y)"}) {
        two(call).input(left).input(right);
        two(std::string(call) + " int32").input(i32({3, 4}, -100, 100)).input(i32({4}, -9, 9));
        rows.back().source = std::string("def forward(self, x, y):\n  return ") + call;
    }
    for (const char* call :
         {"torch.bitwise_and(x, 6)", "torch.bitwise_or(x, 6)", "torch.bitwise_xor(x, -2)",
          "torch.__and__(x, 6)", "torch.__or__(x, 6)", "torch.__xor__(x, 6)"})
        one(call).input(left);
    const ParityTensor counts = exactly(DType::Int64, {8}, {0, 1, 2, 3, 4, 5, 6, 31});
    for (const char* call : {"torch.bitwise_left_shift(x, y)", "torch.bitwise_right_shift(x, y)",
                             "torch.__lshift__(x, y)", "torch.__rshift__(x, y)"})
        two(call).input(right).input(counts);
    one("torch.__lshift__(x, 3)").input(right);
    one("torch.__rshift__(x, 3)").input(right);
    return rows;
}

} // namespace strata::test
