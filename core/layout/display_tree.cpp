#include "layout/display_tree.h"

#include "layout/repeats.h"
#include "layout/split_levels.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <utility>

namespace strata {

namespace {

class Builder {
public:
    Builder(const Inspection& inspection, TaskContext& task)
        : m_inspection(inspection),
          m_model(*inspection.model),
          m_task(task),
          m_tree(std::make_shared<DisplayTree>())
    {}

    Result<std::shared_ptr<const DisplayTree>> build()
    {
        add_modules();
        count_orphans();
        m_tree->group_of_node.assign(m_model.nodes.size(), root_group);
        m_terminal_of_value.assign(m_model.values.size(), no_id);
        if (!m_model.graphs.empty())
            STRATA_CHECK(add_graph(OnnxModel::main_graph, root_group));
        for (const OnnxFunction& function : m_model.functions) {
            if (function.body == no_id || function.body >= m_model.graphs.size())
                continue;
            const GroupId group = add_group(GroupKind::Function, root_group);
            m_tree->groups[group].label = std::string(m_model.text(function.name));
            STRATA_CHECK(add_graph(function.body, group));
        }
        sum_up();
        STRATA_CHECK(gather_repeats(*m_tree, m_inspection, m_task));
        STRATA_CHECK(split_levels(*m_tree, m_inspection, m_task));
        STRATA_CHECK(add_flows());
        return std::shared_ptr<const DisplayTree>(std::move(m_tree));
    }

private:
    void add_modules()
    {
        const ModuleTree& modules = m_inspection.modules;
        for (ModuleId id = 0; id < modules.size(); ++id) {
            DisplayGroup group;
            group.module = id;
            if (id != root_module) {
                group.parent = modules[id].parent < id ? modules[id].parent : root_group;
                group.depth = m_tree->groups[group.parent].depth + 1;
                m_tree->groups[group.parent].children.push_back(id);
            }
            m_tree->groups.push_back(std::move(group));
        }
        if (m_tree->groups.empty())
            m_tree->groups.emplace_back();
    }

    const NodeAttribution* attribution(NodeId node) const
    {
        return node < m_inspection.attribution.size() ? &m_inspection.attribution[node] : nullptr;
    }
    bool has_module(NodeId node) const
    {
        const NodeAttribution* a = attribution(node);
        return a != nullptr && !a->synthetic && a->module < m_inspection.modules.size();
    }

    void count_orphans()
    {
        std::size_t orphans = 0;
        if (m_model.graphs.empty())
            return;
        for (const NodeId node : m_model.graphs[OnnxModel::main_graph].nodes)
            orphans += has_module(node) ? 0 : 1;
        m_gather_orphans = orphans > max_loose_orphans;
    }

    GroupId add_group(GroupKind kind, GroupId parent)
    {
        DisplayGroup group;
        group.kind = kind;
        group.parent = parent;
        group.depth = m_tree->groups[parent].depth + 1;
        group.module = m_tree->groups[parent].module;
        const auto id = static_cast<GroupId>(m_tree->groups.size());
        m_tree->groups[parent].children.push_back(id);
        m_tree->groups.push_back(std::move(group));
        return id;
    }

    GroupId orphan_group(NodeId node)
    {
        const NodeAttribution* a = attribution(node);
        const std::string path = a != nullptr ? a->synthetic_path : std::string();
        auto [it, added] = m_orphans.try_emplace(path, no_id);
        if (added) {
            it->second = add_group(GroupKind::Orphans, root_group);
            m_tree->groups[it->second].label = path;
        }
        return it->second;
    }

    /// Inside bodies and functions, modules below the body's own get groups of their own.
    GroupId scoped_group(GroupId scope, ModuleId base, ModuleId module)
    {
        const ModuleTree& modules = m_inspection.modules;
        if (module == base || !modules.is_ancestor_or_self(base, module))
            return scope;
        if (const auto it = m_scoped.find({scope, module}); it != m_scoped.end())
            return it->second;
        std::vector<ModuleId> missing;
        GroupId parent = scope;
        for (ModuleId at = module; at != base; at = modules[at].parent) {
            if (const auto it = m_scoped.find({scope, at}); it != m_scoped.end()) {
                parent = it->second;
                break;
            }
            missing.push_back(at);
        }
        for (auto it = missing.rbegin(); it != missing.rend(); ++it) {
            parent = add_group(GroupKind::Module, parent);
            m_tree->groups[parent].module = *it;
            m_scoped.emplace(std::pair(scope, *it), parent);
        }
        return parent;
    }

    /// A module without children that is called again ("relu@1") is another box: drawn as one, an
    /// activation that serves all of a block would tie the data flow into a knot.
    GroupId call_group(ModuleId module, std::uint32_t call)
    {
        if (call == 0 || module == root_module || !m_inspection.modules[module].children.empty())
            return module;
        auto [it, added] = m_calls.try_emplace({module, call}, no_id);
        if (added) {
            it->second = add_group(GroupKind::Module, m_tree->groups[module].parent);
            DisplayGroup& group = m_tree->groups[it->second];
            group.module = module;
            group.label = fmt::format("{}@{}", m_inspection.modules[module].name, call);
        }
        return it->second;
    }

    GroupId place(NodeId node, GroupId scope)
    {
        if (scope == root_group) {
            if (has_module(node))
                return call_group(attribution(node)->module, attribution(node)->call);
            return m_gather_orphans ? orphan_group(node) : root_group;
        }
        const ModuleId base = m_tree->groups[scope].module;
        if (!has_module(node) || base == no_module)
            return scope;
        return scoped_group(scope, base, attribution(node)->module);
    }

    /// Bodies may nest deeply in hostile files, so there is a stack instead of recursion; each
    /// graph is visited once.
    Status add_graph(GraphId start, GroupId start_scope)
    {
        std::vector<std::pair<GraphId, GroupId>> stack{{start, start_scope}};
        m_visited.resize(m_model.graphs.size(), false);
        while (!stack.empty()) {
            const auto [graph, scope] = stack.back();
            stack.pop_back();
            if (graph >= m_model.graphs.size() || m_visited[graph])
                continue;
            m_visited[graph] = true;
            STRATA_CHECK(m_task.poll());
            add_terminals(m_model.graphs[graph], scope);
            for (const NodeId node : m_model.graphs[graph].nodes) {
                const GroupId group = place(node, scope);
                const std::vector<GraphId> bodies = m_model.nodes[node].attributes.empty()
                                                        ? std::vector<GraphId>()
                                                        : m_model.bodies(node);
                if (bodies.empty()) {
                    m_tree->group_of_node[node] = group;
                    m_tree->groups[group].nodes.push_back(node);
                } else {
                    const GroupId body = add_group(GroupKind::ControlFlow, group);
                    m_tree->groups[body].node = node;
                    if (has_module(node))
                        m_tree->groups[body].module = attribution(node)->module;
                    m_tree->control_group.emplace(node, body);
                    m_tree->group_of_node[node] = body;
                    for (auto it = bodies.rbegin(); it != bodies.rend(); ++it)
                        stack.emplace_back(*it, body);
                }
                count(node, m_tree->group_of_node[node]);
            }
        }
        return {};
    }

    void add_terminals(const OnnxGraph& graph, GroupId group)
    {
        const auto add = [&](ValueId value, bool input) {
            if (value >= m_model.values.size())
                return;
            // Old files list their parameters as inputs, too.
            if (input && m_model.values[value].initializer != no_id)
                return;
            const auto index = static_cast<std::uint32_t>(m_tree->terminals.size());
            if (input)
                m_terminal_of_value[value] = index;
            m_tree->terminals.push_back({value, group, input});
            m_tree->groups[group].terminals.push_back(index);
        };
        for (const ValueId value : graph.inputs)
            add(value, true);
        for (const ValueId value : graph.outputs)
            add(value, false);
    }

    void count(NodeId node, GroupId id)
    {
        DisplayGroup& group = m_tree->groups[id];
        group.first_node = std::min(group.first_node, node);
        if (const NodeAttribution* a = attribution(node)) {
            group.figures.add(*a);
            group.weakest = std::max(group.weakest, a->kind);
        }
    }

    void sum_up()
    {
        for (auto id = static_cast<GroupId>(m_tree->groups.size()); id-- > 1;) {
            const DisplayGroup& group = m_tree->groups[id];
            DisplayGroup& parent = m_tree->groups[group.parent];
            parent.figures.add(group.figures);
            parent.weakest = std::max(parent.weakest, group.weakest);
            parent.first_node = std::min(parent.first_node, group.first_node);
        }
        for (DisplayGroup& group : m_tree->groups) {
            // In the order of execution, which is that of the nodes.
            std::stable_sort(group.children.begin(), group.children.end(),
                             [&](GroupId a, GroupId b) {
                                 return m_tree->groups[a].first_node < m_tree->groups[b].first_node;
                             });
        }
    }

    Status add_flows()
    {
        const auto source = [&](ValueId value) -> FlowEnd {
            if (value >= m_model.values.size())
                return {};
            if (const NodeId producer = m_model.values[value].producer;
                producer < m_model.nodes.size())
                return {producer, false};
            return {m_terminal_of_value[value], true};
        };
        std::size_t polled = 0;
        for (NodeId node = 0; node < m_model.nodes.size(); ++node) {
            if (++polled % 4096 == 0)
                STRATA_CHECK(m_task.poll());
            for (const ValueId value : m_model.nodes[node].inputs) {
                if (const FlowEnd from = source(value); from.id != no_id)
                    m_tree->flows.push_back({value, from, {node, false}});
            }
        }
        for (std::uint32_t i = 0; i < m_tree->terminals.size(); ++i) {
            const DisplayTerminal& terminal = m_tree->terminals[i];
            if (terminal.input)
                continue;
            if (const FlowEnd from = source(terminal.value); from.id != no_id)
                m_tree->flows.push_back({terminal.value, from, {i, true}});
        }
        return {};
    }

    const Inspection& m_inspection;
    const OnnxModel& m_model;
    TaskContext& m_task;
    std::shared_ptr<DisplayTree> m_tree;
    std::map<std::pair<GroupId, ModuleId>, GroupId> m_scoped;
    std::map<std::pair<ModuleId, std::uint32_t>, GroupId> m_calls;
    std::map<std::string, GroupId> m_orphans;
    std::vector<std::uint32_t> m_terminal_of_value;
    std::vector<bool> m_visited;
    bool m_gather_orphans = false;
};

} // namespace

GroupId DisplayTree::container_of(NodeId node) const
{
    if (node >= group_of_node.size())
        return root_group;
    const GroupId group = group_of_node[node];
    return groups[group].node == node && groups[group].kind == GroupKind::ControlFlow
               ? groups[group].parent
               : group;
}

Result<std::shared_ptr<const DisplayTree>> make_display_tree(const Inspection& inspection,
                                                             TaskContext& task)
{
    return Builder(inspection, task).build();
}

} // namespace strata
