// The inspector's part about values: weights and constants of the selected node.
#pragma once

#include "ir/inspection.h"
#include "ir/tensor_statistics.h"
#include "ui/jobs/background.h"
#include "ui/models/selection.h"
#include "ui/widgets/section.h"

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;
class QHBoxLayout;

namespace strata::ui {

class FactGrid;
class HeatMap;
class ValueHistogram;

/// Hidden while the selected node has no tensors. Values are read in a worker; what is large only
/// when asked for.
class TensorSection : public Section {
    Q_OBJECT
public:
    explicit TensorSection(Selection* selection, QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    bool isReady() const
    {
        return !m_background.isRunning() && !m_slicing.isRunning() && !m_saving.isRunning();
    }
    FactGrid* facts() const { return m_facts; }
    HeatMap* heatMap() const { return m_heat; }
    /// Asks for a file otherwise.
    void saveTo(const QString& path);

Q_SIGNALS:
    void saved(const QString& path);
    void failed(const QString& message);

private:
    struct Entry {
        QString name;
        Tensor tensor; ///< shares its storage
    };
    void followSelection();
    void choose(int index);
    void readValues();
    void buildSelectors();
    void readSlice();
    void askForFile();
    const Entry* current() const;

    Selection* m_selection;
    std::shared_ptr<const Inspection> m_inspection;
    std::vector<Entry> m_entries;
    Background m_background;
    Background m_slicing;
    Background m_saving;

    QComboBox* m_which;
    FactGrid* m_facts;
    QLabel* m_message;
    QPushButton* m_read;
    ValueHistogram* m_histogram;
    QWidget* m_axes;
    QComboBox* m_rows;
    QComboBox* m_columns;
    QWidget* m_fixed;
    std::vector<QSpinBox*> m_at; ///< per axis; null for those of the plane
    HeatMap* m_heat;
    QPushButton* m_save;
    bool m_building = false;
};

} // namespace strata::ui
