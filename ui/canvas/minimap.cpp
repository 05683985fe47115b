#include "ui/canvas/minimap.h"
#include "ui/jobs/activity.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>

namespace strata {

namespace {

constexpr int map_width = 150;
constexpr int map_height = 190;
constexpr double margin = 6.0;

QImage drawBoxes(QImage picture, const Scene& scene, const Minimap::Colors& used, double scale,
                 const QPointF& origin)
{
    const BoxColors colors{used.theme, used.classes.get(), used.subset.get()};
    QPainter painter(&picture);
    painter.setPen(Qt::NoPen);
    for (const SceneBox& box : scene.boxes) {
        const QRectF place(origin + QPointF(box.rect.x, box.rect.y) * scale,
                           QSizeF(box.rect.width, box.rect.height) * scale);
        // Containers that would be a line say nothing; operators are at least a dot.
        if (box.kind == BoxKind::Container) {
            if (place.width() >= 2.0 && place.height() >= 2.0)
                painter.fillRect(place, colors.theme.depthTint(box.depth + 2));
            continue;
        }
        QColor color = box.kind == BoxKind::Operator || box.kind == BoxKind::Group
                           ? colors.of(box)
                           : colors.theme.terminal;
        if (box.synthetic)
            color = colors.theme.orphan;
        if (colors.dimmed(box))
            color.setAlphaF(0.15F);
        painter.fillRect(QRectF(place.topLeft(), QSizeF(std::max(1.0, place.width()),
                                                        std::max(1.0, place.height()))),
                         color);
    }
    return picture;
}

} // namespace

Minimap::Minimap(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("minimap"));
    setAccessibleName(tr("Overview of the graph"));
    setToolTip(tr("The whole graph; click or drag to go there"));
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_NoSystemBackground);
    resize(sizeHint());
}

QSize Minimap::sizeHint() const
{
    return {map_width, map_height};
}

void Minimap::setScene(std::shared_ptr<const Scene> scene, const Colors& colors)
{
    const ui::Activity activity("overview");
    m_background.cancel();
    m_scene = std::move(scene);
    if (!m_scene) {
        m_picture = {};
        update();
        return;
    }
    m_scale = std::min((map_width - 2 * margin) / std::max(1.0, m_scene->width),
                       (map_height - 2 * margin) / std::max(1.0, m_scene->height));
    m_scale = std::min(m_scale, 0.25);
    m_origin = QPointF((map_width - m_scene->width * m_scale) / 2,
                       (map_height - m_scene->height * m_scale) / 2);
    QImage empty(QSize(map_width, map_height) * devicePixelRatioF(),
                 QImage::Format_ARGB32_Premultiplied);
    empty.setDevicePixelRatio(devicePixelRatioF());
    empty.fill(Qt::transparent);
    constexpr std::size_t few = 2000;
    if (m_scene->boxes.size() <= few) {
        m_picture = drawBoxes(std::move(empty), *m_scene, colors, m_scale, m_origin);
        update();
        return;
    }
    m_background.run([this, empty, boxes = m_scene, colors, scale = m_scale,
                      origin = m_origin](TaskContext& task) -> ui::Background::Answer {
        const QImage picture = drawBoxes(empty, *boxes, colors, scale, origin);
        if (task.cancelled())
            return {};
        return [this, picture] {
            m_picture = picture;
            update();
        };
    });
}

void Minimap::setView(const QRectF& view)
{
    if (view == m_view)
        return;
    m_view = view;
    update();
}

bool Minimap::isUseful() const
{
    return m_scene &&
           !m_view.contains(QRectF(0, 0, m_scene->width, m_scene->height).adjusted(1, 1, -1, -1));
}

void Minimap::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::fromPalette(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor card = theme.surface;
    card.setAlphaF(0.94F);
    painter.setPen(QPen(theme.outline, 1));
    painter.setBrush(card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    painter.drawImage(QPointF(0, 0), m_picture);
    const QRectF view = QRectF(toMap(m_view.topLeft()), toMap(m_view.bottomRight()))
                            .intersected(QRectF(rect()).adjusted(2, 2, -2, -2));
    QColor glass = theme.accent;
    glass.setAlphaF(0.12F);
    painter.setBrush(glass);
    painter.setPen(QPen(theme.accent, 1.2));
    painter.drawRoundedRect(view, 2, 2);
}

void Minimap::go(const QPointF& at)
{
    if (m_scene)
        Q_EMIT centerRequested((at - m_origin) / m_scale);
}

void Minimap::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        go(event->position());
}

void Minimap::mouseMoveEvent(QMouseEvent* event)
{
    if ((event->buttons() & Qt::LeftButton) != 0)
        go(event->position());
}

} // namespace strata
