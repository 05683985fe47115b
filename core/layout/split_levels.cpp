#include "layout/split_levels.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace strata {
namespace {

/// A child group or a node of the group that is split.
struct LevelItem {
    NodeId first = no_id; ///< smallest node in it: its place in the order of execution
    bool is_node = false;
    std::uint32_t id = no_id;
};

class Splitter {
public:
    Splitter(DisplayTree& tree, const Inspection& inspection)
        : m_tree(tree),
          m_inspection(inspection)
    {}

    void split(GroupId group)
    {
        fit_repeats(group);
        std::vector<LevelItem> items = items_of(group);
        if (items.size() <= max_level_items)
            return;
        const std::size_t size =
            std::max(min_range_items, (items.size() + max_level_items - 1) / max_level_items);
        put_ranges(group, items, size);
    }

private:
    void put_ranges(GroupId group, const std::vector<LevelItem>& items, std::size_t size)
    {
        std::vector<GroupId> ranges;
        for (std::size_t begin = 0; begin < items.size(); begin += size)
            ranges.push_back(add_range(group, items, begin, std::min(items.size(), begin + size)));
        DisplayGroup& parent = m_tree.groups[group];
        parent.nodes.clear();
        // Groups without nodes are never shown; they stay where they are.
        std::erase_if(parent.children,
                      [&](GroupId child) { return m_tree.groups[child].first_node != no_id; });
        parent.children.insert(parent.children.end(), ranges.begin(), ranges.end());
    }

    /// Unfolded, a Repeat shows its parts in the level of the group around it: where these would be
    /// too many, long Repeats get ranges, and when that is not enough there are none at all.
    void fit_repeats(GroupId group)
    {
        std::vector<GroupId> repeats;
        std::size_t items = items_of(group).size();
        for (const GroupId child : m_tree.groups[group].children) {
            if (m_tree.groups[child].kind != GroupKind::Repeat)
                continue;
            repeats.push_back(child);
            items += m_tree.groups[child].children.size() - 1;
        }
        if (repeats.empty() || items <= max_level_items)
            return;
        for (const GroupId repeat : repeats) {
            const std::vector<LevelItem> parts = items_of(repeat);
            if (parts.size() <= min_range_items)
                continue;
            const std::size_t size =
                std::max(min_range_items, (parts.size() + max_level_items - 1) / max_level_items);
            put_ranges(repeat, parts, size);
            items -= parts.size() - m_tree.groups[repeat].children.size();
        }
        if (items <= max_level_items)
            return;
        std::vector<GroupId> children;
        for (const GroupId child : m_tree.groups[group].children) {
            if (m_tree.groups[child].kind != GroupKind::Repeat) {
                children.push_back(child);
                continue;
            }
            DisplayGroup& repeat = m_tree.groups[child];
            for (const GroupId part : repeat.children)
                m_tree.groups[part].parent = group;
            children.insert(children.end(), repeat.children.begin(), repeat.children.end());
            repeat.children.clear();
            repeat.figures = {};
            repeat.first_node = no_id; // never shown
            std::erase(m_tree.repeats, child);
            children.push_back(child); // every group has a place in the tree
        }
        m_tree.groups[group].children = std::move(children);
    }

    std::vector<LevelItem> items_of(GroupId group) const
    {
        std::vector<LevelItem> items;
        for (const GroupId child : m_tree.groups[group].children)
            if (m_tree.groups[child].first_node != no_id)
                items.push_back({m_tree.groups[child].first_node, false, child});
        for (const NodeId node : m_tree.groups[group].nodes)
            items.push_back({node, true, node});
        std::stable_sort(items.begin(), items.end(),
                         [](const LevelItem& a, const LevelItem& b) { return a.first < b.first; });
        return items;
    }

    GroupId add_range(GroupId parent, const std::vector<LevelItem>& items, std::size_t begin,
                      std::size_t end)
    {
        const auto id = static_cast<GroupId>(m_tree.groups.size());
        DisplayGroup range;
        range.kind = GroupKind::Range;
        range.parent = parent;
        range.module = m_tree.groups[parent].module;
        range.first_node = items[begin].first;
        range.label = fmt::format("{} – {}", name_of(items[begin]), name_of(items[end - 1]));
        for (std::size_t i = begin; i < end; ++i) {
            if (items[i].is_node) {
                const NodeId node = items[i].id;
                range.nodes.push_back(node);
                m_tree.group_of_node[node] = id;
                if (node < m_inspection.attribution.size()) {
                    range.figures.add(m_inspection.attribution[node]);
                    range.weakest = std::max(range.weakest, m_inspection.attribution[node].kind);
                }
                continue;
            }
            DisplayGroup& child = m_tree.groups[items[i].id];
            child.parent = id;
            range.children.push_back(items[i].id);
            range.figures.add(child.figures);
            range.weakest = std::max(range.weakest, child.weakest);
        }
        m_tree.groups.push_back(std::move(range));
        return id;
    }

    std::string name_of(const LevelItem& item) const
    {
        const OnnxModel& model = *m_inspection.model;
        if (item.is_node)
            return std::string(model.text(model.nodes[item.id].op_type));
        const DisplayGroup& group = m_tree.groups[item.id];
        if (!group.label.empty())
            return group.label;
        if (group.kind == GroupKind::ControlFlow)
            return std::string(model.text(model.nodes[group.node].op_type));
        return group.module < m_inspection.modules.size() ? m_inspection.modules[group.module].name
                                                          : std::string();
    }

    DisplayTree& m_tree;
    const Inspection& m_inspection;
};

} // namespace

std::vector<GroupId> groups_in_order(const DisplayTree& tree)
{
    std::vector<GroupId> order;
    order.reserve(tree.groups.size());
    std::vector<GroupId> stack{root_group};
    while (!stack.empty()) {
        const GroupId group = stack.back();
        stack.pop_back();
        order.push_back(group);
        const auto& children = tree.groups[group].children;
        stack.insert(stack.end(), children.rbegin(), children.rend());
    }
    return order;
}

Status split_levels(DisplayTree& tree, const Inspection& inspection, TaskContext& task)
{
    Splitter splitter(tree, inspection);
    // Ranges come last and are looked at in their turn.
    for (GroupId group = 0; group < tree.groups.size(); ++group) {
        if (group % 4096 == 0)
            STRATA_CHECK(task.poll());
        splitter.split(group);
    }
    tree.order = groups_in_order(tree);
    for (const GroupId group : tree.order)
        if (group != root_group)
            tree.groups[group].depth = tree.groups[tree.groups[group].parent].depth + 1;
    return {};
}

} // namespace strata
