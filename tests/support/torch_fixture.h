// Makes small TorchScript files for tests. The only .cpp beside it is the only one of the tests
// that sees LibTorch's headers.
#pragma once

#include "base/result.h"
#include "ir/tensor.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace strata::test {

/// Compiles `source` (`def forward(self, ...)`) as the forward method of a module with these
/// parameters (integer tensors become buffers) and saves it in eval mode.
Status save_torchscript(const std::filesystem::path& path, const std::string& source,
                        const std::vector<std::pair<std::string, Tensor>>& parameters);

} // namespace strata::test
