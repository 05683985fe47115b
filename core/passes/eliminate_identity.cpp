#include "passes/passes.h"
#include "passes/rewire.h"

namespace strata {

bool eliminate_identity(OnnxModel& model)
{
    const std::vector<bool> given_out = graph_output_values(model);
    Rewire rewire(model);
    for (const OnnxGraph& graph : model.graphs) {
        for (NodeId id : graph.nodes) {
            const OnnxNode& node = model.nodes[id];
            if (node.domain != StringId::Empty || model.text(node.op_type) != "Identity" ||
                node.inputs.size() != 1 || node.outputs.size() != 1)
                continue;
            const ValueId input = rewire.resolve(node.inputs.front());
            const ValueId output = node.outputs.front();
            // A damaged model may define a value by itself.
            if (input == no_id || output == no_id || input == output || given_out[output])
                continue;
            rewire.redirect(output, input);
            if (const NodeId producer = model.values[input].producer; producer != no_id)
                unite_origins(model, producer, id);
        }
    }
    // An Identity that is already bypassed has no readers; asking again changes nothing.
    return rewire.apply(model);
}

} // namespace strata
