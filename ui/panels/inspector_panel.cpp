#include "ui/panels/inspector_panel.h"

#include "ui/jobs/activity.h"
#include "ui/jobs/release_later.h"
#include "ui/models/format.h"
#include "ui/panels/evidence_view.h"
#include "ui/panels/profile_facts.h"
#include "ui/panels/subject_facts.h"
#include "ui/widgets/bars.h"
#include "ui/widgets/colors.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/row_list.h"
#include "ui/widgets/section.h"
#include "ui/widgets/value_label.h"

#include <QApplication>
#include <QEvent>
#include <QFileInfo>
#include <QLabel>
#include <QPointer>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

QString fileName(const std::filesystem::path& path)
{
    return QFileInfo(QString::fromStdString(path.string())).fileName();
}

QString fxKindExplanation(FxKind kind)
{
    switch (kind) {
    case FxKind::Placeholder:
        return InspectorPanel::tr("Inputs of the model");
    case FxKind::GetAttr:
        return InspectorPanel::tr("Parameters, buffers and constants that are read");
    case FxKind::CallFunction:
        return InspectorPanel::tr("Calls of PyTorch's functions");
    case FxKind::CallMethod:
        return InspectorPanel::tr("Calls of a tensor's methods");
    case FxKind::CallModule:
        return InspectorPanel::tr("Calls of modules inside");
    case FxKind::Output:
        break;
    }
    return InspectorPanel::tr("What the model returns");
}

} // namespace

InspectorPanel::InspectorPanel(Selection* selection, QWidget* parent)
    : QScrollArea(parent),
      m_selection(selection),
      m_kind(new QLabel),
      m_heading(new QLabel),
      m_confidence(new BarRow),
      m_facts(new FactGrid),
      m_evidence(new Section(tr("Why here?"))),
      m_evidence_view(new EvidenceView),
      m_inputs(new Section(tr("Inputs"))),
      m_input_model(new NodeValuesModel(NodeValuesModel::Direction::Inputs, this)),
      m_outputs(new Section(tr("Outputs"))),
      m_output_model(new NodeValuesModel(NodeValuesModel::Direction::Outputs, this)),
      m_attributes(new Section(tr("Attributes"))),
      m_attribute_facts(new FactGrid),
      m_attribute_model(new AttributesModel(this)),
      m_origin(new Section(tr("Origin in PyTorch"))),
      m_origin_facts(new FactGrid),
      m_operators(new Section(tr("Nodes by operator"))),
      m_fx(new Section(tr("FX nodes by kind")))
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Inspector"));
    m_facts->setObjectName(QStringLiteral("inspectorFacts"));
    m_heading->setObjectName(QStringLiteral("inspectorHeading"));
    m_heading->setFont(scaled(font(), 1.25, QFont::DemiBold));
    m_heading->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_heading->setTextFormat(Qt::PlainText);
    m_heading->setWordWrap(true);
    m_kind->setForegroundRole(QPalette::PlaceholderText);
    m_kind->setFont(scaled(font(), 0.92));
    m_kind->setWordWrap(true);
    m_evidence->setObjectName(QStringLiteral("evidenceSection"));
    m_evidence->addWidget(m_evidence_view);
    addValueList(m_inputs, m_input_model);
    addValueList(m_outputs, m_output_model);
    m_attributes->addWidget(m_attribute_facts);
    m_origin->addWidget(m_origin_facts);

    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(10, 10, 10, 10);
    column->setSpacing(2);
    column->addWidget(m_kind);
    column->addWidget(m_heading);
    column->addSpacing(6);
    column->addWidget(m_confidence);
    column->addSpacing(6);
    column->addWidget(m_facts);
    column->addSpacing(8);
    for (Section* section :
         {m_evidence, m_inputs, m_outputs, m_attributes, m_origin, m_operators, m_fx})
        column->addWidget(section);
    m_column = column;
    for (std::size_t kind = 0; kind < fx_kind_count; ++kind) {
        auto* bar = new BarRow;
        bar->setObjectName(QStringLiteral("fx-") + toQString(to_string(static_cast<FxKind>(kind))));
        bar->setToolTip(fxKindExplanation(static_cast<FxKind>(kind)));
        m_fx->addWidget(bar);
        m_fx_bars.push_back(bar);
    }
    m_fx->setToolTip(tr("What PyTorch's graph of this module consists of, modules inside it "
                        "included"));
    column->addStretch();
    // Long names wrap; they must not make the dock wider than it is.
    content->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    setWidget(content);

    for (FactGrid* grid : {m_facts, m_origin_facts})
        connect(grid, &FactGrid::linkActivated, this, &InspectorPanel::follow);
    connect(m_evidence_view, &EvidenceView::moduleRequested, this,
            [this](ModuleId module) { m_selection->select(Target::ofModule(module), this); });
    connect(m_selection, &Selection::changed, this,
            [this](const Target& target) { showTarget(target); });
    clear();
}

void InspectorPanel::addSection(QWidget* section)
{
    m_column->insertWidget(m_column->count() - 1, section); // the last one is the empty rest
}

RowList* InspectorPanel::addValueList(Section* section, NodeValuesModel* model)
{
    auto* list = new RowList;
    list->setModel(model);
    list->setAccessibleName(section->title());
    list->setItemDelegate(new TwoLineDelegate(NodeValuesModel::Slot, NodeValuesModel::Name,
                                              {NodeValuesModel::Type, NodeValuesModel::Origin},
                                              list));
    auto go = [this](const QModelIndex& index) {
        if (const NodeId node = index.data(NodeValuesModel::NeighbourRole).toUInt(); node != no_id)
            m_selection->select(Target::ofNode(node), this);
    };
    connect(list, &QListView::activated, this, go);
    section->addWidget(list);
    return list;
}

void InspectorPanel::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    releaseLater(std::exchange(m_consumers, nullptr));
    releaseLater(std::exchange(m_fx_counts, {}));
    releaseLater(std::exchange(m_module_seconds, {}));
    releaseLater(std::exchange(m_costs, {}));
    m_background.cancel();
    if (m_inspection && (m_inspection->model || m_inspection->program))
        m_background.run([this, model = m_inspection->model, program = m_inspection->program,
                          whole = m_inspection](TaskContext& task) -> Background::Answer {
            auto table =
                model ? std::make_shared<const ConsumerTable>(model->consumers()) : nullptr;
            std::vector<FxKindCounts> kinds;
            if (program)
                if (auto counted = countFxKinds(*program, task))
                    kinds = std::move(*counted);
            std::vector<ModuleCost> operations;
            if (auto counted = moduleCosts(*whole, task))
                operations = std::move(*counted);
            std::vector<double> seconds;
            if (auto measured = moduleSeconds(*whole, task))
                seconds = std::move(*measured);
            return [this, table, counts = std::move(kinds), times = std::move(seconds),
                    costs = std::move(operations)] {
                m_consumers = table;
                m_fx_counts = counts;
                m_module_seconds = times;
                m_costs = costs;
                showTarget(m_selection->current());
            };
        });
    // With what is selected by then: whoever opens a model also selects what was selected before.
    QMetaObject::invokeMethod(
        this, [this] { showTarget(m_selection->current()); }, Qt::QueuedConnection);
}

QString InspectorPanel::heading() const
{
    return m_heading->text().remove(QChar(0x200b));
}

QString InspectorPanel::subheading() const
{
    return m_kind->text();
}

QStringList InspectorPanel::evidenceTexts() const
{
    return m_evidence_view->texts();
}

void InspectorPanel::clear()
{
    m_counting.cancel();
    m_kind->setText(tr("Inspector"));
    m_heading->clear();
    m_confidence->hide();
    m_facts->setFacts({});
    m_evidence_view->clear();
    m_input_model->setNode(nullptr, no_id, nullptr);
    m_output_model->setNode(nullptr, no_id, nullptr);
    m_attribute_model->setNode(nullptr, no_id);
    for (BarRow* bar : m_operator_bars)
        delete bar;
    m_operator_bars.clear();
    for (Section* section :
         {m_evidence, m_inputs, m_outputs, m_attributes, m_origin, m_operators, m_fx})
        section->hide();
}

void InspectorPanel::showTarget(const Target& target)
{
    const Activity activity("inspector: selection");
    // While the content is hidden, nothing of it is laid out: once at the end is enough.
    const QPointer<QWidget> focused = QApplication::focusWidget();
    const bool had_focus = focused && widget()->isAncestorOf(focused);
    widget()->hide();
    fill(target);
    widget()->show();
    if (had_focus && focused)
        focused->setFocus();
}

void InspectorPanel::fill(const Target& target)
{
    clear();
    verticalScrollBar()->setValue(0);
    if (!m_inspection) {
        m_kind->setText(tr("Open a model, then select a node or a module."));
        return;
    }
    if (target.isNode() && m_inspection->model && target.node < m_inspection->model->nodes.size())
        showNode(target.node);
    else if (target.module < m_inspection->modules.size())
        showModule(target.module);
    else
        showFile();
}

void InspectorPanel::showFile()
{
    const Inspection& file = *m_inspection;
    m_kind->setText(tr("File"));
    m_heading->setText(breakable(fileName(file.path)));
    std::vector<Fact> facts{{tr("Kind"), formatName(file.format), {}, false, {}}};
    if (file.program) {
        facts.push_back({tr("Producer"), toQString(file.program->producer), {}, false, {}});
        facts.push_back(
            {tr("Parameters"),
             formatCount(file.modules.count_tensors(root_module, file.program->tensors).parameters),
             {},
             false,
             {}});
    }
    if (file.model) {
        if (!file.program)
            facts.push_back(
                {tr("Producer"),
                 toQString(file.model->producer_name + " " + file.model->producer_version)
                     .trimmed(),
                 {},
                 false,
                 {}});
        facts.push_back({tr("ONNX nodes"), formatCount(file.model->nodes.size()), {}, false, {}});
        QStringList opsets;
        for (const OpsetImport& import : file.model->opsets)
            opsets += QStringLiteral("%1 %2")
                          .arg(import.domain.empty() ? QStringLiteral("ai.onnx")
                                                     : toQString(import.domain))
                          .arg(import.version);
        facts.push_back({tr("Operator sets"), opsets.join(QStringLiteral(", ")), {}, false, {}});
    }
    facts.push_back({tr("Modules"), formatCount(file.modules.size()), {}, false, {}});
    if (file.format == ModelFormat::Onnx && file.program)
        facts.push_back({tr("Source model"),
                         fileName(file.program->path),
                         {},
                         false,
                         QString::fromStdString(file.program->path.string())});
    if (!file.strategy.empty() && file.strategy != "none")
        facts.push_back({tr("Strategy"),
                         toQString(file.strategy).toUpper(),
                         {},
                         false,
                         toQString(file.strategy_reason)});
    if (file.model_path != file.path)
        facts.push_back(
            {tr("Written to"), QString::fromStdString(file.model_path.string()), {}, true, {}});
    facts.push_back({tr("Hash"), toQString(file.content_hash), {}, true, {}});
    m_facts->setFacts(facts);
    m_operators->setVisible(file.model != nullptr);
    if (file.model)
        showOperators(root_module);
    showFxKinds(root_module);
}

void InspectorPanel::showNode(NodeId id)
{
    const OnnxModel& model = *m_inspection->model;
    const OnnxNode& node = model.nodes[id];
    const std::int64_t opset = model.opset(model.text(node.domain));
    m_kind->setText(opset > 0 ? tr("ONNX operator · %1 %2").arg(domainName(model, node)).arg(opset)
                              : tr("ONNX operator · %1").arg(domainName(model, node)));
    m_heading->setText(breakable(toQString(model.text(node.op_type))));
    if (id < m_inspection->attribution.size()) {
        const NodeAttribution& attribution = m_inspection->attribution[id];
        m_confidence->show();
        m_confidence->setValue(tr("Confidence"),
                               tr("%1 · %2").arg(formatConfidence(attribution.confidence),
                                                 evidenceName(attribution.kind)),
                               attribution.confidence,
                               confidenceColor(attribution.confidence, palette()),
                               attribution.synthetic);
        m_confidence->setToolTip(evidenceExplanation(attribution.kind));
        m_evidence_view->setNode(*m_inspection, id);
        m_evidence->setVisible(!m_evidence_view->isEmpty());

        m_origin_facts->setFacts(originFacts(*m_inspection, id));
        m_origin->setVisible(!attribution.origins.empty() || !attribution.source.empty());
    }
    m_facts->setFacts(nodeFacts(*m_inspection, id));

    m_input_model->setNode(m_inspection, id, m_consumers);
    m_output_model->setNode(m_inspection, id, m_consumers);
    m_attribute_model->setNode(m_inspection, id);
    m_inputs->setVisible(m_input_model->rowCount() > 0);
    m_inputs->setTitle(tr("Inputs (%1)").arg(m_input_model->rowCount()));
    m_outputs->setVisible(m_output_model->rowCount() > 0);
    m_outputs->setTitle(tr("Outputs (%1)").arg(m_output_model->rowCount()));
    m_attributes->setVisible(m_attribute_model->rowCount() > 0);
    m_attribute_facts->setFacts(attributeFacts(*m_attribute_model));
}

void InspectorPanel::showWhy()
{
    if (!m_selection->current().isNode() || m_evidence->isHidden())
        return;
    m_evidence->setExpanded(true);
    widget()->layout()->activate();
    verticalScrollBar()->setValue(m_evidence->y());
}

void InspectorPanel::showFxKinds(ModuleId id)
{
    if (id >= m_fx_counts.size())
        return;
    const FxKindCounts& counts = m_fx_counts[id];
    const std::uint64_t most = *std::max_element(counts.begin(), counts.end());
    for (std::size_t kind = 0; kind < fx_kind_count; ++kind)
        m_fx_bars[kind]->setValue(
            toQString(to_string(static_cast<FxKind>(kind))), formatCount(counts[kind]),
            most == 0 ? 0.0 : static_cast<double>(counts[kind]) / static_cast<double>(most),
            mix(palette().color(QPalette::Window), palette().color(QPalette::Highlight), 0.65));
    m_fx->setVisible(most > 0);
}

void InspectorPanel::showModule(ModuleId id)
{
    const ModuleTree& modules = m_inspection->modules;
    const Module& module = modules[id];
    m_kind->setText(module.inferred ? tr("Module · inferred from names") : tr("Module"));
    m_heading->setText(breakable(moduleTitle(modules, id)));
    const auto& all = m_inspection->coverage.with_descendants;
    if (id < all.size() && all[id].total > 0) {
        const CoverageFigures& figures = id == root_module ? m_inspection->coverage.all : all[id];
        m_confidence->show();
        m_confidence->setValue(
            tr("Coverage"),
            tr("%1 · confidence %2")
                .arg(formatShare(figures.coverage()), formatConfidence(figures.mean_confidence())),
            figures.coverage(), confidenceColor(figures.mean_confidence(), palette()));
        m_confidence->setToolTip({});
        showOperators(id);
    }
    m_facts->setFacts(moduleFacts(*m_inspection, id, m_costs, m_module_seconds));
    showFxKinds(id);
}

void InspectorPanel::showOperators(ModuleId id)
{
    if (!m_inspection->model)
        return;
    const Activity activity("inspector: operators");
    m_counting.cancel();
    constexpr std::size_t few = 5000;
    if (id == root_module || m_inspection->model->nodes.size() <= few)
        return showOperatorCounts(operatorCounts(*m_inspection, id));
    m_counting.run([this, id, inspection = m_inspection](TaskContext&) -> Background::Answer {
        return [this, id, made = operatorCounts(*inspection, id)] {
            if (m_selection->current().module == id)
                showOperatorCounts(made);
        };
    });
}

void InspectorPanel::showOperatorCounts(const OperatorCounts& sorted)
{
    constexpr std::size_t most_bars = 16;
    for (std::size_t i = 0; i < std::min(sorted.size(), most_bars); ++i) {
        auto* bar = new BarRow;
        bar->setValue(
            sorted[i].first, formatCount(sorted[i].second),
            static_cast<double>(sorted[i].second) / static_cast<double>(sorted.front().second),
            mix(palette().color(QPalette::Window), palette().color(QPalette::Highlight), 0.65));
        m_operators->addWidget(bar);
        m_operator_bars.push_back(bar);
    }
    m_operators->setVisible(!sorted.empty());
}

void InspectorPanel::follow(const QString& link)
{
    if (link.startsWith(module_link))
        m_selection->select(Target::ofModule(link.mid(module_link.size()).toUInt()), this);
}

QSize InspectorPanel::minimumSizeHint() const
{
    constexpr int letters = 36;
    return {fontMetrics().averageCharWidth() * letters + verticalScrollBar()->sizeHint().width(),
            QScrollArea::minimumSizeHint().height()};
}

void InspectorPanel::changeEvent(QEvent* event)
{
    // The bars keep the colours they were given. Queued, because Qt is walking over the children
    // that this replaces.
    if (event->type() == QEvent::PaletteChange)
        QMetaObject::invokeMethod(
            this, [this] { showTarget(m_selection->current()); }, Qt::QueuedConnection);
    QScrollArea::changeEvent(event);
}

} // namespace strata::ui
