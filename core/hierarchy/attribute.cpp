#include "hierarchy/attribute.h"

#include "hierarchy/category.h"
#include "hierarchy/confidence.h"
#include "hierarchy/function_evidence.h"
#include "hierarchy/fx_node_text.h"
#include "hierarchy/growth_evidence.h"
#include "hierarchy/infer_modules.h"
#include "hierarchy/near_evidence.h"
#include "hierarchy/neighbour_evidence.h"
#include "hierarchy/parameter_evidence.h"
#include "hierarchy/recorded_evidence.h"
#include "hierarchy/scope_evidence.h"
#include "hierarchy/segment_groups.h"
#include "hierarchy/structural_evidence.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>

namespace strata {
namespace {

/// Diagnostics about single nodes stop here and are summed up: a report of ten thousand equal lines
/// helps nobody.
constexpr std::size_t most_node_diagnostics = 50;

/// Collects what is found of each node. All findings stand in one list, those of a node linked in
/// the order of their coming: there are several for each node.
class Attributor {
public:
    Attributor(const OnnxModel& model, const ModuleTree& modules)
        : m_model(model),
          m_modules(modules),
          m_lists(model.nodes.size())
    {}

    void add(std::vector<NodeEvidence> found)
    {
        const std::size_t size = m_found.size() + found.size();
        if (size > m_found.capacity())
            m_found.reserve(std::max(size, 2 * m_found.size()));
        for (NodeEvidence& item : found) {
            const auto index = static_cast<std::uint32_t>(m_found.size());
            List& list = m_lists[item.node];
            (list.size++ == 0 ? list.first : m_found[list.last].next) = index;
            list.last = index;
            m_found.push_back({std::move(item.evidence), item.call});
        }
    }

    /// The modules that evidence so far gives each node.
    std::vector<KnownModule> known() const
    {
        std::vector<KnownModule> result(m_lists.size());
        for (std::size_t i = 0; i < m_lists.size(); ++i)
            if (const Found* best = winner(m_lists[i]).found)
                result[i] = {best->evidence.module, best->call};
        return result;
    }

    /// Paths for nodes of which nothing is known; without them, each has one by its operator.
    void set_made_up_paths(std::vector<std::string> paths) { m_made_up = std::move(paths); }
    bool knows_anything() const { return !m_found.empty(); }

    Attribution decide()
    {
        Attribution nodes(m_lists.size());
        for (std::size_t i = 0; i < nodes.size(); ++i)
            decide(static_cast<NodeId>(i), nodes[i]);
        return nodes;
    }

private:
    struct Found {
        Evidence evidence;
        std::uint32_t call = 0;
        std::uint32_t next = no_index; ///< of the same node
    };
    struct List {
        std::uint32_t first = no_index;
        std::uint32_t last = no_index;
        std::uint32_t size = 0;
    };
    struct Winner {
        const Found* found = nullptr; ///< null when there is none
        std::size_t place = 0;        ///< in the node's list
    };

    /// The strongest evidence; the first of equals. A name that spells another scope than the owner
    /// of the weight is right: code may use the weights of modules that it does not call.
    Winner winner(const List& list) const
    {
        Winner best;
        Winner scope;
        std::size_t place = 0;
        for (std::uint32_t i = list.first; i != no_index; i = m_found[i].next, ++place) {
            const Found& each = m_found[i];
            if (!best.found || each.evidence.kind < best.found->evidence.kind)
                best = {&each, place};
            if (!scope.found && each.evidence.kind == EvidenceKind::ScopeName)
                scope = {&each, place};
        }
        const bool elsewhere = best.found && scope.found &&
                               best.found->evidence.kind == EvidenceKind::Parameter &&
                               scope.found->evidence.module != best.found->evidence.module;
        return elsewhere ? scope : best;
    }

    void decide(NodeId id, NodeAttribution& node)
    {
        const List& list = m_lists[id];
        const Winner best = winner(list);
        if (best.found) {
            node.call = call_of(list, *best.found);
            node.evidence.reserve(list.size);
            for (std::uint32_t i = list.first; i != no_index; i = m_found[i].next)
                node.evidence.push_back(std::move(m_found[i].evidence));
            const Evidence& evidence = node.evidence[best.place];
            node.module = evidence.module;
            node.kind = evidence.kind;
            node.confidence = confidence_with(evidence.kind, evidence.confidence,
                                              support_of(node.evidence, best.place, m_modules));
            node.synthetic = false;
            // What decided first, then by strength.
            const auto first = node.evidence.begin();
            const auto place = static_cast<std::ptrdiff_t>(best.place);
            std::rotate(first, first + place, first + place + 1);
            sort_by_strength(std::span(node.evidence).subspan(1));
            return;
        }
        const bool grouped = id < m_made_up.size() && !m_made_up[id].empty();
        node.synthetic_path = grouped ? m_made_up[id] : synthetic_path(m_model, id);
        node.confidence = default_confidence(EvidenceKind::Synthetic);
        node.evidence.push_back(
            {EvidenceKind::Synthetic, node.confidence, no_module,
             grouped ? "nothing in the file tells of modules; grouped with what it is connected to"
                     : "nothing tells where it belongs; the path is made up"});
    }

    /// Stable. The few pieces are mostly in order; std::stable_sort would ask for memory first.
    static void sort_by_strength(std::span<Evidence> evidence)
    {
        for (auto next = evidence.begin(); next != evidence.end(); ++next)
            std::rotate(std::upper_bound(evidence.begin(), next, next->kind,
                                         [](EvidenceKind kind, const Evidence& each) {
                                             return kind < each.kind;
                                         }),
                        next, next + 1);
    }

    /// The winner's call index, or what other evidence for the same module knows of it.
    std::uint32_t call_of(const List& list, const Found& best) const
    {
        std::uint32_t call = best.call;
        if (best.evidence.kind == EvidenceKind::Recorded)
            return call;
        for (std::uint32_t i = list.first; i != no_index && call == 0; i = m_found[i].next)
            if (m_found[i].evidence.module == best.evidence.module)
                call = m_found[i].call;
        return call;
    }

    const OnnxModel& m_model;
    const ModuleTree& m_modules;
    std::vector<Found> m_found;
    std::vector<List> m_lists;          ///< per node
    std::vector<std::string> m_made_up; ///< per node, or empty
};

void report_contradictions(const OnnxModel& model, const ModuleTree& modules,
                           const Attribution& nodes, Diagnostics& diagnostics)
{
    std::size_t count = 0;
    for (NodeId id = 0; id < nodes.size(); ++id) {
        const NodeAttribution& node = nodes[id];
        for (const Evidence& other : node.evidence) {
            if (node.synthetic || other.module == no_module ||
                modules.is_ancestor_or_self(other.module, node.module) ||
                modules.is_ancestor_or_self(node.module, other.module))
                continue;
            if (++count <= most_node_diagnostics) {
                const OnnxNode& onnx = model.nodes[id];
                const std::string_view name =
                    onnx.name == StringId::Empty ? model.text(onnx.op_type) : model.text(onnx.name);
                diagnostics.add(
                    node.kind == EvidenceKind::Recorded ? Severity::Info : Severity::Warning,
                    "contradicting-evidence",
                    fmt::format("Node '{}' counts as part of '{}' ({}), but {} evidence says '{}': "
                                "{}.",
                                name, modules[node.module].fqn, to_string(node.kind),
                                to_string(other.kind), modules[other.module].fqn, other.detail),
                    std::string(name));
            }
            break;
        }
    }
    if (count > most_node_diagnostics)
        diagnostics.info("contradicting-evidence",
                         fmt::format("{} more nodes have contradicting evidence.",
                                     count - most_node_diagnostics));
}

/// Does the node lie where the file took another path, or is it the work of a module there?
bool is_in(const OtherPaths& other, const ModuleTree& modules, const NodeEvidence& item)
{
    return other.nodes[item.node] ||
           std::any_of(other.modules.begin(), other.modules.end(), [&](ModuleId module) {
               return modules.is_ancestor_or_self(module, item.evidence.module);
           });
}

/// Tells what of the source model did not arrive in the file: dropped branches, other weights.
void report_source(const OnnxModel& model, const Program& source, const SourceFindings& findings,
                   Diagnostics& diagnostics)
{
    const auto list = [&](const auto& items, Severity severity, const char* code, auto message) {
        std::size_t count = 0;
        for (const auto& item : items)
            if (++count <= most_node_diagnostics) {
                const std::pair<std::string, std::string> text = message(item);
                diagnostics.add(severity, code, text.second, text.first);
            }
        if (count > most_node_diagnostics)
            diagnostics.add(severity, code,
                            fmt::format("{} more like this.", count - most_node_diagnostics));
    };
    const auto name = [&](std::uint32_t tensor) {
        return tensor < source.tensor_names.size() ? source.tensor_names[tensor] : std::string{};
    };
    list(findings.missing, Severity::Warning, "parameter-missing", [&](std::uint32_t tensor) {
        return std::pair(
            name(tensor),
            fmt::format("'{}' of the source model is not in the file, or nothing there reads "
                        "it, and nothing that would is there either: part of the model was left "
                        "out, or constants "
                        "were folded.",
                        name(tensor)));
    });
    list(findings.changed, Severity::Warning, "parameter-changed", [&](std::uint32_t tensor) {
        return std::pair(
            name(tensor),
            fmt::format("The content of '{}' of the source model is not in the file, or "
                        "nothing there reads it, but what would read it is: the "
                        "file has other weights, or leaves these out.",
                        name(tensor)));
    });
    list(findings.exchanged, Severity::Warning, "parameter-exchanged", [&](const auto& pair) {
        return std::pair(
            name(pair.first),
            fmt::format("Where the source model reads '{}', the file reads the content "
                        "of '{}', and the reverse: weights are exchanged.",
                        name(pair.first), name(pair.second)));
    });
    if (!findings.folded.empty())
        diagnostics.info("parameter-folded",
                         fmt::format("{} parameters and buffers of the source model are folded "
                                     "into other weights or constants of the file: "
                                     "normalisations, looked-up rows of tables, indices.",
                                     findings.folded.size()));
    list(findings.operators, Severity::Warning, "operator-changed", [&](const auto& change) {
        const std::string& fqn = source.modules[change.module].fqn;
        if (change.node == no_id)
            return std::pair(fqn, fmt::format("The {} of '{}' in the source model has no "
                                              "counterpart: the file goes straight from what feeds "
                                              "it to what reads it.",
                                              change.op, fqn));
        const OnnxNode& node = model.nodes[change.node];
        return std::pair(std::string(model.text(node.name)),
                         fmt::format("Node '{}' of the file is not what the {} of '{}' is in the "
                                     "source model: {}.",
                                     model.text(node.name), change.op, fqn, change.detail));
    });
    list(findings.absent, Severity::Warning, "module-without-node", [&](ModuleId module) {
        const std::string& fqn = source.modules[module].fqn;
        return std::pair(fqn,
                         fmt::format("Module '{}' works in the source model, but no node of the "
                                     "file corresponds to it.",
                                     fqn));
    });
}

/// Origins and source lines from the program (lowered models) or from metadata (files), then the
/// category, which depends on them.
void fill_details(const OnnxModel& model, const ModuleTree& modules, const Program* lowered,
                  const RecordedScopes& scopes, Attribution& nodes)
{
    const FxGraph* graph = lowered ? &lowered->graph : nullptr;
    for (NodeId id = 0; id < nodes.size(); ++id) {
        NodeAttribution& node = nodes[id];
        const FxNode* fx = nullptr;
        if (graph && id < model.provenance.size()) {
            const NodeProvenance& provenance = model.provenance[id];
            for (FxNodeId origin : provenance.origins)
                if (origin < graph->nodes.size())
                    node.origins.push_back(fx_node_name(*graph, origin));
            if (provenance.fx < graph->nodes.size()) {
                fx = &graph->nodes[provenance.fx];
                node.source = fx_node_source(*graph, provenance.fx);
                if (node.origins.empty())
                    node.origins.push_back(fx_node_name(*graph, provenance.fx));
            }
        } else if (id < scopes.size() && scopes[id]) {
            node.origins = scopes[id]->origins;
            node.source = scopes[id]->source;
        }
        node.category = node.synthetic ? synthetic_category(synthetic_path(model, id))
                                       : module_category(model, id, modules[node.module], fx);
    }
}

} // namespace

Result<AttributionResult> attribute_nodes(const OnnxModel& model, const Program* source,
                                          TaskContext& task)
{
    return attribute_nodes(model, source, nullptr, task);
}

Result<AttributionResult> attribute_nodes(const OnnxModel& model, const Program* source,
                                          const OnnxModel* reference, TaskContext& task)
{
    task.begin("attribute", model.nodes.size());
    AttributionResult result;
    Diagnostics diagnostics;
    const bool lowered = source && !model.provenance.empty();
    const RecordedScopes scopes = lowered ? RecordedScopes{} : recorded_scopes(model);
    STRATA_CHECK(task.poll());
    result.modules = source ? source->modules : infer_modules(model, scopes);

    Attributor attributor(model, result.modules);
    attributor.add(lowered ? provenance_evidence(model, *source)
                           : recorded_evidence(scopes, result.modules, diagnostics));
    STRATA_CHECK(task.poll());
    OtherPaths other_paths;
    if (source && !lowered) {
        STRATA_TRY(SourceFindings findings, source_evidence(model, *source, reference, task));
        report_source(model, *source, findings, diagnostics);
        other_paths = std::move(findings.other_paths);
        attributor.add(std::move(findings.evidence));
    }
    attributor.add(parameter_evidence(model, result.modules));
    if (!model.functions.empty())
        attributor.add(
            function_evidence(model, result.modules, initializer_owners(model, result.modules)));
    attributor.add(scope_evidence(model, result.modules));
    STRATA_CHECK(task.poll());
    if (source && !lowered) {
        const align::FlowGraph flow = align::build_flow(model);
        if (!other_paths.empty()) {
            STRATA_TRY(auto grown,
                       growth_evidence(model, flow, result.modules, attributor.known(), task));
            std::erase_if(grown, [&](const NodeEvidence& item) {
                return !is_in(other_paths, result.modules, item);
            });
            attributor.add(std::move(grown));
        }
        attributor.add(near_evidence(flow, result.modules, attributor.known()));
    } else if (!lowered) {
        STRATA_TRY(auto grown, growth_evidence(model, align::build_flow(model), result.modules,
                                               attributor.known(), task));
        attributor.add(std::move(grown));
    }
    STRATA_TRY(auto weak, neighbour_evidence(model, result.modules, attributor.known(), task));
    attributor.add(std::move(weak));
    if (!attributor.knows_anything())
        attributor.set_made_up_paths(segment_paths(model, align::build_flow(model)));
    result.nodes = attributor.decide();
    if (!source)
        order_by_first_node(result.modules, result.nodes);

    report_contradictions(model, result.modules, result.nodes, diagnostics);
    fill_details(model, result.modules, lowered ? source : nullptr, scopes, result.nodes);
    result.diagnostics = diagnostics.items();
    return result;
}

} // namespace strata
