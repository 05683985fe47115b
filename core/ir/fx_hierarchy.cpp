#include "ir/fx_hierarchy.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

/// Frames as a tree, and the frame whose graph each node belongs to.
class FrameTree {
public:
    explicit FrameTree(const FxGraph& flat)
        : m_flat(flat),
          m_depth(flat.frames.size(), 0),
          m_frame(flat.nodes.size(), 0),
          roots(flat.frames.size())
    {
        for (FrameId id = 1; id < flat.frames.size(); ++id)
            m_depth[id] = m_depth[parent(id)] + 1;
        walk(FxGraph::main_block, no_index);
    }

    FrameId parent(FrameId id) const
    {
        const FrameId up = m_flat.frames[id].parent;
        return up < id ? up : 0;
    }
    bool is_inside(FrameId frame, FrameId ancestor) const
    {
        while (m_depth[frame] > m_depth[ancestor])
            frame = parent(frame);
        return frame == ancestor;
    }
    FrameId common(FrameId a, FrameId b) const
    {
        while (a != b) {
            FrameId& deeper = m_depth[a] >= m_depth[b] ? a : b;
            deeper = parent(deeper);
        }
        return a;
    }
    /// The frame of a node; nodes of bodies are at least in their owner's frame.
    FrameId of(FxNodeId node) const { return m_frame[node]; }
    /// The child of `frame` on the way to the node; no_index when the node is the frame's own.
    FrameId child_towards(FrameId frame, FxNodeId node) const
    {
        FrameId at = m_frame[node];
        if (at == frame)
            return no_index;
        while (parent(at) != frame)
            at = parent(at);
        return at;
    }

private:
    void walk(FxBlockId block, FxNodeId owner)
    {
        for (FxNodeId id : m_flat.blocks[block].nodes) {
            const FxNode& node = m_flat.nodes[id];
            // Inputs and results of the whole belong to the root whatever they were tagged with.
            const bool at_root = node.kind == FxKind::Placeholder || node.kind == FxKind::Output;
            FrameId frame = !at_root && node.frame < m_flat.frames.size() ? node.frame : 0;
            if (owner != no_index && !is_inside(frame, m_frame[owner]))
                frame = m_frame[owner];
            m_frame[id] = frame;
            // Roots of every frame that the node enters but its owner is not in.
            for (FrameId at = frame;; at = parent(at)) {
                if (owner != no_index && at == m_frame[owner])
                    break;
                roots[at].push_back(id);
                if (at == 0)
                    break;
            }
            for (FxBlockId body : node.blocks)
                walk(body, id);
        }
    }

    const FxGraph& m_flat;
    std::vector<unsigned> m_depth;
    std::vector<FrameId> m_frame;

public:
    /// Of each frame: the outermost nodes inside it, in order of execution.
    std::vector<std::vector<FxNodeId>> roots;
};

template <class Visit>
void visit_refs(const std::vector<FxArg>& args, const Visit& visit)
{
    for (const FxArg& arg : args)
        visit_arg(arg, [&](const FxArg& item) {
            if (const FxRef* ref = item.ref())
                visit(ref->value);
        });
}

/// The values a node reads, those read in its bodies included; also what the bodies define.
template <class Visit>
void visit_deep_uses(const FxGraph& flat, FxNodeId id, const Visit& visit)
{
    visit_uses(flat.nodes[id], visit);
    for (FxBlockId body : flat.nodes[id].blocks) {
        for (FxNodeId inner : flat.blocks[body].nodes)
            visit_deep_uses(flat, inner, visit);
        visit_refs(flat.blocks[body].results, visit);
    }
}

/// Where values are used: the deepest frame that contains the definition and all uses.
std::vector<FrameId> escape_frames(const FxGraph& flat, const FrameTree& frames)
{
    std::vector<FrameId> escapes(flat.values.size(), no_index);
    auto join = [&](FxValueId value, FrameId frame) {
        escapes[value] = escapes[value] == no_index ? frame : frames.common(escapes[value], frame);
    };
    for (FxBlockId block = 0; block < flat.blocks.size(); ++block) {
        const FxNodeId owner = flat.blocks[block].owner;
        const FrameId around = owner == no_index ? 0 : frames.of(owner);
        for (FxValueId param : flat.blocks[block].params)
            join(param, around);
        visit_refs(flat.blocks[block].results, [&](FxValueId value) { join(value, around); });
    }
    for (FxNodeId id = 0; id < flat.nodes.size(); ++id) {
        for (FxValueId output : flat.nodes[id].outputs)
            join(output, frames.of(id));
        visit_uses(flat.nodes[id], [&](FxValueId value) { join(value, frames.of(id)); });
    }
    return escapes;
}

/// A node of the caller's own, or a run of nodes of one call.
struct Item {
    FrameId child = no_index;
    std::vector<FxNodeId> nodes;
};

class Splitter {
public:
    Splitter(const FxGraph& flat, const ModuleTree& modules)
        : m_flat(flat),
          m_modules(modules),
          m_frames(flat),
          m_escapes(escape_frames(flat, m_frames))
    {}

    std::vector<ModuleGraph> split()
    {
        std::vector<ModuleGraph> graphs(m_flat.frames.size());
        for (FrameId frame = 0; frame < graphs.size(); ++frame)
            build(frame, graphs[frame]);
        return graphs;
    }

private:
    void build(FrameId frame, ModuleGraph& result)
    {
        result.frame = frame;
        m_result = &result;
        m_local.clear();
        result.graph.frames.front().module = m_flat.frames[frame].module;
        result.graph.frames.front().call = m_flat.frames[frame].call;
        const std::vector<FxNodeId>& roots = m_frames.roots[frame];
        if (frame != 0)
            add_placeholders(roots);
        std::vector<FxValueId> results;
        if (frame != 0)
            for (FxNodeId id : roots)
                for (FxValueId value : m_flat.nodes[id].outputs)
                    if (!m_frames.is_inside(m_escapes[value], frame))
                        results.push_back(value);
        build_block(frame, roots, results, FxGraph::main_block);
        if (frame == 0)
            return;
        FxNode output;
        output.kind = FxKind::Output;
        output.target = "output";
        for (FxValueId value : results)
            output.args.emplace_back(FxRef{m_local.at(value)});
        add(FxGraph::main_block, std::move(output), {}, no_index);
    }

    // What the call reads from outside becomes its inputs, in the order of first use.
    void add_placeholders(const std::vector<FxNodeId>& roots)
    {
        std::unordered_set<FxValueId> inside;
        for (FxValueId value : outside_uses(roots, inside)) {
            FxNode node;
            node.kind = FxKind::Placeholder;
            node.target = m_flat.values[value].name;
            add(FxGraph::main_block, std::move(node), {value}, no_index);
        }
    }

    /// Values that the nodes read and do not define, in the order of first use.
    std::vector<FxValueId> outside_uses(const std::vector<FxNodeId>& nodes,
                                        std::unordered_set<FxValueId>& inside) const
    {
        std::vector<FxNodeId> todo = nodes;
        while (!todo.empty()) {
            const FxNode& node = m_flat.nodes[todo.back()];
            todo.pop_back();
            inside.insert(node.outputs.begin(), node.outputs.end());
            for (FxBlockId body : node.blocks) {
                inside.insert(m_flat.blocks[body].params.begin(), m_flat.blocks[body].params.end());
                todo.insert(todo.end(), m_flat.blocks[body].nodes.begin(),
                            m_flat.blocks[body].nodes.end());
            }
        }
        std::vector<FxValueId> found;
        std::unordered_set<FxValueId> seen;
        for (FxNodeId id : nodes)
            visit_deep_uses(m_flat, id, [&](FxValueId value) {
                if (!inside.contains(value) && seen.insert(value).second)
                    found.push_back(value);
            });
        return found;
    }

    /// Puts the nodes of each call together, in an order in which everything is defined before its
    /// use. A call whose nodes need a result of the caller that needs the call is split in two.
    std::vector<Item> make_items(FrameId frame, const std::vector<FxNodeId>& nodes) const
    {
        std::vector<Item> items;
        std::unordered_map<FrameId, std::size_t> last_run; // where each call's last run is
        for (FxNodeId id : nodes) {
            const FrameId child = m_frames.child_towards(frame, id);
            const auto run = child == no_index ? last_run.end() : last_run.find(child);
            if (run == last_run.end()) {
                items.push_back({child, {id}});
            } else if (run->second + 1 == items.size()) {
                items.back().nodes.push_back(id);
                continue;
            } else if (!join_interrupted(items, run->second, id)) {
                items.push_back({child, {id}});
            } else {
                for (std::size_t i = run->second; i < items.size(); ++i)
                    if (items[i].child != no_index)
                        last_run[items[i].child] = i;
                continue;
            }
            if (child != no_index)
                last_run[child] = items.size() - 1;
        }
        return items;
    }

    /// Adds the node to the run at `at` although other items came in between: those that do not
    /// depend on the run move before it. False when the node depends on one that does.
    bool join_interrupted(std::vector<Item>& items, std::size_t at, FxNodeId id) const
    {
        std::unordered_set<FxValueId> tainted; // results of the run and of what depends on it
        auto add_outputs = [&](const Item& item) {
            for (FxNodeId node : item.nodes)
                tainted.insert(m_flat.nodes[node].outputs.begin(),
                               m_flat.nodes[node].outputs.end());
        };
        add_outputs(items[at]);
        const std::unordered_set<FxValueId> own = tainted;
        std::vector<bool> depends;
        for (std::size_t i = at + 1; i < items.size(); ++i) {
            bool hit = false;
            for (FxNodeId node : items[i].nodes)
                visit_deep_uses(m_flat, node,
                                [&](FxValueId value) { hit = hit || tainted.contains(value); });
            depends.push_back(hit);
            if (hit)
                add_outputs(items[i]);
        }
        bool cyclic = false;
        visit_deep_uses(m_flat, id, [&](FxValueId value) {
            cyclic = cyclic || (tainted.contains(value) && !own.contains(value));
        });
        if (cyclic)
            return false;
        Item run = std::move(items[at]);
        run.nodes.push_back(id);
        std::vector<Item> tail;
        std::vector<Item> before;
        for (std::size_t i = at + 1; i < items.size(); ++i)
            (depends[i - at - 1] ? tail : before).push_back(std::move(items[i]));
        items.resize(at);
        std::move(before.begin(), before.end(), std::back_inserter(items));
        items.push_back(std::move(run));
        std::move(tail.begin(), tail.end(), std::back_inserter(items));
        return true;
    }

    void build_block(FrameId frame, const std::vector<FxNodeId>& nodes,
                     const std::vector<FxValueId>& results, FxBlockId block)
    {
        const std::vector<Item> items = make_items(frame, nodes);
        // Which values are read outside the run that defines them.
        std::vector<std::vector<FxValueId>> reads(items.size());
        std::unordered_set<FxValueId> needed(results.begin(), results.end());
        for (std::size_t i = 0; i < items.size(); ++i) {
            std::unordered_set<FxValueId> inside;
            reads[i] = outside_uses(items[i].nodes, inside);
            needed.insert(reads[i].begin(), reads[i].end());
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (items[i].child == no_index)
                copy_node(frame, items[i].nodes.front(), block);
            else
                call_module(items[i], reads[i], needed, block);
        }
    }

    void call_module(const Item& item, const std::vector<FxValueId>& reads,
                     const std::unordered_set<FxValueId>& needed, FxBlockId block)
    {
        const CallFrame& frame = m_flat.frames[item.child];
        FxNode node;
        node.kind = FxKind::CallModule;
        node.target = frame.module < m_modules.size() ? m_modules[frame.module].fqn : std::string();
        if (frame.call > 0)
            node.target += fmt::format("@{}", frame.call);
        node.source = local_source(frame.call_site);
        for (FxValueId value : reads)
            node.args.emplace_back(FxRef{m_local.at(value)});
        std::vector<FxValueId> outputs;
        for (FxNodeId id : item.nodes)
            for (FxValueId value : m_flat.nodes[id].outputs)
                if (needed.contains(value))
                    outputs.push_back(value);
        add(block, std::move(node), outputs, no_index);
    }

    void copy_node(FrameId frame, FxNodeId id, FxBlockId block)
    {
        FxNode node = m_flat.nodes[id];
        const std::vector<FxBlockId> bodies = std::move(node.blocks);
        node.blocks.clear();
        node.frame = 0;
        node.source = local_source(node.source);
        for (FxArg& arg : node.args)
            localize(arg);
        for (FxKeywordArg& kwarg : node.kwargs)
            localize(kwarg.arg);
        const FxNodeId copy = add(block, std::move(node), m_flat.nodes[id].outputs, id);
        FxGraph& graph = m_result->graph;
        for (FxBlockId body : bodies) {
            const FxBlockId made = graph.add_block(copy);
            graph.nodes[copy].blocks.push_back(made);
            for (FxValueId param : m_flat.blocks[body].params)
                m_local[param] = graph.add_block_param(made, m_flat.values[param].name,
                                                       m_flat.values[param].type);
            std::vector<FxValueId> results;
            visit_refs(m_flat.blocks[body].results,
                       [&](FxValueId value) { results.push_back(value); });
            build_block(frame, m_flat.blocks[body].nodes, results, made);
            std::vector<FxArg> args = m_flat.blocks[body].results;
            for (FxArg& arg : args)
                localize(arg);
            graph.blocks[made].results = std::move(args);
        }
    }

    void localize(FxArg& arg) const
    {
        if (auto* ref = std::get_if<FxRef>(&arg.value))
            ref->value = m_local.at(ref->value);
        else if (auto* list = std::get_if<FxArg::List>(&arg.value))
            for (FxArg& item : *list)
                localize(item);
    }

    SourceId local_source(SourceId source)
    {
        return source < m_flat.sources.size() ? m_result->graph.add_source(m_flat.sources[source])
                                              : no_index;
    }

    /// Adds a node whose outputs stand for the flat values `outputs`.
    FxNodeId add(FxBlockId block, FxNode node, const std::vector<FxValueId>& outputs,
                 FxNodeId flat_node)
    {
        std::vector<std::string> names;
        std::vector<FxType> types;
        for (FxValueId value : outputs) {
            names.push_back(m_flat.values[value].name);
            types.push_back(m_flat.values[value].type);
        }
        const FxNodeId id =
            m_result->graph.add_node(block, std::move(node), std::move(names), std::move(types));
        for (std::size_t i = 0; i < outputs.size(); ++i)
            m_local[outputs[i]] = m_result->graph.nodes[id].outputs[i];
        m_result->flat_nodes.push_back(flat_node);
        return id;
    }

    const FxGraph& m_flat;
    const ModuleTree& m_modules;
    FrameTree m_frames;
    std::vector<FrameId> m_escapes;
    ModuleGraph* m_result = nullptr;                  ///< being built
    std::unordered_map<FxValueId, FxValueId> m_local; ///< flat value -> value of m_result
};

} // namespace

std::vector<ModuleGraph> split_by_module(const FxGraph& flat, const ModuleTree& modules)
{
    return Splitter(flat, modules).split();
}

} // namespace strata
