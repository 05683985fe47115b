#include "hierarchy/neighbour_evidence.h"

#include "hierarchy/confidence.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>
#include <unordered_map>

namespace strata {
namespace {

/// The model as an undirected graph: nodes, and a hub per local function that stands for all its
/// calls (so that a function with many calls costs no product of calls and body nodes).
class Neighbourhood {
public:
    explicit Neighbourhood(const OnnxModel& model)
        : m_model(model),
          m_before(model.nodes.size() + model.functions.size()),
          m_after(model.nodes.size() + model.functions.size())
    {
        for (NodeId id = 0; id < model.nodes.size(); ++id) {
            for (const ValueId input : model.nodes[id].inputs)
                if (input != no_id && model.values[input].producer != no_id)
                    link(model.values[input].producer, id);
            const OnnxGraph& graph = model.graphs[model.nodes[id].graph];
            if (graph.owner != no_id)
                link(graph.owner, id);
        }
        link_functions();
    }

    std::size_t size() const { return m_before.size(); }
    const std::vector<std::uint32_t>& before(std::uint32_t id) const { return m_before[id]; }
    const std::vector<std::uint32_t>& after(std::uint32_t id) const { return m_after[id]; }

private:
    void link(std::uint32_t from, std::uint32_t to)
    {
        m_after[from].push_back(to);
        m_before[to].push_back(from);
    }

    void link_functions()
    {
        std::unordered_map<std::string, std::uint32_t> hubs;
        const auto key = [&](StringId domain, StringId name, StringId overload) {
            return fmt::format("{}\n{}\n{}", m_model.text(domain), m_model.text(name),
                               m_model.text(overload));
        };
        for (std::uint32_t f = 0; f < m_model.functions.size(); ++f) {
            const OnnxFunction& function = m_model.functions[f];
            const auto hub = static_cast<std::uint32_t>(m_model.nodes.size() + f);
            hubs.emplace(key(function.domain, function.name, function.overload), hub);
            if (function.body != no_id)
                for (const NodeId node : m_model.graphs[function.body].nodes)
                    link(hub, node);
        }
        if (hubs.empty())
            return;
        for (NodeId id = 0; id < m_model.nodes.size(); ++id) {
            const OnnxNode& node = m_model.nodes[id];
            const auto it = hubs.find(key(node.domain, node.op_type, node.overload));
            if (it != hubs.end())
                link(id, it->second);
        }
    }

    const OnnxModel& m_model;
    std::vector<std::vector<std::uint32_t>> m_before;
    std::vector<std::vector<std::uint32_t>> m_after;
};

struct Decision {
    KnownModule known;
    bool consensus = false;
    std::size_t neighbours = 0;
};

Decision decide(std::uint32_t id, const Neighbourhood& graph, const ModuleTree& modules,
                const std::vector<KnownModule>& known)
{
    Decision decision;
    bool agree = true;
    const auto look = [&](const std::vector<std::uint32_t>& others) {
        bool any = false;
        for (const std::uint32_t other : others) {
            if (known[other].module == no_module)
                continue;
            any = true;
            ++decision.neighbours;
            if (decision.known.module == no_module) {
                decision.known = known[other];
            } else if (decision.known.module != known[other].module) {
                agree = false;
                decision.known = {
                    modules.common_ancestor(decision.known.module, known[other].module), 0};
            }
        }
        return any;
    };
    const bool any_before = look(graph.before(id));
    const bool any_after = look(graph.after(id));
    decision.consensus = agree && any_before && any_after;
    return decision;
}

} // namespace

Result<std::vector<NodeEvidence>> neighbour_evidence(const OnnxModel& model,
                                                     const ModuleTree& modules,
                                                     std::vector<KnownModule> known,
                                                     const TaskContext& task)
{
    const auto is_known = [](const KnownModule& each) { return each.module != no_module; };
    if (std::all_of(known.begin(), known.end(), is_known))
        return std::vector<NodeEvidence>{};
    const Neighbourhood graph(model);
    known.resize(graph.size());
    std::vector<bool> queued(graph.size(), false);
    std::vector<std::uint32_t> wave;
    const auto enqueue_around = [&](std::uint32_t id, std::vector<std::uint32_t>& queue) {
        for (const auto* others : {&graph.before(id), &graph.after(id)})
            for (const std::uint32_t other : *others)
                if (known[other].module == no_module && !queued[other]) {
                    queued[other] = true;
                    queue.push_back(other);
                }
    };
    for (std::uint32_t id = 0; id < graph.size(); ++id)
        if (known[id].module != no_module)
            enqueue_around(id, wave);

    std::vector<NodeEvidence> found;
    for (unsigned round = 0; round < furthest_wave && !wave.empty(); ++round) {
        std::vector<Decision> decisions;
        decisions.reserve(wave.size());
        for (const std::uint32_t id : wave) {
            STRATA_CHECK(task.poll());
            decisions.push_back(decide(id, graph, modules, known));
        }
        for (std::size_t i = 0; i < wave.size(); ++i) {
            known[wave[i]] = decisions[i].known;
            if (wave[i] >= model.nodes.size())
                continue;
            const Finding finding = decisions[i].consensus ? Finding::GrownBetween
                                                           : Finding::GrownOn; // as sure as these
            const EvidenceKind kind = facts(finding).kind;
            const std::string& fqn = modules[decisions[i].known.module].fqn;
            found.push_back(
                {wave[i],
                 {kind, facts(finding).confidence, decisions[i].known.module,
                  decisions[i].consensus
                      ? fmt::format("producers and consumers are in '{}'", fqn)
                      : fmt::format("nearest common module of {} known neighbour(s) is '{}'",
                                    decisions[i].neighbours, fqn)},
                 decisions[i].known.call});
        }
        std::vector<std::uint32_t> next;
        for (const std::uint32_t id : wave)
            enqueue_around(id, next);
        wave = std::move(next);
    }
    return found;
}

} // namespace strata
