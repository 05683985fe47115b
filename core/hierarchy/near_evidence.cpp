#include "hierarchy/near_evidence.h"

#include "hierarchy/confidence.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowInput;
using align::FlowNode;
using align::FlowUse;

class Nearest {
public:
    Nearest(const FlowGraph& graph, const ModuleTree& modules, std::vector<KnownModule> known)
        : m_graph(graph),
          m_modules(modules),
          m_known(std::move(known))
    {}

    std::vector<NodeEvidence> run()
    {
        // What data flow through, from producers on; then what prepares, from users back.
        for (const NodeId id : m_graph.topological)
            if (is_open(id) && flows(id))
                decide_flowing(id);
        for (auto it = m_graph.topological.rbegin(); it != m_graph.topological.rend(); ++it)
            if (is_open(*it))
                decide_by_users(*it);
        // Results that nobody uses: from their producers.
        for (const NodeId id : m_graph.topological)
            if (is_open(id))
                decide_by_producers(id);
        return std::move(m_found);
    }

private:
    bool is_open(NodeId id) const { return m_known[id].module == no_module; }
    bool flows(NodeId id) const { return !m_graph.nodes[id].constant && !m_graph.nodes[id].shape; }

    void put(NodeId id, KnownModule place, Finding finding, std::string_view why)
    {
        m_known[id] = place;
        const auto [kind, confidence] = facts(finding);
        m_found.push_back({id,
                           {kind, confidence, place.module,
                            fmt::format("{} '{}'", why, m_modules[place.module].fqn)},
                           place.call});
    }

    /// Known modules among the producers of data.
    std::vector<KnownModule> producers(NodeId id) const
    {
        std::vector<KnownModule> places;
        for (const FlowInput& input : m_graph.nodes[id].inputs)
            if (input.node != no_id && flows(input.node) && !is_open(input.node))
                places.push_back(m_known[input.node]);
        return places;
    }

    std::vector<KnownModule> users(NodeId id) const
    {
        std::vector<std::pair<std::uint32_t, KnownModule>> ordered;
        for (const FlowUse& use : m_graph.nodes[id].uses)
            if (!is_open(use.node))
                ordered.emplace_back(m_graph.nodes[use.node].order, m_known[use.node]);
        std::sort(ordered.begin(), ordered.end(),
                  [](const auto& a, const auto& b) { return a.first < b.first; });
        std::vector<KnownModule> places;
        for (const auto& [order, place] : ordered)
            places.push_back(place);
        return places;
    }

    static bool agree(const std::vector<KnownModule>& places)
    {
        return std::all_of(places.begin(), places.end(), [&](const KnownModule& place) {
            return place.module == places.front().module;
        });
    }

    KnownModule common(const std::vector<KnownModule>& places) const
    {
        KnownModule result = places.front();
        for (const KnownModule& place : places)
            if (place.module != result.module)
                result = {m_modules.common_ancestor(result.module, place.module), 0};
        return result;
    }

    void decide_flowing(NodeId id)
    {
        std::vector<KnownModule> before = producers(id);
        std::vector<KnownModule> all = before;
        const std::vector<KnownModule> after = users(id);
        all.insert(all.end(), after.begin(), after.end());
        if (all.empty())
            return;
        if (!before.empty() && is_bias(id)) {
            put(id, before.front(), Finding::NearPassedOn, "adds to what comes from");
            return;
        }
        if (!after.empty() && pads_for_pooling(id)) {
            put(id, after.front(), Finding::NearPassedOn, "prepares the input of");
            return;
        }
        const bool quantises = m_graph.nodes[id].glue && m_graph.nodes[id].uses.size() > 1;
        if (quantises && !after.empty())
            put(id, after.front(), Finding::NearPassedOn, "prepares the input of");
        else if (agree(all) && !before.empty() && !after.empty())
            put(id, all.front(), Finding::NearAgreed, "producers and users are in");
        else if (m_graph.nodes[id].light && !before.empty())
            put(id, before.front(), Finding::NearPassedOn, "passes on what comes from");
        else if (!before.empty())
            put(id, common(all), Finding::NearCommon,
                "nearest common module of producers and users is");
    }

    /// A constant added to a product: the source's graph may have left zeros out.
    bool is_bias(NodeId id) const
    {
        static const std::array<align::Hash, 4> products{
            align::operator_class("MatMul"), align::operator_class("Conv"),
            align::operator_class("ConvTranspose"), align::operator_class("Gemm")};
        static const align::Hash add = align::operator_class("Add");
        const FlowNode& node = m_graph.nodes[id];
        return node.op == add && node.data_inputs == 1 &&
               std::any_of(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
                   return input.node != no_id &&
                          std::find(products.begin(), products.end(),
                                    m_graph.nodes[input.node].op) != products.end();
               });
    }

    /// Exporters that count padding into means pad first.
    bool pads_for_pooling(NodeId id) const
    {
        static const align::Hash pad = align::operator_class("Pad");
        static const align::Hash mean = align::operator_class("AveragePool");
        static const align::Hash max = align::operator_class("MaxPool");
        const FlowNode& node = m_graph.nodes[id];
        if (node.op != pad || node.uses.size() != 1)
            return false;
        const align::Hash user = m_graph.nodes[node.uses.front().node].op;
        return user == mean || user == max;
    }

    void decide_by_users(NodeId id)
    {
        const std::vector<KnownModule> after = users(id);
        if (!after.empty())
            put(id, after.front(), agree(after) ? Finding::NearUsed : Finding::NearFirstUsed,
                "first used in");
    }

    void decide_by_producers(NodeId id)
    {
        const std::vector<KnownModule> before = producers(id);
        if (!before.empty())
            put(id, common(before), Finding::NearCommon, "nearest common module of producers is");
    }

    const FlowGraph& m_graph;
    const ModuleTree& m_modules;
    std::vector<KnownModule> m_known;
    std::vector<NodeEvidence> m_found;
};

} // namespace

std::vector<NodeEvidence> near_evidence(const FlowGraph& graph, const ModuleTree& modules,
                                        std::vector<KnownModule> known)
{
    return Nearest(graph, modules, std::move(known)).run();
}

} // namespace strata
