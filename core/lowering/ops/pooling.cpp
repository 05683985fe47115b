// Maximum and average pooling; adaptive pooling is in adaptive_pooling.cpp.
#include "lowering/ops/pooling.h"

#include "lowering/ops/families.h"
#include "lowering/ops/integer_windows.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace strata::ops {
namespace {

/// One pooling window, with one entry for each spatial dimension.
struct Window {
    std::size_t spatial = 0;
    std::vector<std::int64_t> kernel, stride, padding, dilation;
    bool ceil_mode = false;

    std::int64_t extent(std::size_t i) const { return dilation[i] * (kernel[i] - 1) + 1; }
};

std::vector<std::int64_t> list_of(OpCall& call, std::string_view name, std::size_t count)
{
    std::vector<std::int64_t> values = call.ints(name, count);
    if (values.size() != count)
        call.refuse(fmt::format("'{}' has {} elements for {} spatial dimensions", name,
                                values.size(), count));
    return values;
}

Window window_of(OpCall& call, std::size_t spatial, bool dilated)
{
    Window window;
    window.spatial = spatial;
    window.kernel = list_of(call, "kernel_size", spatial);
    window.stride = call.ints("stride", spatial);
    if (window.stride.empty())
        window.stride = window.kernel;
    window.padding = list_of(call, "padding", spatial);
    window.dilation.assign(spatial, 1);
    if (dilated)
        window.dilation = list_of(call, "dilation", spatial);
    window.ceil_mode = call.boolean("ceil_mode");
    const auto positive = [](std::int64_t size) { return size > 0; };
    for (const auto* sizes : {&window.kernel, &window.stride, &window.dilation})
        if (!std::all_of(sizes->begin(), sizes->end(), positive))
            call.refuse("windows, strides and dilations must be positive");
    return window;
}

/// True for integers, whose windows are stated element by element.
bool is_integer(OpCall& call, ValueId input)
{
    const DType dtype = call.dtype_of(input);
    if (dtype == DType::Bool)
        call.refuse("pooling of bool tensors", "Convert the input to float32.");
    return is_integral(dtype);
}

/// PyTorch's output size: in ceil mode, the last window must start inside the input or its left
/// padding.
std::int64_t output_size(const Window& window, std::size_t i, std::int64_t size)
{
    const std::int64_t room = size + 2 * window.padding[i] - window.extent(i);
    const std::int64_t stride = window.stride[i];
    std::int64_t out = (room + (window.ceil_mode ? stride - 1 : 0)) / stride + 1;
    if (window.ceil_mode && (out - 1) * stride >= size + window.padding[i])
        --out;
    return out;
}

/// How the ceil mode of a window is told to ONNX, whose own rule differs at the border and between
/// versions: with known sizes the windows that stick out become padding at the end.
struct Border {
    std::vector<std::int64_t> extra_end; ///< beyond `padding`, for each spatial dimension
    bool ceil_attribute = false;         ///< sizes unknown: ceil_mode=1, where both rules agree

    bool sticks_out() const
    {
        return ceil_attribute ||
               std::any_of(extra_end.begin(), extra_end.end(), [](auto v) { return v > 0; });
    }
};

Border border_of(OpCall& call, const Window& window, ValueId batched)
{
    Border border;
    border.extra_end.assign(window.spatial, 0);
    if (!window.ceil_mode)
        return border;
    const auto shape = call.e().shape(batched);
    for (std::size_t i = 0; i < window.spatial; ++i) {
        const bool known = shape && shape->size() == window.spatial + 2 && (*shape)[i + 2].known();
        if (!known) {
            if (window.stride[i] > window.extent(i) - window.padding[i])
                call.refuse_for_shapes(
                    "ceil_mode with a stride beyond the window needs the size of "
                    "the input");
            border.ceil_attribute = true;
            continue;
        }
        const std::int64_t size = (*shape)[i + 2].value;
        const std::int64_t out = output_size(window, i, size);
        border.extra_end[i] = std::max<std::int64_t>(
            (out - 1) * window.stride[i] + window.extent(i) - size - 2 * window.padding[i], 0);
    }
    // Either all dimensions by padding or all by the attribute.
    if (border.ceil_attribute)
        border.extra_end.assign(window.spatial, 0);
    return border;
}

std::vector<std::int64_t> pads_of(const Window& window, const Border& border)
{
    std::vector<std::int64_t> pads = window.padding;
    for (std::size_t i = 0; i < window.spatial; ++i)
        pads.push_back(window.padding[i] + border.extra_end[i]);
    return pads;
}

/// Pads for a Pad node over [N, C, *spatial].
std::vector<std::int64_t> whole_pads(const std::vector<std::int64_t>& begins,
                                     const std::vector<std::int64_t>& ends)
{
    std::vector<std::int64_t> pads{0, 0};
    pads.insert(pads.end(), begins.begin(), begins.end());
    pads.insert(pads.end(), {0, 0});
    pads.insert(pads.end(), ends.begin(), ends.end());
    return pads;
}

Attrs window_attributes(const Window& window, const Border& border,
                        const std::vector<std::int64_t>& pads)
{
    Attrs attrs{{"kernel_shape", window.kernel}, {"pads", pads}, {"strides", window.stride}};
    if (border.ceil_attribute)
        attrs.push_back({"ceil_mode", 1});
    return attrs;
}

/// ONNX counts through the whole tensor, PyTorch through one plane.
ValueId plane_indices(Emitter& e, ValueId indices, ValueId batched, std::size_t spatial)
{
    if (spatial == 1)
        return e.emit("Mod", {indices, e.size_of(batched, 2)});
    const auto shape = e.shape(batched);
    std::int64_t plane = 1;
    for (std::size_t i = 0; shape && i < spatial; ++i)
        plane = plane < 0 || !(*shape)[i + 2].known() ? -1 : plane * (*shape)[i + 2].value;
    if (shape && plane >= 0)
        return e.emit("Mod", {indices, e.scalar(DType::Int64, std::max<std::int64_t>(plane, 1))});
    const ValueId sizes =
        e.slice(e.shape_of(batched), 0, 2, static_cast<std::int64_t>(spatial) + 2);
    return e.emit("Mod", {indices, e.reduce("ReduceProd", sizes, {0}, false)});
}

/// Padding as large as the window is more than ONNX Runtime accepts: a Pad node does it.
Outputs max_pool_of_padded(OpCall& call, const Window& window, const Batched& batched,
                           const std::vector<std::int64_t>& pads, bool with_indices)
{
    Emitter& e = call.e();
    const std::size_t n = window.spatial;
    const DType dtype = e.dtype(batched.value);
    const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(n);
    const std::vector<std::int64_t> begins(pads.begin(), middle);
    const std::vector<std::int64_t> ends(middle, pads.end());
    const ValueId padded =
        e.emit("Pad", {batched.value, e.constant(whole_pads(begins, ends)),
                       e.scalar(dtype, -std::numeric_limits<double>::infinity())});
    const std::vector<ValueId> results = e.emit_many("MaxPool", {padded}, with_indices ? 2 : 1,
                                                     {{"kernel_shape", window.kernel},
                                                      {"strides", window.stride},
                                                      {"dilations", window.dilation}});
    if (!with_indices)
        return batched.undo(e, results[0]);
    // Places in the padded plane become coordinates, and these places in the plane itself.
    const std::vector<std::int64_t> own = call.shape(batched.value);
    const std::vector<std::int64_t> wide = call.shape(padded);
    const auto number = [&](std::int64_t value) { return e.scalar(DType::Int64, value); };
    ValueId rest = results[1];
    ValueId place = number(0);
    std::int64_t step = 1;
    for (std::size_t i = n; i-- > 0;) {
        const ValueId size = number(wide[i + 2]);
        const ValueId coordinate = e.sub(e.emit("Mod", {rest, size}), number(begins[i]));
        rest = e.div(rest, size);
        place = e.add(place, e.mul(coordinate, number(step)));
        step *= own[i + 2];
    }
    return Outputs::tensors({batched.undo(e, results[0]), batched.undo(e, place)});
}

IntegerWindows integer_windows(OpCall& call, const Window& window, ValueId batched)
{
    IntegerWindows windows;
    windows.in = spatial_sizes(call, batched, window.spatial);
    windows.kernel = window.kernel;
    windows.stride = window.stride;
    windows.padding = window.padding;
    windows.dilation = window.dilation;
    for (std::size_t i = 0; i < window.spatial; ++i) {
        windows.out.push_back(output_size(window, i, windows.in[i]));
        if (windows.out.back() < 1)
            call.refuse("the window is larger than the input");
    }
    return windows;
}

Outputs max_pool(OpCall& call, std::size_t spatial, bool with_indices)
{
    Emitter& e = call.e();
    const Window window = window_of(call, spatial, true);
    const ValueId input = call.tensor("self");
    const auto batched = Batched::of(e, input, static_cast<std::int64_t>(spatial) + 2);
    if (is_integer(call, input)) {
        const IntegerMaxima maxima = pool_maxima(
            call, batched.value, integer_windows(call, window, batched.value), with_indices);
        const ValueId values = batched.undo(e, maxima.values);
        return with_indices ? Outputs::tensors({values, batched.undo(e, maxima.places)})
                            : Outputs(values);
    }
    const Border border = border_of(call, window, batched.value);
    std::vector<std::int64_t> pads = pads_of(window, border);
    for (std::size_t i = 0; i < 2 * spatial; ++i)
        if (pads[i] >= window.kernel[i % spatial] && !border.ceil_attribute)
            return max_pool_of_padded(call, window, batched, pads, with_indices);
    Attrs attrs = window_attributes(window, border, pads);
    if (std::any_of(window.dilation.begin(), window.dilation.end(), [](auto d) { return d != 1; }))
        attrs.push_back({"dilations", window.dilation});
    const auto results =
        e.emit_many("MaxPool", {batched.value}, with_indices ? 2 : 1, std::move(attrs));
    if (!with_indices)
        return batched.undo(e, results[0]);
    return Outputs::tensors(
        {batched.undo(e, results[0]),
         batched.undo(e, plane_indices(e, results[1], batched.value, spatial))});
}

template <std::size_t spatial>
Outputs max_pool_nd(OpCall& call)
{
    return max_pool(call, spatial, false);
}

template <std::size_t spatial>
Outputs max_pool_nd_with_indices(OpCall& call)
{
    return max_pool(call, spatial, true);
}

/// Sums over windows, divided by a number that does not depend on the place.
ValueId average_with_divisor(Emitter& e, ValueId input, const Window& window, const Border& border,
                             std::int64_t divisor)
{
    const std::vector<std::int64_t> ends = [&] {
        std::vector<std::int64_t> sums = window.padding;
        for (std::size_t i = 0; i < window.spatial; ++i)
            sums[i] += border.extra_end[i];
        return sums;
    }();
    std::vector<std::int64_t> pads = window.padding;
    pads.insert(pads.end(), ends.begin(), ends.end());
    Attrs attrs = window_attributes(window, border, pads);
    attrs.push_back({"count_include_pad", 1});
    const ValueId average = e.emit("AveragePool", {input}, std::move(attrs));
    double elements = 1.0;
    for (const std::int64_t k : window.kernel)
        elements *= static_cast<double>(k);
    const double factor = elements / static_cast<double>(divisor);
    if (factor == 1.0)
        return average;
    const DType dtype = e.dtype(input) == DType::Unknown ? DType::Float32 : e.dtype(input);
    return e.mul(average, e.scalar(dtype, factor));
}

/// What the sum of each window is divided by: as many elements as lie in the input, or in its
/// padding as well.
std::vector<std::int64_t> window_sizes(const Window& window, const IntegerWindows& windows,
                                       bool include_pad)
{
    std::vector<std::int64_t> sizes{1};
    for (std::size_t i = 0; i < window.spatial; ++i) {
        std::vector<std::int64_t> finer;
        for (const std::int64_t others : sizes)
            for (std::int64_t o = 0; o < windows.out[i]; ++o) {
                const std::int64_t begin = o * window.stride[i] - window.padding[i];
                const std::int64_t end =
                    std::min(begin + window.kernel[i], windows.in[i] + window.padding[i]);
                finer.push_back(others * (include_pad ? end - begin
                                                      : std::min(end, windows.in[i]) -
                                                            std::max<std::int64_t>(begin, 0)));
            }
        sizes = std::move(finer);
    }
    return sizes;
}

Outputs average_pool(OpCall& call, std::size_t spatial)
{
    Emitter& e = call.e();
    Window window = window_of(call, spatial, false);
    const ValueId input = call.tensor("self");
    const bool include_pad = call.boolean("count_include_pad");
    const bool has_divisor = spatial != 1 && call.has("divisor_override");
    const std::int64_t divisor = has_divisor ? call.integer("divisor_override") : 0;
    if (has_divisor && divisor == 0)
        call.refuse("'divisor_override' is 0");
    const auto batched = Batched::of(e, input, static_cast<std::int64_t>(spatial) + 2);
    if (is_integer(call, input)) {
        const IntegerWindows windows = integer_windows(call, window, batched.value);
        const std::vector<std::int64_t> divisors = has_divisor
                                                       ? std::vector<std::int64_t>{divisor}
                                                       : window_sizes(window, windows, include_pad);
        return batched.undo(e, pool_averages(call, batched.value, windows, divisors));
    }
    const Border border = border_of(call, window, batched.value);
    if (has_divisor) {
        if (border.ceil_attribute)
            call.refuse_for_shapes("ceil_mode with divisor_override needs the size of the input");
        return batched.undo(e, average_with_divisor(e, batched.value, window, border, divisor));
    }
    ValueId padded = batched.value;
    const bool has_padding =
        std::any_of(window.padding.begin(), window.padding.end(), [](auto p) { return p != 0; });
    bool count_pad = include_pad && has_padding;
    if (count_pad && border.sticks_out()) {
        // The padding counts, what sticks out beyond it does not: only a Pad node can say that.
        padded = e.emit("Pad", {padded, e.constant(whole_pads(window.padding, window.padding))});
        window.padding.assign(spatial, 0);
        count_pad = false;
    }
    Attrs attrs = window_attributes(window, border, pads_of(window, border));
    if (count_pad)
        attrs.push_back({"count_include_pad", 1});
    return batched.undo(e, e.emit("AveragePool", {padded}, std::move(attrs)));
}

template <std::size_t spatial>
Outputs average_pool_nd(OpCall& call)
{
    return average_pool(call, spatial);
}

constexpr std::string_view reals = "floating-point tensors";
constexpr std::string_view numbers = "integers need known sizes; no bool";

constexpr OpEntry entries[] = {
    {"aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] "
     "dilation=1, bool ceil_mode=False) -> Tensor",
     max_pool_nd<1>, numbers},
    {"aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] "
     "dilation=1, bool ceil_mode=False) -> Tensor",
     max_pool_nd<2>, numbers},
    {"aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] "
     "dilation=1, bool ceil_mode=False) -> Tensor",
     max_pool_nd<3>, numbers},
    {"aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] "
     "padding=0, int[1] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
     max_pool_nd_with_indices<1>, numbers},
    {"aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] "
     "padding=0, int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
     max_pool_nd_with_indices<2>, numbers},
    {"aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] "
     "padding=0, int[3] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)",
     max_pool_nd_with_indices<3>, numbers},
    {"aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, bool "
     "ceil_mode=False, bool count_include_pad=True) -> Tensor",
     average_pool_nd<1>, numbers},
    {"aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool "
     "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor",
     average_pool_nd<2>, numbers},
    {"aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool "
     "ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor",
     average_pool_nd<3>, numbers},
    {"aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor",
     adaptive_average_pool<1>, reals},
    {"aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
     adaptive_average_pool<2>, reals},
    {"aten::adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
     adaptive_average_pool<3>, reals},
    {"aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor",
     adaptive_average_pool<2>, reals},
    {"aten::_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor",
     adaptive_average_pool<3>, reals},
    {"aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)",
     adaptive_max_pool<1>, reals},
    {"aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)",
     adaptive_max_pool<2>, reals},
    {"aten::adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)",
     adaptive_max_pool<3>, reals},
};

} // namespace

std::span<const OpEntry> pooling_ops()
{
    return entries;
}

} // namespace strata::ops
