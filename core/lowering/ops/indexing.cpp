#include "lowering/ops/indexing.h"
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/expression.h"
#include "lowering/ops/families.h"
#include "lowering/ops/scatter_elements.h"
#include "lowering/ops/type_promotion.h"
#include "lowering/python_value.h"

#include <algorithm>
#include <limits>

namespace strata::ops {
namespace {

using Ints = std::vector<std::int64_t>;

/// A number as a vector of one element, for operators that have no axis 0 to work along.
ValueId with_axis(Emitter& e, ValueId id)
{
    return e.rank(id) == 0 ? e.unsqueeze(id, {0}) : id;
}

Outputs index_select(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    if (call.rank_of(x) == 0) // one element, whatever the indices
        return e.reshape(x, std::span<const std::int64_t>(Ints{}));
    return e.emit("Gather", {call.tensor("self"), e.cast(call.tensor("index"), DType::Int64)},
                  {{"axis", call.integer("dim")}});
}

/// GatherElements along 'dim'; a number is gathered from as a vector.
ValueId gather_elements(OpCall& call, ValueId index)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId gathered = e.emit("GatherElements", {with_axis(e, x), with_axis(e, index)},
                                    {{"axis", call.integer("dim")}});
    return e.rank(index) == 0 ? e.squeeze(gathered, {0}) : gathered;
}

Outputs gather(OpCall& call)
{
    return gather_elements(call, call.e().cast(call.tensor("index"), DType::Int64));
}

Outputs take_along_dim(OpCall& call)
{
    Emitter& e = call.e();
    if (!call.has("dim")) {
        const ValueId flat =
            e.reshape(call.tensor("self"), std::span<const std::int64_t>(Ints{-1}));
        return e.emit("Gather", {flat, e.reshape(call.tensor("indices"),
                                                 std::span<const std::int64_t>(Ints{-1}))});
    }
    // All dimensions but 'dim' broadcast against each other.
    const ValueId x = call.tensor("self");
    const ValueId indices = call.tensor("indices");
    const Ints left = call.shape(x);
    const Ints right = call.shape(indices);
    if (left.size() != right.size())
        call.refuse("'indices' has another rank than 'self'");
    const std::int64_t axis =
        call.normalize_axis(call.integer("dim"), static_cast<std::int64_t>(left.size()));
    Ints data_shape = left;
    Ints index_shape = right;
    for (std::size_t i = 0; i < left.size(); ++i)
        if (static_cast<std::int64_t>(i) != axis)
            data_shape[i] = index_shape[i] = left[i] == 1 ? right[i] : left[i];
    const auto widened = [&](ValueId id, const Ints& own, const Ints& wanted) {
        return own == wanted ? id : e.expand(id, e.constant(std::span<const std::int64_t>(wanted)));
    };
    return e.emit("GatherElements",
                  {widened(x, left, data_shape), widened(indices, right, index_shape)},
                  {{"axis", axis}});
}

/// A mask of rank k stands for k index vectors: where it is true.
void append_mask(OpCall& call, ValueId mask, std::vector<ValueId>& indices)
{
    Emitter& e = call.e();
    const auto rank = call.rank_of(mask);
    if (!rank)
        call.refuse_for_shapes("the rank of a mask is not known");
    if (*rank == 0)
        call.refuse("a mask without dimensions together with other indices");
    const ValueId places = e.emit("NonZero", {mask});
    for (std::int64_t axis = 0; axis < *rank; ++axis)
        indices.push_back(e.emit("Gather", {places, e.scalar(DType::Int64, axis)}, {{"axis", 0}}));
}

} // namespace

std::vector<ValueId> clamped_indices(OpCall& call, ValueId x)
{
    Emitter& e = call.e();
    std::vector<ValueId> indices = call.tensors("indices");
    for (std::size_t axis = 0; axis < indices.size(); ++axis) {
        if (indices[axis] == no_id)
            continue;
        const Expr index(e, e.cast(indices[axis], DType::Int64));
        const Expr size(e, e.size_of(x, static_cast<std::int64_t>(axis)));
        indices[axis] = min(max(index, -size), size - 1.0);
    }
    return indices;
}

// One index tensor is a Gather, several that stand side by side a GatherND.
ValueId index_tensor(OpCall& call, ValueId x, std::vector<ValueId> given)
{
    Emitter& e = call.e();
    std::vector<std::int64_t> axes;
    for (std::size_t i = 0; i < given.size(); ++i)
        if (given[i] != no_id)
            axes.push_back(static_cast<std::int64_t>(i));
    if (axes.empty())
        return x;
    const auto known_rank = call.rank_of(x);
    const auto first = static_cast<std::size_t>(axes.front());
    const bool masked = std::any_of(axes.begin(), axes.end(), [&](std::int64_t axis) {
        const DType dtype = call.dtype_of(given[static_cast<std::size_t>(axis)]);
        return dtype == DType::Bool || dtype == DType::UInt8;
    });
    if (masked && axes.size() > 1) {
        std::vector<ValueId> spelled_out;
        for (const ValueId id : given) {
            const DType dtype = id == no_id ? DType::Unknown : call.dtype_of(id);
            if (dtype == DType::Bool || dtype == DType::UInt8)
                append_mask(call, e.cast(id, DType::Bool), spelled_out);
            else
                spelled_out.push_back(id);
        }
        return index_tensor(call, x, std::move(spelled_out));
    }
    if (masked) {
        const ValueId mask = e.cast(given[first], DType::Bool);
        const auto mask_rank = call.rank_of(mask);
        if (!mask_rank)
            call.refuse_for_shapes("the rank of a mask is not known");
        if (!known_rank)
            call.refuse_for_shapes("the rank of 'self' is not known");
        const std::int64_t rank = *known_rank;
        // Masked axes go to the front, GatherND picks there, and the picked axis goes back.
        Ints permutation;
        for (std::int64_t i = 0; i < *mask_rank; ++i)
            permutation.push_back(axes.front() + i);
        for (std::int64_t i = 0; i < rank; ++i)
            if (i < axes.front() || i >= axes.front() + *mask_rank)
                permutation.push_back(i);
        const ValueId positions = e.transpose(e.emit("NonZero", {mask}), {1, 0});
        const ValueId picked =
            e.emit("GatherND", {e.transpose(x, std::move(permutation)), positions});
        Ints back = iota(1, axes.front());
        back.push_back(0);
        for (std::int64_t i = axes.front() + 1; i < rank - *mask_rank + 1; ++i)
            back.push_back(i);
        return e.transpose(picked, std::move(back));
    }
    if (axes.size() == 1)
        return e.emit("Gather", {x, e.cast(given[first], DType::Int64)}, {{"axis", axes.front()}});
    const bool adjacent = axes.back() - axes.front() + 1 == static_cast<std::int64_t>(axes.size());
    if (!known_rank)
        call.refuse_for_shapes("the rank of 'self' is not known");
    const std::int64_t rank = *known_rank;
    Ints permutation = axes;
    for (std::int64_t i = 0; i < rank; ++i)
        if (std::find(axes.begin(), axes.end(), i) == axes.end())
            permutation.push_back(i);
    // Index tensors broadcast against each other; GatherND wants them stacked in a last axis.
    ValueId shape = no_id;
    std::int64_t index_rank = 0;
    ValueId common = no_id;
    for (const std::int64_t axis : axes) {
        const ValueId id = e.cast(given[static_cast<std::size_t>(axis)], DType::Int64);
        const auto own_rank = call.rank_of(id);
        if (!own_rank)
            call.refuse_for_shapes("the rank of an index is not known");
        index_rank = std::max(index_rank, *own_rank);
        common = common == no_id ? id : e.add(common, id);
    }
    shape = e.shape_of(common);
    std::vector<ValueId> columns;
    for (const std::int64_t axis : axes) {
        ValueId id = e.cast(given[static_cast<std::size_t>(axis)], DType::Int64);
        // GatherND takes negative indices like PyTorch does, so they stay.
        columns.push_back(e.unsqueeze(e.expand(id, shape), {index_rank}));
    }
    const ValueId picked =
        e.emit("GatherND", {e.transpose(x, std::move(permutation)), e.concat(columns, index_rank)});
    if (!adjacent || axes.front() == 0)
        return picked;
    // Adjacent indices leave their result where they stood.
    Ints back = iota(index_rank, axes.front());
    for (std::int64_t i = 0; i < index_rank; ++i)
        back.push_back(i);
    for (std::int64_t i = index_rank + axes.front();
         i < rank - static_cast<std::int64_t>(axes.size()) + index_rank; ++i)
        back.push_back(i);
    return e.transpose(picked, std::move(back));
}

namespace {

Outputs index(OpCall& call)
{
    return index_tensor(call, call.tensor("self"), call.tensors("indices"));
}

Outputs masked_select(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId mask = e.cast(call.tensor("mask"), DType::Bool);
    const ValueId wide = e.expand(x, e.shape_of(mask));
    const ValueId wide_mask = e.expand(mask, e.shape_of(wide));
    return e.emit("Compress", {e.reshape(wide, std::span<const std::int64_t>(Ints{-1})),
                               e.reshape(wide_mask, std::span<const std::int64_t>(Ints{-1}))});
}

template <const char* Reduction>
Outputs scatter(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId index = call.tensor("index");
    ValueId source = call.tensor("src");
    // Only as much of the source is used as there are indices.
    source = e.cast(cut_to(call, source, index), call.dtype_of(x));
    return scatter_elements(call, x, index, source, call.integer("dim"), Reduction);
}
constexpr char no_reduction[] = "none";
constexpr char add_reduction[] = "add";

Outputs scatter_value(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId index = call.tensor("index");
    const ValueId source = e.expand(call.scalar_as("value", call.dtype_of(x)), e.shape_of(index));
    return scatter_elements(call, x, index, source, call.integer("dim"), "none");
}

/// PyTorch lists paddings from the last axis backwards; ONNX wants all begins, then all ends.
ValueId pad_axes(OpCall& call, ValueId x, const Ints& padding, std::string_view mode, ValueId value)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("self");
    Ints pads(static_cast<std::size_t>(2 * rank), 0);
    bool crops = false;
    bool anything = false;
    for (std::size_t i = 0; i + 1 < padding.size(); i += 2) {
        const auto axis = static_cast<std::size_t>(rank) - 1 - i / 2;
        if (axis >= static_cast<std::size_t>(rank))
            call.refuse("more paddings than dimensions");
        pads[axis] = padding[i];
        pads[axis + static_cast<std::size_t>(rank)] = padding[i + 1];
        crops |= padding[i] < 0 || padding[i + 1] < 0;
        anything |= padding[i] != 0 || padding[i + 1] != 0;
    }
    if (!anything)
        return x;
    // ONNX Runtime crops with constant padding only in part, so slice by itself.
    Ints grown = pads;
    for (std::int64_t& pad : grown)
        pad = std::max<std::int64_t>(0, pad);
    const auto cropped = [&](ValueId id) {
        for (std::int64_t axis = 0; crops && axis < rank; ++axis) {
            const std::int64_t begin = pads[static_cast<std::size_t>(axis)];
            const std::int64_t end = pads[static_cast<std::size_t>(axis + rank)];
            if (begin < 0 || end < 0)
                id = e.slice(id, axis, std::max<std::int64_t>(0, -begin),
                             end < 0 ? end : std::numeric_limits<std::int64_t>::max());
        }
        return id;
    };
    if (std::all_of(grown.begin(), grown.end(), [](std::int64_t pad) { return pad == 0; }))
        return cropped(x);
    // What is cropped on one side may be what the other one repeats.
    const bool repeats = mode != "constant";
    if (!repeats)
        x = cropped(x);
    const DType dtype = call.dtype_of(x);
    const DType own = dtype == DType::Bool ? DType::Int32 : dtype;
    const ValueId number = value == no_id ? no_id : e.cast(value, own);
    x = e.cast(e.emit("Pad",
                      {e.cast(x, own), e.constant(std::span<const std::int64_t>(grown)), number},
                      {{"mode", std::string(mode)}}),
               dtype);
    return repeats ? cropped(x) : x;
}

/// Circular padding of one axis of known size: the elements in their new order.
ValueId wrap_known_axis(OpCall& call, ValueId x, std::int64_t axis, std::int64_t size,
                        std::int64_t begin, std::int64_t end)
{
    Emitter& e = call.e();
    // What is cropped does not come round again.
    const std::int64_t first = std::max<std::int64_t>(-begin, 0);
    const std::int64_t kept = size - first - std::max<std::int64_t>(-end, 0);
    begin = std::max<std::int64_t>(begin, 0);
    end = std::max<std::int64_t>(end, 0);
    if (kept < std::max(begin, end) || kept <= 0)
        call.refuse("circular padding that goes round more than once");
    if (begin == 0 && end == 0)
        return e.slice(x, axis, first, first + kept);
    Ints order;
    for (std::int64_t i = -begin; i < kept + end; ++i)
        order.push_back(first + (i + kept) % kept);
    return e.emit("Gather", {x, e.constant(std::span<const std::int64_t>(order))},
                  {{"axis", axis}});
}

/// Circular padding: a Pad from opset 19 on, before it axis by axis.
ValueId wrap_axes(OpCall& call, ValueId x, const Ints& padding)
{
    Emitter& e = call.e();
    const std::int64_t rank = call.rank("self");
    const auto shape = e.shape(x);
    const bool crops = std::any_of(padding.begin(), padding.end(), [](auto p) { return p < 0; });
    // ONNX Runtime's Pad is right as long as nothing goes round twice, which PyTorch refuses, too;
    // it does not run without elements.
    if (e.opset() >= 19 && !crops && !has_no_elements(e, x))
        return pad_axes(call, x, padding, "wrap", no_id);
    for (std::size_t i = 0; i + 1 < padding.size(); i += 2) {
        const std::int64_t axis = rank - 1 - static_cast<std::int64_t>(i / 2);
        if (axis < 0)
            call.refuse("more paddings than dimensions");
        const std::int64_t begin = padding[i];
        const std::int64_t end = padding[i + 1];
        if (begin == 0 && end == 0)
            continue;
        if (const Dim size = (*shape)[static_cast<std::size_t>(axis)]; size.known()) {
            x = wrap_known_axis(call, x, axis, size.value, begin, end);
            continue;
        }
        if (begin < 0 || end < 0) {
            if (begin > 0 || end > 0)
                call.refuse_for_shapes("circular padding on one side of a dimension and cropping "
                                       "on the other need its size");
            x = e.slice(x, axis, -begin, end < 0 ? end : std::numeric_limits<std::int64_t>::max());
            continue;
        }
        std::vector<ValueId> parts;
        if (begin > 0)
            parts.push_back(e.slice(x, axis, -begin, std::numeric_limits<std::int64_t>::max()));
        parts.push_back(x);
        if (end > 0)
            parts.push_back(e.slice(x, axis, 0, end));
        x = e.concat(std::move(parts), axis);
    }
    return x;
}

ValueId padded(OpCall& call, const std::string& mode)
{
    const ValueId x = call.tensor("self");
    const Ints padding = call.ints("padding");
    if (mode == "circular")
        return wrap_axes(call, x, padding);
    return pad_axes(call, x, padding, mode == "reflect" ? "reflect" : "edge", no_id);
}

/// Amounts that are only known when the model runs, in the order of pad().
bool is_known(OpCall& call, std::string_view name)
{
    const auto* items = sequence_items(call.arg(name));
    return items == nullptr || std::all_of(items->begin(), items->end(), [&](const Lowered& item) {
               return as_integer(call.e(), item).has_value();
           });
}

ValueId pad_by_computed(OpCall& call, std::string_view mode, ValueId value)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const std::int64_t rank = call.rank("self");
    const auto count = static_cast<std::int64_t>(sequence_items(call.arg("pad"))->size());
    if (count % 2 != 0 || count / 2 > rank)
        call.refuse("more paddings than dimensions");
    // A zero behind the amounts stands for the axes that get none.
    const ValueId amounts = e.concat({call.int_tensor("pad"), e.constant({0})}, 0);
    const auto amounts_of = [&](std::int64_t side) {
        Ints places;
        for (std::int64_t axis = 0; axis < rank; ++axis) {
            const std::int64_t place = 2 * (rank - 1 - axis) + side;
            places.push_back(place < count ? place : count);
        }
        return e.emit("Gather", {amounts, e.constant(std::span<const std::int64_t>(places))},
                      {{"axis", std::int64_t{0}}});
    };
    const ValueId zero = e.constant({0});
    const ValueId begin = amounts_of(0);
    const ValueId end = amounts_of(1);
    const auto positive = [&](ValueId id) { return e.emit("Max", {id, zero}); };
    // Negative amounts crop.
    const ValueId first = positive(e.emit("Neg", {begin}));
    const ValueId last = e.sub(e.shape_of(x), positive(e.emit("Neg", {end})));
    const DType dtype = call.dtype_of(x);
    const DType own = dtype == DType::Bool ? DType::Int32 : dtype;
    const ValueId kept = e.emit("Slice", {e.cast(x, own), first, last});
    const ValueId pads = e.concat({positive(begin), positive(end)}, 0);
    return e.cast(e.emit("Pad", {kept, pads, value == no_id ? no_id : e.cast(value, own)},
                         {{"mode", std::string(mode)}}),
                  dtype);
}

Outputs constant_pad(OpCall& call)
{
    const ValueId x = call.tensor("self");
    if (!is_known(call, "pad"))
        return pad_by_computed(call, "constant", call.scalar_as("value", call.dtype_of(x)));
    return pad_axes(call, x, call.ints("pad"), "constant",
                    call.scalar_as("value", call.dtype_of(x)));
}

Outputs reflection_pad(OpCall& call)
{
    return padded(call, "reflect");
}
Outputs replication_pad(OpCall& call)
{
    return padded(call, "replicate");
}
Outputs circular_pad(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return wrap_axes(call, x, call.ints("pad"));
}

Outputs pad(OpCall& call)
{
    const std::string mode = call.string("mode");
    const ValueId x = call.tensor("self");
    if (!is_known(call, "pad") && mode != "circular") {
        const ValueId value = mode != "constant"  ? no_id
                              : call.has("value") ? call.scalar_as("value", call.dtype_of(x))
                                                  : call.e().scalar(call.dtype_of(x), 0.0);
        return pad_by_computed(call,
                               mode == "reflect"     ? "reflect"
                               : mode == "replicate" ? "edge"
                                                     : "constant",
                               value);
    }
    const Ints padding = call.ints("pad");
    if (mode == "constant") {
        const ValueId value = call.has("value") ? call.scalar_as("value", call.dtype_of(x))
                                                : call.e().scalar(call.dtype_of(x), 0.0);
        return pad_axes(call, x, padding, "constant", value);
    }
    if (mode == "circular")
        return wrap_axes(call, x, padding);
    if (mode != "reflect" && mode != "replicate")
        call.refuse("unknown padding mode '" + mode + "'");
    return pad_axes(call, x, padding, mode == "reflect" ? "reflect" : "edge", no_id);
}

constexpr OpEntry entries[] = {
    {"aten::index_select(Tensor self, int dim, Tensor index) -> Tensor", index_select},
    {"aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor",
     gather},
    {"aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", take_along_dim},
    {"aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", index},
    {"aten::masked_select(Tensor self, Tensor mask) -> Tensor", masked_select},
    {"aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
     scatter<no_reduction>},
    {"aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor",
     scatter_value},
    {"aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor",
     scatter<add_reduction>, "opset 16 and newer"},
    {"aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> Tensor", constant_pad},
    {"aten::reflection_pad1d(Tensor self, SymInt[2] padding) -> Tensor", reflection_pad},
    {"aten::reflection_pad2d(Tensor self, SymInt[4] padding) -> Tensor", reflection_pad},
    {"aten::reflection_pad3d(Tensor self, SymInt[6] padding) -> Tensor", reflection_pad},
    {"aten::replication_pad1d(Tensor self, SymInt[2] padding) -> Tensor", replication_pad},
    {"aten::replication_pad2d(Tensor self, SymInt[4] padding) -> Tensor", replication_pad},
    {"aten::replication_pad3d(Tensor self, SymInt[6] padding) -> Tensor", replication_pad},
    {"aten::_pad_circular(Tensor self, SymInt[] pad) -> Tensor", circular_pad},
    {"aten::pad(Tensor self, SymInt[] pad, str mode='constant', float? value=None) -> Tensor", pad},
};

} // namespace

std::span<const OpEntry> indexing_ops()
{
    return entries;
}

} // namespace strata::ops
