#include "ui/panels/module_costs.h"

#include <optional>

namespace strata::ui {

namespace {

using Sizes = std::optional<std::vector<double>>;

/// Nothing unless all dimensions are numbers.
Sizes sizesOf(const OnnxModel& model, const std::vector<ValueId>& values, std::size_t index)
{
    if (index >= values.size() || values[index] >= model.values.size())
        return std::nullopt;
    const OnnxValue& value = model.values[values[index]];
    std::vector<double> sizes;
    if (value.initializer < model.initializers.size()) {
        for (const std::int64_t size : model.initializers[value.initializer].tensor.shape)
            sizes.push_back(static_cast<double>(size));
        return sizes;
    }
    if (!value.has_shape)
        return std::nullopt;
    for (const Dim& dim : value.shape) {
        if (!dim.known())
            return std::nullopt;
        sizes.push_back(static_cast<double>(dim.value));
    }
    return sizes;
}

double product(const std::vector<double>& sizes, std::size_t first = 0)
{
    double result = 1.0;
    for (std::size_t i = first; i < sizes.size(); ++i)
        result *= sizes[i];
    return result;
}

bool isSet(const OnnxModel& model, const OnnxNode& node, std::string_view name)
{
    for (const Attribute& attribute : node.attributes)
        if (const auto* value = std::get_if<std::int64_t>(&attribute.value);
            value != nullptr && model.text(attribute.name) == name)
            return *value != 0;
    return false;
}

} // namespace

double nodeOperations(const OnnxModel& model, NodeId id)
{
    constexpr double unknown = -1.0;
    const OnnxNode& node = model.nodes[id];
    const std::string_view domain = model.text(node.domain);
    const std::string_view op = model.text(node.op_type);
    const bool product_of_matrices = op == "MatMul" || op == "Gemm";
    const bool transposed = op == "ConvTranspose";
    if ((!domain.empty() && domain != "ai.onnx") ||
        (!product_of_matrices && !transposed && op != "Conv"))
        return 0.0;
    const Sizes first = sizesOf(model, node.inputs, 0);
    const Sizes second = sizesOf(model, node.inputs, 1);
    const Sizes output = sizesOf(model, node.outputs, 0);
    if (product_of_matrices) {
        if (!first || first->empty() || !output)
            return unknown;
        const bool turned = op == "Gemm" && isSet(model, node, "transA");
        return 2.0 * product(*output) * (turned ? first->front() : first->back());
    }
    // Each weight but the first dimension meets every output (of a transposed one: every input).
    const Sizes& many = transposed ? first : output;
    return many && second && second->size() > 2 ? 2.0 * product(*many) * product(*second, 1)
                                                : unknown;
}

Result<std::vector<ModuleCost>> moduleCosts(const Inspection& inspection, TaskContext& task)
{
    std::vector<ModuleCost> costs(inspection.modules.size());
    if (!inspection.model || costs.empty())
        return costs;
    for (NodeId node = 0; node < inspection.model->nodes.size(); ++node) {
        if (node % 4096 == 0)
            STRATA_CHECK(task.poll());
        const ModuleId own =
            node < inspection.attribution.size() ? inspection.attribution[node].module : no_module;
        ModuleCost& cost = costs[own < costs.size() ? own : root_module];
        const double operations = nodeOperations(*inspection.model, node);
        if (operations < 0)
            ++cost.unknown;
        else
            cost.operations += operations;
    }
    // Parents come before their children.
    for (auto id = static_cast<ModuleId>(costs.size()); id-- > 1;)
        if (const ModuleId parent = inspection.modules[id].parent; parent < id) {
            costs[parent].operations += costs[id].operations;
            costs[parent].unknown += costs[id].unknown;
        }
    return costs;
}

} // namespace strata::ui
