// TypeProto in both directions. Tensors become element type and shape; types that nothing computes
// with (sequences, maps, optionals, opaque types) become a text that can be turned back.
#pragma once

#include "ir/onnx_model.h"
#include "onnx/wire_reader.h"
#include "onnx/wire_writer.h"

#include <string_view>

namespace strata {

/// Reads a TypeProto into the value's kind, dtype, shape and text. Throws wire::ReadFailure.
void read_type(const wire::Field& message, OnnxModel& model, OnnxValue& value);

/// The TypeProto of a value; empty when nothing is known of it.
wire::Buffer write_type(const OnnxModel& model, const OnnxValue& value);

/// ONNX's own spelling inside type texts: "float", "int64", "float8e4m3fn".
std::string onnx_type_name(DType type);
DType parse_onnx_type_name(std::string_view name);

} // namespace strata
