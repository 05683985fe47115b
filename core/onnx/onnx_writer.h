// ONNX files out: the structure goes through protobuf, weights are streamed straight out of the
// tensors.
#pragma once

#include "base/hash.h"
#include "base/result.h"
#include "base/task.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <filesystem>

namespace strata {

struct OnnxWriteOptions {
    bool external_data = false;              ///< forced when the model would pass 2 GB
    std::uint64_t external_threshold = 1024; ///< initializers smaller than this stay inside (bytes)
};

struct OnnxWriteResult {
    std::uint64_t bytes = 0;
    ContentHash hash;                    ///< of the ONNX file itself
    std::filesystem::path external_file; ///< empty when everything is inside
};

/// Writes the model atomically; with external data both files appear together, data first. IR
/// version 10 metadata on nodes is written as field 9 whatever libonnx knows. Nothing but one block
/// of non-contiguous weights is copied.
Result<OnnxWriteResult> write_onnx(const OnnxModel& model, const std::filesystem::path& path,
                                   const OnnxWriteOptions& options, TaskContext& task);

/// Runs libonnx's checker on a written file. Models newer than libonnx knows are reported as
/// MissingFeature.
Status check_onnx(const std::filesystem::path& path);

} // namespace strata
