#include "ui/compare/differences_panel.h"

#include "ui/models/count_pair_model.h"
#include "ui/models/format.h"
#include "ui/models/node_pair_model.h"
#include "ui/theme/theme.h"
#include "ui/widgets/colors.h"
#include "ui/window/icons.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPainter>
#include <QSplitter>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

constexpr DifferenceClass shown_classes[] = {DifferenceClass::Changed, DifferenceClass::Removed,
                                             DifferenceClass::Added, DifferenceClass::Fused};

QIcon swatch(const QColor& color)
{
    constexpr int size = 32;
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawRoundedRect(4, 4, size - 8, size - 8, 7, 7);
    painter.end();
    return QIcon(pixmap);
}

/// Puts the colour of the change before its name.
class ChangeDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const auto found =
            static_cast<DifferenceClass>(index.data(DifferencesModel::ClassRole).toInt());
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->decorationSize = QSize(14, 14);
        option->icon = swatch(Theme::fromPalette(option->palette).differenceColor(found));
    }
};

void plainTree(QTreeView* view)
{
    view->setRootIsDecorated(false);
    view->setFrameShape(QFrame::NoFrame);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->header()->setStretchLastSection(false);
}

} // namespace

DifferencesPanel::DifferencesPanel(QWidget* parent)
    : QTabWidget(parent),
      m_model(new DifferencesModel(this)),
      m_filter(new DifferencesFilter(this)),
      m_pair(new NodePairModel(this)),
      m_operators(new CountPairModel(tr("Operator"), this)),
      m_modules(new CountPairModel(tr("Module"), this))
{
    setDocumentMode(true);
    setAccessibleName(tr("Differences"));
    m_filter->setSourceModel(m_model);
    addTab(buildList(), tr("Differences"));
    QTreeView* operators =
        buildCounts(m_operators, QStringLiteral("operatorCounts"), tr("Operators"));
    addTab(operators, tr("Operators"));
    QTreeView* modules = buildCounts(m_modules, QStringLiteral("moduleCounts"), tr("Modules"));
    addTab(modules, tr("Modules"));
    setTabToolTip(1, tr("How often each operator occurs in the two files"));
    setTabToolTip(2, tr("How many nodes lie directly in each module"));
    const auto go = [this](const QModelIndex& index) {
        Q_EMIT moduleRequested(index.data(CountPairModel::NameRole).toString());
    };
    connect(modules, &QTreeView::clicked, this, go);
    connect(modules, &QTreeView::activated, this, go);
    refreshChips();
}

QWidget* DifferencesPanel::buildList()
{
    m_view = new QTreeView;
    plainTree(m_view);
    m_view->setObjectName(QStringLiteral("differenceView"));
    m_view->setAccessibleName(tr("Differences"));
    m_view->setUniformRowHeights(true);
    m_view->setModel(m_filter);
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setItemDelegateForColumn(DifferencesModel::Change, new ChangeDelegate(m_view));
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(-1, Qt::AscendingOrder);
    QHeaderView* header = m_view->header();
    header->resizeSection(DifferencesModel::Change, 100);
    header->resizeSection(DifferencesModel::What, 110);
    header->resizeSection(DifferencesModel::Name, 240);
    header->resizeSection(DifferencesModel::ModulePath, 180);
    header->setSectionResizeMode(DifferencesModel::Detail, QHeaderView::Stretch);
    connect(m_view, &QTreeView::clicked, this, &DifferencesPanel::choose);
    connect(m_view, &QTreeView::activated, this, &DifferencesPanel::choose);
    auto* copy = new QAction(icon(QStringLiteral("copy")), tr("Copy rows"), m_view);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    connect(copy, &QAction::triggered, m_view, [view = m_view] {
        QStringList lines;
        for (const QModelIndex& row : view->selectionModel()->selectedRows()) {
            QStringList cells;
            for (int column = 0; column < DifferencesModel::ColumnCount; ++column)
                cells += row.siblingAtColumn(column).data().toString();
            lines += cells.join(QLatin1Char('\t'));
        }
        QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
    });
    m_view->addAction(copy);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 6, 8, 6);
    row->setSpacing(6);
    for (const DifferenceClass each : shown_classes) {
        auto* chip = new QToolButton;
        chip->setObjectName(QStringLiteral("show-") + toQString(to_string(each)));
        chip->setCheckable(true);
        chip->setChecked(true);
        chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        chip->setFocusPolicy(Qt::TabFocus);
        chip->setToolTip(tr("Show or hide these differences in the list"));
        connect(chip, &QToolButton::toggled, this,
                [this, each](bool shown) { m_filter->setShown(each, shown); });
        row->addWidget(chip);
        m_chips.emplace_back(each, chip);
    }
    auto* text = new QLineEdit;
    text->setObjectName(QStringLiteral("differenceText"));
    text->setPlaceholderText(tr("Filter by name, module or text"));
    text->setAccessibleName(tr("Filter of the differences"));
    text->setClearButtonEnabled(true);
    text->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    connect(text, &QLineEdit::textChanged, m_filter, &QSortFilterProxyModel::setFilterFixedString);
    row->addWidget(text, 1);

    auto* details = new QTreeView;
    plainTree(details);
    details->setObjectName(QStringLiteral("pairView"));
    details->setAccessibleName(tr("The selected nodes side by side"));
    details->setModel(m_pair);
    details->setWordWrap(true);
    details->setAlternatingRowColors(false);
    details->header()->resizeSection(NodePairModel::Property, 120);
    details->header()->setSectionResizeMode(NodePairModel::First, QHeaderView::Stretch);
    details->header()->setSectionResizeMode(NodePairModel::Second, QHeaderView::Stretch);

    auto* list = new QWidget;
    auto* column = new QVBoxLayout(list);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_view, 1);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(list);
    splitter->addWidget(details);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setSizes({900, 560});
    return splitter;
}

QTreeView* DifferencesPanel::buildCounts(CountPairModel* model, const QString& name,
                                         const QString& title)
{
    auto* sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(model);
    sorted->setSortRole(CountPairModel::SortRole);
    auto* view = new QTreeView;
    plainTree(view);
    view->setObjectName(name);
    view->setAccessibleName(title);
    view->setUniformRowHeights(true);
    view->setModel(sorted);
    view->setSortingEnabled(true);
    view->sortByColumn(CountPairModel::Name, Qt::AscendingOrder);
    view->header()->setSectionResizeMode(CountPairModel::Name, QHeaderView::Stretch);
    for (const int column : {CountPairModel::First, CountPairModel::Second, CountPairModel::Change})
        view->header()->resizeSection(column, 110);
    return view;
}

void DifferencesPanel::setComparison(std::shared_ptr<const Comparison> comparison)
{
    m_pair->setNodes(nullptr, no_id, nullptr, no_id);
    m_operators->setCounts(comparison ? comparison->found.op_types : std::vector<CountPair>{});
    m_modules->setCounts(comparison ? comparison->found.modules : std::vector<CountPair>{});
    m_model->setComparison(std::move(comparison));
    const int count = m_model->rowCount();
    setTabText(0, count > 0
                      ? tr("Differences (%1)").arg(formatCount(static_cast<std::uint64_t>(count)))
                      : tr("Differences"));
    refreshChips();
}

void DifferencesPanel::refreshChips()
{
    const Theme theme = Theme::fromPalette(palette());
    for (const auto& [of, chip] : m_chips) {
        const std::size_t count = m_model->count(of);
        chip->setIcon(swatch(theme.differenceColor(of)));
        chip->setText(tr("%1 %2").arg(differenceName(of), formatCount(count)));
        chip->setAccessibleName(chip->text());
        chip->setEnabled(count > 0);
    }
}

void DifferencesPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        QMetaObject::invokeMethod(this, &DifferencesPanel::refreshChips, Qt::QueuedConnection);
    QTabWidget::changeEvent(event);
}

void DifferencesPanel::choose(const QModelIndex& index)
{
    const NodeId a = index.data(DifferencesModel::NodeARole).toUInt();
    const NodeId b = index.data(DifferencesModel::NodeBRole).toUInt();
    if (a != no_id || b != no_id)
        Q_EMIT pairRequested(a, b);
}

void DifferencesPanel::showPair(NodeId node_a, NodeId node_b)
{
    const auto& comparison = m_model->comparison();
    if (!comparison)
        return;
    m_pair->setNodes(comparison->a.get(), node_a, comparison->b.get(), node_b);
    const QModelIndex current = m_view->currentIndex();
    const auto row_is = [&](const QModelIndex& index) {
        return index.isValid() && index.data(DifferencesModel::NodeARole).toUInt() == node_a &&
               index.data(DifferencesModel::NodeBRole).toUInt() == node_b;
    };
    if (row_is(current))
        return;
    QModelIndex row = m_filter->indexOf(true, node_a);
    if (!row.isValid())
        row = m_filter->indexOf(false, node_b);
    if (!row.isValid()) {
        m_view->clearSelection();
        return;
    }
    m_view->setCurrentIndex(row);
    m_view->scrollTo(row);
}

void DifferencesPanel::step(int direction)
{
    const int count = m_filter->rowCount();
    if (count == 0)
        return;
    const bool begun = m_view->currentIndex().isValid();
    int row = begun ? m_view->currentIndex().row() : (direction > 0 ? -1 : count);
    for (int tried = 0; tried < count; ++tried) {
        row = (row + direction + count) % count;
        const QModelIndex index = m_filter->index(row, 0);
        if (index.data(DifferencesModel::NodeARole).toUInt() == no_id &&
            index.data(DifferencesModel::NodeBRole).toUInt() == no_id)
            continue;
        setCurrentIndex(0);
        m_view->setCurrentIndex(index);
        m_view->scrollTo(index);
        return choose(index);
    }
}

} // namespace strata::ui
