// Convolutions and pooling.
#include "passes/infer/context.h"

#include <fmt/format.h>

namespace strata::infer {
namespace {

// kernel_shape, strides, dilations, pads and auto_pad of one node, completed with the defaults.
struct Window {
    std::vector<ShapeInt> kernel;
    std::vector<std::int64_t> strides, dilations, pads; ///< pads: all begins, then all ends
    std::string_view auto_pad = "NOTSET";
};

// The attribute, or `count` times the default; nothing when it has another length or sign.
std::optional<std::vector<std::int64_t>> ints_or(const Context& c, std::string_view name,
                                                 std::size_t count, std::int64_t fallback)
{
    const auto* values = c.ints_attribute(name);
    if (!values || values->empty())
        return std::vector(count, fallback);
    return values->size() == count ? std::optional(*values) : std::nullopt;
}

bool all_positive(const std::vector<std::int64_t>& values)
{
    for (std::int64_t value : values)
        if (value <= 0)
            return false;
    return true;
}

/// Reads the window over `spatial` dimensions; a complaint when an attribute does not fit.
std::string read_window(const Context& c, std::size_t spatial, Window& window)
{
    for (const auto& [name, target, fallback, per_side] :
         {std::tuple{"strides", &window.strides, 1, 1},
          std::tuple{"dilations", &window.dilations, 1, 1},
          std::tuple{"pads", &window.pads, 0, 2}}) {
        auto values = ints_or(c, name, spatial * static_cast<std::size_t>(per_side), fallback);
        if (!values)
            return fmt::format("{} does not have {} values", name,
                               spatial * static_cast<std::size_t>(per_side));
        *target = std::move(*values);
    }
    if (!all_positive(window.strides) || !all_positive(window.dilations))
        return "strides and dilations must be positive";
    window.auto_pad = c.string_attribute("auto_pad", "NOTSET");
    if (window.auto_pad.empty())
        window.auto_pad = "NOTSET";
    if (const auto* kernel = c.ints_attribute("kernel_shape")) {
        if (kernel->size() != spatial)
            return fmt::format("kernel_shape has {} values for {} spatial dimensions",
                               kernel->size(), spatial);
        window.kernel.clear();
        for (std::int64_t size : *kernel)
            window.kernel.push_back(ShapeInt::of(size));
    }
    return {};
}

/// The size along one spatial axis of a convolution or a pooling.
ShapeInt slide(const DimMath& math, const ShapeInt& size, const Window& window, std::size_t axis,
               std::size_t spatial, bool ceil_mode)
{
    const std::int64_t stride = window.strides[axis];
    if (window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER")
        return math.ceil_div(size, stride);
    const ShapeInt extent = math.add(math.mul(math.sub(window.kernel[axis], ShapeInt::of(1)),
                                              ShapeInt::of(window.dilations[axis])),
                                     ShapeInt::of(1));
    std::int64_t begin = window.pads[axis];
    std::int64_t end = window.pads[axis + spatial];
    if (window.auto_pad == "VALID")
        begin = end = 0;
    const ShapeInt padded = math.add(size, math.add(ShapeInt::of(begin), ShapeInt::of(end)));
    const ShapeInt room = math.sub(padded, extent);
    if (!ceil_mode)
        return math.add(math.floor_div(room, ShapeInt::of(stride)), ShapeInt::of(1));
    const ShapeInt count = math.add(math.ceil_div(room, stride), ShapeInt::of(1));
    // A last window that would start in the padding at the end does not count.
    const ShapeInt last_start = math.mul(math.sub(count, ShapeInt::of(1)), ShapeInt::of(stride));
    const ShapeInt limit = math.add(size, ShapeInt::of(begin));
    if (last_start.is_number() && limit.is_number())
        return last_start.number >= limit.number ? math.sub(count, ShapeInt::of(1)) : count;
    // With a symbol: the last start is below size + begin + end - extent + stride.
    return extent.is_number() && extent.number >= end + stride ? count : ShapeInt::unknown();
}

/// Shared by Conv and its quantised forms: `x` and `w` are the inputs' indices.
std::string conv_shape(Context& c, std::size_t x, std::size_t w)
{
    const Shape* data = c.shape(x);
    const Shape* weight = c.shape(w);
    const std::size_t rank = data ? data->size() : weight ? weight->size() : 0;
    if (rank == 0)
        return {};
    if (rank < 3)
        return fmt::format("input of rank {} has no spatial dimension", rank);
    if (data && weight && data->size() != weight->size())
        return fmt::format("input has rank {}, weight has rank {}", data->size(), weight->size());
    const std::size_t spatial = rank - 2;
    Window window;
    window.kernel.assign(spatial, ShapeInt::unknown());
    if (weight)
        for (std::size_t i = 0; i < spatial; ++i)
            window.kernel[i] = c.math().from_dim((*weight)[i + 2]);
    if (auto complaint = read_window(c, spatial, window); !complaint.empty())
        return complaint;
    if (data && weight) {
        const std::int64_t group = c.int_attribute("group", 1);
        const Dim& channels = (*data)[1];
        const Dim& per_group = (*weight)[1];
        if (channels.known() && per_group.known() && channels.value != per_group.value * group)
            return fmt::format("input has {} channels, the weight expects {} in {} group(s)",
                               channels.value, per_group.value * group, group);
    }
    Shape result(rank);
    if (data)
        result[0] = (*data)[0];
    if (weight)
        result[1] = (*weight)[0];
    for (std::size_t i = 0; data && i < spatial; ++i) {
        const ShapeInt size =
            slide(c.math(), c.math().from_dim((*data)[i + 2]), window, i, spatial, false);
        if (size.is_number() && size.number <= 0)
            return fmt::format("kernel is larger than the padded input along spatial axis {}", i);
        result[i + 2] = c.math().to_dim(size);
    }
    c.set_shape(0, result);
    return {};
}

std::string conv(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    if (auto complaint = same_types(c, 0, 1); !complaint.empty())
        return complaint;
    return conv_shape(c, 0, 1);
}

std::string conv_integer(Context& c)
{
    c.set_dtype(0, DType::Int32);
    return conv_shape(c, 0, 1);
}

std::string qlinear_conv(Context& c)
{
    c.set_dtype(0, c.dtype(7)); // the output's zero point
    return conv_shape(c, 0, 3);
}

std::string deform_conv(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    return conv_shape(c, 0, 1);
}

std::string conv_transpose(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    if (auto complaint = same_types(c, 0, 1); !complaint.empty())
        return complaint;
    const Shape* data = c.shape(0);
    const Shape* weight = c.shape(1);
    const std::size_t rank = data ? data->size() : weight ? weight->size() : 0;
    if (rank == 0)
        return {};
    if (rank < 3)
        return fmt::format("input of rank {} has no spatial dimension", rank);
    if (data && weight && data->size() != weight->size())
        return fmt::format("input has rank {}, weight has rank {}", data->size(), weight->size());
    const std::size_t spatial = rank - 2;
    const DimMath& math = c.math();
    Window window;
    window.kernel.assign(spatial, ShapeInt::unknown());
    if (weight)
        for (std::size_t i = 0; i < spatial; ++i)
            window.kernel[i] = math.from_dim((*weight)[i + 2]);
    if (auto complaint = read_window(c, spatial, window); !complaint.empty())
        return complaint;
    const auto output_padding = ints_or(c, "output_padding", spatial, 0);
    if (!output_padding)
        return fmt::format("output_padding does not have {} values", spatial);
    if (data && weight && contradict((*data)[1], (*weight)[0]))
        return fmt::format("input has {} channels, the weight expects {}", (*data)[1].value,
                           (*weight)[0].value);
    Shape result(rank);
    if (data)
        result[0] = (*data)[0];
    if (weight)
        result[1] = math.to_dim(
            math.mul(math.from_dim((*weight)[1]), ShapeInt::of(c.int_attribute("group", 1))));
    const auto* output_shape = c.ints_attribute("output_shape");
    for (std::size_t i = 0; i < spatial; ++i) {
        if (output_shape && output_shape->size() >= spatial) {
            // Some exporters list batch and channels here too.
            const std::size_t skip = output_shape->size() - spatial;
            result[i + 2] = math.to_dim(ShapeInt::of((*output_shape)[i + skip]));
            continue;
        }
        if (!data)
            continue;
        const ShapeInt size = math.from_dim((*data)[i + 2]);
        const ShapeInt stride = ShapeInt::of(window.strides[i]);
        if (window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER") {
            result[i + 2] = math.to_dim(math.mul(size, stride));
            continue;
        }
        const std::int64_t pads =
            window.auto_pad == "VALID" ? 0 : window.pads[i] + window.pads[i + spatial];
        const ShapeInt extent = math.add(math.mul(math.sub(window.kernel[i], ShapeInt::of(1)),
                                                  ShapeInt::of(window.dilations[i])),
                                         ShapeInt::of(1));
        // stride * (size - 1) + output_padding + extent - pads
        ShapeInt total = math.mul(stride, math.sub(size, ShapeInt::of(1)));
        total = math.add(total, extent);
        total = math.add(total, ShapeInt::of((*output_padding)[i] - pads));
        result[i + 2] = math.to_dim(total);
    }
    c.set_shape(0, result);
    return {};
}

/// The shape of a pooling over input 0; nothing when the rank is unknown.
std::string pool_shape(Context& c, std::optional<Shape>& result)
{
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    if (data->size() < 3)
        return fmt::format("input of rank {} has no spatial dimension", data->size());
    if (!c.ints_attribute("kernel_shape"))
        return "kernel_shape is missing";
    const std::size_t spatial = data->size() - 2;
    Window window;
    if (auto complaint = read_window(c, spatial, window); !complaint.empty())
        return complaint;
    const bool ceil_mode = c.int_attribute("ceil_mode", 0) != 0;
    result = *data;
    for (std::size_t i = 0; i < spatial; ++i) {
        const ShapeInt size =
            slide(c.math(), c.math().from_dim((*data)[i + 2]), window, i, spatial, ceil_mode);
        if (size.is_number() && size.number <= 0)
            return fmt::format("kernel is larger than the padded input along spatial axis {}", i);
        (*result)[i + 2] = c.math().to_dim(size);
    }
    return {};
}

std::string pool(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    std::optional<Shape> shape;
    if (auto complaint = pool_shape(c, shape); !complaint.empty())
        return complaint;
    if (shape)
        c.set_shape(0, *shape);
    return {};
}

std::string max_pool(Context& c)
{
    if (auto complaint = pool(c); !complaint.empty())
        return complaint;
    c.set_dtype(1, DType::Int64);
    if (c.has_output(0) && c.has_output(1)) {
        const OnnxValue& first = c.model().values[c.output(0)];
        if (first.has_shape)
            c.set_shape(1, Shape(first.shape));
    }
    return {};
}

std::string max_unpool(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data || data->size() < 3)
        return {};
    Shape result(data->size());
    if (c.has_input(2)) {
        if (const auto elements = c.elements(2); elements && elements->size() == result.size())
            for (std::size_t i = 0; i < result.size(); ++i)
                result[i] = c.math().to_dim((*elements)[i]);
        c.set_shape(0, result);
        return {};
    }
    const std::size_t spatial = data->size() - 2;
    Window window;
    if (auto complaint = read_window(c, spatial, window); !complaint.empty())
        return complaint;
    if (window.kernel.empty())
        return "kernel_shape is missing";
    const DimMath& math = c.math();
    result[0] = (*data)[0];
    result[1] = (*data)[1];
    for (std::size_t i = 0; i < spatial; ++i) {
        ShapeInt size = math.sub(math.from_dim((*data)[i + 2]), ShapeInt::of(1));
        size = math.add(math.mul(size, ShapeInt::of(window.strides[i])), window.kernel[i]);
        size = math.sub(size, ShapeInt::of(window.pads[i] + window.pads[i + spatial]));
        result[i + 2] = math.to_dim(size);
    }
    c.set_shape(0, result);
    return {};
}

std::string global_pool(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    if (data->size() < 2)
        return fmt::format("input of rank {} has no channels", data->size());
    Shape result(data->size(), Dim::of(1));
    result[0] = (*data)[0];
    result[1] = (*data)[1];
    c.set_shape(0, result);
    return {};
}

constexpr Entry rules[] = {
    {"Conv", conv},
    {"ConvInteger", conv_integer},
    {"QLinearConv", qlinear_conv},
    {"DeformConv", deform_conv},
    {"ConvTranspose", conv_transpose},
    {"AveragePool", pool},
    {"LpPool", pool},
    {"MaxPool", max_pool},
    {"MaxUnpool", max_unpool},
    {"GlobalAveragePool", global_pool},
    {"GlobalLpPool", global_pool},
    {"GlobalMaxPool", global_pool},
};

} // namespace

std::span<const Entry> conv_pool_rules()
{
    return rules;
}

} // namespace strata::infer
