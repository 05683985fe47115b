#include "lowering/ops/type_promotion.h"

namespace strata::ops {
namespace {

/// at::native's combine_categories: `high` wins unless `low` is of a higher category.
DType combine(DType high, DType low)
{
    if (high == DType::Unknown)
        return low;
    if (low == DType::Unknown || is_complex(high))
        return high;
    if (is_floating_point(high))
        return is_complex(low) ? promote_types(high, low) : high;
    if (high == DType::Bool || is_floating_point(low) || is_complex(low))
        return promote_types(high, low);
    return high;
}

DType promote_known(DType a, DType b)
{
    return a == DType::Unknown ? b : b == DType::Unknown ? a : promote_types(a, b);
}

} // namespace

DType result_type(OpCall& call, std::initializer_list<std::string_view> names)
{
    DType with_dimensions = DType::Unknown;
    DType rank_zero = DType::Unknown;
    DType numbers = DType::Unknown;
    for (std::string_view name : names) {
        const Lowered& value = call.arg(name);
        if (value.is_none())
            continue;
        if (const auto* scalar = value.as<LoweredScalar>())
            numbers = promote_known(numbers, scalar->kind == FxType::Kind::Float  ? DType::Float32
                                             : scalar->kind == FxType::Kind::Bool ? DType::Bool
                                                                                  : DType::Int64);
        else if (value.as<bool>())
            numbers = promote_known(numbers, DType::Bool);
        else if (value.as<std::int64_t>())
            numbers = promote_known(numbers, DType::Int64);
        else if (value.as<double>())
            numbers = promote_known(numbers, DType::Float32);
        else {
            const ValueId id = call.tensor(name);
            DType& state = call.rank_of(id) == 0 ? rank_zero : with_dimensions;
            state = promote_known(state, call.dtype_of(id));
        }
    }
    return combine(with_dimensions, combine(rank_zero, numbers));
}

DType float_result_type(OpCall& call, std::initializer_list<std::string_view> names)
{
    const DType type = result_type(call, names);
    return is_floating_point(type) || is_complex(type) || type == DType::Unknown ? type
                                                                                 : DType::Float32;
}

ValueId operand(OpCall& call, std::string_view name, DType dtype)
{
    return call.is_scalar(name) ? call.scalar_as(name, dtype)
                                : call.e().cast(call.tensor(name), dtype);
}

Operands promoted(OpCall& call, std::string_view a, std::string_view b)
{
    const DType dtype = result_type(call, {a, b});
    return {operand(call, a, dtype), operand(call, b, dtype), dtype};
}

Operands promoted_to_float(OpCall& call, std::string_view a, std::string_view b)
{
    const DType dtype = float_result_type(call, {a, b});
    return {operand(call, a, dtype), operand(call, b, dtype), dtype};
}

ValueId as_float(OpCall& call, std::string_view name)
{
    return operand(call, name, float_result_type(call, {name}));
}

} // namespace strata::ops
