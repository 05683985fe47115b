// Everything about one opened file: built in a worker, then only read.
#pragma once

#include "base/diagnostic.h"
#include "ir/attribution.h"
#include "ir/execution_trace.h"
#include "ir/fx_accounting.h"
#include "ir/node_parity.h"
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

/// Why an operator was refused, as far as it decides what could help.
enum class RefusalCause {
    NotStatable, ///< ONNX cannot state it with these arguments and types
    NoLowering,  ///< the operator is not known
    NewerOpset,  ///< it needs a newer opset
    NeedsShapes, ///< it would work with known shapes, ranks or values
    ControlFlow  ///< a branch or loop that depends on data
};
std::string_view to_string(RefusalCause cause); ///< "needs-shapes"

struct UnsupportedOperator {
    std::string op;     ///< with overload: "aten::linalg_qr"
    std::string reason; ///< which argument or type
    std::string module; ///< FQN
    std::string source; ///< FILE:LINE
    std::string help;   ///< what would help
    RefusalCause cause = RefusalCause::NotStatable;
    FxNodeId node = no_index; ///< in the graph that was lowered
};

/// One place where the export follows a run of the model instead of its code.
struct ProjectedRegion {
    std::string kind;             ///< "branch", "loop", "value"
    std::string module;           ///< FQN
    std::string source;           ///< FILE:LINE; may be empty
    std::string detail;           ///< "then-branch taken", "run 7 times", "n = 3"
    std::uint64_t count = 1;      ///< executions that it stands for
    bool depends_on_data = false; ///< on the values of inputs, not only on their shapes
};

/// What a run of the model contributed to the export; empty for the structural strategy.
struct StrategyDetails {
    std::vector<std::string> inputs; ///< what the model was run on: "x:float32[1,16]"
    std::string inputs_from;         ///< "given", "recorded in the file", "assumed"
    std::vector<ProjectedRegion> regions;
    std::uint64_t peak_bytes = 0; ///< memory of the run's tensors, without the weights
    std::size_t refused_fx = 0;   ///< operators that the structural strategy refused
};

/// An input of the model as the export took it.
struct UsedInput {
    std::string name; ///< flat: "x", "states.0", "batch.image"
    DType dtype = DType::Unknown;
    std::optional<std::vector<FxDim>> shape; ///< nothing: any rank
    std::string source;    ///< "given", "recorded in the file", "inferred from conv1.weight", ...
    bool assumed = false;  ///< nobody gave it
    bool left_out = false; ///< not an input of the ONNX file: its default value, or None
};

/// Published as shared_ptr<const Inspection>. `model` may be null only while a PyTorch model has
/// been opened but not exported. `program` is null for an .onnx without a source model.
struct Inspection {
    std::filesystem::path path;
    std::string content_hash; ///< hash.h's text form
    ModelFormat format = ModelFormat::Onnx;
    std::string libraries; ///< "ONNX 1.12.0, Graphviz 2.43.0, LibTorch 1.13.0"
    /// What does the same from a shell: "strata-cli export m.pt -o m.onnx --opset 17"; empty when
    /// the file was only looked at.
    std::string command;
    std::string strategy;        ///< "fx", "hybrid", "htp", "none"
    std::string strategy_reason; ///< why it was chosen
    StrategyDetails strategy_details;
    std::vector<UsedInput> inputs; ///< of an exported program, in the order of its signature
    std::shared_ptr<const Program> program;
    std::string source_hash; ///< of the program's file, when that is not `path` (an audit)
    std::shared_ptr<const OnnxModel> model;
    std::filesystem::path model_path; ///< the ONNX file, once written
    std::string model_hash;           ///< of the ONNX file, once written or read
    ModuleTree modules;               ///< the program's, or inferred
    Attribution attribution;
    Coverage coverage;
    FxAccounting accounting;
    /// Time and output statistics of each FX node; empty unless asked for.
    std::vector<NodeProfile> profile;
    /// Per node of `model`; empty unless asked for.
    std::vector<NodeParity> parity;
    std::vector<UnsupportedOperator> unsupported;
    std::vector<Diagnostic> diagnostics;
    PhaseSeconds seconds;
};

} // namespace strata
