#include "ui/jobs/cut_off_files.h"

#include <csignal>
#include <cstdint>
#include <sys/mman.h>
#include <unistd.h>

namespace strata::ui {

namespace {

std::uintptr_t page_size =
    4096; // asked for before the handler is set: sysconf() is not for handlers

void onBusError(int signal, siginfo_t* info, void*)
{
    if (info && info->si_code == BUS_ADRERR) {
        const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
        void* page = reinterpret_cast<void*>(address & ~(page_size - 1));
        // A page of zeros in place of the one that is gone; the instruction is then run again.
        if (::mmap(page, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                   -1, 0) != MAP_FAILED)
            return;
    }
    // As if there were no handler.
    struct sigaction fallback {};
    fallback.sa_handler = SIG_DFL;
    ::sigaction(signal, &fallback, nullptr);
}

} // namespace

void surviveCutOffFiles()
{
    if (const long size = ::sysconf(_SC_PAGESIZE); size > 0)
        page_size = static_cast<std::uintptr_t>(size);
    struct sigaction action {};
    action.sa_sigaction = &onBusError;
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGBUS, &action, nullptr);
}

} // namespace strata::ui
