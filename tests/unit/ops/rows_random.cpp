// Operators that draw random numbers. LibTorch and ONNX Runtime draw different ones, so the rows
// compare what is the same for all of them.
#include "support/parity_rows.h"

namespace strata::test {

ParityRows random_rows()
{
    ParityRows rows;
    const auto one = [&rows](const std::string& name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(name, "def forward(self, x):\n  " + body)
            .input(f32({400, 50}).range(0.1, 0.9));
    };
    const std::string moments =
        "return r.shape, torch.round(r.mean() * 10), torch.round(r.std() * 10), "
        "(r.min() >= -9), (r.max() <= 9)";
    one("rand", "r = torch.rand([x.size(0), 50])\n  " + moments).dynamic();
    one("rand in double", "r = torch.rand([x.size(0), 50], dtype=7)\n  " + moments);
    one("randn", "r = torch.randn([x.size(0), 50])\n  " + moments).dynamic();
    one("rand_like", "r = torch.rand_like(x)\n  " + moments).dynamic();
    one("randn_like", "r = torch.randn_like(x)\n  " + moments).dynamic();
    one("two draws differ", "return (torch.rand_like(x) - torch.rand_like(x)).abs().max() > 0.5");
    const std::string integers = "return r.shape, r.min(), r.max(), torch.round(r.float().mean())";
    one("randint", "r = torch.randint(7, [x.size(0), 50])\n  " + integers).dynamic();
    one("randint from", "r = torch.randint(-3, 6, [x.size(0), 50])\n  " + integers);
    one("randint of one", "return torch.randint(4, 5, [x.size(0)])");
    one("randint_like", "r = torch.randint_like(x, 9)\n  " + integers);
    one("randint_like from", "r = torch.randint_like(x, 3, 10)\n  " + integers);
    one("randperm", "return torch.randperm(x.size(0)).sort()[0]").dynamic();
    one("bernoulli", "r = torch.bernoulli(x)\n  return torch.round(r.mean() * 10)").dynamic();
    one("bernoulli of certain", "return torch.bernoulli((x > 0.5).float())");
    one("bernoulli.p", "r = torch.bernoulli(x, 0.25)\n  return torch.round(r.mean() * 20)");
    one("bernoulli_",
        "r = torch.zeros_like(x)\n  r.bernoulli_(0.75)\n  return torch.round(r.mean() * 20)");
    one("uniform_",
        "r = torch.zeros_like(x)\n  r.uniform_(2.0, 4.0)\n  return torch.round(r.mean() * 10), "
        "r.min() >= 2, r.max() <= 4");
    one("normal_", "r = torch.zeros_like(x)\n  r.normal_(5.0, 0.5)\n  return "
                   "torch.round(r.mean() * 10), torch.round(r.std() * 10)");
    one("exponential_", "r = torch.zeros_like(x)\n  r.exponential_(2.0)\n  return "
                        "torch.round(r.mean() * 20), r.min() >= 0");
    one("normal of numbers", "r = torch.normal(5.0, 0.5, [x.size(0), 50])\n  return r.shape, "
                             "torch.round(r.mean() * 10), torch.round(r.std() * 10)")
        .dynamic();
    one("after a seed", "torch.manual_seed(7)\n  r = torch.rand_like(x)\n  " + moments);
    one("normal around tensors", "r = torch.normal(x * 0 + 3.0, x * 0 + 0.5)\n  return "
                                 "torch.round(r.mean() * 10), torch.round(r.std() * 10)");
    one("normal of one deviation", "r = torch.normal(x * 0 + 3.0, 0.5)\n  return "
                                   "torch.round(r.mean() * 10), torch.round(r.std() * 10)");
    one("normal of one mean", "r = torch.normal(3.0, x * 0 + 0.5)\n  return "
                              "torch.round(r.mean() * 10), torch.round(r.std() * 10)");
    one("multinomial", "return torch.multinomial(torch.tensor([[0.0, 2.0, 0.0], [1.0, 0.0, 0.0]]), "
                       "1), x.sum()");
    one("multinomial without replacement",
        "return torch.multinomial(torch.tensor([0.0, 2.0, 1.0, 0.5]), 3).sort()[0], x.sum()");
    one("multinomial with replacement",
        "r = torch.multinomial(torch.tensor([3.0, 0.0, 1.0]), 20000, True)\n  return r.shape, "
        "torch.round(r.float().mean() * 20), x.sum()");
    rows.emplace_back("bernoulli of a tensor", "def forward(self, x, y):\n  return y")
        .graph("%r : tensor = call_function[aten::bernoulli.Tensor](%x, %y)")
        .input(f32({4}))
        .input(exactly(DType::Float32, {4}, {0, 1, 1, 0}));
    rows.emplace_back("normal, functional", "def forward(self, x):\n  return x * 0 + 5.0")
        .graph("%r : tensor = call_function[aten::normal_functional](%x, 5.0, 0.0)")
        .input(f32({3, 4}));
    return rows;
}

} // namespace strata::test
