// The module tree with its filter box.
#pragma once

#include "ui/models/node_filter.h"
#include "ui/models/selection.h"

#include <QWidget>

#include <memory>
#include <vector>

class QLineEdit;
class QResizeEvent;
class QTreeView;

namespace strata::ui {

class ModuleTreeModel;

class ModulePanel : public QWidget {
    Q_OBJECT
public:
    explicit ModulePanel(Selection* selection, QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// Shows only modules that hold one of these nodes, and those around them; null: all.
    void setKept(const FilteredNodesPtr& kept);
    void focusFilter();
    /// Of a very large tree as many levels as can be shown without making one wait.
    void expandAll();
    void collapseAll();
    QTreeView* view() const { return m_view; }
    ModuleTreeModel* model() const { return m_model; }
    /// The index shown for a module; invalid when the filter hides it.
    QModelIndex viewIndex(ModuleId id) const;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void showArranged();
    void restoreOpen();
    void noteOpen(const QModelIndex& index, bool open);
    void openLevels();
    void follow(const Target& target);
    /// Hides the columns that matter least while the names would have too little room.
    void arrangeColumns();

    Selection* m_selection;
    ModuleTreeModel* m_model;
    QLineEdit* m_filter;
    QTreeView* m_view;
    std::vector<bool> m_open; ///< modules, without a filter: what is open again after one
    bool m_arranging = false; ///< what opens and closes is not the user's doing
    bool m_following = false; ///< while the tree repeats what another view selected
};

} // namespace strata::ui
