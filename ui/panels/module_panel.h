// The module tree with its filter box.
#pragma once

#include "ui/models/node_filter.h"
#include "ui/models/selection.h"

#include <QWidget>

#include <memory>

class QLineEdit;
class QResizeEvent;
class QTreeView;

namespace strata::ui {

class ModuleFilterProxy;
class ModuleTreeModel;

class ModulePanel : public QWidget {
    Q_OBJECT
public:
    explicit ModulePanel(Selection* selection, QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// Shows only modules that hold one of these nodes, and those around them; null: all.
    void setKept(const FilteredNodesPtr& kept);
    void focusFilter();
    void expandAll();
    void collapseAll();
    QTreeView* view() const { return m_view; }
    ModuleTreeModel* model() const { return m_model; }
    /// The index shown for a module; invalid when the filter hides it.
    QModelIndex viewIndex(ModuleId id) const;

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void follow(const Target& target);
    /// Hides the columns that matter least while the names would have too little room.
    void arrangeColumns();

    Selection* m_selection;
    ModuleTreeModel* m_model;
    ModuleFilterProxy* m_proxy;
    QLineEdit* m_filter;
    QTreeView* m_view;
    bool m_following = false; ///< while the tree repeats what another view selected
};

} // namespace strata::ui
