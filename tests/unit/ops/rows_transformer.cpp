#include "support/parity_rows.h"

namespace strata::test {
namespace {

ParityRow& with_attention_weights(ParityRow& row)
{
    return row.parameter("wi", f32({24, 8}))
        .parameter("bi", f32({24}))
        .parameter("wo", f32({8, 8}))
        .parameter("bo", f32({8}));
}

} // namespace

ParityRows transformer_rows()
{
    ParityRows rows;
    const std::string weights = "8, 2, self.wi, self.bi, self.wo, self.bo";
    with_attention_weights(
        rows.emplace_back(
            "self-attention, averaged weights",
            "def forward(self, x):\n  return torch._native_multi_head_attention(x, x, x, " +
                weights + ")"))
        .input(f32({2, 5, 8}))
        .dynamic();
    with_attention_weights(
        rows.emplace_back(
            "self-attention, weights per head",
            "def forward(self, x):\n  return torch._native_multi_head_attention(x, x, x, " +
                weights + ", None, True, False)"))
        .input(f32({2, 5, 8}));
    with_attention_weights(
        rows.emplace_back(
            "self-attention with a padding mask",
            "def forward(self, x, m):\n  return torch._native_multi_head_attention(x, x, x, " +
                weights + ", m, True, True, 1)[0]"))
        .input(f32({2, 3, 8}))
        .input(exactly(DType::Bool, {2, 3}, {0, 0, 1, 0, 1, 0}));
    for (const char* form : {"False, False", "True, False", "False, True", "True, True"}) {
        with_attention_weights(
            rows.emplace_back(
                std::string("encoder layer, gelu and norm_first: ") + form,
                "def forward(self, x):\n  return torch._transformer_encoder_layer_fwd(x, " +
                    weights + ", " + form +
                    ", 1e-5, self.n1, self.m1, self.n2, self.m2, self.f1, self.g1, self.f2, "
                    "self.g2)"))
            .parameter("n1", f32({8}))
            .parameter("m1", f32({8}))
            .parameter("n2", f32({8}))
            .parameter("m2", f32({8}))
            .parameter("f1", f32({16, 8}))
            .parameter("g1", f32({16}))
            .parameter("f2", f32({8, 16}))
            .parameter("g2", f32({8}))
            .input(f32({2, 5, 8}))
            .dynamic();
    }
    for (const char* norm_first : {"False", "True"}) {
        with_attention_weights(
            rows.emplace_back(
                std::string("padded batch as a nested tensor, norm_first: ") + norm_first,
                std::string("def forward(self, x, m):\n"
                            "  n = torch._nested_tensor_from_mask(x, torch.logical_not(m))\n"
                            "  n = torch._transformer_encoder_layer_fwd(n, ") +
                    weights + ", False, " + norm_first +
                    ", 1e-5, self.n1, self.m1, self.n2, self.m2, self.f1, self.g1, self.f2, "
                    "self.g2)\n  return torch.to_padded_tensor(n, 0.5)"))
            .parameter("n1", f32({8}))
            .parameter("m1", f32({8}))
            .parameter("n2", f32({8}))
            .parameter("m2", f32({8}))
            .parameter("f1", f32({16, 8}))
            .parameter("g1", f32({16}))
            .parameter("f2", f32({8, 16}))
            .parameter("g2", f32({8}))
            .input(f32({2, 5, 8}))
            .input(exactly(DType::Bool, {2, 5}, {0, 0, 0, 1, 1, 0, 0, 1, 1, 1}));
    }
    return rows;
}

} // namespace strata::test
