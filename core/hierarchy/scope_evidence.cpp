#include "hierarchy/scope_evidence.h"

#include <algorithm>
#include <array>
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

/// "StatefulPartitionedCall", "PartitionedCall_1": functions around the whole model.
bool is_partitioned_call(std::string_view part)
{
    if (const auto repeated = split_call_suffix(part))
        part = repeated->name;
    return part == "StatefulPartitionedCall" || part == "PartitionedCall";
}

/// Scopes that TensorFlow's own operators and functions open for their parts, as in
/// "dense/Tensordot/MatMul" and "conv2d/BiasAdd/ReadVariableOp".
bool is_operator_scope(std::string_view part)
{
    constexpr std::array<std::string_view, 29> scopes{"BiasAdd",
                                                      "Conv1D",
                                                      "Conv2D",
                                                      "Conv2DBackpropInput",
                                                      "Conv3D",
                                                      "DepthwiseConv2dNative",
                                                      "Einsum",
                                                      "FusedBatchNorm",
                                                      "FusedBatchNormV2",
                                                      "FusedBatchNormV3",
                                                      "MatMul",
                                                      "Mean",
                                                      "Mul",
                                                      "Pad",
                                                      "ReadVariableOp",
                                                      "Reshape",
                                                      "Softmax",
                                                      "Sum",
                                                      "Tensordot",
                                                      "Transpose",
                                                      "batchnorm",
                                                      "conv2d_transpose",
                                                      "convolution",
                                                      "depthwise",
                                                      "einsum",
                                                      "embedding_lookup",
                                                      "moments",
                                                      "separable_conv2d",
                                                      "strided_slice"};
    if (const auto repeated = split_call_suffix(part))
        part = repeated->name;
    return std::find(scopes.begin(), scopes.end(), part) != scopes.end();
}

/// "model/block/conv/Conv2D", "model/block/Relu:0": words between slashes, no leading one.
bool is_tensorflow_path(std::string_view name)
{
    name = name.substr(0, name.find(';'));
    if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos) {
        if (name.find_first_not_of(digits, colon + 1) != std::string_view::npos)
            return false;
        name = name.substr(0, colon);
    }
    return name.find('/') != std::string_view::npos &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '.' || c == '-' || c == '/';
           });
}

/// ONNX Runtime puts what it did behind the name of a node that it merged others into:
/// "/norm/Mul/LayerNormFusion/", "/fc/MatMul/MatMulAddFusion".
std::string_view without_fusions(std::string_view name)
{
    constexpr std::string_view mark = "Fusion";
    while (true) {
        std::string_view rest = name;
        while (rest.ends_with('/'))
            rest.remove_suffix(1);
        const std::size_t slash = rest.rfind('/');
        if (slash == std::string_view::npos || slash == 0 || !rest.ends_with(mark) ||
            slash + 1 + mark.size() > rest.size())
            return name;
        name = rest.substr(0, slash);
    }
}

/// Of "/layer1/conv/Conv" what stands before the last slash, which alone decides the scope; empty
/// where the rest of the name counts too.
std::string_view plain_path(std::string_view name)
{
    const std::size_t slash = name.rfind('/');
    const bool plain =
        name.starts_with('/') && slash > 0 && slash + 1 < name.size() && !name.ends_with("Fusion");
    return plain ? name.substr(0, slash) : std::string_view();
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
    if (name.starts_with("fused "))
        name.remove_prefix(6);
    name = without_fusions(name);
    const bool rooted = name.starts_with('/');
    std::string_view path = name;
    if (rooted)
        path.remove_prefix(1);
    else if (!is_tensorflow_path(path))
        return std::nullopt;
    if (!rooted) {
        // Lite models list what was fused, the last operator first.
        path = path.substr(0, path.find(';'));
        for (std::size_t slash = path.find('/');
             slash != std::string_view::npos && is_partitioned_call(path.substr(0, slash));
             slash = path.find('/'))
            path.remove_prefix(slash + 1);
    }
    const std::size_t last = path.rfind('/');
    if (last == std::string_view::npos)
        return rooted && !path.empty() ? std::optional<NameScope>(NameScope{}) : std::nullopt;
    if (last + 1 == path.size())
        return std::nullopt;
    NameScope scope;
    scope.numbers_calls = rooted;
    std::string_view previous;
    for (std::size_t start = 0; start <= last;) {
        const std::size_t end = path.find('/', start);
        const std::string_view part = path.substr(start, end - start);
        start = end + 1;
        if (part.empty() || scope.parts.size() >= deepest_scope)
            return std::nullopt;
        // "layer1" then "layer1.0": the child repeats the name its parent was called by.
        // A repeated call has a number ("layer1_1"), which the child's prefix does not show.
        std::size_t prefix = repeated_prefix(part, previous);
        if (prefix == 0)
            if (const auto repeated = split_call_suffix(previous))
                prefix = repeated_prefix(part, repeated->name);
        scope.parts.emplace_back(part.substr(prefix));
        // "tf.nn.relu" is one layer.
        if (!rooted && part.starts_with("tf."))
            std::replace(scope.parts.back().begin(), scope.parts.back().end(), '.', '_');
        previous = part;
    }
    while (!rooted && scope.parts.size() > 1 && is_operator_scope(scope.parts.back()))
        scope.parts.pop_back();
    return scope;
}

std::optional<NameScope> parse_layer_result(std::string_view value_name)
{
    constexpr std::string_view mark = ".tmp_";
    const std::size_t at = value_name.find(mark);
    if (at == std::string_view::npos || at == 0 || at + mark.size() == value_name.size() ||
        value_name.find_first_not_of(digits, at + mark.size()) != std::string_view::npos ||
        value_name.find_first_of("./:", 0) != at)
        return std::nullopt;
    return NameScope{{std::string(value_name.substr(0, at))}, false};
}

std::optional<NameScope> parse_numbered_levels(std::string_view name)
{
    NameScope scope{{}, false};
    while (!name.empty()) {
        const std::size_t end = std::min(name.find('_'), name.size());
        const std::string_view part = name.substr(0, end);
        const auto is_letter = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        };
        const auto letters = static_cast<std::size_t>(
            std::find_if_not(part.begin(), part.end(), is_letter) - part.begin());
        if (letters == 0 || letters == part.size() ||
            part.find_first_not_of(digits, letters) != std::string_view::npos ||
            scope.parts.size() >= deepest_scope || end + 1 == name.size())
            return std::nullopt;
        scope.parts.emplace_back(part);
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return scope.parts.empty() ? std::nullopt : std::optional(std::move(scope));
}

namespace {

/// MXNet calls the node and its result alike, by all levels.
std::optional<NameScope> levels_scope(std::string_view node, std::string_view result)
{
    auto scope = node == result ? parse_numbered_levels(node) : std::nullopt;
    return scope && scope->parts.size() > 1 ? std::move(scope) : std::nullopt;
}

/// The scope in the name of a node's first result.
std::optional<NameScope> result_scope(const OnnxModel& model, const OnnxNode& node)
{
    if (node.outputs.empty() || node.outputs.front() == no_id)
        return std::nullopt;
    const std::string_view result = model.text(model.values[node.outputs.front()].name);
    // A graph's own results are named by people: a path only where it begins like one.
    if (result.starts_with('/'))
        return parse_scope_name(result);
    auto scope = parse_layer_result(result);
    return scope ? std::move(scope) : levels_scope(model.text(node.name), result);
}

} // namespace

std::optional<NameScope> node_scope(const OnnxModel& model, NodeId node)
{
    auto scope = parse_scope_name(model.text(model.nodes[node].name));
    return scope ? std::move(scope) : result_scope(model, model.nodes[node]);
}

std::optional<ModuleId> match_dotted_name(std::string_view name, const ModuleTree& modules)
{
    if (name.find('.') == std::string_view::npos || name.find('/') != std::string_view::npos)
        return std::nullopt;
    for (int part = 0; part < 2; ++part) {
        if (const auto module = modules.find(name); module && *module != root_module)
            return module;
        const std::size_t dot = name.rfind('.');
        if (dot == std::string_view::npos)
            break;
        name = name.substr(0, dot);
    }
    return std::nullopt;
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
        const auto repeated =
            scope.numbers_calls ? split_call_suffix(part) : std::optional<RepeatedName>{};
        const auto base = repeated ? modules.find(join(parent, repeated->name)) : std::nullopt;
        if (!base)
            return std::nullopt;
        match = {*base, repeated->call};
    }
    return match;
}

namespace {

/// A wrapper has at most so many levels.
constexpr std::size_t deepest_wrapper = 2;

NameScope without_wrapper(NameScope scope, std::size_t levels)
{
    scope.parts.erase(scope.parts.begin(),
                      scope.parts.begin() +
                          static_cast<std::ptrdiff_t>(std::min(levels, scope.parts.size())));
    return scope;
}

/// How many leading parts the file's scopes have more than the tree's.
std::size_t find_wrapper(const std::vector<std::optional<NameScope>>& scopes,
                         const ModuleTree& modules)
{
    std::array<std::size_t, deepest_wrapper + 1> fitting{};
    for (const auto& scope : scopes)
        if (scope)
            for (std::size_t levels = 0; levels <= deepest_wrapper; ++levels)
                // What is left must still name something.
                if (scope->parts.size() > levels &&
                    match_scope(without_wrapper(*scope, levels), modules))
                    ++fitting[levels];
    return static_cast<std::size_t>(std::max_element(fitting.begin(), fitting.end()) -
                                    fitting.begin());
}

} // namespace

std::vector<NodeEvidence> scope_evidence(const OnnxModel& model, const ModuleTree& modules)
{
    // Nodes share scopes: each distinct one is matched once.
    std::vector<std::optional<NameScope>> scopes;
    std::vector<std::uint32_t> scope_of(model.nodes.size(), no_id);
    std::vector<bool> by_result(model.nodes.size(), false);
    std::unordered_map<std::string, std::uint32_t> seen;
    std::string_view last_path;
    std::uint32_t last_scope = no_id;
    std::string key;
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        const std::string_view name = model.text(model.nodes[id].name);
        const std::string_view path = plain_path(name);
        if (!path.empty() && path == last_path) {
            scope_of[id] = last_scope;
            continue;
        }
        std::optional<NameScope> scope = parse_scope_name(name);
        if (!scope) {
            scope = result_scope(model, model.nodes[id]);
            by_result[id] = true;
        }
        if (!scope)
            continue;
        key = scope->numbers_calls ? "/" : "";
        for (const std::string& part : scope->parts) {
            key += part;
            key += '/';
        }
        const auto [it, added] = seen.emplace(key, scopes.size());
        if (added)
            scopes.push_back(std::move(scope));
        scope_of[id] = it->second;
        last_path = by_result[id] ? std::string_view() : path;
        last_scope = it->second;
    }
    const std::size_t wrapper = find_wrapper(scopes, modules);
    std::vector<std::optional<ScopeMatch>> matches;
    for (const auto& scope : scopes) {
        auto match = match_scope(without_wrapper(*scope, wrapper), modules);
        if (!match && wrapper > 0)
            match = match_scope(*scope, modules);
        matches.push_back(match);
    }
    std::vector<NodeEvidence> found;
    found.reserve(model.nodes.size());
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        const std::string_view name = model.text(model.nodes[id].name);
        std::optional<ScopeMatch> match;
        if (scope_of[id] != no_id)
            match = matches[scope_of[id]];
        else if (const auto module = match_dotted_name(name, modules))
            match = ScopeMatch{*module, 0};
        if (!match)
            continue;
        found.push_back(
            {id,
             {EvidenceKind::ScopeName, default_confidence(EvidenceKind::ScopeName), match->module,
              by_result[id] && scope_of[id] != no_id
                  ? fmt::format("the name of its result '{}'",
                                model.text(model.values[model.nodes[id].outputs[0]].name))
                  : fmt::format("the name '{}'", name)},
             match->call});
    }
    return found;
}

} // namespace strata
