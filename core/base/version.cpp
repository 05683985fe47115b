#include "base/version.h"

namespace strata {

std::string_view tool_version()
{
    return STRATA_VERSION;
}

} // namespace strata
