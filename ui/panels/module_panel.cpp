#include "ui/panels/module_panel.h"

#include "ui/jobs/activity.h"
#include "ui/models/module_tree_model.h"
#include "ui/panels/share_delegate.h"
#include "ui/window/icons.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

QToolButton* makeButton(QWidget* parent, const QString& icon_name, const QString& text)
{
    auto* button = new QToolButton(parent);
    button->setIcon(icon(icon_name));
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace

ModulePanel::ModulePanel(Selection* selection, QWidget* parent)
    : QWidget(parent),
      m_selection(selection),
      m_model(new ModuleTreeModel(this)),
      m_filter(new QLineEdit(this)),
      m_view(new QTreeView(this))
{
    m_filter->setObjectName(QStringLiteral("moduleFilter"));
    m_filter->setPlaceholderText(tr("Filter by name, class or operator"));
    m_filter->setAccessibleName(tr("Filter of the module tree"));
    m_filter->setClearButtonEnabled(true);
    m_filter->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);

    m_view->setModel(m_model);
    m_view->setObjectName(QStringLiteral("moduleTree"));
    m_view->setAccessibleName(tr("Module tree"));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(false);
    m_view->setExpandsOnDoubleClick(true);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setItemDelegate(new ShareDelegate(m_view));
    m_view->setIndentation(12);
    m_view->setTextElideMode(Qt::ElideRight);
    m_view->setMinimumWidth(220);
    QHeaderView* header = m_view->header();
    header->setStretchLastSection(false);
    header->setMinimumSectionSize(36);
    header->setSectionResizeMode(ModuleTreeModel::Name, QHeaderView::Stretch);
    const QFontMetrics metrics(font());
    auto fit = [&](int column, const QString& sample) {
        const QString title =
            m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        constexpr int padding = 14;
        header->resizeSection(
            column, std::max(metrics.horizontalAdvance(sample), metrics.horizontalAdvance(title)) +
                        padding);
    };
    fit(ModuleTreeModel::Class, QStringLiteral("Sequential_"));
    fit(ModuleTreeModel::Parameters, QStringLiteral("88.8 M"));
    fit(ModuleTreeModel::Nodes, QStringLiteral("Nodes_"));
    fit(ModuleTreeModel::CoverageShare, QStringLiteral("Coverage"));
    fit(ModuleTreeModel::Confidence, QStringLiteral("Conf._"));

    auto* expand = makeButton(this, QStringLiteral("expand-all"), tr("Expand all modules"));
    auto* collapse = makeButton(this, QStringLiteral("collapse-all"), tr("Collapse all modules"));
    auto* row = new QHBoxLayout;
    row->setContentsMargins(8, 8, 8, 6);
    row->setSpacing(4);
    row->addWidget(m_filter, 1);
    row->addWidget(expand);
    row->addWidget(collapse);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_view, 1);
    setFocusProxy(m_view);

    connect(expand, &QToolButton::clicked, this, &ModulePanel::expandAll);
    connect(collapse, &QToolButton::clicked, this, &ModulePanel::collapseAll);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_model->setFilter({text, m_model->filter().kept});
    });
    connect(m_model, &ModuleTreeModel::arranged, this, &ModulePanel::showArranged);
    connect(m_view, &QTreeView::expanded, this,
            [this](const QModelIndex& i) { noteOpen(i, true); });
    connect(m_view, &QTreeView::collapsed, this,
            [this](const QModelIndex& i) { noteOpen(i, false); });
    // Selected, not current: the view makes its first row current when it gets the focus.
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            [this](const QItemSelection& selected) {
                if (!m_following && !selected.isEmpty())
                    m_selection->select(
                        Target::ofModule(ModuleTreeModel::moduleOf(selected.indexes().front())),
                        this);
            });
    // A click on the row that is current already reveals it again.
    connect(m_view, &QTreeView::clicked, this, [this](const QModelIndex& index) {
        m_selection->select(Target::ofModule(ModuleTreeModel::moduleOf(index)), this);
    });
    connect(m_selection, &Selection::revealRequested, this,
            [this](const Target& target, const QObject* source) {
                if (source != this)
                    follow(target);
            });
    connect(m_selection, &Selection::changed, this,
            [this](const Target& target, const QObject* source) {
                if (source != this && target.isEmpty())
                    follow(target);
            });
}

void ModulePanel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    const QScopedValueRollback following(m_following, true);
    m_open.assign(inspection ? inspection->modules.size() : 0, false);
    m_model->setInspection(std::move(inspection));
    if (m_model->filter().isEmpty())
        m_view->expand(m_model->index(0, 0));
}

/// Other rows are there: matches are open, and without a filter what was open before.
void ModulePanel::showArranged()
{
    const Activity activity("module tree: filter");
    const QScopedValueRollback following(m_following, true);
    if (m_model->filter().text.isEmpty()) {
        restoreOpen();
    } else {
        const QScopedValueRollback arranging(m_arranging, true);
        openLevels();
    }
    follow(m_selection->current());
}

void ModulePanel::restoreOpen()
{
    const QScopedValueRollback arranging(m_arranging, true);
    // The view lays itself out when it has been told all of them.
    for (ModuleId id = 0; id < m_open.size(); ++id)
        if (m_open[id])
            if (const QModelIndex index = m_model->indexOf(id); index.isValid())
                m_view->expand(index);
}

void ModulePanel::noteOpen(const QModelIndex& index, bool open)
{
    const ModuleId id = ModuleTreeModel::moduleOf(index);
    if (!m_arranging && m_model->filter().text.isEmpty() && id < m_open.size())
        m_open[id] = open;
}

void ModulePanel::openLevels()
{
    // Laying out a row takes about a microsecond, and nobody reads as many.
    constexpr std::size_t most_rows = 10000;
    const std::vector<std::size_t>& levels = m_model->levels();
    std::size_t rows = 0;
    int depth = -1;
    for (const std::size_t level : levels) {
        rows += level;
        if (rows > most_rows)
            break;
        ++depth;
    }
    if (rows <= most_rows)
        m_view->expandAll();
    else
        m_view->expandToDepth(std::max(0, depth - 1));
}

void ModulePanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrangeColumns();
}

void ModulePanel::arrangeColumns()
{
    QHeaderView* header = m_view->header();
    constexpr int dispensable[] = {ModuleTreeModel::Class, ModuleTreeModel::Confidence,
                                   ModuleTreeModel::Parameters};
    for (const int column : dispensable)
        header->setSectionHidden(column, false);
    int room = width();
    for (int column = 0; column < header->count(); ++column)
        if (column != ModuleTreeModel::Name)
            room -= header->sectionSize(column);
    const int wanted = fontMetrics().horizontalAdvance(QLatin1Char('n')) * 16;
    for (const int column : dispensable) {
        if (room >= wanted)
            break;
        room += header->sectionSize(column);
        header->setSectionHidden(column, true);
    }
}

void ModulePanel::setKept(const FilteredNodesPtr& kept)
{
    m_model->setFilter({m_model->filter().text, kept});
}

void ModulePanel::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void ModulePanel::expandAll()
{
    const Activity activity("module tree: expand all");
    const QScopedValueRollback arranging(m_arranging, true);
    openLevels();
    if (!m_model->filter().text.isEmpty())
        return;
    for (ModuleId id = 0; id < m_open.size(); ++id)
        m_open[id] = m_view->isExpanded(m_model->indexOf(id));
}

void ModulePanel::collapseAll()
{
    const Activity activity("module tree: collapse all");
    const QScopedValueRollback following(m_following, true);
    const QScopedValueRollback arranging(m_arranging, true);
    m_view->collapseAll();
    m_view->expand(m_model->index(0, 0));
    if (m_model->filter().text.isEmpty()) {
        m_open.assign(m_open.size(), false);
        if (!m_open.empty())
            m_open[root_module] = true;
    }
}

QModelIndex ModulePanel::viewIndex(ModuleId id) const
{
    return m_model->indexOf(id);
}

void ModulePanel::follow(const Target& target)
{
    const Activity activity("module tree: selection");
    const QScopedValueRollback following(m_following, true);
    const auto& inspection = m_model->inspection();
    if (!inspection)
        return;
    ModuleId module = target.module;
    if (target.isNode() && target.node < inspection->attribution.size())
        module = inspection->attribution[target.node].module;
    const QModelIndex index = viewIndex(module);
    if (!index.isValid()) {
        m_view->selectionModel()->clear();
        return;
    }
    // scrollTo() opens the parents only while the view is idle, which it is not during a click.
    for (QModelIndex above = index.parent(); above.isValid(); above = above.parent())
        m_view->expand(above);
    m_view->setCurrentIndex(index);
    m_view->scrollTo(index);
}

} // namespace strata::ui
