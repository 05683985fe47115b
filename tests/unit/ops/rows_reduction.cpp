#include "support/parity_rows.h"

#include <limits>

namespace strata::test {

ParityRows reduction_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n  return " + call);
    };
    for (const char* call : {"torch.sum(x)",
                             "torch.sum(x, [1])",
                             "torch.sum(x, [0, -1], True)",
                             "torch.mean(x)",
                             "torch.mean(x, [-1])",
                             "torch.mean(x, [0, 2], True)",
                             "torch.prod(x)",
                             "torch.prod(x, 1)",
                             "torch.prod(x, -1, True)",
                             "torch.amax(x, [1])",
                             "torch.amax(x)",
                             "torch.amin(x, [0, 2], True)",
                             "torch.max(x)",
                             "torch.min(x)",
                             "torch.max(x, 1)",
                             "torch.min(x, -1, True)",
                             "torch.argmax(x)",
                             "torch.argmax(x, 1)",
                             "torch.argmin(x, -1, True)",
                             "torch.argmin(x, None, True)",
                             "torch.var(x)",
                             "torch.var(x, [1])",
                             "torch.var(x, [0, 2], False, True)",
                             "torch.var(x, [1], correction=2)",
                             "torch.var(x, None, correction=0)",
                             "torch.std(x)",
                             "torch.std(x, [1])",
                             "torch.std(x, [0, -1], correction=1, keepdim=True)",
                             "torch.var_mean(x)",
                             "torch.var_mean(x, [1])",
                             "torch.var_mean(x, [1], correction=0, keepdim=True)",
                             "torch.std_mean(x)",
                             "torch.std_mean(x, [2])",
                             "torch.std_mean(x, [2], correction=1)",
                             "torch.norm(x)",
                             "torch.norm(x, 1)",
                             "torch.norm(x, 2, [1])",
                             "torch.norm(x, 3, [1], True)",
                             "torch.norm(x, 2, dtype=7)",
                             "torch.norm(x, 2, [1], False, dtype=7)",
                             "torch.linalg_vector_norm(x, 2)",
                             "torch.linalg_vector_norm(x, 0, [1])",
                             "torch.linalg_vector_norm(x, float('inf'), [1])",
                             "torch.linalg_vector_norm(x, float('-inf'), [1], True)",
                             "torch.linalg_vector_norm(x, 2.5, [0, 1])",
                             "torch.frobenius_norm(x, [1, 2])",
                             "torch.logsumexp(x, [1])",
                             "torch.logsumexp(x, [0, 1], True)",
                             "torch.cumsum(x, 1)",
                             "torch.cumsum(x, -1, dtype=7)",
                             "torch.any(x > 0)",
                             "torch.any(x > 0, 1)",
                             "torch.all(x > -0.5)",
                             "torch.all(x > -0.5, -1, True)",
                             "torch.count_nonzero(x)",
                             "torch.count_nonzero(x, 1)",
                             "torch.count_nonzero(x, [0, 1])",
                             "torch.topk(x, 2)",
                             "torch.topk(x, 2, 1, False)",
                             "torch.sort(x)",
                             "torch.sort(x, 1, True)",
                             "torch.sort(x, stable=True, dim=1)",
                             "torch.argsort(x, 1)",
                             "torch.argsort(x, stable=True, dim=-1)"})
        row(call, call).input(f32({2, 5, 3})).dynamic();
    for (const char* call :
         {"torch.sum(x)", "torch.sum(x, [1])", "torch.prod(x, 1)", "torch.amax(x, [1])",
          "torch.max(x)", "torch.min(x, 1)", "torch.argmax(x, 1)", "torch.cumsum(x, 1)",
          "torch.any(x)", "torch.all(x, 1)", "torch.count_nonzero(x)"}) {
        row(std::string(call) + " int64", call).input(i64({3, 4}, -2, 2));
        row(std::string(call) + " int32", call).input(i32({3, 4}, -2, 2));
        row(std::string(call) + " uint8", call)
            .input(exactly(DType::UInt8, {2, 3}, {1, 250, 3, 0, 200, 6}));
    }
    for (const char* call : {"torch.sum(x)", "torch.sum(x, [1])", "torch.any(x)", "torch.all(x, 1)",
                             "torch.cumsum(x, 0)"})
        row(std::string(call) + " bool", call).input(boolean({3, 4}));
    for (const char* call :
         {"torch.sum(x)", "torch.mean(x)", "torch.max(x)", "torch.argmax(x)", "torch.sum(x, [0])",
          "torch.norm(x)", "torch.cumsum(x, 0)", "torch.sort(x)", "torch.amax(x, [-1])"})
        row(std::string(call) + " of a number", call).input(f32({}));
    for (const char* call : {"torch.sum(x)", "torch.mean(x)", "torch.max(x)", "torch.var(x)"})
        row(std::string(call) + " of unknown rank", call).input(f32({2, 3})).unknown();
    // Some kernels divide by the number of elements, or give the smallest integer.
    for (const char* call : {"torch.any(x)", "torch.all(x)", "torch.any(x, 0)", "torch.sort(x, 1)"})
        row(std::string(call) + " of nothing", call).input(f32({0, 3}));
    row("moments of nothing", "torch.std_mean(x, [0])").input(f32({0, 5}));
    row("sum with a dtype", "torch.sum(x, dtype=6), torch.mean(x, dtype=6)").input(i64({5}));
    row("sum over an empty list of axes", "torch.sum(x, x.size()[:0])").input(f32({2, 3}));
    // NaN is larger than everything for PyTorch, and ONNX does not say.
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const ParityTensor odd = exactly(DType::Float32, {4, 4},
                                     {1, nan, 3, infinity, -infinity, 2, -1, 0, nan, infinity, nan,
                                      -infinity, infinity, 5, infinity, -2});
    for (const char* call :
         {"torch.amax(x, [1])", "torch.amin(x, [0], True)", "torch.max(x)", "torch.min(x)",
          "torch.max(x, 1)", "torch.min(x, 0, True)", "torch.argmax(x)", "torch.argmax(x, 1)",
          "torch.argmin(x, 0, True)", "torch.topk(x, 2)[0]", "torch.sort(x, 1)[0]",
          "torch.topk(x, 3, largest=False)[0]", "torch.kthvalue(x, 2)[0]", "torch.msort(x)",
          "torch.sort(x, 0, True)[0]"})
        row(std::string(call) + " of NaNs and infinities", call).input(odd);
    row("max along the last axis", "torch.max(x, -1)").input(f32({2, 3, 5})).dynamic();
    row("min of a vector", "torch.min(x, 0)").input(f32({5}));
    row("max of what is sorted", "torch.sort(x, -1, True)[0], torch.max(x, 1)[0]").input(odd);
    row("std by no correction", "torch.std(x, [1], False)").input(f32({3, 5})).dynamic().nodes(4);
    row("std by more than there is", "torch.std(x, [1], correction=5)").input(f32({3, 4}));
    row("std far from zero", "torch.std(x, [1])").input(f32({3, 50}).range(1000, 1001));
    row("std of one element", "torch.std(x, [0])").input(f32({1, 3}));
    row("std in double precision", "torch.std(x)").input(f64({3, 50}));
    row("std of halves", "torch.std(x)")
        .input({DType::Float16, {40, 50}, {}, 100, 101, 1})
        .tolerance(1e-2, 1e-2);
    row("variance of one element", "torch.var(x, [0])").input(f32({1, 3}));
    return rows;
}

} // namespace strata::test
