#include "ui/dashboard/reliability.h"

#include <QFile>

#include <cmath>

namespace strata::ui {

std::vector<MeasuredConfidence> parseReliability(const QByteArray& markdown)
{
    std::vector<MeasuredConfidence> rows;
    bool inside = false;
    for (const QByteArray& line : markdown.split('\n')) {
        if (line.startsWith("## ")) {
            inside = line.trimmed() == "## Reliability";
            continue;
        }
        const QList<QByteArray> cells = line.split('|');
        // evidence, its own figure, other evidence, shown, nodes, right; and what is around them
        if (!inside || cells.size() < 8)
            continue;
        const auto kind = parse_evidence_kind(cells[1].trimmed().toStdString());
        bool ok[3]{};
        MeasuredConfidence row;
        row.confidence = cells[4].trimmed().toDouble(&ok[0]);
        row.nodes = cells[5].trimmed().toULongLong(&ok[1]);
        row.right = cells[6].trimmed().toDouble(&ok[2]);
        if (!kind || !ok[0] || !ok[1] || !ok[2])
            continue;
        row.kind = *kind;
        rows.push_back(row);
    }
    return rows;
}

const std::vector<MeasuredConfidence>& measuredConfidences()
{
    static const std::vector<MeasuredConfidence> rows = [] {
        QFile file(QStringLiteral(":/docs/accuracy.md"));
        return file.open(QIODevice::ReadOnly) ? parseReliability(file.readAll())
                                              : std::vector<MeasuredConfidence>();
    }();
    return rows;
}

Reliability reliabilityOf(const Inspection& inspection,
                          const std::vector<MeasuredConfidence>& table)
{
    Reliability result;
    for (const NodeAttribution& node : inspection.attribution) {
        const MeasuredConfidence* nearest = nullptr;
        for (const MeasuredConfidence& row : table)
            if (row.kind == node.kind &&
                (!nearest || std::abs(row.confidence - node.confidence) <
                                 std::abs(nearest->confidence - node.confidence)))
                nearest = &row;
        Reliability::Kind& kind = result.kinds[static_cast<std::size_t>(node.kind)];
        const double right = nearest ? nearest->right : node.confidence;
        ++kind.nodes;
        kind.promised += node.confidence;
        kind.right += right;
        ++result.nodes;
        result.right += right;
    }
    for (Reliability::Kind& kind : result.kinds)
        if (kind.nodes > 0) {
            kind.promised /= static_cast<double>(kind.nodes);
            kind.right /= static_cast<double>(kind.nodes);
        }
    if (result.nodes > 0)
        result.right /= static_cast<double>(result.nodes);
    return result;
}

} // namespace strata::ui
