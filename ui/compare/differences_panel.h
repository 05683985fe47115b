// The list of differences with its filter, the selected pair side by side, and counts.
#pragma once

#include "ui/models/differences_model.h"

#include <QTabWidget>

#include <memory>
#include <vector>

class QLabel;
class QLineEdit;
class QToolButton;
class QTreeView;

namespace strata::ui {

class CountPairModel;
class NodePairModel;

class DifferencesPanel : public QTabWidget {
    Q_OBJECT
public:
    explicit DifferencesPanel(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Marks the row of a pair and shows the two nodes side by side; asks for nothing.
    void showPair(NodeId node_a, NodeId node_b);
    /// Goes to the next or previous difference that has a node, round the end.
    void step(int direction);

    QTreeView* view() const { return m_view; }
    DifferencesFilter* filter() const { return m_filter; }
    NodePairModel* pair() const { return m_pair; }

Q_SIGNALS:
    /// A row with nodes was chosen; no_id where a side has none.
    void pairRequested(strata::NodeId node_a, strata::NodeId node_b);
    void moduleRequested(const QString& fqn);

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildList();
    QTreeView* buildCounts(CountPairModel* model, const QString& name, const QString& title);
    void refreshChips();
    void choose(const QModelIndex& index);

    DifferencesModel* m_model;
    DifferencesFilter* m_filter;
    NodePairModel* m_pair;
    CountPairModel* m_operators;
    CountPairModel* m_modules;
    QTreeView* m_view = nullptr;
    std::vector<std::pair<DifferenceClass, QToolButton*>> m_chips;
};

} // namespace strata::ui
