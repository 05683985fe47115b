#include "support/parity_rows.h"

namespace strata::test {

ParityRows embedding_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, std::string call,
                             std::string arguments = "i") -> ParityRow& {
        return rows.emplace_back(std::move(name),
                                 "def forward(self, " + arguments + "):\n  return " + call);
    };
    const auto indices = [] { return i64({7}, 0, 5); };
    const auto offsets = [] { return exactly(DType::Int64, {4}, {0, 3, 3, 5}); };
    row("embedding", "torch.embedding(self.w, i)")
        .input(i64({2, 3}, 0, 5))
        .parameter("w", f32({6, 4}))
        .dynamic()
        .unknown()
        .nodes(1);
    row("embedding int32", "torch.embedding(self.w, i, 2)")
        .input(i32({3}, 0, 5))
        .parameter("w", f32({6, 4}))
        .nodes(1);
    for (const auto& [mode, number] : {std::pair("sum", "0"), {"mean", "1"}, {"max", "2"}}) {
        row(std::string("embedding_bag ") + mode,
            std::string("torch.embedding_bag(self.w, i, o, False, ") + number + ")[0]", "i, o")
            .input(indices())
            .input(offsets())
            .parameter("w", f32({6, 4}))
            .dynamic();
        row(std::string("embedding_bag.padding_idx ") + mode,
            std::string("torch.embedding_bag(self.w, i, o, False, ") + number +
                ", False, None, False, -3)[0]",
            "i, o")
            .input(indices())
            .input(offsets())
            .parameter("w", f32({6, 4}));
    }
    row("embedding_bag weights and last offset",
        "torch.embedding_bag(self.w, i, o, False, 0, False, s, True)[0]", "i, o, s")
        .input(indices())
        .input(exactly(DType::Int64, {4}, {0, 3, 3, 7}))
        .input(f32({7}))
        .parameter("w", f32({6, 4}));
    row("_embedding_bag", "torch._embedding_bag(self.w, i, o, False, 1)[0]", "i, o")
        .input(indices())
        .input(offsets())
        .parameter("w", f32({6, 4}));
    row("_embedding_bag_forward_only", "torch._embedding_bag_forward_only(self.w, i, o)[0]", "i, o")
        .input(indices())
        .input(offsets())
        .parameter("w", f32({6, 4}));
    return rows;
}

} // namespace strata::test
