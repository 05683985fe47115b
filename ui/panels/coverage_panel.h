// How much of the graph is explained, and how well.
#pragma once

#include "ui/models/node_list_model.h"

#include <QScrollArea>

#include <memory>
#include <vector>

class QLabel;

namespace strata::ui {

class BarRow;
class ConfidenceHistogram;
class Section;

/// Every figure can be clicked: the nodes behind it are then listed (nodesRequested).
class CoveragePanel : public QScrollArea {
    Q_OBJECT
public:
    explicit CoveragePanel(QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);

Q_SIGNALS:
    /// `title` says which nodes they are: "Confidence 0.80 to 0.90".
    void nodesRequested(const QString& title, const strata::ui::NodeListModel::Condition& nodes);
    void orphansRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    BarRow* addBar(Section* section, const QString& object_name);
    void clearBars(std::vector<BarRow*>& bars);

    std::shared_ptr<const Inspection> m_inspection;
    QLabel* m_figure;
    QLabel* m_caption;
    Section* m_shares;
    BarRow* m_recorded;
    BarRow* m_attributed;
    BarRow* m_orphans;
    Section* m_confidence;
    ConfidenceHistogram* m_histogram;
    Section* m_kinds;
    std::vector<BarRow*> m_kind_bars;
    Section* m_categories;
    std::vector<BarRow*> m_category_bars;
    Section* m_accounting;
    QLabel* m_accounting_text;
};

} // namespace strata::ui
