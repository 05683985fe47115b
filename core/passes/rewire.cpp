#include "passes/rewire.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {

std::vector<bool> graph_output_values(const OnnxModel& model)
{
    std::vector<bool> found(model.values.size(), false);
    for (const OnnxGraph& graph : model.graphs)
        for (ValueId id : graph.outputs)
            if (id < found.size())
                found[id] = true;
    return found;
}

std::vector<bool> graph_input_values(const OnnxModel& model)
{
    std::vector<bool> found(model.values.size(), false);
    for (const OnnxGraph& graph : model.graphs)
        for (ValueId id : graph.inputs)
            if (id < found.size())
                found[id] = true;
    return found;
}

void unite_origins(OnnxModel& model, NodeId into, NodeId from)
{
    if (into >= model.provenance.size() || from >= model.provenance.size() || into == from)
        return;
    auto& origins = model.provenance[into].origins;
    for (FxNodeId origin : model.provenance[from].origins)
        if (std::find(origins.begin(), origins.end(), origin) == origins.end())
            origins.push_back(origin);
}

std::string tensor_key(const Tensor& tensor, std::int64_t max_elements)
{
    const auto count = checked_element_count(tensor.shape);
    if (!count)
        return {};
    std::string key =
        fmt::format("{} [{}] ", to_string(tensor.dtype), fmt::join(tensor.shape, ","));
    if (tensor.dtype == DType::String) {
        if (*count > max_elements)
            return {};
        for (const std::string& text : tensor.strings)
            key += fmt::format("{}:{}", text.size(), text);
        return key;
    }
    if (!tensor.storage)
        return {};
    if (*count > max_elements)
        return key + fmt::format("at {} {} [{}]", static_cast<const void*>(tensor.storage.get()),
                                 tensor.storage_offset, fmt::join(tensor.strides, ","));
    std::vector<std::byte> scratch;
    const auto bytes = tensor.contiguous_bytes(scratch);
    if (!bytes)
        return {};
    key.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    return key;
}

} // namespace strata
