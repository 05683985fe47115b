#include "ui/sidebyside/subject_details.h"

#include "ir/tensor_statistics.h"
#include "runtime/onnx_runtime.h"
#include "ui/models/format.h"
#include "ui/models/node_models.h"

#include <QCoreApplication>

#include <algorithm>

namespace strata::ui {

namespace {

struct SideBySide {
    Q_DECLARE_TR_FUNCTIONS(strata::ui::SideBySide)
};

/// Slots and what flows there. Names of values differ between any two nodes, so that they say
/// nothing.
FactGroup valueTypes(const std::shared_ptr<const Inspection>& inspection, NodeId node,
                     NodeValuesModel::Direction direction)
{
    NodeValuesModel model(direction);
    model.setNode(inspection, node, nullptr);
    const bool inputs = direction == NodeValuesModel::Direction::Inputs;
    FactGroup group{inputs ? SideBySide::tr("Inputs") : SideBySide::tr("Outputs"), {}};
    for (int row = 0; row < model.rowCount(); ++row)
        group.facts.push_back({model.index(row, NodeValuesModel::Slot).data().toString(),
                               model.index(row, NodeValuesModel::Type).data().toString(),
                               {},
                               true,
                               model.index(row, NodeValuesModel::Name).data().toString()});
    return group;
}

FactGroup evidenceOf(const Inspection& inspection, NodeId node)
{
    FactGroup group{SideBySide::tr("Evidence"), {}};
    if (node >= inspection.attribution.size())
        return group;
    const NodeAttribution& attribution = inspection.attribution[node];
    group.facts.push_back(
        {SideBySide::tr("Confidence"), formatConfidence(attribution.confidence), {}, false, {}});
    for (const Evidence& piece : attribution.evidence)
        group.facts.push_back({evidenceName(piece.kind),
                               formatConfidence(piece.confidence),
                               {},
                               false,
                               toQString(piece.detail)});
    return group;
}

QString typeText(const Tensor& tensor)
{
    QStringList sizes;
    for (const std::int64_t size : tensor.shape)
        sizes += QString::number(size);
    return QStringLiteral("%1[%2]").arg(toQString(to_string(tensor.dtype)),
                                        sizes.join(QLatin1Char(',')));
}

QString number(double value)
{
    return QString::number(value, 'g', 6);
}

Result<FactGroup> statisticsOf(const NamedWeight& weight, TaskContext& task)
{
    FactGroup group{weight.name, {}};
    group.facts.push_back({SideBySide::tr("Type"), typeText(weight.tensor), {}, true, {}});
    if (!has_numbers(weight.tensor.dtype) || !weight.tensor.storage)
        return group;
    STRATA_TRY(const TensorStatistics statistics, tensor_statistics(weight.tensor, task));
    const auto add = [&](const QString& name, const QString& value) {
        group.facts.push_back({name, value, {}, true, {}});
    };
    add(SideBySide::tr("Minimum"), number(statistics.min));
    add(SideBySide::tr("Maximum"), number(statistics.max));
    add(SideBySide::tr("Mean"), number(statistics.mean));
    add(SideBySide::tr("Deviation"), number(statistics.deviation));
    add(SideBySide::tr("Zeros"), formatCount(statistics.zeros));
    if (statistics.nan + statistics.infinite > 0)
        add(SideBySide::tr("NaN and Inf"), formatCount(statistics.nan + statistics.infinite));
    return group;
}

} // namespace

std::vector<FactGroup> subjectDetails(const std::shared_ptr<const Inspection>& inspection,
                                      const Target& target, const std::vector<ModuleCost>& costs,
                                      const std::vector<double>& seconds)
{
    std::vector<FactGroup> groups;
    const QString facts = SideBySide::tr("Facts");
    if (!inspection || target.isEmpty())
        return groups;
    if (target.isNode()) {
        const OnnxModel& model = *inspection->model;
        const OnnxNode& node = model.nodes[target.node];
        FactGroup first{facts, nodeFacts(*inspection, target.node)};
        first.facts.insert(first.facts.begin(), {SideBySide::tr("Operator"),
                                                 toQString(model.text(node.op_type)),
                                                 {},
                                                 false,
                                                 domainName(model, node)});
        groups.push_back(std::move(first));
        AttributesModel attributes;
        attributes.setNode(inspection, target.node);
        groups.push_back({SideBySide::tr("Attributes"), attributeFacts(attributes)});
        groups.push_back(valueTypes(inspection, target.node, NodeValuesModel::Direction::Inputs));
        groups.push_back(valueTypes(inspection, target.node, NodeValuesModel::Direction::Outputs));
        groups.push_back(evidenceOf(*inspection, target.node));
        groups.push_back(
            {SideBySide::tr("Origin in PyTorch"), originFacts(*inspection, target.node)});
        return groups;
    }
    groups.push_back({facts, moduleFacts(*inspection, target.module, costs, seconds)});
    FactGroup operators{SideBySide::tr("Nodes by operator"), {}};
    for (const auto& [op, count] : operatorCounts(*inspection, target.module))
        operators.facts.push_back({op, formatCount(count), {}, false, {}});
    groups.push_back(std::move(operators));
    return groups;
}

QString subjectTitle(const Inspection& inspection, const Target& target)
{
    if (target.isNode())
        return nodeTitle(*inspection.model, target.node);
    return target.isEmpty() ? QString() : modulePath(inspection.modules, target.module);
}

std::vector<NamedWeight> subjectWeights(const Inspection& inspection, const Target& target)
{
    std::vector<NamedWeight> weights;
    if (target.isNode()) {
        const OnnxModel& model = *inspection.model;
        const std::vector<ValueId>& inputs = model.nodes[target.node].inputs;
        for (std::size_t slot = 0; slot < inputs.size(); ++slot) {
            const std::uint32_t initializer =
                inputs[slot] == no_id ? no_id : model.values[inputs[slot]].initializer;
            // By place: the names of two weights are never the same.
            if (initializer != no_id)
                weights.push_back({SideBySide::tr("Weight of input %1").arg(slot),
                                   model.initializers[initializer].tensor});
        }
    } else if (!target.isEmpty() && inspection.program) {
        for (const ModuleTensor& tensor : inspection.modules[target.module].tensors)
            weights.push_back({toQString(tensor.name), inspection.program->tensors[tensor.tensor]});
    }
    return weights;
}

Result<WeightFacts> weightFacts(const std::vector<NamedWeight>& left,
                                const std::vector<NamedWeight>& right, TaskContext& task)
{
    WeightFacts facts;
    for (const NamedWeight& weight : left) {
        STRATA_TRY(FactGroup group, statisticsOf(weight, task));
        facts.left.push_back(std::move(group));
    }
    for (const NamedWeight& weight : right) {
        STRATA_TRY(FactGroup group, statisticsOf(weight, task));
        facts.right.push_back(std::move(group));
    }
    const QString title = SideBySide::tr("Largest difference of elements");
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto same = std::find_if(right.begin(), right.end(), [&](const NamedWeight& other) {
            return other.name == left[i].name;
        });
        if (same == right.end() || same->tensor.shape != left[i].tensor.shape ||
            !has_numbers(left[i].tensor.dtype) || !has_numbers(same->tensor.dtype) ||
            !left[i].tensor.storage || !same->tensor.storage)
            continue;
        STRATA_CHECK(task.poll());
        const auto difference = compare_tensors(left[i].tensor, same->tensor, 0.0, 0.0);
        if (!difference)
            continue;
        const Fact fact{title, number(difference->max_abs), {}, true, {}};
        facts.left[i].facts.push_back(fact);
        facts.right[static_cast<std::size_t>(same - right.begin())].facts.push_back(fact);
    }
    return facts;
}

} // namespace strata::ui
