#include "frontends/zip_directory.h"

#include <algorithm>
#include <fmt/format.h>
#include <zip.h>

namespace strata {
namespace {

/// What follows the archive's root folder, which PyTorch names after the file.
std::string_view without_root(std::string_view name)
{
    const std::size_t slash = name.find('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string reason_of(int code)
{
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

} // namespace

Result<ZipDirectory> ZipDirectory::open(const std::filesystem::path& path)
{
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (!archive)
        return failure(ErrorCode::CannotRead,
                       fmt::format("'{}' is not a whole zip archive: {}.", path.filename().string(),
                                   reason_of(code)));
    ZipDirectory directory;
    directory.m_archive = std::shared_ptr<void>(
        archive, [](void* opened) { zip_discard(static_cast<zip_t*>(opened)); });
    const zip_int64_t count = zip_get_num_entries(archive, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        const auto index = static_cast<zip_uint64_t>(i);
        const char* name = zip_get_name(archive, index, ZIP_FL_ENC_RAW);
        directory.m_names.emplace_back(name ? name : "");
        directory.m_index.emplace(directory.m_names.back(), index);
        directory.m_index.emplace(without_root(directory.m_names.back()), index);
    }
    return directory;
}

std::optional<std::uint64_t> ZipDirectory::index_of(std::string_view path) const
{
    const auto it = m_index.find(std::string(path));
    if (it == m_index.end())
        return std::nullopt;
    return it->second;
}

bool ZipDirectory::has(std::string_view path) const
{
    return index_of(path).has_value();
}

std::optional<std::uint64_t> ZipDirectory::size_of(std::string_view path) const
{
    const std::optional<std::uint64_t> index = index_of(path);
    zip_stat_t info;
    zip_stat_init(&info);
    if (!index || zip_stat_index(static_cast<zip_t*>(m_archive.get()), *index, 0, &info) != 0 ||
        (info.valid & ZIP_STAT_SIZE) == 0)
        return std::nullopt;
    return info.size;
}

bool ZipDirectory::has_folder(std::string_view folder) const
{
    const std::string prefix = std::string(folder) + "/";
    return std::any_of(m_names.begin(), m_names.end(), [&](const std::string& name) {
        return name.starts_with(prefix) || without_root(name).starts_with(prefix);
    });
}

Result<std::vector<std::byte>> ZipDirectory::read_head(std::string_view path,
                                                       std::size_t limit) const
{
    const std::optional<std::uint64_t> index = index_of(path);
    if (!index)
        return failure(ErrorCode::CannotRead, fmt::format("The archive has no entry '{}'.", path));
    auto* archive = static_cast<zip_t*>(m_archive.get());
    zip_file_t* entry = zip_fopen_index(archive, *index, 0);
    if (!entry)
        return failure(ErrorCode::CannotRead,
                       fmt::format("The entry '{}' of the archive cannot be read: {}.", path,
                                   zip_strerror(archive)));
    // Grown while reading: the size that the directory claims need not be true.
    std::vector<std::byte> bytes;
    constexpr std::size_t step = std::size_t{1} << 16;
    while (bytes.size() < limit) {
        const std::size_t before = bytes.size();
        bytes.resize(std::min(limit, before + step));
        const zip_int64_t got = zip_fread(entry, bytes.data() + before, bytes.size() - before);
        bytes.resize(before + static_cast<std::size_t>(std::max<zip_int64_t>(got, 0)));
        if (got <= 0)
            break;
    }
    zip_fclose(entry);
    return bytes;
}

} // namespace strata
