#include "support/parity_rows.h"

namespace strata::test {

ParityRows window_rows()
{
    ParityRows rows;
    rows.emplace_back("unfold", "def forward(self, x):\n  return x.unfold(1, 3, 2)")
        .input(f32({2, 8, 3}))
        .nodes(2);
    rows.emplace_back("unfold of the last dimension",
                      "def forward(self, x):\n  return x.unfold(-1, 2, 1)")
        .input(f32({2, 5}))
        .nodes(1);
    rows.emplace_back("index_add", "def forward(self, x, i, y):\n"
                                   "  return torch.index_add(x, 1, i, y, alpha=0.5)")
        .input(f32({2, 5, 3}))
        .input(exactly(DType::Int64, {4}, {4, 0, 4, 2}))
        .input(f32({2, 4, 3}))
        .opset(17)
        .dynamic();
    rows.emplace_back("index_add at opset 13", "def forward(self, x, i, y):\n"
                                               "  return torch.index_add(x, 0, i, y)")
        .input(f32({5}))
        .input(exactly(DType::Int64, {2}, {1, 1}))
        .input(f32({2}))
        .opset(13)
        .refuses("opset 16");
    return rows;
}

} // namespace strata::test
