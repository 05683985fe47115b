#include "lowering/ops/sizes.h"

#include <span>

namespace strata::ops {

std::optional<std::int64_t> size_if_known(Emitter& e, ValueId value, std::int64_t axis)
{
    const auto shape = e.shape(value);
    const auto at = static_cast<std::size_t>(axis);
    if (!shape || at >= shape->size() || !(*shape)[at].known())
        return std::nullopt;
    return (*shape)[at].value;
}

ValueId numbers_below(Emitter& e, ValueId count)
{
    return e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), count,
                            e.scalar(DType::Int64, std::int64_t{1})});
}

ValueId int_constant(Emitter& e, const std::vector<std::int64_t>& numbers,
                     const std::vector<std::int64_t>& shape)
{
    return e.reshape(e.constant(std::span<const std::int64_t>(numbers)),
                     std::span<const std::int64_t>(shape));
}

} // namespace strata::ops
