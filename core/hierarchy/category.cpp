#include "hierarchy/category.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace strata {
namespace {

/// ONNX operators whose usual spelling in PyTorch is a method of a tensor: x.view(), x.to(), x.t().
constexpr std::array<std::string_view, 10> method_like{"Cast",      "CastLike", "Expand", "Flatten",
                                                       "Reshape",   "Shape",    "Size",   "Squeeze",
                                                       "Transpose", "Unsqueeze"};

bool is_torch_class(const Module& module)
{
    return module.qualified_class.starts_with("torch.nn.");
}

bool reads_own_tensor(const OnnxModel& model, NodeId node, const Module& module)
{
    for (const ValueId input : model.nodes[node].inputs) {
        if (input == no_id || model.values[input].initializer == no_id)
            continue;
        std::string_view name = model.text(model.values[input].name);
        if (!module.fqn.empty()) {
            if (!name.starts_with(module.fqn + "."))
                continue;
            name.remove_prefix(module.fqn.size() + 1);
        }
        // With the module's tensors at hand they decide; without, a name right below the module
        // counts.
        const bool known = std::any_of(module.tensors.begin(), module.tensors.end(),
                                       [&](const ModuleTensor& t) { return t.name == name; });
        const bool plausible = module.tensors.empty() && module.inferred && !module.fqn.empty() &&
                               name.find('.') == std::string_view::npos;
        if (known || plausible)
            return true;
    }
    return false;
}

bool contains(const std::vector<ValueId>& values, ValueId value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

} // namespace

Category module_category(const OnnxModel& model, NodeId node, const Module& module,
                         const FxNode* fx)
{
    if (fx) {
        if (fx->kind == FxKind::Placeholder)
            return Category::Inputs;
        if (fx->kind == FxKind::Output)
            return Category::Outputs;
        if (fx->kind == FxKind::GetAttr)
            return Category::Attributes;
    }
    if (is_torch_class(module))
        return Category::TorchModules;
    if (reads_own_tensor(model, node, module))
        return Category::CustomModules;
    if (fx && fx->kind == FxKind::CallMethod)
        return Category::Methods;
    if (fx && fx->kind == FxKind::CallFunction)
        return Category::Functions;
    return Category::CustomModules;
}

std::string synthetic_path(const OnnxModel& model, NodeId id)
{
    const OnnxNode& node = model.nodes[id];
    const std::string_view op = model.text(node.op_type);
    const OnnxGraph& main = model.graphs[OnnxModel::main_graph];
    if (op == "Constant" && !node.outputs.empty() && node.outputs.front() != no_id)
        return fmt::format("/Attributes/{}", model.text(model.values[node.outputs.front()].name));
    const bool passes_on =
        (op == "Identity" || op == "Cast") && node.inputs.size() == 1 && node.outputs.size() == 1;
    if (passes_on && contains(main.inputs, node.inputs.front()))
        return fmt::format("/Inputs/{}", model.text(model.values[node.inputs.front()].name));
    if (passes_on && contains(main.outputs, node.outputs.front()))
        return fmt::format("/Outputs/{}", model.text(model.values[node.outputs.front()].name));
    const bool method = std::find(method_like.begin(), method_like.end(), op) != method_like.end();
    return fmt::format("/{}/{}", method ? "Methods" : "Functions", op);
}

Category synthetic_category(std::string_view path)
{
    if (path.starts_with("/Methods/"))
        return Category::Methods;
    if (path.starts_with("/Attributes/"))
        return Category::Attributes;
    if (path.starts_with("/Inputs/"))
        return Category::Inputs;
    if (path.starts_with("/Outputs/"))
        return Category::Outputs;
    return Category::Functions;
}

} // namespace strata
