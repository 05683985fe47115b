// Properties that every scene must have; each check returns what is wrong, or nothing.
#pragma once

#include "layout/scene.h"

#include <QString>
#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace strata::test {

inline QString overlapping_siblings(const Scene& scene)
{
    std::map<std::uint32_t, std::vector<std::uint32_t>> children;
    for (std::uint32_t i = 0; i < scene.boxes.size(); ++i)
        children[scene.boxes[i].parent].push_back(i);
    for (auto& [parent, boxes] : children) {
        std::sort(boxes.begin(), boxes.end(), [&](std::uint32_t a, std::uint32_t b) {
            return scene.boxes[a].rect.y < scene.boxes[b].rect.y;
        });
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            const Rect& a = scene.boxes[boxes[i]].rect;
            for (std::size_t j = i + 1; j < boxes.size(); ++j) {
                const Rect& b = scene.boxes[boxes[j]].rect;
                if (b.y >= a.bottom())
                    break;
                if (a.intersects(b))
                    return QStringLiteral("boxes %1 and %2 overlap").arg(boxes[i]).arg(boxes[j]);
            }
        }
    }
    return {};
}

inline QString outside_parent(const Scene& scene)
{
    for (std::uint32_t i = 0; i < scene.boxes.size(); ++i) {
        const SceneBox& box = scene.boxes[i];
        if (box.parent == no_id) {
            const Rect whole{-0.01, -0.01, scene.width + 0.02, scene.height + 0.02};
            if (!whole.contains(box.rect))
                return QStringLiteral("box %1 is outside the scene").arg(i);
            continue;
        }
        if (box.parent >= i)
            return QStringLiteral("box %1 comes before its container").arg(i);
        if (!scene.boxes[box.parent].rect.contains(box.rect))
            return QStringLiteral("box %1 sticks out of its container").arg(i);
        if (box.depth != scene.boxes[box.parent].depth + 1)
            return QStringLiteral("box %1 has the wrong depth").arg(i);
    }
    return {};
}

/// Edges begin and end on the horizontal sides of their boxes.
inline QString loose_edge_end(const Scene& scene)
{
    const auto on_side = [](const Rect& rect, const Point& p) {
        return p.x > rect.x - 0.5 && p.x < rect.right() + 0.5 &&
               (std::abs(p.y - rect.y) < 0.5 || std::abs(p.y - rect.bottom()) < 0.5);
    };
    for (std::size_t i = 0; i < scene.edges.size(); ++i) {
        const SceneEdge& edge = scene.edges[i];
        if (edge.points.size() % 3 != 1 || edge.points.size() < 4)
            return QStringLiteral("edge %1 is no Bézier curve").arg(i);
        if (edge.values.empty())
            return QStringLiteral("edge %1 carries nothing").arg(i);
        if (!on_side(scene.boxes[edge.from].rect, edge.points.front()))
            return QStringLiteral("edge %1 does not begin at its box").arg(i);
        if (!on_side(scene.boxes[edge.to].rect, edge.points.back()))
            return QStringLiteral("edge %1 does not end at its box").arg(i);
    }
    return {};
}

inline bool same_geometry(const Scene& a, const Scene& b)
{
    if (a.boxes.size() != b.boxes.size() || a.edges.size() != b.edges.size() ||
        a.width != b.width || a.height != b.height)
        return false;
    for (std::size_t i = 0; i < a.boxes.size(); ++i) {
        if (!(a.boxes[i].rect == b.boxes[i].rect) || a.boxes[i].title != b.boxes[i].title)
            return false;
    }
    for (std::size_t i = 0; i < a.edges.size(); ++i) {
        if (a.edges[i].points != b.edges[i].points || a.edges[i].label != b.edges[i].label)
            return false;
    }
    return true;
}

} // namespace strata::test
