#include "session/staging_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

namespace strata {

std::filesystem::path folder_of(const std::filesystem::path& file)
{
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

Result<StagingFolder> StagingFolder::create(const std::filesystem::path& target)
{
    std::string pattern =
        (target.parent_path() / fmt::format(".{}.strata-XXXXXX", target.filename().string()))
            .string();
    if (!::mkdtemp(pattern.data()))
        return failure(ErrorCode::CannotWrite, fmt::format("'{}' cannot be written: {}.",
                                                           target.string(), std::strerror(errno)));
    return StagingFolder(pattern);
}

StagingFolder::~StagingFolder()
{
    if (m_path.empty())
        return;
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

Status StagingFolder::publish(const std::vector<std::filesystem::path>& names,
                              const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> created;
    for (const std::filesystem::path& name : names) {
        std::error_code error;
        const std::filesystem::path target = folder / name;
        const bool existed = std::filesystem::exists(target, error);
        std::filesystem::rename(m_path / name, target, error);
        if (error) {
            std::error_code ignored;
            for (const std::filesystem::path& file : created)
                std::filesystem::remove(file, ignored);
            return failure(ErrorCode::CannotWrite, fmt::format("'{}' cannot be written: {}.",
                                                               target.string(), error.message()));
        }
        if (!existed)
            created.push_back(target);
    }
    return {};
}

} // namespace strata
