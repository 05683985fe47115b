#include "pt2/export_target.h"

#include <algorithm>
#include <array>

namespace strata::pt2 {
namespace {

/// Python's functions on numbers, which stand in a graph for symbolic sizes, and the operators that
/// TorchScript has for them. Those that end in "." take the numbers' type as overload.
struct NumberFunction {
    std::string_view python;
    std::string_view target;
};
constexpr std::array number_functions{
    NumberFunction{"_operator.add", "aten::add."},
    NumberFunction{"_operator.sub", "aten::sub."},
    NumberFunction{"_operator.mul", "aten::mul."},
    NumberFunction{"_operator.floordiv", "aten::floordiv."},
    NumberFunction{"_operator.truediv", "aten::div."},
    NumberFunction{"_operator.mod", "aten::remainder."},
    NumberFunction{"_operator.pow", "aten::pow."},
    NumberFunction{"_operator.neg", "aten::neg."},
    NumberFunction{"_operator.eq", "aten::eq."},
    NumberFunction{"_operator.ne", "aten::ne."},
    NumberFunction{"_operator.lt", "aten::lt."},
    NumberFunction{"_operator.le", "aten::le."},
    NumberFunction{"_operator.gt", "aten::gt."},
    NumberFunction{"_operator.ge", "aten::ge."},
    NumberFunction{"_operator.and_", "aten::__and__.bool"},
    NumberFunction{"_operator.or_", "aten::__or__.bool"},
    NumberFunction{"_operator.xor", "aten::__xor__.bool"},
    NumberFunction{"_operator.lshift", "aten::__lshift__.int"},
    NumberFunction{"_operator.rshift", "aten::__rshift__.int"},
    NumberFunction{"_operator.not_", "aten::__not__"},
    NumberFunction{"_operator.abs", "prim::abs."},
    NumberFunction{"torch.sym_not", "aten::__not__"},
    NumberFunction{"torch.sym_int", "aten::Int.Scalar"},
    NumberFunction{"torch.sym_float", "aten::Float.Scalar"},
    NumberFunction{"torch.sym_max", "prim::max."},
    NumberFunction{"torch.sym_min", "prim::min."},
    NumberFunction{"torch.sym_sqrt", "aten::sqrt."},
    NumberFunction{"torch._sym_sqrt", "aten::sqrt."},
    NumberFunction{"torch.sym_ite", "torch::sym_ite"},
    NumberFunction{"torch.sym_sum", "torch::sym_sum"},
    NumberFunction{"math.trunc", "aten::Int.float"},
    NumberFunction{"math.floor", "aten::floor.float"},
    NumberFunction{"math.ceil", "aten::ceil.float"},
    NumberFunction{"math.sqrt", "aten::sqrt.float"},
    NumberFunction{"builtins.max", "prim::max."},
    NumberFunction{"builtins.min", "prim::min."},
    NumberFunction{"builtins.int", "aten::Int.Scalar"},
    NumberFunction{"builtins.float", "aten::Float.Scalar"},
    NumberFunction{"builtins.abs", "prim::abs."},
    NumberFunction{"torch.fx.experimental.symbolic_shapes.cast_symbool_to_symint_guardless",
                   "aten::Int.Scalar"}};

/// What pre-dispatch programs keep of torch.func, autocast and autograd modes.
constexpr std::array without_effect{
    std::string_view("torch._functorch.predispatch.lazy_load_decompositions"),
    std::string_view("torch._functorch.predispatch._jvp_increment_nesting"),
    std::string_view("torch._functorch.predispatch._jvp_decrement_nesting"),
    std::string_view("torch._functorch.predispatch._enter_dual_level"),
    std::string_view("torch._functorch.predispatch._exit_dual_level"),
    std::string_view("torch._C._set_grad_enabled"),
    std::string_view("torch.autograd.grad_mode.set_grad_enabled"),
    std::string_view("torch._C._log_api_usage_once")};

constexpr std::array batching{
    std::string_view("_vmap_increment_nesting"), std::string_view("_vmap_decrement_nesting"),
    std::string_view("_add_batch_dim"), std::string_view("_remove_batch_dim")};

constexpr std::array identities{std::string_view("_operator.pos"),
                                std::string_view("torch._functorch.predispatch._unwrap_for_grad")};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// "aten.add.Tensor" as "aten::add.Tensor", "aten.relu.default" as "aten::relu".
std::string scoped_name(std::string_view dotted)
{
    const std::size_t dot = dotted.find('.');
    if (dot == std::string_view::npos)
        return std::string(dotted);
    std::string_view rest = dotted.substr(dot + 1);
    constexpr std::string_view plain = ".default";
    if (rest.ends_with(plain))
        rest.remove_suffix(plain.size());
    return std::string(dotted.substr(0, dot)) + "::" + std::string(rest);
}

} // namespace

ExportTarget parse_export_target(std::string_view target, bool on_reals)
{
    constexpr std::string_view ops = "torch.ops.";
    constexpr std::string_view higher_order = "torch.ops.higher_order.";
    if (target.starts_with(higher_order))
        return {TargetKind::HigherOrder, std::string(target.substr(higher_order.size()))};
    if (target.starts_with(ops))
        return {TargetKind::Operator, scoped_name(target.substr(ops.size()))};
    constexpr std::string_view functorch = "torch._functorch.predispatch.";
    if (target.starts_with(functorch) && contains(batching, target.substr(functorch.size())))
        return {TargetKind::Batching, std::string(target.substr(functorch.size()))};
    if (contains(without_effect, target))
        return {TargetKind::Nothing, std::string(target)};
    if (contains(identities, target))
        return {TargetKind::Identity, std::string(target)};
    for (const NumberFunction& function : number_functions) {
        if (function.python != target)
            continue;
        std::string name(function.target);
        if (name.ends_with('.'))
            name += on_reals ? "float" : name == "aten::pow." ? "int_to_int" : "int";
        return {TargetKind::Operator, std::move(name)};
    }
    if (target.starts_with('#')) { // "#namespace:operator" of other operator systems
        std::string name(target.substr(1));
        if (const std::size_t colon = name.find(':'); colon != std::string::npos)
            name.insert(colon, ":");
        return {TargetKind::Operator, std::move(name)};
    }
    // A plain Python function: its module is the scope.
    const std::size_t dot = target.rfind('.');
    if (dot == std::string_view::npos)
        return {TargetKind::Operator, "python::" + std::string(target)};
    return {TargetKind::Operator,
            std::string(target.substr(0, dot)) + "::" + std::string(target.substr(dot + 1))};
}

std::string result_name(std::string_view target)
{
    if (const std::size_t colons = target.rfind("::"); colons != std::string_view::npos)
        target.remove_prefix(colons + 2);
    target = target.substr(0, target.find('.'));
    while (target.size() > 1 && target.ends_with('_'))
        target.remove_suffix(1);
    while (target.size() > 1 && target.starts_with('_'))
        target.remove_prefix(1);
    return std::string(target);
}

} // namespace strata::pt2
