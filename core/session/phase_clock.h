// Measures the phases that --json reports.
#pragma once

#include <chrono>

namespace strata {

/// Adds the time of its own life to a phase's seconds.
class PhaseClock {
public:
    explicit PhaseClock(double& seconds)
        : m_seconds(seconds),
          m_start(std::chrono::steady_clock::now())
    {}
    ~PhaseClock()
    {
        m_seconds +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }
    PhaseClock(const PhaseClock&) = delete;
    PhaseClock& operator=(const PhaseClock&) = delete;

private:
    double& m_seconds;
    std::chrono::steady_clock::time_point m_start;
};

} // namespace strata
