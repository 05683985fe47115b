#include "base/version.h"

namespace strata {

std::string_view tool_version()
{
    return STRATA_VERSION;
}

std::string_view library_versions()
{
    return STRATA_LIBRARIES;
}

} // namespace strata
