#include "pt2/pt2_dtype.h"

#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

struct SchemaType {
    std::int64_t number;
    std::string_view name;
    DType dtype;
};

constexpr std::array<SchemaType, 21> schema_types{{
    {1, "Byte", DType::UInt8},
    {2, "Char", DType::Int8},
    {3, "Short", DType::Int16},
    {4, "Int", DType::Int32},
    {5, "Long", DType::Int64},
    {6, "Half", DType::Float16},
    {7, "Float", DType::Float32},
    {8, "Double", DType::Float64},
    {9, "ComplexHalf", DType::Complex32},
    {10, "ComplexFloat", DType::Complex64},
    {11, "ComplexDouble", DType::Complex128},
    {12, "Bool", DType::Bool},
    {13, "BFloat16", DType::BFloat16},
    {28, "UInt16", DType::UInt16},
    {29, "Float8_e4m3fn", DType::Float8E4M3FN},
    {30, "Float8_e5m2", DType::Float8E5M2},
    {31, "Float8_e4m3fnuz", DType::Float8E4M3FNUZ},
    {32, "Float8_e5m2fnuz", DType::Float8E5M2FNUZ},
    {33, "Float8_e8m0fnu", DType::Float8E8M0},
    {34, "UInt32", DType::UInt32},
    {35, "UInt64", DType::UInt64},
}};

const SchemaType* find_type(std::int64_t number)
{
    for (const SchemaType& type : schema_types)
        if (type.number == number)
            return &type;
    return nullptr;
}

} // namespace

DType dtype_from_export_schema(std::int64_t number)
{
    const SchemaType* type = find_type(number);
    return type ? type->dtype : DType::Unknown;
}

std::string export_schema_dtype_text(std::int64_t number)
{
    const SchemaType* type = find_type(number);
    return type ? std::string(type->name) : fmt::format("element type {}", number);
}

} // namespace strata
