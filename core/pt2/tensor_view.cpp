#include "pt2/tensor_view.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

constexpr std::uint64_t repeat_allowance = std::uint64_t{64} << 20;
constexpr std::uint64_t repeat_limit = 200;

/// Sizes of 1 and empty tensors have no stride that matters.
bool is_row_major(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides)
{
    std::int64_t expected = 1; // no overflow: the number of elements was checked
    for (std::size_t i = shape.size(); i-- > 0;) {
        if (shape[i] != 1 && strides[i] != expected)
            return false;
        expected *= shape[i];
    }
    return true;
}

} // namespace

Result<Tensor> make_tensor_view(DType dtype, std::vector<std::int64_t> shape,
                                std::vector<std::int64_t> strides, std::int64_t offset,
                                std::shared_ptr<const TensorStorage> storage)
{
    STRATA_TRY(const std::int64_t count, checked_element_count(shape));
    const std::size_t width = bits_per_element(dtype) / 8;
    const auto outside = [&] {
        return failure(ErrorCode::CannotRead,
                       fmt::format("A tensor of the shape [{}] with the strides [{}], beginning at "
                                   "element {}, does not lie inside of its {} bytes: the file is "
                                   "damaged.",
                                   fmt::join(shape, ","), fmt::join(strides, ","), offset,
                                   storage->size()));
    };
    if (strides.size() != shape.size() || offset < 0 || width == 0)
        return outside();
    std::int64_t last = offset;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        std::int64_t extent = 0;
        if (strides[i] < 0 ||
            (count > 0 && (__builtin_mul_overflow(shape[i] - 1, strides[i], &extent) ||
                           __builtin_add_overflow(last, extent, &last))))
            return outside();
    }
    const std::uint64_t elements = storage->size() / width;
    if (count > 0 && static_cast<std::uint64_t>(last) >= elements)
        return outside();
    if (static_cast<std::uint64_t>(count) >
        (repeat_allowance + repeat_limit * storage->size()) / width)
        return failure(ErrorCode::CannotRead,
                       fmt::format("A tensor of the shape [{}] repeats its {} bytes so often that "
                                   "it would fill the memory.",
                                   fmt::join(shape, ","), storage->size()));
    if (count == 0 || is_row_major(shape, strides))
        strides.clear();
    Tensor tensor;
    tensor.dtype = dtype;
    tensor.shape = std::move(shape);
    tensor.strides = std::move(strides);
    tensor.storage_offset = count == 0 ? 0 : offset;
    tensor.storage = std::move(storage);
    return tensor;
}

} // namespace strata
