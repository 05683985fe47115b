// Conversions between real and quantised tensors.
#include "passes/infer/context.h"

namespace strata::infer {
namespace {

void same_shape(Context& c)
{
    if (const Shape* data = c.shape(0))
        c.set_shape(0, *data);
}

std::string quantize(Context& c)
{
    const auto wanted = c.find_int("output_dtype");
    if (c.has_input(2))
        c.set_dtype(0, c.dtype(2));
    else if (wanted && *wanted != 0)
        c.set_dtype(0, dtype_from_onnx(static_cast<int>(*wanted)));
    else
        c.set_dtype(0, DType::UInt8);
    same_shape(c);
    return {};
}

std::string dequantize(Context& c)
{
    const auto wanted = c.find_int("output_dtype");
    if (wanted && *wanted != 0)
        c.set_dtype(0, dtype_from_onnx(static_cast<int>(*wanted)));
    else
        c.set_dtype(0, c.dtype(1)); // before opset 19 the scale is always float32
    same_shape(c);
    return {};
}

std::string dynamic_quantize(Context& c)
{
    c.set_dtype(0, DType::UInt8);
    same_shape(c);
    c.set(1, DType::Float32, {});
    c.set(2, DType::UInt8, {});
    return {};
}

constexpr Entry rules[] = {
    {"QuantizeLinear", quantize},
    {"DequantizeLinear", dequantize},
    {"DynamicQuantizeLinear", dynamic_quantize},
};

} // namespace

std::span<const Entry> quantization_rules()
{
    return rules;
}

} // namespace strata::infer
