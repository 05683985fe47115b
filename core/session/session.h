// Whole jobs: open, export, audit, verify. The command line and the window call these and nothing
// below them.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/inspection.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strata {

enum class Strategy { Auto, Fx, Htp };
std::string_view to_string(Strategy strategy);

/// "NAME:DTYPE[D,D,...]" of the command line; the name may be empty.
struct InputSpec {
    std::string name;
    DType dtype = DType::Float32;
    std::vector<std::int64_t> shape;
};
Result<InputSpec> parse_input_spec(std::string_view text);

/// "NAME:AXIS=SYMBOL".
struct DynamicAxis {
    std::string name;
    std::int64_t axis = 0;
    std::string symbol;
};
Result<DynamicAxis> parse_dynamic_axis(std::string_view text);

/// The ONNX opsets that can be written, and the one that is written when none is asked for: the
/// newest that the ONNX packages of all supported platforms can check. Opset 20 has Gelu as one
/// node instead of five.
inline constexpr int oldest_opset = 13;
inline constexpr int newest_opset = 20;
inline constexpr int default_opset = 17;

struct ExportOptions {
    std::string model; ///< of a .pt2 archive with several models the one to open
    Strategy strategy = Strategy::Auto;
    std::vector<InputSpec> inputs;
    std::optional<std::filesystem::path> inputs_dir; ///< a folder or file, see inputs_dir.h
    std::vector<DynamicAxis> dynamic_axes;
    int opset = default_opset;
    bool fold_batch_norm = true; ///< BatchNorm becomes part of the convolution before it
    bool external_data = false;
    bool sidecar = true;
    bool profile = false; ///< run the model and measure every operator
    bool parity = false;  ///< run the model and its export, and compare node by node
    bool strict = false;  ///< unsupported operators: no file at all
};

/// Opens any model file. A PyTorch model is lowered in memory (nothing is written) so that it can
/// be looked at; an ONNX file is read and attributed.
Result<std::shared_ptr<const Inspection>>
open_model(const std::filesystem::path& path, const ExportOptions& options, TaskContext& task);

/// Opens any model file just far enough to see its modules: a PyTorch model is loaded but not
/// lowered
/// (`Inspection::model` is null), an ONNX file is read and attributed.
/// `model` chooses among the models of a .pt2 archive.
Result<std::shared_ptr<const Inspection>> load_model(const std::filesystem::path& path,
                                                     const std::string& model, TaskContext& task);
inline Result<std::shared_ptr<const Inspection>> load_model(const std::filesystem::path& path,
                                                            TaskContext& task)
{
    return load_model(path, {}, task);
}

/// The names of the models in a .pt2 archive; none for files of other kinds. Reads no more than
/// the archive's directory.
std::vector<std::string> models_in(const std::filesystem::path& path);

/// Checks, before any long work, that `output` can be written: its folder exists and is writable,
/// it is not a folder itself and not one of `sources`. Fails with Usage.
Status check_output_path(const std::filesystem::path& output,
                         const std::vector<std::filesystem::path>& sources);

/// Writes the ONNX file and the sidecar of an opened PyTorch model. Returns the inspection with the
/// file's path, hash and write time filled in. Unsupported operators do not fail here unless
/// `strict`.
Result<std::shared_ptr<const Inspection>>
write_export(const std::shared_ptr<const Inspection>& inspection,
             const std::filesystem::path& output, const ExportOptions& options, TaskContext& task);

struct AuditOptions {
    std::optional<std::filesystem::path> source;
    std::string source_model; ///< of a .pt2 archive with several models the one to take
    std::optional<std::filesystem::path> output; ///< annotated copy
    /// Content hashes of file and source: reports and reviews name them. Without, a large file's
    /// weights are not read where names tell everything.
    bool hash_files = true;
};
Result<std::shared_ptr<const Inspection>>
audit_model(const std::filesystem::path& path, const AuditOptions& options, TaskContext& task);

struct OutputParity {
    std::string name;
    double max_abs = 0.0;
    double max_rel = 0.0;
    bool ok = false;
    std::string note;    ///< "shape differs: [1,10] against [10]"
    std::string against; ///< what it was compared with: "PyTorch", "recorded outputs"
};
/// Tolerances of outputs in half types are at least these: a few of their rounding steps.
inline constexpr double float16_atol = 2e-3;
inline constexpr double float16_rtol = 1e-2;
inline constexpr double bfloat16_atol = 2e-2;
inline constexpr double bfloat16_rtol = 5e-2;

/// Runs `onnx` in ONNX Runtime against the source model in LibTorch, or against recorded outputs
/// when `inputs_dir` has output_N.pb and no source is given, or one that LibTorch does not run: a
/// .pt2 file, or operators that it lacks for a dtype on this processor.
struct VerifyOptions {
    std::filesystem::path onnx;
    std::optional<std::filesystem::path> source;
    std::optional<std::filesystem::path> inputs_dir;
    std::vector<InputSpec> inputs; ///< random data of these shapes when there is no directory
    double atol = 1e-4;
    double rtol = 1e-3;
};
Result<std::vector<OutputParity>> verify_model(const VerifyOptions& options, TaskContext& task);

/// "MODEL.hierarchy.json" beside an ONNX file.
std::filesystem::path sidecar_path(const std::filesystem::path& onnx);

} // namespace strata
