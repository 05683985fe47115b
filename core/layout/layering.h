// Layers of a level: boxes and the places where long edges pass between them.
#pragma once

#include "layout/level_layout.h"

#include <cstdint>
#include <vector>

namespace strata {

/// One place in a layer: a box, or the bend of a long edge.
struct LayerSlot {
    std::uint32_t box = static_cast<std::uint32_t>(-1); ///< no box: a bend
    std::uint32_t edge = static_cast<std::uint32_t>(-1);
    std::uint32_t layer = 0;
    double width = 0.0;
    double x = 0.0; ///< centre
};

/// Piece of an edge between two neighbouring layers. Offsets are from the slots' centres.
struct LayerLink {
    std::uint32_t upper = 0, lower = 0; ///< slots
    double upper_offset = 0.0, lower_offset = 0.0;
};

struct Layering {
    std::vector<LayerSlot> slots;                   ///< the first ones are the boxes, in order
    std::vector<std::vector<std::uint32_t>> layers; ///< slots, left to right
    std::vector<LayerLink> links;
    std::vector<std::vector<std::uint32_t>> up, down; ///< links by slot
    std::vector<std::vector<std::uint32_t>> bends; ///< per edge: slots between its ends, downwards
};

inline constexpr double box_gap = 30.0;  ///< between neighbours in a layer
inline constexpr double bend_gap = 14.0; ///< between an edge and its neighbours

/// Longest-path layers; sources are pulled down to their readers; pinned boxes are alone in the
/// first and the last layer. Cycles are broken where a depth-first walk closes them.
std::vector<std::uint32_t> longest_path_layers(const LevelInput& input);

/// Makes the slots for given layers. Edges that would need more than `max_bends` bends in all get
/// none (longest first) and are drawn straight.
Layering make_layering(const LevelInput& input, const std::vector<std::uint32_t>& layers,
                       std::size_t max_bends);

/// Fewer crossings by sorting each layer by its neighbours' mean position. Polls the task.
Status order_layers(Layering& layering, TaskContext& task);

/// Sets x from the order, straight lines first. `sweeps` pairs of passes; with `keep`, the x that
/// are there are the start and only what is bent moves. Polls the task.
Status assign_x(Layering& layering, int sweeps, bool keep, TaskContext& task);

/// y of the layers, ports, curves.
LevelLayout route_edges(const LevelInput& input, const Layering& layering);

} // namespace strata
