#include "ir/fx_text.h"

#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

// A graph with more problems than this is broken as a whole.
constexpr std::size_t max_complaints = 100;
constexpr int max_depth = 500;

class Verifier {
public:
    explicit Verifier(const FxGraph& graph)
        : m_graph(graph),
          m_visible(graph.values.size(), false),
          m_listed(graph.nodes.size(), 0),
          m_entered(graph.blocks.size(), 0)
    {}

    std::vector<std::string> verify()
    {
        check_frames();
        check_names();
        if (m_graph.blocks.empty()) {
            complain("there is no main block");
            return std::move(m_complaints);
        }
        const FxBlock& main = m_graph.blocks[FxGraph::main_block];
        if (!main.params.empty() || !main.results.empty())
            complain("the main block has parameters or results");
        if (main.nodes.empty() || main.nodes.back() >= m_graph.nodes.size() ||
            m_graph.nodes[main.nodes.back()].kind != FxKind::Output)
            complain("the main block does not end with an output node");
        check_block(FxGraph::main_block, no_index, 0);
        for (FxNodeId id = 0; id < m_graph.nodes.size(); ++id)
            if (m_listed[id] != 1)
                complain("{} is listed {} times", describe(id), m_listed[id]);
        for (FxBlockId id = 0; id < m_graph.blocks.size(); ++id)
            if (m_entered[id] == 0)
                complain("block {} belongs to no node", id);
        return std::move(m_complaints);
    }

private:
    template <class... Args>
    void complain(fmt::format_string<Args...> format, Args&&... args)
    {
        if (m_complaints.size() < max_complaints)
            m_complaints.push_back(fmt::format(format, std::forward<Args>(args)...));
    }

    std::string describe(FxNodeId id) const
    {
        const FxNode& node = m_graph.nodes[id];
        return fmt::format("node {} ({}[{}])", id, to_string(node.kind), node.target);
    }

    void check_frames()
    {
        for (FrameId id = 0; id < m_graph.frames.size(); ++id) {
            const CallFrame& frame = m_graph.frames[id];
            if (id == 0 && frame.parent != no_index)
                complain("frame 0 has a parent");
            if (id > 0 && frame.parent >= id)
                complain("the parent of frame {} does not come before it", id);
            if (frame.call_site != no_index && frame.call_site >= m_graph.sources.size())
                complain("frame {} names source {}, which does not exist", id, frame.call_site);
        }
        if (m_graph.frames.empty())
            complain("there is no frame 0");
    }

    void check_names()
    {
        std::unordered_map<std::string_view, FxValueId> names;
        for (FxValueId id = 0; id < m_graph.values.size(); ++id) {
            const std::string& name = m_graph.values[id].name;
            if (name.empty())
                complain("value {} has no name", id);
            else if (const auto [it, inserted] = names.emplace(name, id); !inserted)
                complain("values {} and {} are both called '%{}'", it->second, id, name);
        }
    }

    void check_use(FxValueId value, const std::string& user)
    {
        if (value >= m_graph.values.size())
            complain("{} uses value {}, which does not exist", user, value);
        else if (!m_visible[value])
            complain("{} uses '%{}', which is not defined before it", user,
                     m_graph.values[value].name);
    }

    void check_arg(const FxArg& arg, const std::string& user)
    {
        visit_arg(arg, [&](const FxArg& item) {
            if (const FxRef* ref = item.ref())
                check_use(ref->value, user);
        });
    }

    void check_block(FxBlockId id, FxNodeId owner, int depth)
    {
        if (id >= m_graph.blocks.size()) {
            complain("{} has block {}, which does not exist", describe(owner), id);
            return;
        }
        if (++m_entered[id] > 1) {
            complain("block {} belongs to several nodes", id);
            return;
        }
        if (depth > max_depth) {
            complain("block {} is nested too deeply", id);
            return;
        }
        const FxBlock& block = m_graph.blocks[id];
        if (block.owner != owner)
            complain("block {} names another owner", id);
        std::vector<FxValueId> defined;
        for (std::size_t i = 0; i < block.params.size(); ++i) {
            const FxValueId param = block.params[i];
            if (param >= m_graph.values.size()) {
                complain("parameter {} of block {} does not exist", i, id);
                continue;
            }
            const FxValue& value = m_graph.values[param];
            if (value.node != no_index || value.index != i || value.block != id)
                complain("'%{}' does not say that it is parameter {} of block {}", value.name, i,
                         id);
            define(param, defined);
        }
        for (std::size_t i = 0; i < block.nodes.size(); ++i) {
            if (block.nodes[i] >= m_graph.nodes.size()) {
                complain("block {} lists node {}, which does not exist", id, block.nodes[i]);
                continue;
            }
            const bool last = id == FxGraph::main_block && i + 1 == block.nodes.size();
            check_node(block.nodes[i], id, last, depth, defined);
        }
        for (const FxArg& result : block.results)
            check_arg(result, fmt::format("the return of block {}", id));
        for (FxValueId value : defined)
            m_visible[value] = false;
    }

    void define(FxValueId id, std::vector<FxValueId>& defined)
    {
        if (m_visible[id])
            complain("'%{}' is defined twice", m_graph.values[id].name);
        m_visible[id] = true;
        defined.push_back(id);
    }

    void check_node(FxNodeId id, FxBlockId block, bool last, int depth,
                    std::vector<FxValueId>& defined)
    {
        if (++m_listed[id] > 1)
            return; // told at the end
        const FxNode& node = m_graph.nodes[id];
        const std::string self = describe(id);
        if (node.block != block)
            complain("{} does not say that it is in block {}", self, block);
        if (node.frame >= m_graph.frames.size())
            complain("{} names frame {}, which does not exist", self, node.frame);
        if (node.source != no_index && node.source >= m_graph.sources.size())
            complain("{} names source {}, which does not exist", self, node.source);
        visit_uses(node, [&](FxValueId value) { check_use(value, self); });
        if (node.kind == FxKind::Output && !last)
            complain("{} is not the last node of the main block", self);
        if (node.kind == FxKind::Output && !node.outputs.empty())
            complain("{} defines values", self);
        if (node.kind == FxKind::Placeholder && block != FxGraph::main_block)
            complain("{} is not in the main block", self);
        if ((node.kind == FxKind::Placeholder || node.kind == FxKind::GetAttr) &&
            node.outputs.size() != 1)
            complain("{} defines {} values, not 1", self, node.outputs.size());
        check_bodies(id, self);
        for (FxBlockId body : node.blocks)
            check_block(body, id, depth + 1);
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const FxValueId output = node.outputs[i];
            if (output >= m_graph.values.size()) {
                complain("output {} of {} does not exist", i, self);
                continue;
            }
            const FxValue& value = m_graph.values[output];
            if (value.node != id || value.index != i || value.block != block)
                complain("'%{}' does not say that it is output {} of {}", value.name, i, self);
            define(output, defined);
        }
    }

    void check_bodies(FxNodeId id, const std::string& self)
    {
        const FxNode& node = m_graph.nodes[id];
        const bool is_if = node.kind == FxKind::CallFunction && node.target == "prim::If";
        const bool is_loop = node.kind == FxKind::CallFunction && node.target == "prim::Loop";
        const std::size_t wanted = is_if ? 2 : is_loop ? 1 : 0;
        if (node.blocks.size() != wanted) {
            complain("{} has {} blocks, not {}", self, node.blocks.size(), wanted);
            return;
        }
        if (is_if && node.args.size() != 1)
            complain("{} has {} arguments, not 1", self, node.args.size());
        if (is_loop && node.args.size() != node.outputs.size() + 2)
            complain("{} carries {} values, but has {} arguments", self, node.outputs.size(),
                     node.args.size());
        const std::size_t extra = is_loop ? 1 : 0;
        for (FxBlockId body : node.blocks) {
            if (body >= m_graph.blocks.size())
                continue; // told where the block is entered
            const FxBlock& block = m_graph.blocks[body];
            const std::size_t params = is_loop ? node.outputs.size() + 1 : 0;
            if (block.params.size() != params)
                complain("block {} of {} has {} parameters, not {}", body, self,
                         block.params.size(), params);
            if (block.results.size() != node.outputs.size() + extra)
                complain("block {} of {} returns {} values, not {}", body, self,
                         block.results.size(), node.outputs.size() + extra);
        }
    }

    const FxGraph& m_graph;
    std::vector<bool> m_visible; ///< values in scope
    std::vector<int> m_listed;   ///< how often a block lists each node
    std::vector<int> m_entered;  ///< how often a node has each block
    std::vector<std::string> m_complaints;
};

} // namespace

std::vector<std::string> verify_fx(const FxGraph& graph)
{
    return Verifier(graph).verify();
}

} // namespace strata
