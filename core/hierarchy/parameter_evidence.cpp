#include "hierarchy/parameter_evidence.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace strata {
namespace {

constexpr ModuleId several_owners = no_module - 1;

/// torch.nn.MultiheadAttention uses the weights of its child out_proj itself and never calls it.
/// Its own parameter in_proj_weight gives it away, or that nothing else in it has a name: other
/// projections would be children like this one.
void give_to_attention(const OnnxModel& model, const ModuleTree& modules,
                       std::vector<ModuleId>& owners)
{
    std::unordered_set<ModuleId> attentions;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const std::string_view name = model.text(model.values[model.initializers[i].value].name);
        if (owners[i] != no_module &&
            (name.ends_with("in_proj_bias") || name.find("in_proj_weight") != name.npos))
            attentions.insert(owners[i]);
    }
    for (ModuleId& owner : owners)
        if (owner != no_module && modules[owner].name == "out_proj") {
            const ModuleId parent = modules[owner].parent;
            if (attentions.contains(parent) ||
                (parent != root_module && modules[parent].children.size() == 1))
                owner = parent;
        }
}

/// Exporters keep one of several equal parameters, and name copies of it as the others.
ModuleId copy_owner(const OnnxModel& model, ValueId value, const ModuleTree& modules)
{
    return is_parameter_copy(model, value)
               ? modules.find(parameter_module(model.text(model.values[value].name)))
                     .value_or(no_module)
               : no_module;
}

/// Exporters keep one of several equal constants, under the name of one of them: a single number
/// that several nodes read may be anybody's.
void leave_shared_numbers(const OnnxModel& model, std::vector<ModuleId>& owners)
{
    std::vector<std::uint32_t> readers(model.initializers.size(), 0);
    for (const OnnxNode& node : model.nodes)
        for (const ValueId input : node.inputs)
            if (input != no_id && model.values[input].initializer != no_id)
                ++readers[model.values[input].initializer];
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const std::string_view name = model.text(model.values[model.initializers[i].value].name);
        // Tracing calls them "_tensor_constant0"; parameters have names that people gave.
        const bool constant = name.find("._") != std::string_view::npos;
        if (constant && readers[i] > 1 && model.initializers[i].tensor.element_count() <= 1)
            owners[i] = no_module;
    }
}

/// A table of embeddings that was looked up before the export is what its module does; who reads
/// the result stands above. Numbers that were computed from a buffer (positions, masks) may be
/// read by anybody.
ModuleId owner_by_name(const ParameterName& name, DType dtype, const ModuleTree& modules)
{
    const ModuleId owner = modules.find(name.module).value_or(no_module);
    if (owner == no_module || !name.derived)
        return owner;
    if (!is_floating_point(dtype))
        return no_module;
    return name.worked && name.is_weight && owner != root_module ? modules[owner].parent : owner;
}

} // namespace

bool is_parameter_copy(const OnnxModel& model, ValueId value)
{
    const NodeId producer = model.values[value].producer;
    if (producer == no_id || model.text(model.nodes[producer].op_type) != "Identity")
        return false;
    const auto& inputs = model.nodes[producer].inputs;
    return inputs.size() == 1 && inputs[0] != no_id &&
           model.values[inputs[0]].initializer != no_id &&
           is_parameter_name(model.text(model.values[value].name));
}

std::vector<ModuleId> initializer_owners(const OnnxModel& model, const ModuleTree& modules)
{
    // Owners by tensor first: a tensor with two owners belongs to neither alone, whichever of its
    // names the file uses.
    std::unordered_map<std::uint32_t, ModuleId> by_tensor;
    for (ModuleId id = 0; id < modules.size(); ++id) {
        if (!modules[id].alias_of.empty())
            continue;
        for (const ModuleTensor& tensor : modules[id].tensors) {
            const auto [it, inserted] = by_tensor.emplace(tensor.tensor, id);
            if (!inserted && it->second != id)
                it->second = several_owners;
        }
    }
    std::unordered_map<std::string, ModuleId> by_name;
    for (ModuleId id = 0; id < modules.size(); ++id)
        for (const ModuleTensor& tensor : modules[id].tensors)
            if (const auto owner = by_tensor.find(tensor.tensor);
                owner != by_tensor.end() && owner->second != several_owners)
                by_name.emplace(modules[id].fqn.empty() ? tensor.name
                                                        : modules[id].fqn + "." + tensor.name,
                                owner->second);

    std::vector<ModuleId> owners(model.initializers.size(), no_module);
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const std::string_view name = model.text(model.values[model.initializers[i].value].name);
        if (!by_tensor.empty()) {
            if (const auto it = by_name.find(std::string(name)); it != by_name.end())
                owners[i] = it->second;
        } else if (is_parameter_name(name)) {
            owners[i] = owner_by_name(parse_parameter_name(name),
                                      model.initializers[i].tensor.dtype, modules);
        } else if (const auto scope = parameter_scope(name, model.initializers[i].tensor)) {
            if (const auto match = match_scope(*scope, modules))
                owners[i] = match->module;
        }
    }
    if (by_tensor.empty()) {
        give_to_attention(model, modules, owners);
        leave_shared_numbers(model, owners);
    }
    return owners;
}

bool is_parameter_name(std::string_view name)
{
    if (name.find('.') == std::string_view::npos || name.front() == '.' || name.back() == '.')
        return false;
    char last = '\0';
    for (const char c : name) {
        const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!word && (c != '.' || last == '.'))
            return false;
        last = c;
    }
    // "val.0" is a numbered value, not a parameter: parameters are attributes, which start with a
    // letter.
    const char first = name[name.rfind('.') + 1];
    return first < '0' || first > '9';
}

namespace {

/// "Unsqueeze", "Concat_1": what exporters add to a name when they fold an operator into it.
bool is_operator_name(std::string_view part)
{
    if (const std::size_t bar = part.rfind('_');
        bar != std::string_view::npos && bar + 1 < part.size() &&
        part.find_first_not_of("0123456789", bar + 1) == std::string_view::npos)
        part = part.substr(0, bar);
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return part.size() > 2 && part[0] >= 'A' && part[0] <= 'Z' && part[1] >= 'a' &&
           part[1] <= 'z' && std::all_of(part.begin(), part.end(), is_letter);
}

/// Operators that only move or convert a parameter: whoever reads the result still reads the
/// parameter.
bool moves_only(std::string_view part)
{
    constexpr std::array<std::string_view, 9> movers{"Cast",     "Concat",    "Flatten",
                                                     "Identity", "Reshape",   "Slice",
                                                     "Squeeze",  "Transpose", "Unsqueeze"};
    return std::any_of(movers.begin(), movers.end(), [&](std::string_view mover) {
        return part == mover ||
               (part.starts_with(mover) && part.size() > mover.size() && part[mover.size()] == '_');
    });
}

} // namespace

ParameterName parse_parameter_name(std::string_view name)
{
    ParameterName result;
    // "norm.scale.Unsqueeze": an operator folded into the parameter before it.
    while (true) {
        const std::size_t dot = name.rfind('.');
        if (dot == std::string_view::npos || !is_operator_name(name.substr(dot + 1)) ||
            name.substr(0, dot).find('.') == std::string_view::npos)
            break;
        result.derived = true;
        result.worked = result.worked || !moves_only(name.substr(dot + 1));
        name = name.substr(0, dot);
    }
    const std::size_t dot = name.rfind('.');
    result.module = dot == std::string_view::npos ? std::string_view{} : name.substr(0, dot);
    result.is_weight = name.substr(dot == std::string_view::npos ? 0 : dot + 1) == "weight";
    // "fc.weight.T", "lstm.weight_ih_l0.gates", "conv.bias.quantized": what was made of a
    // parameter.
    for (std::size_t start = 0; start < name.size();) {
        const std::size_t end = std::min(name.find('.', start), name.size());
        const std::string_view part = name.substr(start, end - start);
        if (start > 0 &&
            (part == "weight" || part == "bias" || part.starts_with("weight_") ||
             part.starts_with("bias_") || part == "in_proj_weight" || part == "in_proj_bias")) {
            result.module = name.substr(0, start - 1);
            break;
        }
        start = end + 1;
    }
    return result;
}

std::optional<NameScope> parameter_scope(std::string_view name, const Tensor& tensor)
{
    if (name.starts_with('/') || !is_floating_point(tensor.dtype) || tensor.shape.empty() ||
        tensor.element_count() < 2)
        return std::nullopt;
    // MXNet's "stage1_unit2_bn1_moving_mean".
    constexpr std::array<std::string_view, 8> ends{"_weight",       "_bias",        "_gamma",
                                                   "_beta",         "_moving_mean", "_moving_var",
                                                   "_running_mean", "_running_var"};
    for (const std::string_view end : ends)
        if (name.ends_with(end))
            if (auto levels = parse_numbered_levels(name.substr(0, name.size() - end.size())))
                return levels;
    auto scope = parse_scope_name(name);
    return scope && !scope->numbers_calls && !scope->parts.empty() ? scope : std::nullopt;
}

std::string_view parameter_module(std::string_view name)
{
    return parse_parameter_name(name).module;
}

std::vector<NodeEvidence> parameter_evidence(const OnnxModel& model, const ModuleTree& modules)
{
    const std::vector<ModuleId> owners = initializer_owners(model, modules);
    std::set<std::pair<StringId, StringId>> functions;
    for (const OnnxFunction& function : model.functions)
        functions.emplace(function.domain, function.name);
    std::vector<NodeEvidence> found;
    std::vector<ModuleId> told; // of the current node
    for (NodeId id = 0; id < model.nodes.size(); ++id) {
        // A call hands parameters on: function_evidence().
        if (!functions.empty() &&
            functions.contains({model.nodes[id].domain, model.nodes[id].op_type}))
            continue;
        told.clear();
        for (const ValueId input : model.nodes[id].inputs) {
            if (input == no_id)
                continue;
            const std::uint32_t initializer = model.values[input].initializer;
            const ModuleId owner =
                initializer != no_id ? owners[initializer] : copy_owner(model, input, modules);
            if (owner == no_module || std::find(told.begin(), told.end(), owner) != told.end())
                continue;
            told.push_back(owner);
            found.push_back(
                {id,
                 {EvidenceKind::Parameter, default_confidence(EvidenceKind::Parameter), owner,
                  fmt::format("reads '{}' of module '{}'", model.text(model.values[input].name),
                              modules[owner].fqn)},
                 0});
        }
    }
    return found;
}

} // namespace strata
