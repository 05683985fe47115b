// Progress and cancellation for long work.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

namespace strata {

/// What a long-running job reports, at most some tens of times a second.
struct Progress {
    std::string phase; ///< "load", "trace", "lower", "passes", "attribute", "write", ...
    std::size_t done = 0;
    std::size_t total = 0; ///< 0: unknown
};

/// Passed into everything that can take more than a few milliseconds. Every loop over nodes, bytes
/// or operators calls poll() (cheap) and stops with the Cancelled error when it fails. Thread-safe.
class TaskContext {
public:
    using Report = std::function<void(const Progress&)>;

    TaskContext() = default;
    explicit TaskContext(std::stop_token stop, Report report = {})
        : m_stop(std::move(stop)),
          m_report(std::move(report))
    {}
    TaskContext(const TaskContext&) = delete;
    TaskContext& operator=(const TaskContext&) = delete;

    /// Starts a phase; always reported.
    void begin(std::string_view phase, std::size_t total = 0);
    /// Reports progress within the phase, throttled to about 30 reports a second.
    void advance(std::size_t done);
    bool cancelled() const { return m_stop.stop_requested(); }
    /// Ok, or the Cancelled error.
    Status poll() const;
    const std::stop_token& stop_token() const { return m_stop; }

private:
    std::stop_token m_stop;
    Report m_report;
    std::mutex m_mutex;
    Progress m_progress;
    std::chrono::steady_clock::time_point m_last{};
};

} // namespace strata
