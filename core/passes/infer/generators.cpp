// Operators that make tensors from attributes, shapes or scalars.
#include "passes/infer/context.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace strata::infer {
namespace {

DType dtype_attribute(const Context& c, std::string_view name, DType fallback)
{
    const auto number = c.find_int(name);
    return number ? dtype_from_onnx(static_cast<int>(*number)) : fallback;
}

template <class T>
Tensor pack(DType type, std::vector<std::int64_t> shape, const std::vector<T>& values)
{
    const auto bytes = std::as_bytes(std::span(values));
    return Tensor::from_bytes(type, std::move(shape), {bytes.begin(), bytes.end()});
}

std::string constant(Context& c)
{
    std::optional<Tensor> tensor;
    if (const Attribute* value = c.attribute("value")) {
        if (const auto* t = std::get_if<Tensor>(&value->value))
            tensor = *t;
    } else if (const Attribute* real = c.attribute("value_float")) {
        if (const auto* f = std::get_if<float>(&real->value))
            tensor = pack<float>(DType::Float32, {}, {*f});
    } else if (const auto number = c.find_int("value_int")) {
        tensor = Tensor::scalar_int64(*number);
    } else if (const Attribute* reals = c.attribute("value_floats")) {
        if (const auto* list = std::get_if<std::vector<float>>(&reals->value))
            tensor = pack(DType::Float32, {static_cast<std::int64_t>(list->size())}, *list);
    } else if (const auto* numbers = c.ints_attribute("value_ints")) {
        tensor = Tensor::int64s(*numbers);
    } else if (c.attribute("value_string")) {
        c.set(0, DType::String, {});
    } else if (const Attribute* texts = c.attribute("value_strings")) {
        c.set_dtype(0, DType::String);
        if (const auto* list = std::get_if<std::vector<std::string>>(&texts->value))
            c.set_shape(0, {Dim::of(static_cast<std::int64_t>(list->size()))});
    }
    if (!tensor)
        return {};
    const auto count = checked_element_count(tensor->shape);
    if (!count)
        return "the value's dimensions are not valid";
    if (*count <= 4096) {
        c.set_constant(0, std::move(*tensor));
        return {};
    }
    Shape shape;
    for (std::int64_t dim : tensor->shape)
        shape.push_back(Dim::of(dim));
    c.set(0, tensor->dtype, shape);
    return {};
}

Shape shape_from_elements(const Context& c, const std::vector<ShapeInt>& elements)
{
    Shape shape;
    for (const ShapeInt& element : elements)
        shape.push_back(c.math().to_dim(element));
    return shape;
}

std::string constant_of_shape(Context& c)
{
    DType type = DType::Float32;
    if (const Attribute* value = c.attribute("value"))
        if (const auto* tensor = std::get_if<Tensor>(&value->value))
            type = tensor->dtype;
    c.set_dtype(0, type);
    if (const auto elements = c.elements(0))
        c.set_shape(0, shape_from_elements(c, *elements));
    return {};
}

std::string shape_of(Context& c)
{
    c.set_dtype(0, DType::Int64);
    const Shape* data = c.shape(0);
    if (!data) {
        c.set_rank(0, 1);
        return {};
    }
    const auto rank = static_cast<std::int64_t>(data->size());
    auto clamp = [rank](std::int64_t at) {
        return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
    };
    const std::int64_t start = clamp(c.int_attribute("start", 0));
    const std::int64_t end = std::max(start, clamp(c.int_attribute("end", rank)));
    c.set_shape(0, {Dim::of(end - start)});
    std::vector<ShapeInt> elements;
    for (std::int64_t i = start; i < end; ++i)
        elements.push_back(c.math().from_dim((*data)[static_cast<std::size_t>(i)]));
    c.set_elements(0, elements, 1);
    return {};
}

std::string size_of(Context& c)
{
    c.set(0, DType::Int64, {});
    if (const Shape* data = c.shape(0))
        c.set_elements(0, {c.math().product(*data)}, 0);
    return {};
}

std::string range(Context& c)
{
    c.set_dtype(0, c.dtype(0));
    const auto start = c.constant(0);
    const auto limit = c.constant(1);
    const auto step = c.constant(2);
    if (start && limit && step) {
        const auto from = start->to_doubles();
        const auto to = limit->to_doubles();
        const auto by = step->to_doubles();
        if (from && to && by && from->size() == 1 && to->size() == 1 && by->size() == 1) {
            if (by->front() == 0)
                return "delta is 0";
            const double count =
                std::max(std::ceil((to->front() - from->front()) / by->front()), 0.0);
            if (count < 9e15) {
                c.set_shape(0, {Dim::of(static_cast<std::int64_t>(count))});
                return {};
            }
        }
    }
    const auto first = c.elements(0);
    const auto last = c.elements(1);
    const auto delta = c.scalar_int(2);
    Dim count;
    if (first && last && delta && *delta > 0 && first->size() == 1 && last->size() == 1) {
        const ShapeInt span = c.math().sub(last->front(), first->front());
        if (c.math().is_non_negative(span))
            count = c.math().to_dim(c.math().ceil_div(span, *delta));
    }
    c.set_shape(0, {count});
    return {};
}

std::string eye_like(Context& c)
{
    c.set_dtype(0, dtype_attribute(c, "dtype", c.dtype(0)));
    if (const Shape* data = c.shape(0))
        c.set_shape(0, *data);
    return {};
}

std::string random_of_shape(Context& c)
{
    c.set_dtype(0, dtype_attribute(c, "dtype", DType::Float32));
    if (const auto* shape = c.ints_attribute("shape")) {
        Shape dims;
        for (std::int64_t dim : *shape)
            dims.push_back(c.math().to_dim(ShapeInt::of(dim)));
        c.set_shape(0, dims);
    }
    return {};
}

std::string multinomial(Context& c)
{
    c.set_dtype(0, dtype_attribute(c, "dtype", DType::Int32));
    const Shape* data = c.shape(0);
    c.set_shape(0, {data && !data->empty() ? data->front() : Dim{},
                    c.math().to_dim(ShapeInt::of(c.int_attribute("sample_size", 1)))});
    return {};
}

std::string one_hot(Context& c)
{
    c.set_dtype(0, c.dtype(2));
    const Shape* indices = c.shape(0);
    if (!indices)
        return {};
    const std::int64_t wanted = c.int_attribute("axis", -1);
    const auto axis = normalize_axis(wanted, indices->size() + 1);
    if (!axis)
        return fmt::format("axis {} is outside rank {}", wanted, indices->size() + 1);
    Dim depth;
    if (const auto elements = c.elements(1); elements && elements->size() == 1)
        depth = c.math().to_dim(elements->front());
    Shape result = *indices;
    result.insert(result.begin() + static_cast<std::ptrdiff_t>(*axis), depth);
    c.set_shape(0, result);
    return {};
}

// Hann, Hamming and Blackman windows.
std::string window(Context& c)
{
    c.set_dtype(0, dtype_attribute(c, "output_datatype", DType::Float32));
    Dim size;
    if (const auto elements = c.elements(0); elements && elements->size() == 1)
        size = c.math().to_dim(elements->front());
    c.set_shape(0, {size});
    return {};
}

constexpr Entry rules[] = {
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Shape", shape_of},
    {"Size", size_of},
    {"Range", range},
    {"EyeLike", eye_like},
    {"RandomNormal", random_of_shape},
    {"RandomUniform", random_of_shape},
    {"RandomNormalLike", eye_like},
    {"RandomUniformLike", eye_like},
    {"Multinomial", multinomial},
    {"OneHot", one_hot},
    {"HannWindow", window},
    {"HammingWindow", window},
    {"BlackmanWindow", window},
};

} // namespace

std::span<const Entry> generator_rules()
{
    return rules;
}

} // namespace strata::infer
