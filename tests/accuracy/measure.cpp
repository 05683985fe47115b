#include "accuracy/measure.h"

#include <algorithm>
#include <cctype>

namespace accuracy {

using namespace strata;

namespace {

/// A module reachable under two names is one module.
std::string canonical(const ModuleTree& modules, const std::string& fqn)
{
    const auto id = modules.find(fqn);
    return id && !modules[*id].alias_of.empty() ? modules[*id].alias_of : fqn;
}

std::string nearest_named(std::string fqn, const std::set<std::string>& named)
{
    while (!fqn.empty() && !named.contains(fqn)) {
        const std::size_t dot = fqn.rfind('.');
        fqn.resize(dot == std::string::npos ? 0 : dot);
    }
    return fqn;
}

/// Modules whose weights a node reads, as their names tell.
std::set<std::string> weight_owners(const OnnxModel& model, NodeId id)
{
    std::set<std::string> owners;
    for (const ValueId input : model.nodes[id].inputs)
        if (input != no_id && model.values[input].initializer != no_id) {
            const std::string name(model.text(model.values[input].name));
            if (const std::size_t dot = name.rfind('.'); dot != std::string::npos)
                owners.insert(name.substr(0, dot));
        }
    return owners;
}

std::string shown(const AttributionResult& found, NodeId id)
{
    const NodeAttribution& node = found.nodes[id];
    return node.synthetic ? node.synthetic_path : found.modules[node.module].fqn;
}

} // namespace

Comparison compare_with_truth(const OnnxModel& model, const AttributionResult& found,
                              const Truth& truth, const std::set<std::string>* named)
{
    const std::set<std::string> no_owners;
    Comparison result;
    for (NodeId id = 0; id < truth.size(); ++id) {
        if (truth[id].empty())
            continue;
        const NodeAttribution& node = found.nodes[id];
        bool right = false;
        const std::set<std::string> owners = named ? weight_owners(model, id) : no_owners;
        if (!node.synthetic) {
            const std::string got = canonical(found.modules, found.modules[node.module].fqn);
            for (const std::string& fqn : truth[id]) {
                right = right || got == canonical(found.modules, fqn);
                if (named)
                    right = right || got == nearest_named(fqn, *named) ||
                            (!named->contains(fqn) && owners.contains(got));
            }
        }
        ++result.score.counted;
        result.score.right += right ? 1 : 0;
        result.verdicts.emplace_back(id, right);
        if (!right)
            result.misses.push_back({id, truth[id].front(), shown(found, id)});
    }
    return result;
}

std::set<std::string> named_modules(const OnnxModel& model)
{
    std::set<std::string> named;
    for (const Initializer& initializer : model.initializers) {
        std::string name(model.text(model.values[initializer.value].name));
        if (name.find(':') != std::string::npos)
            continue; // "onnx::Conv_12"
        // "fc.weight.T" and "norm.scale.Unsqueeze" in our own exports are made of a parameter.
        for (std::size_t dot = name.rfind('.');
             dot != std::string::npos && dot + 2 < name.size() &&
             std::isupper(name[dot + 1]) != 0 && std::islower(name[dot + 2]) != 0;
             dot = name.rfind('.'))
            name.resize(dot);
        for (const char* parameter : {".weight", ".bias", ".in_proj_"})
            if (const std::size_t at = name.find(parameter); at != std::string::npos)
                name.resize(std::min(name.size(), at + 2));
        for (std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0;
             dot = name.rfind('.')) {
            name.resize(dot);
            named.insert(name);
        }
    }
    return named;
}

double pair_agreement(const AttributionResult& found, const Truth& truth)
{
    std::map<std::string, std::uint64_t> by_truth;
    std::map<std::string, std::uint64_t> by_group;
    std::map<std::pair<std::string, std::string>, std::uint64_t> both;
    std::uint64_t count = 0;
    for (NodeId id = 0; id < truth.size(); ++id) {
        if (truth[id].empty())
            continue;
        ++count;
        const std::string group = shown(found, id);
        ++by_truth[truth[id].front()];
        ++by_group[group];
        ++both[{truth[id].front(), group}];
    }
    if (count < 2)
        return 1.0;
    const auto pairs = [](std::uint64_t n) { return static_cast<double>(n) * double(n - 1) / 2.0; };
    double same_truth = 0;
    double same_group = 0;
    double same_both = 0;
    for (const auto& [name, n] : by_truth)
        same_truth += pairs(n);
    for (const auto& [name, n] : by_group)
        same_group += pairs(n);
    for (const auto& [name, n] : both)
        same_both += pairs(n);
    // Right: together in both, or apart in both.
    return (pairs(count) - same_truth - same_group + 2 * same_both) / pairs(count);
}

} // namespace accuracy
