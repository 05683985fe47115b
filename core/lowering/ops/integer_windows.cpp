#include "lowering/ops/integer_windows.h"

#include <fmt/format.h>
#include <functional>
#include <limits>
#include <numeric>

namespace strata::ops {
namespace {

std::int64_t product(const std::vector<std::int64_t>& sizes)
{
    return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// Row-major coordinates of a flat place.
std::vector<std::int64_t> coordinates(std::int64_t flat, const std::vector<std::int64_t>& sizes)
{
    std::vector<std::int64_t> at(sizes.size());
    for (std::size_t i = sizes.size(); i-- > 0;) {
        at[i] = flat % sizes[i];
        flat /= sizes[i];
    }
    return at;
}

/// Which element of the input stands at place `k` of the window of output `p`; -1: none.
std::int64_t place_of(const IntegerWindows& w, const std::vector<std::int64_t>& k,
                      const std::vector<std::int64_t>& p)
{
    std::int64_t flat = 0;
    for (std::size_t i = 0; i < w.in.size(); ++i) {
        std::int64_t at = 0;
        if (w.transposed) {
            const std::int64_t reached = p[i] + w.padding[i] - k[i] * w.dilation[i];
            if (reached < 0 || reached % w.stride[i] != 0)
                return -1;
            at = reached / w.stride[i];
        } else {
            at = p[i] * w.stride[i] - w.padding[i] + k[i] * w.dilation[i];
        }
        if (at < 0 || at >= w.in[i])
            return -1;
        flat = flat * w.in[i] + at;
    }
    return flat;
}

/// [K, P] places in the plane; `none` where there is no element.
std::vector<std::int64_t> table_of(OpCall& call, const IntegerWindows& w, std::int64_t none)
{
    constexpr std::int64_t most = 1'000'000;
    const std::int64_t k_count = w.kernel_count();
    const std::int64_t p_count = w.output_count();
    if (k_count > most || p_count > most || k_count * p_count > most)
        call.refuse(
            fmt::format("{} windows of {} integers are too many to state", p_count, k_count),
            "Convert the input to float32.");
    std::vector<std::int64_t> table;
    table.reserve(static_cast<std::size_t>(k_count * p_count));
    for (std::int64_t k = 0; k < k_count; ++k) {
        const auto at = coordinates(k, w.kernel);
        for (std::int64_t p = 0; p < p_count; ++p) {
            const std::int64_t place = place_of(w, at, coordinates(p, w.out));
            table.push_back(place < 0 ? none : place);
        }
    }
    return table;
}

/// [0, 0, *out]: a Reshape that keeps batch and channels.
std::vector<std::int64_t> with_planes(const std::vector<std::int64_t>& out)
{
    std::vector<std::int64_t> shape{0, 0};
    shape.insert(shape.end(), out.begin(), out.end());
    return shape;
}

/// Integers that MatMul and the reductions take.
ValueId widened(Emitter& e, ValueId value)
{
    const DType dtype = e.dtype(value);
    return dtype == DType::Int32 ? value : e.cast(value, DType::Int64);
}

} // namespace

std::int64_t IntegerWindows::kernel_count() const
{
    return product(kernel);
}
std::int64_t IntegerWindows::output_count() const
{
    return product(out);
}

ValueId gather_windows(OpCall& call, ValueId batched, const IntegerWindows& windows,
                       std::int64_t filler)
{
    Emitter& e = call.e();
    const std::int64_t plane = product(windows.in);
    Tensor table = Tensor::int64s(table_of(call, windows, plane));
    table.shape = {windows.kernel_count(), windows.output_count()};
    const ValueId value = widened(e, batched);
    const std::vector<std::int64_t> flat{0, 0, plane};
    // One element beyond the plane is what windows find outside of it.
    const ValueId padded = e.emit("Pad", {e.reshape(value, flat), e.constant({0, 0, 0, 0, 0, 1}),
                                          e.scalar(e.dtype(value), filler)});
    return e.emit("Gather", {padded, e.constant(std::move(table), "windows")}, {{"axis", 2}});
}

std::vector<std::int64_t> spatial_sizes(OpCall& call, ValueId batched, std::size_t spatial)
{
    const auto shape = call.e().shape(batched);
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < spatial; ++i) {
        if (!shape || shape->size() != spatial + 2 || !(*shape)[i + 2].known())
            call.refuse_for_shapes("windows over integers need the size of the input");
        sizes.push_back((*shape)[i + 2].value);
    }
    return sizes;
}

ValueId convolve_integers(OpCall& call, ValueId batched, ValueId weight, ValueId bias,
                          const IntegerWindows& windows, std::int64_t groups)
{
    Emitter& e = call.e();
    const DType dtype = e.dtype(batched);
    const std::vector<std::int64_t> sizes = call.shape(weight);
    if (sizes.size() != windows.in.size() + 2 || groups < 1 || sizes[0] % groups != 0)
        call.refuse("the weight's shape does not fit the groups");
    const std::int64_t k = windows.kernel_count();
    const std::int64_t p = windows.output_count();
    const std::int64_t in = windows.transposed ? sizes[0] / groups : sizes[1];
    const std::int64_t out = windows.transposed ? sizes[1] : sizes[0] / groups;
    ValueId kernel = widened(e, weight);
    // As matrices [groups, out, in * K].
    if (windows.transposed) {
        const std::vector<std::int64_t> apart{groups, in, out, k};
        kernel = e.transpose(e.reshape(kernel, apart), {0, 2, 1, 3});
    }
    const std::vector<std::int64_t> matrices{groups, out, in * k};
    const std::vector<std::int64_t> columns{0, groups, in * k, p};
    ValueId result =
        e.emit("MatMul", {e.reshape(kernel, matrices),
                          e.reshape(gather_windows(call, batched, windows, 0), columns)});
    std::vector<std::int64_t> shape{0, groups * out};
    shape.insert(shape.end(), windows.out.begin(), windows.out.end());
    result = e.reshape(result, shape);
    if (bias != no_id)
        result = e.add(result, channel_vector(e, widened(e, bias),
                                              static_cast<std::int64_t>(windows.in.size())));
    return e.cast(result, dtype);
}

IntegerMaxima pool_maxima(OpCall& call, ValueId batched, const IntegerWindows& windows,
                          bool with_places)
{
    Emitter& e = call.e();
    const DType dtype = e.dtype(batched);
    const std::vector<std::int64_t> shape = with_planes(windows.out);
    const ValueId gathered =
        gather_windows(call, dtype == DType::Int32 ? e.cast(batched, DType::Int64) : batched,
                       windows, std::numeric_limits<std::int64_t>::lowest());
    IntegerMaxima result;
    result.values = e.cast(e.reshape(e.reduce("ReduceMax", gathered, {2}, false), shape), dtype);
    if (!with_places)
        return result;
    // Place k of window p is entry k * P + p of the table.
    const ValueId k = e.emit("ArgMax", {gathered}, {{"axis", 2}, {"keepdims", 0}});
    const std::int64_t p_count = windows.output_count();
    const ValueId entry =
        e.add(e.mul(k, e.scalar(DType::Int64, p_count)), e.constant(iota(0, p_count)));
    const ValueId table =
        e.constant(Tensor::int64s(table_of(call, windows, product(windows.in))), "places");
    result.places = e.reshape(e.emit("Gather", {table, entry}, {{"axis", 0}}), shape);
    return result;
}

ValueId pool_averages(OpCall& call, ValueId batched, const IntegerWindows& windows,
                      const std::vector<std::int64_t>& divisors)
{
    Emitter& e = call.e();
    const DType dtype = e.dtype(batched);
    const ValueId gathered = gather_windows(call, e.cast(batched, DType::Int64), windows, 0);
    const ValueId sums = e.reduce("ReduceSum", gathered, {2}, false);
    const ValueId averages = e.div(sums, e.constant(std::span<const std::int64_t>(divisors)));
    return e.cast(e.reshape(averages, with_planes(windows.out)), dtype);
}

} // namespace strata::ops
