#include "hierarchy/initializer_facts.h"

#include <algorithm>
#include <string_view>

namespace strata {
namespace {

/// "val_3", "const": not "3" or "v17", which tools write where there was no name, or took one away.
bool is_word(std::string_view name)
{
    const auto letters = std::count_if(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    const bool numbered = !name.empty() && name.back() >= '0' && name.back() <= '9';
    return letters > (numbered ? 1 : 0);
}

} // namespace

InitializerFacts initializer_facts(const OnnxModel& model, const ModuleTree& modules)
{
    constexpr std::int64_t smallest_matrix = 16;
    InitializerFacts facts;
    for (std::uint32_t i = 0; i < model.initializers.size(); ++i) {
        const Initializer& initializer = model.initializers[i];
        const Tensor& tensor = initializer.tensor;
        const std::string_view name = model.text(model.values[initializer.value].name);
        if (const std::size_t at = name.find(".weight_hh"); at != std::string_view::npos)
            if (const auto module = modules.find(name.substr(0, at)))
                facts.recurrent.insert(*module);
        facts.has_names = facts.has_names || is_word(name);
        if (tensor.element_count() > 1)
            facts.arrays.insert(i);
        if (is_floating_point(tensor.dtype) && tensor.shape.size() >= 2 &&
            tensor.element_count() >= smallest_matrix)
            ++facts.weights;
    }
    return facts;
}

} // namespace strata
