// Forward signatures of every kind: what the ONNX file's inputs and outputs are called, and that
// the numbers are PyTorch's.
#include "support/round_trip.h"

#include "ir/fx_expand_inputs.h"
#include "ir/fx_text.h"
#include "onnx/onnx_reader.h"

#include <QtTest>

using namespace strata;
using test::RoundTrip;

namespace {

std::vector<std::string> names(const OnnxModel& model, const std::vector<ValueId>& values)
{
    std::vector<std::string> texts;
    for (const ValueId id : values)
        texts.emplace_back(model.text(model.values[id].name));
    return texts;
}

std::vector<std::string> placeholder_names(const FxGraph& graph)
{
    std::vector<std::string> texts;
    for (const FxNodeId id : graph.placeholders())
        texts.push_back(graph.nodes[id].target);
    return texts;
}

using Texts = std::vector<std::string>;

constexpr const char* optional_source = R"(
def forward(self, x, scale: float = 2.0, mask: Optional[Tensor] = None, flag: bool = True):
    y = x * scale
    if mask is not None:
        y = y * mask
    if flag:
        y = y + 1
    return y
)";

constexpr const char* nested_source = R"(
def forward(self, states: List[Tensor], batch: Dict[str, Tensor], pair: Tuple[Tensor, Tuple[Tensor, int]]):
    a = states[0] - states[-1]
    out: Dict[str, Tensor] = {}
    out['sum'] = a + batch['image'] * pair[0]
    out['neg'] = -batch['mask.b']
    return out, (pair[1][0] * pair[1][1], [states[0], a])
)";

constexpr const char* loop_source = R"(
def forward(self, xs: List[Tensor]):
    r = xs[0]
    for x in xs:
        r = r * 2 + x
    return r
)";

constexpr const char* keys_source = R"(
def forward(self, d: Dict[str, Tensor]):
    r = torch.zeros([3])
    for k, v in d.items():
        if k == 'b':
            r = r * 2 + v
        else:
            r = r - v
    return r
)";

constexpr const char* deep_source = R"(
def forward(self, d: Dict[str, List[Tensor]], n: int):
    return d['a.b'][0] * n + d['c'][1], {'x': [d['c'][0]], 'y': [d['c'][1]]}
)";

constexpr const char* integer_keys_source = R"(
def forward(self, d: Dict[int, Tensor], o: Optional[List[Tensor]] = None):
    r = d[3] - d[-4]
    if o is not None:
        r = r + o[1]
    return r
)";

} // namespace

class TestSignatures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void signatures_data();
    void signatures();
    void unknown_lengths_are_told();
    void keys_are_not_made_up();
    void wrong_names_are_told();
    void arrays_by_position();
    void used_inputs_are_kept();
    void named_tuples_run();
    void lists_of_lists_from_a_folder();
    void wrong_types_are_told();
    void missing_inputs_are_told();
    void expansion();
};

void TestSignatures::signatures_data()
{
    QTest::addColumn<QString>("source");
    QTest::addColumn<QStringList>("given");
    QTest::addColumn<QStringList>("inputs");
    QTest::addColumn<QStringList>("outputs");
    QTest::newRow("defaults") << optional_source << QStringList{"x:float32[5,4]"}
                              << QStringList{"x"} << QStringList{"output"};
    QTest::newRow("optional given")
        << optional_source << QStringList{"x:float32[5,4]", "mask:float32[5,1]"}
        << QStringList{"x", "mask"} << QStringList{"output"};
    QTest::newRow("number given") << optional_source
                                  << QStringList{"x:float32[5,4]", "scale:float64[]"}
                                  << QStringList{"x", "scale"} << QStringList{"output"};
    QTest::newRow("keywords in any order")
        << optional_source << QStringList{"mask:float32[4]", "scale:float64[]", "x:float32[5,4]"}
        << QStringList{"x", "scale", "mask"} << QStringList{"output"};
    QTest::newRow("list, dict, tuple")
        << nested_source
        << QStringList{"states.2:float32[2]",    "states.0:float32[2]",     "states.1:float32[2]",
                       "batch.image:float32[2]", "batch.mask.b:float32[7]", "pair.0:float32[2]",
                       "pair.1.0:float32[3]"}
        << QStringList{"states.0",     "states.1", "states.2", "batch.image",
                       "batch.mask.b", "pair.0",   "pair.1.0", "pair.1.1"}
        << QStringList{"output_0.sum", "output_0.neg", "output_1.0", "output_1.1.0",
                       "output_1.1.1"};
    QTest::newRow("loop over a list")
        << loop_source << QStringList{"xs.0:float32[3]", "xs.1:float32[3]", "xs.2:float32[3]"}
        << QStringList{"xs.0", "xs.1", "xs.2"} << QStringList{"output"};
    QTest::newRow("dict of lists")
        << deep_source << QStringList{"d.a.b.0:float32[3]", "d.c.0:float32[3]", "d.c.1:float32[3]"}
        << QStringList{"d.a.b.0", "d.c.0", "d.c.1", "n"}
        << QStringList{"output_0", "output_1.x.0", "output_1.y.0"};
    QTest::newRow("dict by integer")
        << integer_keys_source << QStringList{"d.3:float32[2]", "d.-4:float32[2]"}
        << QStringList{"d.3", "d.-4"} << QStringList{"output"};
    QTest::newRow("optional list given")
        << integer_keys_source
        << QStringList{"d.3:float32[2]", "d.-4:float32[2]", "o.0:float32[2]", "o.1:float32[2]"}
        << QStringList{"d.3", "d.-4", "o.0", "o.1"} << QStringList{"output"};
}

void TestSignatures::signatures()
{
    QFETCH(QString, source);
    QFETCH(QStringList, given);
    QFETCH(QStringList, inputs);
    QFETCH(QStringList, outputs);
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), source.toStdString()};
    for (const QString& text : given)
        trip.input(text.toStdString());
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    for (const UnsupportedOperator& op : (*done)->unsupported)
        QFAIL((op.op + ": " + op.reason).c_str());
    const OnnxModel& model = *(*done)->model;
    const OnnxGraph& main = model.graphs[OnnxModel::main_graph];
    QStringList found;
    for (const std::string& name : names(model, main.inputs))
        found << QString::fromStdString(name);
    QCOMPARE(found, inputs);
    found.clear();
    for (const std::string& name : names(model, main.outputs))
        found << QString::fromStdString(name);
    QCOMPARE(found, outputs);
    QVERIFY((*done)->accounting.closed());
    QCOMPARE((*done)->coverage.all.recorded, (*done)->coverage.all.total);
    const std::string wrong = trip.compare_at({});
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void TestSignatures::unknown_lengths_are_told()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), loop_source};
    const auto done = trip.run();
    QVERIFY(done); // it opens, so that it can be looked at
    QVERIFY(!(*done)->unsupported.empty());
    const UnsupportedOperator& first = (*done)->unsupported.front();
    QVERIFY2(first.reason.find("'xs' is a list") != std::string::npos, first.reason.c_str());
    QVERIFY2(first.help.find("--input 'xs.0:") != std::string::npos, first.help.c_str());
}

void TestSignatures::keys_are_not_made_up()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), keys_source};
    trip.input("float32[3]").input("float32[3]");
    const auto done = trip.run();
    QVERIFY(!done); // with keys "0" and "1" it would be another model
    QCOMPARE(done.error().code, ErrorCode::Usage);
    QVERIFY2(done.error().message.find("--input 'd.KEY:") != std::string::npos,
             done.error().message.c_str());

    RoundTrip named{folder.path().toStdString(), keys_source};
    named.input("d.a:float32[3]").input("d.b:float32[3]");
    QVERIFY(named.run());
    // Vectors by position take the names of the file's inputs.
    const auto vectors = folder.path().toStdString() + "/vectors";
    std::filesystem::create_directory(vectors);
    QVERIFY(write_tensor_proto(vectors + "/input_0.pb", Tensor::filled(DType::Float32, {3}, 1.0),
                               "input_0"));
    QVERIFY(write_tensor_proto(vectors + "/input_1.pb", Tensor::filled(DType::Float32, {3}, 10.0),
                               "input_1"));
    VerifyOptions verify;
    verify.onnx = named.onnx();
    verify.source = named.model();
    verify.inputs_dir = vectors;
    TaskContext task;
    const auto compared = verify_model(verify, task);
    QVERIFY2(compared, compared ? "" : compared.error().text().c_str());
    QCOMPARE(compared->size(), std::size_t{1});
    QVERIFY(compared->front().ok);
}

void TestSignatures::wrong_names_are_told()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), nested_source};
    trip.input("batch.imaje:float32[2]");
    const auto done = trip.run();
    // The keys are those that are given; the code's own key then fails with its name.
    QVERIFY(done);
    QVERIFY(!(*done)->unsupported.empty());
    RoundTrip other{folder.path().toStdString(), loop_source};
    other.input("ys.0:float32[2]");
    const auto failed = other.run();
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, ErrorCode::Usage);
    QVERIFY(failed.error().message.find("no input 'ys.0'") != std::string::npos);
    RoundTrip huge{folder.path().toStdString(), loop_source};
    huge.input("xs.99999999:float32[2]");
    QVERIFY(!huge.run());
}

void TestSignatures::arrays_by_position()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), R"(
def forward(self, xs: List[Tensor], n: int = 2):
    return torch.cat([x.flatten() for x in xs]) * n
)"};
    trip.options.inputs_dir = std::string(STRATA_TEST_DATA) + "/inputs/positional.npz";
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    const OnnxModel& model = *(*done)->model;
    QCOMPARE(names(model, model.graphs[OnnxModel::main_graph].inputs), (Texts{"xs.0", "xs.1"}));
}

void TestSignatures::used_inputs_are_kept()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), optional_source};
    trip.input("x:float32[5,4]").dynamic("x:0=rows");
    const auto done = trip.run();
    QVERIFY(done);
    const std::vector<UsedInput>& inputs = (*done)->inputs;
    QCOMPARE(inputs.size(), std::size_t{4});
    QCOMPARE(inputs[0].name, std::string("x"));
    QCOMPARE(inputs[0].source, std::string("given"));
    QVERIFY(!inputs[0].left_out);
    QCOMPARE(inputs[0].shape->at(0).symbol, std::string("rows"));
    QCOMPARE(inputs[0].shape->at(1).value, std::int64_t{4});
    QVERIFY(inputs[1].left_out);
    QVERIFY(inputs[2].left_out);
}

void TestSignatures::named_tuples_run()
{
    const QTemporaryDir folder;
    const std::filesystem::path onnx = folder.path().toStdString() + "/named.onnx";
    const std::filesystem::path source = std::string(STRATA_TEST_DATA) + "/inputs/named_tuple.pt";
    ExportOptions options;
    for (const char* text : {"p.0:float32[3]", "p.1:float32[3]"})
        options.inputs.push_back(parse_input_spec(text).value());
    TaskContext task;
    const auto opened = open_model(source, options, task);
    QVERIFY2(opened, opened ? "" : opened.error().text().c_str());
    QVERIFY(write_export(*opened, onnx, options, task));
    VerifyOptions verify;
    verify.onnx = onnx;
    verify.source = source;
    const auto outputs = verify_model(verify, task);
    QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
    QCOMPARE(outputs->size(), std::size_t{3});
    for (const OutputParity& output : *outputs)
        QVERIFY(output.ok);
}

void TestSignatures::lists_of_lists_from_a_folder()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), R"(
def forward(self, xs: List[List[Tensor]], d: Dict[str, List[Tensor]]):
    r = xs[0][0]
    for row in xs:
        for x in row:
            r = r * 0.5 + x
    return r - d['a'][0], {'rows': [r, xs[1][0]]}
)"};
    const auto vectors = folder.path().toStdString() + "/vectors";
    std::filesystem::create_directory(vectors);
    const Texts given{"d.a.0", "xs.0.0", "xs.0.1", "xs.1.0"}; // two rows, not of one length
    double value = 1.0;
    for (const std::string& name : given)
        QVERIFY(write_tensor_proto(vectors + "/" + name + ".pb",
                                   Tensor::filled(DType::Float32, {2}, value += 1.5), name));
    trip.options.inputs_dir = vectors;
    const auto done = trip.run();
    QVERIFY2(done, done ? "" : done.error().text().c_str());
    const OnnxModel& model = *(*done)->model;
    QCOMPARE(names(model, model.graphs[OnnxModel::main_graph].inputs),
             (Texts{"xs.0.0", "xs.0.1", "xs.1.0", "d.a.0"}));
    VerifyOptions verify;
    verify.onnx = trip.onnx();
    verify.source = trip.model();
    verify.inputs_dir = vectors;
    TaskContext task;
    const auto outputs = verify_model(verify, task);
    QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
    for (const OutputParity& output : *outputs)
        QVERIFY(output.ok);
    // By position nothing tells where a row ends.
    for (std::size_t i = 0; i < given.size(); ++i)
        std::filesystem::rename(vectors + "/" + given[i] + ".pb",
                                vectors + "/input_" + std::to_string(i) + ".pb");
    for (std::size_t i = 0; i < given.size(); ++i)
        QVERIFY(write_tensor_proto(vectors + "/input_" + std::to_string(i) + ".pb",
                                   Tensor::filled(DType::Float32, {2}, 1.0), ""));
    const auto failed = trip.run();
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, ErrorCode::Usage);
    QVERIFY2(failed.error().message.find("--input 'xs.0.0:") != std::string::npos,
             failed.error().message.c_str());
}

void TestSignatures::wrong_types_are_told()
{
    const auto complaint = [](const char* first, const char* second) {
        const QTemporaryDir folder;
        RoundTrip trip{folder.path().toStdString(),
                       "def forward(self, x, ids):\n"
                       "    return torch.linear(x + torch.embedding(self.e, ids), self.w)\n",
                       {{"e", Tensor::filled(DType::Float32, {5, 4}, 0.5)},
                        {"w", Tensor::filled(DType::Float32, {3, 4}, 0.25)}}};
        trip.input(first).input(second);
        const auto done = trip.run();
        if (!done)
            return done.error().text();
        std::string all;
        for (const Diagnostic& diagnostic : (*done)->diagnostics)
            if (diagnostic.severity == Severity::Error)
                all += diagnostic.message;
        return all;
    };
    QCOMPARE(complaint("x:float32[2,4]", "ids:int64[2]"), std::string());
    const std::string index = complaint("x:float32[2,4]", "ids:float32[2]");
    QVERIFY2(index.find("indices are float32") != std::string::npos, index.c_str());
    const std::string wide = complaint("x:float64[2,4]", "ids:int64[2]");
    QVERIFY2(wide.find("float64 and float32") != std::string::npos, wide.c_str());
    QVERIFY(!complaint("x:float32[2,5]", "ids:int64[2]").empty());
}

void TestSignatures::missing_inputs_are_told()
{
    const QTemporaryDir folder;
    RoundTrip trip{folder.path().toStdString(), "def forward(self, a, b):\n    return a + b\n"};
    trip.input("a:float32[7]");
    trip.options.strategy = Strategy::Htp;
    const auto failed = trip.run();
    QVERIFY(!failed);
    const std::string text = failed.error().text();
    QVERIFY2(text.find("not given: b.") != std::string::npos, text.c_str());
    QVERIFY2(text.find("--input 'b:float32[...]'") != std::string::npos, text.c_str());
}

void TestSignatures::expansion()
{
    ModuleTree modules;
    const auto graph = parse_fx("frame 0: \"\" class=\"Net\"\n"
                                "%l : list<tensor> = placeholder[l]()\n"
                                "%a : tensor, %b : tensor = call_function[prim::ListUnpack](%l)\n"
                                "%s : tensor = call_function[aten::sub.Tensor](%a, %b)\n"
                                "output[output](%s)\n",
                                modules);
    QVERIFY2(graph, graph ? "" : graph.error().text().c_str());
    QVERIFY(has_nested_inputs(*graph));
    const ExpandedInputs unpacked = expand_inputs(*graph, {});
    QVERIFY(unpacked.open.empty());
    QCOMPARE(placeholder_names(unpacked.graph), (Texts{"l.0", "l.1"}));
    QVERIFY(!has_nested_inputs(unpacked.graph));
    QVERIFY(verify_fx(unpacked.graph).empty());
    QCOMPARE(placeholder_names(expand_inputs(*graph, {"l.0", "l.2"}).graph),
             (Texts{"l.0", "l.1", "l.2"}));
    // A length that something else may ask for is not guessed.
    const auto looped = parse_fx("frame 0: \"\" class=\"Net\"\n"
                                 "%l : list<tensor> = placeholder[l]()\n"
                                 "%n : int = call_function[aten::len.t](%l)\n"
                                 "%a : tensor = call_function[aten::__getitem__.t](%l, 0)\n"
                                 "output[output](%a, %n)\n",
                                 modules);
    QVERIFY(looped);
    QCOMPARE(expand_inputs(*looped, {}).open, (Texts{"l"}));
    QCOMPARE(key_of_path("a.b.0", 1), std::string_view("a.b"));
    QVERIFY(names_input("a.b", "a"));
    QVERIFY(!names_input("ab", "a"));
}

QTEST_APPLESS_MAIN(TestSignatures)
#include "tst_signatures.moc"
