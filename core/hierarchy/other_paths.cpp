#include "hierarchy/other_paths.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowNode;
using align::Hash;

bool moves(const FlowNode& node)
{
    static const std::array<Hash, 4> parts{
        align::operator_class("Slice"), align::operator_class("Split"),
        align::operator_class("Gather"), align::operator_class("Squeeze")};
    return !node.constant && !node.shape &&
           (node.light || std::find(parts.begin(), parts.end(), node.op) != parts.end());
}

/// An operator of the source and where its nodes are in the file.
struct Call {
    ModuleId module = no_module;
    std::set<ModuleId> owners;    ///< modules below, never called, whose parameters it reads
    std::map<Hash, unsigned> own; ///< how it moves data
    std::uint32_t first = no_id;  ///< order of the aligned nodes
    std::uint32_t last = 0;
};

/// A Reshape that optimisers put before and behind a Gemm in place of a product.
bool is_beside_product(const FlowGraph& graph, const FlowNode& node)
{
    static const Hash reshape = align::operator_class("Reshape");
    static const Hash product = align::operator_class("MatMul");
    const auto is_product = [&](NodeId id) {
        return id != no_id && graph.nodes[id].op == product && graph.nodes[id].data_inputs == 1;
    };
    return node.op == reshape &&
           ((!node.inputs.empty() && is_product(node.inputs.front().node)) ||
            std::any_of(node.uses.begin(), node.uses.end(),
                        [&](const align::FlowUse& use) { return is_product(use.node); }));
}

/// The product with a weight that the node is, or adds a bias to; no_id for others.
NodeId product_at(const FlowGraph& graph, NodeId id)
{
    static const Hash product = align::operator_class("MatMul");
    static const Hash add = align::operator_class("Add");
    const FlowNode& node = graph.nodes[id];
    if (node.op == product)
        return node.data_inputs == 1 ? id : no_id;
    if (node.op == add)
        for (const align::FlowInput& input : node.inputs)
            if (input.node != no_id && graph.nodes[input.node].op == product &&
                graph.nodes[input.node].data_inputs == 1)
                return input.node;
    return no_id;
}

/// Are axes turned right before the node?
bool is_turned_before(const FlowGraph& graph, NodeId id)
{
    static const Hash transpose = align::operator_class("Transpose");
    constexpr int longest = 8;
    for (int i = 0; i < longest; ++i) {
        NodeId before = no_id;
        for (const align::FlowInput& input : graph.nodes[id].inputs)
            if (input.node != no_id && !graph.nodes[input.node].constant &&
                !graph.nodes[input.node].shape && graph.nodes[input.node].light)
                before = input.node;
        if (before == no_id)
            return false;
        if (graph.nodes[before].op == transpose)
            return true;
        id = before;
    }
    return false;
}

/// Does the file move data in ways that the operator does not have?
bool differs(const Call& call, const FlowGraph& left)
{
    std::map<Hash, unsigned> found;
    for (const NodeId id : left.topological) {
        const FlowNode& node = left.nodes[id];
        if (node.order >= call.first && node.order <= call.last && moves(node) &&
            !is_beside_product(left, node))
            ++found[node.op];
    }
    // What conversions add themselves.
    static const std::array<Hash, 3> added{align::operator_class("Cast"),
                                           align::operator_class("Identity"),
                                           align::operator_class("Dropout")};
    return std::any_of(found.begin(), found.end(), [&](const auto& item) {
        const auto it = call.own.find(item.first);
        return std::find(added.begin(), added.end(), item.first) == added.end() &&
               (it == call.own.end() || item.second > it->second);
    });
}

} // namespace

OtherPaths find_other_paths(const OnnxModel& file, const FlowGraph& left,
                            const OnnxModel& reference, const FlowGraph& right,
                            const std::vector<align::Match>& aligned, const Program& source,
                            const std::vector<ModuleId>& owners)
{
    const ModuleTree& modules = source.modules;
    std::vector<bool> called(modules.size(), false);
    for (const CallFrame& frame : source.graph.frames)
        if (frame.module < called.size())
            called[frame.module] = true;
    std::map<FxNodeId, Call> calls;
    const auto fx_of = [&](NodeId id) {
        return id < reference.provenance.size() ? reference.provenance[id].fx : no_index;
    };
    const auto module_of = [&](NodeId id) {
        const FrameId frame = reference.provenance[id].frame;
        return frame < source.graph.frames.size() ? source.graph.frames[frame].module : no_module;
    };
    for (NodeId id = 0; id < reference.nodes.size(); ++id) {
        const FxNodeId fx = fx_of(id);
        if (fx >= source.graph.nodes.size() || module_of(id) >= modules.size())
            continue;
        for (const std::uint32_t tensor : right.nodes[id].tensors) {
            const ModuleId owner = owners[tensor];
            if (owner == no_module || owner == module_of(id) || called[owner] ||
                !modules.is_ancestor_or_self(module_of(id), owner))
                continue;
            Call& call = calls[fx];
            call.module = module_of(id);
            call.owners.insert(owner);
        }
    }
    std::erase_if(calls, [](const auto& item) { return item.second.owners.size() < 2; });
    OtherPaths result;
    if (calls.empty())
        return result;
    for (NodeId id = 0; id < reference.nodes.size(); ++id)
        if (const auto it = calls.find(fx_of(id)); it != calls.end() && moves(right.nodes[id]))
            ++it->second.own[right.nodes[id].op];
    for (NodeId id = 0; id < aligned.size(); ++id)
        if (const auto it = aligned[id].reference == no_id
                                ? calls.end()
                                : calls.find(fx_of(aligned[id].reference));
            it != calls.end()) {
            it->second.first = std::min(it->second.first, left.nodes[id].order);
            it->second.last = std::max(it->second.last, left.nodes[id].order);
        }
    result.nodes.resize(file.nodes.size(), false);
    std::set<FxNodeId> turned; // calls that work on data with other axes than in the file
    for (NodeId id = 0; id < aligned.size(); ++id) {
        const NodeId other = aligned[id].reference;
        if (other == no_id || !calls.contains(fx_of(other)) || left.nodes[id].tensors.empty())
            continue;
        const NodeId mine = product_at(left, id);
        const NodeId theirs = product_at(right, other);
        if (mine != no_id && theirs != no_id && is_turned_before(left, mine) &&
            !is_turned_before(right, theirs))
            turned.insert(fx_of(other));
    }
    // An export takes one path for all calls of an operator.
    std::set<std::string> spelled_out;
    for (const auto& [fx, call] : calls)
        if (turned.contains(fx) || differs(call, left))
            spelled_out.insert(source.graph.nodes[fx].target);
    std::erase_if(calls, [&](const auto& item) {
        return !spelled_out.contains(source.graph.nodes[item.first].target);
    });
    for (const auto& [fx, call] : calls)
        result.modules.push_back(call.module);
    std::sort(result.modules.begin(), result.modules.end());
    result.modules.erase(std::unique(result.modules.begin(), result.modules.end()),
                         result.modules.end());
    for (NodeId id = 0; id < aligned.size(); ++id)
        result.nodes[id] =
            aligned[id].reference != no_id && calls.contains(fx_of(aligned[id].reference));
    return result;
}

ModuleId worker_of(const Program& source, ModuleId owner)
{
    const ModuleId parent = source.modules[owner].parent;
    if (parent == no_module || !source.modules[owner].children.empty())
        return owner;
    const auto& own = source.modules[parent].tensors;
    const bool reads_own = std::any_of(
        own.begin(), own.end(), [](const ModuleTensor& tensor) { return tensor.is_parameter; });
    return reads_own ? parent : owner;
}

} // namespace strata
