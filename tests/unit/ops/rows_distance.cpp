#include "support/parity_rows.h"

#include <fmt/format.h>

namespace strata::test {

ParityRows distance_rows()
{
    ParityRows rows;
    const auto two = [&rows](const std::string& call, std::vector<std::int64_t> a,
                             std::vector<std::int64_t> b,
                             const std::string& note = {}) -> ParityRow& {
        return rows.emplace_back(call + note, "def forward(self, x, y):\n  return " + call)
            .input(f32(std::move(a)))
            .input(f32(std::move(b)));
    };
    const auto one = [&rows](const std::string& call,
                             std::vector<std::int64_t> shape) -> ParityRow& {
        return rows.emplace_back(call, "def forward(self, x):\n  return " + call)
            .input(f32(std::move(shape)));
    };
    two("torch.cosine_similarity(x, y)", {3, 4}, {3, 4}).dynamic();
    two("torch.cosine_similarity(x, y, -1, 0.5)", {2, 3, 4}, {3, 4});
    two("torch.cosine_similarity(x * 0, y)", {3, 4}, {3, 4});
    two("torch.pairwise_distance(x, y)", {3, 4}, {3, 4}).dynamic();
    two("torch.pairwise_distance(x, y, 1., 1e-6, True)", {3, 4}, {4});
    two("torch.pairwise_distance(x, y, 3.)", {3, 4}, {3, 4});
    for (const char* p : {"0.", "1.", "2.", "2.5", "float('inf')"}) {
        two(fmt::format("torch.cdist(x, y, {})", p), {2, 3, 4}, {2, 5, 4}).dynamic();
        one(fmt::format("torch.pdist(x, {})", p), {4, 3});
        two(fmt::format("torch.dist(x, y, {})", p), {3, 4}, {4}).dynamic();
    }
    two("torch.cdist(x, y, 2., 1)", {3, 4}, {5, 4});
    two("torch._cdist_forward(x, y, 1., None)", {3, 4}, {5, 4});
    one("torch._pdist_forward(x, 2.)", {4, 3});
    one("torch.renorm(x, 2, 0, 0.8)", {3, 4}).dynamic();
    one("torch.renorm(x, 1, -1, 1.5)", {3, 2, 4});
    two("torch.cross(x, y)", {3, 4}, {3, 4});
    two("torch.cross(x, y, -1)", {2, 3}, {2, 3});
    two("torch.cross(x, y, 0)", {3, 3}, {3, 3});
    two("torch.linalg_cross(x, y)", {2, 3}, {1, 3});
    two("torch.linalg_cross(x, y, dim=1)", {2, 3, 2}, {2, 3, 2}).dynamic();
    two("torch.cross(x, y)", {2, 4}, {2, 4}, " without a 3").refuses("size 3");
    two("torch.kron(x, y)", {2, 3}, {3, 2}).dynamic();
    two("torch.kron(x, y)", {2}, {2, 1, 3}, " of different ranks");
    for (const char* call :
         {"torch.linalg_norm(x)", "torch.linalg_norm(x, None, [1])",
          "torch.linalg_norm(x, 3, [-1], True)", "torch.linalg_norm(x, 1, [0, 2])",
          "torch.linalg_norm(x, float('inf'), [2, 0], True)", "torch.linalg_norm(x, 'fro', [0, 1])",
          "torch.linalg_norm(x, None, [1], dtype=7)", "torch.linalg_matrix_norm(x, 1)",
          "torch.linalg_matrix_norm(x, -1, [0, 1])",
          "torch.linalg_matrix_norm(x, float('inf'), [2, 1], True)",
          "torch.linalg_matrix_norm(x, float('-inf'))", "torch.linalg_matrix_norm(x)",
          "torch.linalg_matrix_norm(x, 'fro', [0, 1], True)"})
        one(call, {2, 3, 4}).dynamic();
    const auto named = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x, y):\n  return " + call);
    };
    named("cosine_similarity", "torch.cosine_similarity(x, y)")
        .input(f32({3, 4, 2}))
        .input(f32({3, 4, 2}))
        .dynamic();
    named("cosine_similarity broadcast", "torch.cosine_similarity(x, y, -1, 0.001)")
        .input(f32({3, 1, 5}))
        .input(f32({4, 5}));
    for (const char* p : {"2.0", "1.0", "3.0", "float(\"inf\")", "0.0"}) {
        named(std::string("pairwise_distance ") + p,
              std::string("torch.pairwise_distance(x, y, ") + p + ")")
            .input(f32({3, 5}))
            .input(f32({3, 5}));
        named(std::string("cdist ") + p, std::string("torch.cdist(x, y, ") + p + ")")
            .input(f32({2, 3, 5}))
            .input(f32({2, 4, 5}))
            .dynamic();
    }
    named("pairwise_distance keeping the dimension",
          "torch.pairwise_distance(x, y, 2.0, 0.01, True)")
        .input(f32({3, 5}))
        .input(f32({3, 5}));
    named("_cdist_forward", "torch._cdist_forward(x, y, 2.0, None)")
        .input(f32({3, 5}))
        .input(f32({4, 5}));
    named("cdist of integers", "torch.cdist(x, y)")
        .input(i64({3, 5}))
        .input(i64({4, 5}))
        .refuses("vectors of integers");
    return rows;
}

} // namespace strata::test
