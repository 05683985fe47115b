// ONNX files in: only the structure is read, weights stay in the mapped file.
#pragma once

#include "base/diagnostic.h"
#include "base/result.h"
#include "base/task.h"
#include "ir/onnx_model.h"

#include <filesystem>
#include <memory>

namespace strata {

struct OnnxReadResult {
    std::shared_ptr<OnnxModel> model;
    std::vector<Diagnostic> diagnostics;
};

/// Reads any ONNX file: every opset and IR version, functions, nested bodies, unknown domains and
/// fields. Errors (CannotRead) say what is wrong, at which byte or in which node, and what to do.
/// External data is mapped lazily; locations that leave the model's folder are refused. Never
/// trusts a length or an index from the file.
Result<OnnxReadResult> read_onnx(const std::filesystem::path& path, TaskContext& task);

/// One TensorProto file (ONNX's test-vector layout: input_0.pb).
Result<Tensor> read_tensor_proto(const std::filesystem::path& path, std::string* name = nullptr);
/// Writes a TensorProto file, atomically.
Status write_tensor_proto(const std::filesystem::path& path, const Tensor& tensor,
                          const std::string& name);

} // namespace strata
