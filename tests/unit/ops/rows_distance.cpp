#include "support/parity_rows.h"

namespace strata::test {

ParityRows distance_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x, y):\n  return " + call);
    };
    row("cosine_similarity", "torch.cosine_similarity(x, y)")
        .input(f32({3, 4, 2}))
        .input(f32({3, 4, 2}))
        .dynamic();
    row("cosine_similarity broadcast", "torch.cosine_similarity(x, y, -1, 0.001)")
        .input(f32({3, 1, 5}))
        .input(f32({4, 5}));
    for (const char* p : {"2.0", "1.0", "3.0", "float(\"inf\")", "0.0"}) {
        row(std::string("pairwise_distance ") + p,
            std::string("torch.pairwise_distance(x, y, ") + p + ")")
            .input(f32({3, 5}))
            .input(f32({3, 5}));
        row(std::string("cdist ") + p, std::string("torch.cdist(x, y, ") + p + ")")
            .input(f32({2, 3, 5}))
            .input(f32({2, 4, 5}))
            .dynamic();
    }
    row("pairwise_distance keeping the dimension", "torch.pairwise_distance(x, y, 2.0, 0.01, True)")
        .input(f32({3, 5}))
        .input(f32({3, 5}));
    row("_cdist_forward", "torch._cdist_forward(x, y, 2.0, None)")
        .input(f32({3, 5}))
        .input(f32({4, 5}));
    row("cdist of integers", "torch.cdist(x, y)")
        .input(i64({3, 5}))
        .input(i64({4, 5}))
        .refuses("vectors of integers");
    return rows;
}

} // namespace strata::test
