#include "session/copy_data_files.h"

#include "base/atomic_file.h"
#include "base/hash.h"
#include "base/mapped_file.h"
#include "onnx/external_data.h"
#include "session/staging_folder.h"

#include <algorithm>
#include <fmt/format.h>
#include <system_error>

namespace strata {
namespace {

namespace fs = std::filesystem;

// The largest piece copied between two polls of the task.
constexpr std::size_t block_size = 8 << 20;

Result<bool> has_same_content(const fs::path& a, const fs::path& b, TaskContext& task)
{
    std::error_code error;
    if (fs::equivalent(a, b, error) && !error)
        return true;
    if (fs::file_size(a, error) != fs::file_size(b, error) || error)
        return false;
    STRATA_TRY(const ContentHash first, hash_file(a, task));
    STRATA_TRY(const ContentHash second, hash_file(b, task));
    return first.text() == second.text();
}

Status copy_file(const fs::path& from, const fs::path& to, TaskContext& task)
{
    std::error_code error;
    fs::create_directories(folder_of(to), error);
    STRATA_TRY(const std::shared_ptr<const MappedFile> file, MappedFile::open(from));
    STRATA_TRY(AtomicFile copy, AtomicFile::create(to));
    for (std::span<const std::byte> rest = file->bytes(); !rest.empty();) {
        STRATA_CHECK(task.poll());
        const auto block = rest.first(std::min(block_size, rest.size()));
        STRATA_CHECK(copy.write(block));
        rest = rest.subspan(block.size());
    }
    return copy.commit();
}

} // namespace

Status copy_data_files(const fs::path& model, const fs::path& copy,
                       const std::vector<std::string>& locations, TaskContext& task)
{
    std::error_code error;
    if (fs::equivalent(folder_of(model), folder_of(copy), error) && !error)
        return {};
    for (const std::string& location : locations) {
        STRATA_TRY(const fs::path from, data_file_path(model, location));
        const fs::path to = folder_of(copy) / location;
        if (!fs::exists(from, error))
            continue; // reading the model said so
        if (fs::exists(to, error)) {
            STRATA_TRY(const bool same, has_same_content(from, to, task));
            if (same)
                continue;
            return failure(ErrorCode::CannotWrite,
                           fmt::format("The copy needs the weights of '{}' beside it, but '{}' is "
                                       "another file. Write the copy to an empty folder, or to "
                                       "the folder of the model.",
                                       from.string(), to.string()));
        }
        STRATA_CHECK(copy_file(from, to, task));
    }
    return {};
}

} // namespace strata
