// The true module of every node, read from what an exporter recorded in the file, independently of
// the code that is measured.
#pragma once

#include "ir/onnx_model.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace accuracy {

/// named_modules() of the model as PyTorch itself listed it (meta.json of the zoo).
struct KnownModules {
    std::set<std::string> fqns;
    bool legacy_wrapped = false; ///< the TorchScript-based exporter saw the model below "model."
};
KnownModules read_known_modules(const std::filesystem::path& meta);

/// Parallel to OnnxModel::nodes: FQNs that are right for the node; empty: nothing is known, the
/// node is not counted. More than one only for nodes that an optimiser fused.
using Truth = std::vector<std::vector<std::string>>;

/// From metadata: Strata's `strata.module`, or PyTorch's `pkg.torch.onnx.name_scopes`.
Truth truth_from_metadata(const strata::OnnxModel& model);
/// From the scopes that the TorchScript-based exporter spells in node names, resolved against the
/// known modules. Names that do not resolve tell nothing. Where the exporter saw the model below a
/// wrapper, the file's own names have the wrapper's "model." and the source's have not:
/// `with_wrapper` chooses which of them are the truth.
Truth truth_from_names(const strata::OnnxModel& model, const KnownModules& known,
                       bool with_wrapper);
/// Of an optimised copy whose values kept their names: the modules of all original nodes between
/// the node's inputs and its outputs (what the optimiser merged into it). Nodes whose outputs the
/// original does not have are not counted.
Truth truth_after_optimization(const strata::OnnxModel& original, const Truth& truth,
                               const strata::OnnxModel& optimized);

/// Does the truth name any module but the root?
bool says_something(const Truth& truth);

} // namespace accuracy
