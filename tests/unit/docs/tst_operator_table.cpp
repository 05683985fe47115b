// The table of supported operators in the documentation is what the registry says.
//
// After adding an operator run tst_parity_coverage, which records what operators become, and then
// this test with STRATA_UPDATE_DOCS=1 to write the table anew.
#include "base/atomic_file.h"
#include "lowering/op_registry.h"

#include <QFile>
#include <QtTest>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace {

const char* const table_path = STRATA_SOURCE_DIR "/resources/docs/operators.md";

/// "|" would end a cell.
std::string cell(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '|')
            out += '\\';
        out += c;
    }
    return out;
}

/// "Div Erf" as code.
QString as_code(const QString& names)
{
    return names.isEmpty() ? QString() : "`" + names.split(' ').join("`, `") + "`";
}

/// The column for each operator that the parity tests have recorded.
std::map<std::string, std::string> decompositions()
{
    std::map<std::string, std::string> column;
    QFile file(QStringLiteral(STRATA_SOURCE_DIR "/tests/data/operators/decompositions.txt"));
    if (!file.open(QIODevice::ReadOnly))
        return column;
    for (const QString& line : QString::fromUtf8(file.readAll()).split('\n')) {
        const QStringList parts = line.split('|');
        if (parts.size() != 4 || line.startsWith('#'))
            continue;
        QStringList text{parts[1].isEmpty() ? QStringLiteral("no node") : as_code(parts[1])};
        if (!parts[2].isEmpty())
            text << "also " + as_code(parts[2]);
        if (!parts[3].isEmpty())
            text << "opset 20: " + as_code(parts[3]);
        column[parts[0].toStdString()] = text.join("; ").toStdString();
    }
    return column;
}

std::string table_text(const strata::OpRegistry& registry)
{
    const auto becomes = decompositions();
    std::map<std::string, std::vector<const strata::OpRegistry::Op*>> families;
    for (const auto* op : registry.all())
        families[std::string(op->family)].push_back(op);
    std::string text =
        "# Supported operators\n\n"
        "Generated from the operator registry by tests/unit/docs; do not edit. In-place "
        "variants (`aten::relu_`) are supported with their functional form.\n\n"
        "The last column names the ONNX operators of the shortest form that the tests' calls have "
        "at opset 17 after clean-up, each once; what other arguments or types need besides; and "
        "the "
        "shortest form at opset 20 where it is another one. It is recorded from exported models "
        "that were run; empty where only newer exports than the tests' can name the operator.\n";
    for (const auto& [family, ops] : families) {
        text += "\n## " + family +
                "\n\n| operator | restrictions | from opset | becomes |\n|---|---|---|---|\n";
        for (const auto* op : ops) {
            const auto found = becomes.find(op->schema.target);
            text += "| `" + cell(op->schema.target) + "` | " + cell(op->restrictions) + " | " +
                    std::to_string(op->min_opset) + " | " +
                    (found == becomes.end() ? "" : found->second) + " |\n";
        }
    }
    return text;
}

} // namespace

class TestOperatorTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isCurrent()
    {
        const auto registry = strata::build_op_registry();
        QVERIFY2(registry, registry ? "" : registry.error().text().c_str());
        const std::string text = table_text(*registry);
        if (qEnvironmentVariableIntValue("STRATA_UPDATE_DOCS") == 1)
            QVERIFY(strata::write_file(table_path, text));
        QFile file(QString::fromUtf8(table_path));
        QVERIFY2(file.open(QIODevice::ReadOnly), table_path);
        const QStringList committed = QString::fromUtf8(file.readAll()).split('\n');
        const QStringList current = QString::fromStdString(text).split('\n');
        for (const QString& line : current)
            QVERIFY2(committed.contains(line),
                     qPrintable("missing in resources/docs/operators.md: " + line +
                                "\nRun this test with STRATA_UPDATE_DOCS=1."));
        QCOMPARE(committed, current);
    }
};

QTEST_APPLESS_MAIN(TestOperatorTable)
#include "tst_operator_table.moc"
