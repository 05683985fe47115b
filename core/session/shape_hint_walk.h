#pragma once

#include "session/shape_hint_axes.h"
#include "session/shape_hints.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata {

/// What `shape_hints` does, over the nodes forward and backward: a rule for each family of
/// operators (`shape_hints.cpp`: with weights; `shape_hint_views.cpp`: without). The program must
/// outlive it.
class ShapeHintWalk {
public:
    explicit ShapeHintWalk(const Program& program)
        : m_program(program),
          m_graph(program.graph),
          m_hints(program.graph.values.size())
    {}

    std::vector<ShapeHint> run()
    {
        // What a body is told reaches what it was made of one round later.
        const int rounds = m_graph.blocks.size() > 1 ? 4 : 2;
        for (int round = 0; round < rounds; ++round) {
            m_last_round = round + 1 == rounds;
            for (const FxNode& node : m_graph.nodes)
                if (node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod)
                    visit(node, true);
            for (std::size_t i = m_graph.nodes.size(); i-- > 0;)
                if (const FxNode& node = m_graph.nodes[i];
                    node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod)
                    visit(node, false);
        }
        return std::move(m_hints);
    }

private:
    using Dims = std::vector<std::int64_t>;

    // Arguments.
    const FxNode* maker(const FxArg& arg) const
    {
        const FxRef* ref = arg.ref();
        if (!ref || m_graph.values[ref->value].node == no_index)
            return nullptr;
        return &m_graph.nodes[m_graph.values[ref->value].node];
    }
    const Tensor* weight(const FxArg& arg) const
    {
        const FxNode* node = maker(arg);
        if (!node || node->kind != FxKind::GetAttr || node->tensor >= m_program.tensors.size())
            return nullptr;
        return &m_program.tensors[node->tensor];
    }
    const Tensor* weight(const FxNode& node, std::size_t i) const
    {
        return i < node.args.size() ? weight(node.args[i]) : nullptr;
    }
    const std::string& weight_name(const FxArg& arg) const { return maker(arg)->target; }
    ShapeHint* hint(const FxArg& arg)
    {
        const FxRef* ref = arg.ref();
        return ref && !weight(arg) ? &m_hints[ref->value] : nullptr;
    }
    ShapeHint* hint(const FxNode& node, std::size_t i)
    {
        return i < node.args.size() ? hint(node.args[i]) : nullptr;
    }
    static std::optional<std::int64_t> integer(const FxNode& node, std::size_t i)
    {
        if (i >= node.args.size())
            return std::nullopt;
        const auto* value = std::get_if<std::int64_t>(&node.args[i].value);
        return value ? std::optional(*value) : std::nullopt;
    }
    static const FxArg::List* list(const FxNode& node, std::size_t i)
    {
        return i < node.args.size() ? std::get_if<FxArg::List>(&node.args[i].value) : nullptr;
    }
    static Dims integers(const FxNode& node, std::size_t i)
    {
        Dims values;
        if (const FxArg::List* items = list(node, i))
            for (const FxArg& item : *items)
                if (const auto* value = std::get_if<std::int64_t>(&item.value))
                    values.push_back(*value);
        return values;
    }

    static void tell(ShapeHint* to, const ShapeHint& what)
    {
        if (to)
            to->merge(what);
    }
    static ShapeHint of_rank(std::size_t rank)
    {
        ShapeHint made;
        made.rank = rank;
        return made;
    }
    /// A hint that a weight gives.
    ShapeHint from(const FxArg& arg) const
    {
        ShapeHint made;
        const Tensor* tensor = weight(arg);
        if (tensor && is_floating_point(tensor->dtype))
            made.dtype = tensor->dtype;
        made.because = weight_name(arg);
        return made;
    }
    static ShapeHint index_of_rank(std::optional<std::size_t> rank)
    {
        ShapeHint made;
        made.dtype = DType::Int64;
        made.is_index = true;
        made.rank = rank;
        return made;
    }

    /// Two names of one value.
    void same(FxValueId value, const FxArg& other)
    {
        if (ShapeHint* of = hint(other); of && other.ref()->value != value) {
            m_hints[value].merge(*of);
            of->merge(m_hints[value]);
            const FxValueId source = other.ref()->value;
            const auto known = [&](FxValueId id) {
                const auto it = m_items.find(id);
                return it == m_items.end() ? std::size_t{0} : it->second.size();
            };
            for (std::size_t i = 0; i < std::max(known(value), known(source)); ++i)
                exchange(item(value, i), item(source, i));
        }
    }
    /// Of a tuple or list, made on demand.
    ShapeHint& item(FxValueId container, std::size_t at)
    {
        std::vector<ShapeHint>& items = m_items[container];
        if (at >= items.size())
            items.resize(at + 1);
        return items[at];
    }
    static void exchange(ShapeHint& a, ShapeHint& b)
    {
        a.merge(b);
        b.merge(a);
    }

    /// What a branch gives out, and what goes round in a loop. Values that come through unchanged
    /// first: what a branch makes of them (a batch of one, for instance) says less.
    void bodies(const FxNode& node)
    {
        const bool loop = node.target == "prim::Loop";
        if (!loop && node.target != "prim::If")
            return;
        const std::size_t skip = loop ? 1 : 0;
        for (const bool outside : {true, false})
            for (const FxBlockId id : node.blocks) {
                const FxBlock& block = m_graph.blocks[id];
                for (std::size_t i = 0; i < node.outputs.size() && i + skip < block.results.size();
                     ++i) {
                    const FxArg& result = block.results[i + skip];
                    const FxRef* ref = result.ref();
                    if (ref && (m_graph.values[ref->value].block != id) == outside)
                        same(node.outputs[i], result);
                    if (loop && outside && i + 2 < node.args.size() &&
                        i + 1 < block.params.size()) {
                        same(block.params[i + 1], node.args[i + 2]);
                        same(block.params[i + 1], result);
                    }
                }
            }
    }

    // Rules: true when they know the operator.
    void visit(const FxNode& node, bool forward);
    bool convolution(const FxNode& node, std::string_view op, ShapeHint& out);
    void features(ShapeHint* in, ShapeHint& out, const FxArg& w, std::int64_t taken,
                  std::int64_t made);
    static ShapeHint of(std::optional<std::size_t> rank);
    bool matrix(const FxNode& node, std::string_view op, ShapeHint& out);
    bool recurrent(const FxNode& node, std::string_view op, ShapeHint& out);
    bool normalization(const FxNode& node, std::string_view op, ShapeHint& out, bool forward);
    bool indices(const FxNode& node, std::string_view op, ShapeHint& out);
    bool containers(const FxNode& node, std::string_view op);
    bool joins(const FxNode& node, std::string_view op, ShapeHint& out, bool forward);
    /// Whether it may not run at all.
    bool in_branch(const FxNode& node) const;
    /// The operator names an axis, counted from the front.
    void has_axis(const FxNode& node, ShapeHint& in, std::int64_t axis) const;
    bool views(const FxNode& node, std::string_view op, ShapeHint& out, bool forward);
    /// Axis `i` of `in` is axis `o` of `out`.
    static void exchange(ShapeHint& in, std::size_t i, ShapeHint& out, std::size_t o,
                         std::size_t rank, bool forward);
    bool elementwise_of(const FxNode& node, ShapeHint& out, bool forward);
    void elementwise(const FxNode& node, std::string_view op, ShapeHint& out, bool forward);

    const Program& m_program;
    const FxGraph& m_graph;
    std::vector<ShapeHint> m_hints;
    std::map<FxValueId, std::vector<ShapeHint>> m_items; // of tuples and lists
    bool m_last_round = false;
    std::map<FxValueId, ShapeHint*> m_size_of; // lists of sizes, and of what
    std::map<std::pair<FxValueId, std::int64_t>, std::int64_t> m_least; // by value and axis
};

} // namespace strata
