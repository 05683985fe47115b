#include "ui/panels/subject_facts.h"

#include "ui/models/format.h"
#include "ui/models/node_models.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/profile_facts.h"

#include <algorithm>
#include <map>

namespace strata::ui {

std::vector<Fact> nodeFacts(const Inspection& inspection, NodeId id)
{
    const OnnxModel& model = *inspection.model;
    const OnnxNode& node = model.nodes[id];
    const bool standard =
        node.domain == StringId::Empty || domainName(model, node) == QLatin1String("ai.onnx");
    std::vector<Fact> facts{
        {InspectorPanel::tr("Name"), toQString(model.text(node.name)), {}, true, {}}};
    if (id < inspection.attribution.size()) {
        const NodeAttribution& attribution = inspection.attribution[id];
        if (attribution.module < inspection.modules.size()) {
            const ModuleTree& modules = inspection.modules;
            facts.push_back({InspectorPanel::tr("Module"), modulePath(modules, attribution.module),
                             module_link + QString::number(attribution.module), true,
                             InspectorPanel::tr("Show this module")});
            facts.push_back({InspectorPanel::tr("Class"),
                             toQString(modules[attribution.module].class_name),
                             {},
                             false,
                             toQString(modules[attribution.module].qualified_class)});
            facts.push_back({InspectorPanel::tr("Tag"),
                             toQString(modules.tag(attribution.module)),
                             {},
                             true,
                             {}});
            if (modules[attribution.module].calls > 1 || attribution.call > 0)
                facts.push_back(
                    {InspectorPanel::tr("Call"),
                     InspectorPanel::tr("%1 of %2")
                         .arg(attribution.call + 1)
                         .arg(std::max(modules[attribution.module].calls, attribution.call + 1)),
                     {},
                     false,
                     {}});
        } else {
            facts.push_back({InspectorPanel::tr("Made-up path"),
                             toQString(attribution.synthetic_path),
                             {},
                             true,
                             InspectorPanel::tr("No module is known for this node.")});
        }
        facts.push_back(
            {InspectorPanel::tr("Category"), categoryName(attribution.category), {}, false, {}});
    }
    facts.push_back({InspectorPanel::tr("Place"), toQString(model.node_path(id)), {}, true, {}});
    if (!standard)
        facts.push_back(
            {InspectorPanel::tr("Overload"), toQString(model.text(node.overload)), {}, true, {}});
    facts.push_back(
        {InspectorPanel::tr("Notes"), toQString(model.text(node.doc_string)), {}, false, {}});
    return facts;
}

std::vector<Fact> originFacts(const Inspection& inspection, NodeId id)
{
    if (id >= inspection.attribution.size())
        return {};
    const NodeAttribution& attribution = inspection.attribution[id];
    QStringList origins;
    for (const std::string& origin : attribution.origins)
        origins += toQString(origin);
    std::vector<Fact> origin{
        {InspectorPanel::tr("FX nodes"), origins.join(QLatin1Char('\n')), {}, true, {}},
        {InspectorPanel::tr("Source"), toQString(attribution.source), {}, true, {}}};
    for (Fact& fact : profileFacts(inspection, id))
        origin.push_back(std::move(fact));
    return origin;
}

std::vector<Fact> attributeFacts(const AttributesModel& model)
{
    std::vector<Fact> attributes;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex value = model.index(row, AttributesModel::Value);
        attributes.push_back({value.siblingAtColumn(AttributesModel::Name).data().toString(),
                              value.data().toString(),
                              {},
                              true,
                              value.data(Qt::ToolTipRole).toString()});
    }
    return attributes;
}

std::vector<Fact> moduleFacts(const Inspection& inspection, ModuleId id,
                              const std::vector<ModuleCost>& costs,
                              const std::vector<double>& seconds)
{
    const ModuleTree& modules = inspection.modules;
    const Module& module = modules[id];
    std::vector<Fact> facts{{InspectorPanel::tr("Path"), modulePath(modules, id), {}, true, {}},
                            {InspectorPanel::tr("Class"),
                             toQString(module.class_name),
                             {},
                             false,
                             toQString(module.qualified_class)},
                            {InspectorPanel::tr("Tag"), toQString(modules.tag(id)), {}, true, {}}};
    if (module.parent != no_module)
        facts.push_back({InspectorPanel::tr("Inside"), modulePath(modules, module.parent),
                         module_link + QString::number(module.parent), true,
                         InspectorPanel::tr("Show this module")});
    if (!module.alias_of.empty())
        facts.push_back({InspectorPanel::tr("Same as"), toQString(module.alias_of), {}, true, {}});
    if (inspection.program) {
        const auto counts = modules.count_tensors(id, inspection.program->tensors);
        facts.push_back(
            {InspectorPanel::tr("Parameters"), formatCount(counts.parameters), {}, false, {}});
        facts.push_back({InspectorPanel::tr("Size"), formatBytes(counts.bytes), {}, false, {}});
        facts.push_back({InspectorPanel::tr("Calls"),
                         module.calls == 0 ? InspectorPanel::tr("never called itself")
                                           : QString::number(module.calls),
                         {},
                         false,
                         {}});
    }
    if (module.parent < modules.size()) {
        std::size_t equals = 0;
        for (const ModuleId sibling : modules[module.parent].children)
            equals += modules[sibling].class_name == module.class_name ? 1 : 0;
        if (equals > 1 && !module.class_name.empty())
            facts.push_back(
                {InspectorPanel::tr("Repeated"),
                 InspectorPanel::tr("%1 of this class side by side").arg(formatCount(equals)),
                 {},
                 false,
                 {}});
    }
    if (id < costs.size() && (costs[id].operations > 0 || costs[id].unknown > 0)) {
        const QString count = formatShortCount(static_cast<std::uint64_t>(costs[id].operations));
        facts.push_back(
            {InspectorPanel::tr("FLOPs"),
             costs[id].unknown == 0     ? count
             : costs[id].operations > 0 ? InspectorPanel::tr("at least %1").arg(count)
                                        : InspectorPanel::tr("shapes are not known"),
             {},
             false,
             InspectorPanel::tr(
                 "Floating point operations of one pass: two for each product that MatMul, Gemm, "
                 "Conv "
                 "and ConvTranspose add up; other operators are not counted. Without known shapes: "
                 "%1 nodes.")
                 .arg(formatCount(costs[id].unknown))});
    }
    if (id < seconds.size() && seconds[root_module] > 0)
        facts.push_back(
            {InspectorPanel::tr("Time"),
             InspectorPanel::tr("%1, %2 of the run")
                 .arg(formatSeconds(seconds[id]), formatShare(seconds[id] / seconds[root_module])),
             {},
             false,
             InspectorPanel::tr(
                 "Measured, with everything in it; of operators that have a module")});
    const auto& all = inspection.coverage.with_descendants;
    if (id < all.size() && all[id].total > 0) {
        const CoverageFigures& figures = id == root_module ? inspection.coverage.all : all[id];
        facts.push_back(
            {InspectorPanel::tr("ONNX nodes"), formatCount(figures.total), {}, false, {}});
        if (figures.orphans > 0)
            facts.push_back(
                {InspectorPanel::tr("Orphans"), formatCount(figures.orphans), {}, false, {}});
    } else {
        facts.push_back(
            {InspectorPanel::tr("ONNX nodes"), InspectorPanel::tr("none"), {}, false, {}});
    }
    return facts;
}

OperatorCounts operatorCounts(const Inspection& inspection, ModuleId id)
{
    if (!inspection.model)
        return {};
    OperatorCounts sorted;
    if (id == root_module) {
        // Counted when the file was opened.
        for (const auto& [op, figures] : inspection.coverage.op_types)
            sorted.emplace_back(toQString(op), figures.total);
    } else {
        const OnnxModel& model = *inspection.model;
        std::map<StringId, std::uint64_t> counts;
        const std::size_t size = std::min(model.nodes.size(), inspection.attribution.size());
        for (std::size_t node = 0; node < size; ++node) {
            const ModuleId own = inspection.attribution[node].module;
            if (own < inspection.modules.size() && inspection.modules.is_ancestor_or_self(id, own))
                ++counts[model.nodes[node].op_type];
        }
        for (const auto& [op, count] : counts)
            sorted.emplace_back(toQString(model.text(op)), count);
    }
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return sorted;
}

} // namespace strata::ui
