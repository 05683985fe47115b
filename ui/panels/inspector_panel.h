// Everything about what is selected.
#pragma once

#include "ui/jobs/background.h"
#include "ui/models/fx_kinds.h"
#include "ui/models/node_models.h"
#include "ui/models/selection.h"
#include "ui/panels/module_costs.h"
#include "ui/panels/subject_facts.h"

#include <QScrollArea>

#include <memory>
#include <vector>

class QLabel;
class QStackedWidget;
class QTreeView;
class QVBoxLayout;

namespace strata::ui {

class BarRow;
class EvidenceView;
class FactGrid;
class RowList;
class Section;

class InspectorPanel : public QScrollArea {
    Q_OBJECT
public:
    explicit InspectorPanel(Selection* selection, QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);

    /// Adds a part of somebody else's below the panel's own; it follows the selection by itself.
    void addSection(QWidget* section);
    FactGrid* facts() const { return m_facts; }
    QString heading() const;
    QString subheading() const;
    /// The evidence as shown, one entry per piece.
    QStringList evidenceTexts() const;
    /// Unfolds the evidence of the selected node and scrolls to it.
    void showWhy();

    /// Wide enough for a name and its value beside each other.
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;

private:
    void showTarget(const Target& target);
    void showFile();
    void showNode(NodeId id);
    void showModule(ModuleId id);
    void fill(const Target& target);
    void showOperators(ModuleId id);
    void showOperatorCounts(const OperatorCounts& sorted);
    void showFxKinds(ModuleId id);
    void clear();
    void follow(const QString& link);
    RowList* addValueList(Section* section, NodeValuesModel* model);

    Selection* m_selection;
    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<const ConsumerTable> m_consumers; ///< null until the background has it
    Background m_background;
    Background m_counting; ///< operators of the selected module

    QLabel* m_kind;
    QLabel* m_heading;
    BarRow* m_confidence;
    FactGrid* m_facts;
    Section* m_evidence;
    EvidenceView* m_evidence_view;
    Section* m_inputs;
    NodeValuesModel* m_input_model;
    Section* m_outputs;
    NodeValuesModel* m_output_model;
    Section* m_attributes;
    FactGrid* m_attribute_facts;
    AttributesModel* m_attribute_model;
    Section* m_origin;
    FactGrid* m_origin_facts;
    Section* m_operators;
    std::vector<BarRow*> m_operator_bars;
    QVBoxLayout* m_column;
    Section* m_fx;
    std::vector<BarRow*> m_fx_bars; ///< one per kind
    std::vector<FxKindCounts> m_fx_counts;
    std::vector<ModuleCost> m_costs;      ///< by module; empty until the background has them
    std::vector<double> m_module_seconds; ///< measured; empty: no run was
};

} // namespace strata::ui
