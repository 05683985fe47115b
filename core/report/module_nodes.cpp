#include "report/module_nodes.h"

namespace strata {

ModuleNodes nodes_by_module(const Inspection& inspection)
{
    ModuleNodes result;
    result.of_module.resize(inspection.modules.size());
    result.used.resize(inspection.modules.size());
    for (NodeId id = 0; id < inspection.attribution.size(); ++id) {
        const NodeAttribution& node = inspection.attribution[id];
        if (node.synthetic || node.module >= inspection.modules.size()) {
            result.orphans.push_back(id);
            continue;
        }
        result.of_module[node.module].push_back(id);
        result.used[node.module] = true;
    }
    // Parents come before their children.
    for (auto id = static_cast<ModuleId>(inspection.modules.size()); id-- > 1;)
        if (result.used[id])
            result.used[inspection.modules[id].parent] = true;
    return result;
}

} // namespace strata
