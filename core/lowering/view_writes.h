// Writes through views: which in-place operations can be stated by rebinding a name, and which
// cannot.
#pragma once

#include "ir/fx_graph.h"
#include "lowering/memory_layout.h"

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// True for targets that write into their first argument ("aten::relu_", "aten::copy_").
bool is_in_place(std::string_view target);
/// True for those among them that leave the elements as they are and change the tensor's shape
/// ("aten::transpose_").
bool changes_form(std::string_view target);
/// True for targets whose result shares memory with their first argument ("aten::view",
/// "aten::select.int").
bool is_view(std::string_view target);

/// Knows for every value which others may share its memory and when each is last used.
class ViewUses {
public:
    explicit ViewUses(const FxGraph& graph);
    /// A write reaches everything that shares memory with the written tensor. Through exact views
    /// (view_scatter.h) the lowering follows it; this returns the name of a value that is used
    /// later and that the write may reach in another way (reshape, which copies or does not), or
    /// nothing when there is none.
    std::string conflict(FxNodeId in_place_node, FxValueId written) const;
    /// In a loop, later iterations are after it, too.
    bool is_used_after(FxValueId value, FxNodeId node) const { return m_last_use[value] > node; }
    /// The list of what chunk() and the like give: its items are views, itself is none.
    bool is_list_of_views(FxValueId value) const;
    /// Something is written in place, or into a tensor that is given.
    bool has_writes() const { return m_has_writes; }
    /// What is known by now of an operator that copies or does not: whether `value` shares memory
    /// with `base`.
    void decide(FxValueId value, FxValueId base, Sharing sharing);
    /// Writes to one of the two are followed to the other.
    bool is_exact(FxValueId value, FxValueId base) const;
    /// Says that `value` may be `base` itself, as a result of a branch that is decided by data may;
    /// `exact`: it certainly is, and the lowering follows writes from one to the other.
    void link(FxValueId value, FxValueId base, bool exact = false);

private:
    struct Link {
        FxValueId to;
        bool exact;         ///< the lowering follows writes through it
        bool apart = false; ///< it turned out to be a copy
    };
    FxNodeId maker(FxValueId value) const;
    const FxGraph& m_graph;
    bool m_has_writes = false;
    std::vector<FxNodeId> m_last_use;       // per value; 0 when never used
    std::vector<std::vector<Link>> m_bases; // per value: what it is a view of
    std::vector<std::vector<Link>> m_views; // per value: its direct views
};

} // namespace strata
