#include "session/shape_hints.h"

#include "session/shape_hint_walk.h"

#include <array>

namespace strata {

void ShapeHint::merge(const ShapeHint& other, bool with_dtype)
{
    const bool told = empty();
    if (with_dtype && dtype == DType::Unknown) {
        dtype = other.dtype;
        is_index = is_index || other.is_index;
        is_offset = is_offset || other.is_offset;
    }
    if (!rank)
        rank = other.rank;
    min_rank = std::max(min_rank, other.min_rank);
    front.insert(other.front.begin(), other.front.end());
    back.insert(other.back.begin(), other.back.end());
    if ((told || because.empty()) && !other.because.empty() && because.empty())
        because = other.because;
}

namespace {

/// "aten::add.Tensor" without the overload.
std::string_view base_name(std::string_view target)
{
    const std::size_t dot = target.find('.');
    std::string_view name = target.substr(0, dot);
    if (name.ends_with('_') && !name.ends_with("__"))
        name.remove_suffix(1); // in place
    return name;
}

} // namespace

void ShapeHintWalk::visit(const FxNode& node, bool forward)
{
    if (!node.blocks.empty())
        return bodies(node);
    if (node.args.empty() || node.outputs.empty())
        return;
    const std::string_view op = base_name(node.target);
    ShapeHint& out = m_hints[node.outputs.front()];
    if (convolution(node, op, out) || matrix(node, op, out) || recurrent(node, op, out) ||
        normalization(node, op, out, forward) || indices(node, op, out))
        return;
    if (containers(node, op))
        return;
    if (joins(node, op, out, forward) || views(node, op, out, forward))
        return;
    elementwise(node, op, out, forward);
}

bool ShapeHintWalk::convolution(const FxNode& node, std::string_view op, ShapeHint& out)
{
    const bool generic = op == "aten::_convolution" || op == "aten::convolution";
    const bool transposed = op.starts_with("aten::conv_transpose") ||
                            (generic && node.args.size() > 6 && node.args[6] == FxArg(true));
    const bool plain = op == "aten::conv1d" || op == "aten::conv2d" || op == "aten::conv3d" ||
                       op == "aten::mkldnn_convolution" || op == "aten::_convolution_mode";
    const Tensor* w = weight(node, 1);
    if (!(generic || transposed || plain) || !w || w->shape.size() < 3)
        return false;
    const std::int64_t groups = std::max<std::int64_t>(
        integer(node, generic || transposed ? (generic ? 8 : 6) : 6).value_or(1), 1);
    ShapeHint in = from(node.args[1]);
    in.rank = w->shape.size();
    in.front[1] = transposed ? w->shape[0] : w->shape[1] * groups;
    tell(hint(node, 0), in);
    ShapeHint result = in;
    result.front[1] = transposed ? w->shape[1] * groups : w->shape[0];
    out.merge(result);
    return true;
}

void ShapeHintWalk::features(ShapeHint* in, ShapeHint& out, const FxArg& w, std::int64_t taken,
                             std::int64_t made)
{
    ShapeHint told = from(w);
    told.back[0] = taken;
    told.min_rank = 1;
    if (in) {
        in->merge(told);
        out.merge(of(in->rank));
        in->merge(of(out.rank));
        in->min_rank = out.min_rank = std::max(in->min_rank, out.min_rank);
    }
    told.back[0] = made;
    out.merge(told);
}

ShapeHint ShapeHintWalk::of(std::optional<std::size_t> rank)
{
    ShapeHint made;
    made.rank = rank;
    return made;
}

bool ShapeHintWalk::matrix(const FxNode& node, std::string_view op, ShapeHint& out)
{
    if (op == "aten::linear") {
        if (const Tensor* w = weight(node, 1); w && w->shape.size() == 2)
            features(hint(node, 0), out, node.args[1], w->shape[1], w->shape[0]);
        return true;
    }
    if (op.starts_with("quantized::linear")) {
        // What is packed: weight, scale, zero point, bias.
        const FxArg::List* parts = list(node, 1);
        const Tensor* w = parts && !parts->empty() ? weight(parts->front()) : nullptr;
        if (w && w->shape.size() == 2) {
            features(hint(node, 0), out, parts->front(), w->shape[1], w->shape[0]);
            ShapeHint real;
            real.dtype = DType::Float32;
            tell(hint(node, 0), real);
            out.merge(real);
        }
        return true;
    }
    if (op == "aten::matmul" || op == "aten::mm" || op == "aten::bmm") {
        if (const Tensor* w = weight(node, 1); w && w->shape.size() == 2)
            features(hint(node, 0), out, node.args[1], w->shape[0], w->shape[1]);
        if (op != "aten::matmul")
            for (std::size_t i = 0; i < 2; ++i)
                tell(hint(node, i), of_rank(op == "aten::mm" ? 2 : 3));
        return true;
    }
    if (op == "aten::bilinear") {
        const Tensor* w = weight(node, 2);
        for (std::size_t i = 0; w && w->shape.size() == 3 && i < 2; ++i)
            features(hint(node, i), out, node.args[2], w->shape[i + 1], w->shape[0]);
        return true;
    }
    if (op == "aten::addmm") {
        if (const Tensor* w = weight(node, 2); w && w->shape.size() == 2)
            features(hint(node, 1), out, node.args[2], w->shape[0], w->shape[1]);
        tell(hint(node, 1), of_rank(2));
        return true;
    }
    if (op == "aten::einsum") {
        const auto* equation = std::get_if<std::string>(&node.args[0].value);
        const FxArg::List* items = list(node, 1);
        if (!equation || !items || equation->find('.') != std::string::npos)
            return true;
        std::size_t item = 0;
        std::size_t letters = 0;
        for (const char c : *equation + ",") {
            if (c == ',' || c == '-') {
                if (item < items->size())
                    tell(hint((*items)[item]), of_rank(letters));
                ++item;
                letters = 0;
            } else if (c != ' ' && c != '>') {
                ++letters;
            }
        }
        return true;
    }
    return false;
}

bool ShapeHintWalk::recurrent(const FxNode& node, std::string_view op, ShapeHint& out)
{
    const bool cell = op.ends_with("_cell");
    const bool layer =
        op == "aten::lstm" || op == "aten::gru" || op == "aten::rnn_tanh" || op == "aten::rnn_relu";
    if (!layer && !(cell && (op == "aten::lstm_cell" || op == "aten::gru_cell" ||
                             op == "aten::rnn_tanh_cell" || op == "aten::rnn_relu_cell")))
        return false;
    if (node.args.size() < 4)
        return true;
    const FxArg::List* weights = list(node, 2);
    const FxArg* first =
        layer ? (weights && weights->size() > 1 ? weights->data() : nullptr) : &node.args[2];
    const FxArg* second = layer ? (first ? first + 1 : nullptr) : &node.args[3];
    if (!first || !second || !weight(*first) || !weight(*second) ||
        weight(*first)->shape.size() != 2 || weight(*second)->shape.size() != 2)
        return true;
    ShapeHint in = from(*first);
    in.rank = layer ? 3 : 2;
    in.back[0] = weight(*first)->shape[1];
    tell(hint(node, 0), in);
    ShapeHint state = from(*second);
    state.rank = in.rank;
    state.back[0] = weight(*second)->shape[1];
    if (layer) {
        // lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, ...)
        const std::int64_t directions = node.args.size() > 7 && node.args[7] == FxArg(true) ? 2 : 1;
        state.front[0] = integer(node, 4).value_or(1) * directions;
        out.back.emplace(0, state.back[0] * directions);
    }
    if (const FxArg::List* states = list(node, 1))
        for (const FxArg& one : *states)
            tell(hint(one), state);
    else
        tell(hint(node, 1), state);
    out.merge(of(in.rank));
    return true;
}

bool ShapeHintWalk::normalization(const FxNode& node, std::string_view op, ShapeHint& out,
                                  bool forward)
{
    ShapeHint told;
    if (op == "aten::layer_norm") {
        const Dims shape = integers(node, 1);
        if (weight(node, 2))
            told = from(node.args[2]);
        for (std::size_t i = 0; i < shape.size(); ++i)
            told.back[i] = shape[shape.size() - 1 - i];
        told.min_rank = shape.size();
    } else if (op == "aten::batch_norm" || op == "aten::instance_norm" ||
               op == "aten::group_norm" || op == "aten::prelu") {
        std::size_t at = op == "aten::group_norm" ? 2 : 1;
        if (!weight(node, at) && op != "aten::prelu")
            at = 3;
        const Tensor* scale = weight(node, at);
        if (!scale || scale->shape.size() != 1 || scale->shape[0] < 2)
            return elementwise_of(node, out, forward);
        told = from(node.args[at]);
        told.front[1] = scale->shape[0];
        told.min_rank = op == "aten::instance_norm" ? 3 : 2;
    } else {
        return false;
    }
    tell(hint(node, 0), told);
    out.merge(told);
    return elementwise_of(node, out, forward);
}

bool ShapeHintWalk::indices(const FxNode& node, std::string_view op, ShapeHint& out)
{
    if (op == "aten::embedding") {
        ShapeHint index = index_of_rank(std::nullopt);
        if (const Tensor* w = weight(node, 0); w && w->shape.size() == 2) {
            index.because = weight_name(node.args[0]);
            out.back.emplace(0, w->shape[1]);
            if (w->dtype != DType::Unknown && out.dtype == DType::Unknown)
                out.dtype = w->dtype;
        }
        ShapeHint* in = hint(node, 1);
        tell(in, index);
        if (in && out.rank && *out.rank > 0 && !in->rank)
            in->rank = *out.rank - 1;
        if (in && in->rank && !out.rank)
            out.rank = *in->rank + 1;
        return true;
    }
    if (op == "aten::embedding_bag") {
        ShapeHint index = index_of_rank(std::nullopt);
        if (const Tensor* w = weight(node, 0); w && w->shape.size() == 2) {
            index.because = weight_name(node.args[0]);
            out.back.emplace(0, w->shape[1]);
        }
        ShapeHint offset = index_of_rank(1);
        offset.is_offset = true;
        // Bags of equal length need no offsets.
        if (node.args.size() > 2 && node.args[2].ref())
            index.rank = 1;
        tell(hint(node, 1), index);
        tell(hint(node, 2), offset);
        return true;
    }
    if (op == "aten::one_hot") {
        tell(hint(node, 0), index_of_rank(std::nullopt));
        return true;
    }
    if (op == "aten::index_select" || op == "aten::index_add" || op == "aten::index_copy") {
        tell(hint(node, 2), index_of_rank(1));
        return true;
    }
    if (op == "aten::gather" || op == "aten::scatter" || op == "aten::scatter_add" ||
        op == "aten::scatter_reduce") {
        tell(hint(node, 2), index_of_rank(std::nullopt));
        return true;
    }
    if (op == "aten::index" || op == "aten::index_put") {
        if (const FxArg::List* items = list(node, 1))
            for (const FxArg& item : *items)
                tell(hint(item), index_of_rank(std::nullopt));
        return true;
    }
    // What becomes a Python number has one element.
    constexpr std::array<std::string_view, 6> numbers{
        "aten::Int",           "aten::IntImplicit",    "aten::Float",
        "aten::FloatImplicit", "aten::ScalarImplicit", "aten::item"};
    if (const auto number = std::find(numbers.begin(), numbers.end(), op);
        number != numbers.end()) {
        ShapeHint told = of_rank(0);
        if (number - numbers.begin() < 2)
            told.dtype = DType::Int64;
        tell(hint(node, 0), told);
        return true;
    }
    ShapeHint truth;
    truth.dtype = DType::Bool;
    if (op == "aten::masked_fill" || op == "aten::masked_select" || op == "aten::masked_scatter") {
        tell(hint(node, 1), truth);
        if (ShapeHint* in = hint(node, 0)) {
            out.merge(*in);
            in->merge(out);
        }
        return true;
    }
    if (op == "aten::where" || op == "aten::logical_not" || op == "aten::logical_and" ||
        op == "aten::logical_or") {
        tell(hint(node, 0), truth);
        return op != "aten::where";
    }
    return false;
}

std::vector<ShapeHint> shape_hints(const Program& program)
{
    return ShapeHintWalk(program).run();
}

} // namespace strata
