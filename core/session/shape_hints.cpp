#include "session/shape_hints.h"

#include "session/shape_hint_axes.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace strata {

void ShapeHint::merge(const ShapeHint& other, bool with_dtype)
{
    const bool told = empty();
    if (with_dtype && dtype == DType::Unknown) {
        dtype = other.dtype;
        is_index = is_index || other.is_index;
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

using Dims = std::vector<std::int64_t>;

template <std::size_t Count>
bool one_of(std::string_view op, const std::array<std::string_view, Count>& names)
{
    return std::find(names.begin(), names.end(), op) != names.end();
}

/// "aten::add.Tensor" without the overload.
std::string_view base_name(std::string_view target)
{
    const std::size_t dot = target.find('.');
    std::string_view name = target.substr(0, dot);
    if (name.ends_with('_') && !name.ends_with("__"))
        name.remove_suffix(1); // in place
    return name;
}

class Hints {
public:
    explicit Hints(const Program& program)
        : m_program(program),
          m_graph(program.graph),
          m_hints(program.graph.values.size())
    {}

    std::vector<ShapeHint> run()
    {
        for (int round = 0; round < 2; ++round) {
            for (const FxNode& node : m_graph.nodes)
                if (node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod)
                    visit(node, true);
            for (std::size_t i = m_graph.nodes.size(); i-- > 0;)
                if (const FxNode& node = m_graph.nodes[i];
                    node.kind == FxKind::CallFunction || node.kind == FxKind::CallMethod)
                    visit(node, false);
        }
        return std::move(m_hints);
    }

private:
    // Arguments.
    const FxNode* maker(const FxArg& arg) const
    {
        const FxRef* ref = arg.ref();
        if (!ref || m_graph.values[ref->value].node == no_index)
            return nullptr;
        return &m_graph.nodes[m_graph.values[ref->value].node];
    }
    const Tensor* weight(const FxArg& arg) const
    {
        const FxNode* node = maker(arg);
        if (!node || node->kind != FxKind::GetAttr || node->tensor >= m_program.tensors.size())
            return nullptr;
        return &m_program.tensors[node->tensor];
    }
    const Tensor* weight(const FxNode& node, std::size_t i) const
    {
        return i < node.args.size() ? weight(node.args[i]) : nullptr;
    }
    const std::string& weight_name(const FxArg& arg) const { return maker(arg)->target; }
    ShapeHint* hint(const FxArg& arg)
    {
        const FxRef* ref = arg.ref();
        return ref && !weight(arg) ? &m_hints[ref->value] : nullptr;
    }
    ShapeHint* hint(const FxNode& node, std::size_t i)
    {
        return i < node.args.size() ? hint(node.args[i]) : nullptr;
    }
    static std::optional<std::int64_t> integer(const FxNode& node, std::size_t i)
    {
        if (i >= node.args.size())
            return std::nullopt;
        const auto* value = std::get_if<std::int64_t>(&node.args[i].value);
        return value ? std::optional(*value) : std::nullopt;
    }
    static const FxArg::List* list(const FxNode& node, std::size_t i)
    {
        return i < node.args.size() ? std::get_if<FxArg::List>(&node.args[i].value) : nullptr;
    }
    static Dims integers(const FxNode& node, std::size_t i)
    {
        Dims values;
        if (const FxArg::List* items = list(node, i))
            for (const FxArg& item : *items)
                if (const auto* value = std::get_if<std::int64_t>(&item.value))
                    values.push_back(*value);
        return values;
    }

    static void tell(ShapeHint* to, const ShapeHint& what)
    {
        if (to)
            to->merge(what);
    }
    static ShapeHint of_rank(std::size_t rank)
    {
        ShapeHint made;
        made.rank = rank;
        return made;
    }
    /// A hint that a weight gives.
    ShapeHint from(const FxArg& arg) const
    {
        ShapeHint made;
        const Tensor* tensor = weight(arg);
        if (tensor && is_floating_point(tensor->dtype))
            made.dtype = tensor->dtype;
        made.because = weight_name(arg);
        return made;
    }
    static ShapeHint index_of_rank(std::optional<std::size_t> rank)
    {
        ShapeHint made;
        made.dtype = DType::Int64;
        made.is_index = true;
        made.rank = rank;
        return made;
    }

    /// Two names of one value.
    void same(FxValueId value, const FxArg& other)
    {
        if (ShapeHint* of = hint(other); of && other.ref()->value != value) {
            m_hints[value].merge(*of);
            of->merge(m_hints[value]);
        }
    }

    /// What a branch gives out, and what goes round in a loop. Values that come through unchanged
    /// first: what a branch makes of them (a batch of one, for instance) says less.
    void bodies(const FxNode& node)
    {
        const bool loop = node.target == "prim::Loop";
        if (!loop && node.target != "prim::If")
            return;
        const std::size_t skip = loop ? 1 : 0;
        for (const bool outside : {true, false})
            for (const FxBlockId id : node.blocks) {
                const FxBlock& block = m_graph.blocks[id];
                for (std::size_t i = 0; i < node.outputs.size() && i + skip < block.results.size();
                     ++i) {
                    const FxArg& result = block.results[i + skip];
                    const FxRef* ref = result.ref();
                    if (ref && (m_graph.values[ref->value].block != id) == outside)
                        same(node.outputs[i], result);
                    if (loop && outside && i + 2 < node.args.size() &&
                        i + 1 < block.params.size()) {
                        same(block.params[i + 1], node.args[i + 2]);
                        same(block.params[i + 1], result);
                    }
                }
            }
    }

    void visit(const FxNode& node, bool forward)
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
        if (joins(node, op, out, forward) || views(node, op, out, forward))
            return;
        elementwise(node, op, out, forward);
    }

    bool convolution(const FxNode& node, std::string_view op, ShapeHint& out)
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

    void features(ShapeHint* in, ShapeHint& out, const FxArg& w, std::int64_t taken,
                  std::int64_t made)
    {
        ShapeHint told = from(w);
        told.back[0] = taken;
        told.min_rank = 1;
        if (in) {
            in->merge(told);
            out.merge(of(in->rank));
            in->merge(of(out.rank));
        }
        told.back[0] = made;
        out.merge(told);
    }
    static ShapeHint of(std::optional<std::size_t> rank)
    {
        ShapeHint made;
        made.rank = rank;
        return made;
    }

    bool matrix(const FxNode& node, std::string_view op, ShapeHint& out)
    {
        if (op == "aten::linear") {
            if (const Tensor* w = weight(node, 1); w && w->shape.size() == 2)
                features(hint(node, 0), out, node.args[1], w->shape[1], w->shape[0]);
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

    bool recurrent(const FxNode& node, std::string_view op, ShapeHint& out)
    {
        const bool cell = op.ends_with("_cell");
        const bool layer = op == "aten::lstm" || op == "aten::gru" || op == "aten::rnn_tanh" ||
                           op == "aten::rnn_relu";
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
        if (const FxArg::List* states = list(node, 1))
            for (const FxArg& one : *states)
                tell(hint(one), state);
        else
            tell(hint(node, 1), state);
        out.merge(of(in.rank));
        return true;
    }

    bool normalization(const FxNode& node, std::string_view op, ShapeHint& out, bool forward)
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

    bool indices(const FxNode& node, std::string_view op, ShapeHint& out)
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
        ShapeHint truth;
        truth.dtype = DType::Bool;
        if (op == "aten::masked_fill" || op == "aten::masked_select" ||
            op == "aten::masked_scatter") {
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

    bool joins(const FxNode& node, std::string_view op, ShapeHint& out, bool forward)
    {
        if (op != "aten::cat" && op != "aten::concat")
            return false;
        const FxArg::List* items = list(node, 0);
        const std::int64_t axis = integer(node, 1).value_or(0);
        if (!items || items->empty())
            return true;
        const auto side = [&](ShapeHint& of) -> std::map<std::size_t, std::int64_t>& {
            return axis < 0 ? of.back : of.front;
        };
        const auto at = static_cast<std::size_t>(axis < 0 ? -axis - 1 : axis);
        std::int64_t known = 0;
        std::vector<ShapeHint*> open;
        for (const FxArg& item : *items) {
            ShapeHint* part = hint(item);
            if (!part) {
                const Tensor* w = weight(item);
                const std::size_t place = axis < 0 && w ? w->shape.size() - 1 - at : at;
                if (w && place < w->shape.size())
                    known += w->shape[place];
                continue;
            }
            ShapeHint other = forward ? *part : out;
            side(other).erase(at);
            (axis < 0 ? other.front : other.back).clear(); // the axis may be among them
            if (forward)
                out.merge(other);
            else
                part->merge(other);
            if (const auto it = side(*part).find(at); it != side(*part).end())
                known += it->second;
            else
                open.push_back(part);
        }
        if (forward && open.empty())
            side(out).emplace(at, known);
        const auto whole = side(out).find(at);
        if (!forward && whole != side(out).end() && !open.empty()) {
            const std::int64_t left = whole->second - known;
            const auto parts = static_cast<std::int64_t>(open.size());
            for (std::size_t i = 0; left >= parts && i < open.size(); ++i)
                side(*open[i]).emplace(at,
                                       i == 0 ? left - left / parts * (parts - 1) : left / parts);
        }
        return true;
    }

    bool views(const FxNode& node, std::string_view op, ShapeHint& out, bool forward)
    {
        ShapeHint* in = hint(node, 0);
        if (op == "aten::size") {
            if (in && node.args.size() > 1) {
                if (const auto axis = integer(node, 1); axis && *axis >= 0)
                    in->min_rank = std::max(in->min_rank, static_cast<std::size_t>(*axis) + 1);
            } else if (in) {
                m_size_of[node.outputs.front()] = in;
            }
            return true;
        }
        if (op == "prim::ListUnpack") {
            if (const FxRef* ref = node.args[0].ref())
                if (const auto it = m_size_of.find(ref->value); it != m_size_of.end())
                    tell(it->second, of_rank(node.outputs.size()));
            return true;
        }
        if (!in)
            return false;
        const auto axis = integer(node, 1);
        if (op == "aten::unsqueeze" && axis) {
            if (forward)
                out.merge(shifted(*in, *axis, 1));
            else
                in->merge(shifted(out, *axis, -1));
            return true;
        }
        if (op == "aten::select" && axis) {
            if (*axis >= 0)
                in->min_rank = std::max(in->min_rank, static_cast<std::size_t>(*axis) + 1);
            if (forward) {
                out.merge(shifted(*in, *axis, -1));
            } else {
                in->merge(shifted(out, *axis, 1));
                const std::int64_t at = integer(node, 2).value_or(0);
                auto& side = *axis >= 0 ? in->front : in->back;
                std::int64_t& least = m_least[{node.args[0].ref()->value, *axis}];
                least = std::max(least, at < 0 ? -at : at + 1);
                if (least > 1)
                    side[static_cast<std::size_t>(*axis >= 0 ? *axis : -*axis - 1)] = least;
            }
            return true;
        }
        if (op == "aten::slice") {
            const std::int64_t at = axis.value_or(0);
            ShapeHint part = forward ? *in : out;
            if (at >= 0) {
                in->min_rank = std::max(in->min_rank, static_cast<std::size_t>(at) + 1);
                part.front.erase(static_cast<std::size_t>(at));
                if (part.rank && *part.rank > static_cast<std::size_t>(at))
                    part.back.erase(*part.rank - 1 - static_cast<std::size_t>(at));
            } else {
                part.back.erase(static_cast<std::size_t>(-at - 1));
            }
            (forward ? out : *in).merge(part);
            return true;
        }
        if (op == "aten::permute") {
            const Dims dims = integers(node, 1);
            const std::size_t rank = dims.size();
            in->merge(of_rank(rank));
            out.merge(of_rank(rank));
            for (std::size_t i = 0; i < rank; ++i) {
                const auto source = static_cast<std::size_t>(
                    dims[i] < 0 ? dims[i] + static_cast<std::int64_t>(rank) : dims[i]);
                if (source < rank)
                    exchange(*in, source, out, i, rank, forward);
            }
            return true;
        }
        if (op == "aten::transpose") {
            const auto other = integer(node, 2);
            if (!axis || !other)
                return true;
            if (*axis >= 0 && *other >= 0) {
                const auto least = static_cast<std::size_t>(std::max(*axis, *other)) + 1;
                in->min_rank = std::max(in->min_rank, least);
                if (!in->rank && !out.rank && (!out.back.empty() || !out.front.empty()))
                    out.rank = std::max(least, std::max(in->min_rank, out.min_rank));
            }
            in->merge(of(out.rank));
            out.merge(of(in->rank));
            if (!in->rank)
                return true;
            const std::size_t rank = *in->rank;
            const auto place = [&](std::int64_t value) {
                return static_cast<std::size_t>(value < 0 ? value + static_cast<std::int64_t>(rank)
                                                          : value);
            };
            for (std::size_t i = 0; i < rank; ++i)
                exchange(*in,
                         i == place(*axis)    ? place(*other)
                         : i == place(*other) ? place(*axis)
                                              : i,
                         out, i, rank, forward);
            return true;
        }
        if (op == "aten::flatten" || op == "aten::view" || op == "aten::reshape") {
            const bool keeps_rows = op == "aten::flatten" && axis.value_or(0) == 1;
            if (keeps_rows)
                in->min_rank = std::max<std::size_t>(in->min_rank, 2);
            // Any input of that many elements would do; the flat one is the simplest.
            if (!forward && keeps_rows && !in->rank && in->front.empty() && in->back.empty() &&
                out.back.contains(0)) {
                in->back[0] = out.back[0];
                in->rank = 2;
            }
            if (!forward && in->dtype == DType::Unknown) {
                in->dtype = out.dtype;
                in->is_index = out.is_index;
            }
            if (!forward && in->because.empty())
                in->because = out.because;
            return true;
        }
        if (const std::size_t spatial = spatial_axes(op); spatial > 0) {
            ShapeHint same;
            same.rank = spatial + 2;
            if (forward) {
                if (const auto it = in->front.find(1); it != in->front.end())
                    same.front[1] = it->second;
                out.merge(same);
            } else {
                if (const auto it = out.front.find(1); it != out.front.end())
                    same.front[1] = it->second;
                same.dtype = out.dtype;
                same.because = out.because;
                in->merge(same);
            }
            return true;
        }
        return false;
    }

    /// Axis `i` of `in` is axis `o` of `out`.
    static void exchange(ShapeHint& in, std::size_t i, ShapeHint& out, std::size_t o,
                         std::size_t rank, bool forward)
    {
        ShapeHint& from = forward ? in : out;
        ShapeHint& to = forward ? out : in;
        const std::size_t source = forward ? i : o;
        const std::size_t target = forward ? o : i;
        if (const auto it = from.front.find(source); it != from.front.end())
            to.front.emplace(target, it->second);
        else if (const auto last = from.back.find(rank - 1 - source); last != from.back.end())
            to.front.emplace(target, last->second);
        if (to.dtype == DType::Unknown) {
            to.dtype = from.dtype;
            to.is_index = from.is_index;
        }
        if (to.because.empty())
            to.because = from.because;
    }

    bool elementwise_of(const FxNode& node, ShapeHint& out, bool forward)
    {
        if (ShapeHint* in = hint(node, 0)) {
            if (forward)
                out.merge(*in);
            else
                in->merge(out);
        }
        return true;
    }

    void elementwise(const FxNode& node, std::string_view op, ShapeHint& out, bool forward)
    {
        constexpr std::array<std::string_view, 8> binary{
            "aten::add",  "aten::sub",     "aten::mul",     "aten::div",
            "aten::rsub", "aten::maximum", "aten::minimum", "aten::pow"};
        constexpr std::array<std::string_view, 32> unary{
            "aten::relu",        "aten::relu6",
            "aten::gelu",        "aten::silu",
            "aten::mish",        "aten::elu",
            "aten::selu",        "aten::leaky_relu",
            "aten::hardtanh",    "aten::hardswish",
            "aten::hardsigmoid", "aten::sigmoid",
            "aten::tanh",        "aten::exp",
            "aten::log",         "aten::sqrt",
            "aten::rsqrt",       "aten::neg",
            "aten::abs",         "aten::clamp",
            "aten::dropout",     "aten::feature_dropout",
            "aten::contiguous",  "aten::clone",
            "aten::detach",      "aten::softmax",
            "aten::log_softmax", "aten::sin",
            "aten::cos",         "aten::softplus",
            "aten::alias",       "aten::flip"};
        constexpr std::array<std::string_view, 4> casts{"aten::to", "aten::type_as", "aten::float",
                                                        "aten::_to_copy"};
        if (one_of(op, unary)) {
            elementwise_of(node, out, forward);
        } else if (one_of(op, casts)) {
            if (ShapeHint* in = hint(node, 0)) {
                if (forward)
                    out.merge(*in, false);
                else
                    in->merge(out, false);
            }
        } else if (one_of(op, binary)) {
            for (std::size_t i = 0; i < 2 && i < node.args.size(); ++i) {
                ShapeHint* in = hint(node, i);
                const Tensor* w = weight(node, 1 - i < node.args.size() ? 1 - i : i);
                if (!in)
                    continue;
                if (w && !w->shape.empty()) {
                    ShapeHint told = from(node.args[1 - i]);
                    for (std::size_t k = 0; k < w->shape.size(); ++k)
                        if (const std::int64_t size = w->shape[w->shape.size() - 1 - k]; size > 1)
                            told.back[k] = size;
                    told.min_rank = w->shape.size();
                    in->merge(told);
                }
                if (forward)
                    out.merge(*in);
                else
                    in->merge(out);
            }
        }
    }

    const Program& m_program;
    const FxGraph& m_graph;
    std::vector<ShapeHint> m_hints;
    std::map<FxValueId, ShapeHint*> m_size_of; // lists of sizes, and of what
    std::map<std::pair<FxValueId, std::int64_t>, std::int64_t> m_least; // by value and axis
};

} // namespace

std::vector<ShapeHint> shape_hints(const Program& program)
{
    return Hints(program).run();
}

} // namespace strata
