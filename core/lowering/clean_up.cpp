#include "lowering/clean_up.h"

#include "passes/dead_code.h"
#include "passes/pass_manager.h"
#include "passes/passes.h"

#include <chrono>
#include <optional>
#include <unordered_map>

namespace strata {
namespace {

/// The names of the initializers that are still there, by the memory they show. They are texts of
/// the model, as are all other names here.
std::unordered_map<const TensorStorage*, std::string_view> names_by_storage(const OnnxModel& model)
{
    std::unordered_map<const TensorStorage*, std::string_view> names;
    names.reserve(model.initializers.size());
    for (const Initializer& initializer : model.initializers)
        if (initializer.tensor.storage)
            names.emplace(initializer.tensor.storage.get(),
                          model.text(model.values[initializer.value].name));
    return names;
}

/// The passes in their usual order; what they say of nodes and weights is for the accounting.
Status run_clean_up_passes(OnnxModel& model, const Program& program, const LoweringOptions& options,
                           ValueFacts& facts, PassLog& log, TaskContext& task)
{
    std::vector<bool> weights(model.strings().size(), false); // by name
    for (const std::string& name : program.tensor_names)
        weights[static_cast<std::size_t>(model.strings().find(name))] = true;
    weights[static_cast<std::size_t>(StringId::Empty)] = false;
    CleanUpOptions clean_up;
    // What a weight was made into is called after it ("norm.weight.Reshape"), and tells the module
    // just as well.
    clean_up.weight_of = [&](std::string_view name) {
        for (;;) {
            const auto id = static_cast<std::size_t>(model.strings().find(name));
            if (id < weights.size() && weights[id])
                return name;
            const std::size_t dot = name.rfind('.');
            if (dot == std::string_view::npos || dot + 1 == name.size() || name[dot + 1] < 'A' ||
                name[dot + 1] > 'Z')
                return std::string_view{};
            name = name.substr(0, dot);
        }
    };
    clean_up.fold_batch_norm = options.fold_batch_norm;
    const std::vector<Pass> passes = clean_up_passes(facts, std::move(clean_up), &log);
    STRATA_TRY([[maybe_unused]] const auto reports, run_passes(model, passes, task));
    return {};
}

/// Which initializer holds the contents of one that was absorbed.
class Absorbed {
public:
    explicit Absorbed(const PassLog& log) : m_into(log.absorbed.begin(), log.absorbed.end()) {}

    std::string follow(std::string name) const
    {
        for (std::size_t steps = 0; steps <= m_into.size(); ++steps) {
            const auto next = m_into.find(name);
            if (next == m_into.end())
                break;
            name = next->second;
        }
        return name;
    }

private:
    std::unordered_map<std::string, std::string> m_into;
};

void remove_and_account(LoweringResult& result, const PassLog& log)
{
    OnnxModel& model = *result.model;
    std::unordered_map<NodeId, std::string> constant_of;
    for (const FoldedNode& node : log.folded)
        constant_of.emplace(node.node, node.initializer);
    // By name, as texts of the model: lookups of whole texts would cost more than all else here.
    const auto name_of = [&](const Initializer& initializer) {
        return static_cast<std::size_t>(model.values[initializer.value].name);
    };
    std::vector<std::shared_ptr<const TensorStorage>> before(model.strings().size());
    for (const Initializer& initializer : model.initializers)
        before[name_of(initializer)] = initializer.tensor.storage;
    const std::vector<NodeId> renamed = remove_dead_code(model);

    std::unordered_map<FxNodeId, std::vector<NodeId>> absorbed_by;
    for (NodeId node = 0; node < model.provenance.size(); ++node)
        for (const FxNodeId origin : model.provenance[node].origins)
            if (origin != model.provenance[node].fx)
                absorbed_by[origin].push_back(node);
    std::vector<bool> alive_names(model.strings().size(), false);
    for (const Initializer& initializer : model.initializers)
        alive_names[name_of(initializer)] = true;
    const auto id_of = [&](const std::string& name) {
        return static_cast<std::size_t>(model.strings().find(name));
    };
    const auto alive = [&](const std::string& name) { return alive_names[id_of(name)]; };
    std::optional<std::unordered_map<const TensorStorage*, std::string_view>> names;
    const Absorbed absorbed(log);

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
            else if (alive(constant))
                record = {FxFate::Folded, {}, constant, {}};
            else
                record = {FxFate::Eliminated, {}, {}, "dead code"};
        } else if (record.fate == FxFate::Folded && !alive(record.initializer)) {
            if (std::string into = absorbed.follow(record.initializer); alive(into)) {
                record.initializer = std::move(into);
                continue;
            }
            if (!names)
                names = names_by_storage(model);
            const auto name = names->find(before[id_of(record.initializer)].get());
            if (name != names->end())
                record.initializer = name->second;
            else
                record = {FxFate::Eliminated, {}, {}, "dead code"};
        }
    }
}

} // namespace

Status clean_up(LoweringResult& result, const Program& program, const LoweringOptions& options,
                ValueFacts& facts, TaskContext& task)
{
    const auto start = std::chrono::steady_clock::now();
    PassLog log;
    STRATA_CHECK(run_clean_up_passes(*result.model, program, options, facts, log, task));
    remove_and_account(result, log);
    result.pass_seconds +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return {};
}

} // namespace strata
