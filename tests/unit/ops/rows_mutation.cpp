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
        "  a, b = torch.chunk(x * 2, 2)\n  a.sigmoid_()\n  b.tanh_()\n  return a, b\n")
        .nodes(4);
    row("squeeze and unsqueeze", "  y = x * 1\n  y.unsqueeze(0).squeeze(0).add_(2)\n  return y\n");
    row("permute",
        "  y = (x * 1).view([2, 2, 5])\n  y.permute([2, 0, 1])[1].fill_(9.0)\n  return y\n");
    row("narrow", "  y = x * 1\n  y.narrow(1, 1, 2).neg_()\n  return y\n");
    row("narrow from the end to the end",
        "  y = x * 1\n  y.narrow(1, -2, 2).neg_()\n  return y, y.narrow(0, -1, 1)\n");
    row("a transposition in place leaves older views as they are",
        "  y = x * 1\n  v = y[0]\n  y.transpose_(0, 1)\n  y[1].add_(5)\n  v.mul_(2)\n  return y, "
        "v\n");
    row("dimensions come and go in place",
        "  y = x * 1\n  y.unsqueeze_(0)\n  z = y * 2\n  y.squeeze_(0)\n  y.t_()\n  y.add_(1)\n"
        "  return y, z\n");
    row("swapped in place", "  y = x * 1\n  torch.swapaxes_(y, 0, 1)\n  y.mul_(2)\n"
                            "  torch.swapdims_(y, -1, 0)\n  return y\n");
    row("the form of a view of the input",
        "  y = x[1:3]\n  y.unsqueeze_(1)\n  z = y + 1\n  return y, z\n");
    row("the form of a tensor of a loop that data decides",
        "  y = x * 1\n  i = 0\n  while bool(y.sum() < 20) and i < 9:\n    z = y + 1\n"
        "    z.unsqueeze_(0)\n    y = z[0]\n    i += 1\n  return y\n");
    row("the form of shared memory in a branch",
        "  y = x * 1\n  v = y[0]\n  if bool(x.sum() > 0):\n    y.transpose_(0, 1)\n  else:\n"
        "    y.add_(1)\n  return v\n")
        .refuses("comes from outside of the branch");
    row("resized to what it was",
        "  y = x * 1\n  torch.resize_(y, [4, 5])\n  torch.resize_as_(y, x)\n  return y\n");
    row("resized to something else", "  y = x * 1\n  torch.resize_(y, [2, 5])\n  return y\n")
        .refuses("matter of its memory");
    row("results go into given tensors",
        "  o = torch.zeros([4, 5])\n  torch.add(x, x, alpha=2, out=o)\n"
        "  torch.sigmoid(o, out=o)\n  p = torch.zeros([4], dtype=7)\n"
        "  torch.sum(x, [1], out=p)\n  q = torch.zeros([4, 5], dtype=11)\n"
        "  torch.gt(x, 0, out=q)\n  return o, p, q\n");
    row("results go into a slice",
        "  o = torch.zeros([6, 5])\n  torch.mul(x, 3, out=o[1:5])\n  return o\n");
    row("two results go into given tensors",
        "  v = torch.zeros([4, 2])\n  i = torch.ones([4, 2], dtype=4)\n"
        "  torch.topk(x, 2, -1, True, True, values=v, indices=i)\n"
        "  m = torch.zeros([4])\n  n = torch.ones([4], dtype=4)\n"
        "  torch.max(x, 1, False, max=m, max_values=n)\n  return v, i, m, n\n");
    row("a result of another shape goes into a given tensor",
        "  o = torch.zeros([0])\n  torch.cat([x, x], 1, out=o)\n  return o\n");
    row("a result of another shape goes into shared memory",
        "  o = torch.zeros([6, 5])\n  v = o[0]\n  torch.cat([x, x], 1, out=o)\n  return v\n")
        .refuses("another shape and shares memory");
    row("a reshape of what lies in order is a view",
        "  y = x * 1\n  z = torch.reshape(y, [2, 10])\n  y.add_(1)\n  z[0].mul_(2)\n"
        "  f = torch.flatten(torch.relu(z))\n  f[1:3].sub_(1)\n  return y, z, f\n")
        .dynamic();
    row("a reshape of what does not is a copy",
        "  y = x * 1\n  z = torch.reshape(y.t(), [-1])\n  z.add_(1)\n  c = y.t().contiguous()\n"
        "  c.mul_(3)\n  w = torch.reshape(y[:, 1:], [2, -1])\n  y.sub_(1)\n  return y, z, c, w\n");
    row("a reshape of turned axes is a view where they lie in order",
        "  y = (x * 1).view([2, 2, 5])\n  z = torch.reshape(y.permute([2, 0, 1]), [5, 4])\n"
        "  z[0].fill_(7.0)\n  s = torch.ravel(y[:, 0])\n  s.zero_()\n"
        "  v = y.transpose(0, 1).transpose(0, 1).contiguous()\n  v[1].add_(1)\n"
        "  u = torch.flatten(y.transpose(1, 2)[1])\n  u.neg_()\n"
        "  d = torch.reshape(torch.diagonal(y, 0, 0, 1), [-1])\n  d.add_(5)\n"
        "  return y, z, s, v, u, d\n");
    row("pieces of a split lie in order along the first axis",
        "  y = x * 1\n  a = torch.chunk(y, 2)[1].reshape([-1])\n  a.add_(1)\n"
        "  b = torch.chunk(y, 2, 1)[0].reshape([-1])\n  b.mul_(2)\n"
        "  c = torch.unbind(y, 1)[2].reshape([2, 2])\n  c.zero_()\n  return y, a, b, c\n");
    row("products and layers give what lies in order",
        "  y = torch.matmul(x, x.t())\n  torch.flatten(y).clamp_(0.0)\n"
        "  z = torch.linear(x, x)\n  torch.reshape(z, [-1])[::2].fill_(3.0)\n"
        "  s = torch.softmax(y.t(), 0)\n  return y, z, s\n");
    row("one matrix by many is turned in memory",
        "  y = torch.matmul(x, x.view([2, 5, 2]))\n  torch.flatten(y).add_(1)\n  return y\n")
        .refuses("shares and that is used later");
    row("an operator with nothing to do copies",
        "  y = x * 1\n  a = torch.flip(y, [])\n  a.add_(1)\n  b = y.repeat([1, 1])\n  b.add_(2)\n"
        "  c = torch.roll(y, 0, 0)\n  c.add_(3)\n  d = torch.rot90(y, 0, [0, 1])\n  d.add_(4)\n"
        "  e = torch.tile(y, [1])\n  e.add_(5)\n  f = torch.constant_pad_nd(y, [0, 0])\n"
        "  f.add_(6)\n  g = y.to(6, False, True)\n  g.add_(7)\n  return y, a, b, c, d, e, f, g\n");
    row("an operator that returns its argument",
        "  y = x * 1\n  y.to(6).add_(1)\n  torch.dropout(y, 0.5, False).mul_(2)\n"
        "  y.type_as(x).sub_(3)\n  torch.positive(y)[0].zero_()\n  y.to(7).add_(100)\n"
        "  torch.broadcast_to(y, [1, 4, 5]).neg_()\n  return y\n");
    row("a diagonal is filled",
        "  y = x * 1\n  y.fill_diagonal_(9)\n  z = torch.cat([x.t(), x.t(), x.t()])\n"
        "  w = z * 1\n  z.fill_diagonal_(2.5, True)\n  w.fill_diagonal_(2.5)\n"
        "  c = torch.zeros([3, 3, 3], dtype=4)\n  c.fill_diagonal_(1)\n  return y, z, w, c\n");
    row("windows that do not overlap",
        "  y = x * 1\n  w = y.unfold(1, 2, 3)\n  w.mul_(2)\n  w[:, 0].fill_(4.0)\n"
        "  y.unfold(0, 1, 2)[1].zero_()\n  return y, w\n");
    row("what comes from an unsupported operator",
        "  u, s, v = torch.linalg_svd(torch.mm(x, x.t()))\n  return torch.t(u * 2)\n")
        .refuses("as it comes from aten::linalg_svd");
    row("a piece of a chunk reaches the base", "  y = x * 1\n  a, b = torch.chunk(y, 2, 1)\n  "
                                               "a.mul_(2)\n  b[:, 0] = 7.0\n  return y, a, b\n")
        .dynamic();
    row("the base reaches the pieces",
        "  y = x * 1\n  c = torch.chunk(y, 3, 1)\n  y.add_(1)\n  c[1].mul_(3)\n  y[0] = 0.0\n"
        "  return torch.cat(c, 1), y, c[1]\n");
    row("items of unbind",
        "  y = x * 1\n  u = torch.unbind(y, 1)\n  u[1].add_(5)\n  u[-1].zero_()\n"
        "  return y, u[1] * 1, u[4]\n");
    row("pieces of given sizes",
        "  y = x * 1\n  p, q, r = torch.split(y, [1, 2, 2], 1)\n  q.zero_()\n  r.copy_(r + p)\n"
        "  y.mul_(2)\n  z = torch.split(y, 3, 1)\n  z[1].fill_(3.0)\n  return y, p, q, r, z[0]\n");
    row("sections of a tensor",
        "  y = x * 1\n  t = torch.tensor_split(y, 3)\n  t[0].sub_(1)\n"
        "  w = torch.tensor_split(y, [2, 4], 1)\n  w[1].mul_(4)\n  h = torch.vsplit(y, 2)\n"
        "  h[1].neg_()\n  return y, t[0], t[2], w[0]\n");
    row("pieces of pieces",
        "  y = x * 1\n  for a in torch.chunk(y, 2):\n    for b in torch.split(a, 2, 1):\n"
        "      b.mul_(b.sum())\n  return y\n");
    row("views of pieces of views",
        "  y = x * 1\n  a, b, c = torch.chunk(y.t(), 3, 0)\n  b.add_(1)\n"
        "  v = a.unsqueeze(0)[0, 1]\n  v.fill_(2.0)\n  return y, c, a\n");
    row("a diagonal reaches the base",
        "  y = x * 1\n  torch.diagonal(y).fill_(9.0)\n  torch.diagonal(y, 1).mul_(0.5)\n"
        "  torch.diagonal(y, -2).copy_(torch.diagonal(y, -1)[:2])\n  return y\n")
        .dynamic();
    row("a diagonal of other axes", "  y = (x * 1).view([2, 2, 5])\n  g = torch.diagonal(y, 1, 2, "
                                    "0)\n  g.add_(1)\n  y.mul_(2)\n"
                                    "  return y, g\n");
    row("moved axes",
        "  y = (x * 1).view([2, 2, 5])\n  torch.movedim(y, 0, 2)[0].fill_(1.0)\n"
        "  torch.movedim(y, [0, 1], [2, 0])[1].mul_(3)\n  y.mT[0, 1].zero_()\n  return y\n");
    row("the base reaches an expanded view",
        "  y = x[:1] * 1\n  e = y.expand([3, 5])\n  y.add_(1)\n  return e * 1, y\n");
    row("an expanded tensor is written",
        "  y = x[:1] * 1\n  e = y.expand([3, 5])\n  e[0].add_(1)\n  return y\n")
        .refuses("whose elements share memory");
    row("the base reaches windows",
        "  y = x * 1\n  w = y.unfold(1, 2, 1)\n  y[0].mul_(3)\n  return w, y\n");
    row("windows are written", "  y = x * 1\n  y.unfold(1, 2, 1).mul_(2)\n  return y\n")
        .refuses("which share elements");
    row("the form of a view of a branch",
        "  y = x * 1\n  if bool(x.sum() > 0):\n    v = y[1]\n    v.unsqueeze_(0)\n    v.mul_(2)\n"
        "    y = y + v\n  else:\n    w = y[1:3]\n    w.t_()\n    w[0].add_(1)\n  return y\n")
        .also({exactly(DType::Float32, {4, 5}, std::vector<double>(20, 0.5))})
        .also({exactly(DType::Float32, {4, 5}, std::vector<double>(20, -0.5))});
    row("an item that data choose",
        "  y = x * 1\n  c = torch.chunk(y, 2, 1)\n  c[int(x.sum() > 0)].mul_(2)\n  return y\n")
        .refuses("shares and that is used later");
    row("lists sliced backwards",
        "  l = [x[0], x[1], x[2], x[3]]\n  return torch.stack(l[::-1]), torch.stack(l[3:0:-2]), "
        "torch.stack(l[-2::-1]), torch.stack(l[:1:-1]), torch.stack(l[-3:])\n");
    row("lists grow", "  parts = [x, x * 2]\n  parts.append(x + 1)\n  parts[0] = x - 1\n  return "
                      "torch.cat(parts)\n");
    row("dicts change",
        "  d = {'a': x}\n  d['b'] = x * 2\n  d['a'] = d['a'] + d['b']\n  return d['a'], d['b']\n");
    return rows;
}

} // namespace strata::test
