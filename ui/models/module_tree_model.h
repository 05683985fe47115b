// The module tree of an inspection, with each module's share of the ONNX graph.
#pragma once

#include "ui/jobs/background.h"
#include "ui/models/shown_modules.h"

#include <QAbstractItemModel>
#include <QIcon>

#include <functional>
#include <memory>
#include <vector>

namespace strata::ui {

/// One top-level row, the root module; parent and child are found in O(1). Read-only; replaced as a
/// whole by setInspection().
class ModuleTreeModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Class, Parameters, Nodes, CoverageShare, Confidence, ColumnCount };
    enum Role {
        ModuleIdRole = Qt::UserRole, ///< uint
        FqnRole,                     ///< QString, empty for the root
        ConfidenceRole,              ///< double, mean of the module and all below; -1 without nodes
        CoverageRole,                ///< double, attributed share; -1 without nodes
        NodeCountRole,               ///< qulonglong, descendants included
        OrphanCountRole,             ///< qulonglong, descendants included
        InferredRole,                ///< bool: made up from names, not from a source model
        AliasRole                    ///< QString: the FQN this instance is an alias of
    };

    explicit ModuleTreeModel(QObject* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    const std::shared_ptr<const Inspection>& inspection() const { return m_inspection; }

    /// Of a large tree in the background; arranged() follows in any case, unless another filter or
    /// model comes before.
    void setFilter(const ModuleFilter& filter);
    const ModuleFilter& filter() const { return m_filter; }
    /// How many rows there are in each depth.
    const std::vector<std::size_t>& levels() const { return m_levels; }

    /// A sign before the name of a module, and a line for its tooltip.
    struct Mark {
        QIcon icon;
        QString tip;
    };
    using MarkOf = std::function<Mark(ModuleId)>;
    /// An empty function takes the marks away. Tells no view: telling every row of a filtered tree
    /// takes longer than a frame, so whoever sets them has the view painted anew.
    void setMarks(MarkOf marks);

    /// Invalid when the filter hides it.
    QModelIndex indexOf(ModuleId id, int column = Name) const;
    static ModuleId moduleOf(const QModelIndex& index);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    /// Other rows are there, after setFilter(): the model has been reset.
    void arranged();

private:
    void arrange(const ShownModulesPtr& shown);
    const CoverageFigures* figures(ModuleId id) const;
    QString display(ModuleId id, int column) const;
    QString toolTip(ModuleId id) const;
    std::shared_ptr<const Inspection> m_inspection;
    MarkOf m_marks;
    std::vector<int> m_rows;                 ///< each module's place among its parent's children
    std::vector<std::uint64_t> m_parameters; ///< per module, below included
    std::vector<std::size_t> m_levels;       ///< of the rows that are shown
    std::vector<std::size_t> m_all_levels;
    ModuleFilter m_filter;
    ShownModulesPtr m_shown;                            ///< null: everything
    std::shared_ptr<const ModuleOperators> m_operators; ///< made for the first filter
    Background m_background;
};

} // namespace strata::ui
