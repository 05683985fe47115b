// The state of a model on one page; everything on it leads to the graph.
#pragma once

#include "review/orphan_causes.h"
#include "ui/dashboard/reliability.h"
#include "ui/jobs/background.h"
#include "ui/models/locate.h"
#include "ui/review/review_controller.h"

#include <QScrollArea>

#include <memory>
#include <vector>

class QBoxLayout;
class QGridLayout;
class QLabel;

namespace strata::ui {

class BarRow;
class ConfidenceHistogram;
class CoverageRing;
class ModuleIcicle;

class DashboardPage : public QScrollArea {
    Q_OBJECT
public:
    explicit DashboardPage(QWidget* parent = nullptr);

    /// Made when the page is shown: figures at once, what must be searched for a little later.
    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// For the coverage after the review; null without one.
    void setReview(const ReviewSnapshotPtr& review);
    bool isReady() const { return !m_stale && !m_background.isRunning(); }
    ModuleIcicle* icicle() const { return m_icicle; }

Q_SIGNALS:
    /// A query of core/query/query.h.
    void queryRequested(const QString& query);
    void nodesRequested(const QString& title, const std::vector<strata::NodeId>& nodes);
    void targetRequested(const strata::ui::Target& target);
    void diagnosticsRequested();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    struct Findings {
        std::vector<OrphanPattern> orphans;
        std::vector<NodeId> contradicted;
        Reliability reliability;
    };
    QWidget* card(const QString& name, const QString& title, QBoxLayout*& content,
                  const QString& hint = {});
    BarRow* bar(QBoxLayout* into, const QString& label, const QString& figure, double share,
                const QColor& color, std::function<void()> run);
    void line(QBoxLayout* into, const QString& text, const QString& detail, const QString& tip,
              std::function<void()> run);
    void note(QBoxLayout* into, const QString& text);
    void clear(QBoxLayout* content);
    void build();
    void refreshCoverage();
    void refreshFigures();
    void refreshFindings();
    void arrange();

    std::shared_ptr<const Inspection> m_inspection;
    ReviewSnapshotPtr m_review;
    Findings m_findings;
    bool m_found = false;
    bool m_stale = false; ///< another inspection came while the page was hidden
    Background m_background;

    QWidget* m_content;
    QGridLayout* m_grid;
    std::vector<QWidget*> m_cards;
    QLabel* m_title;
    QLabel* m_caption;
    CoverageRing* m_attributed;
    CoverageRing* m_recorded;
    CoverageRing* m_after;
    ConfidenceHistogram* m_histogram;
    ModuleIcicle* m_icicle;
    QBoxLayout* m_coverage = nullptr;
    QBoxLayout* m_confidence = nullptr;
    QBoxLayout* m_reliability = nullptr;
    QBoxLayout* m_modules = nullptr;
    QBoxLayout* m_categories = nullptr;
    QBoxLayout* m_operators = nullptr;
    QBoxLayout* m_orphans = nullptr;
    QBoxLayout* m_problems = nullptr;
    QBoxLayout* m_unused = nullptr;
    int m_columns = 0;
};

} // namespace strata::ui
