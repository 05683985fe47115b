#include "ui/review/review_panel.h"

#include "ui/jobs/activity.h"
#include "ui/models/format.h"
#include "ui/review/module_picker.h"
#include "ui/review/review_list.h"
#include "ui/review/review_progress.h"
#include "ui/review/review_text.h"
#include "ui/widgets/colors.h"
#include "ui/window/icons.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace strata::ui {

ReviewPanel::ReviewPanel(ReviewController* review, Selection* selection, QWidget* window)
    : QWidget(window),
      m_review(review),
      m_selection(selection),
      m_picker(new ModulePicker(window)),
      m_queue_model(new ReviewQueueModel(this)),
      m_conflict_model(new ReviewConflictModel(this)),
      m_history_model(new ReviewHistoryModel(this)),
      m_progress(new ReviewProgress),
      m_progress_text(new QLabel),
      m_figures(new QLabel),
      m_target(new QLabel),
      m_tabs(new QTabWidget),
      m_queue(nullptr),
      m_filter(new QComboBox),
      m_why(new QLineEdit),
      m_note(new QLineEdit)
{
    setObjectName(QStringLiteral("reviewPanel"));
    setAccessibleName(tr("Review"));
    m_tabs->setDocumentMode(true);
    m_tabs->setObjectName(QStringLiteral("reviewTabs"));
    m_tabs->setAccessibleName(tr("Review"));
    m_tabs->addTab(buildQueue(), tr("Queue"));
    m_conflicts = addList(m_conflict_model, QStringLiteral("reviewConflicts"), tr("Conflicts"));
    m_history = addList(m_history_model, QStringLiteral("reviewHistory"), tr("Decisions"));
    m_conflicts->header()->resizeSection(ReviewConflictModel::Kind, 190);
    m_history->header()->resizeSection(ReviewHistoryModel::When, 140);
    m_history->header()->resizeSection(ReviewHistoryModel::Who, 130);
    m_history->header()->resizeSection(ReviewHistoryModel::Action, 140);
    m_history->header()->resizeSection(ReviewHistoryModel::What, 380);
    static_cast<ReviewList*>(m_conflicts)
        ->setEmptyText(tr("No conflicts: all decisions fit this model, and nobody disagrees."));
    static_cast<ReviewList*>(m_history)->setEmptyText(tr("Nothing has been decided yet."));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    // Beside the tabs: a dock below the graph has little height to give away.
    m_tabs->setCornerWidget(buildHeader(), Qt::TopRightCorner);
    column->addWidget(m_tabs, 1);

    connect(m_review, &ReviewController::changed, this, &ReviewPanel::followReview);
    connect(m_selection, &Selection::changed, this,
            [this](const Target& target, const QObject* source) {
                if (source != this)
                    followSelection(target);
            });
    connect(m_picker, &ModulePicker::picked, this, [this](ModuleId module) {
        ReviewCommand command;
        command.action = ReviewAction::Reassign;
        command.module = module;
        send(std::move(command));
    });
    connect(m_picker, &ModulePicker::closed, this,
            [this] { m_queue->setFocus(Qt::OtherFocusReason); });
    auto go = [this](const QModelIndex& index) {
        const NodeId node = index.data(ReviewConflictModel::NodeIdRole).toUInt();
        const ModuleId module = index.data(ReviewConflictModel::ModuleIdRole).toUInt();
        if (node != no_id)
            m_selection->select(Target::ofNode(node), nullptr);
        else if (module != no_module)
            m_selection->select(Target::ofModule(module), nullptr);
    };
    connect(m_conflicts, &QTreeView::clicked, this, go);
    connect(m_conflicts, &QTreeView::activated, this, go);
    followReview();
}

bool ReviewPanel::isReady() const
{
    return !m_review->isBusy() && !m_background.isRunning() && m_picker->isReady();
}

void ReviewPanel::followReview()
{
    const Activity activity("review list: decisions");
    const ReviewSnapshotPtr review = m_review->snapshot();
    const bool other_model = !review || !m_shown || m_shown->inspection != review->inspection;
    m_shown = review;
    if (other_model) {
        m_picker->setInspection(review ? review->inspection : nullptr);
        m_module = no_module;
        m_node = no_id;
        m_current = no_id;
        m_queue_model->setRows(review, {});
        followSelection(m_selection->current());
    } else {
        // The rows that are there show the decision at once; which rows there are comes after.
        m_queue_model->setReview(review);
        m_queue->viewport()->update();
    }
    m_conflict_model->setReview(review);
    m_history_model->setReview(review);
    refreshFigures();
    rebuild();
    refreshTarget();
}

void ReviewPanel::refreshFigures()
{
    auto* queue = static_cast<ReviewList*>(m_queue);
    const int conflicts = m_conflict_model->rowCount();
    m_tabs->setTabText(
        1, conflicts > 0
               ? tr("Conflicts (%1)").arg(formatCount(static_cast<std::uint64_t>(conflicts)))
               : tr("Conflicts"));
    setEnabled(m_shown != nullptr);
    if (!m_shown) {
        m_progress->setCounts({});
        m_progress_text->clear();
        m_figures->clear();
        queue->setEmptyText(tr("Open a model to review the nodes that nothing sure is known of."));
        return;
    }
    ReviewProgress::Counts counts;
    counts.total = m_shown->queue.size();
    for (const NodeId node : m_shown->queue) {
        const ReviewedItem& item = m_shown->overlay.nodes[node];
        switch (item.verdict) {
        case ReviewVerdict::Accepted:
            ++counts.accepted;
            break;
        case ReviewVerdict::Reassigned:
            ++counts.reassigned;
            break;
        case ReviewVerdict::Rejected:
            ++counts.rejected;
            break;
        case ReviewVerdict::None:
            counts.looked_at += item.marked ? 1 : 0;
            break;
        }
    }
    m_progress->setCounts(counts);
    m_progress_text->setText(counts.total == 0
                                 ? tr("Nothing is doubtful")
                                 : tr("%1 of %2 doubtful nodes reviewed")
                                       .arg(formatCount(counts.done()), formatCount(counts.total)));
    const ReviewFigures& figures = m_shown->overlay.figures;
    const auto change = [](const QString& before, const QString& after) {
        return before == after ? before : tr("%1 → %2").arg(before, after);
    };
    m_figures->setText(tr("Coverage %1   ·   confidence %2")
                           .arg(change(formatShare(figures.before.coverage()),
                                       formatShare(figures.after.coverage())),
                                change(formatConfidence(figures.before.mean_confidence()),
                                       formatConfidence(figures.after.mean_confidence()))));
    queue->setEmptyText(counts.total > 0 && counts.done() == counts.total
                            ? tr("All doubtful nodes are reviewed.")
                        : counts.total == 0 ? tr("Nothing is doubtful: every node has a module "
                                                 "with high confidence.")
                                            : tr("No nodes here."));
    const auto step_tip = [](const QString& name, const QString& what, const char* key) {
        const QString text = what.isEmpty() ? name : tr("%1: %2").arg(name, what);
        return QStringLiteral("%1 (%2)").arg(text, QLatin1String(key));
    };
    m_undo->setEnabled(m_shown->undo.targets > 0);
    m_redo->setEnabled(m_shown->redo.targets > 0);
    m_undo->setToolTip(step_tip(tr("Undo"), stepText(m_shown->undo), "Ctrl+Z"));
    m_redo->setToolTip(step_tip(tr("Redo"), stepText(m_shown->redo), "Ctrl+Shift+Z"));
}

void ReviewPanel::rebuild()
{
    if (!m_shown) {
        m_background.cancel();
        return;
    }
    const auto filter = static_cast<QueueFilter>(m_filter->currentData().toInt());
    const QHeaderView* header = m_queue->header();
    m_background.run(
        [this, review = m_shown, filter, column = header->sortIndicatorSection(),
         order = header->sortIndicatorOrder()](TaskContext& task) -> Background::Answer {
            auto rows = ReviewQueueModel::rowsOf(*review, filter, column, order, task);
            return [this, review, made = std::move(rows)] {
                const Activity activity("review list: rows");
                const QScopedValueRollback following(m_following, true);
                const std::vector<NodeId> selected =
                    m_module == no_module && m_node == no_id ? nodes() : std::vector<NodeId>();
                const int scrolled = m_queue->verticalScrollBar()->value();
                m_queue_model->setRows(review, made);
                QItemSelection selection;
                // A few rows that were marked stay so; of very many the current one is enough.
                constexpr std::size_t few = 256;
                if (selected.size() <= few)
                    for (const NodeId node : selected)
                        if (const int row = m_queue_model->rowOf(node); row >= 0)
                            selection.select(
                                m_queue_model->index(row, 0),
                                m_queue_model->index(row, ReviewQueueModel::ColumnCount - 1));
                if (const int row = m_queue_model->rowOf(m_current); row >= 0)
                    m_queue->selectionModel()->setCurrentIndex(m_queue_model->index(row, 0),
                                                               QItemSelectionModel::NoUpdate);
                m_queue->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
                m_queue->verticalScrollBar()->setValue(scrolled);
                if (m_queue->currentIndex().isValid())
                    m_queue->scrollTo(m_queue->currentIndex());
                refreshTarget();
            };
        });
}

/// Ascending. By ranges: asking the view for each row takes longer than a frame when all are
/// selected.
std::vector<int> ReviewPanel::selectedRows() const
{
    std::vector<int> rows;
    for (const QItemSelectionRange& range : m_queue->selectionModel()->selection())
        for (int row = range.top(); row <= range.bottom(); ++row)
            rows.push_back(row);
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

std::vector<NodeId> ReviewPanel::nodes() const
{
    std::vector<NodeId> result;
    if (m_module != no_module)
        return result;
    if (m_node != no_id)
        return {m_node};
    for (const int row : selectedRows())
        result.push_back(m_queue_model->nodeAt(row));
    return result;
}

void ReviewPanel::followSelection(const Target& target)
{
    const QScopedValueRollback following(m_following, true);
    m_module = target.module;
    m_node = no_id;
    if (target.isNode()) {
        const int row = m_queue_model->rowOf(target.node);
        if (row >= 0) {
            m_current = target.node;
            m_queue->setCurrentIndex(m_queue_model->index(row, 0));
        } else {
            m_node = target.node;
        }
    }
    if (m_module != no_module || m_node != no_id)
        m_queue->clearSelection();
    refreshTarget();
}

void ReviewPanel::refreshTarget()
{
    QString text;
    const std::vector<NodeId> chosen = nodes();
    if (m_shown && m_module < m_shown->inspection->modules.size()) {
        const auto& figures = m_shown->inspection->coverage.with_descendants;
        const std::uint64_t count = m_module < figures.size() ? figures[m_module].total : 0;
        text = tr("Module %1, %Ln node(s)", nullptr, static_cast<int>(count))
                   .arg(modulePath(m_shown->inspection->modules, m_module));
    } else if (m_shown && chosen.size() == 1) {
        text = nodeTitle(*m_shown->inspection->model, chosen.front());
    } else if (chosen.size() > 1) {
        text = tr("%Ln node(s)", nullptr, static_cast<int>(chosen.size()));
    }
    m_target->setText(
        m_target->fontMetrics().elidedText(text, Qt::ElideMiddle, std::max(40, m_target->width())));
    m_target->setToolTip(text.isEmpty() ? QString() : tr("Decisions are about: %1").arg(text));
    const bool possible = m_shown && (m_module != no_module || !chosen.empty());
    for (QToolButton* button : m_buttons)
        button->setEnabled(possible);
}

void ReviewPanel::goTo(NodeId node)
{
    const int row = m_queue_model->rowOf(node);
    if (row < 0)
        return;
    m_module = no_module;
    m_node = no_id;
    const QModelIndex index = m_queue_model->index(row, 0);
    m_queue->setCurrentIndex(index);
    m_queue->scrollTo(index);
}

void ReviewPanel::step(int direction)
{
    const int count = m_queue_model->totalRows();
    if (count == 0)
        return;
    // A current row that nobody has selected is where to begin, not where one is.
    const QModelIndex current = m_queue->currentIndex();
    const bool chosen = current.isValid() && m_queue->selectionModel()->isSelected(current);
    const int at = chosen ? current.row() : direction > 0 ? -1 : count;
    for (int i = 1; i <= count; ++i) {
        const int row = ((at + direction * i) % count + count) % count;
        if (!m_queue_model->isReviewed(row))
            return goTo(m_queue_model->nodeAt(row));
    }
    goTo(m_queue_model->nodeAt(((at + direction) % count + count) % count));
}

void ReviewPanel::decide(ReviewAction action)
{
    ReviewCommand command;
    command.action = action;
    send(std::move(command));
}

void ReviewPanel::send(ReviewCommand command)
{
    if (!m_shown)
        return;
    command.nodes = nodes();
    if (m_module != no_module)
        command.modules = {m_module};
    if (command.nodes.empty() && command.modules.empty())
        return;
    command.why = m_why->text().trimmed().toStdString();
    m_why->clear();
    const bool goes_on = command.modules.empty() && m_node == no_id &&
                         command.action != ReviewAction::Note &&
                         command.action != ReviewAction::Clear;
    m_review->decide(command);
    if (!goes_on)
        return;
    // On to the next open node below what was decided, without waiting for the answer.
    const std::vector<int> rows = selectedRows();
    if (rows.empty())
        return;
    const int count = m_queue_model->totalRows();
    for (int i = 1; i < count; ++i) {
        const int row = (rows.back() + i) % count;
        if (!m_queue_model->isReviewed(row) && !std::binary_search(rows.begin(), rows.end(), row))
            return goTo(m_queue_model->nodeAt(row));
    }
}

void ReviewPanel::askForModule()
{
    const std::vector<NodeId> chosen = nodes();
    if (!m_shown || (chosen.empty() && m_module == no_module))
        return;
    std::vector<ModuleId> near;
    const Inspection& inspection = *m_shown->inspection;
    if (!chosen.empty())
        near = ModulePicker::candidates(inspection, chosen.front());
    else
        for (ModuleId id = inspection.modules[m_module].parent; id < inspection.modules.size();
             id = inspection.modules[id].parent)
            near.push_back(id);
    m_picker->open(chosen.size() > 1 ? tr("Module of these %1 nodes").arg(chosen.size())
                                     : tr("Module that it belongs to"),
                   std::move(near));
}

void ReviewPanel::askForNote()
{
    const std::vector<NodeId> chosen = nodes();
    if (!m_shown || (chosen.empty() && m_module == no_module))
        return;
    QString text;
    const ReviewOverlay& overlay = m_shown->overlay;
    if (const auto note =
            chosen.empty() ? overlay.node_notes.end() : overlay.node_notes.find(chosen.front());
        note != overlay.node_notes.end())
        text = toQString(note->second);
    if (const auto note = overlay.module_notes.find(m_module);
        chosen.empty() && note != overlay.module_notes.end())
        text = toQString(note->second);
    m_note->setText(text);
    m_note->show();
    m_why->hide();
    m_note->setFocus(Qt::ShortcutFocusReason);
    m_note->selectAll();
}

void ReviewPanel::saveNote()
{
    ReviewCommand command;
    command.action = ReviewAction::Note;
    command.text = m_note->text().trimmed().toStdString();
    send(std::move(command));
    m_note->hide();
    m_why->show();
    m_queue->setFocus(Qt::OtherFocusReason);
}

bool ReviewPanel::handleKey(int key)
{
    switch (key) {
    case Qt::Key_A:
        decide(ReviewAction::Accept);
        return true;
    case Qt::Key_R:
        decide(ReviewAction::Reject);
        return true;
    case Qt::Key_M:
        askForModule();
        return true;
    case Qt::Key_V:
        decide(ReviewAction::Review);
        return true;
    case Qt::Key_N:
        askForNote();
        return true;
    case Qt::Key_X:
    case Qt::Key_Delete:
        decide(ReviewAction::Clear);
        return true;
    case Qt::Key_J:
        step(1);
        return true;
    case Qt::Key_K:
        step(-1);
        return true;
    default:
        return false;
    }
}

void ReviewPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    // What stands beside the tabs would cover them.
    const int letter = fontMetrics().averageCharWidth();
    m_figures->setVisible(width() > 175 * letter);
    m_progress_text->setVisible(width() > 118 * letter);
    m_progress->setVisible(width() > 80 * letter);
    m_target->setVisible(width() > 118 * letter);
    for (QToolButton* button : m_buttons)
        button->setToolButtonStyle(width() > 80 * letter && !button->text().isEmpty()
                                       ? Qt::ToolButtonTextBesideIcon
                                       : Qt::ToolButtonIconOnly);
    constexpr std::array shares{11, 19, 12, 23, 10, 13};
    for (std::size_t column = 0; column < shares.size(); ++column)
        m_queue->header()->resizeSection(static_cast<int>(column),
                                         (width() - 14) * shares[column] / 100);
}

bool ReviewPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_note && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        m_note->hide();
        m_why->show();
        m_queue->setFocus(Qt::OtherFocusReason);
        return true;
    }
    if (watched == m_queue && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if ((key->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier && handleKey(key->key()))
            return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace strata::ui
