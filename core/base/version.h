// The version of Strata that this library is.
#pragma once

#include <string_view>

namespace strata {

/// "0.1.0".
std::string_view tool_version();

} // namespace strata
