#include "hierarchy/run_order.h"

#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

/// A weight that the node reads; no_id: none.
std::uint32_t first_initializer(const OnnxModel& model, NodeId id)
{
    for (const ValueId input : model.nodes[id].inputs)
        if (input != no_id && model.values[input].initializer != no_id)
            return model.values[input].initializer;
    return no_id;
}

} // namespace

RunOrder::RunOrder(const OnnxModel& model, const ModuleTree& modules,
                   std::vector<KnownModule> known, const ContainerKinds& kinds)
    : m_modules(&modules),
      m_passed(kinds.list),
      m_sequence(kinds.sequence),
      m_top(known.size(), no_module),
      m_way(known.size(), no_id)
{
    for (const OnnxGraph& graph : model.graphs)
        forget_visitors(model, graph, known);
    m_passed[root_module] = false;
    for (const OnnxGraph& graph : model.graphs)
        find_interrupted(model, graph, known);
    for (const OnnxGraph& graph : model.graphs)
        add_graph(model, graph, known);
}

void RunOrder::forget_visitors(const OnnxModel& model, const OnnxGraph& graph,
                               std::vector<KnownModule>& known) const
{
    std::unordered_map<std::uint32_t, std::size_t> readers;
    std::vector<NodeId> anchors;
    for (const NodeId id : graph.nodes)
        if (known[id].module != no_module) {
            anchors.push_back(id);
            if (const std::uint32_t weight = first_initializer(model, id); weight != no_id)
                ++readers[weight];
        }
    std::vector<bool> shared(anchors.size());
    for (std::size_t i = 0; i < anchors.size(); ++i) {
        const auto it = readers.find(first_initializer(model, anchors[i]));
        shared[i] = it != readers.end() && it->second > 1;
    }
    // The nearest that reads weights of its own; anchors.size(): none.
    std::vector<std::size_t> behind(anchors.size());
    std::size_t nearest = anchors.size();
    for (std::size_t i = anchors.size(); i-- > 0;) {
        behind[i] = nearest;
        nearest = shared[i] ? nearest : i;
    }
    std::vector<NodeId> visitors;
    std::size_t last = anchors.size();
    for (std::size_t i = 0; i < anchors.size(); ++i) {
        if (!shared[i]) {
            last = i;
            continue;
        }
        const std::size_t next = behind[i];
        if (next == anchors.size() || last == anchors.size())
            continue;
        const ModuleId around =
            m_modules->common_ancestor(known[anchors[last]].module, known[anchors[next]].module);
        if (around != root_module && !m_passed[around] &&
            !m_modules->is_ancestor_or_self(around, known[anchors[i]].module))
            visitors.push_back(anchors[i]);
    }
    for (const NodeId id : visitors)
        known[id] = {};
}

void RunOrder::find_interrupted(const OnnxModel& model, const OnnxGraph& graph,
                                const std::vector<KnownModule>& known)
{
    // A module is left when a node outside of it is met, and interrupted when it is met again,
    // unless that is another call: its weights are read again.
    std::unordered_set<ModuleId> left;
    std::unordered_map<std::uint32_t, std::size_t> read;
    std::vector<ModuleId> open;
    ModuleId before = no_module;
    for (const NodeId id : graph.nodes) {
        const ModuleId module = known[id].module;
        if (module == no_module)
            continue;
        const std::uint32_t weight = first_initializer(model, id);
        const bool again = weight != no_id && ++read[weight] > 1;
        for (ModuleId m = before; m != no_module; m = (*m_modules)[m].parent)
            if (!m_modules->is_ancestor_or_self(m, module))
                left.insert(m);
        for (ModuleId m = module; m != root_module; m = (*m_modules)[m].parent)
            if (left.erase(m) > 0 && !again)
                m_passed[m] = true;
        before = module;
    }
}

void RunOrder::add_graph(const OnnxModel& model, const OnnxGraph& graph,
                         const std::vector<KnownModule>& known)
{
    std::unordered_map<std::uint32_t, std::size_t> last_read; // initializer → number of its reader
    std::unordered_map<ModuleId, std::size_t> entered; // module → number of its call's first node
    std::size_t number = 0;                            // of known nodes
    std::vector<NodeId> open;
    ModuleId before = no_module;
    const auto close = [&](Way way) {
        if (open.empty() || (way.before == no_module && way.after == no_module))
            return;
        for (const NodeId id : open)
            m_way[id] = static_cast<std::uint32_t>(m_ways.size());
        m_ways.push_back(way);
        open.clear();
    };
    for (const NodeId id : graph.nodes) {
        const ModuleId module = known[id].module;
        if (module == no_module) {
            open.push_back(id);
            continue;
        }
        Way way{before, module, root_module};
        ++number;
        if (before != no_module) {
            way.top = m_modules->common_ancestor(before, module);
            // What reads a weight again may be in another call of the modules that read it before.
            const std::uint32_t weight = first_initializer(model, id);
            const auto read = last_read.find(weight);
            while (way.top != root_module &&
                   (m_passed[way.top] || (weight != no_id && read != last_read.end() &&
                                          entered[way.top] <= read->second)))
                way.top = (*m_modules)[way.top].parent;
        }
        m_top[id] = way.top;
        for (ModuleId m = module; m != root_module; m = (*m_modules)[m].parent) {
            if (before != no_module && m_modules->is_ancestor_or_self(m, before))
                break;
            entered[m] = number;
        }
        for (const ValueId input : model.nodes[id].inputs)
            if (input != no_id && model.values[input].initializer != no_id)
                last_read[model.values[input].initializer] = number;
        close(way);
        open.clear();
        before = module;
    }
    close({before, no_module, root_module});
}

ModuleId RunOrder::top_between(NodeId reader, ModuleId before, ModuleId after) const
{
    ModuleId top = m_modules->common_ancestor(before, after);
    if (m_top[reader] != no_module && m_modules->is_ancestor_or_self(m_top[reader], top))
        top = m_top[reader];
    while (m_passed[top])
        top = (*m_modules)[top].parent;
    return top;
}

ModuleId RunOrder::caller(ModuleId module) const
{
    return module != root_module && (*m_modules)[module].children.empty()
               ? (*m_modules)[module].parent
               : module;
}

RunOrder::Room RunOrder::room(NodeId id) const
{
    if (id >= m_way.size() || m_way[id] == no_id)
        return Room::Open;
    const Way& way = m_ways[m_way[id]];
    if (way.before == no_module || way.after == no_module)
        return Room::Open;
    const int sides =
        (caller(way.before) == way.top ? 0 : 1) + (caller(way.after) == way.top ? 0 : 1);
    return sides == 0 ? Room::One : sides == 1 ? Room::Side : Room::Several;
}

ModuleId RunOrder::nearest(NodeId id, ModuleId module) const
{
    if (id >= m_way.size() || m_way[id] == no_id || module == no_module)
        return module;
    const Way& way = m_ways[m_way[id]];
    if (!m_modules->is_ancestor_or_self(way.top, module)) {
        // One with parts and weights of its own still runs when it has read these.
        if (way.before != no_module && caller(way.before) == way.before)
            return way.before;
        ModuleId top = way.top;
        while (top != root_module && m_sequence[top])
            top = (*m_modules)[top].parent;
        return top;
    }
    const auto depth_of = [&](ModuleId side) {
        return side == no_module ? std::size_t{0}
                                 : m_modules->depth(m_modules->common_ancestor(side, module));
    };
    const bool later = depth_of(way.after) > depth_of(way.before);
    const ModuleId side = later ? way.after : way.before;
    if (side == no_module)
        return module;
    ModuleId nearest = m_modules->common_ancestor(side, module);
    while (nearest != way.top && nearest != module && m_passed[nearest])
        nearest = (*m_modules)[nearest].parent;
    return nearest;
}

Finding in_room(Finding finding, RunOrder::Room room, bool names_lost)
{
    using enum RunOrder::Room;
    switch (finding) {
    case Finding::GrownBetween:
        return room == One       ? Finding::GrownOnlyOne
               : room == Several ? Finding::GrownUnsure
                                 : finding;
    case Finding::GrownOn:
        return room == One                  ? Finding::GrownOnlyOne
               : room == Side               ? Finding::GrownBesides
               : room == Open && names_lost ? Finding::GrownUnsure
                                            : finding;
    case Finding::GrownUsed:
        return room == One                  ? Finding::GrownOnlyOne
               : room == Open && names_lost ? Finding::GrownUnsure
               : room == Side               ? finding
                                            : Finding::GrownBesides;
    case Finding::GrownLeads:
        return Finding::GrownBesides;
    default:
        return finding;
    }
}

} // namespace strata
