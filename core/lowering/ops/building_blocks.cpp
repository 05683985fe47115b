#include "lowering/ops/building_blocks.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

namespace strata::ops {

ValueId initializer_view(Emitter& e, ValueId value, std::vector<std::int64_t> shape,
                         std::vector<std::int64_t> strides, std::string_view suffix)
{
    OnnxModel& model = e.model();
    const std::uint32_t index = model.values[value].initializer;
    if (index == no_id)
        return no_id;
    Tensor view = model.initializers[index].tensor;
    view.shape = std::move(shape);
    view.strides = std::move(strides);
    const std::string name =
        std::string(model.text(model.values[value].name)) + std::string(suffix);
    return e.constant(std::move(view), name);
}

ValueId transpose_matrix(Emitter& e, ValueId matrix)
{
    const OnnxModel& model = e.model();
    if (const std::uint32_t index = model.values[matrix].initializer; index != no_id) {
        const Tensor& tensor = model.initializers[index].tensor;
        if (tensor.shape.size() == 2) {
            const std::int64_t rows = tensor.shape[0];
            const std::int64_t columns = tensor.shape[1];
            std::vector<std::int64_t> strides{columns, 1};
            if (!tensor.strides.empty())
                strides = tensor.strides;
            return initializer_view(e, matrix, {columns, rows}, {strides[1], strides[0]}, ".T");
        }
    }
    return e.transpose(matrix, {1, 0});
}

ValueId channel_vector(Emitter& e, ValueId vector, std::int64_t trailing)
{
    if (trailing == 0)
        return vector;
    return e.unsqueeze(vector, iota(1, trailing));
}

ValueId reshape_like(Emitter& e, ValueId value, ValueId like, std::int64_t same_front)
{
    if (const auto shape = e.shape(like)) {
        std::vector<std::int64_t> target;
        std::size_t inferred = 0;
        for (std::size_t axis = 0; axis < shape->size(); ++axis) {
            const Dim& dim = (*shape)[axis];
            if (dim.known() && dim.value > 0)
                target.push_back(dim.value);
            else if (static_cast<std::int64_t>(axis) < same_front)
                target.push_back(0);
            else {
                // A size of zero cannot be written down: Reshape reads it as "copy".
                inferred += dim.known() ? 2U : 1U;
                target.push_back(-1);
            }
        }
        if (inferred <= 1)
            return e.reshape(value, target);
    }
    return e.reshape(value, e.shape_of(like));
}

std::vector<std::int64_t> iota(std::int64_t first, std::int64_t count)
{
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}

bool is_integral(DType dtype)
{
    return is_integer(dtype) || dtype == DType::Bool;
}

bool has_no_elements(Emitter& e, ValueId value)
{
    const auto shape = e.static_shape(value);
    return shape && std::find(shape->begin(), shape->end(), 0) != shape->end();
}

double largest_number(DType dtype)
{
    switch (dtype) {
    case DType::Float64:
        return std::numeric_limits<double>::max();
    case DType::Float16:
        return 65504.0;
    case DType::BFloat16:
        return 3.3895313892515355e38;
    default:
        return static_cast<double>(std::numeric_limits<float>::max());
    }
}

ValueId with_ordered_nans(Emitter& e, ValueId x, bool nan_largest)
{
    const DType dtype = e.dtype(x);
    const double sign = nan_largest ? 1 : -1;
    const ValueId bounded =
        e.emit(nan_largest ? "Min" : "Max", {x, e.scalar(dtype, sign * largest_number(dtype))});
    const ValueId extreme = e.scalar(dtype, sign * std::numeric_limits<double>::infinity());
    return e.emit("Where", {e.emit("IsNaN", {x}), extreme, bounded});
}

Outputs pass_through(OpCall& call)
{
    return Outputs(call.first());
}

Batched Batched::of(Emitter& e, ValueId value, std::int64_t rank)
{
    const auto actual = e.rank(value);
    if (!actual || *actual != rank - 1)
        return {value, false};
    return {e.unsqueeze(value, {0}), true};
}

ValueId Batched::undo(Emitter& e, ValueId result) const
{
    return added ? e.squeeze(result, {0}) : result;
}

} // namespace strata::ops
