// Two graphs that are looked at together: what is done in one is done in the other.
#pragma once

#include "ui/models/differences_model.h"

#include <QObject>
#include <QPointF>

#include <memory>
#include <optional>

namespace strata {
class GraphCanvas;
}

namespace strata::ui {

/// Keeps selection, open modules, zoom and position of two canvases together. Whichever the user
/// touched last leads; the other one follows: a box near the middle of the leader's view is put at
/// the same place in the follower's. Lives with the canvases, ui thread only.
class ViewSync : public QObject {
    Q_OBJECT
public:
    ViewSync(GraphCanvas* a, GraphCanvas* b, QObject* parent);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Off: selections still find each other, but the views move freely.
    void setLinked(bool linked);
    bool isLinked() const { return m_linked; }
    /// Reveals a pair; either may be no_id. The first one there leads.
    void reveal(NodeId node_a, NodeId node_b);

Q_SIGNALS:
    /// The pair that is selected now; no_id where there is none.
    void selected(strata::NodeId node_a, strata::NodeId node_b);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Boxes of the two scenes that stand for the same thing.
    struct Anchor {
        std::uint32_t leader = no_id;
        std::uint32_t follower = no_id;
    };
    GraphCanvas* leader() const { return m_a_leads ? m_a : m_b; }
    GraphCanvas* follower() const { return m_a_leads ? m_b : m_a; }
    void follow();
    void chosen(bool of_a, NodeId node, ModuleId module);
    ModuleId moduleThere(bool of_a, ModuleId module) const;
    std::uint32_t counterpart(std::uint32_t box) const;
    std::optional<Anchor> findAnchor() const;

    GraphCanvas* m_a;
    GraphCanvas* m_b;
    std::shared_ptr<const Comparison> m_comparison;
    bool m_linked = true;
    bool m_a_leads = true;
    bool m_driving = false; ///< while the other canvas is told what to do
};

} // namespace strata::ui
