#include "base/atomic_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace strata {
namespace {

constexpr std::size_t buffer_limit = 64 * 1024;

tl::unexpected<Error> cannot_write(const std::filesystem::path& path, int error)
{
    return failure(ErrorCode::CannotWrite,
                   fmt::format("'{}' cannot be written: {}.", path.string(), std::strerror(error)));
}

Status write_all(int fd, const char* data, std::size_t size, const std::filesystem::path& target)
{
    while (size > 0) {
        const ssize_t written = ::write(fd, data, size);
        if (written < 0) {
            if (errno == EINTR)
                continue;
            return cannot_write(target, errno);
        }
        data += written;
        size -= static_cast<std::size_t>(written);
    }
    return {};
}

} // namespace

AtomicFile::AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int fd)
    : m_target(std::move(target)),
      m_temporary(std::move(temporary)),
      m_fd(fd)
{}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_target(std::move(other.m_target)),
      m_temporary(std::move(other.m_temporary)),
      m_fd(std::exchange(other.m_fd, -1)),
      m_size(other.m_size),
      m_hasher(std::move(other.m_hasher)),
      m_buffer(std::move(other.m_buffer))
{}

AtomicFile::~AtomicFile()
{
    if (m_fd < 0)
        return;
    ::close(m_fd);
    ::unlink(m_temporary.c_str());
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target)
{
    std::string pattern = target.string() + ".strata-XXXXXX";
    const int fd = ::mkstemp(pattern.data());
    if (fd < 0)
        return cannot_write(target, errno);
    // mkstemp makes files that only the owner can read; outputs follow the user's umask like any
    // other file.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    ::fchmod(fd, 0666 & ~mask);
    return AtomicFile(target, pattern, fd);
}

Status AtomicFile::write(std::span<const std::byte> bytes)
{
    m_size += bytes.size();
    m_hasher.update(bytes);
    const char* data = reinterpret_cast<const char*>(bytes.data());
    if (m_buffer.size() + bytes.size() <= buffer_limit) {
        m_buffer.append(data, bytes.size());
        return {};
    }
    STRATA_CHECK(flush());
    if (bytes.size() <= buffer_limit) {
        m_buffer.append(data, bytes.size());
        return {};
    }
    return write_all(m_fd, data, bytes.size(), m_target);
}

Status AtomicFile::write(std::string_view text)
{
    return write(std::as_bytes(std::span(text.data(), text.size())));
}

Status AtomicFile::flush()
{
    const Status status = write_all(m_fd, m_buffer.data(), m_buffer.size(), m_target);
    m_buffer.clear();
    return status;
}

Status AtomicFile::commit()
{
    STRATA_CHECK(flush());
    if (::fsync(m_fd) != 0)
        return cannot_write(m_target, errno);
    if (::close(std::exchange(m_fd, -1)) != 0 ||
        ::rename(m_temporary.c_str(), m_target.c_str()) != 0) {
        const int error = errno;
        ::unlink(m_temporary.c_str());
        return cannot_write(m_target, error);
    }
    return {};
}

Status write_file(const std::filesystem::path& target, std::string_view text)
{
    STRATA_TRY(AtomicFile file, AtomicFile::create(target));
    STRATA_CHECK(file.write(text));
    return file.commit();
}

} // namespace strata
