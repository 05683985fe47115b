#include "ui/canvas/graph_canvas.h"

#include "ui/canvas/canvas_state.h"
#include "ui/canvas/legend.h"
#include "ui/canvas/minimap.h"
#include "ui/jobs/activity.h"

#include <QPainter>
#include <QScrollBar>
#include <algorithm>

namespace strata {

GraphCanvas::GraphCanvas(QWidget* parent)
    : QAbstractScrollArea(parent),
      m(std::make_unique<CanvasState>(*this))
{
    setAccessibleName(tr("Graph"));
    setAccessibleDescription(tr("Nothing selected"));
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    viewport()->grabGesture(Qt::PinchGesture);
    m->legend = new Legend(viewport());
    m->legend->hide();
    m->minimap = new Minimap(viewport());
    m->minimap->hide();
    connect(m->minimap, &Minimap::centerRequested, this, [this](const QPointF& scene) {
        m->flight.stop();
        m->follow_fit = false;
        m->offset = QRectF(viewport()->rect()).center() - scene * m->zoom;
        m->keepInReach();
        viewport()->update();
    });
    connect(m->legend, &Legend::colorByChosen, this, &GraphCanvas::setColorBy);
    connect(m->legend, &Legend::resized, this, [this] { placeLegend(); });
    connect(m->legend, &Legend::keptChanged, this, [this](std::uint32_t classes) {
        m->kept_classes = classes;
        m->requestLayout();
    });
}

GraphCanvas::~GraphCanvas() = default;

void GraphCanvas::setInspection(std::shared_ptr<const Inspection> inspection)
{
    const bool had_node = m->node != no_id;
    const bool had_module = m->module != no_module;
    m->setInspection(std::move(inspection));
    placeLegend();
    if (had_node)
        Q_EMIT nodeSelected(no_id);
    if (had_module)
        Q_EMIT moduleSelected(no_module);
}

std::shared_ptr<const Inspection> GraphCanvas::inspection() const
{
    return m->inspection;
}

void GraphCanvas::expand(ModuleId module)
{
    if (!m->inspection || module >= m->inspection->modules.size() || module == root_module)
        return;
    m->openAncestors(module);
    m->setOpen(module, true);
}

void GraphCanvas::expand(const std::vector<ModuleId>& modules)
{
    std::vector<ModuleId> opened;
    for (const ModuleId module : modules)
        if (m->inspection && module < m->inspection->modules.size() && module != root_module) {
            m->openAncestors(module);
            if (m->open.insert(module).second)
                opened.push_back(module);
        }
    if (opened.empty())
        return;
    m->follow_fit = false;
    m->requestLayout();
    for (const ModuleId module : opened)
        Q_EMIT expansionChanged(module, true);
}

void GraphCanvas::collapse(ModuleId module)
{
    m->setOpen(module, false);
}

void GraphCanvas::toggle(ModuleId module)
{
    if (isExpanded(module))
        collapse(module);
    else
        expand(module);
}

bool GraphCanvas::isExpanded(ModuleId module) const
{
    return m->open.contains(module);
}

void GraphCanvas::expandAll()
{
    m->refit = true;
    m->requestLayout(true);
}

void GraphCanvas::collapseAll()
{
    m->open.clear();
    m->refit = true;
    m->requestLayout();
}

void GraphCanvas::selectNode(NodeId node)
{
    m->select(node, no_module);
}

void GraphCanvas::selectModule(ModuleId module)
{
    m->select(no_id, module);
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
    m->reveal(node, no_module);
}

void GraphCanvas::revealModule(ModuleId module)
{
    m->reveal(no_id, module);
}

double GraphCanvas::zoom() const
{
    return m->zoom;
}

void GraphCanvas::setZoom(double zoom)
{
    m->zoomAt(QRectF(viewport()->rect()).center(), zoom / m->zoom);
}

void GraphCanvas::zoomIn()
{
    setZoom(m->zoom * 1.25);
}

void GraphCanvas::zoomOut()
{
    setZoom(m->zoom / 1.25);
}

void GraphCanvas::fitToView()
{
    if (!m->scene)
        return;
    m->fit({0, 0, m->scene->width, m->scene->height}, 1.0, true);
    m->follow_fit = true;
}

void GraphCanvas::fitSelection()
{
    const std::uint32_t box = m->selectedBox();
    if (box == no_id)
        return fitToView();
    m->follow_fit = false;
    m->fit(m->scene->boxes[box].rect, 1.5, true);
}

std::shared_ptr<const Scene> GraphCanvas::scene() const
{
    return m->scene;
}

bool GraphCanvas::isLayoutRunning() const
{
    return m->runner.isRunning();
}

QPointF GraphCanvas::toViewport(const QPointF& scenePoint) const
{
    return m->toViewport(scenePoint);
}

QPointF GraphCanvas::toScene(const QPointF& viewportPoint) const
{
    return m->toScene(viewportPoint);
}

void GraphCanvas::setView(double zoom, const QPointF& scenePoint, const QPointF& viewportPoint)
{
    m->follow_fit = false;
    const double wanted = std::clamp(zoom, min_zoom, max_zoom);
    m->moveTo(wanted, viewportPoint - scenePoint * wanted, false);
    m->keepInReach();
}

void GraphCanvas::setAnimated(bool animated)
{
    m->animated = animated;
}

void GraphCanvas::setLegendVisible(bool visible)
{
    m->legend_wanted = visible;
    placeLegend();
}

void GraphCanvas::setColorBy(ColorBy by)
{
    if (by == m->color_by)
        return;
    m->color_by = by;
    m->kept_classes = 0;
    m->requestLayout();
    Q_EMIT colorByChanged(by);
}

ColorBy GraphCanvas::colorBy() const
{
    return m->color_by;
}

void GraphCanvas::setDifferences(std::shared_ptr<const std::vector<DifferenceClass>> differences)
{
    if (differences == m->differences)
        return;
    m->differences = std::move(differences);
    m->classes.reset();
    m->kept_classes = 0;
    m->requestLayout();
}

void GraphCanvas::setKeptNodes(std::shared_ptr<const std::vector<bool>> nodes)
{
    if (nodes == m->kept_nodes)
        return;
    m->kept_nodes = std::move(nodes);
    m->requestLayout();
}

std::size_t GraphCanvas::keptCount() const
{
    if (m->subset)
        return m->subset->count;
    return m->inspection && m->inspection->model ? m->inspection->model->nodes.size() : 0;
}

QSize GraphCanvas::sizeHint() const
{
    return {900, 640};
}

/// In the corner where the data flow, which runs down the middle, needs the room least.
void GraphCanvas::placeLegend()
{
    const QSize size = m->legend->sizeHint();
    const bool room =
        viewport()->width() > 3 * size.width() && viewport()->height() > size.height() + 80;
    m->legend->setVisible(m->legend_wanted && m->layout && room);
    const int x =
        layoutDirection() == Qt::RightToLeft ? viewport()->width() - size.width() - 12 : 12;
    m->legend->setGeometry(QRect(QPoint(x, viewport()->height() - size.height() - 12), size));
}

void GraphCanvas::setMinimapVisible(bool visible)
{
    m->minimap_wanted = visible;
    placeMinimap();
}

/// In the corner opposite to the legend's, while it says something.
void GraphCanvas::placeMinimap()
{
    const QSize size = m->minimap->sizeHint();
    m->minimap->setView(QRectF(m->toScene(QPointF(0, 0)), QSizeF(viewport()->size()) / m->zoom));
    const bool room =
        viewport()->width() > 4 * size.width() && viewport()->height() > size.height() + 80;
    const bool shown = m->minimap_wanted && m->scene && room && m->minimap->isUseful();
    const int x =
        layoutDirection() == Qt::RightToLeft ? 12 : viewport()->width() - size.width() - 12;
    m->minimap->move(x, viewport()->height() - size.height() - 12);
    if (shown != m->minimap->isVisible())
        m->minimap->setVisible(shown);
}

void GraphCanvas::paintEvent(QPaintEvent*)
{
    const ui::Activity activity("picture of the graph");
    // The view has moved, grown or shrunk: whatever moved it ends up here.
    placeMinimap();
    if (m->zoom != m->told_zoom || m->offset != m->told_offset) {
        m->told_zoom = m->zoom;
        m->told_offset = m->offset;
        QMetaObject::invokeMethod(this, &GraphCanvas::viewChanged, Qt::QueuedConnection);
    }
    QPainter painter(viewport());
    // Names, shapes and paths are read from left to right in all languages.
    painter.setLayoutDirection(Qt::LeftToRight);
    painter.fillRect(viewport()->rect(), m->theme.canvas);
    if (m->scene && m->index) {
        SceneView view;
        view.zoom = m->zoom;
        view.offset = m->offset;
        view.size = viewport()->size();
        view.hovered = m->hovered;
        view.selected = m->selectedBox();
        view.also = m->alsoBoxes();
        view.highlighted = m->highlighted;
        view.focused = hasFocus();
        view.from = m->from.size() == m->scene->boxes.size() ? &m->from : nullptr;
        view.progress = m->progress;
        view.classes = m->classes.get();
        view.subset = m->subset.get();
        ScenePainter(*m->index, m->theme, view).paint(painter);
        if (m->banding) {
            painter.resetTransform();
            QColor fill = m->theme.accent;
            fill.setAlphaF(0.1F);
            painter.setPen(QPen(m->theme.accent, 1.2, Qt::DashLine));
            painter.setBrush(fill);
            painter.drawRoundedRect(m->band, 4, 4);
        }
        return;
    }
    QString text = tr("Open a model to see its graph");
    if (m->inspection)
        text = !m->inspection->model ? tr("Export the model to see its graph")
               : m->error.isEmpty()  ? tr("Laying out the graph…")
                                     : tr("The graph cannot be shown: %1").arg(m->error);
    painter.setPen(m->theme.textMuted);
    painter.setFont(Theme::font(FontRole::Heading));
    painter.drawText(viewport()->rect().adjusted(40, 40, -40, -40),
                     Qt::AlignCenter | Qt::TextWordWrap, text);
}

void GraphCanvas::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    placeLegend();
    if (m->scene && m->follow_fit)
        m->fit({0, 0, m->scene->width, m->scene->height}, 1.0, false);
    else
        m->keepInReach();
}

void GraphCanvas::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (!m)
        return;
    if (event->type() == QEvent::PaletteChange ||
        event->type() == QEvent::ApplicationPaletteChange) {
        m->theme = Theme::fromPalette(palette());
        m->updateMinimap();
    }
    if (event->type() == QEvent::FontChange && m->layout) {
        m->layout =
            std::make_shared<HierarchyLayout>(m->inspection, std::make_shared<FontTextMetrics>());
        m->requestLayout();
    }
    viewport()->update();
}

} // namespace strata
