// Two nodes side by side: what each of them is, row by row.
#pragma once

#include "ir/inspection.h"

#include <QAbstractTableModel>
#include <QString>

#include <memory>
#include <vector>

namespace strata::ui {

/// Either node may be missing (no_id): then its column is empty. Rows that differ have a bold font.
class NodePairModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Property, First, Second, ColumnCount };
    enum Role { DiffersRole = Qt::UserRole };

    explicit NodePairModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setNodes(const Inspection* a, NodeId node_a, const Inspection* b, NodeId node_b);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString property, first, second;
        bool differs = false;
    };
    std::vector<Row> m_rows;
};

} // namespace strata::ui
