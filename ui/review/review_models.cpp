#include "ui/review/review_models.h"

#include "ui/models/format.h"
#include "ui/review/review_text.h"
#include "ui/widgets/colors.h"

#include <QGuiApplication>

#include <algorithm>
#include <numeric>

namespace strata::ui {

namespace {

QString conflictName(ReviewConflict::Kind kind)
{
    switch (kind) {
    case ReviewConflict::Kind::Concurrent:
        return ReviewConflictModel::tr("Disagreement");
    case ReviewConflict::Kind::Changed:
        return ReviewConflictModel::tr("Surroundings changed");
    case ReviewConflict::Kind::MachineChanged:
        return ReviewConflictModel::tr("Judged something else");
    case ReviewConflict::Kind::ModuleGone:
        return ReviewConflictModel::tr("Module gone");
    case ReviewConflict::Kind::Ambiguous:
        return ReviewConflictModel::tr("Ambiguous");
    case ReviewConflict::Kind::Gone:
        return ReviewConflictModel::tr("Node gone");
    }
    return {};
}

QString reasonText(const Inspection& inspection, NodeId node)
{
    const NodeAttribution& machine = inspection.attribution[node];
    if (machine.synthetic)
        return ReviewQueueModel::tr("Orphan");
    if (is_contradicted(inspection, node))
        return ReviewQueueModel::tr("Contradicted, %1").arg(evidenceName(machine.kind));
    return evidenceName(machine.kind);
}

} // namespace

ReviewQueueModel::ReviewQueueModel(QObject* parent) : QAbstractTableModel(parent) {}

std::vector<NodeId> ReviewQueueModel::rowsOf(const ReviewSnapshot& review, QueueFilter filter,
                                             int column, Qt::SortOrder order, TaskContext& task)
{
    const Inspection& inspection = *review.inspection;
    const OnnxModel& model = *inspection.model;
    const auto reviewed = [&](NodeId node) { return review.overlay.nodes[node].reviewed(); };
    std::vector<NodeId> rows;
    if (filter == QueueFilter::Open || filter == QueueFilter::Doubtful) {
        for (const NodeId node : review.queue)
            if (node < review.overlay.nodes.size() &&
                (filter == QueueFilter::Doubtful || !reviewed(node)))
                rows.push_back(node);
    } else {
        for (NodeId node = 0; node < review.overlay.nodes.size(); ++node)
            if (filter == QueueFilter::All || reviewed(node) ||
                review.overlay.node_notes.contains(node))
                rows.push_back(node);
    }
    if (column < 0 || task.cancelled())
        return rows;
    // Keys first: comparing must not make texts.
    std::vector<std::pair<double, QString>> keys(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % 1024 == 0 && task.cancelled())
            return {};
        const NodeId node = rows[i];
        switch (column) {
        case Status:
            keys[i].second = reviewName(review.overlay.nodes[node]);
            break;
        case Name:
            keys[i].second = nodeTitle(model, node);
            break;
        case Operator:
            keys[i].second = toQString(model.text(model.nodes[node].op_type));
            break;
        case ModulePath:
            keys[i].second = moduleAfterText(review, node);
            break;
        case Confidence:
            keys[i].first = inspection.attribution[node].confidence;
            break;
        case Reason:
            keys[i].second = reasonText(inspection, node);
            break;
        case NoteColumn:
            if (const auto note = review.overlay.node_notes.find(node);
                note != review.overlay.node_notes.end())
                keys[i].second = toQString(note->second);
            break;
        default:
            break;
        }
    }
    std::vector<std::size_t> at(rows.size());
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::stable_sort(at.begin(), at.end(), [&](std::size_t a, std::size_t b) {
        return order == Qt::AscendingOrder ? keys[a] < keys[b] : keys[b] < keys[a];
    });
    std::vector<NodeId> sorted;
    sorted.reserve(rows.size());
    for (const std::size_t i : at)
        sorted.push_back(rows[i]);
    return sorted;
}

void ReviewQueueModel::setRows(ReviewSnapshotPtr review, std::vector<NodeId> rows)
{
    beginResetModel();
    m_review = std::move(review);
    m_rows = std::move(rows);
    m_row_of.assign(m_review ? m_review->overlay.nodes.size() : 0, -1);
    for (int row = 0; row < totalRows(); ++row)
        if (nodeAt(row) < m_row_of.size())
            m_row_of[nodeAt(row)] = row;
    m_shown = std::min(totalRows(), rows_at_once);
    endResetModel();
}

bool ReviewQueueModel::canFetchMore(const QModelIndex& parent) const
{
    return !parent.isValid() && m_shown < totalRows();
}

void ReviewQueueModel::fetchMore(const QModelIndex& parent)
{
    if (canFetchMore(parent))
        showAtLeast(m_shown + 1);
}

void ReviewQueueModel::showAtLeast(int rows)
{
    if (rows <= m_shown)
        return;
    const int steps = (rows - m_shown + rows_at_once - 1) / rows_at_once;
    const int shown = std::min(totalRows(), m_shown + steps * rows_at_once);
    beginInsertRows({}, m_shown, shown - 1);
    m_shown = shown;
    endInsertRows();
}

void ReviewQueueModel::setReview(ReviewSnapshotPtr review)
{
    if (!review || !m_review || review->inspection != m_review->inspection)
        return setRows(std::move(review), {});
    m_review = std::move(review);
    constexpr std::size_t few = 2000;
    if (m_shown > 0 && static_cast<std::size_t>(m_shown) <= few)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int ReviewQueueModel::rowOf(NodeId node)
{
    const int row = node < m_row_of.size() ? m_row_of[node] : -1;
    showAtLeast(row + 1);
    return row;
}

bool ReviewQueueModel::isReviewed(int row) const
{
    return m_review->overlay.nodes[nodeAt(row)].reviewed();
}

int ReviewQueueModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int ReviewQueueModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ReviewQueueModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_review)
        return {};
    const NodeId node = nodeAt(index.row());
    const ReviewedItem& item = m_review->overlay.nodes[node];
    const Inspection& inspection = *m_review->inspection;
    if (role == NodeIdRole)
        return node;
    if (role == ReviewedRole)
        return item.reviewed();
    if (role == Qt::TextAlignmentRole && index.column() == Confidence)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::DecorationRole && index.column() == Status)
        return reviewIcon(item, QGuiApplication::palette());
    if (role == Qt::ToolTipRole && index.column() == Status && item.event != no_event) {
        const ReviewEvent& event = m_review->log->events()[item.event];
        QString text =
            tr("%1 by %2, %3")
                .arg(reviewName(item), toQString(event.who), formatReviewTime(event.when));
        if (item.inherited)
            text += QLatin1Char('\n') + tr("Decided for its module.");
        if (!event.why.empty())
            text += QLatin1Char('\n') + toQString(event.why);
        return text;
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case Status:
        return reviewName(item);
    case Name:
        return nodeTitle(*inspection.model, node);
    case Operator:
        return toQString(inspection.model->text(inspection.model->nodes[node].op_type));
    case ModulePath:
        return moduleAfterText(*m_review, node);
    case Confidence:
        return formatConfidence(inspection.attribution[node].confidence);
    case Reason:
        return reasonText(inspection, node);
    case NoteColumn: {
        const auto note = m_review->overlay.node_notes.find(node);
        return note == m_review->overlay.node_notes.end() ? QString() : toQString(note->second);
    }
    default:
        return {};
    }
}

QVariant ReviewQueueModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Status:
        return tr("Decision");
    case Name:
        return tr("Node");
    case Operator:
        return tr("Operator");
    case ModulePath:
        return tr("Module");
    case Confidence:
        return tr("Confidence");
    case Reason:
        return tr("Evidence");
    case NoteColumn:
        return tr("Note");
    default:
        return {};
    }
}

ReviewConflictModel::ReviewConflictModel(QObject* parent) : QAbstractTableModel(parent) {}

void ReviewConflictModel::setReview(ReviewSnapshotPtr review)
{
    beginResetModel();
    m_review = std::move(review);
    endResetModel();
}

int ReviewConflictModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_review ? 0 : static_cast<int>(m_review->overlay.conflicts.size());
}

int ReviewConflictModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ReviewConflictModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_review)
        return {};
    const ReviewConflict& conflict =
        m_review->overlay.conflicts[static_cast<std::size_t>(index.row())];
    if (role == NodeIdRole)
        return conflict.node;
    if (role == ModuleIdRole)
        return conflict.module;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    return index.column() == Kind ? conflictName(conflict.kind)
                                  : toQString(conflict_text(conflict, *m_review->log));
}

QVariant ReviewConflictModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == Kind ? tr("Conflict") : tr("What happened");
}

ReviewHistoryModel::ReviewHistoryModel(QObject* parent) : QAbstractTableModel(parent) {}

void ReviewHistoryModel::setReview(ReviewSnapshotPtr review)
{
    beginResetModel();
    m_review = std::move(review);
    m_active = m_review ? m_review->log->active() : std::vector<bool>();
    endResetModel();
}

const ReviewEvent& ReviewHistoryModel::event(int row) const
{
    const auto& events = m_review->log->events();
    return events[events.size() - 1 - static_cast<std::size_t>(row)];
}

QString ReviewHistoryModel::what(const ReviewEvent& event) const
{
    if (event.action == ReviewAction::Retract) {
        const ReviewEvent* of = m_review->log->find(event.retracts);
        if (of && of->action == ReviewAction::Retract)
            of = m_review->log->find(of->retracts);
        return of ? actionName(of->action) + QStringLiteral(": ") + what(*of) : QString();
    }
    QString text;
    if (event.targets.size() != 1) {
        text = tr("%1 nodes and modules").arg(formatCount(event.targets.size()));
    } else {
        const ReviewTarget& target = event.targets.front();
        const auto record = m_review->log->nodes.find(target.key);
        if (target.kind == ReviewTarget::Kind::Module)
            text =
                target.key.empty() ? tr("Root module") : tr("Module %1").arg(toQString(target.key));
        else if (record != m_review->log->nodes.end())
            text =
                toQString(record->second.name.empty() ? record->second.path : record->second.name);
    }
    if (event.action == ReviewAction::Reassign)
        text +=
            QStringLiteral(" → ") + (event.module.empty() ? tr("root") : toQString(event.module));
    if (event.action == ReviewAction::Note)
        text += QStringLiteral(": ") + (event.text.empty() ? tr("no note") : toQString(event.text));
    return text;
}

int ReviewHistoryModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_review ? 0 : static_cast<int>(m_review->log->events().size());
}

int ReviewHistoryModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ReviewHistoryModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_review)
        return {};
    const ReviewEvent& shown = event(index.row());
    if (role == Qt::ForegroundRole) {
        const std::size_t at = m_active.size() - 1 - static_cast<std::size_t>(index.row());
        return m_active[at] ? QVariant() : QVariant(mutedText(QGuiApplication::palette()));
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case When:
        return formatReviewTime(shown.when);
    case Who:
        return toQString(shown.who);
    case Action: {
        if (shown.action != ReviewAction::Retract)
            return actionName(shown.action);
        const ReviewEvent* of = m_review->log->find(shown.retracts);
        return of && of->action == ReviewAction::Retract ? tr("Redo") : tr("Undo");
    }
    case What:
        return what(shown);
    case Why:
        return toQString(shown.why);
    default:
        return {};
    }
}

QVariant ReviewHistoryModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case When:
        return tr("When");
    case Who:
        return tr("Who");
    case Action:
        return tr("Decision");
    case What:
        return tr("Of");
    case Why:
        return tr("Reason");
    default:
        return {};
    }
}

} // namespace strata::ui
