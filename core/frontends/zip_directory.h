// The entries of a zip archive.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

/// An opened zip archive, for looking around in it. Not thread-safe.
class ZipDirectory {
public:
    /// Fails with CannotRead when the file is not a whole zip archive.
    static Result<ZipDirectory> open(const std::filesystem::path& path);

    const std::vector<std::string>& names() const { return m_names; }
    /// True when there is an entry "<anything>/<path>" or "<path>" itself.
    bool has(std::string_view path) const;
    /// True when some entry lies in a folder "<anything>/<folder>/" or "<folder>/".
    bool has_folder(std::string_view folder) const;
    /// The size that an entry, found as in has(), unpacks to; nothing when there is none.
    std::optional<std::uint64_t> size_of(std::string_view path) const;
    /// At most the first `limit` bytes of an entry found as in has().
    Result<std::vector<std::byte>> read_head(std::string_view path, std::size_t limit) const;

private:
    std::optional<std::uint64_t> index_of(std::string_view path) const;

    std::shared_ptr<void> m_archive;
    std::vector<std::string> m_names;
    std::unordered_map<std::string, std::uint64_t> m_index; // with and without the root folder
};

} // namespace strata
