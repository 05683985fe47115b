#include "ui/canvas/scene_painter.h"

#include "layout/box_content.h"
#include "ui/theme/orphan_pattern.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

namespace strata {

namespace {

using M = BoxMeasures;

QRectF toQt(const Rect& r)
{
    return {r.x, r.y, r.width, r.height};
}

QPointF toQt(const Point& p)
{
    return {p.x, p.y};
}

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

constexpr double operator_radius = 6.0;
constexpr double group_radius = 9.0;
constexpr double container_radius = 12.0;
constexpr double dimmed_opacity = 0.2;

} // namespace

QRectF badgeRect(const SceneBox& box, const Rect& rect)
{
    const double row = box.kind == BoxKind::Container ? M::header : 36.0;
    return {rect.x + M::padding - 1, rect.y + (row - 16.0) / 2, 16.0, 16.0};
}

ScenePainter::ScenePainter(const SceneIndex& index, const Theme& theme, const SceneView& view)
    : m_index(index),
      m_theme(theme),
      m_view(view),
      m_colors{theme, view.classes, view.subset},
      m_title(Theme::font(FontRole::Title)),
      m_body(Theme::font(FontRole::Body)),
      m_small(Theme::font(FontRole::Small))
{}

Rect ScenePainter::rectOf(std::uint32_t box) const
{
    const Rect& to = m_index.scene().boxes[box].rect;
    if (m_view.from == nullptr)
        return to;
    const Rect& from = (*m_view.from)[box];
    const double t = m_view.progress;
    const auto mix = [t](double a, double b) { return a + (b - a) * t; };
    return {mix(from.x, to.x), mix(from.y, to.y), mix(from.width, to.width),
            mix(from.height, to.height)};
}

void ScenePainter::paint(QPainter& painter)
{
    const Scene& scene = m_index.scene();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.translate(m_view.offset);
    painter.scale(m_view.zoom, m_view.zoom);
    constexpr double margin = 24.0; // shadows, outlines and arrow heads
    Rect area{-m_view.offset.x() / m_view.zoom - margin, -m_view.offset.y() / m_view.zoom - margin,
              m_view.size.width() / m_view.zoom + 2 * margin,
              m_view.size.height() / m_view.zoom + 2 * margin};
    if (m_view.from != nullptr) // moving boxes may come from outside
        area = {area.x - area.width, area.y - area.height, 3 * area.width, 3 * area.height};
    const auto boxes = m_index.boxesIn(area);
    const auto edges = m_index.edgesIn(area);

    for (const std::uint32_t i : boxes) {
        if (scene.boxes[i].kind == BoxKind::Container)
            drawContainer(painter, i);
    }
    painter.setOpacity(m_view.progress * m_view.progress);
    for (const std::uint32_t i : edges) {
        if (!m_view.highlighted.contains(i))
            drawEdge(painter, i, false);
    }
    for (const std::uint32_t i : edges) {
        if (m_view.highlighted.contains(i))
            drawEdge(painter, i, true);
    }
    if (m_view.zoom >= 0.3) {
        for (const std::uint32_t i : m_index.portsIn(area))
            drawPort(painter, scene.ports[i]);
    }
    if (m_view.zoom >= 0.72)
        drawLabels(painter, edges);
    painter.setOpacity(1.0);
    for (const std::uint32_t i : boxes) {
        painter.setOpacity(m_colors.dimmed(scene.boxes[i]) ? dimmed_opacity : 1.0);
        switch (scene.boxes[i].kind) {
        case BoxKind::Operator:
            drawOperator(painter, i);
            break;
        case BoxKind::Group:
            drawGroup(painter, i);
            break;
        case BoxKind::Container:
            drawHeader(painter, i);
            break;
        case BoxKind::Input:
        case BoxKind::Output:
            drawTerminal(painter, i);
            break;
        }
    }
    painter.setOpacity(1.0);
    for (const std::uint32_t box : m_view.also)
        if (box < scene.boxes.size())
            drawSelection(painter, box);
    if (m_view.selected < scene.boxes.size())
        drawSelection(painter, m_view.selected);
}

void ScenePainter::drawContainer(QPainter& painter, std::uint32_t index)
{
    const SceneBox& box = m_index.scene().boxes[index];
    QColor outline = m_theme.depthOutline(box.depth + 1);
    if (index == m_view.hovered)
        outline = m_theme.outlineStrong;
    painter.setPen(QPen(outline, 1.2));
    painter.setBrush(m_theme.depthTint(box.depth + 1));
    painter.drawRoundedRect(toQt(rectOf(index)), container_radius, container_radius);
}

void ScenePainter::drawBadge(QPainter& painter, const QRectF& rect, bool open)
{
    if (m_view.zoom < 0.3)
        return;
    painter.setPen(QPen(m_theme.outlineStrong, 1.1));
    painter.setBrush(m_theme.surface);
    painter.drawRoundedRect(rect, 4.5, 4.5);
    painter.setPen(QPen(m_theme.text, 1.5, Qt::SolidLine, Qt::RoundCap));
    const QPointF c = rect.center();
    painter.drawLine(QPointF(c.x() - 3.5, c.y()), QPointF(c.x() + 3.5, c.y()));
    if (!open)
        painter.drawLine(QPointF(c.x(), c.y() - 3.5), QPointF(c.x(), c.y() + 3.5));
}

QString ScenePainter::summary(const SceneBox& box) const
{
    const auto total = static_cast<int>(box.figures.total);
    // Two sentences rather than a plural form: English is shown without a translation file.
    const QString nodes = total == 1 ? tr("1 node") : tr("%1 nodes").arg(QLocale().toString(total));
    if (total == 0)
        return nodes;
    const double share = box.figures.coverage() * 100.0;
    // Never round up to a full hundred: that is a claim.
    const double shown = share < 100.0 ? std::min(share, 99.9) : 100.0;
    return QStringLiteral("%1 · %2 %")
        .arg(nodes, QLocale().toString(shown, 'f', shown == 100.0 || shown == 0.0 ? 0 : 1));
}

void ScenePainter::drawHeader(QPainter& painter, std::uint32_t index)
{
    const SceneBox& box = m_index.scene().boxes[index];
    const Rect rect = rectOf(index);
    drawBadge(painter, badgeRect(box, rect), true);
    if (!textVisible(13))
        return;
    // Lines come in through the header: the text stands on the container's own colour.
    const QColor tint = m_theme.depthTint(box.depth + 1);
    double x = rect.x + M::padding + 22;
    const auto write = [&](const QFont& font, const QString& value, const QColor& color,
                           double left, bool to_left) {
        const double width = QFontMetricsF(font).horizontalAdvance(value) + 2;
        const QRectF place(to_left ? left - width : left, rect.y + 3, width, M::header - 6);
        painter.fillRect(place.adjusted(-3, 5, 3, -5), tint);
        painter.setFont(font);
        painter.setPen(color);
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, value);
        return width;
    };
    x += write(m_title, text(box.title), m_theme.text, x, false) + 6;
    if (!box.subtitle.empty())
        write(m_body, text(box.subtitle), m_theme.textMuted, x, false);
    write(m_small, summary(box), m_theme.textMuted, rect.right() - M::padding, true);
}

void ScenePainter::drawEdge(QPainter& painter, std::uint32_t index, bool highlighted)
{
    const SceneEdge& edge = m_index.scene().edges[index];
    QPainterPath path(toQt(edge.points.front()));
    for (std::size_t i = 1; i + 2 < edge.points.size(); i += 3)
        path.cubicTo(toQt(edge.points[i]), toQt(edge.points[i + 1]), toQt(edge.points[i + 2]));
    const QColor color = highlighted ? m_theme.edgeHighlight : m_theme.edge;
    // Lines stay visible when everything else gets small.
    const double width = std::max(highlighted ? 2.0 : 1.3, (highlighted ? 1.4 : 0.7) / m_view.zoom);
    QPen pen(color, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    if (edge.backward)
        pen.setDashPattern({4.0, 3.0});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(path);
    if (m_view.zoom < 0.25)
        return;

    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const QPointF tip = toQt(edge.points.back());
    if (edge.arrow) {
        const double down = edge.points[edge.points.size() - 2].y <= tip.y() ? 1.0 : -1.0;
        const double length = highlighted ? 9.0 : 7.5;
        const double half = highlighted ? 4.6 : 3.8;
        QPainterPath head(tip);
        head.lineTo(tip.x() - half, tip.y() - down * length);
        head.quadTo(tip.x(), tip.y() - down * length * 0.72, tip.x() + half,
                    tip.y() - down * length);
        head.closeSubpath();
        painter.drawPath(head);
    } else
        painter.drawEllipse(tip, 2.6, 2.6);
}

void ScenePainter::drawLabels(QPainter& painter, const std::vector<std::uint32_t>& edges)
{
    painter.setFont(m_small);
    const QFontMetricsF metrics(m_small);
    std::vector<QRectF> taken;
    const Scene& scene = m_index.scene();
    for (const std::uint32_t i : edges) {
        const SceneEdge& edge = scene.edges[i];
        QString label = text(edge.label);
        if (edge.values.size() > 1)
            label = tr("%1 values").arg(edge.values.size());
        if (label.isEmpty())
            continue;
        label = metrics.elidedText(label, Qt::ElideMiddle, 170);
        const QSizeF size(metrics.horizontalAdvance(label) + 8, metrics.height());
        const QRectF place(edge.label_at.x - size.width() / 2,
                           edge.label_at.y - size.height() / 2 - 2, size.width(), size.height());
        bool free = true;
        for (const QRectF& other : taken)
            free = free && !other.intersects(place);
        if (!free)
            continue;
        taken.push_back(place);
        const QColor ground = edge.level == no_id
                                  ? m_theme.canvas
                                  : m_theme.depthTint(scene.boxes[edge.level].depth + 1);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ground);
        painter.drawRoundedRect(place, 4, 4);
        painter.setPen(m_view.highlighted.contains(i) ? m_theme.edgeHighlight : m_theme.textMuted);
        painter.drawText(place, Qt::AlignCenter | Qt::TextSingleLine, label);
    }
}

void ScenePainter::drawOperator(QPainter& painter, std::uint32_t index)
{
    const SceneBox& box = m_index.scene().boxes[index];
    const QRectF rect = toQt(rectOf(index));
    const QColor confidence = m_colors.of(box);
    const DifferenceClass difference = m_colors.difference(box);
    const bool differs = difference != DifferenceClass::Same;
    const QColor fill = Theme::mix(m_theme.surface, confidence,
                                   (m_theme.dark ? 0.16 : 0.10) + (differs ? 0.12 : 0.0));
    if (m_view.zoom < 0.2) { // a few pixels: the colour is all there is room for
        painter.setPen(Qt::NoPen);
        painter.setBrush(box.synthetic ? m_theme.orphan : confidence);
        painter.drawRect(rect);
        return;
    }
    if (box.synthetic)
        drawOrphanFrame(painter, m_theme, rect, operator_radius, m_theme.surface);
    else {
        QColor outline = Theme::mix(m_theme.outline, confidence, differs ? 0.9 : 0.45);
        if (index == m_view.hovered)
            outline = m_theme.outlineStrong;
        painter.setPen(QPen(outline, differs ? 1.6 : 1.0));
        painter.setBrush(fill);
        painter.drawRoundedRect(rect, operator_radius, operator_radius);
    }
    // The bar: full height, in the confidence's colour.
    QPainterPath outline;
    outline.addRoundedRect(rect, operator_radius, operator_radius);
    painter.save();
    painter.setClipPath(outline, Qt::IntersectClip);
    painter.fillRect(QRectF(rect.left(), rect.top(), M::bar, rect.height()), confidence);
    painter.restore();
    if (differs)
        drawDifference(painter, difference, rect);
    if (!textVisible(13))
        return;
    const double left = rect.left() + M::bar + M::padding;
    const QRectF row(left, rect.top(), rect.right() - left - 4, M::operator_row);
    if (box.synthetic) { // keep the name clear of the hatch
        const double width = QFontMetricsF(m_title).horizontalAdvance(text(box.title));
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.surface);
        painter.drawRoundedRect(QRectF(row.left() - 4, row.top() + 4, width + 8, 20), 4, 4);
    }
    painter.setFont(m_title);
    painter.setPen(m_theme.text);
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text(box.title));
    if (box.lines.empty() || !textVisible(9))
        return;
    painter.setFont(m_small);
    painter.setPen(m_theme.textMuted);
    const double height = QFontMetricsF(m_small).height();
    double y = rect.top() + M::operator_row - 2;
    for (const std::string& line : box.lines) {
        painter.drawText(QRectF(left, y, row.width(), height),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text(line));
        y += height;
    }
}

void ScenePainter::drawGroup(QPainter& painter, std::uint32_t index)
{
    const SceneBox& box = m_index.scene().boxes[index];
    const Rect area = rectOf(index);
    const QRectF rect = toQt(area);
    const bool hovered = index == m_view.hovered;
    const QColor fill = Theme::mix(m_theme.surface, m_theme.depthTint(box.depth + 1), 0.35);
    if (box.synthetic)
        drawOrphanFrame(painter, m_theme, rect, group_radius, m_theme.surface);
    else {
        // Sheets below: there is more inside; equal modules that are folded are a stack of cards.
        const bool stack = box.group_kind == GroupKind::Repeat;
        for (double sheet = stack ? 3 : 1; sheet >= 1 && m_view.zoom > (stack ? 0.2 : 0.35);
             --sheet) {
            painter.setPen(QPen(m_theme.depthOutline(box.depth), 1.0));
            painter.setBrush(m_theme.depthTint(box.depth + 2));
            painter.drawRoundedRect(
                rect.translated(0, 3 * sheet).adjusted(4 * sheet, 0, -4 * sheet, 0), group_radius,
                group_radius);
        }
        painter.setPen(
            QPen(hovered ? m_theme.outlineStrong : m_theme.depthOutline(box.depth + 1), 1.2));
        painter.setBrush(fill);
        painter.drawRoundedRect(rect, group_radius, group_radius);
    }
    // Coverage: how sure its nodes are on average, and which share has a module at all.
    const QRectF track(rect.left() + M::padding, rect.bottom() - 10, rect.width() - 2 * M::padding,
                       4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::mix(m_theme.surface, m_theme.outline, 0.8));
    painter.drawRoundedRect(track, 2, 2);
    drawShares(painter, box, track);
    drawBadge(painter, badgeRect(box, area), false);
    if (m_colors.areDifferences())
        drawDifferences(painter, box, rect);
    if (!textVisible(13))
        return;
    double x = rect.left() + M::padding + 22;
    const QString title = text(box.title);
    const double titleWidth = QFontMetricsF(m_title).horizontalAdvance(title);
    if (box.synthetic) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_theme.surface);
        painter.drawRoundedRect(QRectF(x - 4, rect.top() + 5, rect.right() - x - 4, 40), 4, 4);
    }
    painter.setFont(m_title);
    painter.setPen(m_theme.text);
    painter.drawText(QRectF(x, rect.top() + 6, titleWidth + 2, 24),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, title);
    painter.setPen(m_theme.textMuted);
    if (!box.subtitle.empty()) {
        painter.setFont(m_body);
        const double left = x + titleWidth + 7;
        painter.drawText(QRectF(left, rect.top() + 6, rect.right() - left, 24),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text(box.subtitle));
    }
    painter.setFont(m_small);
    painter.drawText(QRectF(x, rect.top() + 28, rect.right() - x - 6, 16),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, summary(box));
}

/// Confidence: how sure the nodes inside are on average, as long as the share that has a module.
/// Other colours: how many nodes inside have which.
void ScenePainter::drawShares(QPainter& painter, const SceneBox& box, const QRectF& track)
{
    if (m_colors.areConfidence() || box.group >= m_view.classes->of_group.size()) {
        QRectF filled = track;
        filled.setWidth(track.width() * box.figures.coverage());
        if (filled.width() <= 0)
            return;
        painter.setBrush(m_theme.confidenceColor(box.figures.mean_confidence()));
        painter.drawRoundedRect(filled, 2, 2);
        return;
    }
    const ClassCounts& counts = m_view.classes->of_group[box.group];
    double total = 0;
    for (const std::uint32_t count : counts)
        total += count;
    double left = track.left();
    for (std::size_t i = 0; i < m_view.classes->classes.size() && total > 0; ++i) {
        const double width = track.width() * counts[i] / total;
        painter.fillRect(QRectF(left, track.top(), width, track.height()), m_colors.ofClass(i));
        left += width;
    }
}

/// A sign at the corner: not colour alone.
void ScenePainter::drawDifference(QPainter& painter, DifferenceClass difference, const QRectF& rect)
{
    const QColor color = m_theme.differenceColor(difference);
    const QPointF c(rect.right() - 2, rect.top() + 2);
    painter.setPen(QPen(m_theme.surface, 1.5));
    painter.setBrush(color);
    painter.drawEllipse(c, 7.5, 7.5);
    painter.setPen(QPen(Theme::readableOn(color), 1.6, Qt::SolidLine, Qt::RoundCap));
    const auto line = [&](double x1, double y1, double x2, double y2) {
        painter.drawLine(c + QPointF(x1, y1), c + QPointF(x2, y2));
    };
    switch (difference) {
    case DifferenceClass::Added:
        line(0, -3.5, 0, 3.5);
        [[fallthrough]];
    case DifferenceClass::Removed:
        line(-3.5, 0, 3.5, 0);
        break;
    case DifferenceClass::Changed:
        line(-3.2, -1.5, 3.2, -1.5);
        line(-3.2, 1.5, 3.2, 1.5);
        line(-1.6, 3.6, 1.6, -3.6);
        break;
    case DifferenceClass::Fused: // two become one
        line(-3.2, -3.2, 0, 0);
        line(3.2, -3.2, 0, 0);
        line(0, 0, 0, 3.6);
        break;
    case DifferenceClass::Same:
        break;
    }
}

/// How many nodes inside differ, in the colour of what is most frequent among them.
void ScenePainter::drawDifferences(QPainter& painter, const SceneBox& box, const QRectF& rect)
{
    if (box.group >= m_view.classes->of_group.size())
        return;
    const ClassCounts& counts = m_view.classes->of_group[box.group];
    std::uint32_t total = 0;
    for (std::size_t i = 1; i < difference_class_count; ++i)
        total += counts[i];
    if (total == 0)
        return;
    const QColor color = m_colors.ofClass(m_colors.mostFrequentDifference(box.group));
    painter.setFont(m_small);
    const QString number = QLocale().toString(total);
    const double width = std::max(18.0, QFontMetricsF(m_small).horizontalAdvance(number) + 11);
    const QRectF place(rect.right() - width + 6, rect.top() - 7, width, 17);
    painter.setPen(QPen(m_theme.surface, 1.5));
    painter.setBrush(color);
    painter.drawRoundedRect(place, 8.5, 8.5);
    if (!textVisible(11))
        return;
    painter.setPen(Theme::readableOn(color));
    painter.drawText(place, Qt::AlignCenter | Qt::TextSingleLine, number);
}

void ScenePainter::drawTerminal(QPainter& painter, std::uint32_t index)
{
    const SceneBox& box = m_index.scene().boxes[index];
    const QRectF rect = toQt(rectOf(index));
    const double radius = rect.height() / 2;
    painter.setPen(QPen(index == m_view.hovered ? m_theme.outlineStrong : m_theme.terminal, 1.2));
    painter.setBrush(Theme::mix(m_theme.canvas, m_theme.terminal, 0.12));
    painter.drawRoundedRect(rect, radius, radius);
    if (!textVisible(12))
        return;
    const QString title = text(box.title);
    const double width = QFontMetricsF(m_body).horizontalAdvance(title);
    const double left = rect.left() + M::padding + 4;
    painter.setFont(m_body);
    painter.setPen(m_theme.text);
    painter.drawText(QRectF(left, rect.top(), width + 2, rect.height()),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, title);
    painter.setFont(m_small);
    painter.setPen(m_theme.textMuted);
    painter.drawText(
        QRectF(left + width + 8, rect.top(), rect.right() - left - width, rect.height()),
        Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine, text(box.subtitle));
}

void ScenePainter::drawPort(QPainter& painter, const ScenePort& port)
{
    const QRectF rect = toQt(port.rect);
    const Rect& box = m_index.scene().boxes[port.box].rect;
    const bool lit = port.box == m_view.hovered || port.box == m_view.selected;
    const QColor color = lit ? m_theme.edgeHighlight : m_theme.edge;
    painter.setPen(QPen(color, 1.1));
    const double y = rect.center().y();
    const double side = port.outgoing ? box.right() : box.x;
    // Stacks can be taller than their box: then the line slants to it.
    const double at = std::clamp(y, std::min(box.y + 7, box.center().y),
                                 std::max(box.bottom() - 7, box.center().y));
    painter.drawLine(QPointF(port.outgoing ? rect.left() : rect.right(), y), QPointF(side, at));
    painter.setBrush(m_theme.surfaceRaised);
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2);
    if (!textVisible(11))
        return;
    painter.setFont(m_small);
    painter.setPen(lit ? m_theme.edgeHighlight : m_theme.textMuted);
    painter.drawText(rect, Qt::AlignCenter | Qt::TextSingleLine, text(port.text));
}

void ScenePainter::drawSelection(QPainter& painter, std::uint32_t index)
{
    const SceneBox& box = m_index.scene().boxes[index];
    const double radius = box.kind == BoxKind::Operator    ? operator_radius
                          : box.kind == BoxKind::Group     ? group_radius
                          : box.kind == BoxKind::Container ? container_radius
                                                           : box.rect.height / 2;
    const double grow = 2.0;
    const QRectF rect = toQt(rectOf(index)).adjusted(-grow, -grow, grow, grow);
    QColor glow = m_theme.accent;
    glow.setAlphaF(m_view.focused ? 0.25F : 0.12F);
    const double line = std::max(2.0, 1.6 / m_view.zoom);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(glow, line + 5));
    painter.drawRoundedRect(rect, radius + grow, radius + grow);
    painter.setPen(QPen(m_theme.accent, line));
    painter.drawRoundedRect(rect, radius + grow, radius + grow);
}

} // namespace strata
