#include "layout/scene_builder.h"

#include "layout/box_content.h"

#include <algorithm>

namespace strata {

namespace {

using M = BoxMeasures;
constexpr std::size_t max_marks = 6; ///< at one side of a box
constexpr double mark_gap = 4.0;
constexpr double mark_distance = 8.0; ///< from the box

} // namespace

Result<std::shared_ptr<const Scene>> SceneBuilder::build(const std::vector<VisibleLevel>& levels,
                                                         TaskContext& task)
{
    for (const VisibleLevel& level : levels) {
        for (const LevelMark& mark : level.marks)
            m_mark_counts[mark.value] += mark.outgoing ? 0 : 1;
    }
    std::vector<Work> work(levels.size());
    for (std::size_t i = levels.size(); i-- > 0;) {
        STRATA_CHECK(task.poll());
        STRATA_CHECK(lay_out(levels[i], work[i], task));
        m_open[levels[i].group] = &work[i];
        task.advance(levels.size() - i);
    }
    auto scene = std::make_shared<Scene>();
    for (std::size_t i = 0; i < levels.size(); ++i)
        emit(levels[i], work[i], *scene);
    if (!work.empty()) {
        scene->width = work.front().layout->width;
        scene->height = work.front().layout->height;
    }
    return std::shared_ptr<const Scene>(std::move(scene));
}

SceneBox SceneBuilder::make_box(const LevelEnd& item) const
{
    if (item.kind == LevelEnd::Kind::Node)
        return operator_box(m_inspection, item.id, m_metrics);
    if (item.kind == LevelEnd::Kind::Terminal)
        return terminal_box(m_inspection, m_tree.terminals[item.id], m_metrics);
    SceneBox box = group_box(m_inspection, m_tree, item.id, m_metrics);
    if (const auto open = m_open.find(item.id); open != m_open.end()) {
        box.kind = BoxKind::Container;
        const LevelLayout& inner = *open->second->layout;
        box.rect.width =
            std::max(inner.width + 2 * M::container_padding, header_width(box, m_metrics));
        box.rect.height = M::header + inner.height + M::container_padding;
    }
    return box;
}

Status SceneBuilder::lay_out(const VisibleLevel& level, Work& work, TaskContext& task)
{
    std::size_t polled = 0;
    for (const LevelEnd& item : level.items) {
        if (++polled % 1024 == 0)
            STRATA_CHECK(task.poll());
        work.index.emplace(item, static_cast<std::uint32_t>(work.boxes.size()));
        work.boxes.push_back(make_box(item));
        LevelBox box;
        box.width = work.boxes.back().rect.width;
        box.height = work.boxes.back().rect.height;
        work.input.boxes.push_back(box);
    }
    add_marks(level, work);
    add_edges(level, work);
    STRATA_TRY(work.layout, m_cache.layout(work.input, task));
    return {};
}

/// Marks stand beside the box, readers' at the left and the maker's at the right; the box's place
/// in the layout grows by them.
void SceneBuilder::add_marks(const VisibleLevel& level, Work& work) const
{
    const OnnxModel& model = *m_inspection.model;
    for (std::size_t begin = 0, end = 0; begin < level.marks.size(); begin = end) {
        while (end < level.marks.size() && level.marks[end].at == level.marks[begin].at)
            ++end;
        const std::uint32_t item = work.index.at(level.marks[begin].at);
        LevelBox& place = work.input.boxes[item];
        const double box_width = place.width;
        std::size_t rows[2] = {0, 0};
        std::size_t hidden[2] = {0, 0};
        const std::size_t first = work.ports.size();
        for (std::size_t i = begin; i < end; ++i) {
            const LevelMark& mark = level.marks[i];
            std::size_t& row = rows[mark.outgoing ? 1 : 0];
            if (row == max_marks) { // the last one says how many it stands for
                ++hidden[mark.outgoing ? 1 : 0];
                continue;
            }
            ScenePort port;
            port.box = item;
            port.value = mark.value;
            port.outgoing = mark.outgoing;
            const auto count = m_mark_counts.find(mark.value);
            port.count = count == m_mark_counts.end() ? 1 : count->second;
            port.text = elide_middle(local_name(model.text(model.values[mark.value].name)),
                                     TextStyle::Small, M::max_port_text, m_metrics);
            if (mark.outgoing)
                port.text += " ×" + std::to_string(port.count);
            port.rect.width = m_metrics.width(port.text, TextStyle::Small) + 14;
            port.rect.height = M::port_height;
            port.rect.y = static_cast<double>(row++) * (M::port_height + mark_gap);
            double& inset = mark.outgoing ? place.inset_right : place.inset_left;
            inset = std::max(inset, port.rect.width + mark_distance);
            work.ports.push_back(std::move(port));
        }
        const auto stack = [](std::size_t count) {
            return static_cast<double>(count) * (M::port_height + mark_gap) - mark_gap;
        };
        for (const bool outgoing : {false, true}) {
            const std::size_t more = hidden[outgoing ? 1 : 0];
            const auto last =
                std::find_if(work.ports.rbegin(), work.ports.rend(),
                             [&](const ScenePort& p) { return p.outgoing == outgoing; });
            if (more > 0 && last != work.ports.rend())
                last->text = "+ " + std::to_string(more + 1);
        }
        place.width += place.inset_left + place.inset_right;
        place.height = std::max({place.height, stack(rows[0]), stack(rows[1])});
        for (std::size_t i = first; i < work.ports.size(); ++i) {
            ScenePort& port = work.ports[i];
            port.rect.x = port.outgoing ? place.inset_left + box_width + mark_distance
                                        : place.inset_left - mark_distance - port.rect.width;
            port.rect.y += (place.height - stack(rows[port.outgoing ? 1 : 0])) / 2;
        }
    }
}

/// Where a value passes the border of an open group, from the left edge of its place; negative
/// when it does not.
double SceneBuilder::attachment(const Work& work, const LevelEnd& item, LevelEnd::Kind kind,
                                ValueId value) const
{
    if (item.kind != LevelEnd::Kind::Group)
        return -1.0;
    const auto open = m_open.find(item.id);
    if (open == m_open.end())
        return -1.0;
    const Work& inner = *open->second;
    const auto port = inner.index.find({kind, value});
    if (port == inner.index.end())
        return -1.0;
    const std::uint32_t at = work.index.at(item);
    const double slack = work.boxes[at].rect.width - inner.layout->width;
    return work.input.boxes[at].inset_left + slack / 2 + inner.layout->positions[port->second].x +
           inner.input.boxes[port->second].width / 2;
}

void SceneBuilder::add_edges(const VisibleLevel& level, Work& work) const
{
    const auto number = [&](const LevelEnd& end) {
        const auto [it, added] =
            work.index.try_emplace(end, static_cast<std::uint32_t>(work.input.boxes.size()));
        if (added) {
            LevelBox pin;
            pin.width = 8.0;
            pin.pin =
                end.kind == LevelEnd::Kind::Entry ? LevelBox::Pin::Top : LevelBox::Pin::Bottom;
            work.input.boxes.push_back(pin);
        }
        return it->second;
    };
    for (const LevelConnection& c : level.connections) {
        LevelEdge edge;
        edge.from = number(c.from);
        edge.to = number(c.to);
        edge.from_x = attachment(work, c.from, LevelEnd::Kind::Exit, c.value);
        edge.to_x = attachment(work, c.to, LevelEnd::Kind::Entry, c.value);
        edge.tail = c.value;
        // Connections are sorted by ends: several values between the same ends are one line, unless
        // they go on separately inside.
        if (!work.input.edges.empty()) {
            const LevelEdge& last = work.input.edges.back();
            if (last.from == edge.from && last.to == edge.to && last.from_x == edge.from_x &&
                last.to_x == edge.to_x) {
                work.edge_values.back().push_back(c.value);
                continue;
            }
        }
        work.input.edges.push_back(edge);
        work.edge_values.push_back({c.value});
    }
    // Tails are only compared within a box; small numbers make equal levels equal in the cache.
    std::map<std::uint32_t, std::uint32_t> tails;
    for (LevelEdge& edge : work.input.edges)
        edge.tail =
            tails.try_emplace(edge.tail, static_cast<std::uint32_t>(tails.size())).first->second;
}

void SceneBuilder::emit(const VisibleLevel& level, const Work& work, Scene& scene) const
{
    std::uint32_t container = no_id;
    std::uint32_t depth = 0;
    Point origin;
    if (level.group != root_group) {
        container = scene.box_of_group.at(level.group);
        const SceneBox& box = scene.boxes[container];
        depth = box.depth + 1;
        origin = {box.rect.x + (box.rect.width - work.layout->width) / 2, box.rect.y + M::header};
    }
    const auto first = static_cast<std::uint32_t>(scene.boxes.size());
    for (std::size_t i = 0; i < work.boxes.size(); ++i) {
        SceneBox box = work.boxes[i];
        const LevelBox& place = work.input.boxes[i];
        const Point at = work.layout->positions[i];
        box.rect.x = origin.x + at.x + place.inset_left;
        box.rect.y = origin.y + at.y + (place.height - box.rect.height) / 2;
        box.parent = container;
        box.depth = depth;
        const auto index = static_cast<std::uint32_t>(scene.boxes.size());
        if (box.group != no_id)
            scene.box_of_group.emplace(box.group, index);
        if (box.node != no_id)
            scene.box_of_node.emplace(box.node, index);
        scene.boxes.push_back(std::move(box));
    }
    for (ScenePort port : work.ports) {
        const Point at = work.layout->positions[port.box];
        port.rect.x += origin.x + at.x;
        port.rect.y += origin.y + at.y;
        port.box += first;
        scene.ports.push_back(std::move(port));
    }
    emit_edges(level, work, container, first, origin, scene);
}

void SceneBuilder::emit_edges(const VisibleLevel& level, const Work& work, std::uint32_t container,
                              std::uint32_t first_box, Point origin, Scene& scene) const
{
    const auto items = static_cast<std::uint32_t>(level.items.size());
    for (std::size_t e = 0; e < work.input.edges.size(); ++e) {
        const LevelEdge& in = work.input.edges[e];
        const LevelRoute& route = work.layout->routes[e];
        if (route.points.empty())
            continue;
        const bool enters = in.from >= items;
        const bool leaves = in.to >= items;
        SceneEdge edge;
        edge.from = enters ? container : first_box + in.from;
        edge.to = leaves ? container : first_box + in.to;
        edge.level = container;
        edge.values = work.edge_values[e];
        edge.backward = route.backward;
        edge.arrow = !leaves && in.to_x < 0;
        if (!enters && !leaves && !edge.backward && edge.values.size() == 1)
            edge.label = shape_text(*m_inspection.model, edge.values.front());
        edge.label_at = {route.label_at.x + origin.x, route.label_at.y + origin.y};
        const auto straight = [&](Point a, Point b) {
            edge.points.push_back({a.x + (b.x - a.x) / 3, a.y + (b.y - a.y) / 3});
            edge.points.push_back({a.x + (b.x - a.x) * 2 / 3, a.y + (b.y - a.y) * 2 / 3});
            edge.points.push_back(b);
        };
        Point start{route.points.front().x + origin.x, route.points.front().y + origin.y};
        if (enters) { // from the border through the header
            const Point border{start.x, scene.boxes[container].rect.y};
            edge.points.push_back(border);
            straight(border, start);
        } else
            edge.points.push_back(start);
        for (std::size_t i = 1; i < route.points.size(); ++i)
            edge.points.push_back({route.points[i].x + origin.x, route.points[i].y + origin.y});
        if (leaves) {
            const Point end = edge.points.back();
            straight(end, {end.x, scene.boxes[container].rect.bottom()});
        }
        // Boxes lower than their place (beside a stack of marks): go on to the box itself.
        if (!enters && in.from < items) {
            const Rect& rect = scene.boxes[edge.from].rect;
            if (edge.points.front().y > rect.bottom() + 0.01) {
                edge.points.front().y = rect.bottom();
            }
        }
        if (!leaves && edge.points.back().y < scene.boxes[edge.to].rect.y - 0.01)
            edge.points.back().y = scene.boxes[edge.to].rect.y;
        scene.edges.push_back(std::move(edge));
    }
}

} // namespace strata
