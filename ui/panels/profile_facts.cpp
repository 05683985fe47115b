#include "ui/panels/profile_facts.h"

#include "hierarchy/fx_node_text.h"
#include "layout/node_times.h"
#include "ui/models/format.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace strata::ui {

namespace {

struct Text {
    Q_DECLARE_TR_FUNCTIONS(strata::ui::ProfileFacts)
};

QString number(double value)
{
    return QLocale().toString(value, 'g', 4);
}

void add(std::vector<Fact>& facts, const QString& name, const QString& value,
         const QString& tooltip = {})
{
    facts.push_back({name, value, {}, false, tooltip});
}

void addValues(std::vector<Fact>& facts, const ValueStatistics& values)
{
    if (values.finite > 0)
        add(facts, Text::tr("Values"),
            Text::tr("%1 to %2, mean %3")
                .arg(number(values.min), number(values.max), number(values.mean)),
            Text::tr("Of the first output, in the run that was measured"));
    if (values.nan > 0 || values.inf > 0)
        add(facts, Text::tr("Not finite"),
            Text::tr("%1 NaN, %2 infinite").arg(formatCount(values.nan), formatCount(values.inf)));
    else
        add(facts, Text::tr("Not finite"), Text::tr("none"));
}

void addParity(std::vector<Fact>& facts, const Inspection& inspection, const NodeParity& parity)
{
    const Program* program = inspection.program.get();
    const bool known = program != nullptr && parity.fx < program->graph.nodes.size();
    const QString tip =
        Text::tr("The first output in ONNX Runtime against PyTorch's %1, in one run of both")
            .arg(known ? toQString(fx_node_name(program->graph, parity.fx)) : QString());
    add(facts, Text::tr("From PyTorch"),
        parity.max_abs == 0.0           ? Text::tr("equal")
        : std::isfinite(parity.max_abs) ? Text::tr("%1 at most, %2 of the largest element")
                                              .arg(number(parity.max_abs), number(parity.relative))
                                        : Text::tr("infinitely far: other shapes, or NaN"),
        tip);
    if (!parity.ok)
        add(facts, Text::tr("Agrees"), Text::tr("no: beyond the tolerances"), tip);
}

} // namespace

std::vector<Fact> profileFacts(const Inspection& inspection, NodeId node)
{
    std::vector<Fact> facts;
    if (node < inspection.parity.size() && inspection.parity[node].compared)
        addParity(facts, inspection, inspection.parity[node]);
    if (inspection.profile.empty() || !inspection.program || node >= inspection.attribution.size())
        return facts;
    const auto& origins = inspection.attribution[node].origins;
    const FxGraph& graph = inspection.program->graph;
    const std::size_t measured = std::min(graph.nodes.size(), inspection.profile.size());
    for (FxNodeId id = 0; id < measured; ++id) {
        const NodeProfile& profile = inspection.profile[id];
        if (profile.runs == 0 ||
            std::find(origins.begin(), origins.end(), fx_node_name(graph, id)) == origins.end())
            continue;
        add(facts, Text::tr("Time"),
            profile.runs == 1 ? formatSeconds(profile.seconds)
                              : Text::tr("%1 in %2 runs")
                                    .arg(formatSeconds(profile.seconds), formatCount(profile.runs)),
            Text::tr("Of the PyTorch operator %1, with all nodes that it became")
                .arg(toQString(fx_node_name(graph, id))));
        if (profile.statistics)
            addValues(facts, *profile.statistics);
    }
    return facts;
}

Result<std::vector<double>> moduleSeconds(const Inspection& inspection, TaskContext& task)
{
    if (!has_times(inspection))
        return std::vector<double>();
    STRATA_TRY(const std::vector<double> nodes, node_seconds(inspection, task));
    std::vector<double> modules(inspection.modules.size());
    for (std::size_t node = 0; node < nodes.size(); ++node)
        if (const ModuleId own = inspection.attribution[node].module; own < modules.size())
            modules[own] += nodes[node];
    // Parents come before their children.
    for (auto id = static_cast<ModuleId>(modules.size()); id-- > 1;)
        if (const ModuleId parent = inspection.modules[id].parent; parent < id)
            modules[parent] += modules[id];
    return modules;
}

} // namespace strata::ui
