#include "support/parity_rows.h"

#include <fmt/format.h>

namespace strata::test {

ParityRows loss_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string_view arguments,
                             std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), fmt::format("def forward(self, {}):\n  return {}",
                                                              arguments, std::move(call)));
    };
    const ParityTensor labels = exactly(DType::Float32, {2, 3}, {1, -1, 1, -1, -1, 1});
    for (int reduction = 0; reduction <= 2; ++reduction) {
        for (const char* call :
             {"torch.mse_loss(x, y, {})", "torch.l1_loss(x, y, {})",
              "torch.smooth_l1_loss(x, y, {})", "torch.smooth_l1_loss(x, y, {}, 0.3)",
              "torch.smooth_l1_loss(x, y, {}, 0.)", "torch.huber_loss(x, y, {}, 0.4)",
              "torch.kl_div(x, y.abs(), {})", "torch.kl_div(x, torch.relu(y), {})",
              "torch.kl_div(x, y, {}, log_target=True)",
              "torch.binary_cross_entropy_with_logits(x * 30, y.abs(), None, None, {})",
              "torch.poisson_nll_loss(x, y.abs() * 3, True, True, 1e-8, {})",
              "torch.poisson_nll_loss(x.abs(), y.abs(), False, False, 1e-8, {})"}) {
            const std::string text = fmt::format(fmt::runtime(call), reduction);
            row(text, "x, y", text).input(f32({2, 5})).input(f32({2, 5})).dynamic();
        }
        for (const char* call :
             {"torch.binary_cross_entropy(x, y, None, {})",
              "torch.binary_cross_entropy(x, y, self.w, {})",
              "torch.binary_cross_entropy(torch.round(x), y, None, {})",
              "torch.binary_cross_entropy_with_logits(x, y, self.w, self.w, {})"}) {
            const std::string text = fmt::format(fmt::runtime(call), reduction);
            row(text, "x, y", text)
                .input(f32({2, 5}).range(0, 1))
                .input(f32({2, 5}).range(0, 1))
                .parameter("w", f32({5}).range(0, 2));
        }
        for (const char* call :
             {"torch.soft_margin_loss(x, y, {})", "torch.hinge_embedding_loss(x, y, 0.5, {})",
              "torch.margin_ranking_loss(x, -x * 2, y, 0.1, {})"}) {
            const std::string text = fmt::format(fmt::runtime(call), reduction);
            row(text, "x, y", text).input(f32({2, 3})).input(labels).dynamic();
        }
        row(fmt::format("cosine_embedding_loss {}", reduction), "x, y, t",
            fmt::format("torch.cosine_embedding_loss(x, y, t, 0.1, {})", reduction))
            .input(f32({4, 3}))
            .input(f32({4, 3}))
            .input(exactly(DType::Int64, {4}, {1, -1, -1, 1}));
        for (const char* options : {"1., 2., 1e-6, False", "0.5, 1., 1e-6, True",
                                    "0.5, 3., 1e-6, False", "0.1, float('inf'), 1e-6, True"})
            row(fmt::format("triplet_margin_loss {} {}", options, reduction), "a, p, n",
                fmt::format("torch.triplet_margin_loss(a, p, n, {}, {})", options, reduction))
                .input(f32({4, 3}))
                .input(f32({4, 3}))
                .input(f32({4, 3}));
        for (const char* weight : {"None", "self.w"}) {
            for (const char* smoothing : {"0.", "0.2"}) {
                const std::string options =
                    fmt::format("{}, {}, 1, {}", weight, reduction, smoothing);
                const std::string soft =
                    fmt::format("{}, {}, -100, {}", weight, reduction, smoothing);
                row("cross_entropy " + options, "x, t",
                    fmt::format("torch.cross_entropy_loss(x, t, {})", options))
                    .input(f32({6, 4}))
                    .input(exactly(DType::Int64, {6}, {0, 1, 3, 2, 1, 0}))
                    .parameter("w", f32({4}).range(0.5, 2));
                row("cross_entropy of images " + options, "x, t",
                    fmt::format("torch.cross_entropy_loss(x, t, {})", options))
                    .input(f32({2, 4, 2, 3}))
                    .input(i64({2, 2, 3}, 0, 3))
                    .parameter("w", f32({4}).range(0.5, 2))
                    .dynamic();
                row("cross_entropy of probabilities " + soft, "x, t",
                    fmt::format("torch.cross_entropy_loss(x, t, {})", soft))
                    .input(f32({2, 4, 3}))
                    .input(f32({2, 4, 3}).range(0, 1))
                    .parameter("w", f32({4}).range(0.5, 2));
                row("cross_entropy of one " + options, "x, t",
                    fmt::format("torch.cross_entropy_loss(x, t, {})", options))
                    .input(f32({4}))
                    .input(exactly(DType::Int64, {}, {2}))
                    .parameter("w", f32({4}).range(0.5, 2));
                row("cross_entropy of one's probabilities " + soft, "x, t",
                    fmt::format("torch.cross_entropy_loss(x, t, {})", soft))
                    .input(f32({4}))
                    .input(f32({4}).range(0, 1))
                    .parameter("w", f32({4}).range(0.5, 2));
            }
            for (const char* call :
                 {"torch.nll_loss({}, {}, {}, -100)", "torch.nll_loss_nd({}, {}, {}, 2)",
                  "torch.nll_loss_forward({}, {}, {}, 2)"}) {
                const std::string text = fmt::format(fmt::runtime(call), "x, t", weight, reduction);
                row(text, "x, t", text)
                    .input(f32({5, 3}))
                    .input(exactly(DType::Int64, {5}, {0, 2, 1, 1, 2}))
                    .parameter("w", f32({3}).range(0.5, 2));
            }
            for (const char* call : {"torch.nll_loss2d({}, {}, {}, -100)",
                                     "torch.nll_loss2d_forward({}, {}, {}, 2)"}) {
                const std::string text = fmt::format(fmt::runtime(call), "x, t", weight, reduction);
                row(text, "x, t", text)
                    .input(f32({2, 3, 2, 2}))
                    .input(i64({2, 2, 2}, 0, 2))
                    .parameter("w", f32({3}).range(0.5, 2));
            }
            for (const char* p : {"1", "2"}) {
                const std::string text = fmt::format(
                    "torch.multi_margin_loss(x, t, {}, 0.7, {}, {})", p, weight, reduction);
                row(text, "x, t", text)
                    .input(f32({3, 4}))
                    .input(exactly(DType::Int64, {3}, {3, 0, 2}))
                    .parameter("w", f32({4}).range(0.5, 2));
            }
        }
        const std::string multilabel =
            fmt::format("torch.multilabel_margin_loss(x, t, {})", reduction);
        row(multilabel, "x, t", multilabel)
            .input(f32({3, 4}))
            .input(exactly(DType::Int64, {3, 4}, {3, 0, -1, 1, -1, 2, 1, 0, 0, 1, 2, 3}))
            .dynamic();
        row(multilabel + " of one", "x, t", multilabel)
            .input(f32({4}))
            .input(exactly(DType::Int64, {4}, {3, 0, -1, 1}));
    }
    row("mse_loss broadcasts and promotes", "x, t", "torch.mse_loss(x, t, 0)")
        .input(f32({2, 3}))
        .input(i64({3}));
    row("cross_entropy in float64", "x, t", "torch.cross_entropy_loss(x, t)")
        .input(f64({2, 3}))
        .input(i64({2}, 0, 2));
    // Lengths that end early, labels that repeat, one sequence without labels, and one that is too
    // short for its labels.
    const std::string start = "def forward(self, x, t, i, l):\n  p = torch.log_softmax(x, -1)\n";
    const ParityTensor steps = exactly(DType::Int64, {4}, {7, 5, 7, 2});
    const ParityTensor wanted = exactly(DType::Int64, {4}, {3, 2, 0, 3});
    const ParityTensor padded_labels =
        exactly(DType::Int64, {4, 3}, {1, 1, 4, 2, 3, -1, 9, 9, 9, 2, 2, 2});
    for (const char* reduction : {"0", "1", "2"})
        for (const char* zero : {"False", "True"})
            rows.emplace_back(
                    fmt::format("ctc_loss reduction {}, zero_infinity {}", reduction, zero),
                    start + fmt::format("  return torch.ctc_loss(p, t, i, l, 0, {}, {})", reduction,
                                        zero))
                .input(f32({7, 4, 5}).range(-2, 2))
                .input(padded_labels)
                .input(steps)
                .input(wanted);
    rows.emplace_back("ctc_loss of joined labels, other blank",
                      start + "  return torch.ctc_loss(p, t, i, l, 4, 0, False)")
        .input(f64({7, 4, 5}))
        .input(exactly(DType::Int32, {8}, {1, 1, 3, 2, 3, 0, 0, 0}))
        .input(steps)
        .input(wanted)
        .also({f64({7, 4, 5}), exactly(DType::Int32, {8}, {3, 2, 1, 0, 0, 1, 2, 3}),
               exactly(DType::Int64, {4}, {3, 7, 6, 1}), exactly(DType::Int64, {4}, {1, 4, 2, 1})});
    rows.emplace_back("ctc_loss, lengths as numbers",
                      "def forward(self, x, t):\n  p = torch.log_softmax(x, -1)\n"
                      "  return torch.ctc_loss(p, t, [6, 4], [2, 1], 0, 0, False), "
                      "torch.ctc_loss(p, t.reshape([-1])[:3], [6, 4], [2, 1])")
        .input(f32({6, 2, 4}))
        .input(exactly(DType::Int64, {2, 2}, {1, 3, 2, 1}));
    return rows;
}

} // namespace strata::test
