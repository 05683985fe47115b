// Parity rows that other versions of the libraries than Debian 12's cannot hold, and why.
#pragma once

#include <string>
#include <string_view>

namespace strata::test {

/// Why the row of this name says nothing with the LibTorch and the ONNX Runtime at hand; empty when
/// it does. Every row runs with LibTorch 1.13 and the ONNX Runtime that packaging/ fetches.
std::string platform_gap(std::string_view row);

/// Why what was recorded from rows with LibTorch 1.13 says nothing here; empty when it does.
std::string other_torch();

} // namespace strata::test
