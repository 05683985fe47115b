// Modules with equal parameters behave alike. Internal to core/hierarchy.
#pragma once

#include "hierarchy/align/flow_graph.h"
#include "hierarchy/neighbour_evidence.h"
#include "ir/module_tree.h"
#include "ir/onnx_model.h"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace strata {

/// Modules with parameters of the same names below them are taken for instances of one class,
/// wherever they stand. What lies behind the work of one is its own work when it lies behind most
/// of them, and not when it lies behind few.
class KinSupport {
public:
    KinSupport() = default;
    /// `base`: per node the module of the known node that it goes on from, no_module for none;
    /// `anchor`: per node, whether it is such a known node; `main`: per other node the producer
    /// that it goes on from. The graph must have the nodes of `model`. Linear.
    KinSupport(const OnnxModel& model, const align::FlowGraph& graph, const ModuleTree& modules,
               const std::vector<ModuleId>& base, const std::vector<bool>& anchor,
               const std::vector<NodeId>& main);

    bool supports(ModuleId module, NodeId id) const;
    bool contradicts(ModuleId module, NodeId id) const;

private:
    struct Count {
        std::size_t same = 0;
        std::size_t all = 0;
    };
    Count count(ModuleId module, NodeId id) const;

    std::vector<align::Hash> m_class; ///< per module; 0: no parts, or no parameters
    std::vector<align::Hash> m_key;   ///< per node: how it is reached from the known node before it
    std::unordered_map<align::Hash, std::unordered_set<ModuleId>> m_running;  ///< per class
    std::unordered_map<align::Hash, std::unordered_set<ModuleId>> m_going_on; ///< class and key
};

} // namespace strata
