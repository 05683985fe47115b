#include "session/coverage_details.h"

#include <algorithm>

namespace strata {
namespace {

/// Which FX values somebody reads, nodes whose code never runs left out.
std::vector<bool> read_values(const FxGraph& graph, const FxAccounting& accounting)
{
    std::vector<bool> read(graph.values.size(), false);
    const auto mark = [&](FxValueId value) {
        if (value < read.size())
            read[value] = true;
    };
    for (FxNodeId id = 0; id < graph.nodes.size(); ++id) {
        const FxRecord* record = id < accounting.records.size() ? &accounting.records[id] : nullptr;
        if (record && record->fate == FxFate::Eliminated &&
            (record->rule == "dead code" || record->rule == "branch not taken"))
            continue;
        visit_uses(graph.nodes[id], mark);
    }
    for (const FxBlock& block : graph.blocks)
        for (const FxArg& result : block.results)
            visit_arg(result, [&](const FxArg& arg) {
                if (const FxRef* ref = arg.ref())
                    mark(ref->value);
            });
    return read;
}

} // namespace

void refine_unused_parameters(Coverage& coverage, const Program& program,
                              const FxAccounting& accounting)
{
    const FxGraph& graph = program.graph;
    const std::vector<bool> read = read_values(graph, accounting);
    std::vector<bool> used(program.tensors.size(), false);
    for (const FxNode& node : graph.nodes)
        if (node.kind == FxKind::GetAttr && node.tensor < used.size())
            for (const FxValueId output : node.outputs)
                if (read[output])
                    used[node.tensor] = true;
    std::vector<bool> told(program.tensors.size(), false);
    coverage.unused_parameters.clear();
    for (ModuleId id = 0; id < program.modules.size(); ++id) {
        const Module& module = program.modules[id];
        for (const ModuleTensor& tensor : module.tensors) {
            if (!tensor.is_parameter || tensor.tensor >= used.size() || used[tensor.tensor] ||
                told[tensor.tensor])
                continue;
            told[tensor.tensor] = true;
            coverage.unused_parameters.push_back(
                module.fqn.empty() ? tensor.name : module.fqn + "." + tensor.name);
        }
    }
    std::sort(coverage.unused_parameters.begin(), coverage.unused_parameters.end());
}

} // namespace strata
