// The table of supported operators in the documentation is what the registry says.
//
// After adding an operator run this test with STRATA_UPDATE_DOCS=1 to write the table anew.
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

std::string table_text(const strata::OpRegistry& registry)
{
    std::map<std::string, std::vector<const strata::OpRegistry::Op*>> families;
    for (const auto* op : registry.all())
        families[std::string(op->family)].push_back(op);
    std::string text =
        "# Supported operators\n\n"
        "Generated from the operator registry by tests/unit/docs; do not edit. In-place "
        "variants (`aten::relu_`) are supported with their functional form.\n";
    for (const auto& [family, ops] : families) {
        text += "\n## " + family + "\n\n| operator | restrictions | from opset |\n|---|---|---|\n";
        for (const auto* op : ops)
            text += "| `" + cell(op->schema.target) + "` | " + cell(op->restrictions) + " | " +
                    std::to_string(op->min_opset) + " |\n";
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
