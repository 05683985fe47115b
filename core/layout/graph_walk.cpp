#include "layout/graph_walk.h"

#include <algorithm>

namespace strata {
namespace {

/// Who feeds whom, as lists by node.
class Neighbours {
public:
    explicit Neighbours(const DisplayTree& tree)
        : m_down(tree.group_of_node.size()),
          m_up(tree.group_of_node.size())
    {
        for (const Flow& flow : tree.flows)
            if (!flow.from.terminal && !flow.to.terminal) {
                m_down[flow.from.id].push_back(flow.to.id);
                m_up[flow.to.id].push_back(flow.from.id);
            }
    }

    const std::vector<NodeId>& of(NodeId node, bool down) const
    {
        return down ? m_down[node] : m_up[node];
    }

    /// Everything that can be reached, the start included.
    Result<NodeSet> reach(NodeId start, bool down, TaskContext& task) const
    {
        NodeSet seen(m_down.size());
        std::vector<NodeId> open{start};
        seen[start] = true;
        std::size_t steps = 0;
        while (!open.empty()) {
            if (++steps % 4096 == 0)
                STRATA_CHECK(task.poll());
            const NodeId node = open.back();
            open.pop_back();
            for (const NodeId next : of(node, down))
                if (!seen[next]) {
                    seen[next] = true;
                    open.push_back(next);
                }
        }
        return seen;
    }

private:
    std::vector<std::vector<NodeId>> m_down;
    std::vector<std::vector<NodeId>> m_up;
};

} // namespace

Result<NodeSet> nodes_around(const DisplayTree& tree, const NodeSet& seeds, unsigned hops,
                             TaskContext& task)
{
    const Neighbours neighbours(tree);
    NodeSet found = seeds;
    found.resize(tree.group_of_node.size());
    std::vector<NodeId> edge;
    for (NodeId node = 0; node < found.size(); ++node)
        if (found[node])
            edge.push_back(node);
    for (unsigned hop = 0; hop < hops; ++hop) {
        STRATA_CHECK(task.poll());
        std::vector<NodeId> next;
        for (const NodeId node : edge)
            for (const bool down : {true, false})
                for (const NodeId other : neighbours.of(node, down))
                    if (!found[other]) {
                        found[other] = true;
                        next.push_back(other);
                    }
        edge = std::move(next);
    }
    return found;
}

Result<NodeSet> nodes_between(const DisplayTree& tree, NodeId from, NodeId to, TaskContext& task)
{
    NodeSet none(tree.group_of_node.size());
    if (from >= none.size() || to >= none.size())
        return none;
    const Neighbours neighbours(tree);
    for (const auto& [first, last] : {std::pair{from, to}, std::pair{to, from}}) {
        STRATA_TRY(NodeSet below, neighbours.reach(first, true, task));
        if (!below[last])
            continue;
        STRATA_TRY(const NodeSet above, neighbours.reach(last, false, task));
        for (std::size_t node = 0; node < below.size(); ++node)
            below[node] = below[node] && above[node];
        return below;
    }
    return none;
}

Result<NodeSet> constant_nodes(const OnnxModel& model, const DisplayTree& tree, TaskContext& task)
{
    const std::size_t count = tree.group_of_node.size();
    const Neighbours neighbours(tree);
    std::vector<std::uint32_t> waiting(count); // feeding nodes that are not known to be constant
    std::vector<bool> varies(count);
    for (const Flow& flow : tree.flows)
        if (!flow.to.terminal) {
            if (flow.from.terminal)
                varies[flow.to.id] = true;
            else
                ++waiting[flow.to.id];
        }
    NodeSet result(count);
    std::vector<NodeId> open;
    for (NodeId node = 0; node < count; ++node) {
        const OnnxNode& onnx = model.nodes[node];
        const bool source = model.text(onnx.op_type) == "Constant" && onnx.inputs.empty();
        // What has neither inputs nor a value of its own may be random; bodies read outer values.
        varies[node] =
            varies[node] || (onnx.inputs.empty() && !source) || tree.control_group.contains(node);
        if (waiting[node] == 0 && !varies[node])
            open.push_back(node);
    }
    std::size_t steps = 0;
    while (!open.empty()) {
        if (++steps % 4096 == 0)
            STRATA_CHECK(task.poll());
        const NodeId node = open.back();
        open.pop_back();
        result[node] = true;
        for (const NodeId next : neighbours.of(node, true))
            if (--waiting[next] == 0 && !varies[next])
                open.push_back(next);
    }
    return result;
}

NodeSet nodes_in_group(const DisplayTree& tree, GroupId group)
{
    NodeSet result(tree.group_of_node.size());
    std::vector<bool> inside(tree.groups.size());
    for (const GroupId id : tree.order) // parents before children
        inside[id] = id == group || (id != root_group && inside[tree.groups[id].parent]);
    for (NodeId node = 0; node < result.size(); ++node)
        result[node] = inside[tree.group_of_node[node]];
    return result;
}

} // namespace strata
