// Evaluation of small constant tensors: arithmetic, comparisons, and moving elements around. What
// is computed with reals is rounded as the type demands after each operation.
#include "passes/infer/constant_array.h"
#include "passes/infer/slice_range.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <unordered_map>

namespace strata::infer {
namespace {

std::optional<Array> same_elements(Context& c)
{
    auto array = load(c, 0);
    auto shape = output_shape(c);
    if (!array || !shape || count_of(*shape) != static_cast<std::int64_t>(array->size()))
        return std::nullopt;
    array->shape = std::move(*shape);
    return array;
}

std::optional<Array> broadcast_to_output(Context& c)
{
    const auto array = load(c, 0);
    const auto shape = output_shape(c);
    if (!array || !shape || array->shape.size() > shape->size())
        return std::nullopt;
    return pick(*array, *shape, broadcast_indices(array->shape, *shape));
}

template <class IntOp, class RealOp>
std::optional<Array> binary(Context& c, IntOp int_op, RealOp real_op)
{
    const auto a = load(c, 0);
    const auto b = load(c, 1);
    const auto shape = output_shape(c);
    if (c.input_count() != 2 || !a || !b || !shape || a->dtype != b->dtype ||
        a->shape.size() > shape->size() || b->shape.size() > shape->size())
        return std::nullopt;
    const auto left = broadcast_indices(a->shape, *shape);
    const auto right = broadcast_indices(b->shape, *shape);
    Array result;
    result.dtype = a->dtype;
    result.shape = *shape;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (a->is_real()) {
            const std::optional<double> value = real_op(a->reals[left[i]], b->reals[right[i]]);
            if (!value)
                return std::nullopt;
            result.reals.push_back(round_to(a->dtype, *value));
        } else {
            const std::optional<std::int64_t> value = int_op(a->ints[left[i]], b->ints[right[i]]);
            if (!value)
                return std::nullopt;
            result.ints.push_back(wrap_to(a->dtype, *value));
        }
    }
    return result;
}

using OptInt = std::optional<std::int64_t>;
using OptReal = std::optional<double>;

std::int64_t from_unsigned(std::uint64_t value)
{
    return static_cast<std::int64_t>(value);
}

std::optional<Array> add(Context& c)
{
    return binary(
        c,
        [](std::int64_t a, std::int64_t b) -> OptInt {
            return from_unsigned(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
        },
        [](double a, double b) -> OptReal { return a + b; });
}

std::optional<Array> subtract(Context& c)
{
    return binary(
        c,
        [](std::int64_t a, std::int64_t b) -> OptInt {
            return from_unsigned(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
        },
        [](double a, double b) -> OptReal { return a - b; });
}

std::optional<Array> multiply(Context& c)
{
    return binary(
        c,
        [](std::int64_t a, std::int64_t b) -> OptInt {
            return from_unsigned(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
        },
        [](double a, double b) -> OptReal { return a * b; });
}

std::optional<Array> divide(Context& c)
{
    return binary(
        c,
        [](std::int64_t a, std::int64_t b) -> OptInt {
            if (b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min()))
                return std::nullopt;
            return a / b;
        },
        [](double a, double b) -> OptReal { return a / b; });
}

std::optional<Array> modulo(Context& c)
{
    if (c.int_attribute("fmod", 0) != 0)
        return binary(
            c,
            [](std::int64_t a, std::int64_t b) -> OptInt {
                return b == 0 || b == -1 ? std::nullopt : OptInt(a % b);
            },
            [](double a, double b) -> OptReal { return std::fmod(a, b); });
    return binary(
        c,
        [](std::int64_t a, std::int64_t b) -> OptInt {
            if (b == 0 || b == -1)
                return b == 0 ? std::nullopt : OptInt(0);
            const std::int64_t rest = a % b;
            return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
        },
        [](double, double) -> OptReal { return std::nullopt; });
}

std::optional<Array> minimum(Context& c)
{
    return binary(
        c, [](std::int64_t a, std::int64_t b) -> OptInt { return std::min(a, b); },
        [](double a, double b) -> OptReal {
            return std::isnan(a) || std::isnan(b) ? std::nullopt : OptReal(std::min(a, b));
        });
}

std::optional<Array> maximum(Context& c)
{
    return binary(
        c, [](std::int64_t a, std::int64_t b) -> OptInt { return std::max(a, b); },
        [](double a, double b) -> OptReal {
            return std::isnan(a) || std::isnan(b) ? std::nullopt : OptReal(std::max(a, b));
        });
}

template <class Compare>
std::optional<Array> compare(Context& c)
{
    auto result = binary(
        c, [](std::int64_t a, std::int64_t b) -> OptInt { return Compare{}(a, b); },
        [](double a, double b) -> OptReal { return Compare{}(a, b) ? 1.0 : 0.0; });
    if (!result)
        return std::nullopt;
    for (double value : result->reals)
        result->ints.push_back(value != 0);
    result->reals.clear();
    result->dtype = DType::Bool;
    return result;
}

struct LogicalXor {
    bool operator()(auto a, auto b) const { return (a != 0) != (b != 0); }
};

template <class IntOp, class RealOp>
std::optional<Array> unary(Context& c, IntOp int_op, RealOp real_op)
{
    auto array = load(c, 0);
    if (!array)
        return std::nullopt;
    for (std::int64_t& value : array->ints)
        value = wrap_to(array->dtype, int_op(value));
    for (double& value : array->reals)
        value = round_to(array->dtype, real_op(value));
    return array;
}

std::optional<Array> negate(Context& c)
{
    return unary(
        c, [](std::int64_t v) { return from_unsigned(0 - static_cast<std::uint64_t>(v)); },
        [](double v) { return -v; });
}

std::optional<Array> absolute(Context& c)
{
    return unary(
        c,
        [](std::int64_t v) { return v < 0 ? from_unsigned(0 - static_cast<std::uint64_t>(v)) : v; },
        [](double v) { return std::fabs(v); });
}

std::optional<Array> logical_not(Context& c)
{
    return unary(
        c, [](std::int64_t v) -> std::int64_t { return v == 0; }, [](double v) { return v; });
}

template <double (*Function)(double)>
std::optional<Array> real_function(Context& c)
{
    return unary(
        c, [](std::int64_t v) { return v; }, [](double v) { return Function(v); });
}

double square_root(double v)
{
    return std::sqrt(v);
}
double round_down(double v)
{
    return std::floor(v);
}
double round_up(double v)
{
    return std::ceil(v);
}
double reciprocal(double v)
{
    return 1.0 / v;
}

std::optional<Array> cast(Context& c)
{
    auto array = load(c, 0);
    const DType to = c.model().values[c.output(0)].dtype;
    if (!array || !is_supported(to))
        return std::nullopt;
    const bool from_real = array->is_real();
    const DType from = array->dtype;
    array->dtype = to;
    if (from_real && is_floating_point(to)) {
        for (double& value : array->reals)
            value = round_to(to, value);
    } else if (from_real) {
        for (double value : array->reals) {
            // Outside the range, implementations differ.
            if (to != DType::Bool && !(std::fabs(value) < 9.0e18))
                return std::nullopt;
            const std::int64_t number =
                to == DType::Bool ? value != 0 : static_cast<std::int64_t>(value);
            if (wrap_to(to, number) != number)
                return std::nullopt;
            array->ints.push_back(number);
        }
        array->reals.clear();
    } else if (is_floating_point(to)) {
        for (std::int64_t value : array->ints)
            array->reals.push_back(to == DType::Float32
                                       ? static_cast<double>(static_cast<float>(value))
                                       : round_to(to, static_cast<double>(value)));
        array->ints.clear();
    } else if (from != to) {
        for (std::int64_t& value : array->ints)
            value = wrap_to(to, value);
    }
    return array;
}

std::optional<Array> concat(Context& c)
{
    const auto shape = output_shape(c);
    if (!shape)
        return std::nullopt;
    std::vector<Array> parts;
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        auto part = load(c, i);
        if (!part || part->shape.size() != shape->size() ||
            (!parts.empty() && part->dtype != parts.front().dtype))
            return std::nullopt;
        parts.push_back(std::move(*part));
    }
    const auto axis = normalize_axis(c.int_attribute("axis", 1), shape->size());
    if (parts.empty() || !axis)
        return std::nullopt;
    Array result;
    result.dtype = parts.front().dtype;
    result.shape = *shape;
    std::size_t outer = 1;
    for (std::size_t i = 0; i < *axis; ++i)
        outer *= static_cast<std::size_t>((*shape)[i]);
    for (std::size_t o = 0; o < outer; ++o) {
        for (const Array& part : parts) {
            const std::size_t block = part.size() / outer;
            for (std::size_t i = o * block; i < (o + 1) * block; ++i) {
                if (part.is_real())
                    result.reals.push_back(part.reals[i]);
                else
                    result.ints.push_back(part.ints[i]);
            }
        }
    }
    return result;
}

std::optional<Array> gather(Context& c)
{
    const auto data = load(c, 0);
    const auto indices = load(c, 1);
    const auto shape = output_shape(c);
    if (!data || !indices || indices->is_real() || !shape)
        return std::nullopt;
    const auto axis = normalize_axis(c.int_attribute("axis", 0), data->shape.size());
    if (!axis)
        return std::nullopt;
    std::size_t outer = 1;
    std::size_t inner = 1;
    for (std::size_t i = 0; i < *axis; ++i)
        outer *= static_cast<std::size_t>(data->shape[i]);
    for (std::size_t i = *axis + 1; i < data->shape.size(); ++i)
        inner *= static_cast<std::size_t>(data->shape[i]);
    const auto length = static_cast<std::size_t>(data->shape[*axis]);
    std::vector<std::size_t> source;
    for (std::size_t o = 0; o < outer; ++o) {
        for (std::int64_t index : indices->ints) {
            const auto at = normalize_axis(index, length);
            if (!at)
                return std::nullopt;
            for (std::size_t i = 0; i < inner; ++i)
                source.push_back((o * length + *at) * inner + i);
        }
    }
    return pick(*data, *shape, source);
}

std::optional<Array> transpose(Context& c)
{
    const auto data = load(c, 0);
    const auto shape = output_shape(c);
    if (!data || !shape || shape->size() != data->shape.size())
        return std::nullopt;
    const std::size_t rank = shape->size();
    const auto* permutation = c.ints_attribute("perm");
    const auto strides = row_major_strides(data->shape);
    const auto result_strides = row_major_strides(*shape);
    std::vector<std::size_t> source(data->size(), 0);
    for (std::size_t i = 0; i < source.size(); ++i) {
        for (std::size_t d = 0; d < rank; ++d) {
            const std::size_t axis =
                permutation ? static_cast<std::size_t>((*permutation)[d]) : rank - 1 - d;
            source[i] +=
                (i / result_strides[d]) % static_cast<std::size_t>((*shape)[d]) * strides[axis];
        }
    }
    return pick(*data, *shape, source);
}

std::optional<Array> slice(Context& c)
{
    const auto data = load(c, 0);
    const auto shape = output_shape(c);
    if (!data || !shape || shape->size() != data->shape.size())
        return std::nullopt;
    const auto ranges = slice_ranges(c, data->shape.size());
    if (!ranges.axes_known)
        return std::nullopt;
    std::vector<std::int64_t> first(shape->size(), 0);
    std::vector<std::int64_t> step(shape->size(), 1);
    for (const SliceRange& range : ranges.ranges) {
        if (!range.start.is_number() || !range.step.is_number())
            return std::nullopt;
        const std::int64_t size = data->shape[range.axis];
        std::int64_t start = range.start.number;
        if (start < 0 && start >= -size)
            start += size;
        step[range.axis] = range.step.number;
        first[range.axis] = std::clamp<std::int64_t>(
            start, 0, std::max<std::int64_t>(range.step.number > 0 ? size : size - 1, 0));
    }
    const auto strides = row_major_strides(data->shape);
    const auto result_strides = row_major_strides(*shape);
    std::vector<std::size_t> source(static_cast<std::size_t>(count_of(*shape)), 0);
    for (std::size_t i = 0; i < source.size(); ++i)
        for (std::size_t d = 0; d < shape->size(); ++d) {
            const auto at = static_cast<std::int64_t>((i / result_strides[d]) %
                                                      static_cast<std::size_t>((*shape)[d]));
            source[i] += static_cast<std::size_t>(first[d] + at * step[d]) * strides[d];
        }
    return pick(*data, *shape, source);
}

std::optional<Array> where(Context& c)
{
    const auto condition = load(c, 0);
    const auto yes = load(c, 1);
    const auto no = load(c, 2);
    const auto shape = output_shape(c);
    if (!condition || condition->is_real() || !yes || !no || !shape || yes->dtype != no->dtype)
        return std::nullopt;
    const auto which = broadcast_indices(condition->shape, *shape);
    const auto from_yes = broadcast_indices(yes->shape, *shape);
    const auto from_no = broadcast_indices(no->shape, *shape);
    Array result;
    result.dtype = yes->dtype;
    result.shape = *shape;
    for (std::size_t i = 0; i < which.size(); ++i) {
        const bool take = condition->ints[which[i]] != 0;
        const Array& source = take ? *yes : *no;
        const std::size_t at = take ? from_yes[i] : from_no[i];
        if (source.is_real())
            result.reals.push_back(source.reals[at]);
        else
            result.ints.push_back(source.ints[at]);
    }
    return result;
}

std::optional<Array> range(Context& c)
{
    const auto start = load(c, 0);
    const auto step = load(c, 2);
    const auto shape = output_shape(c);
    if (!start || !step || !shape || start->size() != 1 || step->size() != 1)
        return std::nullopt;
    Array result;
    result.dtype = start->dtype;
    result.shape = *shape;
    for (std::int64_t i = 0; i < shape->front(); ++i) {
        // As PyTorch counts: one multiplication per element, no sum that drifts.
        if (start->is_real())
            result.reals.push_back(round_to(
                start->dtype, start->reals.front() + static_cast<double>(i) * step->reals.front()));
        else
            result.ints.push_back(start->ints.front() + i * step->ints.front());
    }
    return result;
}

std::optional<Array> constant_of_shape(Context& c)
{
    const auto shape = output_shape(c);
    if (!shape)
        return std::nullopt;
    Array fill;
    fill.dtype = DType::Float32;
    if (const Attribute* value = c.attribute("value")) {
        const auto* tensor = std::get_if<Tensor>(&value->value);
        if (!tensor || !is_supported(tensor->dtype))
            return std::nullopt;
        fill.dtype = tensor->dtype;
        const auto element = tensor->to_doubles();
        const auto number =
            fill.is_real() ? Result<std::vector<std::int64_t>>{} : tensor->to_int64s();
        if (!element || !number || element->size() != 1)
            return std::nullopt;
        if (fill.is_real())
            fill.reals = *element;
        else
            fill.ints = *number;
    } else {
        fill.reals = {0.0};
    }
    return pick(fill, *shape,
                std::vector<std::size_t>(static_cast<std::size_t>(count_of(*shape)), 0));
}

std::unordered_map<std::string_view, Evaluate>
with_functions(std::unordered_map<std::string_view, Evaluate> table)
{
    for (const Evaluator& entry : function_evaluators())
        table.emplace(entry.op, entry.evaluate);
    return table;
}

const std::unordered_map<std::string_view, Evaluate>& evaluators()
{
    static const std::unordered_map<std::string_view, Evaluate> table = with_functions({
        {"Identity", same_elements},
        {"Reshape", same_elements},
        {"Flatten", same_elements},
        {"Squeeze", same_elements},
        {"Unsqueeze", same_elements},
        {"Expand", broadcast_to_output},
        {"Add", add},
        {"Sub", subtract},
        {"Mul", multiply},
        {"Div", divide},
        {"Mod", modulo},
        {"Min", minimum},
        {"Max", maximum},
        {"Equal", compare<std::equal_to<>>},
        {"Less", compare<std::less<>>},
        {"LessOrEqual", compare<std::less_equal<>>},
        {"Greater", compare<std::greater<>>},
        {"GreaterOrEqual", compare<std::greater_equal<>>},
        {"And", compare<std::logical_and<>>},
        {"Or", compare<std::logical_or<>>},
        {"Xor", compare<LogicalXor>},
        {"Not", logical_not},
        {"Neg", negate},
        {"Abs", absolute},
        {"Sqrt", real_function<square_root>},
        {"Floor", real_function<round_down>},
        {"Ceil", real_function<round_up>},
        {"Reciprocal", real_function<reciprocal>},
        {"Cast", cast},
        {"CastLike", cast},
        {"Concat", concat},
        {"Gather", gather},
        {"Slice", slice},
        {"Transpose", transpose},
        {"Where", where},
        {"Range", range},
        {"ConstantOfShape", constant_of_shape},
    });
    return table;
}

} // namespace

std::optional<Tensor> evaluate_constant(Context& c)
{
    if (!c.has_output(0))
        return std::nullopt;
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        // Cheap way out: most nodes have an input that is computed.
        if (!c.has_input(i))
            continue;
        const ValueId id = c.input(i);
        const ValueFact* fact = c.facts().find(id);
        if (c.model().values[id].initializer == no_id && !(fact && fact->constant))
            return std::nullopt;
    }
    const auto it = evaluators().find(c.model().text(c.node().op_type));
    if (it == evaluators().end())
        return std::nullopt;
    const auto array = it->second(c);
    return array ? store(*array) : std::nullopt;
}

} // namespace strata::infer
