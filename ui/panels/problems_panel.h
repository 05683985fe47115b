// Orphans, diagnostics with the unsupported operators, and the nodes behind a figure that was
// clicked.
#pragma once

#include "ui/models/node_filter.h"
#include "ui/models/node_list_model.h"
#include "ui/models/selection.h"

#include <QTabWidget>

#include <memory>

class QTreeView;

namespace strata::ui {

class DiagnosticsFilter;
class DiagnosticsModel;
class OrphanModel;

class ProblemsPanel : public QTabWidget {
    Q_OBJECT
public:
    explicit ProblemsPanel(Selection* selection, QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    void showOrphans();
    void showDiagnostics();
    void showNodes(const QString& title, const NodeListModel::Condition& condition);
    void showNodes(const QString& title, std::vector<NodeId> nodes);
    /// Selects the orphan before or after the one that is current, round the end. Says which one it
    /// is, or that there is none.
    QString stepOrphan(int direction);
    int problemCount() const;
    /// Lists only these nodes; null: all.
    void setKept(const FilteredNodesPtr& kept);

    QTreeView* orphanView() const { return m_orphan_view; }
    QTreeView* diagnosticsView() const { return m_diagnostics_view; }
    QTreeView* nodeView() const { return m_node_view; }

private:
    QTreeView* addView(QAbstractItemModel* model, const QString& name, const QString& title);
    static void keepCurrent(QTreeView* view, const NodeTableModel* model);
    void addDiagnosticsFilter();
    std::uint64_t orphanCount() const;
    void refreshTitles();

    Selection* m_selection;
    std::shared_ptr<const Inspection> m_inspection;
    OrphanModel* m_orphans;
    DiagnosticsModel* m_diagnostics;
    DiagnosticsFilter* m_diagnostics_filter;
    QWidget* m_diagnostics_page = nullptr;
    NodeListModel* m_nodes;
    QTreeView* m_orphan_view;
    QTreeView* m_diagnostics_view;
    QTreeView* m_node_view;
    QString m_nodes_title;
};

} // namespace strata::ui
