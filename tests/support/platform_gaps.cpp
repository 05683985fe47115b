#include "support/platform_gaps.h"

#include "runtime/onnx_runtime.h"
#include "torch/torch_backend.h"

#include <charconv>
#include <fmt/format.h>

namespace strata::test {
namespace {

struct Gap {
    std::string_view row;
    std::string_view why;
};

// PyTorch 2 has these under other names, with other arguments, or not at all; or, of a number with
// keepdim, gives a number where 1.13 gave a list of one.
constexpr Gap torch_1_only[] = {
    {"_scaled_dot_product_attention", "PyTorch 2 has no such operator"},
    {"_scaled_dot_product_attention causal", "PyTorch 2 has no such operator"},
    {"_scaled_dot_product_attention_math", "PyTorch 2 has other arguments"},
    {"torch.symeig(x)", "PyTorch 2 has no such operator"},
    {"torch.symeig(x, True)", "PyTorch 2 has no such operator"},
    {"aminmax of a number", "PyTorch 2 gives a number"},
};

// As seen with 1.21, which Debian 13 has.
constexpr int runtime_minor = 22;
constexpr Gap needs_newer_runtime[] = {
    {"torch.cos(x) of doubles", "no kernel for Cos of doubles"},
    {"torch.relu(x) int8", "no kernel for Relu of int8"},
    {"torch.relu(x) uint8", "no kernel for Max of uint8"},
    {"minimum and maximum keep NaN", "Min and Max drop NaN"},
    {"torch.hypot(x, x.flip(0)) of edges", "Min and Max drop NaN"},
    {"torch.cummin(x, 1) of NaNs", "Min and Max drop NaN"},
    {"ctc_loss of joined labels, other blank", "Max of doubles drops infinities"},
    {"torch.linalg_pinv(x, rcond=y)", "fuses MatMul of doubles into what it cannot run"},
    {"torch.linalg_pinv(x, atol=None, rtol=y)", "fuses MatMul of doubles into what it cannot run"},
    {"torch.linalg_pinv(x)", "fuses MatMul of doubles into what it cannot run"},
    {"torch.linalg_pinv(x, hermitian=True)", "fuses MatMul of doubles into what it cannot run"},
    {"torch.linalg_lstsq(x, y, driver='gels')", "fuses MatMul of doubles into what it cannot run"},
    {"avg_pool2d ceil counting padding", "AveragePool with ceil_mode counts wrongly"},
    {"avg_pool2d divisor and ceil", "AveragePool with ceil_mode counts wrongly"},
    {"avg_pool3d ceil", "AveragePool with ceil_mode counts wrongly"},
};

/// Of "1.21.0" the 21.
int minor_of(std::string_view version)
{
    int minor = 0;
    if (const std::size_t dot = version.find('.'); dot != std::string_view::npos)
        std::from_chars(version.data() + dot + 1, version.data() + version.size(), minor);
    return minor;
}

std::string torch_version()
{
    const auto backend = torch_backend();
    return backend ? (*backend)->version() : std::string();
}

} // namespace

std::string other_torch()
{
    const std::string version = torch_version();
    return version.starts_with("1.13.") ? std::string()
                                        : fmt::format("holds for LibTorch 1.13, not {}", version);
}

std::string platform_gap(std::string_view row)
{
    if (const std::string version = torch_version(); !version.starts_with("1."))
        for (const Gap& gap : torch_1_only)
            if (gap.row == row)
                return fmt::format("LibTorch {}: {}", version, gap.why);
    const std::string version = onnx_runtime_version();
    if (minor_of(version) < runtime_minor)
        for (const Gap& gap : needs_newer_runtime)
            if (gap.row == row)
                return fmt::format("ONNX Runtime {}: {}", version, gap.why);
    return {};
}

} // namespace strata::test
