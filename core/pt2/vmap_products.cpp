// Rules of vmap for operators that become others: products, indexing, and those that know one batch
// dimension only.
#include "pt2/read_error.h"
#include "pt2/vmap.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace strata::pt2 {

std::optional<FxArg> BatchedValues::product(FxNode& node, const FxType& result, const Emit& emit)
{
    constexpr std::array products{
        std::string_view("aten::dot"),    std::string_view("aten::mv"),
        std::string_view("aten::mm"),     std::string_view("aten::bmm"),
        std::string_view("aten::matmul"), std::string_view("aten::linear")};
    if (std::find(products.begin(), products.end(), node.target) == products.end() ||
        node.args.size() < 2 || !node.kwargs.empty())
        return std::nullopt;
    const bool linear = node.target == "aten::linear";
    FxArg a = node.args[0];
    FxArg b = node.args[1];
    const bool row = rank_of(a) == 1;
    const bool column = !linear && rank_of(b) == 1;
    if (rank_of(a) == 0 || rank_of(b) == 0 || (linear && rank_of(b) != 2))
        return std::nullopt;
    const std::size_t product_rank =
        std::max(rank_of(a) + (row ? 1 : 0), rank_of(b) + (column ? 1 : 0));
    if (!result.shape || result.shape->size() + (row ? 1 : 0) + (column ? 1 : 0) != product_rank)
        stop("The shape of '{}' is not what its arguments make.", node.target);
    const auto widened = [&](const FxArg& arg, std::int64_t place) {
        FxType logical = logical_of(arg);
        const auto at = place == -1 ? logical.shape->end() : logical.shape->end() - 1;
        logical.shape->insert(at, FxDim{1, {}});
        const Levels levels = levels_of(arg);
        return keep(emit("aten::unsqueeze", {arg, place}, physical(levels, logical)), levels,
                    logical);
    };
    if (linear) {
        FxType logical = logical_of(b);
        std::swap(logical.shape->front(), logical.shape->back());
        const Levels levels = levels_of(b);
        b = keep(emit("aten::transpose.int", {b, std::int64_t{-2}, std::int64_t{-1}},
                      physical(levels, logical)),
                 levels, logical);
    }
    if (row)
        a = widened(a, -2);
    if (column)
        b = widened(b, -1);
    const std::size_t rank = std::max(rank_of(a), rank_of(b));
    FxType full = result;
    if (column)
        full.shape->push_back({1, {}});
    if (row)
        full.shape->insert(full.shape->end() - 1, FxDim{1, {}});
    FxArg value =
        emit("aten::matmul", {aligned(a, m_union, rank, emit), aligned(b, m_union, rank, emit)},
             physical(m_union, full));
    if (column) {
        full.shape->pop_back();
        value = emit("aten::squeeze.dim", {value, std::int64_t{-1}}, physical(m_union, full));
    }
    if (row) {
        full.shape->erase(full.shape->end() - (column ? 1 : 2));
        value = emit("aten::squeeze.dim", {value, std::int64_t{column ? -1 : -2}},
                     physical(m_union, full));
    }
    const FxArg bias = node.args.size() > 2 ? node.args[2] : FxArg{};
    if (linear && !bias.is_none())
        value = emit("aten::add.Tensor",
                     {value, aligned(bias, m_union, full.shape->size(), emit), std::int64_t{1}},
                     physical(m_union, full));
    return value;
}

std::optional<FxArg> BatchedValues::indexing(FxNode& node, const FxType& result, const Emit& emit)
{
    if (node.target != "aten::index.Tensor" || node.args.size() != 2)
        return std::nullopt;
    const auto* given = std::get_if<FxArg::List>(&node.args[1].value);
    if (!given)
        return std::nullopt;
    const FxArg source = node.args[0];
    const Levels of_source = levels_of(source);
    std::size_t rank = 0; // of the indices together
    std::size_t first = given->size();
    std::size_t last = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < given->size(); ++i) {
        const FxArg& index = (*given)[i];
        if (!is_tensor(index))
            continue;
        if (logical_of(index).dtype == DType::Bool)
            return std::nullopt; // how many are true differs from element to element
        rank = std::max(rank, rank_of(index));
        first = std::min(first, i);
        last = i;
        ++count;
    }
    if (count == 0)
        return std::nullopt;
    // Hidden dimensions of the source are indexed by their own numbers, so that they go where those
    // of the indices go.
    FxArg::List indices;
    for (const std::int64_t level : of_source) {
        FxType numbers = FxType::tensor(DType::Int64);
        numbers.shape = {open_level(level).dim};
        FxArg value = emit("aten::arange", {open_level(level).size}, numbers);
        FxType logical = FxType::tensor(DType::Int64);
        logical.shape.emplace();
        value = permuted(value, {0}, {level}, logical, emit);
        indices.push_back(aligned(value, m_union, rank, emit));
    }
    for (const FxArg& index : *given)
        indices.push_back(is_tensor(index) ? aligned(index, m_union, rank, emit) : index);
    FxType placed = physical(m_union, result);
    const bool together = last - first + 1 == count;
    // Where the dimensions of the indices come to stand in the logical result, and in what the
    // operator gives.
    const std::size_t wanted = together ? first : 0;
    const bool moved_to_front = !together || (!of_source.empty() && first > 0);
    const std::size_t actual = moved_to_front || !of_source.empty() ? 0 : first;
    const std::size_t all = placed.shape->size();
    const std::size_t hidden = m_union.size();
    if (actual == 0 && wanted == 0)
        return emit("aten::index.Tensor", {source, std::move(indices)}, placed);
    // Given: `actual` dimensions, the levels, those of the indices, the rest. Wanted: the levels,
    // `wanted` dimensions, those of the indices, the rest.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < hidden; ++i)
        order.push_back(actual + i);
    for (std::size_t i = 0; i < wanted; ++i)
        order.push_back(i < actual ? i : hidden + rank + i - actual);
    for (std::size_t i = 0; i < rank; ++i)
        order.push_back(actual + hidden + i);
    for (std::size_t i = 0; i < all; ++i)
        if (std::find(order.begin(), order.end(), i) == order.end())
            order.push_back(i);
    FxType before = FxType::tensor(placed.dtype);
    before.shape.emplace(all);
    for (std::size_t i = 0; i < all; ++i)
        (*before.shape)[order[i]] = (*placed.shape)[i];
    FxArg::List dims;
    for (const std::size_t dim : order)
        dims.emplace_back(static_cast<std::int64_t>(dim));
    FxArg taken = emit("aten::index.Tensor", {source, std::move(indices)}, before);
    return emit("aten::permute", {std::move(taken), std::move(dims)}, placed);
}

std::optional<FxArg> BatchedValues::through_one_batch(FxNode& node, const FxType& result,
                                                      const Emit& emit)
{
    // How many dimensions the input has with its batch.
    struct Rule {
        std::string_view target;
        std::size_t rank;
    };
    constexpr std::array rules{Rule{"aten::conv1d", 3},
                               Rule{"aten::conv2d", 4},
                               Rule{"aten::conv3d", 5},
                               Rule{"aten::conv_transpose1d", 3},
                               Rule{"aten::conv_transpose2d.input", 4},
                               Rule{"aten::max_pool1d", 3},
                               Rule{"aten::max_pool2d", 4},
                               Rule{"aten::avg_pool1d", 3},
                               Rule{"aten::avg_pool2d", 4},
                               Rule{"aten::adaptive_avg_pool1d", 3},
                               Rule{"aten::adaptive_avg_pool2d", 4}};
    const auto* rule = std::find_if(rules.begin(), rules.end(),
                                    [&](const Rule& each) { return each.target == node.target; });
    if (rule == rules.end() || node.args.empty() || !node.kwargs.empty() ||
        !is_batched(node.args[0]))
        return std::nullopt;
    for (std::size_t i = 1; i < node.args.size(); ++i)
        if (is_batched(node.args[i]))
            return std::nullopt;
    const std::size_t rank = rank_of(node.args[0]);
    if (rank + 1 < rule->rank || rank > rule->rank)
        return std::nullopt;
    const bool has_batch = rank == rule->rank;
    // Hidden dimensions and the batch become one dimension.
    const std::size_t joined = m_union.size() + (has_batch ? 1 : 0);
    const auto one_batch = [&](const FxType& logical) {
        FxType type = logical;
        type.shape->erase(type.shape->begin(), type.shape->begin() + (has_batch ? 1 : 0));
        type.shape->insert(type.shape->begin(), FxDim{});
        return type;
    };
    if (joined > 1)
        node.args[0] = emit("aten::flatten.using_ints",
                            {node.args[0], std::int64_t{0}, static_cast<std::int64_t>(joined) - 1},
                            one_batch(logical_of(node.args[0])));
    if (joined == 1)
        return emit(node.target, node.args, physical(m_union, result));
    FxArg value = emit(node.target, node.args, one_batch(result));
    FxArg::List sizes;
    for (const std::int64_t level : m_union)
        sizes.push_back(open_level(level).size);
    if (has_batch)
        sizes.emplace_back(std::int64_t{-1});
    return emit("aten::unflatten.int", {std::move(value), std::int64_t{0}, std::move(sizes)},
                physical(m_union, result));
}

} // namespace strata::pt2
