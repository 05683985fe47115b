// Resizing, sampling and regions of interest.
#include "passes/infer/context.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace strata::infer {
namespace {

/// floor(size * scale), computed in float32 as the engines do.
ShapeInt scaled(const DimMath& math, const ShapeInt& size, double scale)
{
    if (scale <= 0)
        return ShapeInt::unknown();
    if (size.is_number())
        return ShapeInt::of(static_cast<std::int64_t>(
            std::floor(static_cast<float>(size.number) * static_cast<float>(scale))));
    if (scale == 1)
        return size;
    if (scale < 1e6 && scale == std::floor(scale))
        return math.mul(size, ShapeInt::of(static_cast<std::int64_t>(scale)));
    const double inverse = 1.0 / scale;
    // Only for powers of two is the product exact, whatever the size.
    if (inverse < 1e6 && inverse == std::floor(inverse) &&
        std::exp2(std::round(std::log2(inverse))) == inverse)
        return math.floor_div(size, ShapeInt::of(static_cast<std::int64_t>(inverse)));
    return ShapeInt::unknown();
}

std::optional<std::vector<double>> scales_of(const Context& c, std::size_t input)
{
    const auto tensor = c.constant(input);
    if (!tensor)
        return std::nullopt;
    auto values = tensor->to_doubles();
    return values ? std::optional(std::move(*values)) : std::nullopt;
}

bool is_empty_input(const Context& c, std::size_t i)
{
    if (!c.has_input(i))
        return true;
    const Shape* shape = c.shape(i);
    return shape && shape->size() == 1 && shape->front() == Dim::of(0);
}

std::string resize(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    const DimMath& math = c.math();
    const std::size_t scales_input = c.opset() >= 11 ? 2 : 1;
    std::vector<std::size_t> axes(data->size());
    for (std::size_t i = 0; i < axes.size(); ++i)
        axes[i] = i;
    if (const auto* given = c.ints_attribute("axes")) {
        const auto normal = normalize_axes(*given, data->size());
        if (!normal)
            return fmt::format("an axis of [{}] is outside rank {}", fmt::join(*given, ","),
                               data->size());
        axes = *normal;
    }
    Shape result = *data;
    for (std::size_t axis : axes)
        result[axis] = Dim{};
    if (c.opset() >= 11 && !is_empty_input(c, 3)) {
        const auto sizes = c.elements(3);
        if (sizes && sizes->size() != axes.size())
            return fmt::format("{} sizes for {} axes", sizes->size(), axes.size());
        // Other policies scale all axes by one factor.
        if (sizes && c.string_attribute("keep_aspect_ratio_policy", "stretch") == "stretch")
            for (std::size_t i = 0; i < axes.size(); ++i)
                result[axes[i]] = math.to_dim((*sizes)[i]);
    } else if (const auto scales = scales_of(c, scales_input)) {
        if (scales->size() != axes.size())
            return fmt::format("{} scales for {} axes", scales->size(), axes.size());
        if (c.string_attribute("coordinate_transformation_mode", "half_pixel") !=
            "tf_crop_and_resize")
            for (std::size_t i = 0; i < axes.size(); ++i)
                result[axes[i]] =
                    math.to_dim(scaled(math, math.from_dim((*data)[axes[i]]), (*scales)[i]));
    }
    c.set_shape(0, result);
    return {};
}

std::string upsample(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    if (!data)
        return {};
    std::optional<std::vector<double>> scales;
    if (const Attribute* attribute = c.attribute("scales")) {
        if (const auto* list = std::get_if<std::vector<float>>(&attribute->value))
            scales.emplace(list->begin(), list->end());
    } else {
        scales = scales_of(c, 1);
    }
    Shape result(data->size());
    if (scales) {
        if (scales->size() != data->size())
            return fmt::format("{} scales for rank {}", scales->size(), data->size());
        for (std::size_t i = 0; i < data->size(); ++i)
            result[i] =
                c.math().to_dim(scaled(c.math(), c.math().from_dim((*data)[i]), (*scales)[i]));
    }
    c.set_shape(0, result);
    return {};
}

std::string depth_to_space(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const std::int64_t block = c.int_attribute("blocksize", 0);
    if (block <= 0 || block > 65536)
        return "blocksize must be positive";
    if (!data)
        return {};
    if (data->size() != 4)
        return fmt::format("input has rank {}, not 4", data->size());
    const DimMath& math = c.math();
    const ShapeInt channels = math.from_dim((*data)[1]);
    if (channels.is_number() && channels.number % (block * block) != 0)
        return fmt::format("{} channels cannot be divided by {}", channels.number, block * block);
    c.set_shape(0, {(*data)[0], math.to_dim(math.floor_div(channels, ShapeInt::of(block * block))),
                    math.to_dim(math.mul(math.from_dim((*data)[2]), ShapeInt::of(block))),
                    math.to_dim(math.mul(math.from_dim((*data)[3]), ShapeInt::of(block)))});
    return {};
}

std::string space_to_depth(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const std::int64_t block = c.int_attribute("blocksize", 0);
    if (block <= 0 || block > 65536)
        return "blocksize must be positive";
    if (!data)
        return {};
    if (data->size() != 4)
        return fmt::format("input has rank {}, not 4", data->size());
    const DimMath& math = c.math();
    for (std::size_t i : {2, 3})
        if ((*data)[i].known() && (*data)[i].value % block != 0)
            return fmt::format("{} cannot be divided by {}", (*data)[i].value, block);
    c.set_shape(0, {(*data)[0],
                    math.to_dim(math.mul(math.from_dim((*data)[1]), ShapeInt::of(block * block))),
                    math.to_dim(math.floor_div(math.from_dim((*data)[2]), ShapeInt::of(block))),
                    math.to_dim(math.floor_div(math.from_dim((*data)[3]), ShapeInt::of(block)))});
    return {};
}

// X [N,C,d1..dr], grid [N,o1..or,r] -> [N,C,o1..or]
std::string grid_sample(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const Shape* grid = c.shape(1);
    if (data && grid && data->size() != grid->size())
        return fmt::format("input has rank {}, grid has rank {}", data->size(), grid->size());
    const std::size_t rank = data ? data->size() : grid ? grid->size() : 0;
    if (rank < 3)
        return {};
    Shape result(rank);
    if (data) {
        result[0] = (*data)[0];
        result[1] = (*data)[1];
    }
    if (grid) {
        result[0] = merge(result[0], (*grid)[0]);
        for (std::size_t i = 2; i < rank; ++i)
            result[i] = (*grid)[i - 1];
    }
    c.set_shape(0, result);
    return {};
}

// size [N,C,H,W] -> [N,H,W,2]; with depth the same in three dimensions.
std::string affine_grid(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const auto size = c.elements(1);
    if (!size || size->size() < 4)
        return {};
    Shape result{c.math().to_dim((*size)[0])};
    for (std::size_t i = 2; i < size->size(); ++i)
        result.push_back(c.math().to_dim((*size)[i]));
    result.push_back(Dim::of(static_cast<std::int64_t>(size->size()) - 2));
    c.set_shape(0, result);
    return {};
}

std::string roi_result(Context& c, std::int64_t height, std::int64_t width)
{
    c.set_dtype(0, c.dtype(0));
    const Shape* data = c.shape(0);
    const Shape* rois = c.shape(1);
    c.set_shape(0, {rois && !rois->empty() ? rois->front() : Dim{},
                    data && data->size() > 1 ? (*data)[1] : Dim{}, Dim{height, StringId::Empty},
                    Dim{width, StringId::Empty}});
    return {};
}

std::string roi_align(Context& c)
{
    return roi_result(c, c.int_attribute("output_height", 1), c.int_attribute("output_width", 1));
}

std::string max_roi_pool(Context& c)
{
    const auto* size = c.ints_attribute("pooled_shape");
    if (!size || size->size() != 2)
        return "pooled_shape must have 2 values";
    return roi_result(c, size->front(), size->back());
}

std::string non_max_suppression(Context& c)
{
    c.set(0, DType::Int64, {Dim{}, Dim::of(3)});
    return {};
}

// [N, C*prod(block), L] -> [N, C, image...]
std::string col2im(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const auto image = c.elements(1);
    const auto block = c.elements(2);
    if (!image)
        return {};
    Shape result(2);
    if (const Shape* data = c.shape(0); data && data->size() == 3) {
        result[0] = (*data)[0];
        if (block)
            result[1] = c.math().to_dim(
                c.math().exact_div(c.math().from_dim((*data)[1]), c.math().product(*block)));
    }
    for (const ShapeInt& size : *image)
        result.push_back(c.math().to_dim(size));
    c.set_shape(0, result);
    return {};
}

constexpr Entry rules[] = {
    {"Resize", resize},
    {"Upsample", upsample},
    {"DepthToSpace", depth_to_space},
    {"SpaceToDepth", space_to_depth},
    {"GridSample", grid_sample},
    {"AffineGrid", affine_grid},
    {"RoiAlign", roi_align},
    {"MaxRoiPool", max_roi_pool},
    {"NonMaxSuppression", non_max_suppression},
    {"Col2Im", col2im},
};

} // namespace

std::span<const Entry> image_rules()
{
    return rules;
}

} // namespace strata::infer
