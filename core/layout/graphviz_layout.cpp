#include "layout/graphviz_layout.h"

#include <fmt/format.h>
#include <gvc.h>
#include <mutex>
#include <string>

namespace strata {

namespace {

// Older Graphviz takes char* where it means const char*.
char* text(const std::string& value)
{
    return const_cast<char*>(value.c_str());
}

template <class Object>
void set(Object* object, const char* name, const std::string& value)
{
    static const std::string empty;
    agsafeset(object, const_cast<char*>(name), text(value), text(empty));
}

int ignore_message(char*)
{
    return 0;
}

/// Graphviz keeps global state, so there is one context for the whole process, never freed.
GVC_t* context()
{
    static GVC_t* const gvc = [] {
        agseterrf(ignore_message);
        return gvContext();
    }();
    return gvc;
}

std::vector<Point> spline_of(Agedge_t* edge)
{
    std::vector<Point> points;
    const splines* lines = ED_spl(edge);
    if (lines == nullptr || lines->size == 0)
        return points;
    const bezier& curve = lines->list[0];
    const auto count = static_cast<std::size_t>(curve.size);
    points.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        points.push_back({curve.list[i].x, -curve.list[i].y});
    return points;
}

} // namespace

std::optional<GraphvizPlacement> place_with_graphviz(const LevelInput& input)
{
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    GVC_t* gvc = context();
    if (gvc == nullptr)
        return std::nullopt;

    const std::string name = "level";
    Agraph_t* graph = agopen(text(name), Agdirected, nullptr);
    // The limits bound network simplex and crossing minimisation, which else grow without end.
    for (const auto& [key, value] : {std::pair{"nslimit", "4"},
                                     {"nslimit1", "4"},
                                     {"mclimit", "1"},
                                     {"ranksep", "0.5"},
                                     {"nodesep", "0.42"},
                                     {"splines", "true"}})
        set(graph, key, value);

    std::vector<Agnode_t*> nodes;
    nodes.reserve(input.boxes.size());
    Agraph_t* pins[2] = {nullptr, nullptr};
    for (std::size_t i = 0; i < input.boxes.size(); ++i) {
        const LevelBox& box = input.boxes[i];
        const std::string id = fmt::format("n{}", i);
        Agnode_t* node = agnode(graph, text(id), 1);
        set(node, "shape", "box");
        set(node, "label", "");
        set(node, "fixedsize", "true");
        set(node, "width", fmt::format("{:.4f}", box.width / 72.0));
        set(node, "height", fmt::format("{:.4f}", box.height / 72.0));
        nodes.push_back(node);
        if (box.pin == LevelBox::Pin::None)
            continue;
        const bool top = box.pin == LevelBox::Pin::Top;
        Agraph_t*& pin = pins[top ? 0 : 1];
        if (pin == nullptr) {
            const std::string pin_name = top ? "top" : "bottom";
            pin = agsubg(graph, text(pin_name), 1);
            set(pin, "rank", top ? "source" : "sink");
        }
        agsubnode(pin, node, 1);
    }
    std::vector<Agedge_t*> edges(input.edges.size(), nullptr);
    for (std::size_t i = 0; i < input.edges.size(); ++i) {
        const LevelEdge& edge = input.edges[i];
        if (edge.from == edge.to)
            continue;
        const std::string id = fmt::format("e{}", i);
        edges[i] = agedge(graph, nodes[edge.from], nodes[edge.to], text(id), 1);
        set(edges[i], "arrowhead", "none");
    }

    std::optional<GraphvizPlacement> result;
    const std::string engine = "dot";
    if (gvLayout(gvc, graph, engine.c_str()) == 0) {
        result.emplace();
        for (Agnode_t* node : nodes)
            result->centers.push_back({ND_coord(node).x, -ND_coord(node).y});
        for (Agedge_t* edge : edges)
            result->splines.push_back(edge == nullptr ? std::vector<Point>() : spline_of(edge));
        gvFreeLayout(gvc, graph);
    }
    agclose(graph);
    return result;
}

} // namespace strata
