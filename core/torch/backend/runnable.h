// Running a TorchScript model.
#pragma once

#include "torch/torch_backend.h"

namespace strata::torch_module {

Result<std::unique_ptr<RunnableModule>> read_runnable(const std::filesystem::path& path,
                                                      TaskContext& task);

} // namespace strata::torch_module
