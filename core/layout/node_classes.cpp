#include "layout/node_classes.h"

#include "layout/node_times.h"

#include <algorithm>
#include <map>
#include <span>

namespace strata {
namespace {

constexpr std::array<std::string_view, color_by_count + 1> names{
    "confidence", "category", "operator", "dtype", "bytes", "time", "parity", "difference"};
constexpr std::array<std::string_view, difference_class_count> difference_names{
    "same", "changed", "removed", "added", "fused"};

// Steps of the scale of parameter bytes.
constexpr std::array<double, 6> byte_steps{1,   1024, 32. * 1024, 1024. * 1024, 32. * 1024 * 1024,
                                           1e18};

// Steps of the scale of execution times, in seconds. Smaller than the first: not measured.
constexpr std::array<double, 6> time_steps{1e-12, 1e-5, 1e-4, 1e-3, 1e-2, 1e18};

// Steps of the scale of relative differences. Smaller than the first: not compared; the last step
// is for what lies beyond the tolerances, however small it is.
constexpr double beyond_tolerances = 1e300;
constexpr std::array<double, 7> parity_steps{
    -1, 1e-12, 1e-6, 1e-5, 1e-4, beyond_tolerances, 2 * beyond_tolerances};

bool is_amount(ColorBy by)
{
    return by == ColorBy::ParameterBytes || by == ColorBy::ExecutionTime ||
           by == ColorBy::ParityError;
}

std::span<const double> steps_of(ColorBy by)
{
    if (by == ColorBy::ParityError)
        return parity_steps;
    return by == ColorBy::ExecutionTime ? std::span<const double>(time_steps) : byte_steps;
}

/// Where a node stands on the scale of differences.
double difference_of(const Inspection& inspection, NodeId node)
{
    if (node >= inspection.parity.size() || !inspection.parity[node].compared)
        return -2;
    const NodeParity& parity = inspection.parity[node];
    return parity.ok ? std::min(parity.relative, 1.0) : beyond_tolerances;
}

std::uint64_t parameter_bytes(const OnnxModel& model, NodeId node)
{
    std::uint64_t bytes = 0;
    for (const ValueId value : model.nodes[node].inputs) {
        const std::uint32_t index = value == no_id ? no_id : model.values[value].initializer;
        if (index != no_id)
            bytes += model.initializers[index].tensor.byte_count();
    }
    return bytes;
}

std::string key_of(const OnnxModel& model, NodeId node, ColorBy by)
{
    const OnnxNode& n = model.nodes[node];
    if (by == ColorBy::OperatorType)
        return std::string(model.text(n.op_type));
    for (const ValueId value : n.outputs)
        if (value != no_id)
            return std::string(to_string(model.values[value].dtype));
    return std::string(to_string(DType::Unknown));
}

/// Classes by name: the most frequent ones, then the rest together.
Status classify_by_name(const OnnxModel& model, NodeClasses& result, TaskContext& task)
{
    std::vector<std::uint32_t> name_of(model.nodes.size());
    std::map<std::string, std::uint32_t> ids;
    std::vector<std::uint64_t> counts;
    for (NodeId node = 0; node < model.nodes.size(); ++node) {
        if (node % 4096 == 0)
            STRATA_CHECK(task.poll());
        const auto [it, added] =
            ids.try_emplace(key_of(model, node, result.by), static_cast<std::uint32_t>(ids.size()));
        if (added)
            counts.push_back(0);
        name_of[node] = it->second;
        ++counts[it->second];
    }
    std::vector<std::pair<std::string, std::uint32_t>> order(ids.begin(), ids.end());
    std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
        return counts[a.second] > counts[b.second];
    });
    const bool rest = order.size() > max_node_classes;
    const std::size_t own = rest ? max_node_classes - 1 : order.size();
    std::vector<std::uint8_t> class_of(ids.size());
    result.classes.resize(own + (rest ? 1 : 0));
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t at = std::min(i, result.classes.size() - 1);
        class_of[order[i].second] = static_cast<std::uint8_t>(at);
        if (i < own)
            result.classes[at].key = order[i].first;
        result.classes[at].count += counts[order[i].second];
    }
    for (NodeId node = 0; node < model.nodes.size(); ++node)
        result.of_node[node] = class_of[name_of[node]];
    return {};
}

Status classify_by_scale(const Inspection& inspection, NodeClasses& result, TaskContext& task)
{
    const OnnxModel& model = *inspection.model;
    result.ordered = result.by != ColorBy::Category;
    const std::span<const double> steps = steps_of(result.by);
    if (result.by == ColorBy::Confidence)
        for (std::size_t i = 0; i < evidence_kind_count; ++i)
            result.classes.push_back(
                {std::string(to_string(static_cast<EvidenceKind>(i))), 0, 0, 0});
    else if (result.by == ColorBy::Category)
        for (std::size_t i = 0; i < category_count; ++i)
            result.classes.push_back({std::string(to_string(static_cast<Category>(i))), 0, 0, 0});
    else {
        result.classes.push_back({"none", 0, 0, 0});
        for (std::size_t i = 0; i + 1 < steps.size(); ++i)
            result.classes.push_back({"", 0, steps[i], steps[i + 1]});
    }
    std::vector<double> seconds;
    if (result.by == ColorBy::ExecutionTime) {
        STRATA_TRY(seconds, node_seconds(inspection, task));
        seconds.resize(model.nodes.size());
    }
    for (NodeId node = 0; node < model.nodes.size(); ++node) {
        if (node % 4096 == 0)
            STRATA_CHECK(task.poll());
        std::size_t at = 0;
        if (is_amount(result.by)) {
            const double amount = result.by == ColorBy::ExecutionTime ? seconds[node]
                                  : result.by == ColorBy::ParityError
                                      ? difference_of(inspection, node)
                                      : static_cast<double>(parameter_bytes(model, node));
            at = static_cast<std::size_t>(std::upper_bound(steps.begin(), steps.end() - 1, amount) -
                                          steps.begin());
        } else if (node < inspection.attribution.size()) {
            const NodeAttribution& a = inspection.attribution[node];
            at = result.by == ColorBy::Category ? static_cast<std::size_t>(a.category)
                                                : static_cast<std::size_t>(a.kind);
        }
        result.of_node[node] = static_cast<std::uint8_t>(at);
        ++result.classes[at].count;
    }
    return {};
}

/// How many nodes of each class each group holds, own and below.
void count_in_groups(const DisplayTree& tree, NodeClasses& result)
{
    result.of_group.assign(tree.groups.size(), {});
    for (NodeId node = 0; node < result.of_node.size(); ++node)
        ++result.of_group[tree.group_of_node[node]][result.of_node[node]];
    // Parents come before their children.
    for (auto g = tree.order.rbegin(); g != tree.order.rend(); ++g) {
        if (*g == root_group)
            continue;
        ClassCounts& parent = result.of_group[tree.groups[*g].parent];
        for (std::size_t c = 0; c < max_node_classes; ++c)
            parent[c] += result.of_group[*g][c];
    }
}

} // namespace

std::string_view to_string(ColorBy by)
{
    return names[static_cast<std::size_t>(by)];
}

std::string_view to_string(DifferenceClass difference)
{
    return difference_names[static_cast<std::size_t>(difference)];
}

Result<NodeClasses> mark_differences(const DisplayTree& tree,
                                     const std::vector<DifferenceClass>& of_node, TaskContext& task)
{
    NodeClasses result;
    result.by = ColorBy::Difference;
    for (const std::string_view name : difference_names)
        result.classes.push_back({std::string(name), 0, 0, 0});
    result.of_node.resize(tree.group_of_node.size());
    for (std::size_t node = 0; node < result.of_node.size(); ++node) {
        const DifferenceClass found = node < of_node.size() ? of_node[node] : DifferenceClass::Same;
        result.of_node[node] = static_cast<std::uint8_t>(found);
        ++result.classes[static_cast<std::size_t>(found)].count;
    }
    STRATA_CHECK(task.poll());
    count_in_groups(tree, result);
    return result;
}

Result<NodeClasses> classify_nodes(const Inspection& inspection, const DisplayTree& tree,
                                   ColorBy by, TaskContext& task)
{
    static_assert(evidence_kind_count <= max_node_classes && category_count <= max_node_classes &&
                  byte_steps.size() <= max_node_classes);
    NodeClasses result;
    result.by = by;
    const OnnxModel& model = *inspection.model;
    result.of_node.resize(model.nodes.size());
    const bool by_name = by == ColorBy::OperatorType || by == ColorBy::DType;
    STRATA_CHECK(by_name ? classify_by_name(model, result, task)
                         : classify_by_scale(inspection, result, task));
    count_in_groups(tree, result);
    STRATA_CHECK(task.poll());
    return result;
}

Result<NodeSubset> make_subset(const DisplayTree& tree, std::vector<bool> nodes, TaskContext& task)
{
    NodeSubset subset;
    subset.in_group.assign(tree.groups.size(), 0);
    nodes.resize(tree.group_of_node.size());
    for (std::size_t node = 0; node < nodes.size(); ++node) {
        if (node % 4096 == 0)
            STRATA_CHECK(task.poll());
        if (!nodes[node])
            continue;
        ++subset.in_group[tree.group_of_node[node]];
        ++subset.count;
    }
    for (auto g = tree.order.rbegin(); g != tree.order.rend(); ++g)
        if (*g != root_group)
            subset.in_group[tree.groups[*g].parent] += subset.in_group[*g];
    subset.nodes = std::move(nodes);
    return subset;
}

} // namespace strata
