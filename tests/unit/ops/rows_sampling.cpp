#include "support/parity_rows.h"

#include <fmt/format.h>

namespace strata::test {
namespace {

/// Greedy suppression, written down as torchvision documents it.
constexpr const char* nms_in_words = R"(
def forward(self, x, s):
  order = torch.argsort(s, 0, True)
  keep = torch.ones_like(s)
  chosen = torch.zeros_like(order)
  count = 0
  for i in range(int(x.size(0))):
    a = int(order[i])
    if bool(keep[a] > 0):
      chosen[count] = a
      count = count + 1
      for j in range(i + 1, int(x.size(0))):
        b = int(order[j])
        w = torch.clamp(torch.minimum(x[a][2], x[b][2]) - torch.maximum(x[a][0], x[b][0]), 0)
        h = torch.clamp(torch.minimum(x[a][3], x[b][3]) - torch.maximum(x[a][1], x[b][1]), 0)
        area_a = (x[a][2] - x[a][0]) * (x[a][3] - x[a][1])
        area_b = (x[b][2] - x[b][0]) * (x[b][3] - x[b][1])
        if bool(w * h / (area_a + area_b - w * h) > 0.5):
          keep[b] = 0
  return chosen[:count]
)";

} // namespace

ParityRows sampling_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string_view arguments, const std::string& call,
                             const std::string& note = {}) -> ParityRow& {
        return rows.emplace_back(
            call + note, fmt::format("def forward(self, {}):\n  return {}", arguments, call));
    };
    for (int mode = 0; mode < 3; ++mode)
        for (int padding = 0; padding < 3; ++padding)
            for (const char* align : {"True", "False"})
                row("x, g",
                    fmt::format("torch.grid_sampler(x, g, {}, {}, {})", mode, padding, align))
                    .input(f32({2, 3, 5, 6}))
                    .input(f32({2, 4, 3, 2}).range(-1.4, 1.4));
    for (int mode = 0; mode < 2; ++mode)
        for (int padding = 0; padding < 3; ++padding)
            for (const char* align : {"True", "False"})
                row("x, g",
                    fmt::format("torch.grid_sampler_3d(x, g, {}, {}, {})", mode, padding, align))
                    .input(f32({2, 3, 4, 5, 6}))
                    .input(f32({2, 4, 3, 2, 3}).range(-1.4, 1.4));
    row("x, g", "torch.grid_sampler(x, g, 2, 2, True)", " of one row of float64")
        .input(f64({1, 2, 1, 6}))
        .input(f64({1, 4, 3, 2}).range(-2.4, 2.4));
    row("x, g", "torch.grid_sampler_2d(x, g, 0, 0, False)")
        .input(f32({2, 3, 5, 6}))
        .input(f32({2, 4, 3, 2}))
        .opset(17)
        .dynamic();
    for (const char* align : {"True", "False"}) {
        row("x", fmt::format("torch.affine_grid_generator(x, [2, 3, 4, 5], {})", align))
            .input(f32({2, 2, 3}));
        row("x", fmt::format("torch.affine_grid_generator(x, [2, 3, 1, 5], {})", align))
            .input(f32({2, 2, 3}));
        row("x", fmt::format("torch.affine_grid_generator(x, [2, 3, 4, 5, 2], {})", align))
            .input(f32({2, 3, 4}));
    }
    rows.emplace_back("max_unpool2d", "def forward(self, x):\n"
                                      "  y, i = torch.max_pool2d_with_indices(x, [2, 2])\n"
                                      "  return torch.max_unpool2d(y, i, [5, 6])")
        .input(f32({2, 3, 5, 6}));
    rows.emplace_back("max_unpool3d",
                      "def forward(self, x):\n"
                      "  y, i = torch.max_pool3d_with_indices(x, [2, 2, 2])\n"
                      "  return torch.max_unpool3d(y, i, [4, 4, 6], [2, 2, 2], [0, 0, 0])")
        .input(f32({2, 3, 4, 4, 6}));
    row("x, s", "torch.lerp(x, s, 0.5)", " as nms")
        .input(exactly(DType::Float32, {5, 4},
                       {0, 0, 4, 4, 1, 0, 4, 4, 5, 5, 9, 8, 5, 5, 9, 9, 20, 2, 24, 9}))
        .input(exactly(DType::Float32, {5}, {0.3, 0.9, 0.2, 0.75, 0.5}))
        .renamed("aten::lerp.Scalar", "torchvision::nms")
        .reference(nms_in_words);
    return rows;
}

} // namespace strata::test
