// What the canvas offers to the menus around it: several chosen boxes, parts of the graph,
// pictures.
#include "layout/graph_walk.h"
#include "layout/repeats.h"
#include "ui/canvas/canvas_state.h"
#include "ui/canvas/graph_canvas.h"

#include <QPainter>
#include <algorithm>

namespace strata {

std::vector<bool> GraphCanvas::chosenNodes() const
{
    if (!m->tree)
        return {};
    std::vector<bool> nodes(m->tree->group_of_node.size());
    const auto add_group = [&](GroupId group) {
        const NodeSet inside = nodes_in_group(*m->tree, group);
        for (std::size_t node = 0; node < nodes.size(); ++node)
            nodes[node] = nodes[node] || inside[node];
    };
    const auto add_node = [&](NodeId node) {
        if (node >= nodes.size())
            return;
        nodes[node] = true;
        if (const auto body = m->tree->control_group.find(node);
            body != m->tree->control_group.end())
            add_group(body->second);
    };
    for (const NodeId node : m->also_nodes)
        add_node(node);
    for (const ModuleId module : m->also_modules)
        add_group(module);
    if (m->also_nodes.empty() && m->also_modules.empty()) {
        if (m->node != no_id)
            add_node(m->node);
        else if (m->module != no_module)
            add_group(m->module);
        else if (m->group != no_id)
            add_group(m->group);
    }
    return nodes;
}

std::size_t GraphCanvas::chosenCount() const
{
    const std::size_t several = m->also_nodes.size() + m->also_modules.size();
    return several > 0 ? several : (m->selectedBox() != no_id ? 1 : 0);
}

std::vector<NodeId> GraphCanvas::chosenNodeIds() const
{
    if (!m->also_nodes.empty())
        return {m->also_nodes.begin(), m->also_nodes.end()};
    return m->node != no_id ? std::vector<NodeId>{m->node} : std::vector<NodeId>{};
}

void GraphCanvas::clearChosen()
{
    m->clearAlso();
}

void GraphCanvas::setShownNodes(std::shared_ptr<const std::vector<bool>> nodes)
{
    if (nodes == m->shown)
        return;
    m->shown = std::move(nodes);
    m->refit = true;
    m->requestLayout();
}

bool GraphCanvas::showsEverything() const
{
    return m->shown == nullptr;
}

std::shared_ptr<const DisplayTree> GraphCanvas::displayTree() const
{
    return m->tree;
}

bool GraphCanvas::hasBody(NodeId node) const
{
    return m->tree && m->tree->control_group.contains(node);
}

bool GraphCanvas::isBodyOpen(NodeId node) const
{
    return hasBody(node) && m->open.contains(m->tree->control_group.at(node));
}

void GraphCanvas::toggleBody(NodeId node)
{
    if (!hasBody(node))
        return;
    const GroupId group = m->tree->control_group.at(node);
    m->setOpen(group, !m->open.contains(group));
}

void GraphCanvas::expandInside(ModuleId module)
{
    if (!m->tree || module >= m->tree->groups.size())
        return;
    std::vector<GroupId> below{module};
    for (std::size_t i = 0; i < below.size(); ++i)
        for (const GroupId child : m->tree->groups[below[i]].children)
            below.push_back(child);
    m->openAncestors(module);
    for (std::size_t i = 1; i < below.size(); ++i)
        if (m->tree->groups[below[i]].kind != GroupKind::Repeat)
            m->open.insert(below[i]);
    if (module == root_module || m->open.contains(module)) {
        m->follow_fit = false;
        m->requestLayout();
    } else {
        m->setOpen(module, true);
    }
}

void GraphCanvas::expandOnlyToSelection()
{
    const NodeId node = m->node;
    const ModuleId module = m->module;
    if (node == no_id && module == no_module)
        return;
    m->fold_exceptions.clear();
    for (const GroupId group : std::exchange(m->open, {}))
        if (m->inspection && group < m->inspection->modules.size())
            Q_EMIT expansionChanged(group, false);
    m->requestLayout();
    m->reveal(node, module);
}

void GraphCanvas::setRepeatsFolded(bool folded)
{
    if (folded == m->fold_repeats && m->fold_exceptions.empty())
        return;
    m->fold_repeats = folded;
    m->fold_exceptions.clear();
    m->refit = m->follow_fit;
    m->requestLayout();
}

bool GraphCanvas::repeatsFolded() const
{
    return m->fold_repeats;
}

std::size_t GraphCanvas::repeatCount(ModuleId module) const
{
    const GroupId repeat = m->tree ? repeat_of(*m->tree, module) : no_id;
    return repeat == no_id ? 0 : m->tree->groups[repeat].members;
}

bool GraphCanvas::isRepeatFolded(ModuleId module) const
{
    const GroupId repeat = m->tree ? repeat_of(*m->tree, module) : no_id;
    return repeat != no_id && m->isFolded(repeat);
}

void GraphCanvas::setRepeatFolded(ModuleId module, bool folded)
{
    if (const GroupId repeat = m->tree ? repeat_of(*m->tree, module) : no_id; repeat != no_id)
        m->setFolded(repeat, folded, module);
}

Drawing GraphCanvas::drawing(const Rect& part) const
{
    if (!m->scene || !m->index)
        return {};
    constexpr double margin = 16.0;
    Rect area = part;
    if (area.width <= 0 || area.height <= 0)
        area = {0, 0, m->scene->width, m->scene->height};
    area = {area.x - margin, area.y - margin, area.width + 2 * margin, area.height + 2 * margin};
    // Everything the painter refers to is kept by the function itself.
    return {QSizeF(area.width, area.height),
            [area, index = m->index, theme = m->theme, classes = m->classes,
             subset = m->subset](QPainter& painter, double zoom) {
                SceneView view;
                view.zoom = zoom;
                view.offset = QPointF(-area.x, -area.y) * zoom;
                view.size = QSizeF(area.width, area.height) * zoom;
                view.classes = classes.get();
                view.subset = subset.get();
                painter.fillRect(QRectF(QPointF(0, 0), view.size), theme.canvas);
                ScenePainter(*index, theme, view).paint(painter);
            }};
}

std::function<QImage()> GraphCanvas::picture(const Rect& part, double scale) const
{
    const Drawing drawn = drawing(part);
    if (!drawn)
        return {};
    constexpr double most = 16384.0;
    scale = std::min({scale, most / drawn.size.width(), most / drawn.size.height()});
    return [drawn, scale] {
        QImage image((drawn.size * scale).toSize(), QImage::Format_ARGB32_Premultiplied);
        QPainter painter(&image);
        drawn.paint(painter, scale);
        painter.end();
        return image;
    };
}

} // namespace strata
