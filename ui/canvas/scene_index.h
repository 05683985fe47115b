// Finds what is in a part of the scene, and answers questions about what is connected.
#pragma once

#include "layout/scene.h"

#include <QRectF>
#include <memory>
#include <vector>

namespace strata {

/// Slices of the scene along y with what touches them. Built once per scene, linear.
class SceneIndex {
public:
    explicit SceneIndex(std::shared_ptr<const Scene> scene);

    const Scene& scene() const { return *m_scene; }
    /// Indices in ascending order, which is paint order.
    std::vector<std::uint32_t> boxesIn(const Rect& area) const;
    std::vector<std::uint32_t> edgesIn(const Rect& area) const;
    std::vector<std::uint32_t> portsIn(const Rect& area) const;
    /// The innermost box there; no_id: none.
    std::uint32_t boxAt(const Point& point) const;
    const Rect& edgeBounds(std::uint32_t edge) const { return m_bounds[edge]; }

    /// The edges that lead to the box and away from it, through container borders.
    std::vector<std::uint32_t> edgesOf(std::uint32_t box) const;
    /// Boxes at the far ends of those edges, left to right; downstream or upstream.
    std::vector<std::uint32_t> neighbours(std::uint32_t box, bool downstream) const;
    /// The nearest box beside it in the same container; no_id: none.
    std::uint32_t beside(std::uint32_t box, bool right) const;

private:
    struct Slice {
        std::vector<std::uint32_t> boxes, edges, ports;
    };
    template <class Each>
    void slices(double top, double bottom, Each each) const;
    void follow(std::uint32_t box, bool downstream, std::vector<std::uint32_t>& edges,
                std::vector<std::uint32_t>& ends) const;

    std::shared_ptr<const Scene> m_scene;
    std::vector<Slice> m_slices;
    std::vector<Rect> m_bounds;                     ///< of the edges
    std::vector<std::vector<std::uint32_t>> m_from; ///< edges by box
    std::vector<std::vector<std::uint32_t>> m_to;
};

} // namespace strata
