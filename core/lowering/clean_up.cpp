#include "lowering/clean_up.h"

#include "passes/dead_code.h"
#include "passes/pass_manager.h"
#include "passes/passes.h"

#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

/// The names of the initializers that are still there, by the memory they show.
std::unordered_map<const TensorStorage*, std::string> names_by_storage(const OnnxModel& model)
{
    std::unordered_map<const TensorStorage*, std::string> names;
    for (const Initializer& initializer : model.initializers)
        if (initializer.tensor.storage)
            names.emplace(initializer.tensor.storage.get(),
                          model.text(model.values[initializer.value].name));
    return names;
}

/// The passes in their usual order; what became constant is told, for the accounting.
Status run_clean_up_passes(OnnxModel& model, const Program& program, const ValueFacts& facts,
                           std::vector<FoldedNode>& folded, TaskContext& task)
{
    const std::unordered_set<std::string_view> weights(program.tensor_names.begin(),
                                                       program.tensor_names.end());
    std::vector<Pass> passes =
        clean_up_passes(facts, [&](std::string_view name) { return weights.contains(name); });
    for (Pass& pass : passes)
        if (pass.name == "fold_constants")
            pass.run = [&](OnnxModel& changed) { return fold_constants(changed, facts, &folded); };
    STRATA_TRY([[maybe_unused]] const auto reports, run_passes(model, passes, task));
    return {};
}

void remove_and_account(LoweringResult& result, const std::vector<FoldedNode>& folded)
{
    OnnxModel& model = *result.model;
    std::unordered_map<NodeId, std::string> constant_of;
    for (const FoldedNode& node : folded)
        constant_of.emplace(node.node, node.initializer);
    std::unordered_map<std::string, std::shared_ptr<const TensorStorage>> before;
    for (const Initializer& initializer : model.initializers)
        before.emplace(model.text(model.values[initializer.value].name),
                       initializer.tensor.storage);
    const std::vector<NodeId> renamed = remove_dead_code(model);

    std::unordered_map<FxNodeId, std::vector<NodeId>> absorbed_by;
    for (NodeId node = 0; node < model.provenance.size(); ++node)
        for (const FxNodeId origin : model.provenance[node].origins)
            if (origin != model.provenance[node].fx)
                absorbed_by[origin].push_back(node);
    const auto names = names_by_storage(model);
    std::unordered_map<std::string, bool> alive;
    for (const Initializer& initializer : model.initializers)
        alive.emplace(model.text(model.values[initializer.value].name), true);

    for (FxNodeId id = 0; id < result.accounting.records.size(); ++id) {
        FxRecord& record = result.accounting.records[id];
        const bool had_nodes = !record.nodes.empty();
        std::vector<NodeId> kept;
        std::string constant;
        for (const NodeId node : record.nodes)
            if (const auto found = constant_of.find(node); found != constant_of.end())
                constant = found->second;
            else if (node < renamed.size() && renamed[node] != no_id)
                kept.push_back(renamed[node]);
        record.nodes = std::move(kept);
        if (had_nodes && record.nodes.empty() && record.fate == FxFate::Emitted) {
            if (const auto other = absorbed_by.find(id); other != absorbed_by.end())
                record = {FxFate::Fused, other->second, {}, {}};
            else if (alive.contains(constant))
                record = {FxFate::Folded, {}, constant, {}};
            else
                record = {FxFate::Eliminated, {}, {}, "dead code"};
        } else if (record.fate == FxFate::Folded && !alive.contains(record.initializer)) {
            const auto storage = before.find(record.initializer);
            const auto name =
                storage == before.end() ? names.end() : names.find(storage->second.get());
            if (name != names.end())
                record.initializer = name->second;
            else
                record = {FxFate::Eliminated, {}, {}, "dead code"};
        }
    }
}

} // namespace

Status clean_up(LoweringResult& result, const Program& program, const ValueFacts& facts,
                TaskContext& task)
{
    std::vector<FoldedNode> folded;
    STRATA_CHECK(run_clean_up_passes(*result.model, program, facts, folded, task));
    remove_and_account(result, folded);
    return {};
}

} // namespace strata
