// What went wrong or is worth knowing: unsupported operators first, then the diagnostics.
#pragma once

#include "ui/models/locate.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace strata::ui {

class DiagnosticsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { SeverityColumn, Message, Where, Code, ColumnCount };
    enum Role { SeverityRole = Qt::UserRole };

    explicit DiagnosticsModel(QObject* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// What a row is about; empty when it names nothing in the model. O(nodes).
    Target targetOf(int row) const;
    int count(Severity severity) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        Severity severity = Severity::Info;
        QString code;
        QString message;
        QString where;
        int unsupported = -1; ///< index into Inspection::unsupported
    };

    std::shared_ptr<const Inspection> m_inspection;
    std::vector<Row> m_rows;
};

} // namespace strata::ui
