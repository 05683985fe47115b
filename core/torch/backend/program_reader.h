// A TorchScript file as a Program.
#pragma once

#include "torch/torch_backend.h"

namespace strata::torch_module {

Result<std::shared_ptr<Program>> read_program(const std::filesystem::path& path,
                                              const TorchLoadOptions& options, TaskContext& task);

/// "'model.pt' cannot be read as TorchScript".
std::string reading_subject(const std::filesystem::path& path);

} // namespace strata::torch_module
