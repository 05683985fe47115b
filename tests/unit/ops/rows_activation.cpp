#include "support/parity_rows.h"

namespace strata::test {

ParityRows activation_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n  return " + call);
    };
    const auto values = [] {
        return exactly(DType::Float32, {12},
                       {-25.0, -7.5, -3.0, -1.0, -0.5, -0.0, 0.0, 0.25, 1.0, 3.0, 6.5, 25.0});
    };
    // Functions of one tensor, at every kind of argument: large, at their corners, zero of both
    // signs.
    for (const char* call : {"torch.relu(x)",
                             "torch.relu6(x)",
                             "torch.sigmoid(x)",
                             "torch.tanh(x)",
                             "torch.selu(x)",
                             "torch.celu(x)",
                             "torch.celu(x, 0.7)",
                             "torch.elu(x)",
                             "torch.elu(x, 0.6)",
                             "torch.elu(x, 1.3, 1.5)",
                             "torch.elu(x, 1.3, 1.5, 0.5)",
                             "torch.leaky_relu(x)",
                             "torch.leaky_relu(x, 0.3)",
                             "torch.rrelu(x)",
                             "torch.rrelu(x, 0.1, 0.2, False)",
                             "torch.hardtanh(x)",
                             "torch.hardtanh(x, -0.3, 2)",
                             "torch.hardsigmoid(x)",
                             "torch.hardswish(x)",
                             "torch.silu(x)",
                             "torch.mish(x)",
                             "torch.gelu(x)",
                             "torch.gelu(x, approximate='tanh')",
                             "torch.softplus(x)",
                             "torch.softplus(x, 2.0, 1.0)",
                             "torch.softshrink(x)",
                             "torch.softshrink(x, 1.0)",
                             "torch.hardshrink(x)",
                             "torch.hardshrink(x, 1.0)",
                             "torch.threshold(x, 0.5, -2.0)",
                             "torch.log_sigmoid(x)",
                             "torch.softmax(x, 0)",
                             "torch.log_softmax(x, -1)",
                             "torch.special_softmax(x, 0)",
                             "torch.special_log_softmax(x, 0)",
                             "torch._softmax(x, 0, False)",
                             "torch._log_softmax(x, 0, False)"})
        row(call, call).input(values()).unknown();
    row("relu of integers", "torch.relu(x)").input(i64({3, 4}));
    row("softmax in the middle", "torch.softmax(x, 1)").input(f32({2, 5, 3})).dynamic().nodes(1);
    row("softmax of integers as float", "torch.softmax(x, 1, dtype=6)").input(i64({2, 5}));
    for (const std::string call :
         {"torch.softmax(x, 0)", "torch._softmax(x, 0, False)", "torch._log_softmax(x, -1, False)"})
        row(call + " of a number", call).input(f32({}));
    row("log_softmax to double", "torch.log_softmax(x, 1, dtype=7)").input(f32({2, 5}));
    row("sigmoid of integers", "torch.sigmoid(x)").input(i64({6}));
    row("glu", "torch.glu(x)").input(f32({2, 6})).dynamic();
    row("glu in the middle", "torch.glu(x, 1)").input(f32({2, 6, 3}));
    row("logit", "torch.logit(x)").input(f32({9}).range(0.05, 0.95));
    row("logit clamped", "torch.logit(x, 0.1)").input(f32({9}).range(-0.5, 1.5));
    row("logit clamped the wrong way round", "torch.logit(x, 0.6)")
        .input(f32({9}).range(0.05, 0.95));
    row("special_logit", "torch.special_logit(x)").input(f32({9}).range(0.05, 0.95));
    row("prelu, one slope", "torch.prelu(x, self.w)")
        .input(f32({2, 3, 4}))
        .parameter("w", f32({1}));
    row("prelu, a slope per channel", "torch.prelu(x, self.w)")
        .input(f32({2, 3, 4, 5}))
        .parameter("w", f32({3}));
    row("prelu of a matrix", "torch.prelu(x, self.w)").input(f32({2, 3})).parameter("w", f32({3}));
    row("rrelu in training", "torch.rrelu(x, 0.1, 0.3, True)")
        .input(f32({4}))
        .refuses("training is True");
    row("in-place activations", "torch.sigmoid_(torch.relu_(torch.add(x, 1)))").input(f32({4}));
    return rows;
}

} // namespace strata::test
