// Dynamic axes: one exported file, PyTorch's numbers at three sizes.
#include "support/round_trip.h"

#include "ir/tensor_statistics.h"

#include <QtTest>

using namespace strata;
using test::RoundTrip;

namespace {

Tensor weight(std::vector<std::int64_t> shape)
{
    // Small, not symmetric, and different in every element.
    std::int64_t count = 1;
    for (const std::int64_t dim : shape)
        count *= dim;
    std::vector<std::byte> bytes(static_cast<std::size_t>(count) * sizeof(float));
    for (std::int64_t i = 0; i < count; ++i) {
        const float value = 0.01F * static_cast<float>((i * 37) % 101) - 0.4F;
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(float), &value,
                    sizeof(float));
    }
    return Tensor::from_bytes(DType::Float32, std::move(shape), std::move(bytes));
}

struct Case {
    const char* name;
    const char* body; ///< after "def forward(self, ...)"
    const char* signature;
    std::vector<std::string> inputs;  ///< with "N" and "M" in place of sizes
    std::vector<std::string> dynamic; ///< x:0=n
    std::vector<std::pair<std::string, Tensor>> parameters{};
};

std::string sized(std::string text, std::int64_t n, std::int64_t m)
{
    const auto put = [&](char letter, std::int64_t value) {
        for (std::size_t at = text.find(letter); at != std::string::npos; at = text.find(letter))
            text.replace(at, 1, std::to_string(value));
    };
    put('N', n);
    put('M', m);
    return text;
}

std::vector<Case> cases()
{
    const std::vector<std::string> rows{"x:float32[N,6]"};
    const std::vector<std::string> by_row{"x:0=n"};
    const std::vector<std::string> grid{"x:float32[N,M,6]"};
    const std::vector<std::string> by_both{"x:0=n", "x:1=m"};
    const std::vector<std::string> image{"x:float32[2,3,N,M]"};
    const std::vector<std::string> by_side{"x:2=h", "x:3=w"};
    return {
        {"view -1", "return x.view(-1, 3)", "x", rows, by_row},
        {"view by size", "return x.view(x.size(0), 2, 3)", "x", rows, by_row},
        {"size arithmetic", "return x.reshape(x.size(0) * 2, x.size(1) // 2)", "x", rows, by_row},
        {"product of sizes", "return x.reshape(x.size(0) * x.size(1), 6)", "x", grid, by_both},
        {"flatten", "return x.flatten(0, 1), x.flatten()", "x", grid, by_both},
        {"expand",
         "return self.w.expand(x.size(0), -1) + x",
         "x",
         rows,
         by_row,
         {{"w", weight({1, 6})}}},
        {"expand_as", "return self.w.expand_as(x) * 2", "x", rows, by_row, {{"w", weight({1, 6})}}},
        {"repeat", "return x.repeat(2, x.size(0))", "x", rows, by_row},
        {"cat", "return torch.cat([x, x.flip(0), x], 0)", "x", rows, by_row},
        {"affine_grid of an open batch",
         "return torch.affine_grid_generator(x[:, :2, :3], [x.size(0), 2, 5, 4], False)",
         "x",
         {"x:float32[N,3,6]"},
         {"x:0=n"}},
        {"antialiased resize",
         "return torch._upsample_bilinear2d_aa(x, [3, 4], False), "
         "torch._upsample_bicubic2d_aa(x, [5, 7], True)",
         "x",
         {"x:float32[N,M,8,9]"},
         by_both},
        {"stack", "return torch.stack([x, x * 2], 1)", "x", rows, by_row},
        {"slice", "return x[1:], x[:-1], x[::2], x[-2:]", "x", rows, by_row},
        {"slice by size", "return x[:x.size(0) // 2], x[x.size(0) - 2:]", "x", rows, by_row},
        {"arange", "return torch.arange(x.size(0)), torch.arange(1, 2 * x.size(0), 3)", "x", rows,
         by_row},
        {"order reversed by a range",
         "return x.index_select(0, torch.arange(x.size(0) - 1, -1, -1)), "
         "torch.arange(3 * x.size(0), 1, -2)",
         "x", rows, by_row},
        {"arange as values", "return x + torch.arange(x.size(0)).unsqueeze(1)", "x", rows, by_row},
        {"eye", "return torch.eye(x.size(0)) @ x", "x", rows, by_row},
        {"full", "return torch.full([x.size(0), 2], 3.5), torch.zeros(x.size(0), x.size(1))", "x",
         rows, by_row},
        {"ones_like", "return torch.ones_like(x) + torch.zeros_like(x)", "x", rows, by_row},
        {"new_zeros", "return x.new_zeros(x.size(0), 3), x.new_full([x.size(0)], 2.0)", "x", rows,
         by_row},
        {"tril", "return torch.tril(x @ x.t()), torch.triu(x @ x.t(), 1)", "x", rows, by_row},
        {"causal mask",
         "n = x.size(0)\n    mask = torch.ones(n, n).tril() == 0\n"
         "    return (x @ x.t()).masked_fill(mask, -1e9).softmax(-1)",
         "x", rows, by_row},
        {"mean over dynamic", "return x.mean(0), x.sum(0), x.var(0), x.std(0)", "x", rows, by_row},
        {"divide by size", "return x.sum(0) / x.size(0), x * (1.0 / x.size(0))", "x", rows, by_row},
        {"numel", "return x / x.numel()", "x", rows, by_row},
        {"max", "v, i = x.max(0)\n    return v, i, x.argmax(0)", "x", rows, by_row},
        {"sort", "v, i = x.sort(0)\n    return v, i", "x", rows, by_row},
        {"cumsum", "return x.cumsum(0)", "x", rows, by_row},
        {"topk", "v, i = x.topk(2, 0)\n    return v, i", "x", rows, by_row},
        {"topk by size", "return x.topk(x.size(0) - 1, 0)[0]", "x", rows, by_row},
        {"chunk", "a, b = x.chunk(2, 1)\n    return a, b", "x", rows, by_row},
        {"transpose", "return x.transpose(0, 1).contiguous().view(6, -1)", "x", rows, by_row},
        {"permute and view", "return x.permute(1, 0, 2).reshape(x.size(1), -1)", "x", grid,
         by_both},
        {"unsqueeze", "return x.unsqueeze(0) - x.unsqueeze(1)", "x", rows, by_row},
        {"cdist", "return torch.cdist(x, x)", "x", rows, by_row},
        {"gather", "return x.gather(0, x.argsort(0))", "x", rows, by_row},
        {"roll", "return x.roll(1, 0)", "x", rows, by_row},
        {"pad", "return torch.constant_pad_nd(x, [1, 2, 0, 3], 0.5)", "x", rows, by_row},
        {"pad reflect", "return torch.reflection_pad2d(x, [2, 1, 1, 2])", "x", image, by_side},
        {"conv",
         "return torch.conv2d(x, self.w, None, 1, 1)",
         "x",
         image,
         by_side,
         {{"w", weight({4, 3, 3, 3})}}},
        {"conv transpose",
         "return torch.conv_transpose2d(x, self.w, None, 2)",
         "x",
         image,
         by_side,
         {{"w", weight({3, 2, 2, 2})}}},
        {"pooling", "return torch.avg_pool2d(x, 2), torch.max_pool2d(x, 2, 1)", "x", image,
         by_side},
        {"global pooling", "return torch.adaptive_avg_pool2d(x, [1, 1]).flatten(1)", "x", image,
         by_side},
        {"global max pooling", "return torch.adaptive_max_pool2d(x, [1, 1])[0]", "x", image,
         by_side},
        {"upsample by scale", "return torch.upsample_nearest2d(x, None, [2.0, 2.0])", "x", image,
         by_side},
        {"upsample bilinear", "return torch.upsample_bilinear2d(x, None, False, [2.0, 2.0])", "x",
         image, by_side},
        {"upsample to a size", "return torch.upsample_bilinear2d(x, [9, 7], False)", "x", image,
         by_side},
        {"upsample to another's size",
         "return torch.upsample_nearest2d(y, [x.size(2), x.size(3)])",
         "x, y",
         {"x:float32[2,3,N,M]", "y:float32[1,3,2,2]"},
         by_side},
        {"upsample by size arithmetic",
         "return torch.upsample_nearest2d(x, [x.size(2) * 2, x.size(3) + 1])", "x", image, by_side},
        {"pixel shuffle", "return torch.pixel_shuffle(torch.cat([x, x, x, x], 1), 2)", "x", image,
         by_side},
        {"instance norm",
         "return torch.instance_norm(x, None, None, None, None, True, 0.1, 1e-5, False)", "x",
         image, by_side},
        {"group norm", "return torch.group_norm(x, 3)", "x", image, by_side},
        {"layer norm",
         "return torch.layer_norm(x, [6], self.w)",
         "x",
         grid,
         by_both,
         {{"w", weight({6})}}},
        {"linear", "return torch.linear(x, self.w)", "x", grid, by_both, {{"w", weight({4, 6})}}},
        {"bmm", "return torch.bmm(x, x.transpose(1, 2))", "x", grid, by_both},
        {"einsum", "return torch.einsum('bik,bjk->bij', x, x)", "x", grid, by_both},
        {"attention heads",
         "b, t, c = x.size()\n    q = x.view(b, t, 2, c // 2).transpose(1, 2)\n"
         "    a = (q @ q.transpose(-2, -1)) * (1.0 / 1.7)\n    a = a.softmax(-1)\n"
         "    return (a @ q).transpose(1, 2).contiguous().view(b, t, c)",
         "x", grid, by_both},
        {"embedding and positions",
         "t = ids.size(1)\n    return self.w[ids] + self.p[:t].unsqueeze(0)",
         "ids",
         {"ids:int64[N,M]"},
         {"ids:0=n", "ids:1=m"},
         {{"w", weight({5, 4})}, {"p", weight({16, 4})}}},
        {"lstm batch",
         "y, h, c = torch.lstm(x, [torch.zeros(1, x.size(0), 2), torch.zeros(1, x.size(0), 2)], "
         "[self.a, self.b, self.c, self.d], True, 1, 0.0, False, False, True)\n"
         "    return y, h, c",
         "x",
         grid,
         by_both,
         {{"a", weight({8, 6})}, {"b", weight({8, 2})}, {"c", weight({8})}, {"d", weight({8})}}},
        {"gru batch",
         "y, h = torch.gru(x, torch.zeros(1, x.size(0), 2), [self.a, self.b, self.c, self.d], "
         "True, 1, 0.0, False, False, True)\n    return y, h",
         "x",
         grid,
         by_both,
         {{"a", weight({6, 6})}, {"b", weight({6, 2})}, {"c", weight({6})}, {"d", weight({6})}}},
        {"boolean mask", "return x[x > 0.1]", "x", rows, by_row},
        {"masked rows", "return x[x.sum(1) > 0]", "x", rows, by_row},
        {"masked_select", "return torch.masked_select(x, x > 0)", "x", rows, by_row},
        {"nonzero", "return torch.nonzero(x > 0)", "x", rows, by_row},
        {"where", "return torch.where(x > 0, x, x * 0.1)", "x", rows, by_row},
        {"unique", "return torch._unique2((x * 3).long(), True, False, False)[0]", "x", rows,
         by_row},
        {"index by argsort", "return x[x[:, 0].argsort()]", "x", rows, by_row},
        {"index_add",
         "return torch.zeros(x.size(0), 6).index_add(0, i, x)",
         "x, i",
         {"x:float32[N,6]", "i:int64[N]"},
         {"x:0=n", "i:0=n"}},
        {"two symbols",
         "return x @ y",
         "x, y",
         {"x:float32[N,6]", "y:float32[6,M]"},
         {"x:0=n", "y:1=m"}},
        {"shared symbol",
         "return x + y, torch.cat([x, y], 1)",
         "x, y",
         {"x:float32[N,6]", "y:float32[N,6]"},
         {"x:0=n", "y:0=n"}},
        {"derived size",
         "return torch.cat([x, y], 0).view(-1, 3)",
         "x, y",
         {"x:float32[N,6]", "y:float32[M,6]"},
         {"x:0=n", "y:0=m"}},
        {"meshgrid",
         "a, b = torch.meshgrid([torch.arange(x.size(0)), torch.arange(x.size(1))])\n"
         "    return a + b",
         "x", rows, by_row},
        {"size as output", "return x.size(0), x.size(0) * 2 + 1", "x", rows, by_row},
        {"zeros of a shape", "return torch.zeros(x.shape) + 1", "x", rows, by_row},
        {"one_hot",
         "return torch.one_hot(ids, 5)",
         "ids",
         {"ids:int64[N,M]"},
         {"ids:0=n", "ids:1=m"}},
        {"outer", "return torch.outer(x[:, 0], x[:, 1])", "x", rows, by_row},
        {"split and cat", "a, b, c = x.split(2, 1)\n    return torch.cat([c, a], 1)", "x", rows,
         by_row},
        {"squeeze", "return x.mean(1, True).squeeze(1)", "x", rows, by_row},
        {"shape comparison", "y = x\n    if x.size(1) > 3:\n        y = y * 2\n    return y", "x",
         rows, by_row},
        {"broadcast_to", "return torch.broadcast_to(x[:1], x.shape)", "x", rows, by_row},
        {"repeat_interleave", "return x.repeat_interleave(2, 0)", "x", rows, by_row},
        {"tile", "return torch.tile(x, [x.size(0), 1])", "x", rows, by_row},
        {"log_softmax", "return x.log_softmax(0)", "x", rows, by_row},
        {"unfold of windows", "return x.unfold(0, 2, 1), x.unfold(0, 3, 2)", "x", rows, by_row},
        {"im2col", "return torch.im2col(x, [3, 2], [1, 2], [1, 1], [2, 1])", "x", image, by_side},
        {"diagonal", "return x.diagonal(), x.diagonal(2), x.diagonal(-1), torch.trace(x)", "x",
         rows, by_row},
        {"diagonal of matrices", "return x.diagonal(1, 2, 3)", "x", image, by_side},
        {"scatter_add",
         "return torch.zeros(x.size(0), 6).scatter_add(0, i, x)",
         "x, i",
         {"x:float32[N,6]", "i:int64[N,6]"},
         {"x:0=n", "i:0=n"}},
        {"scatter_reduce",
         "return torch.ones(x.size(0), 6).scatter_reduce(0, i, x, 'amax')",
         "x, i",
         {"x:float32[N,6]", "i:int64[N,6]"},
         {"x:0=n", "i:0=n"}},
        {"linspace", "return torch.linspace(-1, x.size(0), x.size(0)), torch.linspace(0, 2.5, 1)",
         "x", rows, by_row},
        {"pad by size arithmetic",
         "return torch.pad(x, [1, x.size(0) % 3, 2 - x.size(0), 4]), "
         "torch.constant_pad_nd(x, [0, x.size(0)], 0.5)",
         "x", rows, by_row},
        // Small models.
        {"model: attention with a padding mask",
         "b, t = ids.size()\n"
         "    x = self.e[ids] + self.p[:t].unsqueeze(0)\n"
         "    q, k, v = torch.linear(torch.layer_norm(x, [4]), self.q).chunk(3, -1)\n"
         "    q = q.view(b, t, 2, 2).transpose(1, 2)\n"
         "    k = k.view(b, t, 2, 2).transpose(1, 2)\n"
         "    v = v.view(b, t, 2, 2).transpose(1, 2)\n"
         "    causal = torch.full([t, t], float('-inf')).triu(1)\n"
         "    a = (q @ k.transpose(-1, -2)) * 0.7 + causal\n"
         "    a = a.masked_fill(mask[:, None, None, :] == 7, -1e9).softmax(-1)\n"
         "    x = x + (a @ v).transpose(1, 2).reshape(b, t, 4)\n"
         "    w = (mask != 7).unsqueeze(-1).float()\n"
         "    return (x * w).sum(1) / w.sum(1).clamp(min=1), a",
         "ids, mask",
         {"ids:int64[N,M]", "mask:int64[N,M]"},
         {"ids:0=n", "ids:1=m", "mask:0=n", "mask:1=m"},
         {{"e", weight({5, 4})}, {"p", weight({16, 4})}, {"q", weight({12, 4})}}},
        {"model: segmentation",
         "h, w = x.size(2), x.size(3)\n"
         "    a = torch.conv2d(x, self.a, None, 2, 1).relu()\n"
         "    b = torch.conv2d(a, self.b, None, 2, 1).relu()\n"
         "    u = torch.upsample_bilinear2d(b, [a.size(2), a.size(3)], False)\n"
         "    y = torch.conv2d(torch.cat([a, u], 1), self.c)\n"
         "    y = torch.upsample_nearest2d(y, [h, w])\n"
         "    return y, torch.adaptive_avg_pool2d(b, [2, 3]).flatten(1), "
         "torch.adaptive_avg_pool2d(x, [3, 1]), torch.adaptive_max_pool2d(a, [1, 1])[0]",
         "x",
         {"x:float32[N,3,M,6]"},
         {"x:0=n", "x:2=h", "x:3=w"},
         {{"a", weight({4, 3, 3, 3})}, {"b", weight({5, 4, 3, 3})}, {"c", weight({2, 9, 1, 1})}}},
        {"model: graph with masked edges",
         "e = edges[:, keep > 0]\n"
         "    h = torch.linear(x, self.w)\n"
         "    out = torch.zeros(x.size(0), 4).index_add(0, e[1], h[e[0]])\n"
         "    degree = torch.bincount(e[1], minlength=x.size(0)).clamp(min=1).unsqueeze(1)\n"
         "    y = out / degree\n"
         "    return y, y[y[:, 0] > 0], e.size(1)",
         "x, edges, keep",
         {"x:float32[N,6]", "edges:int64[2,M]", "keep:float32[M]"},
         {"x:0=n", "edges:1=m", "keep:0=m"},
         {{"w", weight({4, 6})}}},
        {"model: LSTM over time, both ways",
         "s = torch.zeros(2, x.size(0), 2)\n"
         "    y, h, c = torch.lstm(x, [s, s], [self.a, self.b, self.c, self.d], False, 1, 0.0, "
         "False, True, True)\n"
         "    last = y[:, -1]\n"
         "    return y.flip(1)[:, :1], h[-1], torch.linear(last, self.e)",
         "x",
         grid,
         by_both,
         {{"a", weight({8, 6})},
          {"b", weight({8, 2})},
          {"c", weight({8, 6})},
          {"d", weight({8, 2})},
          {"e", weight({3, 4})}}},
        {"model: matrices made from sizes",
         "n, m = x.size(0), x.size(1)\n"
         "    i = torch.eye(n) * 2\n"
         "    lower = torch.ones(n, n).tril() > 0\n"
         "    return i @ x + torch.arange(m) * 1.0, torch.full([n, m], 1.5) * x, "
         "torch.linspace(0, 1, n).unsqueeze(1) * x, x[torch.arange(n - 1, -1, -1)], "
         "torch.where(lower, i, torch.zeros_like(i)), x.reshape(n * m // 2, 2), x.view(m, n)",
         "x",
         {"x:float32[N,6]"},
         by_row},
        {"model: unique and nonzero",
         "u, inverse, counts = torch._unique2(ids, True, True, True)\n"
         "    return u, inverse, counts, torch.nonzero(x > 0.2), x[x > 0.2], x[ids % x.size(0)], "
         "torch.nonzero(ids > 0).squeeze(1).numel()",
         "ids, x",
         {"ids:int64[M]", "x:float32[N,6]"},
         {"ids:0=m", "x:0=n"}},
        {"model: windows with padding",
         "b, h, w, c = x.size()\n"
         "    ph = (4 - h % 4) % 4\n"
         "    pw = (4 - w % 4) % 4\n"
         "    y = torch.constant_pad_nd(x, [0, 0, 0, pw, 0, ph])\n"
         "    hp = h + ph\n"
         "    wp = w + pw\n"
         "    s = y.view(b, hp // 4, 4, wp // 4, 4, c).permute(0, 1, 3, 2, 4, 5)"
         ".reshape(-1, 16, c)\n"
         "    a = (s @ s.transpose(1, 2)).softmax(-1) @ s\n"
         "    y = a.view(b, hp // 4, wp // 4, 4, 4, c).permute(0, 1, 3, 2, 4, 5)"
         ".reshape(b, hp, wp, c)\n"
         "    return torch.roll(y, [-2, -2], [1, 2])[:, :h, :w]",
         "x",
         {"x:float32[2,N,M,6]"},
         {"x:1=h", "x:2=w"}},
        {"pad reflect by size", "return torch.pad(x, [1, x.size(3) // 2, 0, 1], 'reflect')", "x",
         image, by_side},
    };
}

} // namespace

class TestDynamicShapes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void three_sizes_data();
    void three_sizes();
    void names_are_in_the_file();
    void wrong_axes_are_told_data();
    void wrong_axes_are_told();
};

void TestDynamicShapes::three_sizes_data()
{
    QTest::addColumn<int>("index");
    int index = 0;
    for (const Case& one : cases())
        QTest::newRow(one.name) << index++;
}

void TestDynamicShapes::three_sizes()
{
    QFETCH(int, index);
    const Case one = cases().at(static_cast<std::size_t>(index));
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(),
                   std::string("def forward(self, ") + one.signature + "):\n    " + one.body + "\n",
                   one.parameters};
    for (const std::string& input : one.inputs)
        trip.input(sized(input, 4, 3));
    for (const std::string& axis : one.dynamic)
        trip.dynamic(axis);
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    for (const UnsupportedOperator& op : (*done)->unsupported)
        QFAIL((op.op + ": " + op.reason).c_str());
    QCOMPARE((*done)->strategy, std::string("fx"));
    const OnnxModel& model = *(*done)->model;
    bool symbolic = false;
    for (const ValueId input : model.graphs[OnnxModel::main_graph].inputs)
        for (const Dim& dim : model.values[input].shape)
            symbolic = symbolic || !dim.known();
    QVERIFY(symbolic);
    const std::vector<std::pair<std::int64_t, std::int64_t>> sizes{{4, 3}, {7, 5}, {3, 8}};
    for (const auto& [n, m] : sizes) {
        std::vector<std::string> inputs;
        for (const std::string& input : one.inputs)
            inputs.push_back(sized(input, n, m));
        const std::string wrong = trip.compare_at(inputs);
        QVERIFY2(wrong.empty(), fmt::format("at {} and {}: {}", n, m, wrong).c_str());
    }
}

// Symbols reach the outputs, and no size of the example stays behind in a constant shape.
void TestDynamicShapes::names_are_in_the_file()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(),
                   "def forward(self, x):\n"
                   "    b, t, c = x.size()\n"
                   "    q = x.view(b, t, 2, c // 2).transpose(1, 2)\n"
                   "    a = (q @ q.transpose(-1, -2)).softmax(-1)\n"
                   "    return (a @ q).transpose(1, 2).reshape(b, t, c), a, x.reshape(b * t, c)\n"};
    // Primes that nothing else in the model is a multiple of.
    trip.input("x:float32[13,29,6]").dynamic("x:0=batch").dynamic("x:1=time");
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    const OnnxModel& model = *(*done)->model;
    const auto dims = [&](ValueId id) {
        QStringList texts;
        for (const Dim& dim : model.values[id].shape)
            texts << (dim.known() ? QString::number(dim.value)
                                  : QString::fromStdString(std::string(model.text(dim.symbol))));
        return texts.join(QLatin1Char(','));
    };
    const OnnxGraph& main = model.graphs[OnnxModel::main_graph];
    QCOMPARE(dims(main.inputs[0]), QStringLiteral("batch,time,6"));
    QCOMPARE(dims(main.outputs[0]), QStringLiteral("batch,time,6"));
    QCOMPARE(dims(main.outputs[1]), QStringLiteral("batch,2,time,time"));
    QVERIFY(dims(main.outputs[2]) == QLatin1String("batch*time,6"));
    TaskContext task;
    for (const Initializer& initializer : model.initializers) {
        if (initializer.tensor.dtype != DType::Int64 || initializer.tensor.shape.size() > 1)
            continue;
        const auto statistics = tensor_statistics(initializer.tensor, task);
        QVERIFY(statistics);
        const std::int64_t largest = static_cast<std::int64_t>(statistics->max);
        for (const std::int64_t size : {13, 29, 13 * 29, 26, 58})
            QVERIFY2(largest != size, fmt::format("{} is a constant", size).c_str());
    }
}

void TestDynamicShapes::wrong_axes_are_told_data()
{
    QTest::addColumn<QString>("axis");
    QTest::addColumn<QString>("says");
    QTest::newRow("no symbol") << "x:0"
                               << "'=SYMBOL'";
    QTest::newRow("no axis") << "x=batch"
                             << "':AXIS'";
    QTest::newRow("axis is a name") << "x:first=batch"
                                    << "'first' is not an axis";
    QTest::newRow("symbol is a number") << "x:0=3"
                                        << "'3' is not a name";
    QTest::newRow("symbol with a space") << "x:0=a b"
                                         << "'a b' is not a name";
    QTest::newRow("unknown input") << "y:0=batch"
                                   << "Its inputs are: x";
    QTest::newRow("axis beyond the rank") << "x:2=batch"
                                          << "has rank 2: there is no axis 2";
    QTest::newRow("axis before the rank") << "x:-3=batch"
                                          << "has rank 2: there is no axis -3";
}

void TestDynamicShapes::wrong_axes_are_told()
{
    QFETCH(QString, axis);
    QFETCH(QString, says);
    const auto parsed = parse_dynamic_axis(axis.toStdString());
    Error error{ErrorCode::Usage, {}, {}};
    if (!parsed) {
        error = parsed.error();
    } else {
        const QTemporaryDir folder;
        RoundTrip trip{folder.path().toStdString(), "def forward(self, x):\n    return x + 1\n"};
        trip.input("x:float32[2,3]").dynamic(axis.toStdString());
        const auto done = trip.run();
        QVERIFY(!done);
        error = done.error();
    }
    QCOMPARE(error.code, ErrorCode::Usage);
    QVERIFY2(error.message.find(says.toStdString()) != std::string::npos, error.message.c_str());
}

QTEST_APPLESS_MAIN(TestDynamicShapes)
#include "tst_dynamic_shapes.moc"
