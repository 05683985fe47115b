#include "hierarchy/recorded_evidence.h"

#include "hierarchy/fx_node_text.h"
#include "hierarchy/metadata_keys.h"
#include "hierarchy/python_text.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>

namespace strata {
namespace {

using ScopePath = std::vector<std::pair<std::string, std::string>>;

std::optional<std::uint32_t> parse_index(std::string_view text)
{
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// PyTorch writes repeated calls as "relu@1" in some versions: takes the index off.
std::uint32_t take_call_index(std::string& fqn)
{
    const std::size_t at = fqn.rfind('@');
    if (at == std::string::npos)
        return 0;
    const auto index = parse_index(std::string_view(fqn).substr(at + 1));
    if (!index)
        return 0;
    fqn.resize(at);
    return *index;
}

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0)
            parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

/// PyTorch's scopes without the operator at the end, classes where the lists have the same length.
std::optional<ScopePath> torch_scopes(const OnnxModel& model, NodeId node)
{
    if (!model.has_metadata(node, metadata::torch_scopes))
        return std::nullopt;
    auto scopes = parse_python_list(model.metadata_value(node, metadata::torch_scopes));
    if (!scopes || scopes->empty() || !scopes->front().empty())
        return std::nullopt;
    auto classes = parse_python_list(model.metadata_value(node, metadata::torch_classes));
    const bool has_classes = classes && classes->size() == scopes->size();
    ScopePath path;
    // The last scope is the FX node; a list with the root alone has no node.
    const std::size_t count = std::max<std::size_t>(scopes->size() - 1, 1);
    for (std::size_t i = 0; i < count; ++i)
        path.emplace_back(std::move((*scopes)[i]),
                          has_classes ? std::move((*classes)[i]) : std::string{});
    return path;
}

/// The last place a traceback names: "FILE:LINE".
std::string last_source_line(std::string_view trace)
{
    const std::size_t file = trace.rfind("File \"");
    if (file == std::string_view::npos)
        return {};
    trace.remove_prefix(file + 6);
    const std::size_t quote = trace.find('"');
    constexpr std::string_view line_word = "\", line ";
    if (quote == std::string_view::npos || !trace.substr(quote).starts_with(line_word))
        return {};
    const std::string_view digits = trace.substr(quote + line_word.size());
    const std::size_t end = std::min(digits.find_first_not_of("0123456789"), digits.size());
    return fmt::format("{}:{}", trace.substr(0, quote), digits.substr(0, end));
}

/// "%conv2d : [num_users=1] = ..." → "conv2d".
std::string fx_name(std::string_view line)
{
    if (!line.starts_with('%'))
        return {};
    return std::string(line.substr(1, line.find(' ') - 1));
}

void read_origins(const OnnxModel& model, NodeId node, RecordedScope& scope)
{
    scope.origins = split(model.metadata_value(node, metadata::origins), ',');
    if (scope.origins.empty())
        if (std::string name = fx_name(model.metadata_value(node, metadata::torch_fx_node));
            !name.empty())
            scope.origins.push_back(std::move(name));
    scope.source = last_source_line(model.metadata_value(node, metadata::torch_stack_trace));
}

/// Strata's keys; classes come from PyTorch's where those tell the same path.
std::optional<RecordedScope> own_scope(const OnnxModel& model, NodeId node)
{
    if (!model.has_metadata(node, metadata::module))
        return std::nullopt;
    RecordedScope scope;
    scope.detail = fmt::format("metadata {}", metadata::module);
    const std::string fqn(model.metadata_value(node, metadata::module));
    if (auto path = torch_scopes(model, node); path && path->back().first == fqn)
        scope.path = std::move(*path);
    else
        scope.path = {{fqn, {}}};
    if (const auto call = parse_index(model.metadata_value(node, metadata::call)))
        scope.call = *call;
    // An annotated file may hold what an audit concluded: that stays the evidence it was.
    const auto kind = parse_evidence_kind(model.metadata_value(node, metadata::evidence));
    if (kind && *kind != EvidenceKind::Recorded) {
        scope.kind = *kind;
        scope.confidence = default_confidence(*kind);
        const std::string text(model.metadata_value(node, metadata::confidence));
        double confidence = 0.0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), confidence);
        if (error == std::errc{} && end == text.data() + text.size() && confidence >= 0.0 &&
            confidence <= 1.0)
            scope.confidence = confidence;
        scope.detail += " of an earlier audit";
    }
    return scope;
}

std::optional<ScopePath> winml_path(const OnnxModel& model, NodeId node)
{
    for (const std::string_view key : {metadata::winml_tag, metadata::winml_tag_old})
        if (model.has_metadata(node, key))
            return parse_tag(model.metadata_value(node, key));
    return std::nullopt;
}

/// The module that a path of classes and numbers leads to: containers that a tag leaves out are
/// looked through. The nearest that is found; nothing when not even the first part is.
std::optional<ModuleId> find_by_classes(const ScopePath& path, const ModuleTree& modules)
{
    ModuleId at = root_module;
    for (std::size_t i = 1; i < path.size(); ++i) {
        const std::string& local = path[i].first.substr(path[i].first.rfind('.') + 1);
        const auto fits = [&](ModuleId id) {
            return modules[id].class_name == path[i].second &&
                   (local == path[i].second || local == modules[id].name);
        };
        std::optional<ModuleId> next;
        for (const ModuleId child : modules[at].children) {
            if (!next && fits(child))
                next = child;
            for (const ModuleId below : modules[child].children)
                if (!next && fits(below))
                    next = below;
        }
        if (!next)
            return i == 1 ? std::nullopt : std::optional(at);
        at = *next;
    }
    return at;
}

} // namespace

std::optional<ScopePath> parse_tag(std::string_view text)
{
    if (!text.starts_with('/'))
        return std::nullopt;
    ScopePath path;
    for (const std::string& part : split(text, '/')) {
        const std::size_t dot = part.find('.');
        const std::string class_name = part.substr(0, dot);
        const std::string local = dot == std::string::npos ? class_name : part.substr(dot + 1);
        if (class_name.empty() || local.empty())
            return std::nullopt;
        if (path.empty())
            path.emplace_back(std::string{}, class_name); // the root has no name
        else
            path.emplace_back(path.back().first.empty() ? local : path.back().first + "." + local,
                              class_name);
    }
    if (path.empty())
        return std::nullopt;
    return path;
}

std::optional<ScopePath> parse_namespace(std::string_view text)
{
    if (!text.starts_with(": "))
        return std::nullopt;
    ScopePath path;
    for (const std::string& part : split(text, '/')) {
        const std::size_t colon = part.find(": ");
        if (colon == std::string::npos)
            return std::nullopt;
        path.emplace_back(part.substr(0, colon), part.substr(colon + 2));
    }
    if (path.size() > 1)
        path.pop_back(); // the operator
    return path;
}

std::optional<RecordedScope> recorded_scope(const OnnxModel& model, NodeId node)
{
    if (model.nodes[node].metadata.empty())
        return std::nullopt;
    std::optional<RecordedScope> scope = own_scope(model, node);
    if (!scope) {
        if (auto path = torch_scopes(model, node)) {
            scope.emplace();
            scope->path = std::move(*path);
            scope->detail = fmt::format("metadata {}", metadata::torch_scopes);
        } else if (auto spaces =
                       parse_namespace(model.metadata_value(node, metadata::torch_namespace))) {
            scope.emplace();
            scope->path = std::move(*spaces);
            scope->detail = fmt::format("metadata {}", metadata::torch_namespace);
        } else if (auto tag = winml_path(model, node)) {
            scope.emplace();
            scope->path = std::move(*tag);
            scope->by_class = true;
            scope->detail = fmt::format("metadata {}", metadata::winml_tag);
        } else {
            return std::nullopt;
        }
        for (auto& [fqn, name] : scope->path)
            scope->call = take_call_index(fqn);
    }
    read_origins(model, node, *scope);
    return scope;
}

RecordedScopes recorded_scopes(const OnnxModel& model)
{
    RecordedScopes scopes(model.nodes.size());
    for (NodeId id = 0; id < model.nodes.size(); ++id)
        scopes[id] = recorded_scope(model, id);
    return scopes;
}

std::vector<NodeEvidence> recorded_evidence(const RecordedScopes& scopes, const ModuleTree& modules,
                                            Diagnostics& diagnostics)
{
    std::vector<NodeEvidence> found;
    std::map<std::string, std::size_t> unknown; // FQN → nodes
    for (NodeId id = 0; id < scopes.size(); ++id) {
        if (!scopes[id])
            continue;
        const RecordedScope& scope = *scopes[id];
        std::optional<ModuleId> module = modules.find(scope.fqn());
        if (!module && scope.by_class)
            module = find_by_classes(scope.path, modules);
        if (!module) {
            ++unknown[scope.fqn()];
            continue;
        }
        found.push_back({id, {scope.kind, scope.confidence, *module, scope.detail}, scope.call});
    }
    for (const auto& [fqn, count] : unknown)
        diagnostics.warning("unknown-module",
                            fmt::format("{} node(s) of the file are recorded in module '{}', which "
                                        "the source model does not have.",
                                        count, fqn),
                            fqn);
    return found;
}

std::vector<NodeEvidence> provenance_evidence(const OnnxModel& model, const Program& program)
{
    const FxGraph& graph = program.graph;
    std::vector<NodeEvidence> found;
    const std::size_t count = std::min(model.nodes.size(), model.provenance.size());
    found.reserve(count);
    for (NodeId id = 0; id < count; ++id) {
        const NodeProvenance& provenance = model.provenance[id];
        if (provenance.frame >= graph.frames.size())
            continue;
        const CallFrame& frame = graph.frames[provenance.frame];
        if (frame.module >= program.modules.size())
            continue;
        std::string detail = "lowered in this module's call";
        if (provenance.fx < graph.nodes.size())
            detail = fmt::format("lowered from FX node {} ({})", fx_node_name(graph, provenance.fx),
                                 graph.nodes[provenance.fx].target);
        found.push_back({id,
                         {EvidenceKind::Recorded, default_confidence(EvidenceKind::Recorded),
                          frame.module, std::move(detail)},
                         frame.call});
    }
    return found;
}

} // namespace strata
