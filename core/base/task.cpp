#include "base/task.h"

namespace strata {

void TaskContext::begin(std::string_view phase, std::size_t total)
{
    if (!m_report)
        return;
    std::lock_guard lock(m_mutex);
    m_progress = {std::string(phase), 0, total};
    m_last = std::chrono::steady_clock::now();
    m_report(m_progress);
}

void TaskContext::advance(std::size_t done)
{
    if (!m_report)
        return;
    std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    if (now - m_last < std::chrono::milliseconds(33))
        return;
    m_last = now;
    m_progress.done = done;
    m_report(m_progress);
}

Status TaskContext::poll() const
{
    if (cancelled())
        return failure(ErrorCode::Cancelled, "Cancelled.");
    return {};
}

} // namespace strata
