#include "lowering/memory_layout.h"

#include "base/saturating.h"
#include "lowering/ops/moved_axes.h"
#include "lowering/view_scatter.h"
#include "lowering/view_writes.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

std::string_view name_of(std::string_view target)
{
    const std::size_t scope = target.find("::");
    if (scope == std::string_view::npos)
        return target;
    target.remove_prefix(scope + 2);
    return target.substr(0, target.find('.'));
}

Ints row_major(const Ints& shape)
{
    Ints strides(shape.size(), 1);
    for (std::size_t i = shape.size(); i-- > 1;)
        strides[i - 1] = saturating_multiply(strides[i], std::max<std::int64_t>(shape[i], 1));
    return strides;
}

bool is_row_major(const Ints& shape, const Ints& strides)
{
    std::int64_t expected = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] == 0)
            return true;
        if (shape[i] != 1 && strides[i] != expected)
            return false;
        expected = saturating_multiply(expected, shape[i]);
    }
    return true;
}

/// Strides with which `to` shows the same memory; nothing where no strides do. PyTorch's own rule:
/// axes that follow each other without a gap are one run, and each run is divided by itself.
std::optional<Ints> strides_for(const Ints& from, const Ints& strides, const Ints& to)
{
    const auto is_empty = [](const Ints& shape) {
        return std::find(shape.begin(), shape.end(), 0) != shape.end();
    };
    if (from.empty() || is_empty(from))
        return row_major(to);
    Ints found(to.size(), 1);
    std::size_t open = to.size();
    std::int64_t base = strides.back();
    std::int64_t run = 1;
    std::int64_t done = 1;
    for (std::size_t axis = from.size(); axis-- > 0;) {
        run = saturating_multiply(run, from[axis]);
        if (axis > 0 &&
            (from[axis - 1] == 1 || strides[axis - 1] == saturating_multiply(run, base)))
            continue;
        while (open > 0 && (done < run || to[open - 1] == 1)) {
            --open;
            found[open] = saturating_multiply(done, base);
            done = saturating_multiply(done, to[open]);
        }
        if (done != run)
            return std::nullopt;
        if (axis > 0)
            base = strides[axis - 1];
        run = done = 1;
    }
    return open == 0 ? std::optional(std::move(found)) : std::nullopt;
}

bool keeps_order(std::string_view name)
{
    static const std::set<std::string_view> names{
        "view",    "view_as",   "reshape", "reshape_as", "flatten",        "unflatten", "ravel",
        "squeeze", "unsqueeze", "alias",   "detach",     "_reshape_alias", "real"};
    return names.contains(name);
}

/// Views that choose along one axis.
std::optional<std::string_view> axis_argument(std::string_view name)
{
    static const std::set<std::string_view> names{
        "select",           "slice",        "narrow",       "chunk",        "split",
        "split_with_sizes", "unsafe_chunk", "unsafe_split", "tensor_split", "unbind"};
    return names.contains(name) ? std::optional<std::string_view>("dim") : std::nullopt;
}

std::optional<Ints> permutation_of(OpCall& view, std::string_view name, std::size_t rank)
{
    Ints axes(rank);
    std::iota(axes.begin(), axes.end(), std::int64_t{0});
    const auto count = static_cast<std::int64_t>(rank);
    const auto exchange = [&](std::int64_t a, std::int64_t b) {
        if (rank > 0)
            std::swap(axes[static_cast<std::size_t>(view.normalize_axis(a, count))],
                      axes[static_cast<std::size_t>(view.normalize_axis(b, count))]);
    };
    if (name == "transpose" || name == "swapdims")
        exchange(view.integer("dim0"), view.integer("dim1"));
    else if (name == "swapaxes")
        exchange(view.integer("axis0"), view.integer("axis1"));
    else if (name == "mT" || name == "adjoint")
        exchange(-1, -2);
    else if (name == "t" || name == "numpy_T")
        std::reverse(axes.begin(), axes.end());
    else if (name == "movedim" || name == "moveaxis")
        axes = ops::moved_axes(view, count, view.ints("source"), view.ints("destination"));
    else if (name == "permute") {
        axes = view.ints("dims");
        for (std::int64_t& axis : axes)
            axis = view.normalize_axis(axis, count);
    } else {
        return std::nullopt;
    }
    return axes;
}

/// Of views that always share memory.
MemoryLayout layout_of_exact_view(OpCall& view, std::string_view name, const MemoryLayout& base,
                                  const std::optional<Ints>& strides, const StaticShape& base_shape,
                                  const StaticShape& shape)
{
    const auto axis_name = axis_argument(name);
    if (axis_name) {
        const auto rank = view.e().rank(view.tensor("self"));
        if (!rank)
            return {};
        const std::int64_t axis = view.normalize_axis(view.integer(*axis_name), *rank);
        const std::int64_t step = name == "slice" ? view.integer("step") : 1;
        // Rows of what lies row by row.
        if (axis == 0 && step == 1 && base.contiguous)
            return {true, {}};
        if (!strides)
            return {};
        Ints result = *strides;
        const auto at = result.begin() + static_cast<std::ptrdiff_t>(axis);
        if (name == "select" || name == "unbind")
            result.erase(at);
        else
            *at = saturating_multiply(*at, step);
        // The pieces of a split are asked one by one.
        if (shape)
            return layout_with(std::move(result), shape);
        MemoryLayout layout;
        layout.strides = std::move(result);
        return layout;
    }
    if (!strides || !base_shape)
        return {};
    if (const auto axes = permutation_of(view, name, strides->size())) {
        Ints result;
        for (const std::int64_t axis : *axes)
            result.push_back((*strides)[static_cast<std::size_t>(axis)]);
        return layout_with(std::move(result), shape);
    }
    Ints result = *strides;
    const auto rank = static_cast<std::int64_t>(result.size());
    const auto place = [&](std::string_view axis) {
        return result.begin() + view.normalize_axis(view.integer(axis), rank);
    };
    if (name == "unfold" && rank > 0) {
        const auto axis = place("dimension");
        const std::int64_t inner = *axis;
        *axis = saturating_multiply(*axis, view.integer("step"));
        result.push_back(inner);
        return layout_with(std::move(result), shape);
    }
    if ((name == "expand" || name == "expand_as" || name == "broadcast_to") && shape) {
        const std::size_t more = shape->size() - std::min(shape->size(), result.size());
        for (std::size_t i = 0; i < result.size(); ++i)
            if ((*base_shape)[i] != (*shape)[i + more])
                result[i] = 0;
        result.insert(result.begin(), more, 0);
        return layout_with(std::move(result), shape);
    }
    if (name == "diagonal") {
        const auto first = place("dim1");
        const auto second = place("dim2");
        const std::int64_t step = saturating_add(*first, *second);
        result.erase(std::max(first, second));
        result.erase(std::min(first, second));
        result.push_back(step);
        return layout_with(std::move(result), shape);
    }
    return {};
}

} // namespace

MemoryLayout layout_with(Ints strides, const StaticShape& shape)
{
    MemoryLayout layout;
    if (!shape || shape->size() != strides.size())
        return layout;
    layout.contiguous = is_row_major(*shape, strides);
    if (!layout.contiguous)
        layout.strides = std::move(strides);
    return layout;
}

ViewLayout layout_of_view(OpCall& view, const MemoryLayout& base, const StaticShape& base_shape,
                          const StaticShape& shape)
{
    const std::string_view name = name_of(view.target());
    std::optional<Ints> strides;
    if (base_shape && base.contiguous)
        strides = row_major(*base_shape);
    else if (base_shape && base.strides.size() == base_shape->size() && !base.strides.empty())
        strides = base.strides;
    if (name == "contiguous") {
        const auto* format = view.arg("memory_format").as<FxEnum>();
        const auto* number = view.arg("memory_format").as<std::int64_t>();
        if ((format && format->name != "torch.contiguous_format") || (number && *number != 0))
            return {};
        if (base.contiguous)
            return {Sharing::Shares, {true, {}}};
        // Either way it is contiguous then.
        return {strides ? Sharing::Copies : Sharing::Unknown, {true, {}}};
    }
    if (keeps_order(name)) {
        if (base.contiguous)
            return {Sharing::Shares, {true, {}}};
        if (!strides || !shape)
            return {};
        if (auto same = strides_for(*base_shape, *strides, *shape))
            return {Sharing::Shares, layout_with(*std::move(same), shape)};
        return {Sharing::Copies, {true, {}}};
    }
    const bool exact = is_exact_view(view.target()) || is_split_view(view.target());
    return {exact ? Sharing::Shares : Sharing::Unknown,
            layout_of_exact_view(view, name, base, strides, base_shape, shape)};
}

bool makes_contiguous(std::string_view target)
{
    static const std::set<std::string_view> names{"addmm",    "baddbmm",   "bmm",  "eye",
                                                  "full",     "linear",    "mm",   "new_full",
                                                  "new_ones", "new_zeros", "ones", "zeros"};
    return target.starts_with("aten::") && names.contains(name_of(target));
}

bool keeps_contiguous(std::string_view target)
{
    static const std::set<std::string_view> names{"_softmax",
                                                  "_to_copy",
                                                  "abs",
                                                  "acos",
                                                  "acosh",
                                                  "adaptive_avg_pool1d",
                                                  "adaptive_avg_pool2d",
                                                  "adaptive_avg_pool3d",
                                                  "add",
                                                  "addcdiv",
                                                  "addcmul",
                                                  "all",
                                                  "amax",
                                                  "amin",
                                                  "any",
                                                  "arange",
                                                  "as_tensor",
                                                  "argmax",
                                                  "argmin",
                                                  "asin",
                                                  "asinh",
                                                  "atan",
                                                  "atan2",
                                                  "atanh",
                                                  "avg_pool1d",
                                                  "avg_pool2d",
                                                  "avg_pool3d",
                                                  "batch_norm",
                                                  "bitwise_and",
                                                  "bitwise_not",
                                                  "bitwise_or",
                                                  "bitwise_xor",
                                                  "cat",
                                                  "ceil",
                                                  "celu",
                                                  "clamp",
                                                  "clamp_max",
                                                  "clamp_min",
                                                  "clone",
                                                  "concat",
                                                  "constant_pad_nd",
                                                  "conv1d",
                                                  "conv2d",
                                                  "conv3d",
                                                  "conv_transpose1d",
                                                  "conv_transpose2d",
                                                  "conv_transpose3d",
                                                  "convolution",
                                                  "_convolution",
                                                  "cos",
                                                  "cosh",
                                                  "cumprod",
                                                  "cumsum",
                                                  "div",
                                                  "elu",
                                                  "embedding",
                                                  "eq",
                                                  "erf",
                                                  "erfc",
                                                  "exp",
                                                  "exp2",
                                                  "expm1",
                                                  "floor",
                                                  "floor_divide",
                                                  "fmod",
                                                  "frac",
                                                  "full_like",
                                                  "gather",
                                                  "ge",
                                                  "gelu",
                                                  "group_norm",
                                                  "gt",
                                                  "hardshrink",
                                                  "hardsigmoid",
                                                  "hardswish",
                                                  "hardtanh",
                                                  "index_select",
                                                  "instance_norm",
                                                  "layer_norm",
                                                  "le",
                                                  "leaky_relu",
                                                  "lerp",
                                                  "linspace",
                                                  "log",
                                                  "log10",
                                                  "log1p",
                                                  "log2",
                                                  "log_sigmoid",
                                                  "log_softmax",
                                                  "logical_and",
                                                  "logical_not",
                                                  "logical_or",
                                                  "logical_xor",
                                                  "logit",
                                                  "logsumexp",
                                                  "lt",
                                                  "masked_fill",
                                                  "max_pool1d",
                                                  "max_pool2d",
                                                  "max_pool3d",
                                                  "maximum",
                                                  "mean",
                                                  "minimum",
                                                  "mish",
                                                  "mul",
                                                  "nan_to_num",
                                                  "ne",
                                                  "neg",
                                                  "norm",
                                                  "one_hot",
                                                  "ones_like",
                                                  "pow",
                                                  "prelu",
                                                  "prod",
                                                  "reciprocal",
                                                  "relu",
                                                  "relu6",
                                                  "remainder",
                                                  "repeat",
                                                  "round",
                                                  "rsqrt",
                                                  "rsub",
                                                  "scalar_tensor",
                                                  "selu",
                                                  "sigmoid",
                                                  "sign",
                                                  "silu",
                                                  "sin",
                                                  "sinh",
                                                  "softmax",
                                                  "softplus",
                                                  "softshrink",
                                                  "sqrt",
                                                  "square",
                                                  "stack",
                                                  "std",
                                                  "sub",
                                                  "sum",
                                                  "tan",
                                                  "tanh",
                                                  "tensor",
                                                  "to",
                                                  "tril",
                                                  "triu",
                                                  "true_divide",
                                                  "trunc",
                                                  "type_as",
                                                  "upsample_bicubic2d",
                                                  "upsample_bilinear2d",
                                                  "upsample_linear1d",
                                                  "upsample_nearest1d",
                                                  "upsample_nearest2d",
                                                  "upsample_nearest3d",
                                                  "upsample_trilinear3d",
                                                  "var",
                                                  "where",
                                                  "xlogy",
                                                  "zeros_like"};
    return target.starts_with("aten::") && names.contains(name_of(target));
}

bool returns_argument(std::string_view target)
{
    static const std::set<std::string_view> names{"alpha_dropout",
                                                  "as_tensor",
                                                  "atleast_1d",
                                                  "atleast_2d",
                                                  "atleast_3d",
                                                  "_autocast_to_full_precision",
                                                  "_autocast_to_reduced_precision",
                                                  "_cast_Byte",
                                                  "_cast_Char",
                                                  "_cast_Double",
                                                  "_cast_Float",
                                                  "_cast_Half",
                                                  "_cast_Int",
                                                  "_cast_Long",
                                                  "_cast_Short",
                                                  "conj",
                                                  "conj_physical",
                                                  "cpu",
                                                  "cuda",
                                                  "data",
                                                  "dropout",
                                                  "feature_alpha_dropout",
                                                  "feature_dropout",
                                                  "lift",
                                                  "pin_memory",
                                                  "positive",
                                                  "refine_names",
                                                  "requires_grad_",
                                                  "resolve_conj",
                                                  "resolve_neg",
                                                  "sum_to_size",
                                                  "to",
                                                  "to_dense",
                                                  "type_as"};
    return is_view(target) || is_in_place(target) || !target.starts_with("aten::") ||
           names.contains(name_of(target));
}

} // namespace strata
