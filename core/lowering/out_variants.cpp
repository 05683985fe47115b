#include "lowering/out_variants.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace strata {
namespace {

/// "aten::add.out" as "aten::add" and "out".
std::pair<std::string_view, std::string_view> split_overload(std::string_view target)
{
    const std::size_t scope = target.find("::");
    const std::size_t dot = target.find('.', scope == std::string_view::npos ? 0 : scope);
    if (dot == std::string_view::npos)
        return {target, {}};
    return {target.substr(0, dot), target.substr(dot + 1)};
}

struct Overload {
    std::string_view out;
    std::string_view functional;
};

// Where the name of the overload is not the functional one's with "_out" after it. PyTorch names
// some after their results.
constexpr std::array<Overload, 28> overloads{{
    {"out", ""},
    {"out", "Tensor"},
    {"out", "dim"},
    {"out", "dim_IntList"},
    {"out", "self"},
    {"out", "int"},
    {"out", "correction"},
    {"out", "ScalarOpt_dim"},
    {"out", "other"},
    {"out", "start"},
    {"out_mode", "Tensor_mode"},
    {"IntList_out", "dim_IntList"},
    {"OptionalIntList_out", "dim_IntList"},
    {"int_out", "dim_int"},
    {"int_out", "int"},
    {"out", "dim_int"},
    {"start_out", "start_step"},
    {"start_out", "start"},
    {"values", ""},
    {"values", "dim"},
    {"values_stable", "stable"},
    {"dim_values", "dim"},
    {"dim_max", "dim"},
    {"dim_min", "dim"},
    {"max", "dim"},
    {"min", "dim"},
    {"dtype_out", "ScalarOpt_dim_dtype"},
    {"Tensor_out", ""},
}};

} // namespace

bool has_out_arguments(std::string_view target)
{
    const auto [base, overload] = split_overload(target);
    if (!base.starts_with("aten::") || overload.empty())
        return false;
    return overload.ends_with("_out") ||
           std::any_of(overloads.begin(), overloads.end(),
                       [name = overload](const Overload& entry) { return entry.out == name; });
}

const OpRegistry::Op* without_out_arguments(const OpRegistry& registry, std::string_view target)
{
    const auto [base, overload] = split_overload(target);
    const auto registered = [&, name = base](std::string_view functional) {
        std::string full(name);
        if (!functional.empty())
            full.append(".").append(functional);
        return registry.find(full);
    };
    constexpr std::string_view ending = "_out";
    if (overload.ends_with(ending))
        if (const auto* op = registered(overload.substr(0, overload.size() - ending.size())))
            return op;
    for (const Overload& entry : overloads)
        if (entry.out == overload)
            if (const auto* op = registered(entry.functional))
                return op;
    return nullptr;
}

} // namespace strata
