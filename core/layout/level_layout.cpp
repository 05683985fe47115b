#include "layout/level_layout.h"

#include "layout/graphviz_layout.h"
#include "layout/layering.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace strata {

namespace {

/// Layers from dot's y: it centres all boxes of a rank on one line.
std::vector<std::uint32_t> layers_of(const GraphvizPlacement& placement,
                                     std::vector<double>& layer_y)
{
    for (const Point& center : placement.centers)
        layer_y.push_back(center.y);
    std::sort(layer_y.begin(), layer_y.end());
    layer_y.erase(std::unique(layer_y.begin(), layer_y.end(),
                              [](double a, double b) { return std::abs(a - b) < 0.5; }),
                  layer_y.end());
    std::vector<std::uint32_t> layers;
    for (const Point& center : placement.centers) {
        const auto it = std::lower_bound(layer_y.begin(), layer_y.end(), center.y - 0.5);
        layers.push_back(static_cast<std::uint32_t>(it - layer_y.begin()));
    }
    return layers;
}

/// Where a spline crosses a height; the straight line between its ends when it does not.
double x_at(const std::vector<Point>& spline, double y, const Point& from, const Point& to)
{
    Point previous = spline.empty() ? from : spline.front();
    for (std::size_t i = 0; i + 3 < spline.size(); i += 3) {
        constexpr int steps = 12;
        for (int step = 1; step <= steps; ++step) {
            const double t = static_cast<double>(step) / steps;
            const double u = 1.0 - t;
            const double a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t, d = t * t * t;
            const Point p{
                a * spline[i].x + b * spline[i + 1].x + c * spline[i + 2].x + d * spline[i + 3].x,
                a * spline[i].y + b * spline[i + 1].y + c * spline[i + 2].y + d * spline[i + 3].y};
            if ((previous.y <= y && y <= p.y) || (p.y <= y && y <= previous.y)) {
                const double height = p.y - previous.y;
                const double share = std::abs(height) < 1e-9 ? 0.0 : (y - previous.y) / height;
                return previous.x + (p.x - previous.x) * share;
            }
            previous = p;
        }
    }
    const double height = to.y - from.y;
    return std::abs(height) < 1e-9 ? from.x : from.x + (to.x - from.x) * (y - from.y) / height;
}

std::optional<Layering> with_graphviz(const LevelInput& input)
{
    const auto placement = place_with_graphviz(input);
    if (!placement)
        return std::nullopt;
    std::vector<double> layer_y;
    const auto layers = layers_of(*placement, layer_y);
    Layering layering = make_layering(input, layers, static_cast<std::size_t>(-1));
    for (LayerSlot& slot : layering.slots) {
        if (slot.edge == static_cast<std::uint32_t>(-1))
            slot.x = placement->centers[slot.box].x;
        else {
            const LevelEdge& edge = input.edges[slot.edge];
            slot.x = x_at(placement->splines[slot.edge], layer_y[slot.layer],
                          placement->centers[edge.from], placement->centers[edge.to]);
        }
    }
    for (auto& row : layering.layers) {
        std::stable_sort(row.begin(), row.end(), [&](std::uint32_t a, std::uint32_t b) {
            return layering.slots[a].x < layering.slots[b].x;
        });
    }
    return layering;
}

} // namespace

Result<LevelLayout> layout_level(const LevelInput& input, TaskContext& task,
                                 const LevelLimits& limits)
{
    STRATA_CHECK(task.poll());
    const std::vector<std::uint32_t> layers = longest_path_layers(input);
    std::size_t crossed = 0;
    for (const LevelEdge& edge : input.edges) {
        const auto a = layers[edge.from];
        const auto b = layers[edge.to];
        crossed += a < b ? b - a : a - b;
    }
    if (input.boxes.size() <= limits.max_boxes && input.edges.size() <= limits.max_edges &&
        crossed <= limits.max_crossed) {
        if (auto layering = with_graphviz(input)) {
            STRATA_CHECK(assign_x(*layering, 1, true, task));
            LevelLayout result = route_edges(input, *layering);
            result.used_graphviz = true;
            return result;
        }
    }
    constexpr std::size_t max_bends = 60000;
    Layering layering = make_layering(input, layers, max_bends);
    STRATA_CHECK(order_layers(layering, task));
    STRATA_CHECK(assign_x(layering, 4, false, task));
    return route_edges(input, layering);
}

} // namespace strata
