#include "pt2/vmap.h"

#include "pt2/read_error.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace strata::pt2 {
namespace {

std::int64_t from_front(std::int64_t dim, std::size_t rank)
{
    const auto size = static_cast<std::int64_t>(rank);
    const std::int64_t index = dim < 0 ? dim + size : dim;
    if (index < 0 || index >= size)
        stop("A dimension of vmap does not exist in its tensor.");
    return index;
}

template <class Visit>
void visit_args(const FxNode& node, const Visit& visit)
{
    const auto each = [&](const FxArg& arg) {
        if (const auto* list = std::get_if<FxArg::List>(&arg.value))
            std::for_each(list->begin(), list->end(), visit);
        else
            visit(arg);
    };
    std::for_each(node.args.begin(), node.args.end(), each);
    for (const FxKeywordArg& arg : node.kwargs)
        each(arg.arg);
}

} // namespace

void BatchedValues::enter_level(FxArg size)
{
    if (m_open.empty())
        m_levels.clear(); // of vmaps before
    const auto level = static_cast<std::int64_t>(m_open.size()) + 1;
    Level entered;
    if (const auto* number = std::get_if<std::int64_t>(&size.value))
        entered.dim.value = *number;
    entered.size = std::move(size);
    m_levels.insert_or_assign(level, std::move(entered));
    m_open.push_back(level);
}

void BatchedValues::leave_level()
{
    if (!m_open.empty())
        m_open.pop_back();
}

void BatchedValues::forget(FxValueId first)
{
    std::erase_if(m_values, [first](const auto& entry) { return entry.first >= first; });
    m_open.clear();
    m_levels.clear();
}

const BatchedValues::Levels& BatchedValues::levels_of(const FxArg& arg) const
{
    static const Levels none;
    const FxRef* ref = arg.ref();
    const auto found = ref ? m_values.find(ref->value) : m_values.end();
    return found == m_values.end() ? none : found->second.levels;
}

const FxType& BatchedValues::logical_of(const FxArg& arg) const
{
    const FxRef* ref = arg.ref();
    if (!ref)
        stop("vmap is used on something that is no tensor.");
    const auto found = m_values.find(ref->value);
    const FxType& type =
        found == m_values.end() ? m_graph.values[ref->value].type : found->second.logical;
    if (!type.shape)
        stop("vmap is used on a tensor whose shape the file does not tell.");
    return type;
}

bool BatchedValues::is_tensor(const FxArg& arg) const
{
    const FxRef* ref = arg.ref();
    return ref && m_graph.values[ref->value].type.kind == FxType::Kind::Tensor;
}

const BatchedValues::Level& BatchedValues::open_level(std::int64_t number) const
{
    const auto found = m_levels.find(number);
    if (found == m_levels.end())
        stop("A tensor belongs to a level of vmap that is not open.");
    return found->second;
}

FxType BatchedValues::physical(const Levels& levels, const FxType& logical) const
{
    FxType type = logical;
    if (!type.shape)
        return type;
    std::vector<FxDim> shape;
    for (const std::int64_t level : levels)
        shape.push_back(open_level(level).dim);
    shape.insert(shape.end(), logical.shape->begin(), logical.shape->end());
    type.shape = std::move(shape);
    return type;
}

FxArg BatchedValues::keep(FxArg value, Levels levels, FxType logical)
{
    if (const FxRef* ref = value.ref(); ref && !levels.empty())
        m_values.insert_or_assign(ref->value, Batched{std::move(levels), std::move(logical)});
    return value;
}

void BatchedValues::mark(FxValueId value, FxType logical)
{
    if (logical.kind == FxType::Kind::Tensor)
        m_values.insert_or_assign(value, Batched{m_union, std::move(logical)});
}

FxArg BatchedValues::permuted(const FxArg& arg, const std::vector<std::size_t>& order,
                              Levels levels, FxType logical, const Emit& emit)
{
    FxArg::List dims;
    for (const std::size_t dim : order)
        dims.emplace_back(static_cast<std::int64_t>(dim));
    FxArg moved = emit("aten::permute", {arg, std::move(dims)}, physical(levels, logical));
    return keep(std::move(moved), std::move(levels), std::move(logical));
}

FxArg BatchedValues::hide(const FxArg& tensor, std::int64_t dim, std::int64_t level,
                          const FxType& logical, const Emit& emit)
{
    if (!m_levels.contains(level)) {
        // Gradients inside have levels of their own, so that numbers may jump.
        if (m_open.empty())
            stop("A tensor is given to a level of vmap that is not open.");
        m_levels.emplace(level, open_level(m_open.back()));
    }
    const Levels before = levels_of(tensor);
    const auto index = static_cast<std::size_t>(from_front(dim, rank_of(tensor)));
    if (const FxDim& size = (*logical_of(tensor).shape)[index];
        size.known() || !size.symbol.empty())
        m_levels.at(level).dim = size;
    Levels after = before;
    const auto place = std::lower_bound(after.begin(), after.end(), level);
    if (place != after.end() && *place == level)
        stop("A tensor is given to one level of vmap twice.");
    const auto to = static_cast<std::size_t>(place - after.begin());
    after.insert(place, level);
    std::vector<std::size_t> order(before.size() + rank_of(tensor));
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t from = before.size() + index;
    std::rotate(order.begin() + static_cast<std::ptrdiff_t>(to),
                order.begin() + static_cast<std::ptrdiff_t>(from),
                order.begin() + static_cast<std::ptrdiff_t>(from) + 1);
    // Where nothing moves, too: the value has another meaning from here on.
    return permuted(tensor, order, std::move(after), logical, emit);
}

FxArg BatchedValues::show(const FxArg& tensor, std::int64_t level, std::int64_t dim,
                          const FxType& logical, const Emit& emit)
{
    const Levels before = levels_of(tensor);
    const std::size_t rank = rank_of(tensor) + 1;
    const auto to = static_cast<std::size_t>(from_front(dim, rank));
    const auto at = std::find(before.begin(), before.end(), level);
    if (at == before.end()) { // every element of the level has the same
        const auto found = m_levels.find(level);
        if (found == m_levels.end())
            stop("A tensor is taken from a level of vmap that was never open.");
        FxType one = logical;
        if (!one.shape || one.shape->size() <= to)
            stop("vmap gives a tensor whose shape the file does not tell.");
        (*one.shape)[to] = {1, {}};
        const auto place = static_cast<std::int64_t>(before.size() + to);
        FxArg widened = emit("aten::unsqueeze", {tensor, place}, physical(before, one));
        FxArg::List sizes(before.size() + rank, FxArg(std::int64_t{-1}));
        sizes[before.size() + to] = found->second.size;
        return keep(
            emit("aten::expand", {std::move(widened), std::move(sizes)}, physical(before, logical)),
            before, logical);
    }
    Levels after = before;
    const auto from = static_cast<std::size_t>(at - before.begin());
    after.erase(after.begin() + static_cast<std::ptrdiff_t>(from));
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < before.size() + rank - 1; ++i)
        if (i != from)
            order.push_back(i);
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(after.size() + to), from);
    return permuted(tensor, order, std::move(after), logical, emit);
}

bool BatchedValues::concerns(const FxNode& node) const
{
    if (m_values.empty())
        return false;
    bool any = false;
    visit_args(node, [&](const FxArg& arg) { any = any || is_batched(arg); });
    return any;
}

FxArg BatchedValues::aligned(const FxArg& arg, const Levels& levels, std::size_t rank,
                             const Emit& emit)
{
    const Levels own = levels_of(arg);
    if (own.empty())
        return arg;
    FxArg value = arg;
    std::vector<FxDim> dims = *physical(own, logical_of(arg)).shape;
    FxType type = logical_of(arg);
    const std::size_t missing = rank - std::min(rank, rank_of(arg));
    const auto insert = [&](std::size_t place) {
        dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(place), FxDim{1, {}});
        type.shape = dims;
        value = emit("aten::unsqueeze", {value, static_cast<std::int64_t>(place)}, type);
    };
    for (std::size_t i = 0; i < levels.size(); ++i)
        if (!std::binary_search(own.begin(), own.end(), levels[i]))
            insert(i);
    for (std::size_t i = 0; i < missing; ++i)
        insert(levels.size());
    return value;
}

FxArg BatchedValues::spread(const FxArg& arg, const Levels& levels, std::size_t rank,
                            const Emit& emit)
{
    FxArg value = aligned(arg, levels, rank, emit);
    if (levels_of(arg) == levels && rank_of(arg) == rank)
        return value;
    FxArg::List sizes;
    for (const std::int64_t level : levels)
        sizes.push_back(open_level(level).size);
    sizes.resize(levels.size() + rank, FxArg(std::int64_t{-1}));
    FxType logical = logical_of(arg);
    logical.shape->insert(logical.shape->begin(), rank - std::min(rank, rank_of(arg)),
                          FxDim{1, {}});
    if (levels_of(arg).empty()) // -1 keeps only dimensions that are there
        for (std::size_t i = rank_of(arg); i < rank; ++i)
            value = emit("aten::unsqueeze", {value, std::int64_t{0}}, FxType::tensor());
    return emit("aten::expand", {std::move(value), std::move(sizes)}, physical(levels, logical));
}

std::optional<FxArg> BatchedValues::rewrite(FxNode& node, std::vector<FxType>& types,
                                            const Emit& emit)
{
    m_union.clear();
    visit_args(node, [&](const FxArg& arg) {
        Levels all;
        const Levels& own = levels_of(arg);
        std::set_union(m_union.begin(), m_union.end(), own.begin(), own.end(),
                       std::back_inserter(all));
        m_union = std::move(all);
    });
    const FxType result = types.empty() ? FxType{} : types.front();
    const bool rewritten = elementwise(node, result, emit) || by_dimension(node) ||
                           of_everything(node, emit) || by_sizes(node, emit) ||
                           joining(node, emit) || one_batch_less(node);
    if (!rewritten && types.size() == 1) {
        auto value = product(node, result, emit);
        if (!value)
            value = indexing(node, result, emit);
        if (!value)
            value = through_one_batch(node, result, emit);
        if (value)
            return keep(*std::move(value), m_union, result);
    }
    if (!rewritten)
        node.target = "vmap::" + node.target.substr(node.target.find("::") + 2);
    for (FxType& type : types)
        if (type.kind == FxType::Kind::Tensor)
            type = physical(m_union, type);
    return std::nullopt;
}

} // namespace strata::pt2
