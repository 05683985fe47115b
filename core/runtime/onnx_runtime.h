// ONNX Runtime, found at run time (dlopen of libonnxruntime.so.1 through its C API): the real
// engine for parity.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/tensor.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace strata {

struct NamedTensor {
    std::string name;
    Tensor tensor;
};

/// One model, loaded. Not thread-safe.
class OnnxSession {
public:
    virtual ~OnnxSession() = default;
    virtual std::vector<std::string> input_names() const = 0;
    virtual std::vector<std::string> output_names() const = 0;
    /// Runs on inputs in the order of input_names(); outputs in the order of output_names().
    virtual Result<std::vector<NamedTensor>> run(const std::vector<Tensor>& inputs,
                                                 TaskContext& task) = 0;
    /// The same for some of the outputs, in the order of `outputs`. Others are not kept.
    virtual Result<std::vector<NamedTensor>> run(const std::vector<Tensor>& inputs,
                                                 const std::vector<std::string>& outputs,
                                                 TaskContext& task) = 0;
};

/// Fails with MissingFeature when ONNX Runtime is not on the machine; the message says how to get
/// it. Looked for in $STRATA_ONNXRUNTIME (a file), beside strata_core, in the folder packaging/
/// puts it, and on the loader's path.
Result<std::unique_ptr<OnnxSession>> open_onnx_session(const std::filesystem::path& path);

enum class GraphOptimization { Basic, Extended };
/// Writes the model as ONNX Runtime's own optimiser leaves it: `Basic` folds constants and removes
/// what is redundant, `Extended` also fuses operators into ONNX Runtime's own ones. Fails like
/// open_onnx_session(), and with CannotWrite when no file appears.
Status optimize_onnx(const std::filesystem::path& path, const std::filesystem::path& output,
                     GraphOptimization level);
/// "1.29.0", or nothing when it is not found.
std::string onnx_runtime_version();

/// How two tensors differ. Equal infinities and two NaNs do not differ; any other pair with one of
/// them differs infinitely. Element types that nothing computes with are compared byte by byte.
struct TensorDifference {
    bool same_shape = false;
    bool same_dtype = false;
    double max_abs = 0.0;
    double max_rel = 0.0; ///< |a-b| / |b|, where b is not 0
    double largest = 0.0; ///< |b|, where it is finite
    bool ok =
        false; ///< same shape and dtype, and |a-b| <= atol + rtol*|b| everywhere (NaN equals NaN)
};
Result<TensorDifference> compare_tensors(const Tensor& actual, const Tensor& expected, double atol,
                                         double rtol);

} // namespace strata
