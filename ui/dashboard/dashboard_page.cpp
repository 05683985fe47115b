#include "ui/dashboard/dashboard_page.h"

#include "ui/dashboard/coverage_ring.h"
#include "ui/dashboard/dashboard_text.h"
#include "ui/dashboard/module_icicle.h"
#include "ui/jobs/activity.h"
#include "ui/models/format.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/colors.h"

#include <QEvent>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr std::size_t most_rows = 8;

/// A row to click whose name gives way to what stands behind it.
class RowButton : public QPushButton {
public:
    RowButton(QString name, const QString& detail)
        : m_name(std::move(name)),
          m_detail(detail.isEmpty() ? QString() : QStringLiteral("   ") + detail)
    {
        setProperty("row", true);
        setAccessibleName(m_name);
        setAccessibleDescription(detail);
        setCursor(Qt::PointingHandCursor);
        setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        setText(m_name + m_detail);
    }

protected:
    void resizeEvent(QResizeEvent* event) override
    {
        QPushButton::resizeEvent(event);
        const int room = width() - 16 - fontMetrics().horizontalAdvance(m_detail);
        setText(fontMetrics().elidedText(m_name, Qt::ElideMiddle, room) + m_detail);
    }

private:
    QString m_name;
    QString m_detail;
};

} // namespace

DashboardPage::DashboardPage(QWidget* parent)
    : QScrollArea(parent),
      m_content(new QWidget),
      m_grid(new QGridLayout),
      m_title(new QLabel),
      m_caption(new QLabel),
      m_attributed(new CoverageRing),
      m_recorded(new CoverageRing),
      m_after(new CoverageRing),
      m_histogram(new ConfidenceHistogram),
      m_icicle(new ModuleIcicle)
{
    setObjectName(QStringLiteral("dashboard"));
    setAccessibleName(tr("Dashboard"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_content->setObjectName(QStringLiteral("dashboardContent"));
    m_title->setFont(scaled(font(), 1.5, QFont::DemiBold));
    m_title->setTextFormat(Qt::PlainText);
    m_caption->setForegroundRole(QPalette::PlaceholderText);
    m_caption->setTextFormat(Qt::PlainText);
    m_caption->setWordWrap(true);
    m_attributed->setObjectName(QStringLiteral("ringAttributed"));
    m_recorded->setObjectName(QStringLiteral("ringRecorded"));
    m_after->setObjectName(QStringLiteral("ringReviewed"));
    // Before there are figures, too.
    m_attributed->setAccessibleName(tr("With a module"));
    m_recorded->setAccessibleName(tr("Recorded"));
    m_after->setAccessibleName(tr("After review")); // shown only when something is decided
    m_histogram->setObjectName(QStringLiteral("dashboardHistogram"));
    m_icicle->setObjectName(QStringLiteral("icicle"));

    m_cards.push_back(card(QStringLiteral("cardCoverage"), tr("Coverage"), m_coverage));
    auto* rings = new QHBoxLayout;
    for (CoverageRing* ring : {m_attributed, m_recorded, m_after})
        rings->addWidget(ring, 1);
    m_coverage->addLayout(rings);
    m_coverage->addStretch();
    m_cards.push_back(card(QStringLiteral("cardConfidence"), tr("Confidence"), m_confidence));
    m_histogram->setMinimumHeight(140);
    m_confidence->addWidget(m_histogram);
    m_confidence->addStretch();
    m_cards.push_back(card(QStringLiteral("cardReliability"), tr("Reliability"), m_reliability,
                           tr("How often each kind of evidence was right on models whose truth is "
                              "known, and what follows for this one.")));
    m_cards.push_back(card(QStringLiteral("cardModules"), tr("Modules"), m_modules,
                           tr("Width: nodes. Colour: mean confidence.")));
    m_modules->addWidget(m_icicle);
    m_cards.push_back(card(QStringLiteral("cardOrphans"), tr("Orphans by cause"), m_orphans));
    m_cards.push_back(card(QStringLiteral("cardProblems"), tr("Problems"), m_problems));
    m_cards.push_back(card(QStringLiteral("cardUnused"), tr("Unused"), m_unused));
    m_cards.push_back(card(QStringLiteral("cardCategories"), tr("Categories"), m_categories));
    m_cards.push_back(card(QStringLiteral("cardOperators"), tr("Operators"), m_operators));

    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(18, 16, 18, 18);
    column->setSpacing(12);
    column->addWidget(m_title);
    column->addWidget(m_caption);
    m_grid->setSpacing(12);
    column->addLayout(m_grid);
    column->addStretch();
    setWidget(m_content);

    connect(m_attributed, &CoverageRing::activated, this,
            [this] { Q_EMIT queryRequested(QStringLiteral("orphan")); });
    connect(m_recorded, &CoverageRing::activated, this,
            [this] { Q_EMIT queryRequested(QStringLiteral("-kind:recorded")); });
    connect(m_after, &CoverageRing::activated, this,
            [this] { Q_EMIT queryRequested(QStringLiteral("reviewed:yes")); });
    connect(m_histogram, &ConfidenceHistogram::tenthActivated, this,
            [this](int tenth) { Q_EMIT queryRequested(tenthQuery(tenth)); });
    connect(m_icicle, &ModuleIcicle::moduleActivated, this,
            [this](ModuleId module) { Q_EMIT targetRequested(Target::ofModule(module)); });
    arrange();
    setInspection(nullptr);
}

QWidget* DashboardPage::card(const QString& name, const QString& title, QBoxLayout*& content,
                             const QString& hint)
{
    auto* frame = new QFrame;
    frame->setObjectName(name);
    frame->setProperty("card", true);
    frame->setAccessibleName(title);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(14, 12, 14, 12);
    column->setSpacing(6);
    auto* heading = new QLabel(title);
    heading->setFont(scaled(font(), 1.08, QFont::DemiBold));
    column->addWidget(heading);
    if (!hint.isEmpty()) {
        auto* words = new QLabel(hint);
        words->setForegroundRole(QPalette::PlaceholderText);
        words->setWordWrap(true);
        column->addWidget(words);
    }
    content = new QVBoxLayout;
    content->setSpacing(2);
    column->addLayout(content, 1);
    return frame;
}

BarRow* DashboardPage::bar(QBoxLayout* into, const QString& label, const QString& figure,
                           double share, const QColor& color, std::function<void()> run)
{
    auto* row = new BarRow;
    row->setValue(label, figure, share, color);
    row->setInteractive(true);
    connect(row, &BarRow::activated, this, [run = std::move(run)] { run(); });
    into->addWidget(row);
    return row;
}

void DashboardPage::line(QBoxLayout* into, const QString& text, const QString& detail,
                         const QString& tip, std::function<void()> run)
{
    auto* row = new RowButton(text, detail);
    row->setToolTip(tip);
    connect(row, &QPushButton::clicked, this, [run = std::move(run)] { run(); });
    into->addWidget(row);
}

void DashboardPage::note(QBoxLayout* into, const QString& text)
{
    auto* label = new QLabel(text);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    into->addWidget(label);
}

void DashboardPage::clear(QBoxLayout* content)
{
    while (QLayoutItem* item = content->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

void DashboardPage::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    arrange();
}

void DashboardPage::arrange()
{
    const int columns = viewport()->width() >= 900 ? 3 : viewport()->width() >= 600 ? 2 : 1;
    if (columns == m_columns)
        return;
    m_columns = columns;
    // The wide card comes below the first full row, so that no row has holes.
    std::vector<QWidget*> order;
    QWidget* wide = nullptr;
    for (QWidget* one : m_cards) {
        m_grid->removeWidget(one);
        if (one->objectName() == QLatin1String("cardModules"))
            wide = one;
        else
            order.push_back(one);
    }
    m_grid->addWidget(wide, 1, 0, 1, columns);
    for (int i = 0; i < static_cast<int>(order.size()); ++i) {
        const int row = i / columns;
        m_grid->addWidget(order[static_cast<std::size_t>(i)], row == 0 ? 0 : row + 1, i % columns);
    }
    for (int i = 0; i < 3; ++i)
        m_grid->setColumnStretch(i, i < columns ? 1 : 0);
}

void DashboardPage::setInspection(std::shared_ptr<const Inspection> inspection)
{
    const Activity activity("dashboard");
    m_background.cancel();
    m_inspection = std::move(inspection);
    m_review.reset();
    m_stale = true;
    if (isVisible() || !m_inspection)
        build();
}

/// Cards that nobody sees are made when somebody comes.
void DashboardPage::showEvent(QShowEvent* event)
{
    if (m_stale)
        build();
    QScrollArea::showEvent(event);
}

void DashboardPage::build()
{
    m_stale = false;
    m_findings = {};
    m_found = false;
    m_icicle->setInspection(m_inspection);
    m_title->setText(m_inspection
                         ? QFileInfo(QString::fromStdString(m_inspection->path.string())).fileName()
                         : tr("No model is open."));
    for (QWidget* one : m_cards)
        one->setVisible(m_inspection != nullptr);
    m_caption->setVisible(m_inspection != nullptr);
    if (!m_inspection)
        return;
    refreshFigures();
    refreshCoverage();
    refreshFindings();
    if (!m_inspection->model)
        return;
    m_background.run([this, shown = m_inspection](TaskContext& task) -> Background::Answer {
        Findings found;
        auto orphans = orphan_patterns(*shown, task);
        if (!orphans)
            return {};
        found.orphans = std::move(*orphans);
        const std::size_t count = std::min(shown->model->nodes.size(), shown->attribution.size());
        for (NodeId node = 0; node < count; ++node) {
            if (node % 4096 == 0 && task.cancelled())
                return {};
            if (is_contradicted(*shown, node))
                found.contradicted.push_back(node);
        }
        found.reliability = reliabilityOf(*shown, measuredConfidences());
        return [this, made = std::move(found)] {
            m_findings = made;
            m_found = true;
            refreshFindings();
        };
    });
}

void DashboardPage::setReview(const ReviewSnapshotPtr& review)
{
    m_review = review;
    if (m_inspection && !m_stale)
        refreshCoverage();
}

void DashboardPage::refreshCoverage()
{
    const CoverageFigures& all = m_inspection->coverage.all;
    m_attributed->setValue(tr("With a module"), formatShare(all.coverage()), all.coverage(),
                           confidenceColor(all.mean_confidence(), palette()));
    m_attributed->setToolTip(
        tr("%1 of %2 nodes have a module; %3 are orphans. Click to find them.")
            .arg(formatCount(all.attributed), formatCount(all.total), formatCount(all.orphans)));
    m_recorded->setValue(tr("Recorded"), formatShare(all.recorded_coverage()),
                         all.recorded_coverage(), confidenceColor(1.0, palette()));
    m_recorded->setToolTip(tr("%1 of %2 nodes carry what the exporter recorded. Click to find the "
                              "others.")
                               .arg(formatCount(all.recorded), formatCount(all.total)));
    const bool reviewed = m_review && m_review->overlay.figures.reviewed > 0;
    m_after->setVisible(reviewed);
    if (reviewed) {
        const ReviewFigures& figures = m_review->overlay.figures;
        m_after->setValue(
            tr("After review"), formatShare(figures.after.coverage()), figures.after.coverage(),
            confidenceColor(figures.after.mean_confidence(), palette()), figures.before.coverage());
        m_after->setToolTip(
            tr("With the decisions on %Ln node(s); the line marks the coverage before. "
               "Click to find these nodes.",
               nullptr, static_cast<int>(figures.reviewed)));
    }
}

void DashboardPage::refreshFigures()
{
    const Coverage& coverage = m_inspection->coverage;
    const CoverageFigures& all = coverage.all;
    const double total = all.total > 0 ? static_cast<double>(all.total) : 1.0;
    m_caption->setText(tr("%1 · %2 nodes · %3 modules · mean confidence %4")
                           .arg(formatName(m_inspection->format), formatCount(all.total),
                                formatCount(m_inspection->modules.size()),
                                formatConfidence(all.mean_confidence())));
    m_histogram->setCounts(coverage.histogram);
    clear(m_categories);
    for (std::size_t i = 0; i < category_count; ++i) {
        const CoverageFigures& figures = coverage.categories[i];
        const auto category = static_cast<Category>(i);
        if (figures.total == 0)
            continue;
        bar(m_categories, categoryName(category),
            tr("%1 · %2 covered").arg(formatCount(figures.total), formatShare(figures.coverage())),
            static_cast<double>(figures.total) / total,
            confidenceColor(figures.mean_confidence(), palette()), [this, category] {
                Q_EMIT queryRequested(
                    QStringLiteral("category:%1").arg(toQString(to_string(category))));
            });
    }
    m_categories->addStretch();
    clear(m_operators);
    auto ops = coverage.op_types;
    std::stable_sort(ops.begin(), ops.end(),
                     [](const auto& a, const auto& b) { return a.second.total > b.second.total; });
    ops.resize(std::min(ops.size(), most_rows));
    for (const auto& [op, figures] : ops)
        bar(m_operators, toQString(op),
            figures.orphans > 0
                ? tr("%1 · %Ln orphan(s)", nullptr, static_cast<int>(figures.orphans))
                      .arg(formatCount(figures.total))
                : formatCount(figures.total),
            static_cast<double>(figures.total) / static_cast<double>(ops.front().second.total),
            confidenceColor(figures.mean_confidence(), palette()),
            [this, name = toQString(op)] { Q_EMIT queryRequested(operatorQuery(name)); });
    m_operators->addStretch();

    clear(m_unused);
    const auto& modules = coverage.unexecuted_modules;
    for (std::size_t i = 0; i < std::min(modules.size(), most_rows / 2); ++i)
        line(m_unused, modulePath(m_inspection->modules, modules[i]), tr("never ran"),
             tr("This module is in the model, but its forward was not called. Click to show it."),
             [this, id = modules[i]] { Q_EMIT targetRequested(Target::ofModule(id)); });
    if (modules.size() > most_rows / 2)
        note(m_unused, tr("and %Ln more module(s)", nullptr,
                          static_cast<int>(modules.size() - most_rows / 2)));
    const auto& parameters = coverage.unused_parameters;
    for (std::size_t i = 0; i < std::min(parameters.size(), most_rows / 2); ++i) {
        const std::string& name = parameters[i];
        const std::size_t dot = name.rfind('.');
        const ModuleId owner = m_inspection->modules.find_nearest(
            dot == std::string::npos ? std::string_view() : std::string_view(name).substr(0, dot));
        line(m_unused, toQString(name), tr("not read"),
             tr("No node reads this parameter. Click to show its module."),
             [this, owner] { Q_EMIT targetRequested(Target::ofModule(owner)); });
    }
    if (parameters.size() > most_rows / 2)
        note(m_unused, tr("and %Ln more parameter(s)", nullptr,
                          static_cast<int>(parameters.size() - most_rows / 2)));
    if (modules.empty() && parameters.empty())
        note(m_unused, tr("Every module ran and every parameter is read."));
    m_unused->addStretch();
}

void DashboardPage::refreshFindings()
{
    const Activity activity("dashboard: findings");
    clear(m_orphans);
    clear(m_problems);
    clear(m_reliability);
    const bool graph = m_inspection && m_inspection->model;
    if (graph && !m_found) {
        note(m_orphans, tr("Looking …"));
        note(m_reliability, tr("Looking …"));
    }
    if (graph && m_found && m_findings.orphans.empty())
        note(m_orphans, tr("No orphans: every node has a module."));
    // By cause, each with its most frequent operators and one suggestion.
    std::vector<OrphanCause> shown;
    for (const OrphanPattern& pattern : m_findings.orphans)
        if (std::find(shown.begin(), shown.end(), pattern.cause) == shown.end())
            shown.push_back(pattern.cause);
    shown.resize(std::min<std::size_t>(shown.size(), 4));
    const double orphans =
        m_inspection
            ? static_cast<double>(std::max<std::uint64_t>(1, m_inspection->coverage.all.orphans))
            : 1.0;
    for (const OrphanCause cause : shown) {
        std::vector<NodeId> nodes;
        QStringList operators;
        for (const OrphanPattern& pattern : m_findings.orphans)
            if (pattern.cause == cause) {
                nodes.insert(nodes.end(), pattern.nodes.begin(), pattern.nodes.end());
                if (operators.size() < 3)
                    operators += tr("%1 ×%2").arg(toQString(pattern.op_type),
                                                  formatCount(pattern.nodes.size()));
            }
        std::sort(nodes.begin(), nodes.end());
        const double share = static_cast<double>(nodes.size()) / orphans;
        BarRow* row = bar(m_orphans, orphanCauseName(cause), formatCount(nodes.size()), share,
                          confidenceColor(0.2, palette()), [this, cause, nodes] {
                              Q_EMIT nodesRequested(orphanCauseName(cause), nodes);
                          });
        row->setToolTip(operators.join(QStringLiteral(", ")));
        note(m_orphans,
             operators.join(QStringLiteral(", ")) + QStringLiteral(" – ") + orphanCauseFix(cause));
    }
    m_orphans->addStretch();

    if (m_found) {
        const Reliability& reliability = m_findings.reliability;
        note(m_reliability, tr("About %1 of this model's nodes should be right.")
                                .arg(formatShare(reliability.right)));
        for (std::size_t i = 0; i < evidence_kind_count; ++i) {
            const Reliability::Kind& kind = reliability.kinds[i];
            const auto evidence = static_cast<EvidenceKind>(i);
            if (kind.nodes == 0)
                continue;
            bar(m_reliability, evidenceName(evidence),
                tr("%1 shown · %2 measured")
                    .arg(formatConfidence(kind.promised), formatConfidence(kind.right)),
                kind.right, confidenceColor(kind.right, palette()),
                [this, evidence] {
                    Q_EMIT queryRequested(
                        QStringLiteral("kind:%1").arg(toQString(to_string(evidence))));
                })
                ->setToolTip(evidenceExplanation(evidence));
        }
    }
    m_reliability->addStretch();

    if (!m_inspection)
        return;
    const auto& unsupported = m_inspection->unsupported;
    for (std::size_t i = 0; i < std::min(unsupported.size(), most_rows / 2); ++i)
        line(m_problems, toQString(unsupported[i].op), tr("not supported"),
             toQString(unsupported[i].reason) + QLatin1Char('\n') + toQString(unsupported[i].help),
             [this, one = unsupported[i]] {
                 if (m_inspection)
                     Q_EMIT targetRequested(locate(*m_inspection, one));
             });
    if (unsupported.size() > most_rows / 2)
        note(m_problems, tr("and %Ln more operator(s)", nullptr,
                            static_cast<int>(unsupported.size() - most_rows / 2)));
    if (!m_findings.contradicted.empty())
        line(m_problems, tr("Contradicting evidence"),
             tr("%Ln node(s)", nullptr, static_cast<int>(m_findings.contradicted.size())),
             tr("Different pieces of evidence name different modules. Click to find these nodes."),
             [this] { Q_EMIT queryRequested(QStringLiteral("contradicted")); });
    std::size_t warnings = 0;
    for (const Diagnostic& diagnostic : m_inspection->diagnostics)
        warnings += diagnostic.severity != Severity::Info ? 1 : 0;
    if (warnings > 0)
        line(m_problems, tr("Warnings and errors"), formatCount(warnings),
             tr("Click to list the diagnostics."), [this] { Q_EMIT diagnosticsRequested(); });
    if (unsupported.empty() && m_findings.contradicted.empty() && warnings == 0)
        note(m_problems, tr("No unsupported operators, no contradictions, no warnings."));
    m_problems->addStretch();
}

void DashboardPage::changeEvent(QEvent* event)
{
    // The bars keep the colours they were given. Queued, because Qt is walking over the children
    // that this replaces.
    if (event->type() == QEvent::PaletteChange)
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (!m_inspection || m_stale)
                    return;
                refreshFigures();
                refreshCoverage();
                refreshFindings();
            },
            Qt::QueuedConnection);
    QScrollArea::changeEvent(event);
}

} // namespace strata::ui
