// torch.vmap in exported programs: operators on values with dimensions that they do not see.
//
// A program that calls torch.vmap is exported with the calls that enter and leave a level, give a
// tensor's dimension to it and take it back (torch/_functorch/predispatch.py); between them, the
// recorded shapes and dimension numbers are those of one element. Here every such value becomes a
// plain tensor whose first dimensions are its levels', outermost level first ("physical"), followed
// by the dimensions that the program knows ("logical"), and operators are rewritten to match. What
// has no rule becomes "vmap::NAME", which no lowering knows, so that it is refused and never wrong;
// where it can, the reader takes a loop over the elements in place of it (vmap_loop.cpp).
#pragma once

#include "ir/fx_graph.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace strata::pt2 {

/// The values of one program that have hidden dimensions, and the rules for operators on them.
class BatchedValues {
public:
    /// Appends a node with one result to the graph.
    using Emit = std::function<FxArg(std::string target, std::vector<FxArg> args, FxType type)>;
    using Levels = std::vector<std::int64_t>; ///< ascending

    /// The graph must outlive this.
    explicit BatchedValues(const FxGraph& graph) : m_graph(graph) {}

    /// vmap begins: a level of this many elements (a number, or a symbolic size).
    void enter_level(FxArg size);
    void leave_level();
    bool is_open() const { return !m_open.empty(); }
    /// Values from this one on are no more; no level is open.
    void forget(FxValueId first);
    /// Whether `rewrite` had no rule for the node.
    static bool is_refused(const FxNode& node) { return node.target.starts_with("vmap::"); }

    /// `dim` of the tensor is hidden from what follows.
    FxArg hide(const FxArg& tensor, std::int64_t dim, std::int64_t level, const FxType& logical,
               const Emit& emit);
    /// The level's dimension stands at `dim` of the result again.
    FxArg show(const FxArg& tensor, std::int64_t level, std::int64_t dim, const FxType& logical,
               const Emit& emit);

    bool is_batched(const FxArg& arg) const { return !levels_of(arg).empty(); }
    /// Whether an argument of the node has hidden dimensions.
    bool concerns(const FxNode& node) const;
    /// What the call becomes: either the value that stands for its result, or the node itself,
    /// rewritten, with physical result types; then `mark` has to be told of its outputs.
    std::optional<FxArg> rewrite(FxNode& node, std::vector<FxType>& types, const Emit& emit);
    /// `value`, an output of the node rewritten last, is a tensor of this logical type.
    void mark(FxValueId value, FxType logical);
    /// With the hidden dimensions of the node rewritten last.
    FxType physical(const FxType& logical) const { return physical(m_union, logical); }

private:
    struct Level {
        FxArg size;
        FxDim dim;
    };
    struct Batched {
        Levels levels;
        FxType logical;
    };

    const Levels& levels_of(const FxArg& arg) const;
    const FxType& logical_of(const FxArg& arg) const;
    std::size_t rank_of(const FxArg& arg) const { return logical_of(arg).shape->size(); }
    bool is_tensor(const FxArg& arg) const;
    const Level& open_level(std::int64_t number) const; ///< stops where there is none
    FxType physical(const Levels& levels, const FxType& logical) const;
    FxArg keep(FxArg value, Levels levels, FxType logical);
    FxArg permuted(const FxArg& arg, const std::vector<std::size_t>& order, Levels levels,
                   FxType logical, const Emit& emit);

    /// The tensor with all of `levels` (one element where it has not that level) and `rank` logical
    /// dimensions, by dimensions of one element in front. Tensors without levels stay: they
    /// broadcast.
    FxArg aligned(const FxArg& arg, const Levels& levels, std::size_t rank, const Emit& emit);
    /// The same, with the levels' whole sizes.
    FxArg spread(const FxArg& arg, const Levels& levels, std::size_t rank, const Emit& emit);

    // vmap_rules.cpp: true when the node is rewritten
    bool elementwise(FxNode& node, const FxType& result, const Emit& emit);
    bool by_dimension(FxNode& node);
    bool of_everything(FxNode& node, const Emit& emit);
    bool by_sizes(FxNode& node, const Emit& emit);
    bool joining(FxNode& node, const Emit& emit);
    bool one_batch_less(FxNode& node) const;
    // Those that become another value.
    std::optional<FxArg> product(FxNode& node, const FxType& result, const Emit& emit);
    std::optional<FxArg> indexing(FxNode& node, const FxType& result, const Emit& emit);
    std::optional<FxArg> through_one_batch(FxNode& node, const FxType& result, const Emit& emit);

    const FxGraph& m_graph;
    std::vector<std::int64_t> m_open; ///< levels that are open now
    std::map<std::int64_t, Level> m_levels;
    std::unordered_map<FxValueId, Batched> m_values;
    Levels m_union; ///< of the arguments of the node that is being rewritten
};

} // namespace strata::pt2
