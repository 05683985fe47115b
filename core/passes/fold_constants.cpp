#include "passes/passes.h"
#include "passes/rewire.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {
namespace {

/// Values that depend on the contents of initializers which are graph inputs too: callers may give
/// others. Shapes are fixed by the declared types, so they do not count as contents.
std::vector<bool> overridable_values(const OnnxModel& model)
{
    const std::vector<bool> taken_in = graph_input_values(model);
    std::vector<bool> found(model.values.size(), false);
    for (const Initializer& initializer : model.initializers)
        if (initializer.value < found.size() && taken_in[initializer.value])
            found[initializer.value] = true;
    if (std::find(found.begin(), found.end(), true) == found.end())
        return found;
    // Node ids follow the order of creation, not of execution: walk graph by graph until stable.
    // Bodies come after the graphs around them; a value given out by a body reaches its owner in
    // the next round.
    bool changed = true;
    for (int round = 0; changed && round < 8; ++round) {
        changed = false;
        for (const OnnxGraph& graph : model.graphs) {
            for (NodeId id : graph.nodes) {
                const OnnxNode& node = model.nodes[id];
                bool hit = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId input) {
                    return input != no_id && found[input];
                });
                hit = hit || !model.bodies(id).empty(); // whatever is inside
                for (ValueId output : node.outputs)
                    if (hit && output != no_id && !found[output]) {
                        found[output] = true;
                        changed = true;
                    }
            }
        }
    }
    return found;
}

bool is_in_function(const OnnxModel& model, GraphId graph)
{
    for (int depth = 0; graph < model.graphs.size() && depth < 256; ++depth) {
        if (model.graphs[graph].function != no_id)
            return true;
        if (model.graphs[graph].owner == no_id)
            return false;
        graph = model.nodes[model.graphs[graph].owner].graph;
    }
    return true;
}

} // namespace

bool fold_constants(OnnxModel& model, const ValueFacts& facts, PassLog* log)
{
    const std::vector<bool> given_out = graph_output_values(model);
    const std::vector<bool> overridable = overridable_values(model);
    std::vector<bool> foldable(model.nodes.size(), false);
    for (GraphId graph = 0; graph < model.graphs.size(); ++graph) {
        if (is_in_function(model, graph))
            continue;
        for (NodeId id : model.graphs[graph].nodes) {
            const OnnxNode& node = model.nodes[id];
            if (node.outputs.size() != 1 || node.outputs.front() == no_id ||
                model.text(node.op_type) == "Constant")
                continue;
            const ValueId output = node.outputs.front();
            const ValueFact* fact = facts.find(output);
            foldable[id] = fact && fact->constant && !given_out[output] && !overridable[output];
        }
    }
    // Only what a node that stays reads is worth an initializer.
    std::vector<bool> wanted(model.values.size(), false);
    for (NodeId id = 0; id < model.nodes.size(); ++id)
        if (!foldable[id])
            for (ValueId input : model.nodes[id].inputs)
                if (input != no_id)
                    wanted[input] = true;
    Rewire rewire(model);
    bool changed = false;
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        if (!foldable[id])
            continue;
        const ValueId output = model.nodes[id].outputs.front();
        if (!wanted[output])
            continue;
        // Every name of the model is interned, so a text that is not is certainly free.
        std::string name = fmt::format("{}_folded", model.text(model.values[output].name));
        for (int i = 1; model.strings().find(name) != StringId::Empty; ++i)
            name = fmt::format("{}_folded_{}", model.text(model.values[output].name), i);
        // All bodies see the main graph's initializers.
        const std::uint32_t index =
            model.add_initializer(OnnxModel::main_graph, name, *facts.find(output)->constant);
        rewire.redirect(output, model.initializers[index].value);
        if (log)
            log->folded.push_back({id, name});
        changed = true;
    }
    if (changed)
        rewire.apply(model);
    return changed;
}

} // namespace strata
