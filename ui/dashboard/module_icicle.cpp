#include "ui/dashboard/module_icicle.h"

#include "ui/models/format.h"
#include "ui/theme/theme.h"
#include "ui/widgets/colors.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr double row_height = 30.0;
constexpr int most_levels = 7;
constexpr double narrowest = 2.5; // pixels: what is less is not drawn, nor what is in it

} // namespace

ModuleIcicle::ModuleIcicle(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Modules by number of nodes"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ModuleIcicle::sizeHint() const
{
    int rows = 1;
    for (const Cell& cell : m_cells)
        rows = std::max(rows, static_cast<int>(cell.rect.bottom() / row_height + 0.5));
    return {400, static_cast<int>(rows * row_height) + 2};
}

void ModuleIcicle::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    m_top = root_module;
    m_current = root_module;
    m_hovered = no_module;
    arrange();
}

void ModuleIcicle::zoomTo(ModuleId module)
{
    if (!m_inspection || module >= m_inspection->modules.size())
        return;
    m_top = module;
    m_current = module;
    arrange();
}

/// Only what is wide enough to be seen is laid out: at most some thousand cells, whatever the
/// model.
void ModuleIcicle::arrange()
{
    m_cells.clear();
    if (m_inspection && m_top < m_inspection->coverage.with_descendants.size()) {
        const auto& all = m_inspection->coverage.with_descendants;
        const ModuleTree& modules = m_inspection->modules;
        struct Step {
            ModuleId module;
            double x, width;
            int row;
        };
        std::vector<Step> stack{{m_top, 0.0, static_cast<double>(width()), 0}};
        while (!stack.empty()) {
            const Step step = stack.back();
            stack.pop_back();
            m_cells.push_back(
                {step.module, {step.x, step.row * row_height, step.width, row_height}});
            if (step.row + 1 >= most_levels || all[step.module].total == 0)
                continue;
            double x = step.x;
            const double scale = step.width / static_cast<double>(all[step.module].total);
            for (const ModuleId child : modules[step.module].children) {
                const double wide = scale * static_cast<double>(all[child].total);
                if (wide >= narrowest)
                    stack.push_back({child, x, wide, step.row + 1});
                x += wide;
            }
        }
    }
    updateGeometry();
    update();
}

void ModuleIcicle::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

QRectF ModuleIcicle::cellOf(ModuleId module) const
{
    for (const Cell& cell : m_cells)
        if (cell.module == module)
            return cell.rect;
    return {};
}

int ModuleIcicle::cellAt(const QPointF& position) const
{
    for (std::size_t i = 0; i < m_cells.size(); ++i)
        if (m_cells[i].rect.contains(position))
            return static_cast<int>(i);
    return -1;
}

QString ModuleIcicle::describe(ModuleId module) const
{
    const CoverageFigures& figures = m_inspection->coverage.with_descendants[module];
    QString text = modulePath(m_inspection->modules, module);
    if (const std::string& name = m_inspection->modules[module].class_name; !name.empty())
        text += QStringLiteral(" · ") + toQString(name);
    return text + QLatin1Char('\n') +
           tr("%1 nodes, mean confidence %2")
               .arg(formatCount(figures.total), formatConfidence(figures.mean_confidence()));
}

void ModuleIcicle::setCurrent(ModuleId module)
{
    m_current = module;
    setAccessibleDescription(describe(module));
    update();
}

void ModuleIcicle::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_inspection)
        return;
    const Theme theme = Theme::fromPalette(palette());
    const QFontMetrics metrics(font());
    for (const Cell& cell : m_cells) {
        const CoverageFigures& figures = m_inspection->coverage.with_descendants[cell.module];
        const QRectF place = cell.rect.adjusted(0.75, 0.75, -0.75, -0.75);
        QColor fill = Theme::mix(theme.surface, theme.confidenceColor(figures.mean_confidence()),
                                 theme.dark ? 0.55 : 0.5);
        if (figures.total == 0)
            fill = track(palette());
        if (cell.module == m_hovered)
            fill = Theme::mix(fill, theme.text, 0.15);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill);
        painter.drawRoundedRect(place, 3, 3);
        if (hasFocus() && cell.module == m_current) {
            painter.setPen(QPen(theme.accent, 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(place, 3, 3);
        }
        if (place.width() < 26)
            continue;
        const Module& module = m_inspection->modules[cell.module];
        QString text = cell.rect.top() < 1 ? modulePath(m_inspection->modules, cell.module)
                                           : toQString(module.name);
        if (m_top != root_module && cell.rect.top() < 1)
            text = QStringLiteral("↑ ") + text;
        painter.setPen(Theme::readableOn(fill));
        painter.drawText(
            place.adjusted(5, 0, -4, 0), Qt::AlignVCenter | Qt::AlignLeft,
            metrics.elidedText(text, Qt::ElideRight, static_cast<int>(place.width()) - 8));
    }
}

void ModuleIcicle::mouseMoveEvent(QMouseEvent* event)
{
    const int cell = cellAt(event->position());
    const ModuleId module = cell < 0 ? no_module : m_cells[static_cast<std::size_t>(cell)].module;
    if (module == m_hovered)
        return;
    m_hovered = module;
    setCursor(module == no_module ? Qt::ArrowCursor : Qt::PointingHandCursor);
    update();
}

void ModuleIcicle::leaveEvent(QEvent*)
{
    m_hovered = no_module;
    update();
}

void ModuleIcicle::mouseReleaseEvent(QMouseEvent* event)
{
    const int cell = cellAt(event->position());
    if (event->button() != Qt::LeftButton || cell < 0)
        return;
    const ModuleId module = m_cells[static_cast<std::size_t>(cell)].module;
    if (module == m_top && m_top != root_module)
        return zoomTo(m_inspection->modules[m_top].parent);
    setCurrent(module);
    if ((event->modifiers() & Qt::ControlModifier) != 0)
        return zoomTo(module);
    Q_EMIT moduleActivated(module);
}

void ModuleIcicle::keyPressEvent(QKeyEvent* event)
{
    if (!m_inspection || m_current >= m_inspection->modules.size())
        return QWidget::keyPressEvent(event);
    const ModuleTree& modules = m_inspection->modules;
    const auto visible = [this](ModuleId id) { return !cellOf(id).isEmpty(); };
    const auto beside = [&](int direction) {
        const ModuleId parent = modules[m_current].parent;
        if (m_current == m_top || parent >= modules.size())
            return;
        const auto& children = modules[parent].children;
        auto at = std::find(children.begin(), children.end(), m_current) - children.begin();
        for (at += direction; at >= 0 && at < std::ssize(children); at += direction)
            if (visible(children[static_cast<std::size_t>(at)]))
                return setCurrent(children[static_cast<std::size_t>(at)]);
    };
    switch (event->key()) {
    case Qt::Key_Left:
        return beside(-1);
    case Qt::Key_Right:
        return beside(1);
    case Qt::Key_Up:
        if (m_current != m_top)
            setCurrent(modules[m_current].parent);
        return;
    case Qt::Key_Down:
        for (const ModuleId child : modules[m_current].children)
            if (visible(child))
                return setCurrent(child);
        return;
    case Qt::Key_Plus:
        return zoomTo(m_current);
    case Qt::Key_Backspace:
        if (m_top != root_module)
            zoomTo(modules[m_top].parent);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        Q_EMIT moduleActivated(m_current);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool ModuleIcicle::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_inspection) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const int cell = cellAt(help->pos()); cell >= 0) {
            const Cell& shown = m_cells[static_cast<std::size_t>(cell)];
            QToolTip::showText(help->globalPos(),
                               describe(shown.module) + QLatin1Char('\n') +
                                   tr("Click shows it in the graph, Ctrl+click widens it."),
                               this, shown.rect.toRect());
        }
        return true;
    }
    return QWidget::event(event);
}

} // namespace strata::ui
