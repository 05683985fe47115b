// Sorting the nodes of a model into a few classes that can be coloured: by operator type, by dtype,
// by evidence, ...
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "layout/display_tree.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class ColorBy : std::uint8_t {
    Confidence, ///< one class per kind of evidence, ordered by confidence
    Category,
    OperatorType,
    DType,          ///< of the first output
    ParameterBytes, ///< of the initializers it reads, in powers of 32
    ExecutionTime,  ///< in the run of the source that was measured, in powers of 10; node_times.h
    ParityError,    ///< relative difference from PyTorch, in powers of 10, and what is beyond the
                    ///< tolerances; ir/node_parity.h
    Difference      ///< what a comparison found; its classes are given, not computed
};
/// Those that can be chosen: all but Difference. ExecutionTime says nothing without a measured run,
/// ParityError nothing where nodes were not compared.
inline constexpr std::size_t color_by_count = 7;
/// "confidence", "category", "operator", "dtype", "bytes", "time", "parity", "difference"
std::string_view to_string(ColorBy by);

/// The classes of ColorBy::Difference, in this order.
enum class DifferenceClass : std::uint8_t { Same, Changed, Removed, Added, Fused };
inline constexpr std::size_t difference_class_count = 5;
std::string_view to_string(DifferenceClass difference); ///< "same", "changed", ...

/// More classes could not be told apart by their colours; the rarest share the last one.
inline constexpr std::size_t max_node_classes = 10;
using ClassCounts = std::array<std::uint32_t, max_node_classes>;

struct NodeClass {
    std::string key;         ///< "recorded", "torch_modules", "Conv", "float32"; empty: the rest
    std::uint64_t count = 0; ///< nodes
    /// ParameterBytes, ExecutionTime (in seconds), ParityError: from (inclusive) to (exclusive);
    /// equal: none.
    double low = 0, high = 0;
};

struct NodeClasses {
    ColorBy by = ColorBy::Confidence;
    bool ordered = false; ///< the classes are steps of a scale
    std::vector<NodeClass> classes;
    std::vector<std::uint8_t> of_node; ///< index into classes
    std::vector<ClassCounts> of_group; ///< nodes of each class in a group, own and below
};

/// Linear in nodes and groups. Equal counts are ordered by name, so that the same model always gets
/// the same colours. Fails only when cancelled.
Result<NodeClasses> classify_nodes(const Inspection& inspection, const DisplayTree& tree,
                                   ColorBy by, TaskContext& task);

/// The classes of a comparison; `of_node` is parallel to the model's nodes. Fails only when
/// cancelled.
Result<NodeClasses> mark_differences(const DisplayTree& tree,
                                     const std::vector<DifferenceClass>& of_node,
                                     TaskContext& task);

/// Some of the nodes, with how many of them each group holds: what a filter leaves.
struct NodeSubset {
    std::vector<bool> nodes;
    std::vector<std::uint32_t> in_group; ///< own and below
    std::size_t count = 0;
};
/// Fails only when cancelled.
Result<NodeSubset> make_subset(const DisplayTree& tree, std::vector<bool> nodes, TaskContext& task);

} // namespace strata
