// Evaluation of small constant tensors, continued: functions of real numbers, matrices, triangles,
// windows and reductions. Functions are computed in the tensor's own precision, as PyTorch does.
#include "passes/infer/constant_array.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace strata::infer {
namespace {

// Products and sums of this many terms are left to whoever runs the model.
constexpr std::size_t max_terms = std::size_t{1} << 22;

struct Exp {
    static auto of(auto v) { return std::exp(v); }
};
struct Log {
    static auto of(auto v) { return std::log(v); }
};
struct Sin {
    static auto of(auto v) { return std::sin(v); }
};
struct Cos {
    static auto of(auto v) { return std::cos(v); }
};
struct Tanh {
    static auto of(auto v) { return std::tanh(v); }
};
struct Erf {
    static auto of(auto v) { return std::erf(v); }
};
struct Sigmoid {
    static auto of(auto v) { return 1 / (1 + std::exp(-v)); }
};
struct Round {
    static auto of(auto v) { return std::nearbyint(v); } // half to even, as ONNX wants
};
struct Sign {
    static auto of(auto v) { return v > 0 ? decltype(v)(1) : v < 0 ? decltype(v)(-1) : v; }
};
struct Relu {
    static auto of(auto v) { return v > 0 || std::isnan(v) ? v : decltype(v)(0); }
};

template <class Function>
std::optional<Array> function(Context& c)
{
    auto array = load(c, 0);
    if (!array || !array->is_real())
        return std::nullopt;
    for (double& value : array->reals)
        value = array->dtype == DType::Float64
                    ? Function::of(value)
                    : round_to(array->dtype, double{Function::of(static_cast<float>(value))});
    return array;
}

std::optional<std::int64_t> integer_power(std::int64_t base, std::int64_t exponent)
{
    if (exponent < 0 || exponent > 64)
        return std::nullopt;
    std::uint64_t result = 1;
    for (std::int64_t i = 0; i < exponent; ++i)
        result *= static_cast<std::uint64_t>(base);
    return static_cast<std::int64_t>(result);
}

std::optional<Array> power(Context& c)
{
    const auto base = load(c, 0);
    const auto exponent = load(c, 1);
    const auto shape = output_shape(c);
    if (!base || !exponent || !shape || base->shape.size() > shape->size() ||
        exponent->shape.size() > shape->size())
        return std::nullopt;
    const auto left = broadcast_indices(base->shape, *shape);
    const auto right = broadcast_indices(exponent->shape, *shape);
    Array result;
    result.dtype = base->dtype;
    result.shape = *shape;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (base->is_real()) {
            const double to = exponent->is_real() ? exponent->reals[right[i]]
                                                  : static_cast<double>(exponent->ints[right[i]]);
            const double from = base->reals[left[i]];
            result.reals.push_back(
                base->dtype == DType::Float64
                    ? std::pow(from, to)
                    : round_to(base->dtype,
                               double{std::pow(static_cast<float>(from), static_cast<float>(to))}));
            continue;
        }
        if (exponent->is_real())
            return std::nullopt;
        const auto number = integer_power(base->ints[left[i]], exponent->ints[right[i]]);
        if (!number)
            return std::nullopt;
        result.ints.push_back(wrap_to(base->dtype, *number));
    }
    return result;
}

std::optional<Array> is_nan(Context& c)
{
    auto array = load(c, 0);
    if (!array || !array->is_real())
        return std::nullopt;
    for (const double value : array->reals)
        array->ints.push_back(std::isnan(value));
    array->reals.clear();
    array->dtype = DType::Bool;
    return array;
}

std::optional<Array> eye_like(Context& c)
{
    const auto shape = output_shape(c);
    const DType dtype = c.model().values[c.output(0)].dtype;
    if (!shape || shape->size() != 2 || !is_supported(dtype))
        return std::nullopt;
    const std::int64_t diagonal = c.int_attribute("k", 0);
    Array result;
    result.dtype = dtype;
    result.shape = *shape;
    for (std::int64_t row = 0; row < (*shape)[0]; ++row)
        for (std::int64_t column = 0; column < (*shape)[1]; ++column) {
            const bool one = column - row == diagonal;
            if (result.is_real())
                result.reals.push_back(one ? 1.0 : 0.0);
            else
                result.ints.push_back(one);
        }
    return result;
}

std::optional<Array> triangle(Context& c)
{
    auto array = load(c, 0);
    if (!array || array->shape.size() < 2)
        return std::nullopt;
    std::int64_t diagonal = 0;
    if (c.has_input(1)) {
        const auto given = c.scalar_int(1);
        if (!given)
            return std::nullopt;
        diagonal = *given;
    }
    const bool upper = c.int_attribute("upper", 1) != 0;
    const std::int64_t columns = array->shape.back();
    const std::int64_t rows = array->shape[array->shape.size() - 2];
    if (rows == 0 || columns == 0)
        return array;
    for (std::size_t i = 0; i < array->size(); ++i) {
        const auto at = static_cast<std::int64_t>(i) % (rows * columns);
        const std::int64_t above = at % columns - at / columns - diagonal;
        if (upper ? above >= 0 : above <= 0)
            continue;
        if (array->is_real())
            array->reals[i] = 0.0;
        else
            array->ints[i] = 0;
    }
    return array;
}

std::optional<Array> tile(Context& c)
{
    const auto data = load(c, 0);
    const auto shape = output_shape(c);
    if (!data || !shape || shape->size() != data->shape.size())
        return std::nullopt;
    const auto strides = row_major_strides(*shape);
    const auto source = row_major_strides(data->shape);
    std::vector<std::size_t> indices(static_cast<std::size_t>(count_of(*shape)), 0);
    for (std::size_t i = 0; i < indices.size(); ++i)
        for (std::size_t d = 0; d < shape->size(); ++d)
            indices[i] += (i / strides[d]) % static_cast<std::size_t>((*shape)[d]) %
                          static_cast<std::size_t>(data->shape[d]) * source[d];
    return pick(*data, *shape, indices);
}

std::optional<Array> matrix_product(Context& c)
{
    const auto a = load(c, 0);
    const auto b = load(c, 1);
    const auto shape = output_shape(c);
    if (!a || !b || !shape || !a->is_real() || a->dtype != b->dtype || a->shape.size() < 2 ||
        b->shape.size() < 2)
        return std::nullopt;
    const auto inner = static_cast<std::size_t>(a->shape.back());
    const auto rows = static_cast<std::size_t>(a->shape[a->shape.size() - 2]);
    const auto columns = static_cast<std::size_t>(b->shape.back());
    const auto count = static_cast<std::size_t>(count_of(*shape));
    if (count == 0 || count * inner > max_terms)
        return std::nullopt;
    const std::vector<std::int64_t> batch(shape->begin(), shape->end() - 2);
    const auto left = broadcast_indices({a->shape.begin(), a->shape.end() - 2}, batch);
    const auto right = broadcast_indices({b->shape.begin(), b->shape.end() - 2}, batch);
    Array result;
    result.dtype = a->dtype;
    result.shape = *shape;
    result.reals.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t matrix = i / (rows * columns);
        const std::size_t row = i / columns % rows;
        const std::size_t column = i % columns;
        double sum = 0.0;
        for (std::size_t k = 0; k < inner; ++k)
            sum += a->reals[(left[matrix] * rows + row) * inner + k] *
                   b->reals[(right[matrix] * inner + k) * columns + column];
        result.reals.push_back(round_to(a->dtype, sum));
    }
    return result;
}

std::optional<Array> cumulative_sum(Context& c)
{
    auto array = load(c, 0);
    const auto axis_input = c.scalar_int(1);
    if (!array || !axis_input || c.int_attribute("exclusive", 0) != 0 ||
        c.int_attribute("reverse", 0) != 0)
        return std::nullopt;
    const auto axis = normalize_axis(*axis_input, array->shape.size());
    if (!axis)
        return std::nullopt;
    const std::size_t stride = row_major_strides(array->shape)[*axis];
    const auto length = static_cast<std::size_t>(array->shape[*axis]);
    for (std::size_t i = 0; i < array->size(); ++i) {
        if (i / stride % length == 0)
            continue;
        if (array->is_real())
            array->reals[i] = round_to(array->dtype, array->reals[i] + array->reals[i - stride]);
        else
            array->ints[i] = wrap_to(array->dtype, array->ints[i] + array->ints[i - stride]);
    }
    return array;
}

struct Sum {
    static constexpr std::int64_t first_int = 0;
    static constexpr double first_real = 0.0;
    static std::int64_t join(std::int64_t a, std::int64_t b)
    {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) +
                                         static_cast<std::uint64_t>(b));
    }
    static double join(double a, double b) { return a + b; }
};
struct Product {
    static constexpr std::int64_t first_int = 1;
    static constexpr double first_real = 1.0;
    static std::int64_t join(std::int64_t a, std::int64_t b)
    {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) *
                                         static_cast<std::uint64_t>(b));
    }
    static double join(double a, double b) { return a * b; }
};
struct Largest {
    static constexpr std::int64_t first_int = std::numeric_limits<std::int64_t>::min();
    static constexpr double first_real = -std::numeric_limits<double>::infinity();
    static auto join(auto a, auto b) { return std::max(a, b); }
};
struct Smallest {
    static constexpr std::int64_t first_int = std::numeric_limits<std::int64_t>::max();
    static constexpr double first_real = std::numeric_limits<double>::infinity();
    static auto join(auto a, auto b) { return std::min(a, b); }
};

template <class Fold, bool Mean = false>
std::optional<Array> reduce(Context& c)
{
    const auto data = load(c, 0);
    const auto shape = output_shape(c);
    const IntsArgument given = c.ints_argument("axes", 1);
    if (!data || !shape || (given.given && !given.known) || data->size() == 0 ||
        (Mean && !data->is_real()) ||
        (data->is_real() && std::any_of(data->reals.begin(), data->reals.end(),
                                        [](double value) { return std::isnan(value); })))
        return std::nullopt;
    const std::size_t rank = data->shape.size();
    if (given.values.empty() && c.int_attribute("noop_with_empty_axes", 0) != 0)
        return std::nullopt;
    const auto axes = normalize_axes(given.values, rank);
    if (!axes)
        return std::nullopt;
    std::vector<bool> reduced(rank, axes->empty());
    for (const std::size_t axis : *axes)
        reduced[axis] = true;
    // Strides of the result, as if its reduced axes were there with the size 1.
    std::vector<std::int64_t> kept = data->shape;
    for (std::size_t d = 0; d < rank; ++d)
        if (reduced[d])
            kept[d] = 1;
    if (count_of(kept) != count_of(*shape))
        return std::nullopt;
    const auto strides = row_major_strides(data->shape);
    const auto result_strides = row_major_strides(kept);
    Array result;
    result.dtype = data->dtype;
    result.shape = *shape;
    const auto count = static_cast<std::size_t>(count_of(*shape));
    if (data->is_real())
        result.reals.assign(count, Fold::first_real);
    else
        result.ints.assign(count, Fold::first_int);
    for (std::size_t i = 0; i < data->size(); ++i) {
        std::size_t at = 0;
        for (std::size_t d = 0; d < rank; ++d)
            if (!reduced[d])
                at += i / strides[d] % static_cast<std::size_t>(data->shape[d]) * result_strides[d];
        if (data->is_real())
            result.reals[at] = Fold::join(result.reals[at], data->reals[i]);
        else
            result.ints[at] = wrap_to(data->dtype, Fold::join(result.ints[at], data->ints[i]));
    }
    for (double& value : result.reals)
        value =
            round_to(data->dtype, Mean ? value / static_cast<double>(data->size() / count) : value);
    return result;
}

std::optional<Array> scatter_nd(Context& c)
{
    auto data = load(c, 0);
    const auto indices = load(c, 1);
    const auto updates = load(c, 2);
    if (!data || !indices || !updates || indices->is_real() || updates->dtype != data->dtype ||
        indices->shape.empty() || c.attribute("reduction"))
        return std::nullopt;
    const auto depth = static_cast<std::size_t>(indices->shape.back());
    if (depth == 0 || depth > data->shape.size())
        return std::nullopt;
    const auto strides = row_major_strides(data->shape);
    const std::size_t block = std::accumulate(
        data->shape.begin() + static_cast<std::ptrdiff_t>(depth), data->shape.end(), std::size_t{1},
        [](std::size_t a, std::int64_t b) { return a * static_cast<std::size_t>(b); });
    const std::size_t count = indices->size() / depth;
    if (updates->size() != count * block)
        return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t to = 0;
        for (std::size_t d = 0; d < depth; ++d) {
            const auto at = normalize_axis(indices->ints[i * depth + d],
                                           static_cast<std::size_t>(data->shape[d]));
            if (!at)
                return std::nullopt;
            to += *at * strides[d];
        }
        for (std::size_t j = 0; j < block; ++j) {
            if (data->is_real())
                data->reals[to + j] = updates->reals[i * block + j];
            else
                data->ints[to + j] = updates->ints[i * block + j];
        }
    }
    return data;
}

constexpr Evaluator evaluator_list[] = {
    {"Exp", function<Exp>},
    {"Log", function<Log>},
    {"Sin", function<Sin>},
    {"Cos", function<Cos>},
    {"Tanh", function<Tanh>},
    {"Erf", function<Erf>},
    {"Sigmoid", function<Sigmoid>},
    {"Round", function<Round>},
    {"Sign", function<Sign>},
    {"Relu", function<Relu>},
    {"Pow", power},
    {"IsNaN", is_nan},
    {"EyeLike", eye_like},
    {"Trilu", triangle},
    {"Tile", tile},
    {"MatMul", matrix_product},
    {"CumSum", cumulative_sum},
    {"ReduceSum", reduce<Sum>},
    {"ReduceProd", reduce<Product>},
    {"ReduceMax", reduce<Largest>},
    {"ReduceMin", reduce<Smallest>},
    {"ReduceMean", reduce<Sum, true>},
    {"ScatterND", scatter_nd},
};

} // namespace

std::span<const Evaluator> function_evaluators()
{
    return evaluator_list;
}

} // namespace strata::infer
