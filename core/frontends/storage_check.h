// A check that LibTorch leaves out: does the archive hold the bytes that its tensors claim?
#pragma once

#include "base/result.h"

#include <filesystem>

namespace strata {

/// Fails with CannotRead when a storage that a TorchScript archive's pickles name is missing or
/// shorter than they say: LibTorch would read past the end of its memory. Passes what it cannot
/// tell.
Status check_storages(const std::filesystem::path& path);

} // namespace strata
