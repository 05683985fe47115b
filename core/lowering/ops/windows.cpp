#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/sizes.h"
#include "lowering/size_limits.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

std::span<const std::int64_t> view_of(const Ints& ints)
{
    return ints;
}

/// The size of an axis, which must be known.
std::int64_t known_size(OpCall& call, ValueId x, std::int64_t axis)
{
    const auto size = size_if_known(call.e(), x, axis);
    if (!size)
        call.refuse_for_shapes("the size of the dimension is not known");
    return *size;
}

Expr whole(Emitter& e, ValueId id)
{
    return {e, id};
}

/// The numbers of [0, count) as a column, for a count that is only known when the model runs.
Expr column(Expr count)
{
    Emitter& e = count.e();
    return {e, e.unsqueeze(numbers_below(e, count.id()), {1})};
}

/// Tensor.unfold: windows along an axis, their elements in a new last axis.
Outputs unfold(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const std::int64_t size = call.integer("size");
    const std::int64_t step = call.integer("step");
    if (size < 0 || step <= 0)
        call.refuse("a window's size or step is not positive");
    const std::int64_t axis = call.normalize_axis(call.integer("dimension"), rank);
    if (rank == 0)
        return e.reshape(x, view_of({size}));
    ValueId where_from = no_id; // [windows, size]
    if (const auto extent = size_if_known(call.e(), x, axis)) {
        if (size > *extent)
            call.refuse("the window is larger than the dimension");
        const std::int64_t count = (*extent - size) / step + 1;
        Ints places;
        for (std::int64_t window = 0; window < count; ++window)
            for (std::int64_t i = 0; i < size; ++i)
                places.push_back(window * step + i);
        where_from = int_constant(e, places, {count, size});
    } else {
        const Expr count =
            (whole(e, e.size_of(x, axis)) - static_cast<double>(size)) / static_cast<double>(step) +
            1.0;
        where_from = (column(count) * static_cast<double>(step) +
                      whole(e, e.constant(view_of(iota(0, size)))))
                         .id();
    }
    const ValueId windows = e.emit("Gather", {x, where_from}, {{"axis", axis}});
    Ints permutation = iota(0, rank + 1);
    permutation.erase(permutation.begin() + static_cast<std::ptrdiff_t>(axis) + 1);
    permutation.push_back(axis + 1);
    return e.transpose(windows, std::move(permutation));
}

/// Where the elements of sliding windows stand along one axis of the padded image: [kernel, steps].
struct Sliding {
    std::int64_t kernel, dilation, padding, stride;

    std::int64_t steps(std::int64_t size) const
    {
        return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
    }
    Ints places(std::int64_t size) const
    {
        Ints result;
        for (std::int64_t i = 0; i < kernel; ++i)
            for (std::int64_t step = 0; step < steps(size); ++step)
                result.push_back(step * stride + i * dilation);
        return result;
    }
};

std::vector<Sliding> sliding(OpCall& call)
{
    const Ints kernel = call.ints("kernel_size", 2);
    const Ints dilation = call.ints("dilation", 2);
    const Ints padding = call.ints("padding", 2);
    const Ints stride = call.ints("stride", 2);
    return {{kernel[0], dilation[0], padding[0], stride[0]},
            {kernel[1], dilation[1], padding[1], stride[1]}};
}

/// The same as Sliding::places(), for a size that is only known when the model runs.
ValueId places_of(Emitter& e, const Sliding& axis, ValueId size)
{
    const double reach = static_cast<double>(axis.dilation * (axis.kernel - 1) + 1);
    const Expr steps = (whole(e, size) + (2.0 * static_cast<double>(axis.padding) - reach)) /
                           static_cast<double>(axis.stride) +
                       1.0;
    const Expr starts(e, e.transpose(column(steps).id(), {1, 0}));
    Ints inside;
    for (std::int64_t i = 0; i < axis.kernel; ++i)
        inside.push_back(i * axis.dilation);
    return (whole(e, int_constant(e, inside, {axis.kernel, 1})) +
            starts * static_cast<double>(axis.stride))
        .id();
}

/// im2col of images whose size is only known when the model runs.
ValueId dynamic_columns(OpCall& call, ValueId x, const std::vector<Sliding>& axes)
{
    Emitter& e = call.e();
    const ValueId rows = places_of(e, axes[0], e.size_of(x, 2));
    const ValueId columns = places_of(e, axes[1], e.size_of(x, 3));
    const ValueId sizes = e.slice(e.shape_of(x), 0, 0, 2);
    const std::int64_t window = axes[0].kernel * axes[1].kernel;
    const ValueId features = e.concat({e.mul(sizes, e.constant({1, window})), e.constant({-1})}, 0);
    if (axes[0].padding != 0 || axes[1].padding != 0)
        x = e.emit("Pad", {x, e.constant({0, 0, axes[0].padding, axes[1].padding, 0, 0,
                                          axes[0].padding, axes[1].padding})});
    x = e.emit("Gather", {x, rows}, {{"axis", 2}});
    x = e.emit("Gather", {x, columns}, {{"axis", 4}});
    return e.reshape(e.transpose(x, {0, 1, 2, 4, 3, 5}), features);
}

Outputs im2col(OpCall& call)
{
    Emitter& e = call.e();
    const std::vector<Sliding> axes = sliding(call);
    const Batched image = Batched::of(e, call.tensor("self"), 4);
    ValueId x = image.value;
    if (!size_if_known(call.e(), x, 1) || !size_if_known(call.e(), x, 2) ||
        !size_if_known(call.e(), x, 3))
        return image.undo(e, dynamic_columns(call, x, axes));
    const std::int64_t height = known_size(call, x, 2);
    const std::int64_t width = known_size(call, x, 3);
    const std::int64_t channels = known_size(call, x, 1);
    if (axes[0].padding != 0 || axes[1].padding != 0)
        x = e.emit("Pad", {x, e.constant({0, 0, axes[0].padding, axes[1].padding, 0, 0,
                                          axes[0].padding, axes[1].padding})});
    const std::int64_t rows = axes[0].steps(height);
    const std::int64_t columns = axes[1].steps(width);
    if (rows <= 0 || columns <= 0)
        call.refuse("the window is larger than the image");
    x = e.emit("Gather", {x, int_constant(e, axes[0].places(height), {axes[0].kernel, rows})},
               {{"axis", 2}});
    x = e.emit("Gather", {x, int_constant(e, axes[1].places(width), {axes[1].kernel, columns})},
               {{"axis", 4}});
    x = e.transpose(x, {0, 1, 2, 4, 3, 5});
    x = e.reshape(x, view_of({0, channels * axes[0].kernel * axes[1].kernel, rows * columns}));
    return image.undo(e, x);
}

/// Sums overlapping windows: a transposed convolution that puts each element where it came from.
Outputs col2im(OpCall& call)
{
    Emitter& e = call.e();
    const std::vector<Sliding> axes = sliding(call);
    const Ints size = call.ints("output_size", 2);
    const Batched columns = Batched::of(e, call.tensor("self"), 3);
    const DType dtype = call.dtype_of(columns.value);
    if (dtype != DType::Float32)
        call.refuse("folding other types than float32");
    const std::int64_t window = axes[0].kernel * axes[1].kernel;
    const std::int64_t channels = known_size(call, columns.value, 1) / window;
    Ints steps;
    Ints missing;
    for (std::size_t i = 0; i < 2; ++i) {
        const Sliding& axis = axes[i];
        steps.push_back(axis.steps(size[i]));
        if (steps[i] <= 0)
            call.refuse("the window is larger than the image");
        missing.push_back(size[i] + 2 * axis.padding - axis.dilation * (axis.kernel - 1) - 1 -
                          (steps[i] - 1) * axis.stride);
    }
    Tensor weights = filled_constant(dtype, {window, 1, axes[0].kernel, axes[1].kernel}, 0);
    std::vector<float> ones(constant_elements(std::array{window, window}), 0.0F);
    for (std::int64_t i = 0; i < window; ++i)
        ones[static_cast<std::size_t>(i * window + i)] = 1.0F;
    std::vector<std::byte> bytes(ones.size() * sizeof(float));
    std::copy_n(reinterpret_cast<const std::byte*>(ones.data()), bytes.size(), bytes.data());
    weights = Tensor::from_bytes(dtype, weights.shape, std::move(bytes));
    const ValueId images = e.reshape(columns.value, view_of({-1, window, steps[0], steps[1]}));
    const ValueId sums =
        e.emit("ConvTranspose", {images, e.constant(std::move(weights), "windows")},
               {{"strides", Ints{axes[0].stride, axes[1].stride}},
                {"dilations", Ints{axes[0].dilation, axes[1].dilation}},
                {"pads", Ints{axes[0].padding, axes[1].padding, axes[0].padding, axes[1].padding}},
                {"output_padding", missing}});
    return columns.undo(e, e.reshape(sums, view_of({-1, channels, size[0], size[1]})));
}

/// Strides count in the tensor's storage, whose layout is only known for what the model is given.
Outputs as_strided(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const OnnxValue& value = e.model().values[x];
    const bool weights = value.initializer != no_id &&
                         e.model().initializers[value.initializer].tensor.strides.empty();
    if (value.producer != no_id || (value.initializer != no_id && !weights))
        call.refuse("the memory layout of a computed tensor is not part of the model",
                    "Use view, unfold or slicing instead.");
    const Ints size = call.ints("size");
    const Ints stride = call.ints("stride");
    if (size.size() != stride.size())
        call.refuse("'size' and 'stride' differ in length");
    std::int64_t elements = 1;
    for (const std::int64_t dim : call.shape(x))
        elements *= dim;
    Ints places{call.integer_or_none("storage_offset").value_or(0)};
    for (std::size_t axis = 0; axis < size.size(); ++axis) {
        Ints next;
        constexpr std::size_t limit = std::size_t{1} << 22U;
        if (size[axis] < 0 || places.size() * static_cast<std::size_t>(size[axis]) > limit)
            call.refuse("the result is too large to list its elements");
        for (const std::int64_t place : places)
            for (std::int64_t i = 0; i < size[axis]; ++i)
                next.push_back(place + i * stride[axis]);
        places = std::move(next);
    }
    for (const std::int64_t place : places)
        if (place < 0 || place >= elements)
            call.refuse("it reaches outside the tensor");
    return e.emit("Gather", {e.reshape(x, view_of({-1})), int_constant(e, places, size)},
                  {{"axis", 0}});
}

/// tril_indices, triu_indices.
template <bool Upper>
Outputs triangle_indices(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t rows = call.integer("row");
    const std::int64_t columns = call.integer("col");
    const std::int64_t offset = call.integer("offset");
    Ints numbers;
    for (const bool column_numbers : {false, true})
        for (std::int64_t row = 0; row < rows; ++row)
            for (std::int64_t column = 0; column < columns; ++column)
                if (Upper ? column - row >= offset : column - row <= offset)
                    numbers.push_back(column_numbers ? column : row);
    const auto count = static_cast<std::int64_t>(numbers.size()) / 2;
    Tensor table = Tensor::int64s(numbers);
    table.shape = {2, count}; // possibly without a column, which a Reshape could not state
    return e.cast(e.constant(std::move(table), "indices"), call.dtype("dtype", DType::Int64));
}

Outputs block_diag(OpCall& call)
{
    Emitter& e = call.e();
    std::vector<ValueId> blocks = call.tensors("tensors");
    DType dtype = DType::Unknown;
    std::int64_t total = 0;
    for (ValueId& block : blocks) {
        const auto rank = call.rank_of(block);
        if (!rank || *rank > 2)
            call.refuse_for_shapes("the rank of a block is not known, or more than 2");
        block = e.unsqueeze(block, iota(0, 2 - *rank));
        total += known_size(call, block, 1);
        dtype = dtype == DType::Unknown ? call.dtype_of(block)
                                        : promote_types(dtype, call.dtype_of(block));
    }
    std::int64_t before = 0;
    std::vector<ValueId> rows;
    for (const ValueId block : blocks) {
        const std::int64_t width = known_size(call, block, 1);
        const std::int64_t height = known_size(call, block, 0);
        const auto zeros = [&](std::int64_t columns) {
            return e.constant(filled_constant(dtype, {height, columns}, 0), "zeros");
        };
        std::vector<ValueId> parts;
        if (before > 0)
            parts.push_back(zeros(before));
        parts.push_back(e.cast(block, dtype));
        before += width;
        if (before < total)
            parts.push_back(zeros(total - before));
        rows.push_back(e.concat(std::move(parts), 1));
    }
    return e.concat(std::move(rows), 0);
}

ValueId flipped(Emitter& e, ValueId x, std::int64_t axis)
{
    return e.slice(x, axis, -1, std::numeric_limits<std::int64_t>::min(), -1);
}

Outputs rot90(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const Ints dims = call.ints("dims");
    if (dims.size() != 2)
        call.refuse("rotation needs two dimensions");
    const std::int64_t from = call.normalize_axis(dims[0], rank);
    const std::int64_t to = call.normalize_axis(dims[1], rank);
    Ints swapped = iota(0, rank);
    std::swap(swapped[static_cast<std::size_t>(from)], swapped[static_cast<std::size_t>(to)]);
    switch (((call.integer("k") % 4) + 4) % 4) {
    case 1:
        return e.transpose(flipped(e, x, to), std::move(swapped));
    case 2:
        return flipped(e, flipped(e, x, from), to);
    case 3:
        return e.transpose(flipped(e, x, from), std::move(swapped));
    default:
        return x;
    }
}

constexpr std::string_view static_sizes = "sizes known at export time";

constexpr OpEntry entries[] = {
    {"aten::unfold(Tensor self, int dimension, int size, int step) -> Tensor", unfold,
     static_sizes},
    {"aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] "
     "stride) "
     "-> Tensor",
     im2col, static_sizes},
    {"aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] "
     "padding, int[2] stride) -> Tensor",
     col2im, "float32"},
    {"aten::as_strided(Tensor self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) "
     "-> Tensor",
     as_strided, "inputs and weights of known shape"},
    {"aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     triangle_indices<false>},
    {"aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     triangle_indices<true>},
    {"aten::block_diag(Tensor[] tensors) -> Tensor", block_diag, static_sizes},
    {"aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", rot90},
};

} // namespace

std::span<const OpEntry> window_ops()
{
    return entries;
}

} // namespace strata::ops
