// Layout of one level of the hierarchy: boxes in layers from top to bottom, edges between them.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "layout/geometry.h"

#include <cstdint>
#include <vector>

namespace strata {

struct LevelBox {
    /// Where in the drawing it must be: the ends of edges that come through the container's border.
    enum class Pin : std::uint8_t { None, Top, Bottom };
    double width = 0.0;
    double height = 0.0;
    Pin pin = Pin::None;
    /// Parts at the sides that belong to the box but that edges do not attach to.
    double inset_left = 0.0;
    double inset_right = 0.0;

    /// Middle of the part between the insets, from the box's centre.
    double center_offset() const { return (inset_left - inset_right) / 2; }
};

struct LevelEdge {
    std::uint32_t from = 0; ///< index into LevelInput::boxes
    std::uint32_t to = 0;   ///< equal to `from`: ignored, its route stays empty
    /// Where it leaves and enters, from the box's left edge; negative: chosen by the layout.
    double from_x = -1.0;
    double to_x = -1.0;
    /// Edges of one box with the same tail leave it at the same point (one value, many readers).
    std::uint32_t tail = 0;
};

struct LevelInput {
    std::vector<LevelBox> boxes;
    std::vector<LevelEdge> edges;
};

struct LevelRoute {
    std::vector<Point> points; ///< cubic Bézier, 1 + 3 n points; empty for self-loops
    Point label_at;            ///< where a label disturbs least
    bool backward = false;     ///< goes up, to close a cycle
};

struct LevelLayout {
    std::vector<Point> positions;   ///< top left corners; parallel to the boxes
    std::vector<LevelRoute> routes; ///< parallel to the edges
    double width = 0.0;
    double height = 0.0;
    bool used_graphviz = false;
};

struct LevelLimits {
    std::size_t max_boxes = 400;    ///< more: the fast layered layout
    std::size_t max_edges = 1200;   ///< likewise
    std::size_t max_crossed = 1500; ///< sum over the edges of the layers they pass through
};

/// Deterministic. Uses Graphviz's dot for what it does well in milliseconds, and an own layered
/// layout for the rest, as dot cannot be interrupted. Fails only when cancelled. Thread-safe;
/// Graphviz runs in one thread at a time.
Result<LevelLayout> layout_level(const LevelInput& input, TaskContext& task,
                                 const LevelLimits& limits = {});

} // namespace strata
