#include "session/shape_hint_walk.h"

#include <array>

namespace strata {

namespace {

template <std::size_t Count>
bool one_of(std::string_view op, const std::array<std::string_view, Count>& names)
{
    return std::find(names.begin(), names.end(), op) != names.end();
}

} // namespace

/// Values under another name, and what is taken out of a list, tuple or dict that the graph has put
/// together.
bool ShapeHintWalk::containers(const FxNode& node, std::string_view op)
{
    if (op == "prim::unchecked_cast" || op == "prim::unchecked_unwrap_optional" ||
        op == "aten::_unwrap_optional") {
        same(node.outputs.front(), node.args[0]);
        return true;
    }
    constexpr std::size_t most_items = 4096;
    if (op == "prim::TupleConstruct" || op == "prim::ListConstruct") {
        for (std::size_t i = 0; i < std::min(node.args.size(), most_items); ++i)
            if (ShapeHint* part = hint(node.args[i]))
                exchange(item(node.outputs.front(), i), *part);
        return true;
    }
    const FxRef* from = node.args[0].ref();
    if (!from || m_size_of.contains(from->value))
        return false;
    if (op == "prim::ListUnpack" || op == "prim::TupleUnpack") {
        for (std::size_t i = 0; i < std::min(node.outputs.size(), most_items); ++i)
            exchange(item(from->value, i), m_hints[node.outputs[i]]);
        return true;
    }
    if ((op != "aten::__getitem__" && op != "prim::TupleIndex" && op != "aten::get") ||
        node.args.size() < 2)
        return false;
    const FxNode* made = maker(node.args[0]);
    if (made && made->target == "prim::DictConstruct") {
        for (std::size_t i = 0; i + 1 < made->args.size(); i += 2)
            if (made->args[i] == node.args[1])
                same(node.outputs.front(), made->args[i + 1]);
        return true;
    }
    if (const auto at = integer(node, 1);
        at && *at >= 0 && *at < static_cast<std::int64_t>(most_items))
        exchange(item(from->value, static_cast<std::size_t>(*at)), m_hints[node.outputs.front()]);
    return true;
}

bool ShapeHintWalk::joins(const FxNode& node, std::string_view op, ShapeHint& out, bool forward)
{
    if (op != "aten::cat" && op != "aten::concat")
        return false;
    const FxArg::List* items = list(node, 0);
    std::int64_t axis = integer(node, 1).value_or(0);
    if (!items || items->empty())
        return true;
    if (axis >= 0 && !out.rank && out.back.contains(0))
        for (const FxArg& item : *items) {
            // What changes the last size joins along the last axis, which tells the rank.
            const ShapeHint* part = hint(item);
            const Tensor* w = weight(item);
            const bool differs =
                (part && part->back.contains(0) && part->back.at(0) != out.back.at(0)) ||
                (w && !w->shape.empty() && w->shape.back() != out.back.at(0));
            if (differs)
                out.rank = static_cast<std::size_t>(axis) + 1;
        }
    if (out.rank && axis == static_cast<std::int64_t>(*out.rank) - 1)
        axis = -1;
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
        if (forward) {
            out.merge(other);
        } else {
            part->merge(other);
        }
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
            side(*open[i]).emplace(at, i == 0 ? left - left / parts * (parts - 1) : left / parts);
    }
    return true;
}

bool ShapeHintWalk::in_branch(const FxNode& node) const
{
    for (FxBlockId block = node.block; block != FxGraph::main_block;) {
        const FxNodeId owner = m_graph.blocks[block].owner;
        if (owner == no_index || m_graph.nodes[owner].target == "prim::If")
            return true;
        block = m_graph.nodes[owner].block;
    }
    return false;
}

void ShapeHintWalk::has_axis(const FxNode& node, ShapeHint& in, std::int64_t axis) const
{
    const std::size_t least = static_cast<std::size_t>(axis) + 1;
    // Code in a branch may be for inputs of another rank than what is known of this one.
    if (in_branch(node) && (!m_last_round || (in.rank && *in.rank < least)))
        return;
    in.min_rank = std::max(in.min_rank, least);
}

bool ShapeHintWalk::views(const FxNode& node, std::string_view op, ShapeHint& out, bool forward)
{
    ShapeHint* in = hint(node, 0);
    if (op == "aten::size") {
        if (in && node.args.size() > 1) {
            if (const auto axis = integer(node, 1); axis && *axis >= 0)
                has_axis(node, *in, *axis);
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
        else if (node.block == FxGraph::main_block || m_last_round)
            in->merge(shifted(out, *axis, -1)); // in a branch it may be what a lone sample gets
        return true;
    }
    if (op == "aten::select" && axis) {
        if (*axis >= 0)
            has_axis(node, *in, *axis);
        if (forward) {
            out.merge(shifted(*in, *axis, -1));
        } else {
            ShapeHint told = shifted(out, *axis, 1);
            // Only here: an axis that a branch adds for a lone sample must not go round.
            if (out.min_rank > 0 && !in_branch(node))
                told.min_rank = out.min_rank + 1;
            in->merge(told);
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
            has_axis(node, *in, at);
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
            has_axis(node, *in, std::max(*axis, *other));
            // Sequence first or batch first: where the last size is the same before and after, the
            // features are behind the two axes.
            const bool features_stay = least == 2 && in->back.contains(0) && out.back.contains(0) &&
                                       in->back.at(0) == out.back.at(0);
            if (!in->rank && !out.rank && (!out.back.empty() || !out.front.empty()))
                out.rank =
                    std::max(least + (features_stay ? 1 : 0), std::max(in->min_rank, out.min_rank));
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
    constexpr std::array<std::string_view, 5> splits{"aten::chunk", "aten::unsafe_chunk",
                                                     "aten::split", "aten::unsafe_split",
                                                     "aten::split_with_sizes"};
    if (one_of(op, splits)) {
        if (const auto at = integer(node, 2); at && *at >= 0)
            has_axis(node, *in, *at);
        return true;
    }
    if (op == "aten::flatten" || op == "aten::view" || op == "aten::reshape" ||
        op == "aten::expand" || op == "aten::expand_as") {
        const bool keeps_rows = op == "aten::flatten" && axis.value_or(0) == 1;
        if (keeps_rows)
            has_axis(node, *in, 1);
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

void ShapeHintWalk::exchange(ShapeHint& in, std::size_t i, ShapeHint& out, std::size_t o,
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

bool ShapeHintWalk::elementwise_of(const FxNode& node, ShapeHint& out, bool forward)
{
    if (ShapeHint* in = hint(node, 0)) {
        if (forward)
            out.merge(*in);
        else
            in->merge(out);
    }
    return true;
}

void ShapeHintWalk::elementwise(const FxNode& node, std::string_view op, ShapeHint& out,
                                bool forward)
{
    constexpr std::array<std::string_view, 8> binary{"aten::add",     "aten::sub",  "aten::mul",
                                                     "aten::div",     "aten::rsub", "aten::maximum",
                                                     "aten::minimum", "aten::pow"};
    constexpr std::array<std::string_view, 32> unary{"aten::relu",        "aten::relu6",
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

} // namespace strata
