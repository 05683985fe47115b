// Copies a graph node by node, so that what derives from it can put something else in a node's
// place.
#pragma once

#include "ir/fx_graph.h"

#include <vector>

namespace strata {

/// Frames and sources keep their ids; nodes, values and blocks get new ones. Linear in the graph.
class FxCopier {
public:
    /// `from` must outlive the copier.
    explicit FxCopier(const FxGraph& from);
    virtual ~FxCopier() = default;
    FxCopier(const FxCopier&) = delete;
    FxCopier& operator=(const FxCopier&) = delete;

    FxGraph run();

protected:
    /// Puts something else in the node's place and binds its outputs; false: copy it as it is.
    virtual bool replace(FxNodeId node, FxBlockId to) = 0;

    const FxGraph& from() const { return m_from; }
    FxGraph& to() { return m_to; }
    /// What stands in the copy for an argument of the original.
    FxArg copy_arg(const FxArg& arg) const;
    /// Uses of the original's value become `stands_for`, an argument of the copy.
    void bind(FxValueId original, FxArg stands_for) { m_values[original] = std::move(stands_for); }

private:
    void copy_block(FxBlockId original, FxBlockId to);
    void copy_node(FxNodeId id, FxBlockId to);

    const FxGraph& m_from;
    FxGraph m_to;
    std::vector<FxArg> m_values; ///< what stands for each value of the original
};

} // namespace strata
