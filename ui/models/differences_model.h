// What differs between two models: a row each, and the choice of some of them.
#pragma once

#include "ir/inspection.h"
#include "layout/node_classes.h"
#include "session/compare.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include <array>
#include <memory>
#include <vector>

namespace strata::ui {

/// Two models and what differs between them. Immutable once made.
struct Comparison {
    std::shared_ptr<const Inspection> a;
    std::shared_ptr<const Inspection> b;
    ModelComparison found;
    /// Parallel to the nodes of each side.
    std::shared_ptr<const std::vector<DifferenceClass>> classes_a;
    std::shared_ptr<const std::vector<DifferenceClass>> classes_b;

    std::vector<ModuleId> modules_b_of; ///< per module of `a`
    std::vector<ModuleId> modules_a_of;

    /// The module of the other side that a module corresponds to; no_module: none.
    ModuleId moduleThere(bool of_a, ModuleId module) const;
    /// The node of the other side that a node corresponds to, or became part of; no_id: none.
    NodeId partnerOf(bool of_a, NodeId node) const;
};
/// O(nodes + differences).
std::shared_ptr<const Comparison> makeComparison(std::shared_ptr<const Inspection> a,
                                                 std::shared_ptr<const Inspection> b,
                                                 ModelComparison found);

DifferenceClass differenceClass(const ModelDifference& difference);
/// "Changed", "Only in the first", ...
QString differenceName(DifferenceClass difference);

class DifferencesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Change, What, Name, ModulePath, Detail, ColumnCount };
    enum Role { ClassRole = Qt::UserRole, NodeARole, NodeBRole, SortRole };

    explicit DifferencesModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setComparison(std::shared_ptr<const Comparison> comparison);
    const std::shared_ptr<const Comparison>& comparison() const { return m_comparison; }
    std::size_t count(DifferenceClass of) const { return m_counts[static_cast<std::size_t>(of)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const Comparison> m_comparison;
    std::array<std::size_t, difference_class_count> m_counts{};
};

/// Of some classes, with some text in them.
class DifferencesFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit DifferencesFilter(QObject* parent = nullptr);

    void setShown(DifferenceClass difference, bool shown);
    /// The first row for a node of one side; invalid when there is none.
    QModelIndex indexOf(bool of_a, NodeId node) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    std::array<bool, difference_class_count> m_shown;
};

} // namespace strata::ui
