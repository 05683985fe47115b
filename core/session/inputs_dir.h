// ONNX's test-vector layout: input_0.pb, input_1.pb, ..., and output_0.pb, ... beside them.
#pragma once

#include "base/result.h"
#include "runtime/onnx_runtime.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace strata {

/// Reads PREFIX_0.pb, PREFIX_1.pb, ... until one is missing. A folder that does not exist is a
/// Usage error; no file at all gives an empty list.
Result<std::vector<NamedTensor>> read_test_vectors(const std::filesystem::path& folder,
                                                   std::string_view prefix);

} // namespace strata
