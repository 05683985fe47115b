// Ctrl-C: the first one asks the work to stop, the second one ends the process.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace strata::cli {

/// Takes over SIGINT, SIGTERM and SIGHUP while it lives. Make it before any other thread, so that
/// all inherit its signal mask.
class Interrupt {
public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    std::stop_token stop_token() const { return m_stop.get_token(); }
    /// Ends the process by the signal that came, as shells expect of an interrupted program;
    /// returns when none came.
    void end_if_interrupted();

private:
    void watch();

    std::stop_source m_stop;
    std::atomic<int> m_signal = 0;
    std::atomic<bool> m_done = false;
    std::thread m_watcher;
};

} // namespace strata::cli
