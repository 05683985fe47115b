#include "base/mapped_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strata {

MappedFile::MappedFile(std::filesystem::path path, std::byte* data, const Stamp& stamp)
    : m_path(std::move(path)),
      m_data(data),
      m_size(static_cast<std::size_t>(stamp.size)),
      m_stamp(stamp)
{}

MappedFile::~MappedFile()
{
    if (m_data)
        ::munmap(m_data, m_size);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path,
                                                           Access access)
{
    auto fail = [&](int error) {
        return failure(ErrorCode::CannotRead, fmt::format("'{}' cannot be read: {}.", path.string(),
                                                          std::strerror(error)));
    };
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(errno);
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        const int error = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        ::close(fd);
        return fail(error);
    }
    const Stamp stamp{info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size),
                      info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    void* data = nullptr;
    if (stamp.size > 0) {
        const bool writable = access == Access::CopyOnWrite;
        data = ::mmap(nullptr, static_cast<std::size_t>(stamp.size),
                      writable ? PROT_READ | PROT_WRITE : PROT_READ,
                      writable ? MAP_PRIVATE | MAP_NORESERVE : MAP_PRIVATE, fd, 0);
        if (data == MAP_FAILED) {
            const int error = errno;
            ::close(fd);
            return fail(error);
        }
    }
    ::close(fd);
    return std::shared_ptr<const MappedFile>(
        new MappedFile(path, static_cast<std::byte*>(data), stamp));
}

Status MappedFile::check() const
{
    struct stat info {};
    // Another file under the name, or none: the mapping keeps the one that was opened.
    if (::stat(m_path.c_str(), &info) != 0 || info.st_dev != m_stamp.device ||
        info.st_ino != m_stamp.inode)
        return {};
    if (m_stamp == Stamp{info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size),
                         info.st_mtim.tv_sec, info.st_mtim.tv_nsec})
        return {};
    return failure(ErrorCode::CannotRead,
                   fmt::format("'{}' was written to since it was opened, so that what was read of "
                               "it no longer fits together. Open it again.",
                               m_path.string()));
}

} // namespace strata
