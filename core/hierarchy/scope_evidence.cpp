#include "hierarchy/scope_evidence.h"

#include <charconv>
#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

constexpr std::string_view digits = "0123456789";

/// Names come from other people's files: a path deeper than any model's is no path.
constexpr std::size_t deepest_scope = 256;

struct RepeatedName {
    std::string_view name;
    std::uint32_t call = 0;
};

/// "fc1_2" → "fc1", call 2.
std::optional<RepeatedName> split_call_suffix(std::string_view name)
{
    const std::size_t bar = name.rfind('_');
    if (bar == std::string_view::npos || bar == 0 || bar + 1 == name.size())
        return std::nullopt;
    const std::string_view number = name.substr(bar + 1);
    if (number.find_first_not_of(digits) != std::string_view::npos || number.front() == '0')
        return std::nullopt;
    std::uint32_t call = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), call).ec != std::errc{})
        return std::nullopt;
    return RepeatedName{name.substr(0, bar), call};
}

/// How much of `part` repeats the parent's name with its dot; 0 when it does not.
std::size_t repeated_prefix(std::string_view part, std::string_view parent)
{
    const bool repeats = !parent.empty() && part.size() > parent.size() + 1 &&
                         part.starts_with(parent) && part[parent.size()] == '.';
    return repeats ? parent.size() + 1 : 0;
}

std::string join(const std::string& parent, std::string_view name)
{
    return parent.empty() ? std::string(name) : fmt::format("{}.{}", parent, name);
}

} // namespace

std::string NameScope::fqn() const
{
    std::string text;
    for (const std::string& part : parts)
        text = join(text, part);
    return text;
}

std::optional<NameScope> parse_scope_name(std::string_view name)
{
    if (!name.starts_with('/'))
        return std::nullopt;
    const std::size_t last = name.rfind('/');
    if (last + 1 == name.size())
        return std::nullopt;
    NameScope scope;
    std::string_view previous;
    std::string_view rest = name.substr(0, last); // without the operator
    while (!rest.empty()) {
        rest.remove_prefix(1); // the slash
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, end);
        rest.remove_prefix(end);
        if (part.empty() || scope.parts.size() >= deepest_scope)
            return std::nullopt;
        // "layer1" then "layer1.0": the child repeats the name its parent was called by.
        // A repeated call has a number ("layer1_1"), which the child's prefix does not show.
        std::size_t prefix = repeated_prefix(part, previous);
        if (prefix == 0)
            if (const auto repeated = split_call_suffix(previous))
                prefix = repeated_prefix(part, repeated->name);
        scope.parts.emplace_back(part.substr(prefix));
        previous = part;
    }
    return scope;
}

std::optional<ScopeMatch> match_scope(const NameScope& scope, const ModuleTree& modules)
{
    ScopeMatch match{root_module, 0};
    for (const std::string& part : scope.parts) {
        const std::string& parent = modules[match.module].fqn;
        if (const auto exact = modules.find(join(parent, part))) {
            match = {*exact, 0};
            continue;
        }
        const auto repeated = split_call_suffix(part);
        const auto base = repeated ? modules.find(join(parent, repeated->name)) : std::nullopt;
        if (!base)
            return std::nullopt;
        match = {*base, repeated->call};
    }
    return match;
}

std::vector<NodeEvidence> scope_evidence(const OnnxModel& model, const ModuleTree& modules)
{
    std::vector<NodeEvidence> found;
    std::unordered_map<std::string, std::optional<ScopeMatch>> seen; // nodes share scopes
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        const std::string_view name = model.text(model.nodes[id].name);
        if (!name.starts_with('/'))
            continue;
        std::string key(name.substr(0, name.rfind('/')));
        auto it = seen.find(key);
        if (it == seen.end()) {
            const auto scope = parse_scope_name(name);
            it = seen.emplace(std::move(key), scope ? match_scope(*scope, modules) : std::nullopt)
                     .first;
        }
        if (!it->second)
            continue;
        found.push_back({id,
                         {EvidenceKind::ScopeName, default_confidence(EvidenceKind::ScopeName),
                          it->second->module, fmt::format("the name '{}'", name)},
                         it->second->call});
    }
    return found;
}

} // namespace strata
