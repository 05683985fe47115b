#include "memory_meter.h"

#include "failures.h"

#include <algorithm>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <fmt/format.h>
#include <fstream>
#include <string>

namespace strata::torch_module {

class MemoryMeter::Counter final : public c10::MemoryReportingInfoBase {
public:
    explicit Counter(std::uint64_t limit) : m_limit(static_cast<std::int64_t>(limit)) {}

    bool memoryProfilingEnabled() const override { return true; }
    // The types of the totals differ between versions of LibTorch; one of the two overrides.
    virtual void reportMemoryUsage(void* /*memory*/, std::int64_t size, std::int64_t /*allocated*/,
                                   std::int64_t /*reserved*/, c10::Device /*device*/)
    {
        count(size);
    }
    virtual void reportMemoryUsage(void* /*memory*/, std::int64_t size, std::size_t /*allocated*/,
                                   std::size_t /*reserved*/, c10::Device /*device*/)
    {
        count(size);
    }

    std::uint64_t peak() const { return static_cast<std::uint64_t>(m_peak); }

private:
    void count(std::int64_t size)
    {
        m_now += size;
        m_peak = std::max(m_peak, m_now);
        // The allocation that goes beyond has been granted but never touched.
        if (size > 0 && m_now > m_limit)
            stop(
                ErrorCode::CannotExport,
                fmt::format("Running the model takes more than {} MB of memory beside its weights. "
                            "Give smaller inputs, or export with --strategy fx, which does not "
                            "run it.",
                            m_limit >> 20));
    }

    std::int64_t m_limit;
    std::int64_t m_now = 0;
    std::int64_t m_peak = 0;
};

struct MemoryMeter::State {
    explicit State(std::uint64_t limit)
        : meter(std::make_shared<Counter>(limit)),
          guard(c10::DebugInfoKind::PROFILER_STATE, meter)
    {}
    std::shared_ptr<Counter> meter;
    c10::DebugInfoGuard guard;
};

MemoryMeter::MemoryMeter(std::uint64_t limit) : m_state(std::make_unique<State>(limit)) {}
MemoryMeter::~MemoryMeter() = default;

std::uint64_t MemoryMeter::peak() const
{
    return m_state->meter->peak();
}

std::uint64_t default_memory_limit()
{
    constexpr std::uint64_t fallback = std::uint64_t{4} << 30;
    std::ifstream info("/proc/meminfo");
    std::string line;
    while (std::getline(info, line)) {
        unsigned long long kilobytes = 0;
        if (std::sscanf(line.c_str(), "MemAvailable: %llu kB", &kilobytes) == 1)
            return kilobytes * 1024 / 4 * 3;
    }
    return fallback;
}

} // namespace strata::torch_module
