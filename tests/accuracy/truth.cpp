#include "accuracy/truth.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

namespace accuracy {

using namespace strata;

namespace {

std::string join(const std::string& parent, const std::string& name)
{
    return parent.empty() ? name : parent + "." + name;
}

std::string without_call(std::string text, char mark)
{
    const std::size_t at = text.rfind(mark);
    if (at == std::string::npos || at == 0 || at + 1 == text.size() ||
        text.find_first_not_of("0123456789", at + 1) != std::string::npos)
        return text;
    return text.substr(0, at);
}

/// "['', 'layer1', 'layer1.0', 'conv2d']" → "layer1.0". FQNs hold no quotes.
std::optional<std::string> last_scope(std::string_view list)
{
    std::vector<std::string> items;
    for (std::size_t at = list.find('\''); at != std::string_view::npos;) {
        const std::size_t end = list.find('\'', at + 1);
        if (end == std::string_view::npos)
            return std::nullopt;
        items.emplace_back(list.substr(at + 1, end - at - 1));
        at = list.find('\'', end + 1);
    }
    if (items.size() < 2 || !items.front().empty())
        return std::nullopt;
    return without_call(items[items.size() - 2], '@');
}

std::optional<std::string> resolve_scope(std::string_view name, const KnownModules& known,
                                         bool with_wrapper)
{
    if (!name.starts_with('/'))
        return std::nullopt;
    std::vector<std::string> parts;
    std::string_view rest = name.substr(1);
    for (std::size_t slash = rest.find('/'); slash != std::string_view::npos;
         slash = rest.find('/')) {
        parts.emplace_back(rest.substr(0, slash));
        rest.remove_prefix(slash + 1);
    }
    std::string fqn;
    std::string last;
    bool wrapped = false;
    if (known.legacy_wrapped && !parts.empty() && without_call(parts.front(), '_') == "model") {
        wrapped = with_wrapper;
        last = "model";
        parts.erase(parts.begin());
    }
    for (const std::string& part : parts) {
        std::vector<std::string> locals{part};
        for (const std::string& prefix : {last, without_call(last, '_')})
            if (!prefix.empty() && part.starts_with(prefix + "."))
                locals.push_back(part.substr(prefix.size() + 1));
        std::optional<std::string> next;
        for (const bool call : {false, true})
            for (const std::string& local : locals) {
                const std::string child = join(fqn, call ? without_call(local, '_') : local);
                if (!next && known.fqns.contains(child))
                    next = child;
            }
        if (!next)
            return std::nullopt;
        fqn = *next;
        last = part;
    }
    if (wrapped)
        return fqn.empty() ? "model" : "model." + fqn;
    return fqn;
}

/// Constants and shapes that every reading of the name would count as nobody's.
void add_unique(std::vector<std::string>& list, const std::vector<std::string>& more)
{
    for (const std::string& item : more)
        if (std::find(list.begin(), list.end(), item) == list.end())
            list.push_back(item);
}

} // namespace

KnownModules read_known_modules(const std::filesystem::path& meta)
{
    KnownModules known;
    std::ifstream file(meta);
    const auto json = nlohmann::json::parse(file, nullptr, false);
    if (json.is_discarded())
        return known;
    if (const auto modules = json.find("named_modules"); modules != json.end())
        for (const auto& item : *modules)
            known.fqns.insert(item.is_array() ? item.at(0).get<std::string>()
                                              : item.get<std::string>());
    if (json.contains("exports") && json["exports"].contains("legacy"))
        known.legacy_wrapped = json["exports"]["legacy"].contains("legacy_wrapped");
    return known;
}

Truth truth_from_metadata(const OnnxModel& model)
{
    Truth truth(model.nodes.size());
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        if (model.has_metadata(id, "strata.module"))
            truth[id] = {std::string(model.metadata_value(id, "strata.module"))};
        else if (const auto scope =
                     last_scope(model.metadata_value(id, "pkg.torch.onnx.name_scopes")))
            truth[id] = {*scope};
    }
    return truth;
}

Truth truth_from_names(const OnnxModel& model, const KnownModules& known, bool with_wrapper)
{
    Truth truth(model.nodes.size());
    for (NodeId id = 0; id < model.nodes.size(); ++id)
        if (const auto fqn = resolve_scope(model.text(model.nodes[id].name), known, with_wrapper))
            truth[id] = {*fqn};
    return truth;
}

Truth truth_after_optimization(const OnnxModel& original, const Truth& truth,
                               const OnnxModel& optimized)
{
    std::unordered_map<std::string_view, NodeId> producers;
    std::unordered_set<std::string_view> ambiguous;
    for (NodeId id = 0; id < original.nodes.size(); ++id)
        for (const ValueId output : original.nodes[id].outputs)
            if (output != no_id) {
                const std::string_view name = original.text(original.values[output].name);
                if (!producers.emplace(name, id).second)
                    ambiguous.insert(name); // the same name in several bodies
            }
    Truth result(optimized.nodes.size());
    for (NodeId id = 0; id < optimized.nodes.size(); ++id) {
        const OnnxNode& node = optimized.nodes[id];
        std::unordered_set<std::string_view> stop;
        for (const ValueId input : node.inputs)
            if (input != no_id)
                stop.insert(optimized.text(optimized.values[input].name));
        std::vector<NodeId> open;
        std::unordered_set<NodeId> seen;
        bool first = true;
        for (const ValueId output : node.outputs) {
            if (output == no_id)
                continue;
            const std::string_view name = optimized.text(optimized.values[output].name);
            const auto it = producers.find(name);
            if (it != producers.end() && !ambiguous.contains(name) &&
                seen.insert(it->second).second)
                open.push_back(it->second);
        }
        while (!open.empty()) {
            const NodeId at = open.back();
            open.pop_back();
            // Constants are inputs of what was merged, not part of it.
            if (first || !original.nodes[at].inputs.empty())
                add_unique(result[id], truth[at]);
            const bool same =
                first && open.empty() &&
                original.text(original.nodes[at].op_type) == optimized.text(node.op_type);
            bool direct = same;
            for (const ValueId input : original.nodes[at].inputs)
                if (same && input != no_id &&
                    !stop.contains(original.text(original.values[input].name)) &&
                    original.values[input].producer != no_id)
                    direct = false;
            first = false;
            if (direct)
                break; // unchanged
            for (const ValueId input : original.nodes[at].inputs) {
                if (input == no_id)
                    continue;
                const OnnxValue& value = original.values[input];
                if (value.producer != no_id && !stop.contains(original.text(value.name)) &&
                    seen.size() < 64 && seen.insert(value.producer).second)
                    open.push_back(value.producer);
            }
        }
    }
    return result;
}

bool says_something(const Truth& truth)
{
    return std::any_of(truth.begin(), truth.end(), [](const auto& fqns) {
        return std::any_of(fqns.begin(), fqns.end(),
                           [](const std::string& fqn) { return !fqn.empty(); });
    });
}

} // namespace accuracy
