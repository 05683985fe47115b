#include "report/graph_pictures.h"

#include "layout/hierarchy_layout.h"
#include "report/figures_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace strata {
namespace {

constexpr double low_confidence = 0.6;
constexpr std::size_t most_regions = 3;
/// Pictures with more are left out: nobody reads them on a page.
constexpr std::size_t most_boxes = 400;
constexpr std::size_t deepest_wrapper = 8;
constexpr std::size_t few_boxes = 60;
constexpr double margin = 12.0;
// Generous: which font the page gets is not known here.
constexpr double label_letter_width = 7.0;

/// The style's class of a box: "sure" to "orphan".
std::string_view class_of(const SceneBox& box)
{
    if (box.kind == BoxKind::Input || box.kind == BoxKind::Output)
        return "end";
    if (box.synthetic || box.group_kind == GroupKind::Orphans)
        return "orphan";
    return box.confidence >= 0.9 ? "sure" : box.confidence >= low_confidence ? "likely" : "unsure";
}

class SvgWriter {
public:
    /// `area` of the scene.
    SvgWriter(const Scene& scene, Rect area, std::string label)
        : m_scene(scene),
          m_area(area),
          m_label(std::move(label))
    {}

    std::string write() &&
    {
        for (const SceneEdge& edge : m_scene.edges)
            if (edge.from < m_scene.boxes.size() && edge.to < m_scene.boxes.size() &&
                shows(m_scene.boxes[edge.from]) && shows(m_scene.boxes[edge.to]))
                m_edges.push_back(&edge);
        const Rect view = view_with_labels();
        m_text =
            fmt::format("<svg class=\"graph\" role=\"img\" aria-label=\"{}\" "
                        "viewBox=\"{:.0f} {:.0f} {:.0f} {:.0f}\" width=\"{:.0f}\">\n",
                        escape_xml(m_label), view.x - margin, view.y - margin,
                        view.width + 2 * margin, view.height + 2 * margin, view.width + 2 * margin);
        // Containers lie under the lines, all other boxes on them.
        for (const SceneBox& box : m_scene.boxes)
            if (box.kind == BoxKind::Container && shows(box))
                draw(box);
        for (const SceneEdge* edge : m_edges)
            draw(*edge);
        for (const SceneBox& box : m_scene.boxes)
            if (box.kind != BoxKind::Container && shows(box))
                draw(box);
        return std::move(m_text) + "</svg>\n";
    }

private:
    /// The area, wide enough for the labels of its lines: symbolic shapes reach beyond the boxes.
    Rect view_with_labels() const
    {
        double left = m_area.x, right = m_area.right();
        for (const SceneEdge* edge : m_edges) {
            if (!m_area.contains(edge->label_at))
                continue;
            const auto letters = std::count_if(edge->label.begin(), edge->label.end(), [](char c) {
                return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
            });
            const double half = static_cast<double>(letters) * label_letter_width / 2;
            left = std::min(left, edge->label_at.x - half);
            right = std::max(right, edge->label_at.x + half);
        }
        return {left, m_area.y, right - left, m_area.height};
    }

    bool shows(const SceneBox& box) const { return m_area.intersects(box.rect); }

    void text(double x, double y, std::string_view css, std::string_view content,
              std::string_view anchor = "start")
    {
        m_text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}"
                              "</text>\n",
                              x, y, css, anchor, escape_xml(content));
    }

    void draw(const SceneBox& box)
    {
        const Rect& r = box.rect;
        const bool container = box.kind == BoxKind::Container;
        const bool end = box.kind == BoxKind::Input || box.kind == BoxKind::Output;
        m_text += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                              "rx=\"{:.0f}\" class=\"{}{}\"/>\n",
                              r.x, r.y, r.width, r.height, end ? r.height / 2 : 7.0,
                              container ? "container " : "", class_of(box));
        constexpr double inset = 10;
        if (end)
            return text(r.center().x, r.center().y + 4, "name", box.title, "middle");
        text(r.x + inset, r.y + 18, "name", box.title);
        if (container)
            return;
        if (box.kind == BoxKind::Group)
            text(r.x + inset, r.y + 34, "more",
                 fmt::format("{} {} · {}", box.figures.total,
                             box.figures.total == 1 ? "node" : "nodes",
                             percent_text(box.figures.coverage())));
        else if (!box.subtitle.empty())
            text(r.x + inset, r.y + 34, "more", box.subtitle);
    }

    void draw(const SceneEdge& edge)
    {
        if (edge.points.size() < 4)
            return;
        m_text += fmt::format("<path d=\"M{:.1f} {:.1f}", edge.points[0].x, edge.points[0].y);
        for (std::size_t i = 1; i + 2 < edge.points.size(); i += 3)
            m_text += fmt::format("C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", edge.points[i].x,
                                  edge.points[i].y, edge.points[i + 1].x, edge.points[i + 1].y,
                                  edge.points[i + 2].x, edge.points[i + 2].y);
        m_text += "\"/>\n";
        if (edge.arrow) {
            const Point& tip = edge.points.back();
            m_text +=
                fmt::format("<path class=\"tip\" d=\"M{:.1f} {:.1f}l-4 -7h8z\"/>\n", tip.x, tip.y);
        }
        if (!edge.label.empty())
            text(edge.label_at.x, edge.label_at.y + 4, "shape", edge.label, "middle");
    }

    const Scene& m_scene;
    Rect m_area;
    std::string m_label;
    std::string m_text;
    std::vector<const SceneEdge*> m_edges;
};

/// The modules that hold the most nodes of low confidence themselves, the worst first.
std::vector<ModuleId> doubtful_modules(const Inspection& inspection)
{
    std::vector<std::size_t> count(inspection.modules.size(), 0);
    for (const NodeAttribution& node : inspection.attribution)
        if (node.module < count.size() && node.confidence < low_confidence)
            ++count[node.module];
    std::vector<ModuleId> worst;
    for (ModuleId id = 1; id < count.size(); ++id)
        if (count[id] > 0)
            worst.push_back(id);
    std::stable_sort(worst.begin(), worst.end(),
                     [&](ModuleId a, ModuleId b) { return count[a] > count[b]; });
    worst.resize(std::min(worst.size(), most_regions));
    return worst;
}

} // namespace

std::vector<GraphPicture> graph_pictures(const Inspection& inspection)
{
    if (!inspection.model || inspection.model->nodes.empty())
        return {};
    // The report only reads what it is given, while it is given.
    HierarchyLayout layout(std::shared_ptr<const Inspection>(std::shared_ptr<void>(), &inspection),
                           std::make_shared<FixedTextMetrics>());
    TaskContext task;
    std::vector<GraphPicture> pictures;
    std::set<GroupId> opened;
    auto overview = layout.layout(opened, task);
    if (!overview || (*overview)->boxes.size() > most_boxes)
        return {};
    // A module around everything says nothing: it is shown opened.
    for (std::size_t depth = 0; depth < deepest_wrapper; ++depth) {
        std::set<GroupId> more = opened;
        std::size_t closed = 0;
        for (const SceneBox& box : (*overview)->boxes)
            if (box.kind == BoxKind::Group && box.group_kind != GroupKind::Orphans) {
                more.insert(box.group);
                ++closed;
            }
        if (closed != 1)
            break;
        auto next = layout.layout(more, task);
        if (!next || (*next)->boxes.size() > few_boxes)
            break;
        opened = std::move(more);
        overview = std::move(next);
    }
    const Scene& whole = **overview;
    pictures.push_back({"Overview", SvgWriter(whole, {0, 0, whole.width, whole.height},
                                              "The graph with its modules closed")
                                        .write()});

    const auto add_region = [&](const std::set<GroupId>& open, GroupId group, std::string title) {
        const auto scene = layout.layout(open, task);
        if (!scene)
            return;
        const auto box = (*scene)->box_of_group.find(group);
        if (box == (*scene)->box_of_group.end() || (*scene)->boxes.size() > most_boxes)
            return;
        const Rect area = (*scene)->boxes[box->second].rect;
        pictures.push_back({title, SvgWriter(**scene, area, title).write()});
    };
    for (const SceneBox& box : whole.boxes)
        if (box.kind == BoxKind::Group && box.group_kind == GroupKind::Orphans) {
            std::set<GroupId> open = opened;
            open.insert(box.group);
            add_region(open, box.group, "Orphans");
        }
    for (const ModuleId module : doubtful_modules(inspection)) {
        std::set<GroupId> open;
        for (ModuleId id = module; id != no_module && id != root_module;
             id = inspection.modules[id].parent)
            open.insert(id);
        add_region(open, module, inspection.modules[module].fqn);
    }
    return pictures;
}

} // namespace strata
