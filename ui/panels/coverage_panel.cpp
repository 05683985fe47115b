#include "ui/panels/coverage_panel.h"

#include "ui/models/format.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/colors.h"
#include "ui/widgets/section.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

CoveragePanel::CoveragePanel(QWidget* parent)
    : QScrollArea(parent),
      m_figure(new QLabel),
      m_caption(new QLabel),
      m_shares(new Section(tr("Coverage"))),
      m_confidence(new Section(tr("Confidence"))),
      m_histogram(new ConfidenceHistogram),
      m_kinds(new Section(tr("Evidence"))),
      m_categories(new Section(tr("Categories"))),
      m_accounting(new Section(tr("FX nodes"))),
      m_accounting_text(new QLabel)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Coverage"));

    m_figure->setFont(scaled(font(), 2.0, QFont::DemiBold));
    m_figure->setObjectName(QStringLiteral("coverageFigure"));
    m_caption->setForegroundRole(QPalette::PlaceholderText);
    m_caption->setWordWrap(true);
    m_recorded = addBar(m_shares, QStringLiteral("barRecorded"));
    m_attributed = addBar(m_shares, QStringLiteral("barAttributed"));
    m_orphans = addBar(m_shares, QStringLiteral("barOrphans"));
    m_histogram->setObjectName(QStringLiteral("confidenceHistogram"));
    m_confidence->addWidget(m_histogram);
    m_accounting_text->setWordWrap(true);
    m_accounting_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_accounting->addWidget(m_accounting_text);

    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(10, 10, 10, 10);
    column->setSpacing(2);
    column->addWidget(m_figure);
    column->addWidget(m_caption);
    column->addSpacing(8);
    for (Section* section : {m_shares, m_confidence, m_kinds, m_categories, m_accounting})
        column->addWidget(section);
    column->addStretch();
    setWidget(content);

    connect(m_recorded, &BarRow::activated, this, [this] {
        Q_EMIT nodesRequested(tr("Recorded"), [](const OnnxNode&, const NodeAttribution& node) {
            return node.kind == EvidenceKind::Recorded;
        });
    });
    connect(m_attributed, &BarRow::activated, this, [this] {
        Q_EMIT nodesRequested(tr("With a module"), [](const OnnxNode&, const NodeAttribution& n) {
            return !n.synthetic;
        });
    });
    connect(m_orphans, &BarRow::activated, this, &CoveragePanel::orphansRequested);
    connect(m_histogram, &ConfidenceHistogram::tenthActivated, this, [this](int tenth) {
        Q_EMIT nodesRequested(
            tr("Confidence %1 to %2")
                .arg(formatConfidence(tenth / 10.0), formatConfidence((tenth + 1) / 10.0)),
            [tenth](const OnnxNode&, const NodeAttribution& node) {
                const int own = std::clamp(static_cast<int>(node.confidence * 10.0 + 1e-9), 0, 9);
                return own == tenth;
            });
    });
    setInspection(nullptr);
}

BarRow* CoveragePanel::addBar(Section* section, const QString& object_name)
{
    auto* bar = new BarRow;
    bar->setInteractive(true);
    bar->setObjectName(object_name);
    section->addWidget(bar);
    return bar;
}

void CoveragePanel::clearBars(std::vector<BarRow*>& bars)
{
    for (BarRow* bar : bars)
        delete bar;
    bars.clear();
}

void CoveragePanel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    clearBars(m_kind_bars);
    clearBars(m_category_bars);
    const bool there = m_inspection != nullptr;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_figure, m_shares, m_confidence,
                                                           m_kinds, m_categories, m_accounting})
        widget->setVisible(there);
    if (!there) {
        m_caption->setText(tr("No model is open."));
        return;
    }
    const Coverage& coverage = m_inspection->coverage;
    const CoverageFigures& all = coverage.all;
    const double total = all.total > 0 ? static_cast<double>(all.total) : 1.0;
    m_figure->setText(formatShare(all.coverage()));
    m_caption->setText(tr("%1 of %2 ONNX nodes have a module. Mean confidence %3.")
                           .arg(formatCount(all.attributed), formatCount(all.total),
                                formatConfidence(all.mean_confidence())));
    auto figure = [&](std::uint64_t count) {
        return tr("%1 · %2").arg(formatCount(count),
                                 formatShare(static_cast<double>(count) / total));
    };
    m_recorded->setValue(tr("Recorded by the exporter"), figure(all.recorded),
                         static_cast<double>(all.recorded) / total,
                         confidenceColor(1.0, palette()));
    m_attributed->setValue(tr("With a module"), figure(all.attributed),
                           static_cast<double>(all.attributed) / total,
                           confidenceColor(all.mean_confidence(), palette()));
    m_orphans->setValue(tr("Orphans"), figure(all.orphans),
                        static_cast<double>(all.orphans) / total, confidenceColor(0.2, palette()),
                        true);
    m_histogram->setCounts(coverage.histogram);

    for (std::size_t i = 0; i < evidence_kind_count; ++i) {
        if (coverage.kinds[i] == 0)
            continue;
        const auto kind = static_cast<EvidenceKind>(i);
        BarRow* bar = addBar(m_kinds, QStringLiteral("barKind%1").arg(i));
        bar->setValue(evidenceName(kind), figure(coverage.kinds[i]),
                      static_cast<double>(coverage.kinds[i]) / total,
                      confidenceColor(default_confidence(kind), palette()),
                      kind == EvidenceKind::Synthetic);
        bar->setToolTip(evidenceExplanation(kind));
        connect(bar, &BarRow::activated, this, [this, kind] {
            Q_EMIT nodesRequested(
                tr("Evidence: %1").arg(evidenceName(kind)),
                [kind](const OnnxNode&, const NodeAttribution& node) { return node.kind == kind; });
        });
        m_kind_bars.push_back(bar);
    }
    for (std::size_t i = 0; i < category_count; ++i) {
        const CoverageFigures& figures = coverage.categories[i];
        if (figures.total == 0)
            continue;
        const auto category = static_cast<Category>(i);
        BarRow* bar = addBar(m_categories, QStringLiteral("barCategory%1").arg(i));
        bar->setValue(
            categoryName(category),
            tr("%1 · %2 covered").arg(formatCount(figures.total), formatShare(figures.coverage())),
            static_cast<double>(figures.total) / total,
            confidenceColor(figures.mean_confidence(), palette()));
        connect(bar, &BarRow::activated, this, [this, category] {
            Q_EMIT nodesRequested(tr("Category: %1").arg(categoryName(category)),
                                  [category](const OnnxNode&, const NodeAttribution& node) {
                                      return node.category == category;
                                  });
        });
        m_category_bars.push_back(bar);
    }

    const FxAccounting& accounting = m_inspection->accounting;
    m_accounting->setVisible(!accounting.records.empty());
    if (!accounting.records.empty()) {
        QStringList parts;
        auto add = [&](const QString& name, FxFate fate) {
            if (const std::size_t count = accounting.count(fate); count > 0)
                parts += tr("%1 %2").arg(formatCount(count), name);
        };
        add(tr("emitted"), FxFate::Emitted);
        add(tr("folded into constants"), FxFate::Folded);
        add(tr("fused"), FxFate::Fused);
        add(tr("eliminated"), FxFate::Eliminated);
        add(tr("unsupported"), FxFate::Unsupported);
        add(tr("unaccounted for"), FxFate::Unaccounted);
        m_accounting_text->setText(tr("Of %1: ").arg(formatCount(accounting.records.size())) +
                                   parts.join(QStringLiteral(", ")));
    }
}

void CoveragePanel::changeEvent(QEvent* event)
{
    // The bars keep the colours they were given. Queued, because Qt is walking over the children
    // that this replaces.
    if (event->type() == QEvent::PaletteChange)
        QMetaObject::invokeMethod(
            this, [this] { setInspection(m_inspection); }, Qt::QueuedConnection);
    QScrollArea::changeEvent(event);
}

} // namespace strata::ui
