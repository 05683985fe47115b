#include "lowering/flat_outputs.h"

#include "lowering/python_value.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {
namespace {

bool is_container(const Lowered& value)
{
    return sequence_items(value) || value.as<LoweredDict>();
}

std::string key_text(const Lowered& key, std::size_t position)
{
    if (const auto* text = key.as<std::string>())
        return *text;
    if (const auto* number = key.as<std::int64_t>())
        return fmt::to_string(*number);
    return fmt::to_string(position);
}

void collect(const Lowered& value, const std::string& path, std::vector<FlatOutput>& flat)
{
    if (const auto* items = sequence_items(value)) {
        for (std::size_t i = 0; i < items->size(); ++i)
            collect((*items)[i], fmt::format("{}.{}", path, i), flat);
    } else if (const auto* dict = value.as<LoweredDict>()) {
        std::size_t position = 0;
        for (const auto& [key, item] : **dict)
            collect(item, fmt::format("{}.{}", path, key_text(key, position++)), flat);
    } else if (!value.is_none() && !value.as<std::string>()) { // ONNX models give numbers
        flat.push_back({path, value});
    }
}

} // namespace

std::vector<FlatOutput> flatten_outputs(const Lowered& result)
{
    std::vector<FlatOutput> flat;
    if (const auto* items = sequence_items(result)) {
        // Without nesting, Nones leave no gap in the numbers.
        const bool nested = std::any_of(items->begin(), items->end(), is_container);
        for (std::size_t i = 0; i < items->size(); ++i)
            collect((*items)[i], fmt::format("output_{}", nested ? i : flat.size()), flat);
        if (flat.size() == 1)
            flat.front().name = "output";
    } else if (const auto* dict = result.as<LoweredDict>()) {
        std::size_t position = 0;
        for (const auto& [key, item] : **dict)
            collect(item, key_text(key, position++), flat);
    } else {
        collect(result, "output", flat);
    }
    return flat;
}

} // namespace strata
