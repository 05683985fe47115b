#include "hierarchy/run_interfaces.h"

#include "hierarchy/align/patterns.h"
#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <unordered_set>

namespace strata {
namespace {

constexpr std::size_t longest_interface_run = 128;

class RunInterfaces : OpenNodes {
public:
    RunInterfaces(const OnnxModel& model, const FlowGraph& graph, const ModuleTree& modules,
                  const std::vector<KnownModule>& known, const RunOrder& order)
        : OpenNodes(graph, modules, known),
          m_model(model),
          m_order(order)
    {}

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        for (const OnnxGraph& graph : m_model.graphs)
            look_at(graph);
        return std::move(m_found);
    }

private:
    /// A call of a module, as places in m_nodes.
    struct Call {
        ModuleId module = no_module;
        std::size_t first = 0; ///< known
        std::size_t last = 0;  ///< known
        std::size_t begin = 0; ///< its first node, known or found
    };
    using Values = std::unordered_set<std::uint64_t>;

    void look_at(const OnnxGraph& graph)
    {
        m_nodes.clear();
        m_calls.clear();
        for (const NodeId id : graph.nodes)
            if (flows(id))
                m_nodes.push_back(id);
        if (m_position.empty())
            m_position.assign(m_graph.nodes.size(), no_id);
        for (std::size_t i = 0; i < m_nodes.size(); ++i)
            m_position[m_nodes[i]] = static_cast<std::uint32_t>(i);
        find_calls();
        // Inner calls first: what they have is no more asked for.
        std::stable_sort(m_calls.begin(), m_calls.end(), [&](const Call& a, const Call& b) {
            return m_modules.depth(a.module) > m_modules.depth(b.module);
        });
        for (Call& call : m_calls)
            find_begin(call);
        for (const Call& call : m_calls)
            find_end(call);
        for (const NodeId id : m_nodes)
            m_position[id] = no_id;
    }

    void find_calls()
    {
        std::vector<std::size_t> open; // of m_calls, outer ones first
        ModuleId before = no_module;
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            if (is_open(m_nodes[i]))
                continue;
            const ModuleId module = m_place[m_nodes[i]].module;
            const ModuleId top =
                before == no_module ? root_module : m_order.top_between(m_nodes[i], before, module);
            while (!open.empty() &&
                   !m_modules.is_ancestor_or_self(m_calls[open.back()].module, top))
                open.pop_back();
            std::vector<ModuleId> chain;
            for (ModuleId m = module; m != top && m != root_module; m = m_modules[m].parent)
                if (!m_modules[m].children.empty() && !m_order.runs_nothing(m) && !is_numbered(m))
                    chain.push_back(m);
            for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
                open.push_back(m_calls.size());
                m_calls.push_back({*it, i, i, i});
            }
            for (const std::size_t call : open)
                m_calls[call].last = i;
            before = module;
        }
    }

    /// What names a value: a node's output, or an input of the graph.
    void each_source(NodeId id, const auto& call) const
    {
        for (const FlowInput& input : m_graph.nodes[id].inputs) {
            if (input.node != no_id && flows(input.node))
                call((static_cast<std::uint64_t>(input.node) << 8) |
                     std::min<std::uint32_t>(input.output, 255));
            else if (input.node == no_id && input.graph_input != no_id)
                call(~static_cast<std::uint64_t>(input.graph_input));
        }
    }
    std::size_t position_of(std::uint64_t value) const
    {
        const std::uint64_t node = value >> 8;
        return node < m_position.size() && m_position[node] != no_id ? m_position[node] : 0;
    }
    bool is_read_after(NodeId id, std::size_t end) const
    {
        // The last ones are listed last.
        return std::any_of(m_graph.nodes[id].uses.rbegin(), m_graph.nodes[id].uses.rend(),
                           [&](const FlowUse& use) {
                               return flows(use.node) && (m_position[use.node] == no_id ||
                                                          m_position[use.node] >= end);
                           });
    }
    /// The next known node behind; the end when there is none.
    std::size_t next_known(std::size_t i) const
    {
        while (i < m_nodes.size() && is_open(m_nodes[i]))
            ++i;
        return i;
    }

    void find_begin(Call& call)
    {
        std::size_t start = call.first;
        while (start > 0 && is_open(m_nodes[start - 1]) &&
               call.first - start < longest_interface_run)
            --start;
        if (start == call.first)
            return;
        Values inside; // values from before that are read in the call
        for (std::size_t i = call.first; i <= call.last; ++i)
            each_source(m_nodes[i], [&](std::uint64_t value) {
                if (value >> 63 != 0 || position_of(value) < call.first)
                    inside.insert(value);
            });
        const std::size_t end = next_known(call.last + 1);
        std::size_t given = 0; // values that others read
        const std::size_t without = inside.size();
        std::size_t least = without;
        std::size_t begin = call.first;
        for (std::size_t i = call.first; i-- > start;) {
            const NodeId id = m_nodes[i];
            std::erase_if(
                inside, [&](std::uint64_t value) { return value >> 63 == 0 && value >> 8 == id; });
            each_source(id, [&](std::uint64_t value) { inside.insert(value); });
            given += is_read_after(id, end) ? 1 : 0;
            if (inside.size() + given < least) {
                least = inside.size() + given;
                begin = i;
            }
        }
        begin = std::min({begin, begin_of_products(call, start), begin_of_wrapper(call, start)});
        call.begin = begin;
        for (std::size_t i = begin; i < call.first; ++i)
            if (is_open(m_nodes[i]))
                claim(m_nodes[i], call.module);
    }

    /// Behind a normalisation beside the module: products whose weights lost their names work for
    /// the module that the normalisation is for.
    std::size_t begin_of_products(const Call& call, std::size_t start) const
    {
        if (start == 0 || is_open(m_nodes[start - 1]) ||
            std::none_of(m_nodes.begin() + static_cast<std::ptrdiff_t>(start),
                         m_nodes.begin() + static_cast<std::ptrdiff_t>(call.first),
                         [&](NodeId id) { return align::is_product(m_graph.nodes[id]); }))
            return call.first;
        const NodeId before = m_nodes[start - 1];
        const ModuleId module = m_place[before].module;
        const FlowNode& node = m_graph.nodes[before];
        const bool finishes =
            std::any_of(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
                const NodeId from = align::producer_behind(m_graph, input);
                return from != no_id && align::is_product(m_graph.nodes[from]);
            });
        return m_modules[module].children.empty() && module != root_module &&
                       m_modules[module].parent == m_modules[call.module].parent &&
                       !align::is_product(m_graph.nodes[before]) && !finishes
                   ? start
                   : call.first;
    }

    /// A module around one other does something beside calling it: it turns and shapes what that
    /// takes.
    std::size_t begin_of_wrapper(const Call& call, std::size_t start) const
    {
        const auto& children = m_modules[call.module].children;
        std::size_t begin = call.first;
        if (children.size() == 1 && m_modules[children.front()].children.empty())
            while (begin > start && m_graph.nodes[m_nodes[begin - 1]].light)
                --begin;
        return begin;
    }

    void find_end(const Call& call)
    {
        const std::size_t stop =
            std::min(next_known(call.last + 1), call.last + 1 + longest_interface_run);
        if (stop == call.last + 1)
            return;
        Values taken;
        std::unordered_set<NodeId> given; // nodes of the call that are read behind it
        for (std::size_t i = call.begin; i <= call.last; ++i) {
            each_source(m_nodes[i], [&](std::uint64_t value) {
                if (value >> 63 != 0 || position_of(value) < call.begin)
                    taken.insert(value);
            });
            if (is_read_after(m_nodes[i], call.last + 1))
                given.insert(m_nodes[i]);
        }
        std::size_t least = taken.size() + given.size();
        std::size_t end = call.last + 1;
        for (std::size_t i = call.last + 1; i < stop; ++i) {
            const NodeId id = m_nodes[i];
            each_source(id, [&](std::uint64_t value) {
                if (value >> 63 != 0 || position_of(value) < call.begin)
                    taken.insert(value);
            });
            std::erase_if(given, [&](NodeId from) { return !is_read_after(from, i + 1); });
            if (m_graph.nodes[id].uses.empty() || is_read_after(id, i + 1))
                given.insert(id);
            if (taken.size() + given.size() < least) {
                least = taken.size() + given.size();
                end = i + 1;
            }
        }
        for (std::size_t i = call.last + 1; i < end; ++i)
            if (is_open(m_nodes[i]))
                claim(m_nodes[i], call.module);
    }

    const OnnxModel& m_model;
    const RunOrder& m_order;
    std::vector<NodeId> m_nodes; ///< of the graph, that data flow through, in file order
    std::vector<std::uint32_t> m_position;
    std::vector<Call> m_calls;
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>>
run_interfaces(const OnnxModel& model, const align::FlowGraph& graph, const ModuleTree& modules,
               const std::vector<KnownModule>& known, const RunOrder& order)
{
    return RunInterfaces(model, graph, modules, known, order).run();
}

} // namespace strata
