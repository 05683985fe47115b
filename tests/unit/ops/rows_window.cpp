#include "support/parity_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata::test {

ParityRows window_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string call, std::vector<std::int64_t> shape) -> ParityRow& {
        return rows
            .emplace_back(fmt::format("{} of [{}]", call, fmt::join(shape, ",")),
                          "def forward(self, x):\n  return " + call)
            .input(f32(std::move(shape)));
    };
    row("x.unfold(1, 3, 2)", {2, 8, 3});
    row("x.unfold(-1, 2, 1)", {2, 5});
    row("x.unfold(0, 2, 3)", {7});
    row("x.unfold(1, 2, 1).unfold(2, 3, 2)", {1, 4, 7});
    for (const char* call : {"torch.im2col(x, [2, 3], [1, 1], [0, 0], [1, 1])",
                             "torch.im2col(x, [2, 2], [2, 1], [1, 2], [2, 1])",
                             "torch.im2col(x, [3, 3], [1, 2], [1, 0], [1, 3])"}) {
        row(call, {2, 3, 5, 6});
        row(call, {3, 5, 6});
    }
    row("torch.col2im(x, [5, 6], [2, 3], [1, 1], [0, 0], [1, 1])", {2, 12, 16});
    row("torch.col2im(x, [5, 6], [2, 2], [2, 1], [1, 2], [2, 1])", {1, 8, 27});
    row("torch.col2im(x, [6, 7], [3, 2], [1, 2], [1, 0], [2, 3])", {12, 6});
    row("torch.as_strided(x, [2, 3, 2], [4, 1, 3], 1)", {3, 4});
    row("torch.as_strided(x, [3, 3], [1, 1])", {5});
    row("torch.as_strided(x.t(), [2, 2], [1, 2])", {3, 4}).refuses("memory layout");
    for (const char* call :
         {"torch.diagonal(x)", "torch.diagonal(x, 1)", "torch.diagonal(x, -2)",
          "torch.diagonal(x, 5)", "torch.diag(x)", "torch.diag(x, -1)", "torch.trace(x)",
          "torch.diagflat(x, 1)", "torch.rot90(x)", "torch.rot90(x, 2)", "torch.rot90(x, -1)",
          "torch.rot90(x, 3, [1, 0])", "torch.rot90(x, 4)"})
        row(call, {3, 4});
    for (const char* call : {"torch.diagonal(x, 0, 1, 2)", "torch.diagonal(x, 1, 2, 0)",
                             "torch.diagonal(x, -1, -1, 0)", "torch.rot90(x, 1, [0, 2])"})
        row(call, {3, 2, 4});
    for (const char* call : {"torch.diag_embed(x)", "torch.diag_embed(x, 2)",
                             "torch.diag_embed(x, -1)", "torch.diag_embed(x, 1, 0, 2)",
                             "torch.diag_embed(x, 1, 2, 0)", "torch.diag_embed(x, -1, 1, 0)"})
        row(call, {2, 3});
    row("torch.diag(x)", {3});
    row("torch.diag(x, -2)", {3});
    rows.emplace_back("trace of integers", "def forward(self, x):\n  return torch.trace(x)")
        .input(i32({3, 3}));
    for (const char* call : {"torch.diagonal_scatter(x, s)", "torch.diagonal_scatter(x, s, 1)"})
        rows.emplace_back(call, fmt::format("def forward(self, x, s):\n  return {}", call))
            .input(f32({3, 4}))
            .input(f32({3}));
    rows.emplace_back("diagonal_scatter below, other axes",
                      "def forward(self, x, s):\n  return torch.diagonal_scatter(x, s, -1, 2, 0)")
        .input(f32({3, 2, 4}))
        .input(f32({2, 3}));
    for (const char* call :
         {"torch.diag_embed(x)", "torch.diag_embed(x, 2)", "torch.diag_embed(x, -1, 1, 0)",
          "torch.diag(x)", "torch.diag(x, -1)", "torch.diag(x[0], 1)", "torch.diagflat(x[0], -2)",
          "torch.diag(x[0] > 0)", "torch.diagonal_scatter(x, torch.diagonal(x) * 2)",
          "torch.diagonal_scatter(x, torch.diagonal(x, -1) + 1, -1, 0, 1)", "torch.trace(x)"})
        row(std::string(call) + "  # of any size", {3, 4})
            .dynamic()
            .also({f32({5, 2})})
            .also({f32({1, 1})});
    row("torch.tril_indices(4, 3, 1) * x.size(0), torch.triu_indices(3, 4, -1)", {2});
    rows.emplace_back("block_diag",
                      "def forward(self, x, y):\n  return torch.block_diag([x, y, x[0], x])")
        .input(f32({2, 3}))
        .input(f32({1, 2}));
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
        .opset(13);
    return rows;
}

} // namespace strata::test
