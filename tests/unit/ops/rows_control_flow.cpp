#include "support/parity_rows.h"

namespace strata::test {

namespace {

/// float32[4,5] whose elements are all the same.
ParityTensor full(double value)
{
    return exactly(DType::Float32, {4, 5}, std::vector<double>(20, value));
}

ParityTensor count(double value)
{
    return exactly(DType::Int64, {}, {value});
}

} // namespace

// Branches and loops that depend on data: one file for all inputs.
ParityRows control_flow_rows()
{
    ParityRows rows;
    // A branch: both signs of the sum.
    const auto branch = [&rows](std::string name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x):\n" + body)
            .input(full(0.5))
            .also({full(-0.25)})
            .also({full(3.0)})
            .also({f32({4, 5})})
            .dynamic()
            .unknown();
    };
    branch("if with a result each",
           "  if bool(x.sum() > 0):\n    y = x * 2\n  else:\n    y = x.tanh()\n  return y + 1\n");
    branch("if without else", "  y = x + 1\n  if bool(x.sum() > 0):\n    y = y * 3\n  return y\n");
    branch("two results, one untouched",
           "  a = x + 1\n  b = x - 1\n  if bool(x.mean() > 0):\n    a = b * 2\n  return a, b\n");
    branch("elif chain", "  s = x.sum()\n  if bool(s > 20):\n    y = x * 2\n  elif bool(s > 0):\n"
                         "    y = x * 3\n  else:\n    y = -x\n  return y\n");
    branch("nested ifs",
           "  y = x\n  if bool(x.sum() > 0):\n    if bool(x.max() > 1):\n      y = x * "
           "2\n    else:\n      y = x * 3\n    y = y + 1\n  return y * x\n");
    branch("early return", "  if bool(x.sum() > 0):\n    return x * 2\n  y = x + 1\n  if "
                           "bool(y.sum() > 19):\n    return y * 3\n  return y.neg()\n");
    branch("ints that differ",
           "  n = 2\n  if bool(x.sum() > 0):\n    n = 3\n  return x * n, x + float(n)\n");
    branch("floats and bools that differ",
           "  f = 0.5\n  b = False\n  if bool(x.sum() > 0):\n    f = 2.5\n    b = True\n  if b:\n "
           "   x = x + 1\n  return x * f\n");
    branch("a tuple of results",
           "  if bool(x.sum() > 0):\n    t = (x, x * 2)\n  else:\n    t = (x + "
           "1, x)\n  return t[0] - t[1], t[1]\n");
    branch("a list of results",
           "  if bool(x.sum() > 0):\n    t = [x, x * 2]\n  else:\n    t = [x + "
           "1, x]\n  return torch.stack(t), t[0]\n");
    branch("lists of other lengths", "  t = [x]\n  if bool(x.sum() > 0):\n    t.append(x * 2)\n  "
                                     "return torch.stack(t), torch.cat(t, 1), len(t) * x\n");
    branch("a dict that a branch fills",
           "  d = {'a': x, 'b': x * 2}\n  if bool(x.sum() > 0):\n    d['a'] = x + 5\n  return "
           "d['a'] - d['b'], d['b']\n");
    branch("a write in place in a branch",
           "  y = x * 1\n  v = y[0]\n  if bool(x.sum() > 0):\n    y.add_(1)\n  return y, v\n");
    branch("a write through a view in a branch",
           "  y = x * 1\n  if bool(x.sum() > 0):\n    y[1:3].mul_(2)\n  else:\n    y[:, 0] = 7.0\n "
           " return y\n")
        .with_unknown = false;
    branch("an assignment in place", "  y = x * 1\n  z = y\n  if bool(x.sum() > 0):\n    y += 1\n  "
                                     "return y, z\n");
    branch(
        "an optional tensor",
        "  o: Optional[Tensor] = None\n  if bool(x.sum() > 0):\n    o = x * 2\n  y = x + 1\n  if "
        "o is not None:\n    y = y + o\n  return y\n");
    branch("ranks that differ", "  if bool(x.sum() > 0):\n    y = x.sum(0)\n  else:\n    y = x\n  "
                                "return torch.reshape(y.exp(), [-1])\n");
    branch("an assertion", "  assert bool(x.sum() < 1000), 'too large'\n  return x * 2\n");
    branch("a raise in one branch",
           "  if bool(x.sum() < 1000):\n    y = x + 1\n  else:\n    assert False, 'no'\n  "
           "return y\n");
    branch("a raise nested in a branch",
           "  y = x\n  if bool(x.sum() > 0):\n    if bool(x.max() > 100):\n      assert "
           "False, 'no'\n    y = x * 2\n  return y\n");
    branch(
        "a condition of python numbers",
        "  n = int(x.sum())\n  if n > 3 and n < 30 or n == -5:\n    y = x * n\n  else:\n    y = x "
        "- n\n  return y, torch.tensor(n)\n");
    branch("a ternary", "  y = x * 2 if bool((x > 0).any()) else x * 3\n  return y\n");
    branch("a number in a list of numbers",
           "  n = int(x.sum())\n  if n in [10, 60]:\n    x = x + 100\n  return x\n");
    branch("parameters in branches", "  if bool(x.sum() > 0):\n    y = torch.matmul(x, self.w)\n  "
                                     "else:\n    y = torch.matmul(x, self.v)\n  return y\n")
        .parameter("w", f32({5, 3}))
        .parameter("v", f32({5, 3}));
    rows.emplace_back("a buffer that a branch writes",
                      "def forward(self, x):\n  if bool(x.sum() > 0):\n    self.b.add_(1.0)\n  "
                      "return x + self.b * 0 + self.b\n")
        .input(full(0.5))
        .parameter("b", f32({5}));
    rows.emplace_back(
            "a buffer that a loop writes",
            "def forward(self, x, n):\n  for i in range(int(n)):\n    self.b.add_(x[0])\n "
            "   self.b.mul_(0.5)\n  return x + self.b\n")
        .input(f32({4, 5}))
        .input(count(4))
        .parameter("b", f32({5}));
    branch("dtypes that differ",
           "  if bool(x.sum() > 0):\n    y = x\n  else:\n    y = x.to(4)\n  return y * 2\n")
        .refuses("depending on data");
    branch("a shape decides",
           "  n = x.size(0)\n  if n > 3:\n    y = x[:3]\n  else:\n    y = x\n  return y * 2\n")
        .also({f32({2, 5})});

    // A loop: the trip count is an input.
    const auto loop = [&rows](std::string name, const std::string& body) -> ParityRow& {
        return rows.emplace_back(std::move(name), "def forward(self, x, n):\n" + body)
            .input(f32({4, 5}))
            .input(count(3))
            .also({f32({4, 5}), count(0)})
            .also({f32({4, 5}), count(1)})
            .also({f32({4, 5}), count(7)})
            .dynamic()
            .unknown();
    };
    loop("for with a count", "  for i in range(int(n)):\n    x = x * 0.5 + i\n  return x\n");
    loop("for with bounds and a step",
         "  y = x\n  for i in range(1, int(n) * 2, 2):\n    y = y + i * x\n  return y\n");
    loop("for downwards",
         "  y = x\n  for i in range(int(n), 0, -1):\n    y = y * 0.5 + i\n  return y\n");
    loop("while with an int", "  i = 0\n  while i < int(n):\n    x = x.cos() + i\n    i += 1\n  "
                              "return x, torch.tensor(i)\n");
    loop("while with a tensor",
         "  i = torch.zeros([], dtype=4)\n  while bool(i < n):\n    x = x.sin() + i\n    i "
         "= i + 1\n  return x, i\n");
    loop("break",
         "  for i in range(int(n)):\n    x = x + 1\n    if bool(x.mean() > 2):\n      break\n"
         "    x = x * 1.5\n  return x\n");
    loop("continue",
         "  for i in range(int(n)):\n    if i % 2 == 0:\n      continue\n    x = x + i\n  "
         "return x\n");
    loop("return in a loop",
         "  for i in range(int(n)):\n    x = x * 2\n    if bool(x.abs().max() > "
         "5):\n      return x - i\n  return x + 1\n");
    loop("nested loops",
         "  y = x\n  for i in range(int(n)):\n    for j in range(i):\n      y = y + "
         "x * j\n    y = y * 0.9\n  return y\n");
    loop("nested loop with break",
         "  y = x\n  for i in range(int(n)):\n    for j in range(5):\n      y = y + 0.1\n      if "
         "bool(y.sum() > i * 3):\n        break\n  return y\n");
    loop("if in a loop", "  y = x\n  for i in range(int(n)):\n    if i > 1:\n      y = y + x\n    "
                         "else:\n      y = y * 2\n  return y\n");
    loop("a list that is stacked",
         "  out = [x]\n  for i in range(int(n)):\n    x = x * 0.5 + i\n    "
         "out.append(x)\n  return torch.stack(out), torch.stack(out, 1)\n");
    loop("a list that is joined", "  out = [x]\n  for i in range(int(n)):\n    x = x + i\n    "
                                  "out.append(x)\n  return torch.cat(out), torch.cat(out, 1)\n");
    loop("a list of growing tensors",
         "  out = [x]\n  y = x\n  for i in range(int(n)):\n    y = torch.cat([y, x])\n    "
         "out.append(y)\n  return torch.cat(out), out[-1], len(out) * x\n");
    loop("a list appended in a branch",
         "  out = [x]\n  for i in range(int(n)):\n    if i % 2 == 1:\n      out.append(x * i)\n  "
         "return torch.stack(out)\n");
    loop("a list that the loop reads", "  out = [x, x + 1]\n  for i in range(int(n)):\n    "
                                       "out.append(out[-1] + out[-2])\n  return "
                                       "torch.stack(out), out[2 - 1]\n");
    loop("a list of ints", "  sizes = [1]\n  for i in range(int(n)):\n    sizes.append(i * i)\n  "
                           "return torch.tensor(sizes), x * len(sizes), x + sizes[-1]\n");
    loop("a list of lists' items written",
         "  out = [x, x * 2, x * 3]\n  for i in range(int(n)):\n    out[i % 3] = out[i % 3] + 1\n  "
         "return torch.stack(out)\n");
    loop("a list iterated later",
         "  out = [x]\n  for i in range(int(n)):\n    out.append(x * i)\n  s = x * 0\n  for t in "
         "out:\n    s = s + t.tanh()\n  return s\n");
    loop("a list built in nested loops",
         "  out = [x]\n  for i in range(int(n)):\n    for j in range(2):\n      out.append(x + i * "
         "j)\n  return torch.stack(out)\n");
    loop("a list that grows before and after", "  out = [x]\n  for i in range(int(n)):\n    "
                                               "out.append(x * i)\n  out.append(x + 1)\n  return "
                                               "torch.stack(out, 1), out[0], out[-1] * len(out)\n");
    loop("list addition",
         "  out = [x]\n  for i in range(int(n)):\n    out = out + [x * i]\n  return "
         "torch.stack(out)\n");
    loop("a dict updated in a loop",
         "  d = {'h': x, 'c': x * 0, 'k': x + 1}\n  for i in range(int(n)):\n    d['h'] = d['h'] * "
         "0.5 + d['k']\n    d['c'] = d['c'] + d['h']\n  return d['h'], d['c'], d['k']\n");
    loop("a tuple carried",
         "  t = (x, x * 2)\n  for i in range(int(n)):\n    t = (t[1], t[0] + i)\n  "
         "return t[0], t[1]\n");
    loop("an optional state",
         "  h: Optional[Tensor] = None\n  for i in range(int(n)):\n    if h is "
         "None:\n      h = x * 2\n    else:\n      h = h * 0.5 + x\n  if h is "
         "None:\n    return x\n  return h + 1\n");
    loop("a sum in place",
         "  s = torch.zeros_like(x)\n  for i in range(int(n)):\n    s += x * i\n  "
         "return s\n");
    loop("rows written in a loop",
         "  y = torch.zeros([8, 5])\n  for i in range(int(n)):\n    y[i] = x[0] * i\n  return y\n")
        .with_unknown = false;
    loop(
        "slices written in a loop",
        "  y = torch.zeros([4, 8])\n  for i in range(int(n)):\n    y[:, i:i + 2] = x[:, :2] + i\n  "
        "return y[:, :7]\n")
        .with_unknown = false;
    loop("a row accumulated in place",
         "  y = x * 1\n  for i in range(int(n)):\n    y[i % 4].add_(i)\n    y[:, 0].mul_(2)\n  "
         "return y\n")
        .with_unknown = false;
    loop("pieces written in a loop",
         "  y = x * 1\n  p = torch.chunk(y, 2, 1)\n  for i in range(int(n)):\n    p[1].mul_(1.5)\n"
         "    y[i % 4] = y[i % 4] + p[0].sum()\n  return y, p[1]\n")
        .with_unknown = false;
    loop("a base in pieces and a diagonal in a loop",
         "  y = x * 1\n  for i in range(int(n)):\n    a, b = torch.chunk(y, 2, 0)\n    a.add_(b)\n"
         "    torch.diagonal(y).mul_(i + 1)\n  return y\n")
        .with_unknown = false;
    loop("a base and its view",
         "  y = x * 1\n  v = y[1]\n  for i in range(int(n)):\n    v += 1\n  return y, v\n")
        .with_unknown = false;
    loop(
        "a shape that grows",
        "  y = x\n  for i in range(int(n)):\n    y = torch.cat([y, x], 1)\n  return y, y.sum(1)\n");
    loop("recursive halving", "  y = torch.cat([x, x, x], 0)\n  while y.size(0) > int(n):\n    h = "
                              "y.size(0) // 2\n    y = y[:h] + y[h:2 * h]\n    if h == 0:\n      "
                              "break\n  return y.sum(0)\n");
    loop("floats and bools go round", "  s = 1.0\n  odd = False\n  for i in range(int(n)):\n    s "
                                      "= s * 0.5\n    odd = not odd\n  "
                                      "if odd:\n    x = x + 1\n  return x * s\n");
    loop("min and max of ints",
         "  lo = 100\n  hi = 0\n  for i in range(int(n)):\n    k = (i * 7) % "
         "5\n    lo = min(lo, k)\n    hi = max(hi, k)\n  return x * hi + lo\n");
    loop("a size from data", "  y = torch.zeros([int(n), 3]) + 1\n  return y.sum() + x, y\n");
    loop("a range of data", "  y = torch.arange(int(n)) * 2\n  return y, x.sum()\n");
    loop("greedy decoding",
         "  token = torch.zeros([4], dtype=4)\n  tokens = [token]\n  h = x\n  for i in "
         "range(int(n)):\n    e = torch.embedding(self.w, token)\n    h = torch.tanh(h + e)\n    "
         "token = h.argmax(1)\n    tokens.append(token)\n  return torch.stack(tokens, 1), h\n")
        .parameter("w", f32({6, 5}));
    loop("a loop of many known iterations",
         "  for i in range(500):\n    x = x * 0.99 + 0.001 * i\n  return x + n\n");
    loop("a while that ends by data only",
         "  i = 0\n  while True:\n    x = x * 1.3\n    i += 1\n    if i > int(n):\n      break\n  "
         "return x\n");
    loop("a loop in a branch",
         "  if bool(x.sum() > -100):\n    for i in range(int(n)):\n      x = x "
         "+ i\n  else:\n    x = x * 2\n  return x\n");
    loop("items of a tensor",
         "  s = x[0] * 0\n  for i in range(x.size(0)):\n    s = s + x[i] * i\n  "
         "return s + n\n")
        .also({f32({6, 5}), count(2)});
    loop("time steps",
         "  h = x[:, 0] * 0\n  out: List[Tensor] = []\n  for t in range(x.size(1)):\n   "
         " h = torch.tanh(x[:, t] + h)\n    out.append(h)\n  return torch.stack(out, "
         "1), h + n\n")
        .also({f32({4, 9}), count(2)})
        .also({f32({2, 1}), count(2)});
    return rows;
}

} // namespace strata::test
