// What stands in a box, and how large that makes it.
#pragma once

#include "ir/inspection.h"
#include "layout/display_tree.h"
#include "layout/scene.h"
#include "layout/text_metrics.h"

#include <string>

namespace strata {

/// Measures of the drawing that layout and painter share; pixels at 100 %.
struct BoxMeasures {
    static constexpr double padding = 10.0;
    static constexpr double bar = 5.0;           ///< confidence bar at an operator's left
    static constexpr double operator_row = 28.0; ///< title row of an operator
    static constexpr double group_height = 58.0;
    static constexpr double badge = 18.0;  ///< the +/− in groups and containers
    static constexpr double header = 34.0; ///< of an open container
    static constexpr double container_padding = 18.0;
    static constexpr double max_text = 240.0;
    static constexpr double port_height = 18.0;
    static constexpr double max_port_text = 110.0;
    static constexpr std::size_t max_lines = 5;
};

/// "1×64×h×w", "?" for unknown dimensions; empty for scalars and unknown ranks; the type's text
/// for kinds other than tensors.
std::string shape_text(const OnnxModel& model, ValueId value);
/// The last piece of a name: "weight" of "layer1.0.conv1.weight".
std::string_view local_name(std::string_view name);

/// Boxes with texts and size; position, parent and depth are the caller's.
SceneBox operator_box(const Inspection& inspection, NodeId node, const TextMetrics& metrics);
SceneBox group_box(const Inspection& inspection, const DisplayTree& tree, GroupId group,
                   const TextMetrics& metrics);
SceneBox terminal_box(const Inspection& inspection, const DisplayTerminal& terminal,
                      const TextMetrics& metrics);
/// How wide an open group must be for its header.
double header_width(const SceneBox& container, const TextMetrics& metrics);

} // namespace strata
