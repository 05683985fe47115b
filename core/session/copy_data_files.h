// Weights that lie beside an ONNX file, for a copy of it in another folder.
#pragma once

#include "base/result.h"
#include "base/task.h"

#include <filesystem>
#include <string>
#include <vector>

namespace strata {

/// Copies the external data files of `model` (locations relative to its folder) to the same places
/// relative to `copy`, so that the copy can be used where it is. Nothing is done when both are in
/// one folder, for files that are not there, and for targets that have the same content already.
/// Fails with CannotRead for locations that leave the model's folder, and with CannotWrite where
/// another file has the target's name: it is never overwritten.
Status copy_data_files(const std::filesystem::path& model, const std::filesystem::path& copy,
                       const std::vector<std::string>& locations, TaskContext& task);

} // namespace strata
