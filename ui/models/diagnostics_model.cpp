#include "ui/models/diagnostics_model.h"

#include "ui/models/format.h"

#include <algorithm>

namespace strata::ui {

namespace {

/// An unsupported operator is both a record of its own and a diagnostic; the record says more.
bool isCovered(const Diagnostic& diagnostic, const std::vector<UnsupportedOperator>& unsupported)
{
    return diagnostic.code == "unsupported-operator" &&
           std::any_of(unsupported.begin(), unsupported.end(), [&](const auto& record) {
               return diagnostic.message.find(record.op) != std::string::npos;
           });
}

QString joined(const QStringList& parts, const QString& separator)
{
    QStringList kept;
    for (const QString& part : parts)
        if (!part.isEmpty())
            kept += part;
    return kept.join(separator);
}

} // namespace

DiagnosticsModel::DiagnosticsModel(QObject* parent) : QAbstractTableModel(parent) {}

void DiagnosticsModel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_rows.clear();
    if (m_inspection) {
        int index = 0;
        for (const UnsupportedOperator& record : m_inspection->unsupported) {
            const QString what = tr("%1 has no ONNX translation").arg(toQString(record.op));
            const QString module = record.module.empty() ? tr("(root)") : toQString(record.module);
            m_rows.push_back({Severity::Error, QStringLiteral("unsupported-operator"),
                              joined({what, toQString(record.reason), toQString(record.help)},
                                     QStringLiteral(". ")),
                              joined({module, toQString(record.source)}, QStringLiteral(" · ")),
                              index++});
        }
        for (const Diagnostic& item : m_inspection->diagnostics)
            if (!isCovered(item, m_inspection->unsupported))
                m_rows.push_back({item.severity, toQString(item.code), toQString(item.message),
                                  toQString(item.where), -1});
        std::stable_sort(m_rows.begin(), m_rows.end(), [](const Row& a, const Row& b) {
            return static_cast<int>(a.severity) > static_cast<int>(b.severity);
        });
    }
    endResetModel();
}

Target DiagnosticsModel::targetOf(int row) const
{
    if (row < 0 || static_cast<std::size_t>(row) >= m_rows.size())
        return {};
    const Row& item = m_rows[static_cast<std::size_t>(row)];
    if (item.unsupported >= 0)
        return locate(*m_inspection,
                      m_inspection->unsupported[static_cast<std::size_t>(item.unsupported)]);
    return locate(*m_inspection, item.where.toStdString());
}

int DiagnosticsModel::count(Severity severity) const
{
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(),
                                          [&](const Row& r) { return r.severity == severity; }));
}

int DiagnosticsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int DiagnosticsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant DiagnosticsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == SeverityRole)
        return static_cast<int>(row.severity);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case SeverityColumn:
        return severityName(row.severity);
    case Code:
        return row.code;
    case Message:
        return row.message;
    case Where:
        return row.where;
    default:
        return {};
    }
}

QVariant DiagnosticsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case SeverityColumn:
        return tr("Severity");
    case Code:
        return tr("Code");
    case Message:
        return tr("Message");
    case Where:
        return tr("Where");
    default:
        return {};
    }
}

} // namespace strata::ui
