#include "ui/canvas/graph_canvas.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QPainter>
#include <set>

namespace strata {

class GraphCanvas::Impl {
public:
    std::shared_ptr<const Inspection> inspection;
    std::shared_ptr<const Scene> scene;
    std::set<ModuleId> expanded;
    NodeId node = no_id;
    ModuleId module = no_module;
    double zoom = 1.0;
};

GraphCanvas::GraphCanvas(QWidget* parent) : QAbstractScrollArea(parent), m(std::make_unique<Impl>())
{
    setAccessibleName(tr("Graph"));
    setFocusPolicy(Qt::StrongFocus);
}

GraphCanvas::~GraphCanvas() = default;

void GraphCanvas::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m->inspection = std::move(inspection);
    m->expanded.clear();
    viewport()->update();
}

std::shared_ptr<const Inspection> GraphCanvas::inspection() const
{
    return m->inspection;
}

void GraphCanvas::expand(ModuleId module)
{
    if (m->expanded.insert(module).second)
        Q_EMIT expansionChanged(module, true);
}

void GraphCanvas::collapse(ModuleId module)
{
    if (m->expanded.erase(module) > 0)
        Q_EMIT expansionChanged(module, false);
}

void GraphCanvas::toggle(ModuleId module)
{
    isExpanded(module) ? collapse(module) : expand(module);
}

bool GraphCanvas::isExpanded(ModuleId module) const
{
    return m->expanded.contains(module);
}

void GraphCanvas::expandAll() {}

void GraphCanvas::collapseAll()
{
    m->expanded.clear();
}

void GraphCanvas::selectNode(NodeId node)
{
    m->module = no_module;
    m->node = node;
    Q_EMIT nodeSelected(node);
}

void GraphCanvas::selectModule(ModuleId module)
{
    m->node = no_id;
    m->module = module;
    Q_EMIT moduleSelected(module);
}

NodeId GraphCanvas::selectedNode() const
{
    return m->node;
}

ModuleId GraphCanvas::selectedModule() const
{
    return m->module;
}

void GraphCanvas::revealNode(NodeId node)
{
    selectNode(node);
}

void GraphCanvas::revealModule(ModuleId module)
{
    selectModule(module);
}

double GraphCanvas::zoom() const
{
    return m->zoom;
}

void GraphCanvas::setZoom(double zoom)
{
    m->zoom = zoom;
    Q_EMIT zoomChanged(zoom);
}

void GraphCanvas::zoomIn()
{
    setZoom(m->zoom * 1.25);
}

void GraphCanvas::zoomOut()
{
    setZoom(m->zoom / 1.25);
}

void GraphCanvas::fitToView() {}
void GraphCanvas::fitSelection() {}

std::shared_ptr<const Scene> GraphCanvas::scene() const
{
    return m->scene;
}

bool GraphCanvas::isLayoutRunning() const
{
    return false;
}

QPointF GraphCanvas::toViewport(const QPointF& scenePoint) const
{
    return scenePoint * m->zoom;
}

QPointF GraphCanvas::toScene(const QPointF& viewportPoint) const
{
    return viewportPoint / m->zoom;
}

void GraphCanvas::setAnimated(bool) {}

QSize GraphCanvas::sizeHint() const
{
    return {900, 640};
}

bool GraphCanvas::event(QEvent* event)
{
    return QAbstractScrollArea::event(event);
}

bool GraphCanvas::viewportEvent(QEvent* event)
{
    return QAbstractScrollArea::viewportEvent(event);
}

void GraphCanvas::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
}

void GraphCanvas::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const Theme theme = Theme::fromPalette(palette());
    painter.fillRect(viewport()->rect(), theme.canvas);
    painter.setPen(theme.textMuted);
    painter.setFont(Theme::font(FontRole::Heading));
    painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("Open a model to see its graph"));
}

void GraphCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
}

void GraphCanvas::mousePressEvent(QMouseEvent* event)
{
    QAbstractScrollArea::mousePressEvent(event);
}

void GraphCanvas::mouseMoveEvent(QMouseEvent* event)
{
    QAbstractScrollArea::mouseMoveEvent(event);
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    QAbstractScrollArea::mouseReleaseEvent(event);
}

void GraphCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    QAbstractScrollArea::mouseDoubleClickEvent(event);
}

void GraphCanvas::wheelEvent(QWheelEvent* event)
{
    QAbstractScrollArea::wheelEvent(event);
}

void GraphCanvas::keyPressEvent(QKeyEvent* event)
{
    QAbstractScrollArea::keyPressEvent(event);
}

void GraphCanvas::contextMenuEvent(QContextMenuEvent* event)
{
    QAbstractScrollArea::contextMenuEvent(event);
}

} // namespace strata
