// Finds and loads the ONNX Runtime library.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

struct OrtApi;

namespace strata {

/// The loaded library. It stays loaded until the program ends: its threads do not survive
/// unloading.
struct OrtLibrary {
    const OrtApi* api = nullptr;
    std::string version; ///< "1.29.0"
};

/// Where the library is looked for, in this order. $STRATA_ONNXRUNTIME, when set, is the only
/// place.
std::vector<std::filesystem::path> onnx_runtime_candidates();

/// Fails with MissingFeature; the message says where it was looked for and how to get it.
Result<OrtLibrary> load_onnx_runtime();

} // namespace strata
