// Element types of tensors, independent of any framework's numbering.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace strata {

enum class DType : std::uint8_t {
    Unknown,
    Float32,
    Float64,
    Float16,
    BFloat16,
    Float8E4M3FN,
    Float8E4M3FNUZ,
    Float8E5M2,
    Float8E5M2FNUZ,
    Float4E2M1,
    Float8E8M0,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt4,
    Int4,
    UInt2,
    Int2,
    Bool,
    Complex32,
    Complex64,
    Complex128,
    String,
    QInt8, ///< PyTorch's quantised storage types; they carry scale and zero point beside them
    QUInt8,
    QInt32
};

/// "float32", "int64", ...: numpy's spelling, which the command line and reports use.
std::string_view to_string(DType type);
/// Accepts numpy's, PyTorch's and C's usual names ("float", "half", "long", "f32"); nothing when
/// unknown.
std::optional<DType> parse_dtype(std::string_view name);

/// Bits of one element; 0 for Unknown and String.
std::size_t bits_per_element(DType type);
/// Bytes that `count` elements take when packed densely (4-bit types: two a byte).
std::size_t bytes_for(DType type, std::size_t count);

bool is_floating_point(DType type);
bool is_integer(DType type); ///< without bool
bool is_signed_integer(DType type);
bool is_complex(DType type);
bool is_quantized(DType type);

/// onnx.TensorProto.DataType numbers (https://onnx.ai/onnx/api/helper.html); 0 is UNDEFINED.
int to_onnx(DType type);
DType dtype_from_onnx(int number);

/// PyTorch's type promotion of two element types (torch.promote_types); Unknown when either is
/// unknown.
DType promote_types(DType a, DType b);

} // namespace strata
