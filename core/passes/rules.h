// Rewriting rules: small functions that look at one node and what is before it. Internal to
// core/passes.
#pragma once

#include "passes/rewriter.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace strata {

/// Looks at a live node of ai.onnx; true when it changed something. A rule never adds nodes: it
/// makes the last node of a pattern do the work of the others.
using RewriteRule = bool (*)(Rewriter&, NodeId);
struct RuleEntry {
    std::string_view op;
    RewriteRule rule;
};

/// Applies the rules to every node, in the order of execution, until none has anything to do (or a
/// fixed number of rounds is over). True when something changed. Linear in the model.
bool apply_rules(OnnxModel& model, ValueFacts& facts,
                 std::initializer_list<std::span<const RuleEntry>> groups);

// The groups.
std::span<const RuleEntry> no_op_rules();     ///< nodes whose result is their input
std::span<const RuleEntry> clamp_rules();     ///< chains of Relu and Clip
std::span<const RuleEntry> reshape_rules();   ///< chains of Reshape, Squeeze, Unsqueeze, Flatten
std::span<const RuleEntry> transpose_rules(); ///< chains of Transpose
std::span<const RuleEntry> slice_rules();     ///< Slice, Concat, Split, Gather
std::span<const RuleEntry> cast_rules();      ///< chains of Cast
std::span<const RuleEntry> expand_rules();    ///< Expand where the reader broadcasts anyway
std::span<const RuleEntry> gemm_rules();      ///< MatMul, Add, Transpose into Gemm, and back
std::span<const RuleEntry> padding_rules();   ///< Pad into Conv

// What rules share.

/// Whether both shapes are known to be the same, symbols included.
bool same_shape(const Rewriter& rewriter, ValueId a, ValueId b);
/// Readers of the node's only output read `value` instead, of which the type must be the same;
/// whoever makes it takes over the origins. False where the graph gives out the result and nothing
/// can take its name.
bool bypass(Rewriter& rewriter, NodeId node, ValueId value);
/// The node's permutation, whether written out or the default one; nothing without a rank.
std::optional<std::vector<std::int64_t>> permutation_of(const Rewriter& rewriter, NodeId node);
/// An attribute or, from some opset on, an input; nothing when it is computed. Empty when left out.
std::optional<std::vector<std::int64_t>> ints_of(const Rewriter& rewriter, NodeId node,
                                                 std::string_view attribute, std::size_t input);

} // namespace strata
