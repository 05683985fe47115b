#include "ir/fx_accounting.h"

#include <algorithm>
#include <array>

namespace strata {

std::string_view to_string(FxFate fate)
{
    constexpr std::array<std::string_view, 6> names{"unaccounted", "emitted",    "folded",
                                                    "fused",       "eliminated", "unsupported"};
    return names[static_cast<std::size_t>(fate)];
}

std::size_t FxAccounting::count(FxFate fate) const
{
    return static_cast<std::size_t>(std::count_if(
        records.begin(), records.end(), [fate](const FxRecord& r) { return r.fate == fate; }));
}

} // namespace strata
