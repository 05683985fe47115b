#include "layout/visible_levels.h"

#include "layout/layering.h"

#include <algorithm>
#include <map>

namespace strata {

namespace {

constexpr std::uint32_t far_layers = 3; ///< a reader this many layers down is far

class LevelsBuilder {
public:
    LevelsBuilder(const DisplayTree& tree, const std::set<GroupId>& open, TaskContext& task,
                  const NodeSubset* shown, const std::set<GroupId>& folded)
        : m_tree(tree),
          m_task(task),
          m_shown(shown),
          m_level(tree.groups.size(), no_id),
          m_closed(tree.groups.size(), no_id),
          m_home(tree.groups.size(), root_group)
    {
        for (const GroupId id : tree.order) {
            const GroupId parent = tree.groups[id].parent;
            m_home[id] = id;
            if (id != root_group && m_closed[parent] != no_id)
                m_closed[id] = m_closed[parent];
            else if (tree.groups[id].kind == GroupKind::Repeat) {
                if (folded.contains(id))
                    m_closed[id] = id;
                else
                    m_home[id] = m_home[parent];
            } else if (id != root_group && (!open.contains(id) || is_empty(id)))
                m_closed[id] = id;
            else {
                m_level[id] = static_cast<std::uint32_t>(m_levels.size());
                m_levels.emplace_back().group = id;
            }
        }
    }

    Result<std::vector<VisibleLevel>> build()
    {
        for (VisibleLevel& level : m_levels)
            add_items(level);
        STRATA_CHECK(add_connections());
        if (m_shown != nullptr)
            for (VisibleLevel& level : m_levels)
                drop_loose_terminals(level);
        std::vector<std::set<ValueId>> marked(m_levels.size());
        for (std::size_t i = 0; i < m_levels.size(); ++i) {
            STRATA_CHECK(m_task.poll());
            std::set<LevelConnection> near;
            for (const ValueId value : hubs(m_levels[i], near))
                marked[i].insert(value);
            if (!marked[i].empty())
                turn_into_marks(m_levels[i], marked[i], near, marked);
        }
        return std::move(m_levels);
    }

private:
    void add_items(VisibleLevel& level) const
    {
        const DisplayGroup& group = m_tree.groups[level.group];
        std::vector<std::pair<std::uint32_t, LevelEnd>> items; // first node, end
        const auto add_group = [&](GroupId child) {
            if (!is_empty(child))
                items.push_back({m_tree.groups[child].first_node, {LevelEnd::Kind::Group, child}});
        };
        for (const GroupId child : group.children) {
            if (m_home[child] == child)
                add_group(child);
            else // an unfolded Repeat; there are none inside of others
                std::ranges::for_each(m_tree.groups[child].children, add_group);
        }
        for (const NodeId node : group.nodes)
            if (is_shown_node(node))
                items.push_back({node, {LevelEnd::Kind::Node, node}});
        std::stable_sort(items.begin(), items.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const bool input : {true, false}) {
            for (const std::uint32_t terminal : group.terminals) {
                if (m_tree.terminals[terminal].input == input)
                    level.items.push_back({LevelEnd::Kind::Terminal, terminal});
            }
            if (input) {
                for (const auto& item : items)
                    level.items.push_back(item.second);
            }
        }
    }

    /// Without nodes there is nothing to show, and no box.
    bool is_empty(GroupId group) const
    {
        return m_tree.groups[group].first_node == no_id ||
               (m_shown != nullptr && m_shown->in_group[group] == 0);
    }
    bool is_shown_node(NodeId node) const { return m_shown == nullptr || m_shown->nodes[node]; }
    bool is_shown_end(const FlowEnd& end) const { return end.terminal || is_shown_node(end.id); }

    /// Inputs and outputs that nothing of what is shown reads or makes.
    static void drop_loose_terminals(VisibleLevel& level)
    {
        std::set<LevelEnd> ends;
        for (const LevelConnection& c : level.connections) {
            ends.insert(c.from);
            ends.insert(c.to);
        }
        std::erase_if(level.items, [&](const LevelEnd& item) {
            return item.kind == LevelEnd::Kind::Terminal && !ends.contains(item);
        });
    }

    bool is_shown(const LevelEnd& end) const
    {
        return end.kind != LevelEnd::Kind::Group || !is_empty(end.id);
    }

    struct Place {
        LevelEnd end;
        GroupId group; ///< whose level it is in
    };

    /// The visible box that stands for a node or terminal.
    Place place(const FlowEnd& end) const
    {
        GroupId group =
            end.terminal ? m_tree.terminals[end.id].group : m_tree.group_of_node[end.id];
        LevelEnd leaf{end.terminal ? LevelEnd::Kind::Terminal : LevelEnd::Kind::Node, end.id};
        // A node with a body is its group, open or closed.
        if (!end.terminal && m_tree.groups[group].kind == GroupKind::ControlFlow &&
            m_tree.groups[group].node == end.id) {
            leaf = {LevelEnd::Kind::Group, group};
            group = m_tree.groups[group].parent;
        }
        if (const GroupId closed = m_closed[group]; closed != no_id)
            return {{LevelEnd::Kind::Group, closed}, home_around(closed)};
        return {leaf, m_home[group]};
    }

    /// The group whose level shows the box of this one.
    GroupId home_around(GroupId group) const { return m_home[m_tree.groups[group].parent]; }

    void connect(GroupId group, LevelEnd from, LevelEnd to, ValueId value)
    {
        m_levels[m_level[group]].connections.push_back({from, to, value});
    }

    Status add_connections()
    {
        std::size_t polled = 0;
        for (const Flow& flow : m_tree.flows) {
            if (++polled % 8192 == 0)
                STRATA_CHECK(m_task.poll());
            if (!is_shown_end(flow.from) || !is_shown_end(flow.to))
                continue;
            Place from = place(flow.from);
            Place to = place(flow.to);
            if (!is_shown(from.end) || !is_shown(to.end))
                continue;
            while (from.group != to.group) {
                const bool leave = m_tree.groups[from.group].depth >= m_tree.groups[to.group].depth;
                Place& inner = leave ? from : to;
                if (leave)
                    connect(inner.group, inner.end, {LevelEnd::Kind::Exit, flow.value}, flow.value);
                else
                    connect(inner.group, {LevelEnd::Kind::Entry, flow.value}, inner.end,
                            flow.value);
                inner = {{LevelEnd::Kind::Group, inner.group}, home_around(inner.group)};
            }
            if (from.end != to.end)
                connect(from.group, from.end, to.end, flow.value);
        }
        for (VisibleLevel& level : m_levels) {
            std::sort(level.connections.begin(), level.connections.end());
            level.connections.erase(std::unique(level.connections.begin(), level.connections.end()),
                                    level.connections.end());
        }
        return {};
    }

    /// Values whose lines would run past everything else. Their lines to the very next layer
    /// (`near`) stay: they show the order.
    std::vector<ValueId> hubs(const VisibleLevel& level, std::set<LevelConnection>& near) const
    {
        std::vector<std::pair<ValueId, std::uint32_t>> readers; // value, connection
        readers.reserve(level.connections.size());
        for (std::uint32_t i = 0; i < level.connections.size(); ++i)
            readers.emplace_back(level.connections[i].value, i);
        std::sort(readers.begin(), readers.end());
        std::vector<ValueId> result;
        std::vector<std::uint32_t> layers; // made when the first candidate comes
        std::map<LevelEnd, std::uint32_t> index;
        for (std::size_t begin = 0, end = 0; begin < readers.size(); begin = end) {
            while (end < readers.size() && readers[end].first == readers[begin].first)
                ++end;
            if (end - begin <= max_far_readers)
                continue;
            if (layers.empty())
                layers = layers_of(level, index);
            std::size_t far = 0;
            std::vector<LevelConnection> next_to_it;
            for (std::size_t i = begin; i < end; ++i) {
                const LevelConnection& c = level.connections[readers[i].second];
                const auto a = layers[index.at(c.from)];
                const auto b = layers[index.at(c.to)];
                far += (a < b ? b - a : a - b) >= far_layers ? 1 : 0;
                // An entry or an input has no place in that order.
                if (a + 1 == b &&
                    (c.from.kind == LevelEnd::Kind::Node || c.from.kind == LevelEnd::Kind::Group))
                    next_to_it.push_back(c);
            }
            if (far > max_far_readers) {
                result.push_back(readers[begin].first);
                near.insert(next_to_it.begin(), next_to_it.end());
            }
        }
        return result;
    }

    static std::vector<std::uint32_t> layers_of(const VisibleLevel& level,
                                                std::map<LevelEnd, std::uint32_t>& index)
    {
        LevelInput input;
        const auto number = [&](const LevelEnd& end) {
            const auto [it, added] =
                index.try_emplace(end, static_cast<std::uint32_t>(input.boxes.size()));
            if (added)
                input.boxes.emplace_back();
            return it->second;
        };
        for (const LevelEnd& item : level.items)
            number(item);
        for (const LevelConnection& c : level.connections) {
            LevelEdge edge;
            edge.from = number(c.from);
            edge.to = number(c.to);
            input.edges.push_back(edge);
        }
        return longest_path_layers(input);
    }

    bool has_end(const VisibleLevel& level, LevelEnd::Kind kind, ValueId value) const
    {
        const LevelEnd end{kind, value};
        return std::any_of(level.connections.begin(), level.connections.end(),
                           [&](const LevelConnection& c) {
                               return c.value == value && (c.from == end || c.to == end);
                           });
    }

    /// Marks go where the value is really made and read: into open groups, level by level.
    void turn_into_marks(VisibleLevel& level, const std::set<ValueId>& values,
                         const std::set<LevelConnection>& near,
                         std::vector<std::set<ValueId>>& marked)
    {
        std::vector<LevelConnection> kept;
        const auto mark = [&](const LevelEnd& end, ValueId value, bool outgoing) {
            if (end.kind == LevelEnd::Kind::Entry || end.kind == LevelEnd::Kind::Exit)
                return;
            if (end.kind == LevelEnd::Kind::Group && m_level[end.id] != no_id) {
                const std::uint32_t inner = m_level[end.id];
                if (has_end(m_levels[inner],
                            outgoing ? LevelEnd::Kind::Exit : LevelEnd::Kind::Entry, value)) {
                    marked[inner].insert(value);
                    return;
                }
            }
            level.marks.push_back({end, value, outgoing});
        };
        for (const LevelConnection& c : level.connections) {
            if (!values.contains(c.value) || near.contains(c)) {
                kept.push_back(c);
                continue;
            }
            mark(c.from, c.value, true);
            mark(c.to, c.value, false);
        }
        level.connections = std::move(kept);
        std::sort(level.marks.begin(), level.marks.end());
        level.marks.erase(std::unique(level.marks.begin(), level.marks.end()), level.marks.end());
    }

    const DisplayTree& m_tree;
    TaskContext& m_task;
    const NodeSubset* m_shown; ///< null: everything
    std::vector<VisibleLevel> m_levels;
    std::vector<std::uint32_t> m_level;  ///< per group: index of its level when it shows one
    std::vector<std::uint32_t> m_closed; ///< per group: the outermost closed group around it
    /// Per group: itself; of an unfolded Repeat the group whose level shows what is in it.
    std::vector<GroupId> m_home;
};

} // namespace

Result<std::vector<VisibleLevel>> visible_levels(const DisplayTree& tree,
                                                 const std::set<GroupId>& open, TaskContext& task,
                                                 const NodeSubset* shown,
                                                 const std::set<GroupId>& folded)
{
    return LevelsBuilder(tree, open, task, shown, folded).build();
}

} // namespace strata
