// Checks that LibTorch leaves out before it reads a TorchScript archive.
#pragma once

#include "base/result.h"
#include "base/task.h"

#include <filesystem>

namespace strata {

/// Fails with CannotRead where LibTorch would read outside of its memory: a storage that is missing
/// or shorter than a pickle says, and debug records whose indices leave their tables. Passes what
/// it cannot tell.
Status check_torchscript(const std::filesystem::path& path, TaskContext& task);

} // namespace strata
