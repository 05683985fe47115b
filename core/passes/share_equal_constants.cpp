#include "passes/passes.h"
#include "passes/rewire.h"

#include <unordered_map>

namespace strata {

bool share_equal_constants(OnnxModel& model, const WeightOf& weight_of, std::int64_t max_elements)
{
    const std::vector<bool> given_out = graph_output_values(model);
    const std::vector<bool> taken_in = graph_input_values(model);
    Rewire rewire(model);
    std::unordered_map<std::string, ValueId> first;
    for (const Initializer& initializer : model.initializers) {
        const ValueId id = initializer.value;
        if (id >= model.values.size() || initializer.sparse || given_out[id] || taken_in[id])
            continue;
        const std::string_view name = model.text(model.values[id].name);
        const std::string_view weight = weight_of ? weight_of(name) : std::string_view{};
        if (!weight.empty() && weight == name)
            continue;
        std::string key = tensor_key(initializer.tensor, max_elements);
        if (key.empty())
            continue;
        // Only initializers of the same graph are certainly visible wherever the other one is.
        key += "@" + std::to_string(model.values[id].graph);
        // What was made of different weights belongs to different modules.
        key.append("@").append(weight);
        const auto [it, inserted] = first.emplace(std::move(key), id);
        if (!inserted)
            rewire.redirect(id, it->second);
    }
    return rewire.apply(model);
}

} // namespace strata
