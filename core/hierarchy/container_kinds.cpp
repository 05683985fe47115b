#include "hierarchy/container_kinds.h"

#include <algorithm>

namespace strata {
namespace {

/// Nearest known modules before a node that are looked at.
constexpr std::size_t most_seen_before = 6;

/// Marks containers of which a later child starts from what others computed since the first one.
void find_separated(const align::FlowGraph& graph, const ModuleTree& modules,
                    const std::vector<KnownModule>& known, const std::vector<bool>& numbered,
                    std::vector<bool>& separated)
{
    std::vector<std::vector<NodeId>> before(graph.nodes.size());
    std::vector<bool> seen(modules.size(), false);
    std::vector<std::uint32_t> start(modules.size(),
                                     no_id); // order of the first child's first node
    for (const NodeId id : graph.topological) {
        if (id >= known.size() || graph.nodes[id].constant || graph.nodes[id].shape)
            continue;
        std::vector<NodeId>& near = before[id];
        const auto add = [&](NodeId node) {
            if (near.size() < most_seen_before &&
                std::find(near.begin(), near.end(), node) == near.end())
                near.push_back(node);
        };
        for (const align::FlowInput& input : graph.nodes[id].inputs) {
            if (input.node == no_id || input.node >= known.size())
                continue;
            if (known[input.node].module != no_module)
                add(input.node);
            else
                for (const NodeId node : before[input.node])
                    add(node);
        }
        for (ModuleId child = known[id].module; child != no_module && !seen[child];
             child = modules[child].parent) {
            seen[child] = true;
            const ModuleId parent = modules[child].parent;
            if (parent == no_module || !numbered[parent])
                continue;
            const bool from_others = std::any_of(near.begin(), near.end(), [&](NodeId node) {
                return graph.nodes[node].order > start[parent] &&
                       !modules.is_ancestor_or_self(parent, known[node].module);
            });
            if (start[parent] == no_id)
                start[parent] = graph.nodes[id].order;
            else if (from_others)
                separated[parent] = true;
        }
    }
}

} // namespace

std::string module_template(std::string_view fqn)
{
    std::string text;
    bool digits = false;
    for (const char c : fqn) {
        const bool digit = c >= '0' && c <= '9';
        if (!digit)
            text += c;
        else if (!digits)
            text += '*';
        digits = digit;
    }
    return text;
}

bool is_module_number(std::string_view name)
{
    return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

ContainerKinds container_kinds(const align::FlowGraph& graph, const ModuleTree& modules,
                               const std::vector<KnownModule>& known,
                               const std::function<bool(ModuleId)>& is_leaf)
{
    ContainerKinds kinds;
    std::vector<bool> numbered;
    for (ModuleId id = 0; id < modules.size(); ++id) {
        const auto& children = modules[id].children;
        const auto all = [&](const auto& test) {
            return !children.empty() && std::all_of(children.begin(), children.end(), test);
        };
        numbered.push_back(
            all([&](ModuleId child) { return is_module_number(modules[child].name); }));
        kinds.sequence.push_back(numbered.back() && all(is_leaf));
        kinds.list.push_back(numbered.back() && !kinds.sequence.back());
    }
    kinds.separated.resize(modules.size(), false);
    find_separated(graph, modules, known, numbered, kinds.separated);
    for (ModuleId id = 0; id < modules.size(); ++id)
        if (kinds.sequence[id] && kinds.separated[id]) {
            kinds.sequence[id] = false;
            kinds.list[id] = true;
        }
    return kinds;
}

} // namespace strata
