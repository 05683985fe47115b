#include "lowering/ops/families.h"
#include "lowering/ops/type_promotion.h"
#include "lowering/python_value.h"
#include "lowering/size_limits.h"

#include <cmath>

namespace strata::ops {
namespace {

/// Constants up to this size are stored; larger ones are made when the model runs.
constexpr std::int64_t stored_elements = 1024;

/// A tensor filled with one value; the shape is a rank-1 int64 tensor.
ValueId filled(OpCall& call, ValueId shape, ValueId value)
{
    Emitter& e = call.e();
    const auto dims = e.known_ints(shape);
    const auto known = e.known_constant(value);
    if (known) {
        if (dims && dims->empty())
            return value;
        Tensor element = *known;
        element.shape = {1};
        std::int64_t count = dims ? 1 : stored_elements + 1;
        if (dims)
            for (const std::int64_t dim : *dims)
                count *= dim;
        if (count > 0 && count <= stored_elements) {
            if (const auto numbers = known->to_doubles();
                numbers && is_floating_point(known->dtype))
                return e.constant(filled_constant(known->dtype, *dims, numbers->front()));
        }
        return e.emit("ConstantOfShape", {shape}, {{"value", element}});
    }
    return e.expand(value, shape);
}

Outputs filled_with(OpCall& call, std::string_view shape, DType dtype, double value)
{
    return filled(call, call.int_tensor(shape), call.e().scalar(dtype, value));
}

Outputs zeros(OpCall& call)
{
    return filled_with(call, "size", call.dtype("dtype", DType::Float32), 0);
}
Outputs ones(OpCall& call)
{
    return filled_with(call, "size", call.dtype("dtype", DType::Float32), 1);
}

/// The dtype that a fill value has by itself.
DType natural_dtype(OpCall& call, std::string_view name)
{
    const Lowered& value = call.arg(name);
    if (value.as<bool>())
        return DType::Bool;
    if (value.as<std::int64_t>())
        return DType::Int64;
    if (const auto* scalar = value.as<LoweredScalar>())
        return scalar->kind == FxType::Kind::Int    ? DType::Int64
               : scalar->kind == FxType::Kind::Bool ? DType::Bool
                                                    : DType::Float32;
    return value.as<LoweredTensor>() ? call.dtype_of(call.tensor(name)) : DType::Float32;
}

Outputs full(OpCall& call)
{
    const DType dtype = call.dtype("dtype", natural_dtype(call, "fill_value"));
    return filled(call, call.int_tensor("size"), call.scalar_as("fill_value", dtype));
}

DType own_dtype(OpCall& call)
{
    return call.dtype("dtype", call.dtype_of(call.tensor("self")));
}

Outputs zeros_like(OpCall& call)
{
    return filled(call, call.e().shape_of(call.tensor("self")),
                  call.e().scalar(own_dtype(call), 0.0));
}
Outputs ones_like(OpCall& call)
{
    return filled(call, call.e().shape_of(call.tensor("self")),
                  call.e().scalar(own_dtype(call), 1.0));
}
Outputs full_like(OpCall& call)
{
    return filled(call, call.e().shape_of(call.tensor("self")),
                  call.scalar_as("fill_value", own_dtype(call)));
}
Outputs new_zeros(OpCall& call)
{
    return filled_with(call, "size", own_dtype(call), 0);
}
Outputs new_ones(OpCall& call)
{
    return filled_with(call, "size", own_dtype(call), 1);
}
Outputs new_full(OpCall& call)
{
    return filled(call, call.int_tensor("size"), call.scalar_as("fill_value", own_dtype(call)));
}

/// fill_, zero_ and copy_ as functions of the tensor they write into.
Outputs fill(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return filled(call, call.e().shape_of(x), call.scalar_as("value", call.dtype_of(x)));
}
Outputs zero(OpCall& call)
{
    const ValueId x = call.tensor("self");
    return filled(call, call.e().shape_of(x), call.e().scalar(call.dtype_of(x), 0.0));
}
Outputs copy(OpCall& call)
{
    Emitter& e = call.e();
    const ValueId x = call.tensor("self");
    const ValueId source = e.cast(call.tensor("src"), call.dtype_of(x));
    const auto from = e.static_shape(source);
    const auto to = e.static_shape(x);
    return from && to && *from == *to ? source : e.expand(source, e.shape_of(x));
}

/// A vector of f(0), f(1), ...
template <class F>
Tensor numbers_of(DType dtype, std::int64_t count, F f)
{
    std::vector<std::byte> bytes;
    for (std::int64_t i = 0; i < count; ++i) {
        std::vector<std::byte> scratch;
        const Tensor number = Tensor::scalar(dtype, f(i));
        if (const auto element = number.contiguous_bytes(scratch))
            bytes.insert(bytes.end(), element->begin(), element->end());
    }
    return Tensor::from_bytes(dtype, {count}, std::move(bytes));
}

/// A Python number that is known now.
std::optional<double> known_number(OpCall& call, std::string_view name)
{
    const Lowered& value = call.arg(name);
    if (const auto* integer = value.as<std::int64_t>())
        return static_cast<double>(*integer);
    if (const auto* real = value.as<double>())
        return *real;
    return std::nullopt;
}

/// Short ranges of reals, computed in double as PyTorch does: in float32 their length could differ.
ValueId known_range(OpCall& call, DType dtype, bool has_start, bool has_step)
{
    const auto start = has_start ? known_number(call, "start") : 0.0;
    const auto end = known_number(call, "end");
    const auto step = has_step ? known_number(call, "step") : 1.0;
    if (!start || !end || !step || *step == 0)
        return no_id;
    const double count = std::ceil((*end - *start) / *step);
    if (!(count >= 0) || count > static_cast<double>(stored_elements))
        return no_id;
    return call.e().constant(
        numbers_of(dtype, static_cast<std::int64_t>(count),
                   [&](std::int64_t i) { return *start + static_cast<double>(i) * *step; }));
}

/// arange: the numbers of [start, end) in steps.
ValueId range(OpCall& call, DType dtype, bool has_start, bool has_step)
{
    Emitter& e = call.e();
    const bool small = is_integer(dtype) && bits_per_element(dtype) < 16;
    const DType computed = small || dtype == DType::Float16 || dtype == DType::BFloat16
                               ? (small ? DType::Int32 : DType::Float32)
                               : dtype;
    if (is_floating_point(dtype))
        if (const ValueId known = known_range(call, dtype, has_start, has_step); known != no_id)
            return known;
    const ValueId start = has_start ? call.scalar_as("start", computed) : e.scalar(computed, 0.0);
    const ValueId end = call.scalar_as("end", computed);
    // ONNX Runtime makes a Slice of a Gather by a Range, and takes a limit of -1 for the last
    // element. So integers count upwards, and the start goes down by what they say.
    const auto known_step = has_step ? known_number(call, "step") : 1.0;
    if (is_integer(computed) && known_step && *known_step < 0) {
        const ValueId up = e.emit("Range", {e.scalar(computed, 0.0), e.sub(start, end),
                                            e.scalar(computed, -*known_step)});
        return e.cast(e.sub(start, up), dtype);
    }
    const ValueId step = has_step ? call.scalar_as("step", computed) : e.scalar(computed, 1.0);
    return e.cast(e.emit("Range", {start, end, step}), dtype);
}

template <bool HasStart, bool HasStep>
Outputs arange(OpCall& call)
{
    DType natural = natural_dtype(call, "end");
    if constexpr (HasStart)
        natural = promote_types(natural, natural_dtype(call, "start"));
    if constexpr (HasStep)
        natural = promote_types(natural, natural_dtype(call, "step"));
    return range(call, call.dtype("dtype", natural), HasStart, HasStep);
}

/// linspace whose limits or number of steps are only known when the model runs: from both ends, as
/// PyTorch does.
ValueId computed_linspace(OpCall& call, DType dtype)
{
    Emitter& e = call.e();
    if (!is_floating_point(dtype))
        call.refuse("linspace of integers with limits that are only known when the model runs");
    const ValueId count = call.scalar_as("steps", DType::Int64);
    const ValueId one = e.scalar(DType::Int64, std::int64_t{1});
    const ValueId numbers = e.emit("Range", {e.scalar(DType::Int64, std::int64_t{0}), count, one});
    const ValueId last = e.sub(count, one);
    const ValueId start = call.scalar_as("start", dtype);
    const ValueId end = call.scalar_as("end", dtype);
    const ValueId gaps = e.cast(e.emit("Max", {last, one}), dtype);
    const ValueId step = e.div(e.sub(end, start), gaps);
    const ValueId upwards = e.add(start, e.mul(step, e.cast(numbers, dtype)));
    const ValueId downwards = e.sub(end, e.mul(step, e.cast(e.sub(last, numbers), dtype)));
    const ValueId half =
        e.emit("Max", {e.div(count, e.scalar(DType::Int64, std::int64_t{2})), one});
    return e.emit("Where", {e.emit("Less", {numbers, half}), upwards, downwards});
}

Outputs linspace(OpCall& call)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype("dtype", DType::Float32);
    if (is_runtime_value(call.arg("steps")) || is_runtime_value(call.arg("start")) ||
        is_runtime_value(call.arg("end")))
        return computed_linspace(call, dtype);
    // Whole numbers stand at the ends of integers.
    const auto limit = [&](std::string_view name) {
        return is_integer(dtype) ? std::trunc(call.number(name)) : call.number(name);
    };
    const double start = limit("start");
    const double end = limit("end");
    const std::int64_t steps = call.integer("steps");
    if (steps < 0 || steps > 1 << 20)
        call.refuse("the number of steps is out of range");
    // Computed here, symmetrically from both ends as PyTorch does.
    const double step = steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0;
    return e.constant(numbers_of(dtype, steps, [&](std::int64_t i) {
        return i < steps / 2 || steps == 1 ? start + step * static_cast<double>(i)
                                           : end - step * static_cast<double>(steps - i - 1);
    }));
}

/// linspace of exponents.
Outputs logspace(OpCall& call)
{
    const DType dtype = call.dtype("dtype", DType::Float32);
    if (is_runtime_value(call.arg("steps")) || is_runtime_value(call.arg("start")) ||
        is_runtime_value(call.arg("end"))) {
        const ValueId exponents = computed_linspace(call, dtype);
        return call.e().emit("Pow", {call.scalar_as("base", dtype), exponents});
    }
    // Of integers, both ends are integers before the exponents between them are found.
    const auto exponent = [&](std::string_view name) {
        const double value = call.number(name);
        return is_floating_point(dtype) ? value : std::trunc(value);
    };
    const double start = exponent("start");
    const double end = exponent("end");
    const double base = call.number("base");
    const std::int64_t steps = call.integer("steps");
    if (steps < 0 || steps > 1 << 20)
        call.refuse("the number of steps is out of range");
    const double step = steps > 1 ? (end - start) / static_cast<double>(steps - 1) : 0;
    return call.e().constant(numbers_of(dtype, steps, [&](std::int64_t i) {
        return std::pow(base, i < steps / 2 || steps == 1
                                  ? start + step * static_cast<double>(i)
                                  : end - step * static_cast<double>(steps - i - 1));
    }));
}

ValueId identity_matrix(OpCall& call, ValueId rows, ValueId columns)
{
    Emitter& e = call.e();
    const DType dtype = call.dtype("dtype", DType::Float32);
    const ValueId shape = e.concat({e.unsqueeze(rows, {0}), e.unsqueeze(columns, {0})}, 0);
    // ONNX Runtime's EyeLike knows few types.
    const bool small = bits_per_element(dtype) < 32;
    const DType computed = !small                     ? dtype
                           : is_floating_point(dtype) ? DType::Float32
                                                      : DType::Int32;
    const ValueId zeros =
        e.emit("ConstantOfShape", {shape}, {{"value", Tensor::filled(computed, {1}, 0)}});
    return e.cast(e.emit("EyeLike", {zeros}), dtype);
}

Outputs eye(OpCall& call)
{
    const ValueId n = call.scalar_as("n", DType::Int64);
    return identity_matrix(call, n, n);
}
Outputs eye_m(OpCall& call)
{
    return identity_matrix(call, call.scalar_as("n", DType::Int64),
                           call.scalar_as("m", DType::Int64));
}

Outputs scalar_tensor(OpCall& call)
{
    return call.scalar_as("s", call.dtype("dtype", DType::Float32));
}

/// torch.tensor(data): nested lists of numbers.
void flatten_numbers(const OpCall& call, const Lowered& data, std::size_t depth,
                     std::vector<std::int64_t>& shape, std::vector<Lowered>& flat)
{
    const auto* items = sequence_items(data);
    if (!items) {
        flat.push_back(data);
        return;
    }
    if (shape.size() == depth)
        shape.resize(depth + 1, static_cast<std::int64_t>(items->size()));
    else if (shape[depth] != static_cast<std::int64_t>(items->size()))
        call.refuse("the nested lists are not rectangular");
    for (const Lowered& item : *items)
        flatten_numbers(call, item, depth + 1, shape, flat);
}

Outputs tensor(OpCall& call)
{
    Emitter& e = call.e();
    std::vector<std::int64_t> shape;
    std::vector<Lowered> flat;
    flatten_numbers(call, call.arg("data"), 0, shape, flat);
    DType natural = flat.empty() ? DType::Float32 : DType::Bool;
    for (const Lowered& item : flat) {
        const ValueId id = as_tensor(e, item);
        if (id == no_id)
            call.refuse("argument 'data' holds " + describe(item) + " where numbers are needed");
        natural =
            promote_types(natural, item.as<LoweredScalar>() && call.dtype_of(id) == DType::Float64
                                       ? DType::Float32
                                       : call.dtype_of(id));
    }
    const DType dtype = call.dtype("dtype", natural);
    std::vector<ValueId> parts;
    for (const Lowered& item : flat)
        parts.push_back(e.reshape(e.cast(as_tensor(e, item), dtype), std::vector<std::int64_t>{1}));
    if (parts.empty())
        return e.constant(Tensor::from_bytes(dtype, shape, {}));
    return e.reshape(e.concat(std::move(parts), 0), std::span<const std::int64_t>(shape));
}

Outputs one_hot(OpCall& call)
{
    Emitter& e = call.e();
    const std::int64_t classes = call.integer("num_classes");
    if (classes < 0)
        call.refuse("the number of classes depends on data", "Give num_classes.");
    const std::int64_t values[] = {0, 1};
    ValueId index = call.tensor("self");
    const bool number = call.rank_of(index) == 0; // OneHot takes no scalars
    if (number)
        index = e.unsqueeze(index, {0});
    const ValueId hot = e.emit(
        "OneHot", {index, e.scalar(DType::Int64, classes), e.constant(values)}, {{"axis", -1}});
    return number ? e.squeeze(hot, {0}) : hot;
}

#define STRATA_FACTORY_OPTIONS                                                                     \
    "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None"
#define STRATA_LIKE_OPTIONS STRATA_FACTORY_OPTIONS ", MemoryFormat? memory_format=None"

template <DType Natural>
Outputs tensor_of_number(OpCall& call)
{
    return call.scalar_as("t", call.dtype("dtype", Natural));
}

/// The tensor itself where its type is the one asked for.
Outputs as_tensor_of_tensor(OpCall& call)
{
    const ValueId data = call.tensor("data");
    return call.e().cast(data, call.dtype("dtype", call.dtype_of(data)));
}

constexpr OpEntry entries[] = {
    {"aten::zeros(SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", zeros},
    {"aten::ones(SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", ones},
    {"aten::empty.memory_format(SymInt[] size, *, " STRATA_LIKE_OPTIONS ") -> Tensor", zeros,
     "exported as zeros: PyTorch leaves the contents undefined"},
    {"aten::full(SymInt[] size, Scalar fill_value, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", full},
    {"aten::zeros_like(Tensor self, *, " STRATA_LIKE_OPTIONS ") -> Tensor", zeros_like},
    {"aten::ones_like(Tensor self, *, " STRATA_LIKE_OPTIONS ") -> Tensor", ones_like},
    {"aten::empty_like(Tensor self, *, " STRATA_LIKE_OPTIONS ") -> Tensor", zeros_like,
     "exported as zeros: PyTorch leaves the contents undefined"},
    {"aten::full_like(Tensor self, Scalar fill_value, *, " STRATA_LIKE_OPTIONS ") -> Tensor",
     full_like},
    {"aten::new_zeros(Tensor self, SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     new_zeros},
    {"aten::new_ones(Tensor self, SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     new_ones},
    {"aten::new_empty(Tensor self, SymInt[] size, *, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     new_zeros, "exported as zeros: PyTorch leaves the contents undefined"},
    {"aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, *, " STRATA_FACTORY_OPTIONS
     ") -> Tensor",
     new_full},
    {"aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", fill},
    {"aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", fill},
    {"aten::zero(Tensor self) -> Tensor", zero},
    {"aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", copy},
    {"aten::arange(Scalar end, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", arange<false, false>},
    {"aten::arange.start(Scalar start, Scalar end, *, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     arange<true, false>},
    {"aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, " STRATA_FACTORY_OPTIONS
     ") -> Tensor",
     arange<true, true>},
    {"aten::linspace(Scalar start, Scalar end, int steps, *, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     linspace},
    {"aten::logspace(Scalar start, Scalar end, int steps, float base=10.0, "
     "*, " STRATA_FACTORY_OPTIONS ") -> Tensor",
     logspace, "of integers: start, end and steps known at export"},
    {"aten::eye(SymInt n, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", eye},
    {"aten::eye.m(SymInt n, SymInt m, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", eye_m},
    {"aten::scalar_tensor(Scalar s, *, " STRATA_FACTORY_OPTIONS ") -> Tensor", scalar_tensor},
    {"aten::tensor(t[] data, *, ScalarType? dtype=None, Device? device=None, bool "
     "requires_grad=False) -> Tensor",
     tensor},
    {"aten::tensor.int(int t, *, ScalarType? dtype=None, Device? device=None, bool "
     "requires_grad=False) -> Tensor",
     tensor_of_number<DType::Int64>},
    {"aten::tensor.float(float t, *, ScalarType? dtype=None, Device? device=None, bool "
     "requires_grad=False) -> Tensor",
     tensor_of_number<DType::Float32>},
    {"aten::tensor.bool(bool t, *, ScalarType? dtype=None, Device? device=None, bool "
     "requires_grad=False) -> Tensor",
     tensor_of_number<DType::Bool>},
    {"aten::as_tensor.int(int t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
     tensor_of_number<DType::Int64>},
    {"aten::as_tensor.float(float t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
     tensor_of_number<DType::Float32>},
    {"aten::as_tensor.bool(bool t, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
     tensor_of_number<DType::Bool>},
    {"aten::as_tensor.list(t[] data, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
     tensor},
    {"aten::as_tensor(Tensor data, *, ScalarType? dtype=None, Device? device=None) -> Tensor",
     as_tensor_of_tensor},
    {"aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", one_hot, "num_classes given"},
};

} // namespace

std::span<const OpEntry> creation_ops()
{
    return entries;
}

} // namespace strata::ops
