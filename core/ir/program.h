// A loaded PyTorch model, whatever file it came from.
#pragma once

#include "base/diagnostic.h"
#include "ir/fx_graph.h"
#include "ir/module_tree.h"
#include "ir/tensor.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class ModelFormat { TorchScript, ExportedProgram, Onnx };
std::string_view to_string(ModelFormat format);

/// An example input or output: dtype and shape, and the data where there are any.
struct SampleTensor {
    std::string name; ///< the placeholder's name; empty: by position
    Tensor tensor;    ///< storage may be null (shape only)
};

/// What values a symbolic dimension ("s27", "2*s27") may have; nothing: no bound known.
struct DimRange {
    std::string symbol;
    std::optional<std::int64_t> minimum;
    std::optional<std::int64_t> maximum;
};

/// Outputs that are new values of an input or buffer are called "<input or buffer>.updated".
inline constexpr std::string_view updated_state_suffix = ".updated";

/// Immutable after loading; shared by everything downstream. Tensors keep their storage alive.
struct Program {
    ModelFormat format = ModelFormat::TorchScript;
    std::filesystem::path path;
    std::string producer;  ///< "PyTorch 2.6.0" where the file says it
    bool traced = false;   ///< TorchScript: all graphs come from tracing
    bool frozen = false;   ///< parameters have become constants; module structure is lost
    bool training = false; ///< saved in training mode
    bool quantized = false;
    /// What operators write into inputs and buffers is part of the result: outputs of their own,
    /// after those of the graph's Output node, named with updated_state_suffix.
    bool returns_written_state = false;

    ModuleTree modules;
    FxGraph graph;
    std::vector<Tensor> tensors;             ///< parameters, buffers, constants
    std::vector<std::string> tensor_names;   ///< FQN of each: the first owner's name
    std::vector<SampleTensor> sample_inputs; ///< recorded in the file
    std::vector<std::string> output_names;   ///< where the file says them
    std::vector<DimRange> dim_ranges;        ///< of symbolic dimensions, where the file says them
    std::vector<Diagnostic> diagnostics;
};

} // namespace strata
