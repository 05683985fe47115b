#include "lowering/ops/grid_sampling.h"

#include "lowering/ops/expression.h"
#include "lowering/ops/sizes.h"

#include <array>
#include <optional>
#include <vector>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;
using Mode = GridSampling::Mode;
using Padding = GridSampling::Padding;

/// One of the neighbours of each place along one axis.
struct Tap {
    Expr position;              ///< a whole number; may be off the axis
    std::optional<Expr> weight; ///< nothing: it counts whole
};

Expr clipped(Expr x, std::int64_t size)
{
    return min(max(x, 0.0), static_cast<double>(size - 1));
}

/// Places beyond the ends are thrown back: at the outer pixels' middles, or at their edges.
Expr reflected(Expr x, std::int64_t size, bool align_corners)
{
    const double low = align_corners ? 0.0 : -0.5;
    const double span = static_cast<double>(align_corners ? size - 1 : size);
    if (span == 0.0)
        return x * 0.0;
    const Expr distance = (x - low).apply("Abs");
    const Expr turns = (distance / span).apply("Floor");
    const Expr rest = distance - turns * span;
    const Expr odd = turns - (turns / 2.0).apply("Floor") * 2.0;
    return where(odd == 0.0, rest, span - rest) + low;
}

Expr inside(Expr x, std::int64_t size, const GridSampling& sampling)
{
    switch (sampling.padding) {
    case Padding::Zeros:
        return x;
    case Padding::Border:
        return clipped(x, size);
    case Padding::Reflection:
        return clipped(reflected(x, size, sampling.align_corners), size);
    }
    return x;
}

/// Weights of the four neighbours of a place that lies at `t` between the middle two: the cubic
/// convolution with PyTorch's coefficient.
std::array<Expr, 4> cubic_weights(Expr t)
{
    constexpr double a = -0.75;
    const auto near = [](Expr x) { return ((a + 2) * x - (a + 3)) * x * x + 1.0; };
    const auto far = [](Expr x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
    const Expr other = 1.0 - t;
    return {far(t + 1.0), near(t), near(other), far(other + 1.0)};
}

std::vector<Tap> taps(Expr place, std::int64_t size, const GridSampling& sampling)
{
    const auto extent = static_cast<double>(size);
    const Expr x = sampling.align_corners ? (place + 1.0) * ((extent - 1) / 2)
                                          : ((place + 1.0) * extent - 1.0) / 2.0;
    if (sampling.mode == Mode::Nearest)
        return {{inside(x, size, sampling).apply("Round"), std::nullopt}};
    if (sampling.mode == Mode::Linear) {
        const Expr at = inside(x, size, sampling);
        const Expr lower = at.apply("Floor");
        const Expr weight = at - lower;
        return {{lower, 1.0 - weight}, {lower + 1.0, weight}};
    }
    // Here the neighbours are padded, not the place.
    const Expr lower = x.apply("Floor");
    const std::array<Expr, 4> weights = cubic_weights(x - lower);
    std::vector<Tap> found;
    for (std::size_t i = 0; i < weights.size(); ++i)
        found.push_back({inside(lower + (static_cast<double>(i) - 1), size, sampling), weights[i]});
    return found;
}

class GatheredSamples {
public:
    GatheredSamples(OpCall& call, ValueId input, ValueId grid, const GridSampling& sampling)
        : m_e(call.e()),
          m_grid(grid),
          m_sampling(sampling)
    {
        const auto rank = m_e.rank(input).value_or(0);
        for (std::int64_t axis = 1; axis < rank; ++axis) {
            const auto size = size_if_known(m_e, input, axis);
            const auto places = size_if_known(m_e, grid, axis);
            if (!size || (axis < rank - 1 && !places))
                call.refuse_for_shapes("the sizes of what is sampled are not known");
            m_sizes.push_back(*size);
            if (axis < rank - 1)
                m_places.push_back(*places);
        }
        m_elements = m_e.reshape(input, std::span<const std::int64_t>(Ints{0, 0, -1}));
    }

    ValueId run()
    {
        const auto dimensions = static_cast<std::int64_t>(m_places.size());
        for (std::int64_t axis = 0; axis < dimensions; ++axis) {
            const ValueId last = m_e.scalar(DType::Int64, dimensions - 1 - axis);
            const Expr place(m_e, m_e.emit("Gather", {m_grid, last}, {{"axis", std::int64_t{-1}}}));
            m_taps.push_back(taps(place, size(axis), m_sampling));
        }
        add_neighbours(0, std::nullopt, std::nullopt, std::nullopt);
        Ints shape{0, 0};
        shape.insert(shape.end(), m_places.begin(), m_places.end());
        return m_e.reshape(m_sum->id(), std::span<const std::int64_t>(shape));
    }

private:
    std::int64_t size(std::int64_t axis) const
    {
        return m_sizes[static_cast<std::size_t>(axis) + 1];
    }

    /// Every combination of the axes' neighbours: `position` counts elements of the image so far.
    void add_neighbours(std::size_t axis, std::optional<Expr> position, std::optional<Expr> weight,
                        std::optional<Expr> valid)
    {
        if (axis == m_taps.size()) {
            add(*position, weight, valid);
            return;
        }
        const std::int64_t extent = size(static_cast<std::int64_t>(axis));
        for (const Tap& tap : m_taps[axis]) {
            const Expr at = clipped(tap.position, extent).cast(DType::Int64);
            const Expr next = position ? *position * static_cast<double>(extent) + at : at;
            std::optional<Expr> all = valid;
            if (m_sampling.padding == Padding::Zeros) {
                const Expr on =
                    (tap.position > -1.0) & (tap.position < static_cast<double>(extent));
                all = valid ? *valid & on : on;
            }
            add_neighbours(axis + 1, next,
                           weight && tap.weight ? *weight * *tap.weight
                                                : (tap.weight ? tap.weight : weight),
                           all);
        }
    }

    void add(Expr position, const std::optional<Expr>& weight, const std::optional<Expr>& valid)
    {
        const auto in_row = [&](Expr x) {
            return Expr(m_e, m_e.reshape(x.id(), std::span<const std::int64_t>(Ints{0, 1, -1})));
        };
        const ValueId indices = m_e.expand(in_row(position).id(), m_e.constant({1, m_sizes[0], 1}));
        Expr part(m_e,
                  m_e.emit("GatherElements", {m_elements, indices}, {{"axis", std::int64_t{2}}}));
        if (weight)
            part = part * in_row(weight->cast(part.dtype()));
        if (valid)
            part = where(in_row(*valid), part, 0.0);
        m_sum = m_sum ? *m_sum + part : part;
    }

    Emitter& m_e;
    ValueId m_grid;
    const GridSampling& m_sampling;
    ValueId m_elements = no_id;           ///< [N, C, all places of the image]
    Ints m_sizes;                         ///< channels and sizes of the input
    Ints m_places;                        ///< sizes of the grid
    std::vector<std::vector<Tap>> m_taps; ///< per axis
    std::optional<Expr> m_sum;
};

} // namespace

ValueId sample_grid(OpCall& call, ValueId input, ValueId grid, const GridSampling& sampling)
{
    Emitter& e = call.e();
    const int since = e.rank(input) == 5 ? 20 : 16;
    if (e.opset() < since)
        return GatheredSamples(call, input, grid, sampling).run();
    // Opset 20 renamed two of the modes.
    const std::array<const char*, 3> modes = e.opset() >= 20
                                                 ? std::array{"linear", "nearest", "cubic"}
                                                 : std::array{"bilinear", "nearest", "bicubic"};
    const std::array<const char*, 3> paddings{"zeros", "border", "reflection"};
    return e.emit("GridSample", {input, grid},
                  {{"mode", modes[static_cast<std::size_t>(sampling.mode)]},
                   {"padding_mode", paddings[static_cast<std::size_t>(sampling.padding)]},
                   {"align_corners", sampling.align_corners}});
}

} // namespace strata::ops
