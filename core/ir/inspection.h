// Everything about one opened file: built in a worker, then only read.
#pragma once

#include "base/diagnostic.h"
#include "ir/attribution.h"
#include "ir/fx_accounting.h"
#include "ir/program.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strata {

/// Seconds spent, by phase, as --json reports them.
struct PhaseSeconds {
    double load = 0, trace = 0, lower = 0, passes = 0, attribute = 0, write = 0;
};

struct UnsupportedOperator {
    std::string op;     ///< with overload: "aten::linalg_qr"
    std::string reason; ///< which argument or type
    std::string module; ///< FQN
    std::string source; ///< FILE:LINE
    std::string help;   ///< what would help
};

/// Published as shared_ptr<const Inspection>. `model` may be null only while a PyTorch model has
/// been opened but not exported. `program` is null for an .onnx without a source model.
struct Inspection {
    std::filesystem::path path;
    std::string content_hash; ///< hash.h's text form
    ModelFormat format = ModelFormat::Onnx;
    std::string strategy;        ///< "fx", "htp", "none"
    std::string strategy_reason; ///< why it was chosen
    std::shared_ptr<const Program> program;
    std::string source_hash; ///< of the program's file, when that is not `path` (an audit)
    std::shared_ptr<const OnnxModel> model;
    std::filesystem::path model_path; ///< the ONNX file, once written
    std::string model_hash;           ///< of the ONNX file, once written or read
    ModuleTree modules;               ///< the program's, or inferred
    Attribution attribution;
    Coverage coverage;
    FxAccounting accounting;
    std::vector<UnsupportedOperator> unsupported;
    std::vector<Diagnostic> diagnostics;
    PhaseSeconds seconds;
};

} // namespace strata
