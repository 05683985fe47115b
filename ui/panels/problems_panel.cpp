#include "ui/panels/problems_panel.h"

#include "ui/jobs/activity.h"
#include "ui/models/diagnostics_filter.h"
#include "ui/models/diagnostics_model.h"
#include "ui/models/format.h"
#include "ui/models/orphan_model.h"
#include "ui/widgets/cell_delegate.h"
#include "ui/widgets/colors.h"
#include "ui/window/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QMap>
#include <QMenu>
#include <QPainter>
#include <QScopedValueRollback>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

/// A list with rows of several lines asks for the height of every row: that must cost next to
/// nothing.
class LineDelegate : public CellDelegate {
public:
    using CellDelegate::CellDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override
    {
        return {0, heightOf(option, 1)};
    }

protected:
    static int heightOf(const QStyleOptionViewItem& option, int lines)
    {
        constexpr int above_and_below = 9;
        return lines * option.fontMetrics.height() + above_and_below;
    }
};

/// Puts the sign of the severity before its name: not colour alone.
class SeverityDelegate : public LineDelegate {
public:
    using LineDelegate::LineDelegate;

protected:
    QIcon iconOf(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const auto severity =
            static_cast<Severity>(index.data(DiagnosticsModel::SeverityRole).toInt());
        const Tone tone = severity == Severity::Error     ? Tone::Error
                          : severity == Severity::Warning ? Tone::Warning
                                                          : Tone::Info;
        const QString name = severity == Severity::Error     ? QStringLiteral("error")
                             : severity == Severity::Warning ? QStringLiteral("warning")
                                                             : QStringLiteral("info");
        return icon(name, toneColor(tone, option.palette));
    }
};

/// Wraps sentences to the width of their column. Lines are counted with the widths of single
/// letters: laying out thousands of texts takes half a second. Where rows are alike, two lines.
class SentenceDelegate : public LineDelegate {
public:
    explicit SentenceDelegate(QTreeView* view) : LineDelegate(view), m_view(view) {}

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        if (m_view->uniformRowHeights())
            return {0, heightOf(option, 2)};
        return {0, heightOf(option, lines(option.font, index.data().toString(),
                                          m_view->columnWidth(index.column()) - 2 * side))};
    }
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override
    {
        paintGround(painter, option);
        painter->setPen(option.palette.color(QPalette::Text));
        painter->setFont(option.font);
        painter->drawText(option.rect.adjusted(side, 0, -side, 0),
                          QStyle::visualAlignment(option.direction, Qt::AlignLeading) |
                              Qt::AlignVCenter | Qt::TextWordWrap,
                          index.data().toString());
    }

private:
    static constexpr int side = 4;

    double widthOf(QChar c) const
    {
        const auto known = m_widths.constFind(c);
        if (known != m_widths.constEnd())
            return *known;
        const double width = QFontMetricsF(m_font).horizontalAdvance(c);
        m_widths.insert(c, width);
        return width;
    }

    int lines(const QFont& font, const QString& text, int width) const
    {
        if (font != m_font) {
            m_font = font;
            m_widths.clear();
        }
        const double room = std::max(80.0, width * 0.98);
        const double space = widthOf(QLatin1Char(' '));
        int count = 1;
        double line = 0.0;
        double word = 0.0;
        const auto end_word = [&] {
            if (line > 0.0 && line + space + word > room) {
                ++count;
                line = word;
            } else {
                line += (line > 0.0 ? space : 0.0) + word;
            }
            word = 0.0;
        };
        for (const QChar c : text) {
            if (c == QLatin1Char('\n')) {
                end_word();
                ++count;
                line = 0.0;
            } else if (c.isSpace()) {
                end_word();
            } else {
                word += widthOf(c);
            }
        }
        end_word();
        return count;
    }

    QTreeView* m_view;
    mutable QFont m_font;
    mutable QHash<QChar, double> m_widths;
};

/// Rows of the view as tab-separated text.
QString rowsAsText(const QTreeView& view)
{
    QStringList lines;
    for (const QModelIndex& row : view.selectionModel()->selectedRows()) {
        QStringList cells;
        for (int column = 0; column < view.model()->columnCount(); ++column)
            cells += row.siblingAtColumn(column).data().toString();
        lines += cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

QString emptyText(int tab, bool opened)
{
    if (!opened)
        return ProblemsPanel::tr("Open a model to see its problems here.");
    switch (tab) {
    case 0:
        return ProblemsPanel::tr("No orphans: every node has a module.");
    case 1:
        return ProblemsPanel::tr("Nothing to report.");
    default:
        return ProblemsPanel::tr("Click a figure in the coverage panel to list its nodes here.");
    }
}

/// A list that says in words why it is empty. Its columns give way in a narrow window, down to the
/// width of their headers; then the list scrolls.
class ListView : public QTreeView {
public:
    ListView(int tab, QWidget* parent) : QTreeView(parent), m_tab(tab)
    {
        // A width that somebody drags a column to is what it has where there is room.
        connect(header(), &QHeaderView::sectionResized, this, [this](int section, int, int width) {
            if (!m_fitting && m_preferred.contains(section))
                m_preferred[section] = width;
        });
    }
    /// One column takes the room that the others leave.
    void setColumns(int stretched, const QMap<int, int>& preferred)
    {
        header()->setStretchLastSection(false);
        header()->setSectionResizeMode(stretched, QHeaderView::Stretch);
        m_stretched = stretched;
        m_preferred = preferred;
        fitColumns();
    }
    void setOpened(bool opened)
    {
        m_opened = opened;
        viewport()->update();
    }

protected:
    void resizeEvent(QResizeEvent* event) override
    {
        QTreeView::resizeEvent(event);
        fitColumns();
    }
    void changeEvent(QEvent* event) override
    {
        QTreeView::changeEvent(event);
        if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
            fitColumns();
    }
    void paintEvent(QPaintEvent* event) override
    {
        QTreeView::paintEvent(event);
        if (model() && model()->rowCount() > 0)
            return;
        QPainter painter(viewport());
        painter.setPen(mutedText(palette()));
        const auto* proxy = qobject_cast<const QSortFilterProxyModel*>(model());
        const auto* nodes = qobject_cast<const NodeTableModel*>(model());
        const bool filtered =
            (proxy && proxy->sourceModel()->rowCount() > 0) || (nodes && nodes->total() > 0);
        painter.drawText(viewport()->rect().adjusted(16, 0, -16, 0),
                         Qt::AlignCenter | Qt::TextWordWrap,
                         filtered ? ProblemsPanel::tr("Nothing here passes the filter.")
                                  : emptyText(m_tab, m_opened));
    }

private:
    void fitColumns()
    {
        if (m_preferred.isEmpty())
            return;
        const QScopedValueRollback fitting(m_fitting, true);
        int wanted = 0;
        int least = 0;
        for (auto it = m_preferred.cbegin(); it != m_preferred.cend(); ++it) {
            const int title = header()->sectionSizeHint(it.key());
            least += title;
            wanted += std::max(title, it.value());
        }
        // What the stretched column needs: a few words, and its title.
        const int words =
            std::max(header()->sectionSizeHint(m_stretched), fontMetrics().averageCharWidth() * 24);
        const int missing = std::clamp(wanted + words - viewport()->width(), 0, wanted - least);
        int narrowest = header()->sectionSizeHint(m_stretched);
        for (auto it = m_preferred.cbegin(); it != m_preferred.cend(); ++it) {
            const int title = header()->sectionSizeHint(it.key());
            narrowest = std::min(narrowest, title);
            const int room = std::max(title, it.value()) - title;
            const int less = wanted > least ? missing * room / (wanted - least) : 0;
            header()->resizeSection(it.key(), title + room - less);
        }
        // The bound is one for all columns, so it has to be that of the stretched one's title.
        header()->setMinimumSectionSize(std::max(narrowest, 1));
    }

    int m_tab;
    int m_stretched = 0;
    QMap<int, int> m_preferred; ///< widths of the other columns where there is room
    bool m_fitting = false;
    bool m_opened = false;
};

} // namespace

ProblemsPanel::ProblemsPanel(Selection* selection, QWidget* parent)
    : QTabWidget(parent),
      m_selection(selection),
      m_orphans(new OrphanModel(this)),
      m_diagnostics(new DiagnosticsModel(this)),
      m_diagnostics_filter(new DiagnosticsFilter(this)),
      m_nodes(new NodeListModel(this))
{
    setDocumentMode(true);
    setAccessibleName(tr("Problems"));
    m_orphan_view = addView(m_orphans, QStringLiteral("orphanView"), tr("Orphans"));
    m_diagnostics_filter->setSourceModel(m_diagnostics);
    m_diagnostics_view =
        addView(m_diagnostics_filter, QStringLiteral("diagnosticsView"), tr("Diagnostics"));
    addDiagnosticsFilter();
    m_node_view = addView(m_nodes, QStringLiteral("nodeView"), tr("Nodes"));
    m_orphan_view->setSortingEnabled(true);
    m_orphan_view->sortByColumn(OrphanModel::GraphPath, Qt::AscendingOrder);
    m_node_view->setSortingEnabled(true);
    m_node_view->sortByColumn(-1, Qt::AscendingOrder);
    // Messages are sentences: they wrap instead of being cut.
    m_diagnostics_view->setWordWrap(true);
    m_diagnostics_view->setItemDelegate(new LineDelegate(m_diagnostics_view));
    for (NodeTableModel* model :
         {static_cast<NodeTableModel*>(m_orphans), static_cast<NodeTableModel*>(m_nodes)})
        connect(model, &NodeTableModel::rowsChanged, this, &ProblemsPanel::refreshTitles);
    m_diagnostics_view->setItemDelegateForColumn(DiagnosticsModel::Message,
                                                 new SentenceDelegate(m_diagnostics_view));
    connect(m_diagnostics_view->header(), &QHeaderView::sectionResized, m_diagnostics_view,
            &QTreeView::doItemsLayout, Qt::QueuedConnection);
    m_diagnostics_view->setItemDelegateForColumn(DiagnosticsModel::SeverityColumn,
                                                 new SeverityDelegate(this));
    static_cast<ListView*>(m_diagnostics_view)
        ->setColumns(DiagnosticsModel::Message, {{DiagnosticsModel::SeverityColumn, 92},
                                                 {DiagnosticsModel::Where, 130},
                                                 {DiagnosticsModel::Code, 130}});
    static_cast<ListView*>(m_orphan_view)
        ->setColumns(OrphanModel::SyntheticPath, {{OrphanModel::Name, 230},
                                                  {OrphanModel::Operator, 120},
                                                  {OrphanModel::GraphPath, 150}});
    static_cast<ListView*>(m_node_view)
        ->setColumns(NodeListModel::ModulePath, {{NodeListModel::Name, 230},
                                                 {NodeListModel::Operator, 120},
                                                 {NodeListModel::Confidence, 90},
                                                 {NodeListModel::EvidenceColumn, 130}});

    // A click, Enter, or the arrow keys: all reveal at once.
    auto reveal_node = [this](const QModelIndex& index) {
        if (index.isValid())
            m_selection->select(Target::ofNode(index.data(NodeTableModel::NodeIdRole).toUInt()),
                                this);
    };
    auto reveal_diagnostic = [this](const QModelIndex& index) {
        const int row = m_diagnostics_filter->mapToSource(index).row();
        if (const Target target = m_diagnostics->targetOf(row); !target.isEmpty())
            m_selection->select(target, this);
    };
    for (QTreeView* view : {m_orphan_view, m_node_view}) {
        connect(view, &QTreeView::clicked, this, reveal_node);
        connect(view, &QTreeView::activated, this, reveal_node);
    }
    connect(m_diagnostics_view, &QTreeView::clicked, this, reveal_diagnostic);
    connect(m_diagnostics_view, &QTreeView::activated, this, reveal_diagnostic);
    refreshTitles();
}

QTreeView* ProblemsPanel::addView(QAbstractItemModel* model, const QString& name,
                                  const QString& title)
{
    auto* view = new ListView(count(), this);
    view->setModel(model);
    view->setObjectName(name);
    view->setAccessibleName(title);
    view->setRootIsDecorated(false);
    view->setUniformRowHeights(true);
    view->setFrameShape(QFrame::NoFrame);
    view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setItemDelegate(new CellDelegate(view));
    if (const auto* nodes = qobject_cast<const NodeTableModel*>(model))
        keepCurrent(view, nodes);
    auto* copy = new QAction(icon(QStringLiteral("copy")), tr("Copy rows"), view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, view,
            [view] { QApplication::clipboard()->setText(rowsAsText(*view)); });
    view->addAction(copy);
    view->setContextMenuPolicy(Qt::ActionsContextMenu);
    addTab(view, title);
    return view;
}

/// Of a list that is filtered or sorted anew: the same node stays current.
void ProblemsPanel::keepCurrent(QTreeView* view, const NodeTableModel* model)
{
    auto current = std::make_shared<NodeId>(no_id);
    connect(model, &QAbstractItemModel::modelAboutToBeReset, view, [view, current] {
        const QModelIndex index = view->currentIndex();
        *current = index.isValid() ? index.data(NodeTableModel::NodeIdRole).toUInt() : no_id;
    });
    connect(model, &NodeTableModel::rowsChanged, view, [view, model, current] {
        if (const int row = *current == no_id ? -1 : model->rowOf(*current); row >= 0)
            view->setCurrentIndex(model->index(row, 0));
        *current = no_id;
    });
}

void ProblemsPanel::addDiagnosticsFilter()
{
    const QString title = tabText(indexOf(m_diagnostics_view));
    const int tab = indexOf(m_diagnostics_view);
    removeTab(tab);
    auto* text = new QLineEdit;
    text->setObjectName(QStringLiteral("diagnosticsText"));
    text->setPlaceholderText(tr("Filter by text"));
    text->setAccessibleName(tr("Filter diagnostics by text"));
    text->setClearButtonEnabled(true);
    auto* severity = new QComboBox;
    severity->setObjectName(QStringLiteral("diagnosticsSeverity"));
    severity->setAccessibleName(tr("Least severity"));
    severity->addItem(tr("All"), static_cast<int>(Severity::Info));
    severity->addItem(tr("Warnings and errors"), static_cast<int>(Severity::Warning));
    severity->addItem(tr("Errors"), static_cast<int>(Severity::Error));
    connect(text, &QLineEdit::textChanged, m_diagnostics_filter,
            &QSortFilterProxyModel::setFilterFixedString);
    connect(severity, &QComboBox::currentIndexChanged, this, [this, severity] {
        m_diagnostics_filter->setLeast(static_cast<Severity>(severity->currentData().toInt()));
    });
    m_diagnostics_page = new QWidget;
    auto* row = new QHBoxLayout;
    row->setContentsMargins(6, 4, 6, 4);
    row->setSpacing(6);
    row->addWidget(text, 1);
    row->addWidget(severity);
    auto* layout = new QVBoxLayout(m_diagnostics_page);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addLayout(row);
    layout->addWidget(m_diagnostics_view, 1);
    insertTab(tab, m_diagnostics_page, title);
    m_diagnostics_view->show();
}

void ProblemsPanel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    m_orphans->setInspection(m_inspection);
    m_diagnostics->setInspection(m_inspection);
    // The height of each row is a question to the model: of many, all are alike.
    constexpr int most_heights = 2000;
    m_diagnostics_view->setUniformRowHeights(m_diagnostics->rowCount() > most_heights);
    m_nodes->setInspection(m_inspection, {});
    m_nodes_title.clear();
    refreshTitles();
    for (QTreeView* view : {m_orphan_view, m_diagnostics_view, m_node_view})
        static_cast<ListView*>(view)->setOpened(m_inspection != nullptr);
    if (orphanCount() == 0 && m_diagnostics->rowCount() > 0)
        showDiagnostics();
    else
        showOrphans();
}

void ProblemsPanel::refreshTitles()
{
    auto counted = [](const QString& title, std::size_t count, std::size_t shown) {
        if (shown < count)
            return tr("%1 (%2 of %3)").arg(title, formatCount(shown), formatCount(count));
        return count > 0 ? QStringLiteral("%1 (%2)").arg(title, formatCount(count)) : title;
    };
    const auto diagnostics = static_cast<std::size_t>(m_diagnostics->rowCount());
    setTabText(0, counted(tr("Orphans"), m_orphans->total(), m_orphans->nodes().size()));
    setTabText(1, counted(tr("Diagnostics"), diagnostics, diagnostics));
    setTabText(2, counted(m_nodes_title.isEmpty() ? tr("Nodes") : m_nodes_title, m_nodes->total(),
                          m_nodes->nodes().size()));
}

void ProblemsPanel::setKept(const FilteredNodesPtr& kept)
{
    const Activity activity("problems: filter");
    m_orphans->setKept(kept);
    m_nodes->setKept(kept);
    refreshTitles();
}

/// Also before they are listed.
std::uint64_t ProblemsPanel::orphanCount() const
{
    return m_inspection && m_inspection->model ? m_inspection->coverage.all.orphans : 0;
}

int ProblemsPanel::problemCount() const
{
    return static_cast<int>(orphanCount()) + m_diagnostics->count(Severity::Error) +
           m_diagnostics->count(Severity::Warning);
}

void ProblemsPanel::showOrphans()
{
    setCurrentWidget(m_orphan_view);
}

void ProblemsPanel::showDiagnostics()
{
    setCurrentWidget(m_diagnostics_page);
}

void ProblemsPanel::showNodes(const QString& title, const NodeListModel::Condition& condition)
{
    const Activity activity("problems: nodes");
    m_nodes->setInspection(m_inspection, condition);
    m_nodes_title = title;
    refreshTitles();
    setCurrentWidget(m_node_view);
}

void ProblemsPanel::showNodes(const QString& title, std::vector<NodeId> nodes)
{
    const Activity activity("problems: nodes");
    m_nodes->setNodes(m_inspection, std::move(nodes));
    m_nodes_title = title;
    refreshTitles();
    setCurrentWidget(m_node_view);
}

QString ProblemsPanel::stepOrphan(int direction)
{
    const int count = m_orphans->rowCount();
    if (count == 0)
        return orphanCount() > 0 ? tr("No orphan passes the filter.")
                                 : tr("No orphans: every node has a module.");
    const QModelIndex current = m_orphan_view->currentIndex();
    int row = direction > 0 ? 0 : count - 1;
    bool round = false;
    if (current.isValid()) {
        row = (current.row() + direction + count) % count;
        round = direction > 0 ? row <= current.row() : row >= current.row();
    }
    const QModelIndex next = m_orphans->index(row, 0);
    m_orphan_view->setCurrentIndex(next);
    m_orphan_view->scrollTo(next);
    m_selection->select(Target::ofNode(next.data(OrphanModel::NodeIdRole).toUInt()), this);
    const QString place = tr("Orphan %1 of %2")
                              .arg(formatCount(static_cast<std::uint64_t>(row) + 1),
                                   formatCount(static_cast<std::uint64_t>(count)));
    if (!round)
        return place;
    return direction > 0 ? tr("%1, from the beginning again").arg(place)
                         : tr("%1, from the end again").arg(place);
}

} // namespace strata::ui
