// An ONNX operator's name as a template argument.
#pragma once

#include <cstddef>

namespace strata::ops {

/// Lets operators that differ only in the ONNX node they emit be one template: `unary<"Exp">`.
template <std::size_t N>
struct Name {
    char text[N];
    constexpr Name(const char (&from)[N])
    {
        for (std::size_t i = 0; i < N; ++i)
            text[i] = from[i];
    }
};

} // namespace strata::ops
