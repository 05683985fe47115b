#include "hierarchy/annotate.h"

#include "hierarchy/fx_node_text.h"
#include "hierarchy/metadata_keys.h"
#include "hierarchy/python_text.h"

#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

/// What all nodes of one frame share.
struct ScopeTexts {
    std::string space;                ///< ": pkg.Model/layer1: pkg.Sequential"
    std::vector<std::string> scopes;  ///< "", "layer1"
    std::vector<std::string> classes; ///< "pkg.Model", "pkg.Sequential"
};

const std::string& class_of(const Module& module)
{
    return module.qualified_class.empty() ? module.class_name : module.qualified_class;
}

ScopeTexts scope_texts(const Program& program, FrameId frame)
{
    ScopeTexts texts;
    ModuleId last = no_module;
    for (FrameId f : program.graph.frame_stack(frame)) {
        // A method that a module calls on itself has a frame of its own but is no new module.
        const ModuleId id = program.graph.frames[f].module;
        if (id == last || id >= program.modules.size())
            continue;
        last = id;
        const Module& module = program.modules[id];
        texts.space +=
            fmt::format("{}{}: {}", texts.scopes.empty() ? "" : "/", module.fqn, class_of(module));
        texts.scopes.push_back(module.fqn);
        texts.classes.push_back(class_of(module));
    }
    return texts;
}

/// PyTorch's texts for one FX node; made once, however many ONNX nodes it became.
struct TorchTexts {
    std::string space, classes, scopes, fx_node, stack_trace;
};

TorchTexts torch_texts(const FxNodeTexts& fx, const FxNode& node, FxNodeId id, FrameId frame,
                       const ScopeTexts& scope)
{
    const std::string name = fx.name(id);
    const std::string target = FxNodeTexts::short_target(node);
    std::vector<std::string> scopes = scope.scopes;
    std::vector<std::string> classes = scope.classes;
    scopes.push_back(name);
    classes.push_back(target);
    return {fmt::format("{}/{}: {}", scope.space, name, target), python_list(classes),
            python_list(scopes), fx.line(id), fx.stack_trace(id, frame)};
}

std::string origin_names(const FxNodeTexts& fx, const NodeProvenance& provenance,
                         std::size_t fx_nodes)
{
    std::string names;
    for (FxNodeId origin : provenance.origins)
        if (origin < fx_nodes)
            names += (names.empty() ? "" : ",") + fx.name(origin);
    if (names.empty() && provenance.fx < fx_nodes)
        names = fx.name(provenance.fx);
    return names;
}

} // namespace

void annotate_provenance(OnnxModel& model, const Program& program)
{
    const FxGraph& graph = program.graph;
    const FxNodeTexts fx(graph);
    std::unordered_map<FrameId, ScopeTexts> scopes;
    std::unordered_map<std::uint64_t, TorchTexts> texts;
    const std::size_t count = std::min(model.nodes.size(), model.provenance.size());
    for (NodeId id = 0; id < count; ++id) {
        const NodeProvenance& provenance = model.provenance[id];
        const FrameId frame = provenance.frame < graph.frames.size() ? provenance.frame : 0;
        const CallFrame& call = graph.frames[frame];
        if (call.module >= program.modules.size())
            continue;
        model.set_metadata(id, metadata::module, program.modules[call.module].fqn);
        if (call.call > 0)
            model.set_metadata(id, metadata::call, fmt::to_string(call.call));
        model.set_metadata(id, metadata::tag, program.modules.tag(call.module));
        model.set_metadata(id, metadata::confidence, "1.0");
        model.set_metadata(id, metadata::evidence, to_string(EvidenceKind::Recorded));
        if (const std::string names = origin_names(fx, provenance, graph.nodes.size());
            !names.empty())
            model.set_metadata(id, metadata::origins, names);

        auto scope = scopes.find(frame);
        if (scope == scopes.end())
            scope = scopes.emplace(frame, scope_texts(program, frame)).first;
        if (provenance.fx >= graph.nodes.size()) {
            model.set_metadata(id, metadata::torch_namespace, scope->second.space);
            continue;
        }
        const std::uint64_t key = (std::uint64_t{frame} << 32) | provenance.fx;
        auto torch = texts.find(key);
        if (torch == texts.end())
            torch = texts
                        .emplace(key, torch_texts(fx, graph.nodes[provenance.fx], provenance.fx,
                                                  frame, scope->second))
                        .first;
        model.set_metadata(id, metadata::torch_namespace, torch->second.space);
        model.set_metadata(id, metadata::torch_classes, torch->second.classes);
        model.set_metadata(id, metadata::torch_fx_node, torch->second.fx_node);
        model.set_metadata(id, metadata::torch_scopes, torch->second.scopes);
        if (!torch->second.stack_trace.empty())
            model.set_metadata(id, metadata::torch_stack_trace, torch->second.stack_trace);
    }
}

void annotate_attribution(OnnxModel& model, const ModuleTree& modules,
                          const Attribution& attribution)
{
    const std::size_t count = std::min(model.nodes.size(), attribution.size());
    for (NodeId id = 0; id < count; ++id) {
        const NodeAttribution& node = attribution[id];
        if (node.kind == EvidenceKind::Recorded && model.has_metadata(id, metadata::module))
            continue;
        // What an earlier audit of the same file wrote is replaced as a whole.
        std::erase_if(model.nodes[id].metadata, [&](const auto& entry) {
            return model.text(entry.first).starts_with(metadata::own_prefix);
        });
        if (node.synthetic) {
            model.set_metadata(id, metadata::tag, node.synthetic_path);
            model.set_metadata(id, metadata::synthetic, "true");
        } else {
            model.set_metadata(id, metadata::module, modules[node.module].fqn);
            if (node.call > 0)
                model.set_metadata(id, metadata::call, fmt::to_string(node.call));
            model.set_metadata(id, metadata::tag, modules.tag(node.module));
        }
        const std::string confidence = python_repr(node.confidence);
        model.set_metadata(id, metadata::confidence, confidence);
        model.set_metadata(id, metadata::evidence, to_string(node.kind));
    }
}

} // namespace strata
