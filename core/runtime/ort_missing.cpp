// Stands in for ort_session.cpp when Strata is built without ONNX Runtime's header.
#include "runtime/onnx_runtime.h"

namespace strata {

namespace {

tl::unexpected<Error> missing()
{
    return failure(ErrorCode::MissingFeature,
                   "This Strata was built without ONNX Runtime, so models cannot be run. Get ONNX "
                   "Runtime with packaging/fetch_onnxruntime.sh or from your distribution "
                   "(libonnxruntime-dev), and build again.");
}

} // namespace

Result<std::unique_ptr<OnnxSession>> open_onnx_session(const std::filesystem::path&)
{
    return missing();
}

Status optimize_onnx(const std::filesystem::path&, const std::filesystem::path&, GraphOptimization)
{
    return missing();
}

std::string onnx_runtime_version()
{
    return {};
}

} // namespace strata
