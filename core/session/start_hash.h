// Content hashes of files, computed beside other work.
#pragma once

#include "base/hash.h"

#include <future>

namespace strata {

/// Hashes the file on a thread of its own. The task must outlive the future, whose destructor
/// waits.
inline std::future<Result<ContentHash>> start_hash(const std::filesystem::path& path,
                                                   TaskContext& task)
{
    return std::async(std::launch::async, [path, &task] { return hash_file(path, task); });
}

} // namespace strata
