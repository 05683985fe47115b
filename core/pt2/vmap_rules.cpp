// Rules for operators on tensors with hidden dimensions in front.
#include "pt2/vmap.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace strata::pt2 {
namespace {

/// "add" of "aten::add.Tensor"; empty for operators of other libraries.
std::string_view base_of(const FxNode& node)
{
    constexpr std::string_view space = "aten::";
    const std::string_view target = node.target;
    if (!target.starts_with(space))
        return {};
    const std::string_view rest = target.substr(space.size());
    return rest.substr(0, rest.find('.'));
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Each element of the result depends on one element of each argument, which broadcast.
constexpr std::array<std::string_view, 110> elementwise_ops{
    "abs",         "acos",        "acosh",        "add",         "alias",       "asin",
    "asinh",       "atan",        "atan2",        "atanh",       "bitwise_and", "bitwise_not",
    "bitwise_or",  "bitwise_xor", "ceil",         "celu",        "clamp",       "clamp_max",
    "clamp_min",   "clip",        "clone",        "contiguous",  "copysign",    "cos",
    "cosh",        "detach",      "div",          "divide",      "dropout",     "elu",
    "eq",          "erf",         "erfc",         "exp",         "exp2",        "expm1",
    "fill",        "floor",       "floor_divide", "fmax",        "fmin",        "fmod",
    "full_like",   "ge",          "gelu",         "greater",     "gt",          "hardshrink",
    "hardsigmoid", "hardswish",   "hardtanh",     "hypot",       "isfinite",    "isinf",
    "isnan",       "le",          "leaky_relu",   "lerp",        "less",        "lift_fresh_copy",
    "log",         "log10",       "log1p",        "log2",        "log_sigmoid", "logical_and",
    "logical_not", "logical_or",  "logical_xor",  "logit",       "lt",          "masked_fill",
    "maximum",     "minimum",     "mish",         "mul",         "multiply",    "nan_to_num",
    "ne",          "neg",         "ones_like",    "pow",         "prelu",       "reciprocal",
    "relu",        "relu6",       "remainder",    "round",       "rsqrt",       "rsub",
    "selu",        "sigmoid",     "sign",         "silu",        "sin",         "sinh",
    "softplus",    "sqrt",        "square",       "sub",         "subtract",    "tan",
    "tanh",        "threshold",   "to",           "true_divide", "trunc",       "where",
    "xlogy",       "zeros_like"};
constexpr std::array<std::string_view, 6> python_operators{
    "__and__", "__or__", "__xor__", "_to_copy", "_conj_copy", "special_expit"};
constexpr std::array<std::string_view, 12> comparisons{
    "eq",    "ne",   "lt",      "le",          "gt",    "ge",
    "where", "less", "greater", "masked_fill", "isnan", "logical_and"};

/// An argument that numbers dimensions (or a list of such).
struct DimRule {
    std::string_view op; ///< with its overload, where overloads differ
    std::size_t position;
    std::string_view name;
    /// What a call means that leaves it out.
    enum class Default { None, All, First, Last } missing = Default::None;
    bool one_more = false; ///< counts the dimensions of the result, of which there is one more
};
using Default = DimRule::Default;

constexpr std::array dim_rules{
    DimRule{"softmax.int", 1, "dim"},
    DimRule{"_softmax", 1, "dim"},
    DimRule{"log_softmax.int", 1, "dim"},
    DimRule{"_log_softmax", 1, "dim"},
    DimRule{"softmin", 1, "dim"},
    DimRule{"cumsum", 1, "dim"},
    DimRule{"cumprod", 1, "dim"},
    DimRule{"logcumsumexp", 1, "dim"},
    DimRule{"argmax", 1, "dim"},
    DimRule{"argmin", 1, "dim"},
    DimRule{"cummax", 1, "dim"},
    DimRule{"cummin", 1, "dim"},
    DimRule{"amax", 1, "dim", Default::All},
    DimRule{"amin", 1, "dim", Default::All},
    DimRule{"logsumexp", 1, "dim", Default::All},
    DimRule{"sum.dim_IntList", 1, "dim", Default::All},
    DimRule{"mean.dim", 1, "dim", Default::All},
    DimRule{"std.correction", 1, "dim", Default::All},
    DimRule{"var.correction", 1, "dim", Default::All},
    DimRule{"std.dim", 1, "dim", Default::All},
    DimRule{"var.dim", 1, "dim", Default::All},
    DimRule{"linalg_vector_norm", 2, "dim", Default::All},
    DimRule{"norm.ScalarOpt_dim", 2, "dim", Default::All},
    DimRule{"prod.dim_int", 1, "dim"},
    DimRule{"any.dim", 1, "dim"},
    DimRule{"all.dim", 1, "dim"},
    DimRule{"any.dims", 1, "dim", Default::All},
    DimRule{"all.dims", 1, "dim", Default::All},
    DimRule{"max.dim", 1, "dim"},
    DimRule{"min.dim", 1, "dim"},
    DimRule{"median.dim", 1, "dim"},
    DimRule{"select.int", 1, "dim"},
    DimRule{"slice.Tensor", 1, "dim", Default::First},
    DimRule{"narrow", 1, "dim"},
    DimRule{"squeeze.dim", 1, "dim"},
    DimRule{"squeeze.dims", 1, "dim"},
    DimRule{"unsqueeze", 1, "dim", Default::None, true},
    DimRule{"flip", 1, "dims"},
    DimRule{"roll", 2, "dims"},
    DimRule{"sort", 1, "dim", Default::Last},
    DimRule{"argsort", 1, "dim", Default::Last},
    DimRule{"topk", 2, "dim", Default::Last},
    DimRule{"unbind.int", 1, "dim", Default::First},
    DimRule{"split.Tensor", 2, "dim", Default::First},
    DimRule{"split_with_sizes", 2, "dim", Default::First},
    DimRule{"chunk", 2, "dim", Default::First},
    DimRule{"glu", 1, "dim", Default::Last},
    DimRule{"unfold", 1, "dimension"},
    DimRule{"sym_size.int", 1, "dim"},
};
constexpr std::array two_dims{std::string_view("transpose.int"), std::string_view("swapaxes"),
                              std::string_view("swapdims"), std::string_view("flatten.using_ints")};

/// What reduces everything, and the operator that does it along dimensions.
struct WholeRule {
    std::string_view op;
    std::string_view along;
};
constexpr std::array whole_rules{WholeRule{"sum", "sum.dim_IntList"},
                                 WholeRule{"mean", "mean.dim"},
                                 WholeRule{"max", "amax"},
                                 WholeRule{"min", "amin"},
                                 WholeRule{"any", "any.dims"},
                                 WholeRule{"all", "all.dims"}};

/// By position or by keyword; null when it is left out.
FxArg* parameter(FxNode& node, std::size_t position, std::string_view name)
{
    if (position < node.args.size())
        return &node.args[position];
    for (FxKeywordArg& arg : node.kwargs)
        if (arg.name == name)
            return &arg.arg;
    return nullptr;
}

bool is_left_out(const FxArg* arg)
{
    const auto* list = arg ? std::get_if<FxArg::List>(&arg->value) : nullptr;
    return !arg || arg->is_none() || (list && list->empty());
}

/// Dimensions counted from the end stay what they are. False for what is no dimension of a tensor
/// of this logical rank.
bool shift(FxArg& dim, std::size_t hidden, std::size_t rank)
{
    if (auto* list = std::get_if<FxArg::List>(&dim.value))
        return std::all_of(list->begin(), list->end(),
                           [&](FxArg& each) { return shift(each, hidden, rank); });
    auto* number = std::get_if<std::int64_t>(&dim.value);
    const auto size = static_cast<std::int64_t>(rank);
    if (!number || *number >= size || *number < -size)
        return false;
    if (*number >= 0)
        *number += static_cast<std::int64_t>(hidden);
    return true;
}

std::string_view with_overload(const FxNode& node)
{
    return std::string_view(node.target).substr(node.target.find("::") + 2);
}

} // namespace

bool BatchedValues::elementwise(FxNode& node, const FxType& result, const Emit& emit)
{
    const std::string_view op = base_of(node);
    const bool attention = op == "scaled_dot_product_attention";
    if (!is_one_of(elementwise_ops, op) && !is_one_of(python_operators, op) && !attention)
        return false;
    // Attention sees its last dimensions only, when all have equally many.
    std::size_t rank = 0;
    const auto widest = [&](const FxArg& arg) {
        if (is_tensor(arg))
            rank = std::max(rank, rank_of(arg));
    };
    std::for_each(node.args.begin(), node.args.end(), widest);
    for (const FxKeywordArg& arg : node.kwargs)
        widest(arg.arg);
    const auto align = [&](FxArg& arg) {
        if (!is_tensor(arg))
            return;
        if (attention) {
            arg = spread(arg, m_union, rank, emit);
            return;
        }
        // A number takes the type of the tensors around it; with hidden dimensions it no longer
        // looks like one.
        const FxType& type = logical_of(arg);
        const bool number = is_batched(arg) && type.shape->empty() && rank > 0;
        const bool follows = number && result.dtype != DType::Unknown &&
                             result.dtype != DType::Bool && type.dtype != result.dtype &&
                             !is_one_of(comparisons, op);
        FxArg value = aligned(arg, m_union, rank, emit);
        if (follows) {
            FxType wanted = m_graph.values[value.ref()->value].type;
            wanted.dtype = result.dtype;
            value = emit("aten::to.dtype", {value, result.dtype}, wanted);
        }
        arg = std::move(value);
    };
    std::for_each(node.args.begin(), node.args.end(), align);
    for (FxKeywordArg& arg : node.kwargs)
        align(arg.arg);
    return true;
}

bool BatchedValues::by_dimension(FxNode& node)
{
    const std::string_view op = with_overload(node);
    if (node.args.empty() || !is_batched(node.args[0]))
        return false;
    for (std::size_t i = 1; i < node.args.size(); ++i)
        if (is_batched(node.args[i]))
            return false;
    const std::size_t hidden = m_union.size();
    const std::size_t rank = rank_of(node.args[0]);
    if (op == "flatten.using_ints") // what is left out: all
        for (const std::int64_t missing : {std::int64_t{0}, std::int64_t{-1}})
            if (node.args.size() < (missing == 0 ? 2U : 3U))
                node.args.emplace_back(missing);
    if (std::find(two_dims.begin(), two_dims.end(), op) != two_dims.end())
        return rank > 0 && node.args.size() == 3 && shift(node.args[1], hidden, rank) &&
               shift(node.args[2], hidden, rank);
    if (op == "t" || op == "numpy_T" || op == "mT") {
        if (rank > 2 && op != "mT")
            return false;
        node.target = rank < 2 ? "aten::alias" : "aten::transpose.int";
        if (rank >= 2) {
            node.args.emplace_back(std::int64_t{-2});
            node.args.emplace_back(std::int64_t{-1});
        }
        return true;
    }
    const auto* rule = std::find_if(dim_rules.begin(), dim_rules.end(),
                                    [&](const DimRule& each) { return each.op == op; });
    if (rule == dim_rules.end())
        return false;
    FxArg* dims = parameter(node, rule->position, rule->name);
    if (!is_left_out(dims))
        return shift(*dims, hidden, rank + (rule->one_more ? 1 : 0));
    FxArg given;
    const auto first = static_cast<std::int64_t>(hidden);
    if (rule->missing == Default::First)
        given = first;
    else if (rule->missing == Default::Last)
        given = std::int64_t{-1};
    else if (rule->missing == Default::All) {
        FxArg::List all;
        for (std::size_t i = 0; i < rank; ++i)
            all.emplace_back(first + static_cast<std::int64_t>(i));
        given = std::move(all);
    }
    if (given.is_none() || rank == 0)
        return false;
    if (dims)
        *dims = std::move(given);
    else
        node.kwargs.push_back({std::string(rule->name), std::move(given)});
    return true;
}

bool BatchedValues::of_everything(FxNode& node, const Emit& emit)
{
    if (node.args.empty() || !is_batched(node.args[0]))
        return false;
    const std::string_view op = with_overload(node);
    const bool place = op == "argmax" || op == "argmin";
    if ((place && is_left_out(parameter(node, 1, "dim"))) ||
        (op == "prod" && node.args.size() == 1)) {
        // Counted through all dimensions: as one.
        FxType flat = logical_of(node.args[0]);
        if (flat.shape->empty())
            return false;
        flat.shape = {FxDim{}};
        FxArg one =
            emit("aten::flatten.using_ints",
                 {node.args[0], static_cast<std::int64_t>(m_union.size()), std::int64_t{-1}},
                 physical(m_union, flat));
        std::erase_if(node.kwargs, [](const FxKeywordArg& arg) { return arg.name == "dim"; });
        if (!place)
            node.target = "aten::prod.dim_int";
        node.args = {std::move(one), std::int64_t{-1}};
        return !place || node.kwargs.empty();
    }
    if (node.args.size() != 1)
        return false;
    const auto* rule =
        std::find_if(whole_rules.begin(), whole_rules.end(),
                     [&](const WholeRule& each) { return each.op == with_overload(node); });
    const std::size_t rank = rank_of(node.args[0]);
    if (rule == whole_rules.end())
        return false;
    FxArg::List all;
    for (std::size_t i = 0; i < rank; ++i)
        all.emplace_back(static_cast<std::int64_t>(m_union.size() + i));
    if (all.empty()) // of one number: itself, or whether it is true
        node.target = rule->op == "any" || rule->op == "all" ? "aten::to.dtype" : "aten::clone";
    else
        node.target = "aten::" + std::string(rule->along);
    if (!all.empty())
        node.args.emplace_back(std::move(all));
    else if (node.target == "aten::to.dtype")
        node.args.emplace_back(DType::Bool);
    return true;
}

bool BatchedValues::by_sizes(FxNode& node, const Emit& emit)
{
    const std::string_view op = with_overload(node);
    const bool spreads = op == "expand" || op == "repeat";
    const bool views = op == "view" || op == "reshape" || op == "_unsafe_view";
    if ((!spreads && !views && op != "permute") || node.args.size() < 2 ||
        !is_batched(node.args[0]))
        return false;
    auto* sizes = std::get_if<FxArg::List>(&node.args[1].value);
    if (!sizes)
        return false;
    const std::size_t hidden = m_union.size();
    const std::size_t rank = rank_of(node.args[0]);
    FxArg::List front;
    for (std::size_t i = 0; i < hidden; ++i) {
        const auto place = static_cast<std::int64_t>(i);
        front.push_back(op == "permute"  ? FxArg(place)
                        : op == "repeat" ? FxArg(std::int64_t{1})
                                         : open_level(m_union[i]).size);
    }
    if (op == "permute") {
        for (FxArg& dim : *sizes) {
            auto* number = std::get_if<std::int64_t>(&dim.value);
            if (!number)
                return false;
            if (*number < 0)
                *number += static_cast<std::int64_t>(rank);
            *number += static_cast<std::int64_t>(hidden);
        }
    }
    if (spreads && sizes->size() > rank)
        node.args[0] = aligned(node.args[0], m_union, sizes->size(), emit);
    sizes = std::get_if<FxArg::List>(&node.args[1].value);
    sizes->insert(sizes->begin(), front.begin(), front.end());
    return true;
}

bool BatchedValues::joining(FxNode& node, const Emit& emit)
{
    const std::string_view op = with_overload(node);
    const bool list = op == "cat" || op == "stack" || op == "concat";
    const bool picks = op == "gather" || op == "scatter.src" || op == "scatter_add";
    if ((!list && !picks) || node.args.empty())
        return false;
    auto* items = list ? std::get_if<FxArg::List>(&node.args.front().value) : nullptr;
    const std::size_t rank = list && items && !items->empty() && is_tensor(items->front())
                                 ? rank_of(items->front())
                                 : rank_of(node.args.front());
    FxArg* dim = parameter(node, 1, "dim");
    if (dim && !shift(*dim, m_union.size(), rank + (op == "stack" ? 1 : 0)))
        return false;
    if (!dim)
        node.kwargs.push_back({"dim", static_cast<std::int64_t>(m_union.size())});
    const auto widen = [&](FxArg& arg) {
        if (is_tensor(arg))
            arg = spread(arg, m_union, rank, emit);
    };
    if (items)
        std::for_each(items->begin(), items->end(), widen);
    else
        std::for_each(node.args.begin(), node.args.end(), widen);
    return true;
}

/// Operators that leave all dimensions alone but the last ones, whatever stands in front.
bool BatchedValues::one_batch_less(FxNode& node) const
{
    constexpr std::array<std::string_view, 8> last_dims{
        "linear", "layer_norm", "rms_norm", "embedding", "tril", "triu", "matrix_exp", "one_hot"};
    const std::string_view op = base_of(node);
    if (!is_one_of(last_dims, op))
        return false;
    const std::size_t batched = op == "embedding" ? 1 : 0;
    for (std::size_t i = 0; i < node.args.size(); ++i)
        if (is_batched(node.args[i]) != (i == batched))
            return false;
    return std::none_of(node.kwargs.begin(), node.kwargs.end(),
                        [&](const FxKeywordArg& arg) { return is_batched(arg.arg); });
}

} // namespace strata::pt2
