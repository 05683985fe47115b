#include "layout/layering.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace strata {

namespace {

constexpr auto none = static_cast<std::uint32_t>(-1);

/// Outgoing edges by box, in one array.
struct Adjacency {
    std::vector<std::uint32_t> first, edges;

    Adjacency(const LevelInput& input, bool outgoing) : first(input.boxes.size() + 1, 0)
    {
        for (const LevelEdge& edge : input.edges)
            ++first[(outgoing ? edge.from : edge.to) + 1];
        std::partial_sum(first.begin(), first.end(), first.begin());
        edges.resize(input.edges.size());
        std::vector<std::uint32_t> at(first.begin(), first.end() - 1);
        for (std::uint32_t e = 0; e < input.edges.size(); ++e)
            edges[at[outgoing ? input.edges[e].from : input.edges[e].to]++] = e;
    }
};

/// Edges that close a cycle, found by a depth-first walk without recursion (levels can be deep).
std::vector<bool> backward_edges(const LevelInput& input, const Adjacency& out)
{
    enum : std::uint8_t { New, Open, Done };
    std::vector<std::uint8_t> state(input.boxes.size(), New);
    std::vector<bool> backward(input.edges.size(), false);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> stack; // box, next position in out.edges
    for (std::uint32_t root = 0; root < input.boxes.size(); ++root) {
        if (state[root] != New)
            continue;
        state[root] = Open;
        stack.emplace_back(root, out.first[root]);
        while (!stack.empty()) {
            auto& [box, next] = stack.back();
            if (next == out.first[box + 1]) {
                state[box] = Done;
                stack.pop_back();
                continue;
            }
            const std::uint32_t edge = out.edges[next++];
            const std::uint32_t to = input.edges[edge].to;
            if (state[to] == Open)
                backward[edge] = true; // self-loops, too
            else if (state[to] == New) {
                state[to] = Open;
                stack.emplace_back(to, out.first[to]);
            }
        }
    }
    return backward;
}

/// Positions closest to `wanted` (least squares) for boxes that keep their order and their gaps:
/// pool adjacent violators.
void place_row(const std::vector<LayerSlot>& slots, const std::vector<std::uint32_t>& row,
               const std::vector<double>& wanted, std::vector<double>& x)
{
    struct Block {
        double sum;
        double weight;
        std::size_t begin;
        double mean() const { return sum / weight; }
    };
    std::vector<Block> blocks;
    std::vector<double> offset(row.size(), 0.0);
    for (std::size_t i = 0; i < row.size(); ++i) {
        const LayerSlot& slot = slots[row[i]];
        if (i > 0) {
            const LayerSlot& left = slots[row[i - 1]];
            const double gap = left.box == none || slot.box == none ? bend_gap : box_gap;
            offset[i] = offset[i - 1] + left.width / 2 + gap + slot.width / 2;
        }
        blocks.push_back({wanted[i] - offset[i], 1.0, i});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
            const Block last = blocks.back();
            blocks.pop_back();
            blocks.back().sum += last.sum;
            blocks.back().weight += last.weight;
        }
    }
    x.resize(row.size());
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        const std::size_t end = b + 1 < blocks.size() ? blocks[b + 1].begin : row.size();
        for (std::size_t i = blocks[b].begin; i < end; ++i)
            x[i] = blocks[b].mean() + offset[i];
    }
}

} // namespace

std::vector<std::uint32_t> longest_path_layers(const LevelInput& input)
{
    const std::size_t count = input.boxes.size();
    const Adjacency out(input, true);
    const std::vector<bool> backward = backward_edges(input, out);
    // Backward edges count reversed, so that their ends get different layers, too.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> arcs;
    std::vector<std::uint32_t> pending(count, 0);
    std::vector<std::vector<std::uint32_t>> next(count);
    for (std::uint32_t e = 0; e < input.edges.size(); ++e) {
        auto [from, to] = std::pair(input.edges[e].from, input.edges[e].to);
        if (from == to)
            continue;
        if (backward[e])
            std::swap(from, to);
        next[from].push_back(to);
        ++pending[to];
    }
    std::vector<std::uint32_t> layer(count, 0);
    std::vector<std::uint32_t> order;
    order.reserve(count);
    for (std::uint32_t box = 0; box < count; ++box) {
        if (pending[box] == 0)
            order.push_back(box);
    }
    const std::vector<std::uint32_t> indegree = pending;
    for (std::size_t i = 0; i < order.size(); ++i) {
        for (const std::uint32_t to : next[order[i]]) {
            layer[to] = std::max(layer[to], layer[order[i]] + 1);
            if (--pending[to] == 0)
                order.push_back(to);
        }
    }
    // What nothing flows into goes next to the first thing that reads it.
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        if (indegree[*it] != 0 || next[*it].empty())
            continue;
        std::uint32_t nearest = none;
        for (const std::uint32_t to : next[*it])
            nearest = std::min(nearest, layer[to]);
        layer[*it] = nearest - 1;
    }
    bool top = false;
    std::uint32_t last = 0;
    for (std::uint32_t box = 0; box < count; ++box)
        top = top || input.boxes[box].pin == LevelBox::Pin::Top;
    for (std::uint32_t box = 0; box < count; ++box) {
        if (input.boxes[box].pin == LevelBox::Pin::None) {
            layer[box] += top ? 1 : 0;
            last = std::max(last, layer[box] + 1);
        }
    }
    for (std::uint32_t box = 0; box < count; ++box) {
        if (input.boxes[box].pin == LevelBox::Pin::Top)
            layer[box] = 0;
        else if (input.boxes[box].pin == LevelBox::Pin::Bottom)
            layer[box] = std::max(last, top ? 1U : 0U);
    }
    // Pinning may leave empty layers behind: close them.
    std::vector<std::uint32_t> used(layer);
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    for (std::uint32_t& l : layer)
        l = static_cast<std::uint32_t>(std::lower_bound(used.begin(), used.end(), l) -
                                       used.begin());
    return layer;
}

Layering make_layering(const LevelInput& input, const std::vector<std::uint32_t>& layers,
                       std::size_t max_bends)
{
    Layering result;
    std::uint32_t layer_count = 0;
    result.slots.reserve(input.boxes.size());
    for (std::uint32_t box = 0; box < input.boxes.size(); ++box) {
        result.slots.push_back({box, none, layers[box], input.boxes[box].width, 0.0});
        layer_count = std::max(layer_count, layers[box] + 1);
    }
    const auto span = [&](const LevelEdge& edge) {
        const auto a = layers[edge.from];
        const auto b = layers[edge.to];
        return a < b ? b - a : a - b;
    };
    // The longest edges give up their bends when there are too many of them.
    std::vector<std::uint32_t> spans;
    std::size_t total = 0;
    for (const LevelEdge& edge : input.edges) {
        spans.push_back(span(edge));
        total += spans.back();
    }
    std::sort(spans.begin(), spans.end(), std::greater<>());
    std::uint32_t longest = none;
    for (std::size_t i = 0; i < spans.size() && total > max_bends; ++i) {
        longest = spans[i] - 1;
        total -= spans[i];
    }

    result.bends.resize(input.edges.size());
    for (std::uint32_t e = 0; e < input.edges.size(); ++e) {
        const LevelEdge& edge = input.edges[e];
        if (layers[edge.from] == layers[edge.to] || span(edge) > longest)
            continue;
        const bool down = layers[edge.from] < layers[edge.to];
        const std::uint32_t upper = down ? edge.from : edge.to;
        const std::uint32_t lower = down ? edge.to : edge.from;
        const auto offset = [&](std::uint32_t box, double at) {
            return at < 0 ? input.boxes[box].center_offset() : at - input.boxes[box].width / 2;
        };
        const double upper_offset = offset(upper, down ? edge.from_x : edge.to_x);
        const double lower_offset = offset(lower, down ? edge.to_x : edge.from_x);
        std::uint32_t previous = upper;
        for (std::uint32_t layer = layers[upper] + 1; layer < layers[lower]; ++layer) {
            const auto slot = static_cast<std::uint32_t>(result.slots.size());
            result.slots.push_back({none, e, layer, 2.0, 0.0});
            result.bends[e].push_back(slot);
            result.links.push_back({previous, slot, previous == upper ? upper_offset : 0.0, 0.0});
            previous = slot;
        }
        result.links.push_back(
            {previous, lower, previous == upper ? upper_offset : 0.0, lower_offset});
    }
    result.layers.resize(layer_count);
    for (std::uint32_t slot = 0; slot < result.slots.size(); ++slot)
        result.layers[result.slots[slot].layer].push_back(slot);
    result.up.resize(result.slots.size());
    result.down.resize(result.slots.size());
    for (std::uint32_t link = 0; link < result.links.size(); ++link) {
        result.down[result.links[link].upper].push_back(link);
        result.up[result.links[link].lower].push_back(link);
    }
    return result;
}

Status order_layers(Layering& layering, TaskContext& task)
{
    std::vector<double> position(layering.slots.size(), 0.0);
    const auto number = [&](const std::vector<std::uint32_t>& row) {
        for (std::size_t i = 0; i < row.size(); ++i)
            position[row[i]] = static_cast<double>(i) / static_cast<double>(row.size());
    };
    for (const auto& row : layering.layers)
        number(row);
    std::vector<double> key(layering.slots.size(), 0.0);
    const std::size_t count = layering.layers.size();
    for (int sweep = 0; sweep < 6; ++sweep) {
        STRATA_CHECK(task.poll());
        const bool down = sweep % 2 == 0;
        for (std::size_t step = 1; step < count; ++step) {
            auto& row = layering.layers[down ? step : count - 1 - step];
            for (const std::uint32_t slot : row) {
                const auto& links = down ? layering.up[slot] : layering.down[slot];
                double sum = 0.0;
                for (const std::uint32_t link : links)
                    sum += position[down ? layering.links[link].upper : layering.links[link].lower];
                key[slot] =
                    links.empty() ? position[slot] : sum / static_cast<double>(links.size());
            }
            std::stable_sort(row.begin(), row.end(),
                             [&](std::uint32_t a, std::uint32_t b) { return key[a] < key[b]; });
            number(row);
        }
    }
    return {};
}

Status assign_x(Layering& layering, int sweeps, bool keep, TaskContext& task)
{
    std::vector<double> wanted, x, candidates;
    if (!keep) {
        for (const auto& row : layering.layers) {
            wanted.assign(row.size(), 0.0);
            place_row(layering.slots, row, wanted, x);
            for (std::size_t i = 0; i < row.size(); ++i)
                layering.slots[row[i]].x = x[i];
        }
    }
    const std::size_t count = layering.layers.size();
    const auto sweep = [&](bool down, bool only_loose) {
        for (std::size_t step = 0; step < count; ++step) {
            const auto& row = layering.layers[down ? step : count - 1 - step];
            wanted.resize(row.size());
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::uint32_t slot = row[i];
                const auto& links = down ? layering.up[slot] : layering.down[slot];
                wanted[i] = layering.slots[slot].x;
                if (links.empty() || (only_loose && !layering.up[slot].empty()))
                    continue;
                candidates.clear();
                for (const std::uint32_t index : links) {
                    const LayerLink& link = layering.links[index];
                    candidates.push_back(
                        down
                            ? layering.slots[link.upper].x + link.upper_offset - link.lower_offset
                            : layering.slots[link.lower].x + link.lower_offset - link.upper_offset);
                }
                std::sort(candidates.begin(), candidates.end());
                // Anywhere between the two medians the edges are equally short: stay if possible.
                wanted[i] = std::clamp(wanted[i], candidates[(candidates.size() - 1) / 2],
                                       candidates[candidates.size() / 2]);
            }
            place_row(layering.slots, row, wanted, x);
            for (std::size_t i = 0; i < row.size(); ++i)
                layering.slots[row[i]].x = x[i];
        }
    };
    for (int i = 0; i < sweeps; ++i) {
        STRATA_CHECK(task.poll());
        if (i > 0 || !keep)
            sweep(false, false);
        sweep(true, false);
    }
    sweep(false, true); // sources follow their readers
    return {};
}

} // namespace strata
