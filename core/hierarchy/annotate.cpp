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

/// PyTorch's texts for one FX node, in the model's pool.
struct TorchTextIds {
    FrameId frame = no_index; ///< no_index: none made yet
    StringId space = StringId::Empty;
    StringId classes = StringId::Empty;
    StringId scopes = StringId::Empty;
    StringId fx_node = StringId::Empty;
    StringId stack_trace = StringId::Empty;
};

/// Makes texts in one buffer after the other: there are several long ones for each node.
class TextMaker {
public:
    TextMaker(OnnxModel& model, const FxGraph& graph) : m_model(model), m_graph(graph), m_fx(graph)
    {}

    /// Made once for an FX node, however many ONNX nodes it became; `again` when frames take
    /// turns. Texts that carry the node's name are looked up only then.
    TorchTextIds torch(FxNodeId id, FrameId frame, const ScopeTexts& scope, bool again)
    {
        const auto own = [&] {
            return again ? m_model.intern(m_text) : m_model.strings().append(m_text);
        };
        m_target.clear();
        FxNodeTexts::append_short_target(m_graph.nodes[id], m_target);
        const std::string& name = fx_node_name(m_graph, id);
        TorchTextIds ids;
        ids.frame = frame;
        start(scope.space);
        m_text += '/';
        m_text += name;
        m_text += ": ";
        m_text += m_target;
        ids.space = own();
        close_list(scope.classes, m_target);
        ids.classes = intern();
        close_list(scope.scopes, name);
        ids.scopes = own();
        start({});
        m_fx.append_line(id, m_text);
        ids.fx_node = own();
        start({});
        m_fx.append_stack_trace(id, frame, m_text);
        ids.stack_trace = intern();
        return ids;
    }

    /// "list,conv2d"; Empty when the node came from no FX node.
    StringId origin_names(const NodeProvenance& provenance)
    {
        start({});
        for (const FxNodeId origin : provenance.origins)
            if (origin < m_graph.nodes.size()) {
                if (!m_text.empty())
                    m_text += ',';
                m_text += fx_node_name(m_graph, origin);
            }
        if (m_text.empty() && provenance.fx < m_graph.nodes.size())
            m_text += fx_node_name(m_graph, provenance.fx);
        return intern();
    }

private:
    void start(std::string_view text) { m_text.assign(text); }
    StringId intern() { return m_model.intern(m_text); }
    /// The list with one more item, closed.
    void close_list(std::string_view open, std::string_view last)
    {
        start(open);
        m_text += python_repr(last);
        m_text += ']';
    }

    OnnxModel& m_model;
    const FxGraph& m_graph;
    FxNodeTexts m_fx;
    std::string m_text;
    std::string m_target;
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
    TextMaker texts(model, graph);
    const KeyIds keys(model);
    const StringId recorded = model.intern(to_string(EvidenceKind::Recorded));
    const StringId certain = model.intern("1.0");
    std::unordered_map<FrameId, ScopeTexts> scopes;
    // What one FX node became mostly stands in one frame.
    std::vector<TorchTextIds> of_fx(graph.nodes.size());
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
        if (const StringId names = texts.origin_names(provenance); names != StringId::Empty)
            entries.emplace_back(keys.origins, names);

        if (provenance.fx >= graph.nodes.size()) {
            entries.emplace_back(keys.space, model.intern(scope->second.space));
        } else {
            TorchTextIds& torch = of_fx[provenance.fx];
            if (torch.frame != frame)
                torch = texts.torch(provenance.fx, frame, scope->second, torch.frame != no_index);
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
