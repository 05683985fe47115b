// Running models on LibTorch's operators, and exports that follow such a run.
#include "session/session.h"
#include "support/torch_fixture.h"
#include "torch/torch_backend.h"

#include "ir/tensor_statistics.h"
#include <QDirIterator>
#include <QTemporaryDir>

#include <QtTest>

#include <algorithm>
#include <cstring>
#include <limits>

using namespace strata;

namespace {

using Parameters = std::vector<std::pair<std::string, Tensor>>;

Tensor floats(std::vector<std::int64_t> shape, const std::vector<float>& values)
{
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::from_bytes(DType::Float32, std::move(shape), std::move(bytes));
}

std::vector<double> numbers(const Tensor& tensor)
{
    const auto values = tensor.to_doubles();
    return values ? *values : std::vector<double>{};
}

} // namespace

class ParityStrategy : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    int m_files = 0;

    std::filesystem::path save(const std::string& source, const Parameters& parameters = {})
    {
        const std::filesystem::path path =
            m_folder.filePath(QStringLiteral("model%1.pt").arg(m_files++)).toStdString();
        if (const Status saved = test::save_torchscript(path, source, parameters); !saved)
            qFatal("%s", saved.error().text().c_str());
        return path;
    }

    std::shared_ptr<Program> load(const std::filesystem::path& path)
    {
        TaskContext task;
        auto program = (*torch_backend())->load_program(path, {}, task);
        if (!program)
            qFatal("%s", program.error().text().c_str());
        return *program;
    }

    Result<RecordedRun> record(const Program& program, const std::vector<Tensor>& inputs,
                               const RecordOptions& options, TaskContext& task)
    {
        std::vector<RunInput> run_inputs;
        for (const Tensor& input : inputs)
            run_inputs.emplace_back(std::vector<Tensor>{input});
        return (*torch_backend())->record_run(program, run_inputs, options, task);
    }

    Result<RecordedRun> record(const std::string& source, const std::vector<Tensor>& inputs,
                               const RecordOptions& options = {})
    {
        TaskContext task;
        return record(*load(save(source)), inputs, options, task);
    }

    std::shared_ptr<const Inspection> open(const std::filesystem::path& path,
                                           const ExportOptions& options)
    {
        TaskContext task;
        auto inspection = open_model(path, options, task);
        if (!inspection)
            qFatal("%s", inspection.error().text().c_str());
        return *inspection;
    }

    /// Writes the export and compares its numbers with LibTorch's on inputs of these shapes.
    bool matches(const std::filesystem::path& path,
                 const std::shared_ptr<const Inspection>& inspection, const ExportOptions& options,
                 const std::vector<InputSpec>& inputs)
    {
        TaskContext task;
        const std::filesystem::path onnx = path.string() + ".onnx";
        if (const auto written = write_export(inspection, onnx, options, task); !written) {
            qCritical("%s", written.error().text().c_str());
            return false;
        }
        VerifyOptions verify;
        verify.onnx = onnx;
        verify.source = path;
        verify.inputs = inputs;
        const auto outputs = verify_model(verify, task);
        if (!outputs) {
            qCritical("%s", outputs.error().text().c_str());
            return false;
        }
        return !outputs->empty() && std::all_of(outputs->begin(), outputs->end(),
                                                [](const OutputParity& o) { return o.ok; });
    }

private Q_SLOTS:
    void sameNumbersAsLibTorch_data()
    {
        QTest::addColumn<QString>("source");
        QTest::newRow("branch") << "def forward(self, x):\n"
                                   "    if bool(x.sum() > 0):\n"
                                   "        y = x * 2\n"
                                   "    else:\n"
                                   "        y = x - 1\n"
                                   "    return y\n";
        QTest::newRow("loops and lists") << "def forward(self, x):\n"
                                            "    out = []\n"
                                            "    for i in range(x.size(0)):\n"
                                            "        out.append(x[i] * i)\n"
                                            "    while len(out) > 2:\n"
                                            "        out.pop()\n"
                                            "    return torch.stack(out)\n";
        QTest::newRow("dicts, tuples, text") << "def forward(self, x):\n"
                                                "    d = {'a': x, 'b': x + 1}\n"
                                                "    t = (d['a'], d['b'].size(1))\n"
                                                "    name = '{}'.format(t[1])\n"
                                                "    if name == '3':\n"
                                                "        return t[0] * t[1]\n"
                                                "    return t[0]\n";
        QTest::newRow("writes in place") << "def forward(self, x):\n"
                                            "    y = x.clone()\n"
                                            "    y[0] = 7\n"
                                            "    y.view(-1).mul_(self.w.sum())\n"
                                            "    return y, x\n";
        QTest::newRow("writes into a weight") << "def forward(self, x):\n"
                                                 "    self.w.add_(1)\n"
                                                 "    return x * self.w\n";
        QTest::newRow("several results") << "def forward(self, x):\n"
                                            "    v, i = torch.topk(x, 2, 1)\n"
                                            "    a, b, c = torch.unbind(x, 1)\n"
                                            "    return v, i, a + b + c\n";
        QTest::newRow("optional tensors") << "def forward(self, x):\n"
                                             "    rows = torch.nonzero(x[:, 0] > 0)\n"
                                             "    return x[rows.view(-1)], rows.size(0)\n";
    }
    void sameNumbersAsLibTorch()
    {
        QFETCH(QString, source);
        const auto path = save(source.toStdString(), {{"w", floats({3}, {1, -2, 4})}});
        const auto program = load(path);
        const Tensor x = floats({4, 3}, {1, 2, -3, 0.5F, 4, -1, -2, 3, 2, 6, -7, 1});
        TaskContext task;
        const auto run = record(*program, {x}, {}, task);
        QVERIFY2(run, run ? "" : run.error().text().c_str());
        auto runnable = (*torch_backend())->load_runnable(path, task);
        QVERIFY(runnable);
        const auto expected = (*runnable)->run({x}, task);
        QVERIFY(expected);
        QCOMPARE(run->outputs.size(), expected->size());
        for (std::size_t i = 0; i < expected->size(); ++i) {
            QCOMPARE(run->outputs[i].shape, (*expected)[i].shape);
            QCOMPARE(run->outputs[i].dtype, (*expected)[i].dtype);
            QCOMPARE(numbers(run->outputs[i]), numbers((*expected)[i]));
        }
        // What the model writes stays in the run.
        for (std::size_t i = 0; i < program->tensors.size(); ++i)
            if (program->tensor_names[i] == "w")
                QCOMPARE(numbers(program->tensors[i]), (std::vector<double>{1, -2, 4}));
    }

    void recordsDecisionsAndShapes()
    {
        const auto run = record("def forward(self, x):\n"
                                "    y = x\n"
                                "    for i in range(int(x[0])):\n"
                                "        if i % 2 == 0:\n"
                                "            y = torch.cat([y, x])\n"
                                "        else:\n"
                                "            y = y + 1\n"
                                "    return y\n",
                                {floats({2}, {3, 1})});
        QVERIFY2(run, run ? "" : run.error().text().c_str());
        std::vector<std::uint32_t> branches;
        std::vector<std::size_t> loops;
        std::vector<std::int64_t> cats;
        for (const TraceRecord& record : run->trace.records) {
            if (record.branch != no_index)
                branches.push_back(record.branch);
            else if (record.bodies.size() > 1)
                loops.push_back(record.bodies.size());
            if (record.branch == 0)
                cats.push_back(record.outputs.at(0).type.shape->at(0).value);
        }
        QCOMPARE(branches, (std::vector<std::uint32_t>{0, 1, 0}));
        QCOMPARE(loops, (std::vector<std::size_t>{3}));
        QCOMPARE(cats, (std::vector<std::int64_t>{4, 6}));
    }

    void statistics()
    {
        RecordOptions options;
        options.statistics = true;
        options.time = true;
        constexpr float inf = std::numeric_limits<float>::infinity();
        const auto run = record(
            "def forward(self, x):\n    return torch.abs(x) * -1.0\n",
            {floats({5}, {1, -3, inf, std::numeric_limits<float>::quiet_NaN(), -2})}, options);
        QVERIFY(run);
        const TraceRecord& last = run->trace.records.back();
        QVERIFY(last.statistics.has_value());
        QCOMPARE(*last.statistics, (ValueStatistics{-3.0, -1.0, -2.0, 3, 1, 1}));
        QVERIFY(last.seconds > 0);
    }

    void randomNumbersAreTheSameEveryTime()
    {
        const char* source = "def forward(self, x):\n    return torch.rand([4]) + x\n";
        const auto first = record(source, {floats({1}, {0})});
        const auto second = record(source, {floats({1}, {0})});
        QVERIFY(first && second);
        QCOMPARE(numbers(first->outputs[0]), numbers(second->outputs[0]));
        QCOMPARE(first->trace.random.size(), std::size_t(1));
    }

    void seedsOfTheModelChangeNothing()
    {
        const char* source = "def forward(self, x):\n"
                             "    a = torch.rand([4])\n"
                             "    torch.manual_seed(11)\n"
                             "    b = torch.bernoulli(torch.full([64], 0.5))\n"
                             "    c = torch.normal(0.0, 1.0, [3])\n"
                             "    return a, b, c, torch.randperm(9), torch.randint(0, 99, [5]), "
                             "torch.dropout(torch.ones(50), 0.5, True)\n";
        const auto first = record(source, {floats({1}, {0})});
        const auto second = record(source, {floats({1}, {0})});
        QVERIFY2(first, first ? "" : first.error().text().c_str());
        QVERIFY(second);
        QCOMPARE(first->outputs.size(), std::size_t(6));
        for (std::size_t i = 0; i < 6; ++i) {
            QCOMPARE(first->outputs[i].shape, second->outputs[i].shape);
            TaskContext task;
            const auto left = tensor_statistics(first->outputs[i], task);
            const auto right = tensor_statistics(second->outputs[i], task);
            QVERIFY(left && right);
            QCOMPARE(left->mean, right->mean);
            QCOMPARE(left->deviation, right->deviation);
            QCOMPARE(left->histogram, right->histogram);
        }
        QCOMPARE(first->trace.random.size(), std::size_t(6));
    }

    void whatNobodyReadsAnyMoreIsFreed()
    {
        // 30 times 1 MiB that only two operators see: three of them at once at most.
        RecordOptions options;
        options.memory_limit = 3 << 20;
        const auto run = record("def forward(self, x):\n"
                                "    for i in range(30):\n"
                                "        y = x.repeat([64])\n"
                                "        x = y[:4096] * 1.0\n"
                                "    return x\n",
                                {Tensor::filled(DType::Float32, {4096}, 1.0)}, options);
        QVERIFY2(run, run ? "" : run.error().text().c_str());
        QVERIFY(run->trace.peak_bytes >= 1 << 20);
        QVERIFY(run->trace.peak_bytes <= 3 << 20);
    }

    void limits_data()
    {
        QTest::addColumn<QString>("source");
        QTest::addColumn<QString>("says");
        QTest::newRow("memory") << "def forward(self, x):\n    return torch.zeros([4000000]) + x\n"
                                << "memory";
        QTest::newRow("length") << "def forward(self, x):\n"
                                   "    while bool(x.sum() > 0):\n"
                                   "        x = x + 1\n"
                                   "    return x\n"
                                << "longer than";
        QTest::newRow("files") << "def forward(self, x):\n"
                                  "    return torch.from_file('weights.bin', False, 1) + x\n"
                               << "not run";
        QTest::newRow("saves") << "def forward(self, x):\n"
                                  "    torch.save(x, 'made.bin')\n"
                                  "    return x\n"
                               << "not run";
        QTest::newRow("raises") << "def forward(self, x):\n"
                                   "    assert bool(x.sum() <= 0), 'too bright'\n"
                                   "    return x\n"
                                << "raises an exception";
        QTest::newRow("fails") << "def forward(self, x):\n    return x.view(7)\n"
                               << "aten::view";
    }
    void limits()
    {
        QFETCH(QString, source);
        QFETCH(QString, says);
        RecordOptions options;
        options.memory_limit = 1 << 20;
        options.record_limit = 1000;
        const auto run = record(source.toStdString(), {floats({1}, {1})}, options);
        QVERIFY(!run);
        QCOMPARE(run.error().code, ErrorCode::CannotExport);
        QVERIFY2(run.error().text().find(says.toStdString()) != std::string::npos,
                 run.error().text().c_str());
    }

    void cancelled()
    {
        const auto program = load(save("def forward(self, x):\n"
                                       "    while bool(x.sum() > 0):\n"
                                       "        x = x + 1\n"
                                       "    return x\n"));
        std::stop_source stop;
        TaskContext task(stop.get_token(), [&](const Progress& progress) {
            if (progress.done > 100)
                stop.request_stop();
        });
        RecordOptions options;
        options.record_limit = std::numeric_limits<std::size_t>::max();
        const auto run = record(*program, {floats({1}, {1})}, options, task);
        QVERIFY(!run);
        QCOMPARE(run.error().code, ErrorCode::Cancelled);
    }

    // ONNX has kernel sizes as attributes, so that a size which is only known when the model runs
    // cannot be stated; everything around it can.
    void onlyTheRefusedPlaceFollowsTheRun()
    {
        const auto path = save("def forward(self, x):\n"
                               "    k = 1 + int(torch.ceil(x.abs().max()).item())\n"
                               "    y = torch.max_pool1d(x, [k], [1])\n"
                               "    n = y.size(0)\n"
                               "    return y.reshape([n, -1]) * 2\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {2, 3, 8}}};
        options.dynamic_axes = {{"x", 0, "batch"}};
        const auto inspection = open(path, options);
        QCOMPARE(QString::fromStdString(inspection->strategy), QString("hybrid"));
        QVERIFY(inspection->unsupported.empty());
        QCOMPARE(inspection->strategy_details.regions.size(), std::size_t(1));
        QCOMPARE(inspection->strategy_details.regions[0].kind, std::string("value"));
        QVERIFY(inspection->strategy_details.regions[0].depends_on_data);
        QVERIFY(inspection->strategy_reason.find("the root module") != std::string::npos);
        QCOMPARE(inspection->coverage.all.recorded_coverage(), 1.0);
        QVERIFY(matches(path, inspection, options, options.inputs));
        // The rest is as the code says: other batches run, too.
        QVERIFY(matches(path, inspection, options, {{"x", DType::Float32, {5, 3, 8}}}));
    }

    void loopsThatOnnxCannotStateAreUnrolled()
    {
        const auto path = save("def forward(self, x):\n"
                               "    y = x\n"
                               "    for i in range(2 + int(torch.ceil(x.max()).item())):\n"
                               "        y = torch.max_pool1d(y, [i + 1], [1])\n"
                               "    return y\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {1, 2, 9}}};
        const auto inspection = open(path, options);
        QCOMPARE(QString::fromStdString(inspection->strategy), QString("hybrid"));
        QVERIFY(inspection->unsupported.empty());
        const auto& regions = inspection->strategy_details.regions;
        QVERIFY(std::any_of(regions.begin(), regions.end(), [](const ProjectedRegion& region) {
            return region.kind == "loop" && region.detail == "run 3 times";
        }));
        QVERIFY(matches(path, inspection, options, options.inputs));
    }

    void sizesAreFixedBeforeData()
    {
        // ONNX wants the size of the result as a constant; where the maxima were it computes.
        const auto path =
            save("def forward(self, x):\n"
                 "    y, places = torch.max_pool2d_with_indices(x, [2, 2])\n"
                 "    return torch.max_unpool2d(y, places, [x.size(2), x.size(3)])\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {1, 2, 6, 8}}};
        options.dynamic_axes = {{"x", 2, "height"}};
        const auto inspection = open(path, options);
        QCOMPARE(QString::fromStdString(inspection->strategy), QString("hybrid"));
        QVERIFY(inspection->unsupported.empty());
        const auto& regions = inspection->strategy_details.regions;
        QVERIFY(!regions.empty());
        for (const ProjectedRegion& region : regions) // sizes, not the elements of `places`
            QVERIFY2(region.detail.find("fixed to its value") != std::string::npos,
                     region.detail.c_str());
    }

    void strategiesAreHonoured()
    {
        const auto path = save("def forward(self, x):\n"
                               "    if bool(x.sum() > 100):\n"
                               "        return x * 2\n"
                               "    return x + 1\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {2, 3}}};
        options.strategy = Strategy::Htp;
        const auto inspection = open(path, options);
        QCOMPARE(QString::fromStdString(inspection->strategy), QString("htp"));
        QVERIFY(inspection->unsupported.empty());
        QCOMPARE(inspection->model->nodes.size(), std::size_t(1)); // the addition alone
        QVERIFY(std::any_of(inspection->diagnostics.begin(), inspection->diagnostics.end(),
                            [](const Diagnostic& d) {
                                return d.code == "branch-taken" && d.severity == Severity::Info;
                            }));
        QVERIFY(matches(path, inspection, options, options.inputs));
        QVERIFY(inspection->accounting.closed());

        // An axis is left open although the run decided something.
        const auto warned = [](const Inspection& export_of_it) {
            return std::any_of(export_of_it.diagnostics.begin(), export_of_it.diagnostics.end(),
                               [](const Diagnostic& d) {
                                   return d.code == "fixed-axis" &&
                                          d.message.find("'rows'") != std::string::npos;
                               });
        };
        QVERIFY(!warned(*inspection));
        options.dynamic_axes = {{"x", 0, "rows"}};
        QVERIFY(warned(*open(path, options)));

        options.strategy = Strategy::Fx;
        QCOMPARE(QString::fromStdString(open(path, options)->strategy), QString("fx"));
        QVERIFY(!warned(*open(path, options)));
    }

    void itemsThatDataChoose()
    {
        // Which piece is written only the run tells; the rest stays as the code has it.
        const auto path = save("def forward(self, x):\n"
                               "    y = x * 1\n"
                               "    parts = torch.chunk(y, 2, 1)\n"
                               "    parts[int(x.sum() > 0)][0].mul_(2)\n"
                               "    return y\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {2, 6}}};
        const auto inspection = open(path, options);
        QVERIFY(inspection->unsupported.empty());
        QCOMPARE(QString::fromStdString(inspection->strategy), QString("hybrid"));
        QVERIFY(matches(path, inspection, options, options.inputs));
    }

    void attributesAssignedInABranch()
    {
        const auto path = save("def forward(self, x):\n"
                               "    if bool(x.sum() > -1000):\n"
                               "        self.w = x * 3\n"
                               "    return x + self.w\n",
                               {{"w", floats({3}, {1, 2, 3})}});
        for (const Strategy strategy : {Strategy::Htp, Strategy::Auto}) {
            ExportOptions options;
            options.strategy = strategy;
            options.inputs = {{"x", DType::Float32, {3}}};
            const auto inspection = open(path, options);
            QVERIFY(inspection->unsupported.empty());
            QVERIFY(matches(path, inspection, options, options.inputs));
        }
    }

    void unknownOperatorInABranchThatIsNotTaken()
    {
        const auto path = save("def forward(self, x):\n"
                               "    y = x\n"
                               "    if bool(x.sum() > 1000):\n"
                               "        y = torch.linalg_eigvals(x).abs()\n"
                               "    return y + 1\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {3, 3}}};
        const auto inspection = open(path, options);
        QVERIFY(inspection->unsupported.empty());
        QVERIFY(inspection->strategy != "fx");
        QVERIFY(matches(path, inspection, options, options.inputs));
    }

    void inputsAreInferredForARun()
    {
        const auto path = save("def forward(self, x):\n"
                               "    return torch.matmul(x, self.w) + 1\n",
                               {{"w", floats({5, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})}});
        ExportOptions options;
        options.strategy = Strategy::Htp;
        const auto inspection = open(path, options);
        QCOMPARE(inspection->strategy_details.inputs_from, std::string("assumed"));
        QCOMPARE(inspection->strategy_details.inputs.size(), std::size_t(1));
        QVERIFY(inspection->unsupported.empty());
    }

    // Real files with recorded inputs and outputs; more of them where STRATA_ZOO names a folder.
    void zoo_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("strategy");
        QStringList roots{QStringLiteral(STRATA_TEST_DATA "/zoo")};
        if (const QString more = qEnvironmentVariable("STRATA_ZOO"); !more.isEmpty())
            roots += more;
        for (const QString& root : std::as_const(roots)) {
            QDirIterator files(root, {QStringLiteral("*.pt"), QStringLiteral("*.pt2")}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                const QFileInfo file(files.next());
                // The large ones of the repository are exported by other tests.
                constexpr qint64 small = 40'000;
                if (root == roots.constFirst() && file.size() > small)
                    continue;
                if (!QFileInfo::exists(file.path() + QStringLiteral("/input_0.pb")) ||
                    !QFileInfo::exists(file.path() + QStringLiteral("/output_0.pb")))
                    continue;
                for (const char* strategy : {"htp", "auto"})
                    QTest::newRow(qPrintable(file.fileName() + QLatin1Char(' ') +
                                             file.dir().path().section(QLatin1Char('/'), -2, -2) +
                                             QLatin1Char(' ') + QLatin1String(strategy)))
                        << file.filePath() << QString::fromLatin1(strategy);
            }
        }
    }
    void zoo()
    {
        QFETCH(QString, file);
        QFETCH(QString, strategy);
        ExportOptions options;
        options.strategy = strategy == QLatin1String("htp") ? Strategy::Htp : Strategy::Auto;
        options.inputs_dir = QFileInfo(file).path().toStdString();
        TaskContext task;
        const auto inspection = open_model(file.toStdString(), options, task);
        QVERIFY2(inspection, inspection ? "" : inspection.error().text().c_str());
        for (const UnsupportedOperator& refused : (*inspection)->unsupported)
            qWarning("%s: %s", refused.op.c_str(), refused.reason.c_str());
        QVERIFY((*inspection)->unsupported.empty());
        QCOMPARE((*inspection)->coverage.all.recorded_coverage(), 1.0);
        QVERIFY((*inspection)->accounting.closed());
        const std::filesystem::path onnx =
            m_folder.filePath(QStringLiteral("zoo.onnx")).toStdString();
        QVERIFY(write_export(*inspection, onnx, options, task));
        VerifyOptions verify;
        verify.onnx = onnx;
        verify.inputs_dir = options.inputs_dir;
        const OnnxModel& model = *(*inspection)->model;
        for (const ValueId output : model.graphs[OnnxModel::main_graph].outputs)
            if (model.values[output].dtype == DType::Float16)
                verify.atol = verify.rtol = 1e-2; // eleven bits a number
        const auto outputs = verify_model(verify, task);
        QVERIFY2(outputs, outputs ? "" : outputs.error().text().c_str());
        for (const OutputParity& output : *outputs)
            QVERIFY2(output.ok, (output.name + " " + output.note).c_str());
    }

    void profileOnlyWhenAskedFor()
    {
        const auto path = save("def forward(self, x):\n    return torch.relu(x) + 1\n");
        ExportOptions options;
        options.inputs = {{"x", DType::Float32, {2, 3}}};
        QVERIFY(open(path, options)->profile.empty());
        options.profile = true;
        const auto inspection = open(path, options);
        QCOMPARE(inspection->profile.size(), inspection->program->graph.nodes.size());
        for (FxNodeId id = 0; id < inspection->profile.size(); ++id)
            if (inspection->program->graph.nodes[id].target == "aten::relu") {
                QCOMPARE(inspection->profile[id].runs, std::uint64_t(1));
                QVERIFY(inspection->profile[id].statistics.has_value());
                QVERIFY(inspection->profile[id].statistics->min >= 0);
            }
    }
};

QTEST_APPLESS_MAIN(ParityStrategy)
#include "tst_parity_strategy.moc"
