#include "review/orphan_causes.h"

#include <algorithm>
#include <array>
#include <map>

namespace strata {
namespace {

constexpr std::array cause_names{"nothing-named",   "unsupported",     "merged-weights",
                                 "shared-constant", "size-arithmetic", "at-the-boundary",
                                 "between-modules", "among-orphans"};

class Causes {
public:
    explicit Causes(const Inspection& inspection)
        : m_inspection(inspection),
          m_model(*inspection.model),
          m_count(std::min(m_model.nodes.size(), inspection.attribution.size())),
          m_consumers(m_model.consumers()),
          m_edge(m_model.values.size(), false)
    {
        for (const OnnxGraph& graph : m_model.graphs)
            for (const auto* values : {&graph.inputs, &graph.outputs})
                for (const ValueId value : *values)
                    if (value < m_edge.size())
                        m_edge[value] = true;
        m_any_module = std::any_of(inspection.attribution.begin(), inspection.attribution.end(),
                                   [](const NodeAttribution& a) { return !a.synthetic; });
    }

    OrphanCause of(NodeId id) const
    {
        const OnnxNode& node = m_model.nodes[id];
        if (m_model.text(node.domain) == "org.pytorch.aten")
            return OrphanCause::Unsupported;
        if (!m_any_module)
            return OrphanCause::NothingNamed;
        bool constant = true, weight = false, boundary = false, modules = false;
        for (const ValueId input : node.inputs) {
            if (input >= m_model.values.size())
                continue;
            const OnnxValue& value = m_model.values[input];
            weight = weight || value.initializer != no_id;
            constant = constant && value.initializer != no_id;
            boundary = boundary || (m_edge[input] && value.initializer == no_id);
            modules = modules || has_module(value.producer);
        }
        bool integers = !node.outputs.empty();
        for (const ValueId output : node.outputs) {
            if (output >= m_model.values.size())
                continue;
            const DType dtype = m_model.values[output].dtype;
            integers = integers && is_integer(dtype);
            boundary = boundary || m_edge[output];
            for (const OnnxModel::Use& use : m_consumers[output])
                modules = modules || has_module(use.node);
        }
        const std::string_view op = m_model.text(node.op_type);
        if (constant && weight && op == "Identity")
            return OrphanCause::MergedWeights;
        if (constant)
            return OrphanCause::SharedConstant;
        if (integers || op == "Shape" || op == "Size")
            return OrphanCause::SizeArithmetic;
        if (boundary)
            return OrphanCause::AtTheBoundary;
        return modules ? OrphanCause::BetweenModules : OrphanCause::AmongOrphans;
    }

    std::size_t count() const { return m_count; }

private:
    bool has_module(NodeId node) const
    {
        return node < m_count && !m_inspection.attribution[node].synthetic;
    }

    const Inspection& m_inspection;
    const OnnxModel& m_model;
    std::size_t m_count;
    std::vector<std::vector<OnnxModel::Use>> m_consumers;
    std::vector<bool> m_edge; ///< of a graph: its inputs and outputs
    bool m_any_module = false;
};

} // namespace

std::string_view to_string(OrphanCause cause)
{
    return cause_names[static_cast<std::size_t>(cause)];
}

Result<std::vector<OrphanPattern>> orphan_patterns(const Inspection& inspection, TaskContext& task)
{
    const Causes causes(inspection);
    std::map<std::pair<OrphanCause, std::string_view>, std::vector<NodeId>> groups;
    for (NodeId id = 0; id < causes.count(); ++id) {
        if (id % 1024 == 0)
            STRATA_CHECK(task.poll());
        if (inspection.attribution[id].synthetic)
            groups[{causes.of(id), inspection.model->text(inspection.model->nodes[id].op_type)}]
                .push_back(id);
    }
    std::vector<OrphanPattern> patterns;
    for (auto& [key, nodes] : groups)
        patterns.push_back({key.first, std::string(key.second), std::move(nodes)});
    std::stable_sort(patterns.begin(), patterns.end(),
                     [](const OrphanPattern& a, const OrphanPattern& b) {
                         return a.nodes.size() > b.nodes.size();
                     });
    return patterns;
}

} // namespace strata
