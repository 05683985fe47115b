#include "ui/canvas/scene_index.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace strata {

namespace {

constexpr double slice_height = 320.0;

bool share_value(const SceneEdge& a, const SceneEdge& b)
{
    return std::any_of(a.values.begin(), a.values.end(), [&](ValueId v) {
        return std::find(b.values.begin(), b.values.end(), v) != b.values.end();
    });
}

template <class Pick, class Slices>
std::vector<std::uint32_t> collect(const Slices& slices, std::size_t first, std::size_t last,
                                   Pick pick)
{
    std::vector<std::uint32_t> result;
    for (std::size_t i = first; i <= last && i < slices.size(); ++i)
        pick(slices[i], result);
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

std::size_t slice_of(double y)
{
    return static_cast<std::size_t>(std::max(0.0, std::floor(y / slice_height)));
}

} // namespace

SceneIndex::SceneIndex(std::shared_ptr<const Scene> scene)
    : m_scene(std::move(scene)),
      m_from(m_scene->boxes.size()),
      m_to(m_scene->boxes.size())
{
    m_slices.resize(slice_of(m_scene->height) + 1);
    const auto add = [&](const Rect& rect, auto member, std::uint32_t index) {
        const std::size_t last = std::min(slice_of(rect.bottom()), m_slices.size() - 1);
        for (std::size_t i = std::min(slice_of(rect.y), last); i <= last; ++i)
            (m_slices[i].*member).push_back(index);
    };
    for (std::uint32_t i = 0; i < m_scene->boxes.size(); ++i)
        add(m_scene->boxes[i].rect, &Slice::boxes, i);
    for (std::uint32_t i = 0; i < m_scene->edges.size(); ++i) {
        const SceneEdge& edge = m_scene->edges[i];
        Rect bounds{edge.points.front().x, edge.points.front().y, 0, 0};
        double right = bounds.x;
        double bottom = bounds.y;
        for (const Point& p : edge.points) {
            bounds.x = std::min(bounds.x, p.x);
            bounds.y = std::min(bounds.y, p.y);
            right = std::max(right, p.x);
            bottom = std::max(bottom, p.y);
        }
        bounds.width = right - bounds.x;
        bounds.height = bottom - bounds.y;
        m_bounds.push_back(bounds);
        add(bounds, &Slice::edges, i);
        m_from[edge.from].push_back(i);
        m_to[edge.to].push_back(i);
    }
    for (std::uint32_t i = 0; i < m_scene->ports.size(); ++i)
        add(m_scene->ports[i].rect, &Slice::ports, i);
}

std::vector<std::uint32_t> SceneIndex::boxesIn(const Rect& area) const
{
    return collect(m_slices, slice_of(area.y), slice_of(area.bottom()),
                   [&](const Slice& slice, auto& result) {
                       for (const std::uint32_t i : slice.boxes) {
                           if (m_scene->boxes[i].rect.intersects(area))
                               result.push_back(i);
                       }
                   });
}

std::vector<std::uint32_t> SceneIndex::edgesIn(const Rect& area) const
{
    return collect(m_slices, slice_of(area.y), slice_of(area.bottom()),
                   [&](const Slice& slice, auto& result) {
                       for (const std::uint32_t i : slice.edges) {
                           const Rect& b = m_bounds[i];
                           if (b.x <= area.right() && b.right() >= area.x && b.y <= area.bottom() &&
                               b.bottom() >= area.y)
                               result.push_back(i);
                       }
                   });
}

std::vector<std::uint32_t> SceneIndex::portsIn(const Rect& area) const
{
    return collect(m_slices, slice_of(area.y), slice_of(area.bottom()),
                   [&](const Slice& slice, auto& result) {
                       for (const std::uint32_t i : slice.ports) {
                           if (m_scene->ports[i].rect.intersects(area))
                               result.push_back(i);
                       }
                   });
}

std::uint32_t SceneIndex::boxAt(const Point& point) const
{
    std::uint32_t best = no_id;
    const std::size_t slice = slice_of(point.y);
    if (point.y < 0 || slice >= m_slices.size())
        return best;
    for (const std::uint32_t i : m_slices[slice].boxes) {
        const SceneBox& box = m_scene->boxes[i];
        if (box.rect.contains(point) && (best == no_id || box.depth >= m_scene->boxes[best].depth))
            best = i;
    }
    return best;
}

void SceneIndex::follow(std::uint32_t box, bool downstream, std::vector<std::uint32_t>& edges,
                        std::vector<std::uint32_t>& ends) const
{
    std::vector<std::uint32_t> pending;
    std::set<std::uint32_t> seen;
    const auto& first = downstream ? m_from[box] : m_to[box];
    for (const std::uint32_t e : first) {
        if (m_scene->edges[e].level != box) // not those that begin at its border inside
            pending.push_back(e);
    }
    while (!pending.empty()) {
        const std::uint32_t e = pending.back();
        pending.pop_back();
        if (!seen.insert(e).second)
            continue;
        edges.push_back(e);
        const SceneEdge& edge = m_scene->edges[e];
        const std::uint32_t end = downstream ? edge.to : edge.from;
        // At a border the value goes on: outside when the edge came from inside, else inside.
        bool goes_on = false;
        if (m_scene->boxes[end].kind == BoxKind::Container) {
            for (const std::uint32_t next : downstream ? m_from[end] : m_to[end]) {
                const bool inside = m_scene->edges[next].level == end;
                if (inside != (edge.level == end) && share_value(edge, m_scene->edges[next])) {
                    pending.push_back(next);
                    goes_on = true;
                }
            }
        }
        if (!goes_on)
            ends.push_back(end);
    }
}

std::vector<std::uint32_t> SceneIndex::edgesOf(std::uint32_t box) const
{
    std::vector<std::uint32_t> edges, ends;
    if (box < m_scene->boxes.size()) {
        follow(box, true, edges, ends);
        follow(box, false, edges, ends);
    }
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
}

std::vector<std::uint32_t> SceneIndex::neighbours(std::uint32_t box, bool downstream) const
{
    std::vector<std::uint32_t> edges, ends;
    if (box < m_scene->boxes.size())
        follow(box, downstream, edges, ends);
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    std::stable_sort(ends.begin(), ends.end(), [&](std::uint32_t a, std::uint32_t b) {
        return m_scene->boxes[a].rect.x < m_scene->boxes[b].rect.x;
    });
    return ends;
}

std::uint32_t SceneIndex::beside(std::uint32_t box, bool right) const
{
    const SceneBox& from = m_scene->boxes[box];
    std::uint32_t best = no_id;
    double best_distance = 0.0;
    for (std::uint32_t i = 0; i < m_scene->boxes.size(); ++i) {
        const SceneBox& other = m_scene->boxes[i];
        if (i == box || other.parent != from.parent)
            continue;
        const double dx = (other.rect.center().x - from.rect.center().x) * (right ? 1 : -1);
        const double dy = std::abs(other.rect.center().y - from.rect.center().y);
        if (dx < 4.0)
            continue;
        const double distance = dx + 3 * dy;
        if (best == no_id || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace strata
