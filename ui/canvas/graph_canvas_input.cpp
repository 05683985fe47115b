// Mouse, wheel, gestures and keys of the graph canvas.
#include "ui/canvas/canvas_state.h"
#include "ui/canvas/graph_canvas.h"

#include <QContextMenuEvent>
#include <QGestureEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPinchGesture>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace strata {

namespace {

constexpr double drag_start = 5.0;
constexpr double pan_step = 60.0;

bool can_open(const SceneBox& box)
{
    return box.kind == BoxKind::Group || box.kind == BoxKind::Container;
}

} // namespace

bool GraphCanvas::event(QEvent* event)
{
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        viewport()->update();
    return QAbstractScrollArea::event(event);
}

bool GraphCanvas::viewportEvent(QEvent* event)
{
    if (!m)
        return QAbstractScrollArea::viewportEvent(event);
    switch (event->type()) {
    case QEvent::Gesture:
        return pinch(event);
    case QEvent::ToolTip:
        return showToolTip(event);
    case QEvent::Leave:
        m->hover(no_id);
        break;
    default:
        break;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

bool GraphCanvas::pinch(QEvent* event)
{
    auto* gesture = static_cast<QGestureEvent*>(event);
    auto* state = static_cast<QPinchGesture*>(gesture->gesture(Qt::PinchGesture));
    if (state == nullptr)
        return false;
    if ((state->changeFlags() & QPinchGesture::ScaleFactorChanged) != 0)
        m->zoomAt(viewport()->mapFromGlobal(state->centerPoint()), state->scaleFactor());
    gesture->accept(state);
    return true;
}

bool GraphCanvas::showToolTip(QEvent* event)
{
    auto* help = static_cast<QHelpEvent*>(event);
    const std::uint32_t at = m->boxAt(help->pos());
    if (at == no_id || m->scene->boxes[at].kind == BoxKind::Container) {
        QToolTip::hideText();
        return true;
    }
    const SceneBox& box = m->scene->boxes[at];
    const OnnxModel& model = *m->inspection->model;
    const auto escaped = [](std::string_view text) {
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toHtmlEscaped();
    };
    QString text;
    if (box.node != no_id && box.node < m->inspection->attribution.size()) {
        const NodeAttribution& a = m->inspection->attribution[box.node];
        const OnnxNode& node = model.nodes[box.node];
        const std::string place =
            a.synthetic ? a.synthetic_path : m->inspection->modules.tag(a.module);
        text = QStringLiteral("<b>%1</b> %2<br>%3<br>")
                   .arg(escaped(model.text(node.op_type)), escaped(model.text(node.name)),
                        escaped(place));
        text += tr("Confidence %1, evidence: %2")
                    .arg(QLocale().toString(a.confidence, 'f', 2), escaped(to_string(a.kind)));
        for (const ValueId output : node.outputs) {
            if (output < model.values.size())
                text += QStringLiteral("<br>→ ") + escaped(model.type_text(output));
        }
    } else if (box.value != no_id) {
        text = QStringLiteral("<b>%1</b><br>%2")
                   .arg(escaped(model.text(model.values[box.value].name)),
                        escaped(model.type_text(box.value)));
    } else if (box.module != no_module) {
        text = QStringLiteral("<b>%1</b><br>").arg(escaped(m->inspection->modules.tag(box.module)));
        text += tr("Nodes: %1, mean confidence %2")
                    .arg(QLocale().toString(static_cast<qulonglong>(box.figures.total)),
                         QLocale().toString(box.figures.mean_confidence(), 'f', 2));
    } else
        text = escaped(box.title);
    QToolTip::showText(help->globalPos(), text, viewport());
    return true;
}

void GraphCanvas::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return;
    m->flight.stop();
    m->banding = event->button() == Qt::LeftButton &&
                 (event->modifiers() & Qt::ShiftModifier) != 0 && m->scene;
    m->band = QRectF(event->position(), QSizeF(0, 0));
    m->pressed = true;
    m->dragging = false;
    m->press = event->position();
    m->press_offset = m->offset;
}

void GraphCanvas::mouseMoveEvent(QMouseEvent* event)
{
    if (!m->pressed)
        return m->hover(m->boxAt(event->position()));
    const QPointF moved = event->position() - m->press;
    if (!m->dragging && std::hypot(moved.x(), moved.y()) < drag_start)
        return;
    if (!m->dragging)
        viewport()->setCursor(m->banding ? Qt::CrossCursor : Qt::ClosedHandCursor);
    m->dragging = true;
    if (m->banding) {
        m->band = QRectF(m->press, event->position()).normalized();
        viewport()->update();
        return;
    }
    m->follow_fit = false;
    m->offset = m->press_offset + moved;
    m->keepInReach();
    viewport()->update();
}

void GraphCanvas::mouseReleaseEvent(QMouseEvent* event)
{
    if (m->banding && m->dragging) {
        m->banding = false;
        m->pressed = false;
        m->dragging = false;
        viewport()->unsetCursor();
        m->chooseInBand();
        viewport()->update();
        Q_EMIT chosenChanged();
        return;
    }
    m->banding = false;
    const bool click = m->pressed && !m->dragging && event->button() == Qt::LeftButton;
    m->pressed = false;
    m->dragging = false;
    viewport()->unsetCursor();
    if (!click)
        return;
    const std::uint32_t at = m->boxAt(event->position());
    if ((event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)) != 0) {
        // What was selected until now is the first of several.
        if (m->also_nodes.empty() && m->also_modules.empty() && m->selectedBox() != at)
            m->chooseAlso(m->selectedBox(), false);
        m->chooseAlso(at, true);
        viewport()->update();
        Q_EMIT chosenChanged();
        return;
    }
    m->clearAlso();
    m->selectBox(at);
    if (at == no_id || !can_open(m->scene->boxes[at]))
        return;
    const SceneBox& box = m->scene->boxes[at];
    if (badgeRect(box, box.rect).adjusted(-2, -2, 2, 2).contains(m->toScene(event->position())))
        m->setOpen(box.group, box.kind == BoxKind::Group);
}

void GraphCanvas::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const std::uint32_t at = m->boxAt(event->position());
    if (at == no_id || !can_open(m->scene->boxes[at]))
        return;
    const SceneBox& box = m->scene->boxes[at];
    // Two quick clicks on the badge are two clicks, not one that opens and one that closes.
    if (!badgeRect(box, box.rect).contains(m->toScene(event->position())))
        m->setOpen(box.group, box.kind == BoxKind::Group);
}

void GraphCanvas::wheelEvent(QWheelEvent* event)
{
    event->accept();
    const QPoint pixels = event->pixelDelta();
    const QPoint angle = event->angleDelta();
    if ((event->modifiers() & Qt::ShiftModifier) != 0 || angle.y() == 0) { // sideways
        const double dx =
            !pixels.isNull() ? pixels.x() + pixels.y() : (angle.x() + angle.y()) / 2.0;
        m->offset.rx() += dx;
        m->follow_fit = false;
        m->keepInReach();
        viewport()->update();
        return;
    }
    m->zoomAt(event->position(), std::pow(1.0016, angle.y()));
}

void GraphCanvas::contextMenuEvent(QContextMenuEvent* event)
{
    const bool by_mouse = event->reason() == QContextMenuEvent::Mouse;
    const std::uint32_t at = by_mouse ? m->boxAt(event->pos()) : m->selectedBox();
    // A click on one of several chosen boxes means all of them.
    const std::vector<std::uint32_t> chosen = m->alsoBoxes();
    if (at != no_id && by_mouse && std::find(chosen.begin(), chosen.end(), at) == chosen.end()) {
        m->clearAlso();
        m->selectBox(at);
    }
    Q_EMIT contextMenuRequested(m->node, m->module, event->globalPos());
}

void GraphCanvas::keyPressEvent(QKeyEvent* event)
{
    const auto ignored = Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier;
    if (!m->scene || (event->modifiers() & ignored) != 0)
        return QAbstractScrollArea::keyPressEvent(event);
    const std::uint32_t selected = m->selectedBox();
    const auto go = [&](std::uint32_t box) {
        if (box == no_id)
            return;
        m->selectBox(box);
        m->ensureVisible(box);
    };
    const auto pan = [&](double dx, double dy) {
        m->offset += QPointF(dx, dy);
        m->follow_fit = false;
        m->keepInReach();
        viewport()->update();
    };
    const bool on_trail = m->trail.scene == m->scene.get() && m->trail.at == selected;
    const auto along = [&](bool downstream) {
        if (selected == no_id)
            return go(m->scene->boxes.empty() ? no_id : 0);
        const auto next = m->index->neighbours(selected, downstream);
        if (next.empty())
            return;
        // Back the way that one came, else the first branch; the others are beside it.
        std::uint32_t to = next.front();
        if (on_trail && m->trail.downstream != downstream &&
            std::find(next.begin(), next.end(), m->trail.from) != next.end())
            to = m->trail.from;
        go(to);
        m->trail = {m->scene.get(), selected, to, downstream};
    };
    const auto sideways = [&](bool right) {
        if (selected == no_id)
            return go(m->scene->boxes.empty() ? no_id : 0);
        if (on_trail) {
            const auto branches = m->index->neighbours(m->trail.from, m->trail.downstream);
            const auto at = std::find(branches.begin(), branches.end(), selected);
            if (at != branches.end() &&
                (right ? at + 1 != branches.end() : at != branches.begin())) {
                m->trail.at = right ? *(at + 1) : *(at - 1);
                return go(m->trail.at);
            }
            if (branches.size() > 1 && at != branches.end())
                return; // the last branch
        }
        go(m->index->beside(selected, right));
    };
    const bool shift = (event->modifiers() & Qt::ShiftModifier) != 0;
    switch (event->key()) {
    case Qt::Key_Down:
        return shift ? pan(0, -pan_step) : along(true);
    case Qt::Key_Up:
        return shift ? pan(0, pan_step) : along(false);
    case Qt::Key_Left:
    case Qt::Key_Right: {
        const bool right = event->key() == Qt::Key_Right;
        if (shift)
            return pan(right ? -pan_step : pan_step, 0);
        return sideways(right);
    }
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (selected != no_id && can_open(m->scene->boxes[selected])) {
            const SceneBox& box = m->scene->boxes[selected];
            m->setOpen(box.group, box.kind == BoxKind::Group);
        }
        return;
    case Qt::Key_Backspace:
        if (selected == no_id)
            return;
        if (m->scene->boxes[selected].kind == BoxKind::Container)
            return m->setOpen(m->scene->boxes[selected].group, false);
        return go(m->scene->boxes[selected].parent);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomIn();
    case Qt::Key_Minus:
        return zoomOut();
    case Qt::Key_0:
        return setZoom(1.0);
    case Qt::Key_F:
        return shift ? fitSelection() : fitToView();
    case Qt::Key_Escape:
        if (!m->also_nodes.empty() || !m->also_modules.empty())
            return m->clearAlso();
        if (selected != no_id)
            return m->selectBox(no_id);
        break;
    default:
        break;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

} // namespace strata
