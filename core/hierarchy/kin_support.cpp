#include "hierarchy/kin_support.h"

#include "hierarchy/container_kinds.h"
#include "hierarchy/parameter_evidence.h"

#include <functional>
#include <string_view>

namespace strata {
namespace {

using align::Hash;
using align::mix;

constexpr double most_of_them = 0.7;
constexpr double few_of_them = 0.3;
/// Instances from which on their share tells anything.
constexpr std::size_t enough_to_support = 2;
constexpr std::size_t enough_to_contradict = 3;

/// A hash per module of the names of all parameters below it, from there on.
std::vector<Hash> module_classes(const OnnxModel& model, const ModuleTree& modules)
{
    std::vector<Hash> classes(modules.size(), 0);
    const std::hash<std::string_view> hash;
    for (const Initializer& initializer : model.initializers) {
        const std::string_view name = model.text(model.values[initializer.value].name);
        if (!is_parameter_name(name))
            continue;
        const auto owner = modules.find(parameter_module(name));
        if (!owner)
            continue;
        for (ModuleId id = modules[*owner].parent; id != no_module && id != root_module;
             id = modules[id].parent)
            classes[id] += mix(hash(name.substr(std::min(modules[id].fqn.size(), name.size()))), 1);
    }
    return classes;
}

} // namespace

KinSupport::KinSupport(const OnnxModel& model, const align::FlowGraph& graph,
                       const ModuleTree& modules, const std::vector<ModuleId>& base,
                       const std::vector<bool>& anchor, const std::vector<NodeId>& main)
    : m_class(module_classes(model, modules)),
      m_key(graph.nodes.size(), 0)
{
    for (const NodeId id : graph.topological) {
        if (id >= base.size() || base[id] == no_module)
            continue;
        const align::FlowNode& node = graph.nodes[id];
        if (anchor[id])
            m_key[id] =
                mix(std::hash<std::string>{}(module_template(modules[base[id]].name)), node.op);
        else if (main[id] != no_id)
            m_key[id] = node.data_inputs > 1 ? mix(0x10, node.op) : mix(m_key[main[id]], node.op);
        if (node.constant || node.shape)
            continue;
        for (ModuleId m = base[id]; m != root_module; m = modules[m].parent)
            if (m_class[m] != 0)
                (anchor[id] ? m_running[m_class[m]] : m_going_on[mix(m_class[m], m_key[id])])
                    .insert(m);
    }
}

KinSupport::Count KinSupport::count(ModuleId module, NodeId id) const
{
    Count result;
    if (module >= m_class.size() || m_class[module] == 0)
        return result;
    if (const auto all = m_running.find(m_class[module]); all != m_running.end())
        result.all = all->second.size();
    if (const auto same = m_going_on.find(mix(m_class[module], m_key[id]));
        same != m_going_on.end())
        result.same = same->second.size();
    return result;
}

bool KinSupport::supports(ModuleId module, NodeId id) const
{
    const Count found = count(module, id);
    return found.all >= enough_to_support &&
           static_cast<double>(found.same) >= most_of_them * static_cast<double>(found.all);
}

bool KinSupport::contradicts(ModuleId module, NodeId id) const
{
    const Count found = count(module, id);
    return found.all >= enough_to_contradict &&
           static_cast<double>(found.same) <= few_of_them * static_cast<double>(found.all);
}

} // namespace strata
