#include "ir/execution_trace.h"

#include <algorithm>

namespace strata {

ValueStatistics merge(const ValueStatistics& a, const ValueStatistics& b)
{
    ValueStatistics merged;
    merged.finite = a.finite + b.finite;
    merged.nan = a.nan + b.nan;
    merged.inf = a.inf + b.inf;
    if (a.finite == 0 || b.finite == 0) {
        const ValueStatistics& only = a.finite == 0 ? b : a;
        merged.min = only.min;
        merged.max = only.max;
        merged.mean = only.mean;
        return merged;
    }
    merged.min = std::min(a.min, b.min);
    merged.max = std::max(a.max, b.max);
    const double share = static_cast<double>(b.finite) / static_cast<double>(merged.finite);
    merged.mean = a.mean + (b.mean - a.mean) * share;
    return merged;
}

std::vector<NodeProfile> profile_nodes(const ExecutionTrace& trace, std::size_t node_count)
{
    std::vector<NodeProfile> profiles(node_count);
    for (const TraceRecord& record : trace.records) {
        if (record.node >= node_count)
            continue;
        NodeProfile& profile = profiles[record.node];
        ++profile.runs;
        profile.seconds += record.seconds;
        if (record.statistics)
            profile.statistics = profile.statistics ? merge(*profile.statistics, *record.statistics)
                                                    : *record.statistics;
    }
    return profiles;
}

} // namespace strata
