// What became of every FX node: nothing is unaccounted for.
#pragma once

#include "ir/fx_graph.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class FxFate : std::uint8_t {
    Unaccounted,
    Emitted,    ///< into `nodes` (for placeholders: into a graph input)
    Folded,     ///< into `initializer`
    Fused,      ///< into `nodes`, which other FX nodes made
    Eliminated, ///< by `rule`
    Unsupported ///< no lowering: an org.pytorch.aten node stands for it
};
std::string_view to_string(FxFate fate);

struct FxRecord {
    FxFate fate = FxFate::Unaccounted;
    std::vector<NodeId> nodes;
    std::string initializer; ///< name
    std::string rule;        ///< "identity", "dead code", "constant", ...
};

/// Parallel to FxGraph::nodes; empty when there is no FX graph.
struct FxAccounting {
    std::vector<FxRecord> records;

    std::size_t count(FxFate fate) const;
    bool closed() const { return count(FxFate::Unaccounted) == 0; }
};

} // namespace strata
