#include "ir/node_parity.h"

namespace strata {

ParitySummary summarize_parity(const OnnxModel& model, const std::vector<NodeParity>& parity)
{
    ParitySummary summary;
    double worst = 0.0;
    for (const NodeId id : model.graphs[OnnxModel::main_graph].nodes) {
        if (id >= parity.size() || !parity[id].compared)
            continue;
        ++summary.compared;
        if (!parity[id].ok) {
            ++summary.differing;
            if (summary.first_differing == no_id)
                summary.first_differing = id;
        }
        if (parity[id].relative > worst) {
            worst = parity[id].relative;
            summary.worst = id;
        }
    }
    return summary;
}

} // namespace strata
