#include "ui/compare/view_sync.h"

#include "ui/canvas/graph_canvas.h"

#include <QEvent>
#include <QScopedValueRollback>

#include <limits>

namespace strata::ui {

namespace {

/// The part of a box that should lie at the same place in both views.
Point anchorPoint(const SceneBox& box)
{
    // Open modules have different heights: what they begin with is comparable.
    return {box.rect.center().x, box.kind == BoxKind::Container ? box.rect.y : box.rect.center().y};
}

} // namespace

ViewSync::ViewSync(GraphCanvas* a, GraphCanvas* b, QObject* parent)
    : QObject(parent),
      m_a(a),
      m_b(b)
{
    for (const bool of_a : {true, false}) {
        GraphCanvas* canvas = of_a ? m_a : m_b;
        GraphCanvas* other = of_a ? m_b : m_a;
        canvas->installEventFilter(this);
        canvas->viewport()->installEventFilter(this);
        connect(canvas, &GraphCanvas::viewChanged, this, [this, of_a] {
            if (of_a == m_a_leads)
                follow();
        });
        connect(canvas, &GraphCanvas::layoutFinished, this, &ViewSync::follow,
                Qt::QueuedConnection);
        connect(canvas, &GraphCanvas::nodeSelected, this, [this, of_a](NodeId node) {
            if (!m_driving)
                chosen(of_a, node, no_module);
        });
        connect(canvas, &GraphCanvas::moduleSelected, this, [this, of_a](ModuleId module) {
            if (!m_driving && module != no_module)
                chosen(of_a, no_id, module);
        });
        connect(canvas, &GraphCanvas::expansionChanged, this,
                [this, of_a, other](ModuleId module, bool expanded) {
                    if (m_driving)
                        return;
                    const QScopedValueRollback driving(m_driving, true);
                    const ModuleId there = moduleThere(of_a, module);
                    if (there == no_module || other->isExpanded(there) == expanded)
                        return;
                    if (expanded)
                        other->expand(there);
                    else
                        other->collapse(there);
                });
    }
}

void ViewSync::setComparison(std::shared_ptr<const Comparison> comparison)
{
    m_comparison = std::move(comparison);
    m_a_leads = true;
}

void ViewSync::setLinked(bool linked)
{
    m_linked = linked;
    follow();
}

bool ViewSync::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::Wheel:
    case QEvent::KeyPress:
    case QEvent::NativeGesture:
    case QEvent::FocusIn:
        m_a_leads = watched == m_a || watched == m_a->viewport();
        break;
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

ModuleId ViewSync::moduleThere(bool of_a, ModuleId module) const
{
    return m_comparison ? m_comparison->moduleThere(of_a, module) : no_module;
}

void ViewSync::chosen(bool of_a, NodeId node, ModuleId module)
{
    if (!m_comparison)
        return;
    const QScopedValueRollback driving(m_driving, true);
    GraphCanvas* other = of_a ? m_b : m_a;
    NodeId partner = no_id;
    if (node != no_id) {
        partner = m_comparison->partnerOf(of_a, node);
        other->revealNode(partner);
    } else {
        other->revealModule(moduleThere(of_a, module));
    }
    m_a_leads = of_a;
    follow();
    Q_EMIT selected(of_a ? node : partner, of_a ? partner : node);
}

void ViewSync::reveal(NodeId node_a, NodeId node_b)
{
    const QScopedValueRollback driving(m_driving, true);
    if (node_a == no_id && node_b == no_id)
        return;
    m_a_leads = node_a != no_id;
    m_a->revealNode(node_a);
    m_b->revealNode(node_b);
    follow();
    Q_EMIT selected(node_a, node_b);
}

/// The follower's box for one of the leader's; no_id when it is not drawn.
std::uint32_t ViewSync::counterpart(std::uint32_t box) const
{
    const SceneBox& here = leader()->scene()->boxes[box];
    const Scene& there = *follower()->scene();
    if (here.kind == BoxKind::Operator || here.group_kind == GroupKind::ControlFlow) {
        const NodeId partner = m_comparison->partnerOf(m_a_leads, here.node);
        const auto it = there.box_of_node.find(partner);
        return partner == no_id || it == there.box_of_node.end() ? no_id : it->second;
    }
    if (here.group == no_id || here.group_kind != GroupKind::Module)
        return no_id;
    const ModuleId module = moduleThere(m_a_leads, here.module);
    const auto it = there.box_of_group.find(module);
    return module == no_module || it == there.box_of_group.end() ? no_id : it->second;
}

/// What lies nearest to the middle of the leader's view and is drawn in both. What is selected
/// comes first while it can be seen.
std::optional<ViewSync::Anchor> ViewSync::findAnchor() const
{
    const Scene& scene = *leader()->scene();
    const QRectF visible = QRectF(leader()->viewport()->rect());
    if (const NodeId node = leader()->selectedNode(); node != no_id)
        if (const auto it = scene.box_of_node.find(node); it != scene.box_of_node.end()) {
            const Point at = anchorPoint(scene.boxes[it->second]);
            const std::uint32_t there = counterpart(it->second);
            if (there != no_id && visible.contains(leader()->toViewport(QPointF(at.x, at.y))))
                return Anchor{it->second, there};
        }
    const QPointF middle = leader()->toScene(visible.center());
    std::optional<Anchor> best;
    double least = std::numeric_limits<double>::max();
    for (std::uint32_t box = 0; box < scene.boxes.size(); ++box) {
        const Point at = anchorPoint(scene.boxes[box]);
        // Down the data flow counts: beside each other are alternatives.
        const double dx = (at.x - middle.x()) * 0.5;
        const double dy = at.y - middle.y();
        const double distance = dx * dx + dy * dy;
        if (distance >= least)
            continue;
        if (const std::uint32_t there = counterpart(box); there != no_id) {
            least = distance;
            best = Anchor{box, there};
        }
    }
    return best;
}

void ViewSync::follow()
{
    if (!m_linked || !m_comparison || !leader()->scene() || !follower()->scene())
        return;
    const auto anchor = findAnchor();
    if (!anchor)
        return;
    const Point from = anchorPoint(leader()->scene()->boxes[anchor->leader]);
    const Point to = anchorPoint(follower()->scene()->boxes[anchor->follower]);
    follower()->setView(leader()->zoom(), QPointF(to.x, to.y),
                        leader()->toViewport(QPointF(from.x, from.y)));
}

} // namespace strata::ui
