#include "ir/fx_method_targets.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

// Sorted. torch.Tensor has these, the torch module does not (or tracing and scripting always write
// the method).
constexpr std::array<std::string_view, 31> method_names{
    "__contains__", "backward", "bool",   "contiguous",  "cpu",       "cuda",     "detach",
    "dim",          "double",   "expand", "expand_as",   "float",     "half",     "index_put",
    "int",          "item",     "long",   "masked_fill", "new_empty", "new_full", "new_ones",
    "new_zeros",    "permute",  "repeat", "reshape_as",  "size",      "stride",   "to",
    "type_as",      "view",     "view_as"};
static_assert(std::is_sorted(method_names.begin(), method_names.end()));

} // namespace

bool is_method_target(std::string_view target)
{
    constexpr std::string_view domain = "aten::";
    if (!target.starts_with(domain))
        return false;
    std::string_view name = target.substr(domain.size());
    name = name.substr(0, name.find('.'));
    if (name.size() > 1 && name.ends_with('_') && !name.ends_with("__"))
        return true;
    return std::binary_search(method_names.begin(), method_names.end(), name);
}

} // namespace strata
