#include "constant_folding.h"

#include <algorithm>
#include <array>
#include <compare>
#include <string>

namespace strata::torch_module {
namespace {

std::optional<double> number_of(const FxArg& arg)
{
    if (const auto* integer = std::get_if<std::int64_t>(&arg.value))
        return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&arg.value))
        return *real;
    if (const auto* boolean = std::get_if<bool>(&arg.value))
        return *boolean ? 1.0 : 0.0;
    return std::nullopt;
}

/// How two immediates compare; nothing when they are not comparable or not immediates.
std::optional<std::partial_ordering> compare(const FxArg& a, const FxArg& b)
{
    const auto* int_a = std::get_if<std::int64_t>(&a.value);
    const auto* int_b = std::get_if<std::int64_t>(&b.value);
    if (int_a && int_b)
        return std::partial_ordering(*int_a <=> *int_b);
    const auto* text_a = std::get_if<std::string>(&a.value);
    const auto* text_b = std::get_if<std::string>(&b.value);
    if (text_a && text_b)
        return std::partial_ordering(*text_a <=> *text_b);
    const auto* enum_a = std::get_if<FxEnum>(&a.value);
    const auto* enum_b = std::get_if<FxEnum>(&b.value);
    if (enum_a && enum_b)
        return std::partial_ordering(enum_a->name <=> enum_b->name);
    const std::optional<double> number_a = number_of(a);
    const std::optional<double> number_b = number_of(b);
    if (number_a && number_b)
        return *number_a <=> *number_b;
    return std::nullopt;
}

} // namespace

std::optional<bool> fold_condition(std::string_view target, const std::vector<FxArg>& args)
{
    constexpr std::string_view domain = "aten::";
    if (!target.starts_with(domain) || args.empty())
        return std::nullopt;
    std::string_view name = target.substr(domain.size());
    name = name.substr(0, name.find('.'));
    const auto* first = std::get_if<bool>(&args[0].value);
    if (name == "__not__" && args.size() == 1 && first)
        return !*first;
    if (args.size() != 2)
        return std::nullopt;
    const auto* second = std::get_if<bool>(&args[1].value);
    if (first && second) {
        if (name == "__and__")
            return *first && *second;
        if (name == "__or__")
            return *first || *second;
    }
    const std::optional<std::partial_ordering> order = compare(args[0], args[1]);
    if (!order)
        return std::nullopt;
    if (name == "eq")
        return *order == 0;
    if (name == "ne")
        return *order != 0;
    if (name == "lt")
        return *order < 0;
    if (name == "le")
        return *order <= 0;
    if (name == "gt")
        return *order > 0;
    if (name == "ge")
        return *order >= 0;
    return std::nullopt;
}

std::optional<FxArg> fold_environment(std::string_view target, const std::vector<FxArg>& args)
{
    if (target == "prim::device")
        return FxArg(FxEnum{"cpu"});
    if (target == "prim::type" && args.size() == 1) {
        // Of a device; there is no other.
        if (const auto* device = std::get_if<FxEnum>(&args[0].value))
            return FxArg(device->name.substr(0, device->name.find(':')));
        return std::nullopt;
    }
    if (target == "prim::is_cpu" || target == "prim::requires_grad" ||
        target == "aten::is_grad_enabled")
        return FxArg(true);
    static constexpr std::array<std::string_view, 16> not_so{"aten::is_autocast_cpu_enabled",
                                                             "aten::is_autocast_enabled",
                                                             "prim::is_cuda",
                                                             "prim::is_hpu",
                                                             "prim::is_ipu",
                                                             "prim::is_maia",
                                                             "prim::is_meta",
                                                             "prim::is_mkldnn",
                                                             "prim::is_mps",
                                                             "prim::is_nested",
                                                             "prim::is_ort",
                                                             "prim::is_sparse",
                                                             "prim::is_sparse_csr",
                                                             "prim::is_vulkan",
                                                             "prim::is_xla",
                                                             "prim::is_xpu"};
    if (std::find(not_so.begin(), not_so.end(), target) != not_so.end())
        return FxArg(false);
    return std::nullopt;
}

} // namespace strata::torch_module
