#include "ir/attribution.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

namespace strata {
namespace {

struct KindFacts {
    std::string_view name;
    double confidence;
};
constexpr std::array<KindFacts, evidence_kind_count> kind_facts{{{"recorded", 1.00},
                                                                 {"parameter", 0.97},
                                                                 {"scope-name", 0.97},
                                                                 {"structural-match", 0.95},
                                                                 {"consensus", 0.80},
                                                                 {"common-ancestor", 0.50},
                                                                 {"synthetic", 0.20}}};

constexpr std::array<std::string_view, category_count> category_names{
    "torch_modules", "custom_modules", "functions", "methods", "attributes", "inputs", "outputs"};

/// Which initializers somebody reads: a node anywhere, or the model itself as an output.
std::vector<bool> used_initializers(const OnnxModel& model)
{
    std::vector<bool> used(model.initializers.size(), false);
    auto mark = [&](ValueId value) {
        if (value != no_id && model.values[value].initializer != no_id)
            used[model.values[value].initializer] = true;
    };
    for (const OnnxNode& node : model.nodes)
        std::for_each(node.inputs.begin(), node.inputs.end(), mark);
    for (const OnnxGraph& graph : model.graphs)
        std::for_each(graph.outputs.begin(), graph.outputs.end(), mark);
    return used;
}

std::vector<std::string> find_unused_parameters(const OnnxModel& model, const ModuleTree& modules)
{
    const std::vector<bool> used = used_initializers(model);
    std::vector<std::string> unused;
    std::map<std::uint32_t, std::vector<std::string>> owners; // tensor index → FQNs
    for (ModuleId id = 0; id < modules.size(); ++id) {
        const Module& module = modules[id];
        for (const ModuleTensor& tensor : module.tensors)
            if (tensor.is_parameter)
                owners[tensor.tensor].push_back(
                    module.fqn.empty() ? tensor.name : module.fqn + "." + tensor.name);
    }
    if (owners.empty()) {
        // No source model: what is left is the file's own unread initializers.
        for (std::size_t i = 0; i < model.initializers.size(); ++i)
            if (!used[i])
                unused.emplace_back(model.text(model.values[model.initializers[i].value].name));
    } else {
        std::unordered_set<std::string_view> used_names;
        for (std::size_t i = 0; i < model.initializers.size(); ++i)
            if (used[i])
                used_names.insert(model.text(model.values[model.initializers[i].value].name));
        for (const auto& [tensor, names] : owners)
            if (std::none_of(names.begin(), names.end(),
                             [&](const std::string& name) { return used_names.contains(name); }))
                unused.push_back(names.front());
    }
    std::sort(unused.begin(), unused.end());
    return unused;
}

} // namespace

std::string_view to_string(EvidenceKind kind)
{
    return kind_facts[static_cast<std::size_t>(kind)].name;
}

std::optional<EvidenceKind> parse_evidence_kind(std::string_view text)
{
    for (std::size_t i = 0; i < kind_facts.size(); ++i)
        if (kind_facts[i].name == text)
            return static_cast<EvidenceKind>(i);
    return std::nullopt;
}

double default_confidence(EvidenceKind kind)
{
    return kind_facts[static_cast<std::size_t>(kind)].confidence;
}

std::string_view to_string(Category category)
{
    return category_names[static_cast<std::size_t>(category)];
}

void CoverageFigures::add(const NodeAttribution& node)
{
    ++total;
    recorded += node.kind == EvidenceKind::Recorded && !node.synthetic ? 1 : 0;
    attributed += node.module != no_module ? 1 : 0;
    orphans += node.synthetic ? 1 : 0;
    confidence_sum += node.confidence;
}

void CoverageFigures::add(const CoverageFigures& other)
{
    total += other.total;
    recorded += other.recorded;
    attributed += other.attributed;
    orphans += other.orphans;
    confidence_sum += other.confidence_sum;
}

double CoverageFigures::recorded_coverage() const
{
    return total == 0 ? 1.0 : static_cast<double>(recorded) / static_cast<double>(total);
}

double CoverageFigures::coverage() const
{
    return total == 0 ? 1.0 : static_cast<double>(attributed) / static_cast<double>(total);
}

double CoverageFigures::mean_confidence() const
{
    return total == 0 ? 1.0 : confidence_sum / static_cast<double>(total);
}

Coverage compute_coverage(const OnnxModel& model, const ModuleTree& modules,
                          const Attribution& attribution)
{
    Coverage coverage;
    coverage.own.resize(modules.size());
    std::map<StringId, CoverageFigures> ops;
    const std::size_t count = std::min(attribution.size(), model.nodes.size());
    for (std::size_t i = 0; i < count; ++i) {
        const NodeAttribution& node = attribution[i];
        coverage.all.add(node);
        coverage.categories[static_cast<std::size_t>(node.category)].add(node);
        ++coverage.kinds[static_cast<std::size_t>(node.kind)];
        const double tenth = std::clamp(node.confidence * 10.0 + 1e-9, 0.0, 9.0);
        ++coverage.histogram[static_cast<std::size_t>(tenth)];
        if (node.module < modules.size())
            coverage.own[node.module].add(node);
        ops[model.nodes[i].op_type].add(node);
    }
    for (const auto& [op, figures] : ops)
        coverage.op_types.emplace_back(model.text(op), figures);
    std::ranges::sort(coverage.op_types, {}, &std::pair<std::string, CoverageFigures>::first);

    // Parents come before children, so one pass from the back sums up the tree.
    coverage.with_descendants = coverage.own;
    std::vector<bool> executed(modules.size());
    for (std::size_t i = modules.size(); i-- > 0;) {
        const auto id = static_cast<ModuleId>(i);
        const ModuleId parent = modules[id].parent;
        const bool runs =
            executed[i] || modules[id].calls > 0 || coverage.with_descendants[i].total > 0;
        executed[i] = runs;
        if (parent == no_module)
            continue;
        coverage.with_descendants[parent].add(coverage.with_descendants[i]);
        if (runs)
            executed[parent] = true;
    }
    for (ModuleId id = 0; id < modules.size(); ++id)
        if (!executed[id] && modules[id].alias_of.empty())
            coverage.unexecuted_modules.push_back(id);
    coverage.unused_parameters = find_unused_parameters(model, modules);
    return coverage;
}

} // namespace strata
