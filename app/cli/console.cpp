#include "app/cli/console.h"

#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

namespace strata::cli {
namespace {

void write_all(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

Console::Console(bool json, bool quiet)
    : m_json(json),
      m_quiet(quiet),
      m_is_terminal(::isatty(STDERR_FILENO) == 1),
      m_stdout(STDOUT_FILENO)
{
    if (!m_json)
        return;
    const int copy = ::dup(STDOUT_FILENO);
    if (copy < 0)
        return;
    m_stdout = copy;
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

Console::~Console()
{
    std::fflush(stdout);
    if (m_stdout == STDOUT_FILENO)
        return;
    ::dup2(m_stdout, STDOUT_FILENO);
    ::close(m_stdout);
}

void Console::print_result(std::string_view text)
{
    clear_progress();
    std::fflush(stdout);
    write_all(m_stdout, text);
    if (!text.ends_with('\n'))
        write_all(m_stdout, "\n");
}

void Console::print_summary(std::string_view text)
{
    if (!m_json && !m_quiet)
        print_result(text);
}

void Console::print_error(std::string_view text)
{
    clear_progress();
    write_all(STDERR_FILENO, fmt::format("strata-cli: {}\n", text));
}

void Console::show_progress(const Progress& progress)
{
    if (m_quiet || !m_is_terminal)
        return;
    const std::lock_guard lock(m_mutex);
    std::string line = "\r\x1b[K" + progress.phase;
    if (progress.total > 0)
        line += fmt::format(" {}/{}", progress.done, progress.total);
    write_all(STDERR_FILENO, line);
    m_has_progress = true;
}

void Console::clear_progress()
{
    const std::lock_guard lock(m_mutex);
    if (m_has_progress)
        write_all(STDERR_FILENO, "\r\x1b[K");
    m_has_progress = false;
}

} // namespace strata::cli
