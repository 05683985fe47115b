#include "base/dtype.h"

#include <array>
#include <utility>

namespace strata {
namespace {

struct Info {
    DType type;
    std::string_view name;
    int onnx;
    std::size_t bits;
};

// ONNX numbers: onnx.proto's TensorProto.DataType. Complex32 and quantised types have none.
constexpr std::array infos{
    Info{DType::Unknown, "unknown", 0, 0},
    Info{DType::Float32, "float32", 1, 32},
    Info{DType::Float64, "float64", 11, 64},
    Info{DType::Float16, "float16", 10, 16},
    Info{DType::BFloat16, "bfloat16", 16, 16},
    Info{DType::Float8E4M3FN, "float8_e4m3fn", 17, 8},
    Info{DType::Float8E4M3FNUZ, "float8_e4m3fnuz", 18, 8},
    Info{DType::Float8E5M2, "float8_e5m2", 19, 8},
    Info{DType::Float8E5M2FNUZ, "float8_e5m2fnuz", 20, 8},
    Info{DType::Float4E2M1, "float4_e2m1", 23, 4},
    Info{DType::Float8E8M0, "float8_e8m0", 24, 8},
    Info{DType::UInt8, "uint8", 2, 8},
    Info{DType::UInt16, "uint16", 4, 16},
    Info{DType::UInt32, "uint32", 12, 32},
    Info{DType::UInt64, "uint64", 13, 64},
    Info{DType::Int8, "int8", 3, 8},
    Info{DType::Int16, "int16", 5, 16},
    Info{DType::Int32, "int32", 6, 32},
    Info{DType::Int64, "int64", 7, 64},
    Info{DType::UInt4, "uint4", 21, 4},
    Info{DType::Int4, "int4", 22, 4},
    Info{DType::UInt2, "uint2", 25, 2},
    Info{DType::Int2, "int2", 26, 2},
    Info{DType::Bool, "bool", 9, 8},
    Info{DType::Complex32, "complex32", 0, 32},
    Info{DType::Complex64, "complex64", 14, 64},
    Info{DType::Complex128, "complex128", 15, 128},
    Info{DType::String, "string", 8, 0},
    Info{DType::QInt8, "qint8", 0, 8},
    Info{DType::QUInt8, "quint8", 0, 8},
    Info{DType::QInt32, "qint32", 0, 32},
};

constexpr const Info& info(DType type)
{
    return infos[static_cast<std::size_t>(type)];
}

constexpr std::array<std::pair<std::string_view, DType>, 20> aliases{{
    {"float", DType::Float32},    {"f32", DType::Float32},
    {"double", DType::Float64},   {"f64", DType::Float64},
    {"half", DType::Float16},     {"f16", DType::Float16},
    {"bf16", DType::BFloat16},    {"byte", DType::UInt8},
    {"u8", DType::UInt8},         {"char", DType::Int8},
    {"i8", DType::Int8},          {"short", DType::Int16},
    {"i16", DType::Int16},        {"int", DType::Int32},
    {"i32", DType::Int32},        {"long", DType::Int64},
    {"i64", DType::Int64},        {"boolean", DType::Bool},
    {"cfloat", DType::Complex64}, {"cdouble", DType::Complex128},
}};

} // namespace

std::string_view to_string(DType type)
{
    return info(type).name;
}

std::optional<DType> parse_dtype(std::string_view name)
{
    if (name.starts_with("torch."))
        name.remove_prefix(6);
    for (const Info& entry : infos)
        if (entry.name == name && entry.type != DType::Unknown)
            return entry.type;
    for (const auto& [alias, type] : aliases)
        if (alias == name)
            return type;
    return std::nullopt;
}

std::size_t bits_per_element(DType type)
{
    return info(type).bits;
}

std::size_t bytes_for(DType type, std::size_t count)
{
    return (count * info(type).bits + 7) / 8;
}

bool is_floating_point(DType type)
{
    return type >= DType::Float32 && type <= DType::Float8E8M0;
}

bool is_integer(DType type)
{
    return type >= DType::UInt8 && type <= DType::Int2;
}

bool is_signed_integer(DType type)
{
    switch (type) {
    case DType::Int8:
    case DType::Int16:
    case DType::Int32:
    case DType::Int64:
    case DType::Int4:
    case DType::Int2:
        return true;
    default:
        return false;
    }
}

bool is_complex(DType type)
{
    return type >= DType::Complex32 && type <= DType::Complex128;
}

bool is_quantized(DType type)
{
    return type >= DType::QInt8;
}

int to_onnx(DType type)
{
    return info(type).onnx;
}

DType dtype_from_onnx(int number)
{
    if (number > 0)
        for (const Info& entry : infos)
            if (entry.onnx == number)
                return entry.type;
    return DType::Unknown;
}

DType promote_types(DType a, DType b)
{
    if (a == b)
        return a;
    if (a == DType::Unknown || b == DType::Unknown)
        return DType::Unknown;
    // Rank by category first: bool < integer < floating point < complex.
    auto category = [](DType t) {
        return t == DType::Bool       ? 0
               : is_integer(t)        ? 1
               : is_floating_point(t) ? 2
               : is_complex(t)        ? 3
                                      : 4;
    };
    const int ca = category(a);
    const int cb = category(b);
    if (ca != cb) {
        const DType high = ca > cb ? a : b;
        const DType low = ca > cb ? b : a;
        // A double with a complex64 makes a complex128.
        if (high == DType::Complex64 && low == DType::Float64)
            return DType::Complex128;
        return high;
    }
    if (ca == 1) {
        const std::size_t wa = bits_per_element(a);
        const std::size_t wb = bits_per_element(b);
        const bool sa = is_signed_integer(a);
        const bool sb = is_signed_integer(b);
        if (sa == sb)
            return wa > wb ? a : b;
        const std::size_t unsigned_width = sa ? wb : wa;
        const std::size_t signed_width = sa ? wa : wb;
        if (signed_width > unsigned_width)
            return sa ? a : b;
        return unsigned_width == 8    ? DType::Int16
               : unsigned_width == 16 ? DType::Int32
                                      : DType::Int64;
    }
    if (ca == 2) {
        if (bits_per_element(a) == bits_per_element(b))
            return DType::Float32; // float16 with bfloat16
        return bits_per_element(a) > bits_per_element(b) ? a : b;
    }
    return bits_per_element(a) > bits_per_element(b) ? a : b;
}

} // namespace strata
