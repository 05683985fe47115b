// A loaded PyTorch model, whatever file it came from.
#pragma once

#include "base/diagnostic.h"
#include "ir/fx_graph.h"
#include "ir/module_tree.h"
#include "ir/tensor.h"

#include <filesystem>
#include <string>
#include <vector>

namespace strata {

enum class ModelFormat { TorchScript, ExportedProgram, Onnx };
std::string_view to_string(ModelFormat format);

/// An example input or output: dtype and shape, and the data where there are any.
struct SampleTensor {
    std::string name; ///< the placeholder's name; empty: by position
    Tensor tensor;    ///< storage may be null (shape only)
};

/// Immutable after loading; shared by everything downstream. Tensors keep their storage alive.
struct Program {
    ModelFormat format = ModelFormat::TorchScript;
    std::filesystem::path path;
    std::string producer;  ///< "PyTorch 2.6.0" where the file says it
    bool traced = false;   ///< TorchScript: all graphs come from tracing
    bool frozen = false;   ///< parameters have become constants; module structure is lost
    bool training = false; ///< saved in training mode
    bool quantized = false;

    ModuleTree modules;
    FxGraph graph;
    std::vector<Tensor> tensors;             ///< parameters, buffers, constants
    std::vector<std::string> tensor_names;   ///< FQN of each: the first owner's name
    std::vector<SampleTensor> sample_inputs; ///< recorded in the file
    std::vector<std::string> output_names;   ///< where the file says them
    std::vector<Diagnostic> diagnostics;
};

} // namespace strata
