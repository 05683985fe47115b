#include "ui/panels/filter_panel.h"

#include "ui/canvas/legend_row.h"
#include "ui/models/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/colors.h"
#include "ui/widgets/range_bar.h"
#include "ui/widgets/section.h"
#include "ui/window/icons.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScopedValueRollback>
#include <QToolButton>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

QToolButton* addTool(QHBoxLayout* row, const QString& name, const QString& icon_name,
                     const QString& tip)
{
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setIcon(icon(icon_name));
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    row->addWidget(button);
    return button;
}

} // namespace

FilterPanel::FilterPanel(QWidget* parent)
    : QScrollArea(parent),
      m_count(new QLabel),
      m_range(new RangeBar),
      m_contradicted(new QCheckBox(tr("Only contradicted nodes"))),
      m_query(new QLabel)
{
    setObjectName(QStringLiteral("filterPanel"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Filter"));
    m_count->setObjectName(QStringLiteral("filterCount"));
    m_count->setFont(scaled(font(), 1.0, QFont::DemiBold));
    m_range->setObjectName(QStringLiteral("filterRange"));
    m_contradicted->setObjectName(QStringLiteral("filterContradicted"));
    m_contradicted->setToolTip(tr("Nodes for which pieces of evidence name different modules"));
    m_query->setObjectName(QStringLiteral("filterQuery"));
    m_query->setWordWrap(true);
    m_query->setTextFormat(Qt::PlainText);
    m_query->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_query->setFont(monospace(font()));
    m_query->setForegroundRole(QPalette::PlaceholderText);
    m_query->setAccessibleName(tr("The filter as a query"));

    auto* head = new QHBoxLayout;
    head->setContentsMargins(0, 0, 0, 0);
    head->setSpacing(2);
    head->addWidget(m_count, 1);
    m_list = addTool(head, QStringLiteral("filterList"), QStringLiteral("document"),
                     tr("List the nodes that are left"));
    m_as_query = addTool(head, QStringLiteral("filterAsQuery"), QStringLiteral("search"),
                         tr("Put the filter into the search box"));
    m_reset =
        addTool(head, QStringLiteral("filterReset"), QStringLiteral("close"), tr("Filter nothing"));

    const auto rows = [this](std::size_t count, const QString& name, std::vector<LegendRow*>& into,
                             Section* section) {
        for (std::size_t i = 0; i < count; ++i) {
            auto* row = new LegendRow(i,
                                      name == QLatin1String("kind-") &&
                                          i == static_cast<std::size_t>(EvidenceKind::Synthetic),
                                      nullptr);
            row->setObjectName(name + QString::number(i));
            connect(row, &QAbstractButton::toggled, this, &FilterPanel::edited);
            section->addWidget(row);
            into.push_back(row);
        }
    };
    auto* confidence = new Section(tr("Confidence"));
    confidence->addWidget(m_range);
    auto* kinds = new Section(tr("Evidence"));
    rows(evidence_kind_count, QStringLiteral("kind-"), m_kinds, kinds);
    kinds->addWidget(m_contradicted);
    auto* categories = new Section(tr("Category"));
    rows(category_count, QStringLiteral("category-"), m_categories, categories);

    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(10, 8, 10, 10);
    column->setSpacing(2);
    column->addLayout(head);
    column->addWidget(m_query);
    column->addSpacing(4);
    for (Section* section : {confidence, kinds, categories})
        column->addWidget(section);
    column->addStretch();
    content->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    setWidget(content);

    connect(m_range, &RangeBar::rangeChanged, this, &FilterPanel::edited);
    connect(m_contradicted, &QCheckBox::toggled, this, &FilterPanel::edited);
    connect(m_reset, &QToolButton::clicked, this, &FilterPanel::reset);
    connect(m_as_query, &QToolButton::clicked, this, [this] {
        const QString query = m_filter.query();
        reset();
        Q_EMIT queryRequested(query);
    });
    connect(m_list, &QToolButton::clicked, this, [this] {
        if (!m_kept)
            return;
        std::vector<NodeId> nodes;
        for (NodeId node = 0; node < m_kept->nodes.size(); ++node)
            if (m_kept->nodes[node])
                nodes.push_back(node);
        Q_EMIT listRequested(tr("Filtered"), nodes);
    });
    refreshRows();
    accept(nullptr);
}

void FilterPanel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    m_background.cancel();
    widget()->setEnabled(m_inspection && m_inspection->model);
    m_range->setCounts(m_inspection ? m_inspection->coverage.histogram
                                    : std::array<std::uint64_t, 10>{});
    refreshRows();
    // The same question is asked of the next model.
    m_kept = nullptr;
    apply();
}

void FilterPanel::setFilter(const NodeFilter& filter)
{
    {
        const QScopedValueRollback setting(m_setting, true);
        for (std::size_t i = 0; i < m_kinds.size(); ++i)
            m_kinds[i]->setChecked(filter.kinds[i]);
        for (std::size_t i = 0; i < m_categories.size(); ++i)
            m_categories[i]->setChecked(filter.categories[i]);
        m_range->setRange(filter.low, filter.high);
        m_contradicted->setChecked(filter.contradicted);
    }
    edited();
}

void FilterPanel::edited()
{
    if (m_setting)
        return;
    NodeFilter filter;
    for (std::size_t i = 0; i < m_kinds.size(); ++i)
        filter.kinds[i] = m_kinds[i]->isChecked();
    for (std::size_t i = 0; i < m_categories.size(); ++i)
        filter.categories[i] = m_categories[i]->isChecked();
    filter.low = m_range->low();
    filter.high = m_range->high();
    filter.contradicted = m_contradicted->isChecked();
    if (filter == m_filter)
        return;
    m_filter = filter;
    apply();
}

void FilterPanel::apply()
{
    if (!m_inspection || !m_inspection->model || m_filter.isEmpty()) {
        m_background.cancel();
        return accept(nullptr);
    }
    m_background.run([this, inspection = m_inspection,
                      filter = m_filter](TaskContext& task) -> Background::Answer {
        auto kept = applyFilter(*inspection, filter, task);
        if (!kept)
            return {};
        return [this, result = std::move(*kept)] { accept(result); };
    });
}

void FilterPanel::accept(const FilteredNodesPtr& kept)
{
    m_kept = kept;
    const bool active = kept != nullptr;
    const std::uint64_t all =
        m_inspection && m_inspection->model ? m_inspection->model->nodes.size() : 0;
    m_count->setText(!m_inspection ? tr("Open a model to filter its nodes.")
                     : active ? tr("%1 of %2 nodes").arg(formatCount(kept->count), formatCount(all))
                              : tr("All %1 nodes").arg(formatCount(all)));
    const QString query = m_filter.query();
    m_query->setText(query);
    m_query->setVisible(!query.isEmpty());
    for (QToolButton* button : {m_list, m_as_query, m_reset})
        button->setEnabled(active);
    Q_EMIT filtered(kept);
}

void FilterPanel::refreshRows()
{
    const Theme theme = Theme::fromPalette(palette());
    for (std::size_t i = 0; i < m_kinds.size(); ++i) {
        const auto kind = static_cast<EvidenceKind>(i);
        m_kinds[i]->setContent(theme.confidenceColor(default_confidence(kind)), evidenceName(kind),
                               m_inspection ? formatCount(m_inspection->coverage.kinds[i])
                                            : QString());
        m_kinds[i]->setToolTip(evidenceExplanation(kind));
    }
    for (std::size_t i = 0; i < m_categories.size(); ++i)
        m_categories[i]->setContent(
            theme.classColor(i, category_count, false), categoryName(static_cast<Category>(i)),
            m_inspection ? formatCount(m_inspection->coverage.categories[i].total) : QString());
}

void FilterPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        QMetaObject::invokeMethod(this, &FilterPanel::refreshRows, Qt::QueuedConnection);
    QScrollArea::changeEvent(event);
}

} // namespace strata::ui
