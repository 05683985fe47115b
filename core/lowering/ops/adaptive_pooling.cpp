#include "lowering/ops/expression.h"
#include "lowering/ops/pooling.h"
#include "lowering/size_limits.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace strata::ops {
namespace {

/// The range of inputs that output `i` of `out` covers, as PyTorch cuts it: [begin, end).
struct WindowRange {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};
WindowRange adaptive_range(std::int64_t i, std::int64_t in, std::int64_t out)
{
    return {i * in / out, ((i + 1) * in + out - 1) / out};
}

void require_real(OpCall& call, ValueId input)
{
    if (const DType dtype = call.dtype_of(input); is_integral(dtype))
        call.refuse(fmt::format("adaptive pooling of {} tensors", to_string(dtype)),
                    "Convert the input to float32.");
}

std::vector<std::int64_t> output_sizes(OpCall& call, std::size_t spatial)
{
    std::vector<std::int64_t> sizes = call.ints("output_size", spatial);
    if (sizes.size() != spatial)
        call.refuse(fmt::format("'output_size' has {} elements for {} spatial dimensions",
                                sizes.size(), spatial));
    for (const std::int64_t size : sizes)
        if (size < 1)
            call.refuse(fmt::format("'output_size' holds {}", size));
    for (const std::int64_t size : sizes)
        result_count(size);
    return sizes;
}

/// The sizes of the spatial dimensions of [N, C, *spatial].
std::vector<std::int64_t> input_sizes(OpCall& call, ValueId batched, std::size_t spatial)
{
    const auto shape = call.e().shape(batched);
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < spatial; ++i) {
        if (!shape || shape->size() != spatial + 2 || !(*shape)[i + 2].known())
            call.refuse_for_shapes(
                "adaptive pooling to sizes other than 1 needs the size of the input");
        // Products of two sizes are needed.
        if ((*shape)[i + 2].value > std::numeric_limits<std::int32_t>::max())
            call.refuse("a size of its input is out of bounds");
        sizes.push_back((*shape)[i + 2].value);
    }
    return sizes;
}

bool divides(const std::vector<std::int64_t>& out, const std::vector<std::int64_t>& in)
{
    for (std::size_t i = 0; i < out.size(); ++i)
        if (in[i] == 0 || in[i] % out[i] != 0)
            return false;
    return true;
}

Attrs even_windows(const std::vector<std::int64_t>& out, const std::vector<std::int64_t>& in)
{
    std::vector<std::int64_t> kernel;
    for (std::size_t i = 0; i < out.size(); ++i)
        kernel.push_back(in[i] / out[i]);
    return {{"kernel_shape", kernel}, {"strides", kernel}};
}

/// [in, out]: column o holds 1/n where input i belongs to output o, which has n inputs.
ValueId averaging_matrix(Emitter& e, DType dtype, std::int64_t in, std::int64_t out,
                         bool transposed)
{
    std::vector<float> values(constant_elements(std::array{in, out}), 0.0F);
    for (std::int64_t o = 0; o < out; ++o) {
        const WindowRange covered = adaptive_range(o, in, out);
        for (std::int64_t i = covered.begin; i < covered.end; ++i)
            values[static_cast<std::size_t>(transposed ? o * in + i : i * out + o)] =
                1.0F / static_cast<float>(covered.end - covered.begin);
    }
    const auto bytes = std::as_bytes(std::span(values));
    const ValueId matrix = e.constant(
        Tensor::from_bytes(DType::Float32, transposed ? std::vector{out, in} : std::vector{in, out},
                           {bytes.begin(), bytes.end()}),
        "averaging");
    return dtype == DType::Unknown ? matrix : e.cast(matrix, dtype);
}

/// averaging_matrix(), transposed, for a size that is only known when the model runs.
Expr averaging_at_run_time(Emitter& e, DType dtype, ValueId in, std::int64_t out)
{
    const Expr size(e, in);
    const std::vector<std::int64_t> numbers = iota(0, out);
    const Expr o = Expr(e, e.constant(std::span<const std::int64_t>(numbers))).unsqueeze(1);
    const Expr begin = o * size / static_cast<double>(out);
    const Expr end = ((o + 1.0) * size + static_cast<double>(out - 1)) / static_cast<double>(out);
    const Expr i(e, e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), in,
                                     e.scalar(DType::Int64, std::int64_t{1})}));
    const Expr inside = (!(i < begin)) & (i < end);
    return inside.cast(dtype) / (end - begin).cast(dtype);
}

/// Whether some spatial size is only known when the model runs; its rank must be known.
bool has_open_sizes(OpCall& call, ValueId batched, std::size_t spatial)
{
    const auto shape = call.e().shape(batched);
    return shape && shape->size() == spatial + 2 &&
           std::any_of(shape->begin() + 2, shape->end(),
                       [](const Dim& dim) { return !dim.known(); });
}

ValueId average_of_open_sizes(Emitter& e, ValueId value, const std::vector<std::int64_t>& out)
{
    const DType dtype = e.dtype(value) == DType::Unknown ? DType::Float32 : e.dtype(value);
    const auto rank = static_cast<std::int64_t>(out.size()) + 2;
    for (std::int64_t axis = rank - 1; axis >= 2; --axis) {
        const std::int64_t wanted = out[static_cast<std::size_t>(axis) - 2];
        const ValueId matrix = averaging_at_run_time(e, dtype, e.size_of(value, axis), wanted).id();
        if (axis == rank - 2) {
            value = e.emit("MatMul", {matrix, value});
            continue;
        }
        // The axis comes last for the product.
        std::vector<std::int64_t> order = iota(0, rank);
        std::swap(order[static_cast<std::size_t>(axis)], order.back());
        value = e.transpose(value, order);
        value = e.emit("MatMul", {value, e.transpose(matrix, {1, 0})});
        value = e.transpose(value, order);
    }
    return value;
}

/// Averages along one spatial dimension after the other: the windows are products of ranges.
ValueId average_by_matrices(Emitter& e, ValueId value, std::vector<std::int64_t> in,
                            const std::vector<std::int64_t>& out)
{
    const DType dtype = e.dtype(value);
    const std::size_t last = out.size() - 1;
    if (in[last] != out[last]) {
        value = e.emit("MatMul", {value, averaging_matrix(e, dtype, in[last], out[last], false)});
        in[last] = out[last];
    }
    for (std::size_t axis = last; axis-- > 0;) {
        if (in[axis] == out[axis])
            continue;
        const ValueId matrix = averaging_matrix(e, dtype, in[axis], out[axis], true);
        if (axis + 1 == last) {
            value = e.emit("MatMul", {matrix, value});
        } else {
            // The depth of a volume: the plane behind it becomes one dimension meanwhile.
            std::int64_t plane = 1;
            for (std::size_t i = axis + 1; i <= last; ++i)
                plane *= in[i];
            const std::vector<std::int64_t> flat{0, 0, in[axis], plane};
            value = e.emit("MatMul", {matrix, e.reshape(value, flat)});
            std::vector<std::int64_t> whole{0, 0, out[axis]};
            whole.insert(whole.end(), in.begin() + static_cast<std::ptrdiff_t>(axis) + 1, in.end());
            value = e.reshape(value, whole);
        }
        in[axis] = out[axis];
    }
    return value;
}

ValueId table(Emitter& e, std::vector<std::int64_t> shape, const std::vector<std::int64_t>& values)
{
    Tensor tensor = Tensor::int64s(values);
    tensor.shape = std::move(shape);
    return e.constant(std::move(tensor), "windows");
}

/// Every window of every output as flat indices into the plane, in order, the last one repeated up
/// to the longest window: neither a maximum nor the first place of it changes by that.
struct Windows {
    std::int64_t count = 1;
    std::int64_t length = 0;
    std::vector<std::int64_t> indices; ///< [count, length]
};

Windows flat_windows(const std::vector<std::int64_t>& in, const std::vector<std::int64_t>& out)
{
    std::vector<std::vector<std::int64_t>> windows{{0}};
    // Row-major over the outputs, and row-major within each window.
    for (std::size_t axis = 0; axis < in.size(); ++axis) {
        std::vector<std::vector<std::int64_t>> finer;
        for (const auto& window : windows)
            for (std::int64_t o = 0; o < out[axis]; ++o) {
                const WindowRange covered = adaptive_range(o, in[axis], out[axis]);
                auto& next = finer.emplace_back();
                for (const std::int64_t base : window)
                    for (std::int64_t i = covered.begin; i < covered.end; ++i)
                        next.push_back(base * in[axis] + i);
            }
        windows = std::move(finer);
    }
    Windows result;
    result.count = static_cast<std::int64_t>(windows.size());
    std::size_t longest = 0;
    for (const auto& window : windows)
        longest = std::max(longest, window.size());
    result.length = static_cast<std::int64_t>(longest);
    for (auto& window : windows) {
        window.resize(longest, window.back());
        result.indices.insert(result.indices.end(), window.begin(), window.end());
    }
    return result;
}

struct MaxAndIndices {
    ValueId value = no_id;
    ValueId indices = no_id;
};

/// Output size 1 needs no sizes of the input.
MaxAndIndices max_of_plane(Emitter& e, ValueId batched, std::size_t spatial)
{
    const std::vector<std::int64_t> flat{0, 0, -1};
    const ValueId place =
        e.emit("ArgMax", {e.reshape(batched, flat)}, {{"axis", 2}, {"keepdims", 0}});
    return {e.emit("GlobalMaxPool", {batched}), e.unsqueeze(place, iota(2, spatial))};
}

MaxAndIndices max_by_gathering(Emitter& e, ValueId batched, const std::vector<std::int64_t>& in,
                               const std::vector<std::int64_t>& out)
{
    const Windows windows = flat_windows(in, out);
    const std::vector<std::int64_t> flat{0, 0, -1};
    const ValueId gathered = e.emit(
        "Gather",
        {e.reshape(batched, flat), table(e, {windows.count, windows.length}, windows.indices)},
        {{"axis", 2}});
    std::vector<std::int64_t> shape{0, 0};
    shape.insert(shape.end(), out.begin(), out.end());
    MaxAndIndices result;
    result.value = e.reshape(e.reduce("ReduceMax", gathered, {3}, false), shape);
    // Which place of its window each maximum has, and what that place is in the plane.
    const ValueId place = e.emit("ArgMax", {gathered}, {{"axis", 3}, {"keepdims", 0}});
    std::vector<std::int64_t> starts;
    for (std::int64_t i = 0; i < windows.count; ++i)
        starts.push_back(i * windows.length);
    const ValueId flat_place = e.add(place, e.constant(starts));
    const ValueId indices =
        e.emit("Gather", {table(e, {windows.count * windows.length}, windows.indices), flat_place},
               {{"axis", 0}});
    result.indices = e.reshape(indices, shape);
    return result;
}

/// Of an empty batch: an empty batch.
ValueId nothing(Emitter& e, ValueId input, std::vector<std::int64_t> shape,
                const std::vector<std::int64_t>& out)
{
    std::copy(out.begin(), out.end(), shape.begin() + 2);
    return e.constant(Tensor::from_bytes(e.dtype(input), std::move(shape), {}), "nothing");
}

} // namespace

template <std::size_t spatial>
Outputs adaptive_average_pool(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("self");
    require_real(call, input);
    const std::vector<std::int64_t> out = output_sizes(call, spatial);
    constexpr auto rank = static_cast<std::int64_t>(spatial) + 2;
    if (std::all_of(out.begin(), out.end(), [](auto size) { return size == 1; })) {
        if (e.rank(input) == rank - 1)
            return e.reduce("ReduceMean", input, iota(-static_cast<std::int64_t>(spatial), spatial),
                            true);
        return e.emit("GlobalAveragePool", {input});
    }
    const auto batched = Batched::of(e, input, rank);
    if (has_open_sizes(call, batched.value, spatial))
        return batched.undo(e, average_of_open_sizes(e, batched.value, out));
    const std::vector<std::int64_t> in = input_sizes(call, batched.value, spatial);
    if (in == out)
        return input;
    if (const auto shape = e.static_shape(batched.value); shape && (*shape)[0] == 0)
        return nothing(e, input, *shape, out);
    const ValueId result = divides(out, in)
                               ? e.emit("AveragePool", {batched.value}, even_windows(out, in))
                               : average_by_matrices(e, batched.value, in, out);
    return batched.undo(e, result);
}

template <std::size_t spatial>
Outputs adaptive_max_pool(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId input = call.tensor("self");
    require_real(call, input);
    const std::vector<std::int64_t> out = output_sizes(call, spatial);
    const auto batched = Batched::of(e, input, static_cast<std::int64_t>(spatial) + 2);
    MaxAndIndices result;
    if (std::all_of(out.begin(), out.end(), [](auto size) { return size == 1; })) {
        result = max_of_plane(e, batched.value, spatial);
        return Outputs::tensors({batched.undo(e, result.value), batched.undo(e, result.indices)});
    }
    const std::vector<std::int64_t> in = input_sizes(call, batched.value, spatial);
    if (divides(out, in)) {
        const auto results = e.emit_many("MaxPool", {batched.value}, 2, even_windows(out, in));
        std::int64_t plane = 1;
        for (const std::int64_t size : in)
            plane *= size;
        result = {results[0], e.emit("Mod", {results[1], e.scalar(DType::Int64, plane)})};
    } else {
        result = max_by_gathering(e, batched.value, in, out);
    }
    return Outputs::tensors({batched.undo(e, result.value), batched.undo(e, result.indices)});
}

template Outputs adaptive_average_pool<1>(OpCall&);
template Outputs adaptive_average_pool<2>(OpCall&);
template Outputs adaptive_average_pool<3>(OpCall&);
template Outputs adaptive_max_pool<1>(OpCall&);
template Outputs adaptive_max_pool<2>(OpCall&);
template Outputs adaptive_max_pool<3>(OpCall&);

} // namespace strata::ops
