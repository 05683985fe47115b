// Operators that newer exports state, and random numbers, of which only the distribution is known.
#include "support/parity_rows.h"

#include <limits>

namespace strata::test {

ParityRows exported_variant_rows()
{
    ParityRows rows;
    const auto one = [&rows](const std::string& name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x):\n" + body);
    };
    const auto two = [&rows](const std::string& name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x, y):\n" + body);
    };
    const auto op = [](const std::string& name, const std::string& args) {
        return "%r : tensor = call_function[aten::" + name + "](" + args + ")";
    };
    const double infinity = std::numeric_limits<double>::infinity();
    one("_safe_softmax", "  s = torch.softmax(x, 1)\n"
                         "  return s.masked_fill((x < -1e30).all(1, True), 0.0)")
        .graph(op("_safe_softmax", "%x, 1"))
        .input(exactly(DType::Float32, {3, 2}, {0.5, 2, -infinity, -infinity, -infinity, 1}));
    two("_masked_softmax", "  return torch.softmax(x.masked_fill(y, -1e30), 1)")
        .graph(op("_masked_softmax", "%x, %y, 1, 1"))
        .input(f32({2, 3}))
        .input(exactly(DType::Bool, {2, 3}, {0, 1, 0, 0, 0, 1}));
    two("_trilinear", "  return torch.sum(x.unsqueeze(1) * y.unsqueeze(0) * x.unsqueeze(1), [2])")
        .graph(op("_trilinear", "%x, %y, %x, [1], [0], [1], [2]"))
        .input(f32({2, 3}))
        .input(f32({4, 3}));
    for (const std::string name : {"_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa"}) {
        for (const std::string args :
             {"[3, 4], False", "[3, 4], True", "[11, 13], False", "[4, 5], False, 0.55, 0.6"})
            one(name + " " + args, "  return torch." + name + "(x, " + args + ")")
                .input(f32({2, 3, 8, 9}));
        one(name + " by factors", "  return torch." + name + "(x, None, False, [0.5, 1.5])")
            .input(f32({1, 2, 8, 9}));
    }
    for (const std::string name : {"linspace", "logspace"}) {
        const std::string base = name == "logspace" ? ", 7, 2.0" : ", 7";
        const std::string body = "  return torch." + name + "(float(x), float(y)" + base + ")";
        two(name + ".Tensor_Tensor", body)
            .graph(op(name + ".Tensor_Tensor", "%x, %y" + base))
            .input(exactly(DType::Float32, {}, {-1.5}))
            .input(exactly(DType::Float32, {}, {4}));
        one(name + ".Tensor_Scalar", "  return torch." + name + "(float(x), 4" + base + ")")
            .graph(op(name + ".Tensor_Scalar", "%x, 4" + base))
            .input(exactly(DType::Float32, {}, {-1.5}));
        one(name + ".Scalar_Tensor", "  return torch." + name + "(-1, float(x)" + base + ")")
            .graph(op(name + ".Scalar_Tensor", "-1, %x" + base))
            .input(exactly(DType::Float32, {}, {4}));
    }
    one("linspace of one number", "  return torch.linspace(float(x), 4, 1)")
        .graph(op("linspace.Tensor_Scalar", "%x, 4, 1"))
        .input(exactly(DType::Float32, {}, {-1.5}));
    two("_unsafe_masked_index_put_accumulate",
        "  i = torch.tensor([0, 2, 0, 3])\n"
        "  return torch.index_put(x, [i], y.masked_fill(torch.tensor([False, False, False, "
        "True]), 0.0), True)")
        .graph("%i : tensor = call_function[aten::tensor]([0, 2, -4, 9])\n"
               "%m : tensor = call_function[aten::lt.Scalar](%i, 9)\n" +
               op("_unsafe_masked_index_put_accumulate", "%x, %m, [%i], %y"))
        .input(f32({4}))
        .input(f32({4}));
    two("_chunk_cat", "  a = torch.constant_pad_nd(x, [0, 0, 0, 1]).reshape([2, -1])\n"
                      "  return torch.cat([a, y.reshape([2, -1])], 1)")
        .graph(op("_chunk_cat", "[%x, %y], 0, 2"))
        .input(f32({3, 2}))
        .input(f32({4, 3}));
    one("_aminmax", "  return torch._aminmax(x)").input(f32({2, 3})).dynamic();
    one("_aminmax along", "  return torch._aminmax(x, 1, True)").input(f32({2, 3})).dynamic();
    one("_aminmax NaN", "  return torch._aminmax(x, 0)")
        .input(exactly(DType::Float32, {2, 2}, {1, infinity - infinity, 3, 4}));
    for (const std::string p : {"2.0", "1.0", "3.0"})
        one("embedding_renorm " + p, "  return torch.embedding_renorm(self.w, x, 0.5, " + p + ")")
            .input(exactly(DType::Int64, {2, 2}, {0, 3, 3, 1}))
            .parameter("w", f32({5, 3}));
    one("vander", "  return torch.vander(x)").input(f32({4}));
    one("vander increasing", "  return torch.vander(x, 3, True)").input(i64({4}));
    for (const std::string gelu : {"False", "True"})
        two("_addmm_activation " + gelu,
            "  return torch._addmm_activation(y, x, x, beta=0.5, alpha=2, use_gelu=" + gelu + ")")
            .input(f32({3, 3}))
            .input(f32({3}));
    two("tensor_split", "  return torch.tensor_split(x, y, 1)")
        .input(f32({2, 7}))
        .input(exactly(DType::Int64, {3}, {1, 4, -1}))
        .reference("def forward(self, x, y):\n"
                   "  return x[:, :1], x[:, 1:4], x[:, 4:-1], x[:, -1:]");
    two("tensor_split by a number", "  return torch.tensor_split(x, y, 1)")
        .input(f32({2, 7}))
        .input(exactly(DType::Int64, {}, {3}))
        .refuses("depends on data");
    one("linalg_diagonal", "  return torch.linalg_diagonal(x, offset=1)").input(f32({2, 3, 4}));

    // Of random numbers: type, shape, limits and the mean of many.
    const auto random = [&one](const std::string& draw, const std::string& facts) -> ParityRow& {
        return one("random " + draw, "  r = torch." + draw + "\n  return r.size(0), " + facts)
            .input(f32({2, 3}));
    };
    const std::string uniform = "(r >= 0).all(), (r < 1).all(), torch.round(r.mean() * 10)";
    random("rand([10000])", uniform);
    random("rand_like(torch.cat([x.flatten().repeat([5000])]))", uniform);
    const std::string normal = "torch.round(r.mean() * 5).abs(), torch.round((r * r).mean() * 5)";
    random("randn([100000])", normal);
    random("randn_like(x.flatten().repeat([20000]))", normal);
    random("randint(7, [1000])", "torch._unique(r)[0]");
    random("randint(-2, 3, [1000])", "torch._unique(r)[0]");
    random("randint_like(x.flatten().repeat([500]), 7)", "torch._unique(r)[0]");
    random("randint_like(x.flatten().repeat([500]), -2, 3)", "torch._unique(r)[0]");
    random("randperm(50)", "torch.sort(r)[0]");
    random("bernoulli(torch.ones([100]))", "r");
    random("bernoulli(x.flatten().repeat([20000]), 0.25)", "torch.round(r.mean() * 20)");
    return rows;
}

} // namespace strata::test
