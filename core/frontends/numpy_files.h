// NumPy's .npy and .npz files. Nothing in them is executed: pickled objects are refused.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/tensor.h"

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace strata {

/// One array out of the bytes of a .npy file, which `owner` keeps alive. Arrays in Fortran order
/// get strides; other byte orders are turned round. Fails with CannotRead for damaged files and
/// for dtypes that are no numbers (objects, text, records).
Result<Tensor> parse_npy(std::span<const std::byte> bytes, std::shared_ptr<const ByteOwner> owner);

/// A .npy file, mapped.
Result<Tensor> read_npy(const std::filesystem::path& path);

/// The arrays of a .npz file by name ("x" for the entry "x.npy"), in the file's order. At most
/// 4 GiB in all.
Result<std::vector<std::pair<std::string, Tensor>>> read_npz(const std::filesystem::path& path,
                                                             TaskContext& task);

} // namespace strata
