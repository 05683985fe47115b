// From layers to coordinates: heights, places where edges meet boxes, curves.
#include "layout/layering.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace strata {

namespace {

constexpr double min_gap = 44.0;    ///< between layers
constexpr double max_gap = 120.0;   ///< when edges run far sideways
constexpr double pin_gap = 22.0;    ///< between the border and the first layer
constexpr double port_step = 14.0;  ///< between two edges at one side of a box
constexpr double port_margin = 9.0; ///< from the corners
constexpr double loop = 14.0;       ///< how far backward edges swing out

struct Band {
    double top = 0.0;
    double bottom = 0.0;
};

/// Draws vertical lines through layers and S-curves between them.
class Pen {
public:
    explicit Pen(Point start) { m_points.push_back(start); }

    void line_to(Point to)
    {
        const Point from = m_points.back();
        if (std::abs(from.x - to.x) + std::abs(from.y - to.y) < 0.01)
            return;
        const std::size_t n = m_points.size();
        if (n >= 4 && m_vertical && std::abs(from.x - to.x) < 0.01) {
            m_points.resize(n - 3); // one long line instead of two short ones
            return append_line(m_points.back(), to);
        }
        append_line(from, to);
    }
    void curve_to(Point to)
    {
        const Point from = m_points.back();
        if (std::abs(from.x - to.x) < 0.01)
            return line_to(to);
        const double half = (to.y - from.y) * 0.5;
        m_points.push_back({from.x, from.y + half});
        m_points.push_back({to.x, to.y - half});
        m_points.push_back(to);
        m_vertical = false;
    }
    /// Half a turn sideways: leaves and arrives vertically, in opposite directions.
    void turn_to(Point to, double reach)
    {
        const Point from = m_points.back();
        m_points.push_back({from.x, from.y + reach});
        m_points.push_back({to.x, to.y + reach});
        m_points.push_back(to);
        m_vertical = false;
    }
    std::vector<Point> take() { return std::move(m_points); }

private:
    void append_line(Point from, Point to)
    {
        m_points.push_back({from.x + (to.x - from.x) / 3, from.y + (to.y - from.y) / 3});
        m_points.push_back({from.x + (to.x - from.x) * 2 / 3, from.y + (to.y - from.y) * 2 / 3});
        m_points.push_back(to);
        m_vertical = std::abs(from.x - to.x) < 0.01;
    }
    std::vector<Point> m_points;
    bool m_vertical = false;
};

class Router {
public:
    Router(const LevelInput& input, const Layering& layering)
        : m_input(input),
          m_layering(layering),
          m_start(input.edges.size(), 0.0),
          m_end(input.edges.size(), 0.0)
    {}

    LevelLayout run()
    {
        assign_ports();
        assign_bands();
        LevelLayout layout;
        double left = 0.0;
        double right = 0.0;
        bool first = true;
        const auto cover = [&](double from, double to) {
            left = first ? from : std::min(left, from);
            right = first ? to : std::max(right, to);
            first = false;
        };
        for (std::uint32_t box = 0; box < m_input.boxes.size(); ++box) {
            const Rect rect = rect_of(box);
            layout.positions.push_back({rect.x, rect.y});
            cover(rect.x, rect.right());
        }
        for (std::uint32_t edge = 0; edge < m_input.edges.size(); ++edge) {
            layout.routes.push_back(route(edge));
            for (const Point& p : layout.routes.back().points)
                cover(p.x, p.x);
        }
        for (Point& p : layout.positions)
            p.x -= left;
        for (LevelRoute& line : layout.routes) {
            line.label_at.x -= left;
            for (Point& p : line.points)
                p.x -= left;
        }
        layout.width = right - left;
        layout.height = m_bands.empty() ? 0.0 : m_bands.back().bottom;
        return layout;
    }

private:
    std::uint32_t layer(std::uint32_t box) const { return m_layering.slots[box].layer; }
    double left(std::uint32_t box) const
    {
        return m_layering.slots[box].x - m_input.boxes[box].width / 2;
    }
    bool backward(std::uint32_t e) const
    {
        return layer(m_input.edges[e].from) >= layer(m_input.edges[e].to);
    }
    Rect rect_of(std::uint32_t box) const
    {
        const LevelBox& size = m_input.boxes[box];
        const Band& band = m_bands[layer(box)];
        const double middle = (band.top + band.bottom) / 2;
        return {left(box), middle - size.height / 2, size.width, size.height};
    }

    /// Where the edge heads to after leaving its box (or comes from before reaching it).
    double neighbour_x(std::uint32_t e, bool at_start) const
    {
        const LevelEdge& edge = m_input.edges[e];
        if (backward(e)) { // round the right side
            const std::uint32_t box = at_start ? edge.from : edge.to;
            return left(box) + m_input.boxes[box].width + loop;
        }
        const auto& bends = m_layering.bends[e];
        if (!bends.empty())
            return m_layering.slots[at_start ? bends.front() : bends.back()].x;
        const std::uint32_t other = at_start ? edge.to : edge.from;
        const double fixed = at_start ? edge.to_x : edge.from_x;
        return fixed < 0 ? m_layering.slots[other].x + m_input.boxes[other].center_offset()
                         : left(other) + fixed;
    }

    /// The straightest edge takes the middle of the box, the others their places beside it, so that
    /// they do not cross there.
    void assign_ports()
    {
        struct Bundle {
            double x = 0.0;
            std::vector<std::uint32_t> edges;
        };
        for (const bool at_start : {true, false}) {
            std::map<std::uint32_t, std::map<std::uint32_t, Bundle>> boxes;
            std::vector<double>& result = at_start ? m_start : m_end;
            for (std::uint32_t e = 0; e < m_input.edges.size(); ++e) {
                const LevelEdge& edge = m_input.edges[e];
                const double fixed = at_start ? edge.from_x : edge.to_x;
                const std::uint32_t box = at_start ? edge.from : edge.to;
                if (fixed >= 0)
                    result[e] = left(box) + fixed;
                else
                    boxes[box][at_start ? edge.tail : e].edges.push_back(e);
            }
            for (auto& [box, by_tail] : boxes) {
                std::vector<Bundle> bundles;
                for (auto& [tail, bundle] : by_tail) {
                    for (const std::uint32_t e : bundle.edges)
                        bundle.x += neighbour_x(e, at_start);
                    bundle.x /= static_cast<double>(bundle.edges.size());
                    bundles.push_back(std::move(bundle));
                }
                std::stable_sort(bundles.begin(), bundles.end(),
                                 [](const Bundle& a, const Bundle& b) { return a.x < b.x; });
                place(box, bundles, result);
            }
        }
    }

    template <class Bundle>
    void place(std::uint32_t box, const std::vector<Bundle>& bundles, std::vector<double>& result)
    {
        const LevelBox& size = m_input.boxes[box];
        const double center = m_layering.slots[box].x + size.center_offset();
        std::size_t middle = 0;
        for (std::size_t i = 1; i < bundles.size(); ++i) {
            if (std::abs(bundles[i].x - center) < std::abs(bundles[middle].x - center))
                middle = i;
        }
        const auto after = static_cast<double>(bundles.size() - 1 - middle);
        const double room = (size.width - size.inset_left - size.inset_right) / 2 - port_margin;
        const double most = std::max(static_cast<double>(middle), after);
        const double step = most > 0 ? std::max(0.0, std::min(port_step, room / most)) : 0.0;
        for (std::size_t i = 0; i < bundles.size(); ++i) {
            const double x = center + (static_cast<double>(i) - static_cast<double>(middle)) * step;
            for (const std::uint32_t e : bundles[i].edges)
                result[e] = x;
        }
    }

    void assign_bands()
    {
        const std::size_t count = m_layering.layers.size();
        std::vector<double> height(count, 0.0), sideways(count, 0.0);
        std::vector<bool> pinned(count, false);
        for (std::uint32_t box = 0; box < m_input.boxes.size(); ++box) {
            height[layer(box)] = std::max(height[layer(box)], m_input.boxes[box].height);
            if (m_input.boxes[box].pin != LevelBox::Pin::None)
                pinned[layer(box)] = true;
        }
        for (const LayerLink& link : m_layering.links) {
            const LayerSlot& upper = m_layering.slots[link.upper];
            const LayerSlot& lower = m_layering.slots[link.lower];
            const double dx = std::abs(upper.x + link.upper_offset - lower.x - link.lower_offset);
            sideways[upper.layer] = std::max(sideways[upper.layer], dx);
        }
        double y = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
            m_bands.push_back({y, y + height[i]});
            const bool border = pinned[i] || (i + 1 < count && pinned[i + 1]);
            const double base = border ? pin_gap : min_gap;
            y += height[i] + std::clamp(base + 0.11 * (sideways[i] - 40), base, max_gap);
        }
    }

    LevelRoute route(std::uint32_t e) const
    {
        const LevelEdge& edge = m_input.edges[e];
        LevelRoute result;
        if (edge.from == edge.to)
            return result;
        result.backward = backward(e);
        const Rect from = rect_of(edge.from);
        const Rect to = rect_of(edge.to);
        if (result.backward)
            return route_backward(e, from, to);

        std::vector<double> xs{m_start[e]};
        for (const std::uint32_t slot : m_layering.bends[e])
            xs.push_back(m_layering.slots[slot].x);
        xs.push_back(m_end[e]);
        straighten(xs);

        const bool direct = m_layering.bends[e].empty();
        const std::uint32_t first = layer(edge.from);
        const std::uint32_t last = layer(edge.to);
        Pen pen({m_start[e], from.bottom()});
        pen.line_to({m_start[e], m_bands[first].bottom});
        if (!direct) {
            for (std::uint32_t l = first + 1; l < last; ++l) {
                const double x = xs[l - first];
                pen.curve_to({x, m_bands[l].top});
                pen.line_to({x, m_bands[l].bottom});
            }
        }
        pen.curve_to({m_end[e], m_bands[last].top});
        pen.line_to({m_end[e], to.y});
        const double before = direct ? m_start[e] : xs[xs.size() - 2];
        const double above = direct ? m_bands[first].bottom : m_bands[last - 1].bottom;
        result.label_at = {(before + m_end[e]) / 2, (above + m_bands[last].top) / 2};
        result.points = pen.take();
        return result;
    }

    /// Out at the bottom, round the right side, up, round the right side of the target, in at the
    /// top: a reader sees that it runs against the flow.
    LevelRoute route_backward(std::uint32_t e, const Rect& from, const Rect& to) const
    {
        const LevelEdge& edge = m_input.edges[e];
        LevelRoute result;
        result.backward = true;
        const double out = from.right() + loop;
        const double in = to.right() + loop;
        Pen pen({m_start[e], from.bottom()});
        pen.turn_to({out, from.bottom()}, loop);
        pen.line_to({out, m_bands[layer(edge.from)].top});
        const auto& bends = m_layering.bends[e];
        for (auto it = bends.rbegin(); it != bends.rend(); ++it) {
            const LayerSlot& slot = m_layering.slots[*it];
            pen.curve_to({slot.x, m_bands[slot.layer].bottom});
            pen.line_to({slot.x, m_bands[slot.layer].top});
        }
        if (layer(edge.from) != layer(edge.to))
            pen.curve_to({in, m_bands[layer(edge.to)].bottom});
        pen.line_to({in, to.y});
        pen.turn_to({m_end[e], to.y}, -loop);
        result.points = pen.take();
        result.label_at = {in, to.center().y};
        return result;
    }

    /// Small steps sideways look like mistakes: take them out.
    static void straighten(std::vector<double>& xs)
    {
        constexpr double small = 5.0;
        for (std::size_t i = 1; i + 1 < xs.size(); ++i) {
            if (std::abs(xs[i] - xs[i - 1]) < small)
                xs[i] = xs[i - 1];
        }
        for (std::size_t i = xs.size() - 1; i-- > 1;) {
            if (std::abs(xs[i] - xs[i + 1]) < small)
                xs[i] = xs[i + 1];
        }
    }

    const LevelInput& m_input;
    const Layering& m_layering;
    std::vector<double> m_start, m_end;
    std::vector<Band> m_bands;
};

} // namespace

LevelLayout route_edges(const LevelInput& input, const Layering& layering)
{
    return Router(input, layering).run();
}

} // namespace strata
