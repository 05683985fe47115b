// Inputs from files: ONNX's test vectors, NumPy arrays, or a single file of either kind.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "runtime/onnx_runtime.h"

#include <filesystem>
#include <string_view>
#include <vector>

namespace strata {

/// Reads PREFIX_0.pb, PREFIX_1.pb, ... until one is missing; where there is none, PREFIX_0.npy,
/// PREFIX_1.npy, ... A folder that does not exist is a Usage error; no file at all gives an empty
/// list.
Result<std::vector<NamedTensor>> read_test_vectors(const std::filesystem::path& folder,
                                                   std::string_view prefix);

/// What --inputs names: a folder of test vectors (input_0.pb, ...) or of .npy files, a .npz, .npy
/// or TensorProto file. Names are those of the tensors, arrays or files; "arr_0", "input_0" and the
/// name of a lone .npy file count by position and come back empty. Fails with Usage where there is
/// nothing to read.
Result<std::vector<NamedTensor>> read_inputs(const std::filesystem::path& path, TaskContext& task);

/// Lets the tensors count by position unless every name is a flat name of one of `arguments`
/// (fx_expand_inputs.h): test vectors made for another exporter may carry other names.
void drop_foreign_names(std::vector<NamedTensor>& tensors,
                        const std::vector<std::string>& arguments);

} // namespace strata
