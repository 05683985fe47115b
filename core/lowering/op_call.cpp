#include "lowering/op_call.h"

#include "lowering/python_value.h"

#include <cstdlib>
#include <fmt/format.h>

namespace strata {

std::size_t OpCall::index(std::string_view name) const
{
    for (std::size_t i = 0; i < m_schema.args.size(); ++i)
        if (m_schema.args[i].name == name)
            return i;
    fmt::print(stderr, "strata: the schema of {} has no argument '{}'\n", m_schema.target, name);
    std::abort();
}

const Lowered& OpCall::arg(std::string_view name) const
{
    return m_args[index(name)];
}

void OpCall::refuse(std::string reason, std::string help) const
{
    throw Refusal{std::move(reason), std::move(help), false};
}

void OpCall::refuse_for_shapes(std::string reason) const
{
    throw Refusal{std::move(reason), "Give the shapes of the inputs with --input or --inputs.",
                  true};
}

ValueId OpCall::tensor(std::string_view name)
{
    const ValueId id = as_tensor(m_emitter, arg(name));
    if (id == no_id)
        refuse(
            fmt::format("argument '{}' is {} where a tensor is needed", name, describe(arg(name))));
    return id;
}

ValueId OpCall::tensor_or_none(std::string_view name)
{
    return arg(name).is_none() ? no_id : tensor(name);
}

std::vector<ValueId> OpCall::tensors(std::string_view name)
{
    const std::vector<Lowered>* items = sequence_items(arg(name));
    if (!items)
        refuse(fmt::format("argument '{}' is {} where a list of tensors is needed", name,
                           describe(arg(name))));
    std::vector<ValueId> ids;
    for (const Lowered& item : *items) {
        ids.push_back(item.is_none() ? no_id : as_tensor(m_emitter, item));
        if (ids.back() == no_id && !item.is_none())
            refuse(fmt::format("argument '{}' holds {} where a tensor is needed", name,
                               describe(item)));
    }
    return ids;
}

std::int64_t OpCall::integer(std::string_view name)
{
    if (const auto value = as_integer(m_emitter, arg(name)))
        return *value;
    if (is_runtime_value(arg(name)))
        refuse_for_shapes(fmt::format("argument '{}' is only known when the model runs", name));
    refuse(
        fmt::format("argument '{}' is {} where an integer is needed", name, describe(arg(name))));
}

double OpCall::number(std::string_view name)
{
    if (const auto value = as_number(m_emitter, arg(name)))
        return *value;
    if (is_runtime_value(arg(name)))
        refuse_for_shapes(fmt::format("argument '{}' is only known when the model runs", name));
    refuse(fmt::format("argument '{}' is {} where a number is needed", name, describe(arg(name))));
}

bool OpCall::boolean(std::string_view name)
{
    if (const auto value = as_number(m_emitter, arg(name)))
        return *value != 0;
    if (is_runtime_value(arg(name)))
        refuse(fmt::format("argument '{}' is only known when the model runs", name));
    refuse(fmt::format("argument '{}' is {} where a bool is needed", name, describe(arg(name))));
}

std::string OpCall::string(std::string_view name)
{
    if (const auto* text = arg(name).as<std::string>())
        return *text;
    refuse(fmt::format("argument '{}' is {} where a string is needed", name, describe(arg(name))));
}

std::vector<std::int64_t> OpCall::ints(std::string_view name)
{
    const std::vector<Lowered>* items = sequence_items(arg(name));
    if (!items)
        return {integer(name)};
    std::vector<std::int64_t> values;
    for (const Lowered& item : *items) {
        const auto value = as_integer(m_emitter, item);
        if (!value && is_runtime_value(item))
            refuse_for_shapes(fmt::format(
                "argument '{}' holds a number that is only known when the model runs", name));
        if (!value)
            refuse(fmt::format("argument '{}' holds {} where an integer is needed", name,
                               describe(item)));
        values.push_back(*value);
    }
    return values;
}

std::vector<std::optional<std::int64_t>> OpCall::ints_if_known(std::string_view name)
{
    const std::vector<Lowered>* items = sequence_items(arg(name));
    if (!items)
        refuse_for_shapes(fmt::format("argument '{}' is only known when the model runs", name));
    std::vector<std::optional<std::int64_t>> values;
    for (const Lowered& item : *items)
        values.push_back(as_integer(m_emitter, item));
    return values;
}

std::vector<std::int64_t> OpCall::ints(std::string_view name, std::size_t count)
{
    std::vector<std::int64_t> values = ints(name);
    if (values.size() == 1)
        values.resize(count, values.front());
    return values;
}

std::vector<double> OpCall::numbers(std::string_view name)
{
    const std::vector<Lowered>* items = sequence_items(arg(name));
    if (!items)
        return {number(name)};
    std::vector<double> values;
    for (const Lowered& item : *items) {
        const auto value = as_number(m_emitter, item);
        if (!value && is_runtime_value(item))
            refuse_for_shapes(fmt::format(
                "argument '{}' holds a number that is only known when the model runs", name));
        if (!value)
            refuse(fmt::format("argument '{}' holds {} where a number is needed", name,
                               describe(item)));
        values.push_back(*value);
    }
    return values;
}

std::optional<std::int64_t> OpCall::integer_or_none(std::string_view name)
{
    if (arg(name).is_none())
        return std::nullopt;
    return integer(name);
}

std::optional<double> OpCall::number_or_none(std::string_view name)
{
    if (arg(name).is_none())
        return std::nullopt;
    return number(name);
}

DType OpCall::dtype(std::string_view name, DType fallback)
{
    const Lowered& value = arg(name);
    if (value.is_none())
        return fallback;
    if (const auto* type = value.as<DType>())
        return *type;
    // TorchScript passes dtypes as c10::ScalarType's numbers.
    if (const auto* number = value.as<std::int64_t>())
        return dtype_from_c10(*number);
    refuse(fmt::format("argument '{}' is {} where a dtype is needed", name, describe(value)));
}

ValueId OpCall::int_tensor(std::string_view name)
{
    const std::vector<Lowered>* items = sequence_items(arg(name));
    if (!items)
        return as_int_vector(m_emitter, {arg(name)});
    return as_int_vector(m_emitter, *items);
}

ValueId OpCall::scalar_as(std::string_view name, DType dtype)
{
    const Lowered& value = arg(name);
    if (const auto* number = value.as<double>())
        return m_emitter.scalar(dtype, *number);
    if (const auto* number = value.as<std::int64_t>())
        return m_emitter.scalar(dtype, *number);
    if (const auto* flag = value.as<bool>())
        return m_emitter.scalar(dtype, std::int64_t{*flag});
    return m_emitter.cast(tensor(name), dtype);
}

bool OpCall::is_scalar(std::string_view name) const
{
    const Lowered& value = arg(name);
    return value.as<LoweredScalar>() || value.as<bool>() || value.as<std::int64_t>() ||
           value.as<double>();
}

std::int64_t OpCall::rank(std::string_view name)
{
    const auto rank = m_emitter.rank(tensor(name));
    if (!rank)
        refuse_for_shapes(fmt::format("the rank of '{}' is not known", name));
    return *rank;
}

std::vector<std::int64_t> OpCall::shape(ValueId id)
{
    auto shape = m_emitter.static_shape(id);
    if (!shape)
        refuse_for_shapes("a shape that it needs is not known");
    return std::move(*shape);
}

std::int64_t OpCall::normalize_axis(std::int64_t axis, std::int64_t rank) const
{
    const std::int64_t extent = rank == 0 ? 1 : rank;
    if (axis < -extent || axis >= extent)
        refuse(fmt::format("dimension {} is out of range for a tensor of rank {}", axis, rank));
    return axis < 0 ? axis + extent : axis;
}

} // namespace strata
