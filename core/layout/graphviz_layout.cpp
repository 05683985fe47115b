#include "layout/graphviz_layout.h"

#include <cstdint>
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

/// Names to numbers. Graphviz's own way takes addresses of the names, and sorts by them here and
/// there: the same level would not always get the same picture. The return type differs by version.
template <class Answer>
Answer number_name(void*, int, char* name, IDTYPE* id, int)
{
    static IDTYPE unnamed = 0;
    if (name == nullptr) {
        *id = 2 * unnamed++ + 1;
        return Answer(1);
    }
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char* c = name; *c != 0; ++c)
        hash = (hash ^ static_cast<unsigned char>(*c)) * 1099511628211ULL;
    *id = static_cast<IDTYPE>(hash & ~std::uint64_t{1});
    return Answer(1);
}

template <class Answer>
Answer take_number(void*, int, IDTYPE)
{
    return Answer(1);
}

Agdisc_t* discipline()
{
    static Agiddisc_t numbers = [] {
        Agiddisc_t own = AgIdDisc;
        own.open = [](Agraph_t*, Agdisc_t*) -> void* { return nullptr; };
        own.map = &number_name;
        own.alloc = &take_number;
        own.free = [](void*, int, IDTYPE) {};
        own.print = [](void*, int, IDTYPE) -> char* { return nullptr; };
        own.close = [](void*) {};
        own.idregister = [](void*, int, void*) {};
        return own;
    }();
    static Agdisc_t all = [] {
        Agdisc_t own = AgDefaultDisc;
        own.id = &numbers;
        return own;
    }();
    return &all;
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

/// Does the ranking of pinned boxes look for components a second time? It does when a box that is
/// not pinned to the top has nothing above it, or one that is not pinned to the bottom nothing
/// below. Where there are cycles, only Graphviz knows: nothing.
std::optional<bool> searches_twice(const LevelInput& input)
{
    bool pinned[2] = {false, false};
    std::vector<std::uint32_t> above(input.boxes.size()), below(input.boxes.size());
    std::vector<std::vector<std::uint32_t>> next(input.boxes.size());
    for (const LevelEdge& edge : input.edges) {
        if (edge.from == edge.to)
            continue;
        ++above[edge.to];
        ++below[edge.from];
        next[edge.from].push_back(edge.to);
    }
    for (const LevelBox& box : input.boxes)
        if (box.pin != LevelBox::Pin::None)
            pinned[box.pin == LevelBox::Pin::Top ? 0 : 1] = true;
    std::vector<std::uint32_t> ready;
    for (std::uint32_t i = 0; i < input.boxes.size(); ++i) {
        const LevelBox::Pin pin = input.boxes[i].pin;
        if ((pinned[0] && pin != LevelBox::Pin::Top && above[i] == 0) ||
            (pinned[1] && pin != LevelBox::Pin::Bottom && below[i] == 0))
            return true;
        if (above[i] == 0)
            ready.push_back(i);
    }
    if (!pinned[0] && !pinned[1])
        return false;
    for (std::size_t i = 0; i < ready.size(); ++i)
        for (const std::uint32_t to : next[ready[i]])
            if (--above[to] == 0)
                ready.push_back(to);
    return ready.size() == input.boxes.size() ? std::optional(false) : std::nullopt;
}

void add_box(Agraph_t* graph, const std::string& name, double width, double height)
{
    Agnode_t* node = agnode(graph, text(name), 1);
    set(node, "shape", "box");
    set(node, "label", "");
    set(node, "fixedsize", "true");
    set(node, "width", fmt::format("{:.4f}", width / 72.0));
    set(node, "height", fmt::format("{:.4f}", height / 72.0));
}

/// Graphviz 2.42 numbers its searches for components from 1 to 255, over and over, and marks what
/// it has visited with the number. Breaking cycles leaves the mark 1. When a second search while
/// ranking happens to be number 1, it takes everything for visited, and freed memory is used later
/// on. Every layout has one search while ranking, perhaps a second one there, and a last one. With
/// three in all, always, number 1 is always a first one, as 255 is a multiple of three: two layouts
/// of a single box make six of two.
void keep_in_step(GVC_t* gvc)
{
    for (int i = 0; i < 2; ++i) {
        const std::string name = "step";
        Agraph_t* graph = agopen(text(name), Agdirected, discipline());
        add_box(graph, "only", 10.0, 10.0);
        const std::string engine = "dot";
        if (gvLayout(gvc, graph, engine.c_str()) == 0)
            gvFreeLayout(gvc, graph);
        agclose(graph);
    }
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
    Agraph_t* graph = agopen(text(name), Agdirected, discipline());
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
        add_box(graph, id, box.width, box.height);
        Agnode_t* node = agnode(graph, text(id), 0);
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

    const std::optional<bool> twice = searches_twice(input);
    if (!twice) // a box that hangs loose makes it certain
        add_box(graph, "loose", 1.0, 1.0);

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
    if (twice && !*twice)
        keep_in_step(gvc);
    return result;
}

} // namespace strata
