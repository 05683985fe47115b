// A folder beside the outputs in which a group of files is made before any of them appears.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <utility>
#include <vector>

namespace strata {

/// Where the file stands; "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& file);

/// Makes ".NAME.strata-XXXXXX" in the target's folder; removes it with everything that was not
/// published.
class StagingFolder {
public:
    static Result<StagingFolder> create(const std::filesystem::path& target);
    StagingFolder(StagingFolder&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
    StagingFolder& operator=(StagingFolder&&) = delete;
    ~StagingFolder();

    const std::filesystem::path& path() const { return m_path; }
    /// Renames the files, in this order, onto the same names in `folder`. Stops at the first
    /// failure and takes back the files that were new.
    Status publish(const std::vector<std::filesystem::path>& names,
                   const std::filesystem::path& folder);

private:
    explicit StagingFolder(std::filesystem::path path) : m_path(std::move(path)) {}

    std::filesystem::path m_path;
};

} // namespace strata
