#include "app/cli/interrupt.h"

#include <array>
#include <csignal>
#include <pthread.h>
#include <unistd.h>

namespace strata::cli {
namespace {

constexpr std::array<int, 3> ending_signals{SIGINT, SIGTERM, SIGHUP};
constexpr int wake_signal = SIGUSR1;

/// The signals to take over: those that the caller (nohup, a shell's background job) had not
/// ignored.
sigset_t watched_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : ending_signals) {
        struct sigaction action {};
        if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, number);
    }
    sigaddset(&set, wake_signal);
    return set;
}

[[noreturn]] void end_by(int number)
{
    std::signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    raise(number);
    _exit(128 + number);
}

} // namespace

Interrupt::Interrupt()
{
    const sigset_t set = watched_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    m_watcher = std::thread([this] { watch(); });
}

Interrupt::~Interrupt()
{
    m_done = true;
    pthread_kill(m_watcher.native_handle(), wake_signal);
    m_watcher.join();
}

void Interrupt::watch()
{
    const sigset_t set = watched_signals();
    while (!m_done) {
        int number = 0;
        if (sigwait(&set, &number) != 0 || number == wake_signal)
            continue;
        if (m_signal.exchange(number) != 0)
            end_by(number); // asked twice: at once
        m_stop.request_stop();
    }
}

void Interrupt::end_if_interrupted()
{
    if (const int number = m_signal; number != 0)
        end_by(number);
}

} // namespace strata::cli
