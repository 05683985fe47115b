// Models that say nothing of their inputs: what the weights tell, and that it runs.
#include "support/round_trip.h"

#include "session/choose_inputs.h"
#include "session/fitting_sizes.h"

#include <QtTest>

using namespace strata;
using test::RoundTrip;

namespace {

using Parameters = std::vector<std::pair<std::string, Tensor>>;

Tensor numbers(std::vector<std::int64_t> shape)
{
    std::int64_t count = 1;
    for (const std::int64_t dim : shape)
        count *= dim;
    std::vector<std::byte> bytes(static_cast<std::size_t>(count) * sizeof(float));
    for (std::int64_t i = 0; i < count; ++i) {
        const float value = 0.02F * static_cast<float>((i * 29) % 89) - 0.8F;
        std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(float), &value,
                    sizeof(float));
    }
    return Tensor::from_bytes(DType::Float32, std::move(shape), std::move(bytes));
}

struct Case {
    const char* name;
    const char* signature;
    const char* body;
    Parameters parameters;
    /// What must be told of each input: "x:float32[?,3,?,?]"; "?" is any size, "[*]" any rank.
    QStringList inputs;
    /// Sizes that the layers agree on, worked out by hand; empty: none are asked for.
    SymbolSizes least{}; ///< the smallest that fits
    SymbolSizes most{};  ///< the largest that fits
};

std::vector<Case> cases()
{
    return {
        {"sound, grouped",
         "wave",
         "h = torch.conv1d(wave, self.a, None, 4).relu()\n"
         "    h = torch.conv1d(h, self.b, None, 2, 0, 1, 2).relu()\n"
         "    return torch.adaptive_avg_pool1d(h, 1).squeeze(-1)",
         {{"a", numbers({8, 1, 9})}, {"b", numbers({6, 4, 5})}},
         {"wave:float32[?,1,?]"}},
        {"clip with a head", // 8 = 4 maps of [1,1,2]... of 8*?*? after two halvings: 2*2*2*4 = 32
         "clip",
         "h = torch.max_pool3d(torch.conv3d(clip, self.a, None, 1, 1), [2, 2, 2])\n"
         "    h = torch.max_pool3d(h, [2, 2, 2])\n"
         "    return torch.linear(h.flatten(1), self.b)",
         {{"a", numbers({4, 3, 3, 3, 3})}, {"b", numbers({5, 32})}},
         {"clip:float32[?,3,?,?,?]"},
         // floor(floor(s/2)/2) = 2: 8 to 11.
         {{"clip_dim2", 8}, {"clip_dim3", 8}, {"clip_dim4", 8}},
         {{"clip_dim2", 11}, {"clip_dim3", 11}, {"clip_dim4", 11}}},
        {"pooling and a head", // ((s-4)/2-2)/2 = 3: s = 20 to 23
         "x",
         "h = torch.max_pool2d(torch.conv2d(x, self.a).relu(), 2)\n"
         "    h = torch.max_pool2d(torch.conv2d(h, self.b).relu(), 2)\n"
         "    return torch.linear(h.view(h.size(0), -1), self.c)",
         {{"a", numbers({6, 1, 5, 5})}, {"b", numbers({4, 6, 3, 3})}, {"c", numbers({3, 36})}},
         {"x:float32[?,1,?,?]"},
         {{"x_dim2", 20}, {"x_dim3", 20}},
         {{"x_dim2", 23}, {"x_dim3", 23}}},
        {"strides and a head", // two halvings rounded up to 13: 49 to 52
         "x",
         "h = torch.conv2d(x, self.a, None, 2, 1).relu()\n"
         "    h = torch.conv2d(h, self.b, None, 2, 1).relu()\n"
         "    return torch.linear(torch.flatten(h, 1), self.c)",
         {{"a", numbers({4, 3, 3, 3})}, {"b", numbers({2, 4, 3, 3})}, {"c", numbers({3, 338})}},
         {"x:float32[?,3,?,?]"},
         {{"x_dim2", 49}, {"x_dim3", 49}},
         {{"x_dim2", 52}, {"x_dim3", 52}}},
        {"no square fits", // 2 * 7 * 5: no square, so sides of 7 and 5 after a 3x3 window
         "x",
         "h = torch.conv2d(x, self.a)\n"
         "    return torch.linear(h.flatten(1), self.b)",
         {{"a", numbers({2, 1, 3, 3})}, {"b", numbers({3, 70})}},
         {"x:float32[?,1,?,?]"},
         {{"x_dim2", 7}, {"x_dim3", 7}},
         {{"x_dim2", 9}, {"x_dim3", 9}}},
        {"patches and positions", // 36 patches of 8 by 8 and one more: 48 to 55
         "x",
         "t = torch.conv2d(x, self.a, None, 8).flatten(2).transpose(1, 2)\n"
         "    t = torch.cat([self.c.expand(t.size(0), -1, -1), t], 1) + self.p\n"
         "    return torch.linear(t[:, 0], self.h)",
         {{"a", numbers({4, 3, 8, 8})},
          {"c", numbers({1, 1, 4})},
          {"p", numbers({1, 37, 4})},
          {"h", numbers({5, 4})}},
         {"x:float32[?,3,?,?]"},
         {{"x_dim2", 48}, {"x_dim3", 48}},
         {{"x_dim2", 55}, {"x_dim3", 55}}},
        {"mixed tokens", // 25 patches of 4 by 4: 20 to 23
         "x",
         "y = torch.conv2d(x, self.a, None, 4).flatten(2)\n"
         "    return y + torch.linear(y, self.t)",
         {{"a", numbers({4, 3, 4, 4})}, {"t", numbers({25, 25})}},
         {"x:float32[?,3,?,?]"},
         {{"x_dim2", 20}, {"x_dim3", 20}},
         {{"x_dim2", 23}, {"x_dim3", 23}}},
        {"transposed and grouped",
         "z",
         "return torch.conv_transpose2d(z, self.a, None, 2, 1, 0, 3)",
         {{"a", numbers({6, 2, 4, 4})}},
         {"z:float32[?,6,?,?]"}},
        {"linear before a picture",
         "z",
         "return torch.conv_transpose2d(torch.linear(z, self.a).view(-1, 2, 4, 4), self.b)",
         {{"a", numbers({32, 5})}, {"b", numbers({2, 3, 2, 2})}},
         {"z:float32[*]"}},
        {"linear after flatten",
         "x",
         "return torch.linear(x.flatten(1), self.a)",
         {{"a", numbers({3, 12})}},
         {"x:float32[?,12]"}},
        {"number of rounds",
         "x, n",
         "for i in range(int(n)):\n"
         "        x = torch.linear(x, self.a)\n"
         "    return x",
         {{"a", numbers({4, 4})}},
         {"x:float32[*]", "n:int64[]"}},
        {"bags",
         "words, starts",
         "return torch.embedding_bag(self.e, words, starts)[0]",
         {{"e", numbers({7, 4})}},
         {"words:int64[?]", "starts:int64[?]"}},
        {"bags, or rows of equal length", // the branch for rows of two axes is not for these bags
         "words, starts",
         "if words.dim() == 2:\n"
         "        starts = torch.arange(0, words.numel(), words.size(1))\n"
         "        words = words.reshape(-1)\n"
         "    return torch.embedding_bag(self.e, words, starts)[0]",
         {{"e", numbers({7, 4})}},
         {"words:int64[?]", "starts:int64[?]"}},
        {"steps of a cell", // three are picked; the pieces are along the second axis of each
         "x",
         "h = torch.zeros(x.size(1), 2)\n"
         "    g = (torch.linear(x[0], self.i) + torch.linear(h, self.h)).chunk(2, 1)\n"
         "    h = torch.tanh(g[0]) * torch.sigmoid(g[1])\n"
         "    g = (torch.linear(x[2], self.i) + torch.linear(h, self.h)).chunk(2, 1)\n"
         "    return torch.tanh(g[0]) * torch.sigmoid(g[1])",
         {{"i", numbers({4, 5})}, {"h", numbers({4, 2})}},
         {"x:float32[3,?,5]"}},
        {"words and a mask",
         "words, mask",
         "t = torch.embedding(self.e, words).transpose(0, 1)\n"
         "    t = torch.linear(t, self.a).transpose(0, 1)\n"
         "    s = torch.bmm(t, t.transpose(1, 2))\n"
         "    m = mask.view(t.size(0), 1, t.size(1)).expand(-1, t.size(1), -1)\n"
         "    return s.masked_fill(m, -10.0).softmax(-1)",
         {{"e", numbers({7, 4})}, {"a", numbers({4, 4})}},
         {"words:int64[?,?]", "mask:bool[*]"}},
        {"embedding and lstm",
         "words",
         "e = torch.embedding(self.e, words)\n"
         "    h = [torch.zeros(1, e.size(0), 2), torch.zeros(1, e.size(0), 2)]\n"
         "    y, a, b = torch.lstm(e, h, [self.i, self.h], False, 1, 0.0, False, False, True)\n"
         "    return y[:, -1]",
         {{"e", numbers({7, 4})}, {"i", numbers({8, 4})}, {"h", numbers({8, 2})}},
         {"words:int64[?,?]"}},
        {"gru and its state",
         "x, state",
         "y, h = torch.gru(x, state, [self.i, self.h, self.j, self.k], False, 2, 0.0, False, "
         "False, False)\n"
         "    return y, h",
         {{"i", numbers({6, 5})},
          {"h", numbers({6, 2})},
          {"j", numbers({6, 2})},
          {"k", numbers({6, 2})}},
         {"x:float32[?,?,5]", "state:float32[2,?,2]"}},
        {"lstm and its states in a tuple",
         "x, state: Tuple[Tensor, Tensor]",
         "y, h, c = torch.lstm(x, [state[0], state[1]], [self.i, self.h], False, 1, 0.0, False, "
         "False, False)\n"
         "    return y, (h, c)",
         {{"i", numbers({8, 5})}, {"h", numbers({8, 2})}},
         {"x:float32[?,?,5]", "state.0:float32[1,?,2]", "state.1:float32[1,?,2]"}},
        {"layer norm over two axes",
         "x",
         "return torch.layer_norm(x, [3, 4], self.a)",
         {{"a", numbers({3, 4})}},
         {"x:float32[*]"}},
        {"group norm",
         "x",
         "return torch.group_norm(x, 2, self.a).relu()",
         {{"a", numbers({6})}},
         {"x:float32[1,6,?,?]"}},
        {"picture and numbers",
         "image, meta",
         "h = torch.adaptive_avg_pool2d(torch.conv2d(image, self.a), [1, 1]).flatten(1)\n"
         "    return torch.linear(torch.cat([h, torch.linear(meta, self.b)], -1), self.c)",
         {{"a", numbers({4, 3, 3, 3})}, {"b", numbers({2, 5})}, {"c", numbers({2, 6})}},
         {"image:float32[?,3,?,?]", "meta:float32[*]"}},
        {"two embeddings and numbers",
         "user, item, dense",
         "h = torch.cat([torch.embedding(self.u, user), torch.embedding(self.i, item), dense], 1)\n"
         "    return torch.linear(h, self.a)",
         {{"u", numbers({5, 3})}, {"i", numbers({6, 3})}, {"a", numbers({2, 10})}},
         {"user:int64[?]", "item:int64[?]", "dense:float32[?,4]"}},
        {"values of a dict",
         "batch: Dict[str, Tensor]",
         "return torch.embedding(self.e, batch['words']).mean(1) + "
         "torch.linear(batch['dense'], self.a)",
         {{"e", numbers({7, 4})}, {"a", numbers({4, 3})}},
         {"batch.words:int64[*]", "batch.dense:float32[*]"}},
        {"edges of a graph",
         "x, edges",
         "m = torch.linear(x, self.a)[edges[0]]\n"
         "    return torch.zeros(x.size(0), 2).index_add(0, edges[1], m)",
         {{"a", numbers({2, 5})}},
         {"x:float32[?,5]", "edges:int64[2,?]"}},
        {"attention",
         "x",
         "b, t, c = x.size()\n"
         "    q = torch.linear(x, self.q).view(b, t, 2, 4).transpose(1, 2)\n"
         "    k = torch.linear(x, self.k).view(b, t, 2, 4).transpose(1, 2)\n"
         "    a = (q @ k.transpose(-2, -1)).softmax(-1)\n"
         "    return (a @ q).transpose(1, 2).reshape(b, t, c)",
         {{"q", numbers({8, 8})}, {"k", numbers({8, 8})}},
         {"x:float32[?,?,8]"}},
        {"bilinear",
         "a, b",
         "return torch.bilinear(a, b, self.w, None)",
         {{"w", numbers({2, 3, 4})}},
         {"a:float32[?,3]", "b:float32[?,4]"}},
        {"twins",
         "a, b",
         "p = torch.linear(torch.conv2d(a, self.c, None, 2).flatten(1), self.l)\n"
         "    q = torch.linear(torch.conv2d(b, self.c, None, 2).flatten(1), self.l)\n"
         "    return torch.cosine_similarity(p, q)",
         {{"c", numbers({2, 1, 3, 3})}, {"l", numbers({4, 50})}},
         {"a:float32[?,1,?,?]", "b:float32[?,1,?,?]"},
         // (s-3)/2+1 = 5: 11 or 12
         {{"a_dim2", 11}, {"a_dim3", 11}, {"b_dim2", 11}, {"b_dim3", 11}},
         {{"a_dim2", 12}, {"a_dim3", 12}, {"b_dim2", 12}, {"b_dim3", 12}}},
    };
}

/// "x:float32[?,3,?,?]" of what was chosen, with "?" where `wanted` has it.
QString told(const UsedInput& input, const QString& wanted)
{
    const QString head = QStringLiteral("%1:%2").arg(input.name.c_str(),
                                                     std::string(to_string(input.dtype)).c_str());
    if (wanted.endsWith(QLatin1String("[*]")))
        return head + QStringLiteral("[*]");
    if (!input.shape)
        return head;
    const QStringList asked =
        wanted.section(QLatin1Char('['), 1).chopped(1).split(QLatin1Char(','));
    QStringList dims;
    for (std::size_t i = 0; i < input.shape->size(); ++i) {
        const FxDim& dim = (*input.shape)[i];
        const bool any =
            static_cast<int>(i) < asked.size() && asked[static_cast<int>(i)] == QLatin1String("?");
        dims << (any           ? QStringLiteral("?")
                 : dim.known() ? QString::number(dim.value)
                               : QStringLiteral("free"));
    }
    return head + QStringLiteral("[%1]").arg(dims.join(QLatin1Char(',')));
}

} // namespace

class TestInferredInputs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theyRun_data();
    void theyRun();
    void runsUseTheSizesToo();
    void sizesOfAllModelsAreFree();
    void cancelled();
};

void TestInferredInputs::theyRun_data()
{
    QTest::addColumn<int>("index");
    int index = 0;
    for (const Case& one : cases())
        QTest::newRow(one.name) << index++;
}

void TestInferredInputs::theyRun()
{
    QFETCH(int, index);
    const Case one = cases().at(static_cast<std::size_t>(index));
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(),
                   fmt::format("def forward(self, {}):\n    {}\n", one.signature, one.body),
                   one.parameters};
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    for (const UnsupportedOperator& op : (*done)->unsupported)
        QFAIL((op.op + ": " + op.reason).c_str());
    const std::vector<UsedInput>& used = (*done)->inputs;
    QCOMPARE(static_cast<int>(used.size()), static_cast<int>(one.inputs.size()));
    for (int i = 0; i < one.inputs.size(); ++i)
        QCOMPARE(told(used[static_cast<std::size_t>(i)], one.inputs[i]), one.inputs[i]);
    TaskContext task;
    const SymbolSizes sizes = fitting_sizes(*(*done)->model, task);
    QCOMPARE(sizes.size(), one.least.size());
    for (const auto& [symbol, size] : sizes) {
        QVERIFY2(size >= one.least.at(symbol) && size <= one.most.at(symbol),
                 fmt::format("{} = {}", symbol, size).c_str());
        bool stated = false; // and it is told
        for (const Diagnostic& diagnostic : (*done)->diagnostics)
            stated = stated || diagnostic.message.find(fmt::format("{}={}", symbol, size)) !=
                                   std::string::npos;
        QVERIFY2(stated, symbol.c_str());
    }
    // Without any sizes given: the inputs that are made up must be accepted by both.
    const std::string wrong = trip.compare_at({});
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void TestInferredInputs::runsUseTheSizesToo()
{
    const QTemporaryDir folder;
    for (const Case& one : cases()) {
        if (one.least.empty())
            continue;
        RoundTrip trip{folder.path().toStdString(),
                       fmt::format("def forward(self, {}):\n    {}\n", one.signature, one.body),
                       one.parameters};
        trip.options.strategy = Strategy::Htp;
        const auto done = trip.run();
        QVERIFY2(done, done ? one.name : (one.name + done.error().text()).c_str());
        QVERIFY((*done)->unsupported.empty());
        QCOMPARE((*done)->strategy_details.inputs_from, std::string("assumed"));
    }
}

void TestInferredInputs::sizesOfAllModelsAreFree()
{
    // Nothing is asked of the sizes: every one fits, so none is chosen.
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(),
                   "def forward(self, x):\n"
                   "    return torch.adaptive_avg_pool2d(torch.conv2d(x, self.a, None, 2), 1)\n",
                   {{"a", numbers({2, 3, 7, 7})}}};
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    TaskContext task;
    QVERIFY(fitting_sizes(*(*done)->model, task).empty());
}

void TestInferredInputs::cancelled()
{
    const Case one = cases()[4];
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(),
                   fmt::format("def forward(self, {}):\n    {}\n", one.signature, one.body),
                   one.parameters};
    const auto done = trip.run();
    QVERIFY(done);
    std::stop_source stop;
    stop.request_stop();
    TaskContext task(stop.get_token());
    QVERIFY(fitting_sizes(*(*done)->model, task).empty());
}

QTEST_APPLESS_MAIN(TestInferredInputs)
#include "tst_inferred_inputs.moc"
