// The version of Strata that this library is.
#pragma once

#include <string_view>

namespace strata {

/// "0.1.0".
std::string_view tool_version();
/// What it was built with and whose versions may show in results: "ONNX 1.12.0, Graphviz 2.43.0".
std::string_view library_versions();

} // namespace strata
