// The central directory of a zip archive, read without trusting it.
#pragma once

#include "base/result.h"
#include "pt2/zip_archive.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace strata {

/// The entries in the directory's order; see ZipArchive::open for what is refused. Folder entries
/// (names that end with a slash) are left out.
Result<std::vector<ZipEntry>> read_zip_directory(std::span<const std::byte> archive);

/// Where the entry's packed bytes begin, from its local header.
Result<std::uint64_t> zip_content_offset(std::span<const std::byte> archive, const ZipEntry& entry);

} // namespace strata
