#include "hierarchy/annotate.h"

#include "hierarchy/fx_node_text.h"
#include "hierarchy/metadata_keys.h"
#include "hierarchy/python_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

/// What all nodes of one frame share.
struct ScopeTexts {
    StringId module = StringId::Empty; ///< FQN
    StringId call = StringId::Empty;   ///< when it is not the first
    StringId tag = StringId::Empty;
    std::string space;   ///< ": pkg.Model/layer1: pkg.Sequential"
    std::string scopes;  ///< "['', 'layer1', ": a list that the node's name closes
    std::string classes; ///< "['pkg.Model', 'pkg.Sequential', "
};

/// The list with one more item, closed.
std::string closed_list(const std::string& open, std::string_view last)
{
    return open + python_repr(last) + ']';
}

const std::string& class_of(const Module& module)
{
    return module.qualified_class.empty() ? module.class_name : module.qualified_class;
}

ScopeTexts scope_texts(const Program& program, FrameId frame)
{
    ScopeTexts texts;
    texts.scopes = texts.classes = "[";
    ModuleId last = no_module;
    for (FrameId f : program.graph.frame_stack(frame)) {
        // A method that a module calls on itself has a frame of its own but is no new module.
        const ModuleId id = program.graph.frames[f].module;
        if (id == last || id >= program.modules.size())
            continue;
        last = id;
        const Module& module = program.modules[id];
        texts.space +=
            fmt::format("{}{}: {}", texts.space.empty() ? "" : "/", module.fqn, class_of(module));
        texts.scopes += python_repr(module.fqn) + ", ";
        texts.classes += python_repr(class_of(module)) + ", ";
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
    return {fmt::format("{}/{}: {}", scope.space, name, target), closed_list(scope.classes, target),
            closed_list(scope.scopes, name), fx.line(id), fx.stack_trace(id, frame)};
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

/// The keys, looked up once.
struct KeyIds {
    explicit KeyIds(OnnxModel& model)
        : module(model.intern(metadata::module)),
          call(model.intern(metadata::call)),
          tag(model.intern(metadata::tag)),
          confidence(model.intern(metadata::confidence)),
          evidence(model.intern(metadata::evidence)),
          origins(model.intern(metadata::origins)),
          space(model.intern(metadata::torch_namespace)),
          classes(model.intern(metadata::torch_classes)),
          scopes(model.intern(metadata::torch_scopes)),
          fx_node(model.intern(metadata::torch_fx_node)),
          stack_trace(model.intern(metadata::torch_stack_trace))
    {}

    StringId module, call, tag, confidence, evidence, origins;
    StringId space, classes, scopes, fx_node, stack_trace;
};

/// TorchTexts as the model has them.
struct TorchTextIds {
    TorchTextIds() = default;
    TorchTextIds(OnnxModel& model, FrameId of_frame, const TorchTexts& texts)
        : frame(of_frame),
          space(model.intern(texts.space)),
          classes(model.intern(texts.classes)),
          scopes(model.intern(texts.scopes)),
          fx_node(model.intern(texts.fx_node)),
          stack_trace(model.intern(texts.stack_trace))
    {}

    FrameId frame = no_index; ///< no_index: none made yet
    StringId space = StringId::Empty;
    StringId classes = StringId::Empty;
    StringId scopes = StringId::Empty;
    StringId fx_node = StringId::Empty;
    StringId stack_trace = StringId::Empty;
};

/// Sets all entries; what the node has under other keys stays.
void put_metadata(OnnxModel& model, NodeId node, std::vector<std::pair<StringId, StringId>> entries)
{
    auto& metadata = model.nodes[node].metadata;
    for (const auto& [key, value] : metadata)
        if (std::none_of(entries.begin(), entries.end(),
                         [&, &name = key](const auto& entry) { return entry.first == name; }))
            entries.emplace_back(key, value);
    metadata = std::move(entries);
}

} // namespace

void annotate_provenance(OnnxModel& model, const Program& program)
{
    const FxGraph& graph = program.graph;
    const FxNodeTexts fx(graph);
    const KeyIds keys(model);
    const StringId recorded = model.intern(to_string(EvidenceKind::Recorded));
    const StringId certain = model.intern("1.0");
    std::unordered_map<FrameId, ScopeTexts> scopes;
    // What one FX node became mostly stands in one frame; where frames take turns, the texts are
    // made again and found in the pool.
    std::vector<TorchTextIds> texts(graph.nodes.size());
    const std::size_t count = std::min(model.nodes.size(), model.provenance.size());
    for (NodeId id = 0; id < count; ++id) {
        const NodeProvenance& provenance = model.provenance[id];
        const FrameId frame = provenance.frame < graph.frames.size() ? provenance.frame : 0;
        const CallFrame& call = graph.frames[frame];
        if (call.module >= program.modules.size())
            continue;
        auto scope = scopes.find(frame);
        if (scope == scopes.end()) {
            scope = scopes.emplace(frame, scope_texts(program, frame)).first;
            scope->second.module = model.intern(program.modules[call.module].fqn);
            scope->second.tag = model.intern(program.modules.tag(call.module));
            if (call.call > 0)
                scope->second.call = model.intern(fmt::to_string(call.call));
        }
        std::vector<std::pair<StringId, StringId>> entries;
        entries.reserve(11);
        entries.emplace_back(keys.module, scope->second.module);
        if (call.call > 0)
            entries.emplace_back(keys.call, scope->second.call);
        entries.emplace_back(keys.tag, scope->second.tag);
        entries.emplace_back(keys.confidence, certain);
        entries.emplace_back(keys.evidence, recorded);
        if (const std::string names = origin_names(fx, provenance, graph.nodes.size());
            !names.empty())
            entries.emplace_back(keys.origins, model.intern(names));

        if (provenance.fx >= graph.nodes.size()) {
            entries.emplace_back(keys.space, model.intern(scope->second.space));
        } else {
            TorchTextIds& torch = texts[provenance.fx];
            if (torch.frame != frame)
                torch = TorchTextIds(model, frame,
                                     torch_texts(fx, graph.nodes[provenance.fx], provenance.fx,
                                                 frame, scope->second));
            entries.emplace_back(keys.space, torch.space);
            entries.emplace_back(keys.classes, torch.classes);
            entries.emplace_back(keys.fx_node, torch.fx_node);
            entries.emplace_back(keys.scopes, torch.scopes);
            if (torch.stack_trace != StringId::Empty)
                entries.emplace_back(keys.stack_trace, torch.stack_trace);
        }
        put_metadata(model, id, std::move(entries));
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
