// The numbers by which the torch.export schema names element types.
#pragma once

#include "base/dtype.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace strata {

/// ScalarType of the export schema (not c10's numbers); Unknown for numbers that the schema does
/// not have.
DType dtype_from_export_schema(std::int64_t number);

/// What the schema calls the number ("ComplexFloat", "BFloat16", ...); "element type 99" otherwise.
std::string export_schema_dtype_text(std::int64_t number);

} // namespace strata
