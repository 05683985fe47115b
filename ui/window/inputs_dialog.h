// What a model is exported with: dtype and shape of each input, and which axes are dynamic.
#pragma once

#include "ir/inspection.h"
#include "session/session.h"

#include <QDialog>
#include <QString>
#include <map>
#include <memory>
#include <stop_token>
#include <vector>

class QLabel;
class QPushButton;
class QTableWidget;

namespace strata {
struct NamedTensor;
struct OfferedInputs;
} // namespace strata

namespace strata::ui {

class InputsDialog : public QDialog {
    Q_OBJECT
public:
    /// `options` are those that the inspection was opened with.
    InputsDialog(const Inspection& inspection, const ExportOptions& options,
                 QWidget* parent = nullptr);
    ~InputsDialog() override;

    /// The options with the inputs and dynamic axes of the table.
    ExportOptions options() const;

    /// Reads a file or folder as --inputs does, in the background; fills the table.
    void load(const QString& path);
    /// Looks in the background for sizes that the model runs on, where its inputs were assumed, and
    /// offers them: in place of an empty shape, and for the axes that are symbols. Ends with the
    /// dialog.
    void offer(std::shared_ptr<const Inspection> inspection);
    /// Everything that is wrong with the table, a line each; empty: fine.
    QString problems() const;

Q_SIGNALS:
    /// load() has ended, well or not.
    void loaded();
    /// offer() has ended, with or without something to offer.
    void offered();

private:
    enum Column { Name, Type, Shape, Source, ColumnCount };
    /// A row as it was before anybody edited it.
    struct Original {
        QString name, type, shape;
    };

    void addRow(const QString& name, const QString& type, const QString& shape,
                const QString& source, bool new_name = false);
    QString text(int row, Column column) const;
    QString problem(int row) const;
    void fill(const std::vector<NamedTensor>& tensors);
    void take(const OfferedInputs& offer);
    void chooseFile();
    void chooseFolder();
    void refresh();

    ExportOptions m_options;
    std::vector<Original> m_originals; ///< parallel to the rows
    QString m_load_error;
    QString m_offer;                                      ///< what was found, in words
    std::map<QString, std::vector<std::int64_t>> m_sizes; ///< by input: where an axis is a symbol
    std::stop_source m_offering;
    QTableWidget* m_table;
    QLabel* m_note;
    QPushButton* m_accept = nullptr;
    bool m_filling = false;
};

} // namespace strata::ui
