// torch.gradient: finite differences along some dimensions.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"

#include <limits>
#include <optional>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// The slices of a tensor along one axis that differences are made of.
class Along {
public:
    Along(Expr x, std::int64_t axis) : m_x(x), m_axis(axis) {}
    Expr from(std::int64_t start) const { return part(start, end); }
    Expr until(std::int64_t stop) const { return part(0, stop); }
    Expr part(std::int64_t start, std::int64_t stop) const
    {
        return {m_x.e(), m_x.e().slice(m_x.id(), m_axis, start, stop)};
    }
    /// The element at a place; negative places count from the end.
    Expr at(std::int64_t place) const { return part(place, place == -1 ? end : place + 1); }

private:
    static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();
    Expr m_x;
    std::int64_t m_axis;
};

/// Points at equal distances.
Expr evenly(Expr x, std::int64_t axis, Expr distance, std::int64_t edge_order)
{
    const Along f(x, axis);
    const Expr middle = (f.from(2) - f.until(-2)) / (distance * 2.0);
    const bool second = edge_order == 2;
    const Expr first = second ? (f.at(1) * 2.0 - f.at(0) * 1.5 - f.at(2) * 0.5) / distance
                              : (f.at(1) - f.at(0)) / distance;
    const Expr last = second ? (f.at(-1) * 1.5 - f.at(-2) * 2.0 + f.at(-3) * 0.5) / distance
                             : (f.at(-1) - f.at(-2)) / distance;
    return {x.e(), x.e().concat({first.id(), middle.id(), last.id()}, axis)};
}

/// Points at the coordinates [n]: the slope of the parabola through three neighbours.
Expr at_coordinates(Expr x, std::int64_t axis, std::int64_t rank, Expr points,
                    std::int64_t edge_order)
{
    Emitter& e = x.e();
    const Along f(x, axis);
    const Along at(points, 0);
    Ints wide(static_cast<std::size_t>(rank), 1);
    wide[static_cast<std::size_t>(axis)] = -1;
    const Expr steps(
        e, e.reshape((at.from(1) - at.until(-1)).id(), std::span<const std::int64_t>(wide)));
    const Along d(steps, axis);
    const Expr before = d.until(-1);
    const Expr after = d.from(1);
    const Expr middle = f.from(2) * before / (after * (before + after)) +
                        f.part(1, -1) * (after - before) / (before * after) -
                        f.until(-2) * after / (before * (before + after));
    Expr first = (f.at(1) - f.at(0)) / d.at(0);
    Expr last = (f.at(-1) - f.at(-2)) / d.at(-1);
    if (edge_order == 2) {
        const auto outermost = [](Expr edge, Expr inner, Expr innermost, Expr near, Expr far) {
            return (inner * (near + far) / (near * far) - innermost * near / (far * (near + far))) -
                   edge * (near * 2.0 + far) / (near * (near + far));
        };
        first = outermost(f.at(0), f.at(1), f.at(2), d.at(0), d.at(1));
        last = -outermost(f.at(-1), f.at(-2), f.at(-3), d.at(-1), d.at(-2));
    }
    return {e, e.concat({first.id(), middle.id(), last.id()}, axis)};
}

/// What the argument `spacing` is.
enum class Spacing { None, Number, Numbers, Tensors };

template <Spacing Kind>
Outputs gradient(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId self = call.tensor("self");
    if (!is_floating_point(call.dtype_of(self)) && bits_per_element(call.dtype_of(self)) < 32)
        call.refuse("the differences of small integers, which wrap around");
    const Expr x(e, as_float(call, "self"));
    const std::int64_t rank = call.rank("self");
    const std::int64_t edge_order = call.integer("edge_order");
    Ints axes = call.has("dim") ? call.ints("dim") : iota(0, rank);
    std::vector<double> distances;
    std::vector<ValueId> points;
    if constexpr (Kind == Spacing::Numbers)
        distances = call.numbers("spacing");
    else if constexpr (Kind == Spacing::Tensors)
        points = call.tensors("spacing");
    else
        distances.assign(axes.size(), Kind == Spacing::Number && call.has("spacing")
                                          ? call.number("spacing")
                                          : 1.0);
    if (distances.size() + points.size() != axes.size())
        call.refuse("there are not as many spacings as dimensions");
    std::vector<Lowered> results;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::int64_t axis = call.normalize_axis(axes[i], rank);
        const Expr slope =
            points.empty()
                ? evenly(x, axis, x.number(distances[i]), edge_order)
                : at_coordinates(x, axis, rank, Expr(e, e.cast(points[i], x.dtype())), edge_order);
        results.push_back(Lowered::tensor(slope.id()));
    }
    return Outputs(std::vector<Lowered>{Lowered::list(std::move(results))});
}

constexpr OpEntry entries[] = {
    {"aten::gradient.scalarint(Tensor self, *, Scalar? spacing=None, int? dim=None, int "
     "edge_order=1) -> Tensor[]",
     gradient<Spacing::Number>},
    {"aten::gradient.scalararray(Tensor self, *, Scalar spacing, int[] dim, int edge_order=1) -> "
     "Tensor[]",
     gradient<Spacing::Number>},
    {"aten::gradient.array(Tensor self, *, int[] dim, int edge_order=1) -> Tensor[]",
     gradient<Spacing::None>},
    {"aten::gradient.scalarrayint(Tensor self, *, Scalar[] spacing, int? dim=None, int "
     "edge_order=1) -> Tensor[]",
     gradient<Spacing::Numbers>},
    {"aten::gradient.scalarrayarray(Tensor self, *, Scalar[] spacing, int[] dim, int "
     "edge_order=1) -> Tensor[]",
     gradient<Spacing::Numbers>},
    {"aten::gradient.tensorarrayint(Tensor self, *, Tensor[] spacing, int? dim=None, int "
     "edge_order=1) -> Tensor[]",
     gradient<Spacing::Tensors>},
    {"aten::gradient.tensorarray(Tensor self, *, Tensor[] spacing, int[] dim, int edge_order=1) "
     "-> Tensor[]",
     gradient<Spacing::Tensors>},
};

} // namespace

std::span<const OpEntry> gradient_ops()
{
    return entries;
}

} // namespace strata::ops
