// What the review panel is put together from.
#include "ui/review/review_panel.h"

#include "ui/models/format.h"
#include "ui/review/module_picker.h"
#include "ui/review/review_list.h"
#include "ui/review/review_progress.h"
#include "ui/review/review_text.h"
#include "ui/widgets/cell_delegate.h"
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

namespace {

QToolButton* toolButton(const QString& icon_name, const QString& text, const QString& tip,
                        const QString& name)
{
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setIcon(icon(icon_name));
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(text.isEmpty() ? tip : text);
    button->setToolButtonStyle(text.isEmpty() ? Qt::ToolButtonIconOnly
                                              : Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace

QWidget* ReviewPanel::buildHeader()
{
    auto* header = new QWidget;
    m_progress->setObjectName(QStringLiteral("reviewProgress"));
    m_progress_text->setObjectName(QStringLiteral("reviewProgressText"));
    m_figures->setObjectName(QStringLiteral("reviewFigures"));
    m_figures->setForegroundRole(QPalette::PlaceholderText);
    m_figures->setToolTip(tr("Coverage and mean confidence as the machine has them, and with the "
                             "decisions of this review. The machine's evidence stays as it is."));
    m_undo = toolButton(QStringLiteral("undo"), {}, tr("Undo"), QStringLiteral("reviewUndo"));
    m_redo = toolButton(QStringLiteral("redo"), {}, tr("Redo"), QStringLiteral("reviewRedo"));
    connect(m_undo, &QToolButton::clicked, m_review, &ReviewController::undo);
    connect(m_redo, &QToolButton::clicked, m_review, &ReviewController::redo);
    m_progress->setFixedWidth(180);
    for (QLabel* label : {m_figures, m_progress_text})
        label->setMinimumWidth(1); // a narrow window cuts them rather than growing
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(10, 2, 8, 0);
    row->setSpacing(10);
    row->addWidget(m_figures);
    row->addSpacing(14);
    row->addWidget(m_progress);
    row->addWidget(m_progress_text);
    row->addSpacing(6);
    row->addWidget(m_undo);
    row->addWidget(m_redo);
    return header;
}

QWidget* ReviewPanel::buildQueue()
{
    auto* view = new ReviewList;
    m_queue = view;
    m_queue->setModel(m_queue_model);
    m_queue->setObjectName(QStringLiteral("reviewQueue"));
    m_queue->setAccessibleName(tr("Nodes to review"));
    m_queue->setRootIsDecorated(false);
    m_queue->setUniformRowHeights(true);
    m_queue->setItemDelegate(new CellDelegate(m_queue));
    m_queue->setFrameShape(QFrame::NoFrame);
    m_queue->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_queue->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_queue->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff); // columns share the width
    m_queue->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_queue->installEventFilter(this);
    QHeaderView* header = m_queue->header();
    header->setSectionsClickable(true);
    header->setSortIndicatorShown(true);
    header->setSortIndicatorClearable(true); // the third click: the most doubtful first again
    header->setSortIndicator(-1, Qt::AscendingOrder);
    header->setStretchLastSection(true);
    connect(header, &QHeaderView::sortIndicatorChanged, this, &ReviewPanel::rebuild);
    connect(m_queue->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        if (!m_following && m_queue->selectionModel()->hasSelection()) {
            m_module = no_module;
            m_node = no_id;
            // Also of the row that was current before it was selected.
            if (const std::vector<NodeId> chosen = nodes(); chosen.size() == 1) {
                m_current = chosen.front();
                if (m_selection->current() != Target::ofNode(m_current))
                    m_selection->select(Target::ofNode(m_current), this);
            }
        }
        refreshTarget();
    });
    connect(m_queue->selectionModel(), &QItemSelectionModel::currentChanged, this,
            [this](const QModelIndex& index) {
                // The view makes its first row current when it gets the focus: nobody chose it.
                if (m_following || !index.isValid() ||
                    !m_queue->selectionModel()->isSelected(index))
                    return;
                m_current = m_queue_model->nodeAt(index.row());
                if (m_selection->current() != Target::ofNode(m_current))
                    m_selection->select(Target::ofNode(m_current), this);
            });

    m_filter->setObjectName(QStringLiteral("reviewFilter"));
    m_filter->setAccessibleName(tr("Which nodes the queue shows"));
    m_filter->addItem(tr("To review"), static_cast<int>(QueueFilter::Open));
    m_filter->addItem(tr("All doubtful"), static_cast<int>(QueueFilter::Doubtful));
    m_filter->addItem(tr("Reviewed"), static_cast<int>(QueueFilter::Reviewed));
    m_filter->addItem(tr("Every node"), static_cast<int>(QueueFilter::All));
    m_filter->setToolTip(tr("Doubtful are orphans, nodes with contradicting evidence, and those "
                            "with a confidence below %1.")
                             .arg(formatConfidence(review_threshold)));
    connect(m_filter, &QComboBox::currentIndexChanged, this, &ReviewPanel::rebuild);

    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildActions());
    column->addWidget(m_queue, 1);
    return page;
}

QWidget* ReviewPanel::buildActions()
{
    auto* bar = new QWidget;
    bar->setMinimumWidth(1); // a narrow window is narrow: see resizeEvent()
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(2);
    row->addWidget(m_filter);
    row->addSpacing(8);
    auto add = [&](const QString& icon_name, const QString& text, const QString& tip,
                   const char* name, std::function<void()> run) {
        auto* button = toolButton(icon_name, text, tip, QString::fromLatin1(name));
        connect(button, &QToolButton::clicked, this, [run = std::move(run)] { run(); });
        m_buttons.push_back(button);
        row->addWidget(button);
    };
    add(QStringLiteral("accept"), tr("Accept"),
        tr("The module is right; of an orphan, it rightly has none (A)"), "reviewAccept",
        [this] { decide(ReviewAction::Accept); });
    add(QStringLiteral("reject"), tr("Reject"), tr("The module is wrong (R)"), "reviewReject",
        [this] { decide(ReviewAction::Reject); });
    add(QStringLiteral("reassign"), tr("Module…"), tr("It belongs to another module (M)"),
        "reviewReassign", [this] { askForModule(); });
    add(QStringLiteral("eye"), tr("Looked at"), tr("Mark as looked at, without a judgement (V)"),
        "reviewMark", [this] { decide(ReviewAction::Review); });
    add(QStringLiteral("note"), tr("Note…"), tr("Add a note (N)"), "reviewNote",
        [this] { askForNote(); });
    add(QStringLiteral("close"), QString(), tr("Clear the decision (X)"), "reviewClear",
        [this] { decide(ReviewAction::Clear); });
    row->addSpacing(8);
    m_why->setObjectName(QStringLiteral("reviewWhy"));
    m_why->setPlaceholderText(tr("Reason (optional)"));
    m_why->setAccessibleName(tr("Reason for the next decision"));
    m_why->setToolTip(tr("Kept with the next decision, then emptied."));
    m_why->setClearButtonEnabled(true);
    m_why->setMinimumWidth(60);
    m_why->setMaximumWidth(320);
    m_note->setObjectName(QStringLiteral("reviewNoteEdit"));
    m_note->setPlaceholderText(tr("Note: Enter saves, Escape leaves it"));
    m_note->setAccessibleName(tr("Note"));
    m_note->setMinimumWidth(60);
    m_note->setMaximumWidth(420);
    m_note->hide();
    m_note->installEventFilter(this);
    connect(m_note, &QLineEdit::returnPressed, this, &ReviewPanel::saveNote);
    connect(m_why, &QLineEdit::returnPressed, this,
            [this] { m_queue->setFocus(Qt::OtherFocusReason); });
    row->addWidget(m_why, 1);
    row->addWidget(m_note, 2);
    m_target->setObjectName(QStringLiteral("reviewTarget"));
    m_target->setForegroundRole(QPalette::PlaceholderText);
    m_target->setTextFormat(Qt::PlainText);
    row->addSpacing(6);
    // It takes what is left, and never makes the dock wider than the others leave it.
    m_target->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_target->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(m_target, 1);
    return bar;
}

QTreeView* ReviewPanel::addList(QAbstractItemModel* model, const QString& name,
                                const QString& title)
{
    auto* view = new ReviewList;
    view->setModel(model);
    view->setObjectName(name);
    view->setAccessibleName(title);
    view->setRootIsDecorated(false);
    view->setUniformRowHeights(true);
    view->setFrameShape(QFrame::NoFrame);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_tabs->addTab(view, title);
    return view;
}

} // namespace strata::ui
