#include "hierarchy/run_lead_ins.h"

#include "hierarchy/align/patterns.h"
#include "hierarchy/container_kinds.h"
#include "hierarchy/open_nodes.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace strata {
namespace {

constexpr std::size_t longest_lead_in_run = 96;
/// Entries of one kind that are compared with each other.
constexpr std::size_t most_entries = 64;

class RunLeadIns : OpenNodes {
public:
    RunLeadIns(const OnnxModel& model, const FlowGraph& graph, const ModuleTree& modules,
               const std::vector<KnownModule>& known)
        : OpenNodes(graph, modules, known),
          m_model(model),
          m_kind(modules.size(), 0)
    {
        for (ModuleId id = 0; id < modules.size(); ++id)
            if (id != root_module && !modules[id].children.empty() && !is_numbered(id))
                m_kind[id] = std::hash<std::string>{}(module_template(modules[id].fqn)) | 1;
    }

    std::vector<std::pair<NodeId, ModuleId>> run()
    {
        for (const OnnxGraph& graph : m_model.graphs)
            collect(graph);
        // Inner blocks first: what a block starts with is nearly always the work of a part of it.
        std::vector<std::pair<Hash, std::vector<Entry>>> order(m_entries.begin(), m_entries.end());
        std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
            return m_modules.depth(a.second.front().module) >
                   m_modules.depth(b.second.front().module);
        });
        for (auto& [hash, entries] : order)
            if (entries.size() > 1 && entries.size() <= most_entries)
                look_at(entries);
        return std::move(m_found);
    }

private:
    struct Entry {
        ModuleId module = no_module;
        NodeId first = no_id;    ///< known
        std::vector<NodeId> run; ///< before it, nearest first
        Hash before = 0;         ///< template of the module that ran before; 0: none
    };

    void collect(const OnnxGraph& graph)
    {
        ModuleId before = no_module;
        std::vector<NodeId> run;
        for (const NodeId id : graph.nodes) {
            if (!flows(id))
                continue;
            if (is_open(id)) {
                run.push_back(id);
                continue;
            }
            const ModuleId module = m_place[id].module;
            for (ModuleId m = module; m != root_module; m = m_modules[m].parent) {
                if (before != no_module && m_modules.is_ancestor_or_self(m, before))
                    break;
                if (m_kind[m] == 0)
                    continue;
                Entry entry{m, id, {}, 0};
                for (auto it = run.rbegin();
                     it != run.rend() && entry.run.size() < longest_lead_in_run; ++it)
                    entry.run.push_back(*it);
                if (before != no_module)
                    entry.before =
                        std::hash<std::string>{}(module_template(m_modules[before].fqn)) | 1;
                m_entries[m_kind[m]].push_back(std::move(entry));
            }
            before = module;
            run.clear();
        }
    }

    std::size_t common(const Entry& a, const Entry& b) const
    {
        std::size_t length = 0;
        while (length < a.run.size() && length < b.run.size() &&
               m_graph.nodes[a.run[length]].op == m_graph.nodes[b.run[length]].op)
            ++length;
        return length;
    }

    /// Where values that were made before come together, as behind branches: the block starts
    /// behind that.
    bool brings_together(const Entry& entry, std::size_t at) const
    {
        static const std::array<Hash, 2> joins{align::operator_class("Add"),
                                               align::operator_class("Concat")};
        const FlowNode& node = m_graph.nodes[entry.run[at]];
        if (std::find(joins.begin(), joins.end(), node.op) == joins.end())
            return false;
        std::vector<NodeId> outside;
        const auto begin = entry.run.begin() + static_cast<std::ptrdiff_t>(at);
        for (const FlowInput& input : node.inputs)
            if (input.node != no_id && flows(input.node) &&
                std::find(begin, entry.run.end(), input.node) == entry.run.end() &&
                std::find(outside.begin(), outside.end(), input.node) == outside.end())
                outside.push_back(input.node);
        return outside.size() > 1 || (!outside.empty() && node.data_inputs > outside.size());
    }

    /// More likely the end of what came before: functions, and what brings values together.
    bool ends_the_former(NodeId id) const
    {
        static const std::array<Hash, 6> ends{
            align::operator_class("Tanh"),    align::operator_class("Sigmoid"),
            align::operator_class("Softmax"), align::operator_class("Add"),
            align::operator_class("Concat"),  align::operator_class("Dropout")};
        return align::is_activation(m_graph, id) ||
               std::find(ends.begin(), ends.end(), m_graph.nodes[id].op) != ends.end();
    }

    void look_at(std::vector<Entry>& entries)
    {
        std::vector<std::size_t> lengths(entries.size(), 0);
        for (std::size_t i = 0; i < entries.size(); ++i)
            for (std::size_t j = 0; j < entries.size(); ++j)
                if (entries[i].before != entries[j].before)
                    lengths[i] = std::max(lengths[i], common(entries[i], entries[j]));
        for (std::size_t i = 0; i < entries.size(); ++i) {
            std::size_t length = 0;
            while (length < lengths[i] && !brings_together(entries[i], length))
                ++length;
            while (length > 0 && ends_the_former(entries[i].run[length - 1]))
                --length;
            for (std::size_t at = 0; at < length; ++at)
                if (is_open(entries[i].run[at]))
                    claim(entries[i].run[at], entries[i].module);
        }
    }

    const OnnxModel& m_model;
    std::vector<Hash> m_kind; ///< per module: equal for instances of one block; 0: no block
    std::map<Hash, std::vector<Entry>> m_entries;
};

} // namespace

std::vector<std::pair<NodeId, ModuleId>> run_lead_ins(const OnnxModel& model,
                                                      const align::FlowGraph& graph,
                                                      const ModuleTree& modules,
                                                      const std::vector<KnownModule>& known)
{
    return RunLeadIns(model, graph, modules, known).run();
}

} // namespace strata
