// Filtering by evidence, confidence and category: everywhere at once.
#pragma once

#include "ui/jobs/background.h"
#include "ui/models/node_filter.h"

#include <QScrollArea>

#include <memory>
#include <vector>

class QAbstractButton;
class QCheckBox;
class QLabel;
class QToolButton;

namespace strata {
class LegendRow;
}

namespace strata::ui {

class RangeBar;

/// Computes in the background what is left; the window hands it to canvas, tree and lists.
class FilterPanel : public QScrollArea {
    Q_OBJECT
public:
    explicit FilterPanel(QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    const NodeFilter& filter() const { return m_filter; }
    void setFilter(const NodeFilter& filter);
    void reset() { setFilter({}); }
    bool isFiltering() const { return m_background.isRunning(); }

Q_SIGNALS:
    /// Null: everything is left.
    void filtered(strata::ui::FilteredNodesPtr kept);
    /// The nodes that are left should be listed.
    void listRequested(const QString& title, const std::vector<strata::NodeId>& nodes);
    /// The filter should go into the search box.
    void queryRequested(const QString& query);

protected:
    void changeEvent(QEvent* event) override;

private:
    void edited();
    void apply();
    void accept(const FilteredNodesPtr& kept);
    void refreshRows();

    std::shared_ptr<const Inspection> m_inspection;
    NodeFilter m_filter;
    FilteredNodesPtr m_kept;
    Background m_background;
    bool m_setting = false;

    QLabel* m_count;
    QToolButton* m_reset;
    QToolButton* m_list;
    QToolButton* m_as_query;
    RangeBar* m_range;
    std::vector<LegendRow*> m_kinds;
    std::vector<LegendRow*> m_categories;
    QCheckBox* m_contradicted;
    QLabel* m_query;
};

} // namespace strata::ui
