// Every operator in the registry is exercised by some parity row; and what the rows' operators
// become in ONNX is what the documentation says (STRATA_UPDATE_DOCS=1 writes that anew, before
// tst_operator_table puts it into the table).
#include "base/atomic_file.h"
#include "lowering/op_registry.h"
#include "support/parity_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace {

const char* const decompositions_path =
    STRATA_SOURCE_DIR "/tests/data/operators/decompositions.txt";

using Ops = std::vector<std::string>;

/// What an operator becomes at one opset, over all rows.
struct Decomposition {
    Ops shortest; ///< of the calls that became nodes at all
    std::set<std::string> all;

    void take(const Ops& ops)
    {
        all.insert(ops.begin(), ops.end());
        if (shortest.empty() || (!ops.empty() && ops.size() < shortest.size()))
            shortest = ops;
    }
};

/// Each name once, in the order of first use.
std::string distinct(const Ops& ops)
{
    Ops names;
    for (const std::string& op : ops)
        if (std::ranges::find(names, op) == names.end())
            names.push_back(op);
    return fmt::format("{}", fmt::join(names, " "));
}

/// What other calls need beyond the shortest.
std::string others(const Decomposition& decomposition)
{
    Ops rest;
    for (const std::string& op : decomposition.all)
        if (std::ranges::find(decomposition.shortest, op) == decomposition.shortest.end())
            rest.push_back(op);
    return fmt::format("{}", fmt::join(rest, " "));
}

} // namespace

class ParityCoverage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyOperatorHasARow()
    {
        if (const std::string other = strata::test::other_torch(); !other.empty())
            QSKIP(other.c_str());
        const auto registry = strata::build_op_registry();
        QVERIFY2(registry.has_value(), registry ? "" : registry.error().text().c_str());
        std::set<std::string> covered;
        for (const strata::test::ParityRow& row : strata::test::all_parity_rows()) {
            std::string error;
            for (const std::string& target : strata::test::parity_targets(row, &error))
                if (const auto* op = registry->find(target))
                    covered.insert(op->schema.target);
            QVERIFY2(error.empty(), (row.name + ": " + error).c_str());
        }
        std::vector<std::string> missing;
        for (const auto* op : registry->all()) {
            const std::string& target = op->schema.target;
            if (covered.contains(target) == known_gaps().contains(target))
                missing.push_back(target + (covered.contains(target) ? " (has a row now)" : ""));
        }
        QVERIFY2(missing.empty(), fmt::format("{} operators without a row: {}", missing.size(),
                                              fmt::join(missing, ", "))
                                      .c_str());
    }

    void decompositionsAreDocumented()
    {
        if (const std::string other = strata::test::other_torch(); !other.empty())
            QSKIP(other.c_str());
        const auto registry = strata::build_op_registry();
        QVERIFY(registry.has_value());
        std::map<std::string, std::map<int, Decomposition>> found;
        for (const strata::test::ParityRow& row : strata::test::all_parity_rows())
            for (const int opset : {17, 20}) {
                std::string error;
                for (const auto& call : strata::test::emitted_calls(row, opset, &error))
                    if (const auto* op = registry->find(call.target))
                        found[op->schema.target][opset].take(call.ops);
                QVERIFY2(error.empty(), (row.name + ": " + error).c_str());
            }
        std::string text =
            "# operator|ONNX operators of its shortest form|those of other forms|the "
            "shortest form at opset 20\n";
        for (auto& [target, by_opset] : found) {
            const Decomposition& usual = by_opset[by_opset.contains(17) ? 17 : 20];
            const std::string newest = distinct(by_opset[20].shortest);
            const std::string shortest = distinct(usual.shortest);
            text += fmt::format("{}|{}|{}|{}\n", target, shortest, others(usual),
                                newest == shortest ? "" : newest);
        }
        if (qEnvironmentVariableIntValue("STRATA_UPDATE_DOCS") == 1)
            QVERIFY(strata::write_file(decompositions_path, text));
        QFile file(QString::fromUtf8(decompositions_path));
        QVERIFY2(file.open(QIODevice::ReadOnly), decompositions_path);
        const QStringList committed = QString::fromUtf8(file.readAll()).split('\n');
        for (const QString& line : QString::fromStdString(text).split('\n'))
            QVERIFY2(committed.contains(line),
                     qPrintable("missing in tests/data/operators/decompositions.txt: " + line +
                                "\nRun this test with STRATA_UPDATE_DOCS=1, then "
                                "tst_operator_table."));
        QCOMPARE(committed.join('\n'), QString::fromStdString(text));
    }

private:
    /// Operators that TorchScript of the oldest supported LibTorch cannot name; they come from
    /// torch.export files.
    static const std::set<std::string>& known_gaps()
    {
        static const std::set<std::string> gaps{
            "aten::_assert_async",
            "aten::_assert_async.msg",
            "aten::_assert_scalar",
            "aten::_assert_tensor_metadata",
            "aten::_batch_norm_no_update",
            "aten::_fused_rms_norm",
            "aten::_native_batch_norm_legit",
            "aten::_native_batch_norm_legit.no_stats",
            "aten::_native_batch_norm_legit_no_training",
            "aten::sym_constrain_range",
            "aten::sym_constrain_range_for_size",
            "torchvision::deform_conv2d",
            "torchvision::ps_roi_align",
            "torchvision::roi_align",
            "torchvision::roi_pool",
        };
        return gaps;
    }
};

QTEST_APPLESS_MAIN(ParityCoverage)
#include "tst_parity_coverage.moc"
