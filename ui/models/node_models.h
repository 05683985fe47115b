// Tables about one node: what it reads, what it makes, and its attributes.
#pragma once

#include "ir/inspection.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace strata::ui {

/// Who reads each value; built once per opened model.
using ConsumerTable = std::vector<std::vector<OnnxModel::Use>>;

/// The inputs or the outputs of a node. Optional inputs that are left out are not rows.
class NodeValuesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum class Direction { Inputs, Outputs };
    enum Column { Slot, Name, Type, Origin, ColumnCount };
    enum Role {
        NeighbourRole = Qt::UserRole, ///< uint NodeId of the producer or first consumer; no_id
        InitializerRole               ///< bool
    };

    explicit NodeValuesModel(Direction direction, QObject* parent = nullptr);

    void setNode(std::shared_ptr<const Inspection> inspection, NodeId node,
                 std::shared_ptr<const ConsumerTable> consumers);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        std::size_t slot;
        ValueId value;
    };
    QString origin(ValueId value) const;
    NodeId neighbour(ValueId value) const;

    Direction m_direction;
    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<const ConsumerTable> m_consumers;
    std::vector<Row> m_rows;
};

/// The attributes of a node, sorted as in the file; long values are elided.
class AttributesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Value, Kind, ColumnCount };

    explicit AttributesModel(QObject* parent = nullptr);

    void setNode(std::shared_ptr<const Inspection> inspection, NodeId node);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const std::vector<Attribute>& attributes() const;

    std::shared_ptr<const Inspection> m_inspection;
    NodeId m_node = no_id;
};

} // namespace strata::ui
