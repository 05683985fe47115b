#include "support/parity_rows.h"

namespace strata::test {

// In-place operations: what a write through one name does to all the others.
ParityRows mutation_rows()
{
    ParityRows rows;
    const auto row = [&rows](std::string name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n" + body)
            .input(f32({4, 5}));
    };
    row("a write reaches the base of a slice",
        "  y = x * 1\n  y[1:3].add_(10)\n  return y, y * 2\n");
    row("a write reaches the base of a column", "  y = x * 1\n  y[:, 2].mul_(3)\n  return y\n");
    row("a write reaches the last row", "  y = x * 1\n  y[-1].zero_()\n  return y\n");
    row("a write with a step",
        "  y = x * 1\n  y[::2].fill_(7.0)\n  y[:, 1::2].add_(1)\n  return y\n");
    row("a write through two views", "  y = x * 1\n  y[1:].t()[0].add_(5)\n  return y\n");
    row("a write through view and transpose", "  y = x * 1\n  z = y.view([2, 10]).transpose(0, "
                                              "1)\n  z.mul_(2)\n  z[3].sub_(1)\n  return y, z\n");
    row("a write to the base reaches an older view",
        "  y = x * 1\n  v = y[1:3]\n  y.add_(1)\n  return v, y\n");
    row("a write to one view reaches another",
        "  y = x * 1\n  a = y[0:3]\n  b = y[2:4]\n  a.add_(1)\n  b.mul_(2)\n  return a, b, y\n");
    row("copy_ into a slice", "  y = x * 1\n  y[1:3, 1:].copy_(torch.zeros([2, 4]))\n  return y\n");
    row("assignment to a slice", "  y = x * 1\n  y[:, :2] = x[:, 3:]\n  y[0] = 5.0\n  return y\n");
    row("a floor division in place",
        "  y = x.mul(9).to(4)\n  y[1].floor_divide_(torch.tensor([2, -2, 3, -3, 4]))\n"
        "  y.floor_divide_(2)\n  return y\n");
    row("a clone is not reached", "  y = x * 1\n  z = y.clone()\n  y.add_(1)\n  return y, z\n");
    row("the dtype of the written tensor stays",
        "  y = (x * 3).to(4)\n  y.add_(torch.ones([5], dtype=4))\n  return y\n");
    row("the pieces of a split are written one by one",
        "  a, b = torch.chunk(x * 2, 2)\n  a.sigmoid_()\n  b.tanh_()\n  return a, b\n");
    row("squeeze and unsqueeze", "  y = x * 1\n  y.unsqueeze(0).squeeze(0).add_(2)\n  return y\n");
    row("permute",
        "  y = (x * 1).view([2, 2, 5])\n  y.permute([2, 0, 1])[1].fill_(9.0)\n  return y\n");
    row("narrow", "  y = x * 1\n  y.narrow(1, 1, 2).neg_()\n  return y\n");
    row("a reshape that may be a copy and is used later",
        "  y = x * 1\n  z = torch.reshape(y, [2, 10])\n  y.add_(1)\n  return y, z\n")
        .refuses("shares and that is used later");
    row("lists grow", "  parts = [x, x * 2]\n  parts.append(x + 1)\n  parts[0] = x - 1\n  return "
                      "torch.cat(parts)\n");
    row("dicts change",
        "  d = {'a': x}\n  d['b'] = x * 2\n  d['a'] = d['a'] + d['b']\n  return d['a'], d['b']\n");
    return rows;
}

} // namespace strata::test
