#include "support/parity_rows.h"

namespace strata::test {
namespace {

/// Attention spelled out: `mask` is applied to the scores s.
std::string spelled_out(const std::string& arguments, const std::string& mask,
                        const std::string& scale = "0.5")
{
    return "def forward(self, " + arguments + "):\n  s = torch.matmul(q, k.transpose(-2, -1)) * " +
           scale + "\n  " + mask + "\n  return torch.matmul(torch.softmax(s, -1), v)";
}

} // namespace

ParityRows attention_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call,
                             std::string arguments = "q, k, v") -> ParityRow& {
        ParityRow& made = rows.emplace_back(std::move(name), "def forward(self, " + arguments +
                                                                 "):\n  return " + call);
        return made.input(f32({2, 3, 5, 4})).input(f32({2, 3, 6, 4})).input(f32({2, 3, 6, 7}));
    };
    row("scaled_dot_product_attention", "torch.scaled_dot_product_attention(q, k, v)")
        .reference(spelled_out("q, k, v", "s = s"))
        .dynamic()
        .nodes(5);
    row("scaled_dot_product_attention causal",
        "torch.scaled_dot_product_attention(q, k, v, None, 0.0, True)")
        .reference(spelled_out(
            "q, k, v", "s = s.masked_fill(torch.tril(torch.ones_like(s)) == 0, float(\"-inf\"))"))
        .dynamic();
    row("scaled_dot_product_attention bool mask", "torch.scaled_dot_product_attention(q, k, v, m)",
        "q, k, v, m")
        .input(exactly(DType::Bool, {5, 6}, {1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0,
                                             0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1}))
        .reference(
            spelled_out("q, k, v, m", "s = s.masked_fill(torch.logical_not(m), float(\"-inf\"))"))
        .dynamic();
    row("scaled_dot_product_attention float mask and scale",
        "torch.scaled_dot_product_attention(q, k, v, m, 0.0, False, scale=0.3)", "q, k, v, m")
        .input(f32({2, 1, 5, 6}))
        .reference(spelled_out("q, k, v, m", "s = s + m", "0.3"));
    row("scaled_dot_product_attention dropout",
        "torch.scaled_dot_product_attention(q, k, v, None, 0.1)")
        .refuses("model.eval()");
    row("_scaled_dot_product_attention", "torch._scaled_dot_product_attention(q, k, v, None, 0.0, "
                                         "True, False)")
        .dynamic();
    row("_scaled_dot_product_attention causal",
        "torch._scaled_dot_product_attention(q, k, v, None, 0.0, False, True)[0]")
        .dynamic();
    row("_scaled_dot_product_attention_math",
        "torch._scaled_dot_product_attention_math(q, k, v, None, 0.0, True, True)");
    rows.emplace_back("scaled_dot_product_attention grouped",
                      "def forward(self, q, k, v):\n"
                      "  return torch.scaled_dot_product_attention(q, k, v, None, 0.0, False, "
                      "scale=None, enable_gqa=True)")
        .input(f32({2, 6, 5, 4}))
        .input(f32({2, 2, 5, 4}))
        .input(f32({2, 2, 5, 4}))
        .reference("def forward(self, q, k, v):\n"
                   "  k2 = torch.repeat_interleave(k, 3, 1)\n"
                   "  v2 = torch.repeat_interleave(v, 3, 1)\n"
                   "  s = torch.matmul(q, k2.transpose(-2, -1)) * 0.5\n"
                   "  return torch.matmul(torch.softmax(s, -1), v2)");
    return rows;
}

} // namespace strata::test
