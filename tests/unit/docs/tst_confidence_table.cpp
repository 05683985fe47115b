// The confidences that are shown are those that resources/docs/accuracy.md says were measured.
#include "hierarchy/confidence.h"

#include <QFile>
#include <QTest>
#include <cmath>
#include <set>

using namespace strata;

namespace {

/// A row of the reliability table.
struct Row {
    EvidenceKind kind;
    int figure; ///< in hundredths, as all shares here
    Support support;
    int shown;
    std::uint64_t nodes;
    double right;
};

int hundredths(double share)
{
    return static_cast<int>(std::lround(share * 100));
}

std::vector<Row> reliability_rows()
{
    QFile file(QStringLiteral(STRATA_SOURCE_DIR "/resources/docs/accuracy.md"));
    std::vector<Row> rows;
    if (!file.open(QIODevice::ReadOnly))
        return rows;
    for (const QString& line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
        const QStringList cells = line.split(QLatin1Char('|'));
        constexpr int columns = 8; // with the empty ones at both ends
        if (cells.size() != columns)
            continue;
        const auto kind = parse_evidence_kind(cells[1].trimmed().toStdString());
        const auto support =
            std::find_if(all_supports.begin(), all_supports.end(), [&](Support each) {
                return to_string(each) == cells[3].trimmed().toStdString();
            });
        if (kind && support != all_supports.end())
            rows.push_back({*kind, hundredths(cells[2].toDouble()), *support,
                            hundredths(cells[4].toDouble()), cells[5].toULongLong(),
                            cells[6].toDouble()});
    }
    return rows;
}

/// (kind, figure) of everything that can decide about a node.
std::set<std::pair<EvidenceKind, int>> figures()
{
    std::set<std::pair<EvidenceKind, int>> all;
    for (const Finding finding : all_findings)
        all.emplace(facts(finding).kind, hundredths(facts(finding).confidence));
    for (std::size_t i = 0; i < evidence_kind_count; ++i) {
        const auto kind = static_cast<EvidenceKind>(i);
        all.emplace(kind, hundredths(default_confidence(kind)));
    }
    return all;
}

} // namespace

class TestConfidenceTable : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void code_and_table_agree();
    void every_finding_was_measured();
    void promises_are_kept();
};

void TestConfidenceTable::code_and_table_agree()
{
    const auto known = figures();
    const std::vector<Row> rows = reliability_rows();
    QVERIFY(rows.size() > 15);
    for (const Row& row : rows) {
        const std::string where =
            std::string(to_string(row.kind)) + " " + std::to_string(row.figure);
        QVERIFY2(known.contains({row.kind, row.figure}), where.c_str());
        QCOMPARE(row.shown, hundredths(confidence_with(row.kind, row.figure / 100.0, row.support)));
    }
}

void TestConfidenceTable::every_finding_was_measured()
{
    std::set<std::pair<EvidenceKind, int>> measured;
    for (const Row& row : reliability_rows())
        measured.emplace(row.kind, row.figure);
    for (const Finding finding : all_findings) {
        const auto [kind, confidence] = facts(finding);
        const std::string where =
            std::string(to_string(kind)) + " " + std::to_string(hundredths(confidence));
        QVERIFY2(measured.contains({kind, hundredths(confidence)}), where.c_str());
    }
}

void TestConfidenceTable::promises_are_kept()
{
    // Fewer nodes tell too little. One-sided: to be right more often than promised keeps the
    // promise, and a figure may be held low for kinds of models on which it is right less often.
    constexpr std::uint64_t enough = 300;
    constexpr double tolerance = 0.05;
    for (const Row& row : reliability_rows())
        if (row.nodes >= enough)
            QVERIFY2(row.shown / 100.0 - row.right <= tolerance,
                     (std::string(to_string(row.kind)) + " " + std::to_string(row.figure)).c_str());
}

QTEST_APPLESS_MAIN(TestConfidenceTable)
#include "tst_confidence_table.moc"
