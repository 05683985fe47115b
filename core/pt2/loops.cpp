// Higher-order operators that run a subgraph many times, as prim::Loop.
#include "pt2/graph_reader.h"
#include "pt2/read_error.h"

#include <limits>

namespace strata::pt2 {
namespace {

FxType list_type()
{
    return FxType::list(FxType::tensor());
}

/// A tensor's type without its first dimension.
FxType slice_type(FxType type)
{
    if (type.shape && !type.shape->empty())
        type.shape->erase(type.shape->begin());
    return type;
}

} // namespace

GraphReader::Loop GraphReader::begin_loop(Scope& scope, const NodeContext& at, FxArg trips,
                                          FxArg condition, std::vector<FxArg> initial,
                                          std::vector<FxType> types)
{
    FxNode fx;
    fx.target = "prim::Loop";
    fx.args = {std::move(trips), std::move(condition)};
    fx.args.insert(fx.args.end(), std::make_move_iterator(initial.begin()),
                   std::make_move_iterator(initial.end()));
    std::vector<std::string> names(types.size(), "loop");
    Loop loop;
    loop.node = emit(scope, std::move(fx), at, std::move(names), types);
    loop.body = m_graph.add_block(loop.node);
    m_graph.nodes[loop.node].blocks.push_back(loop.body);
    loop.iteration =
        FxRef{m_graph.add_block_param(loop.body, "iteration", FxType::of(FxType::Kind::Int))};
    for (FxType& type : types)
        loop.carried.emplace_back(
            FxRef{m_graph.add_block_param(loop.body, "carried", std::move(type))});
    return loop;
}

void GraphReader::end_loop(const Loop& loop, FxArg condition, std::vector<FxArg> carried)
{
    if (carried.size() != loop.carried.size())
        stop("A loop's body gives {} values, but {} are carried.", carried.size(),
             loop.carried.size());
    carried.insert(carried.begin(), std::move(condition));
    m_graph.blocks[loop.body].results = std::move(carried);
}

std::vector<FxArg> GraphReader::results_of(const Loop& loop) const
{
    std::vector<FxArg> results;
    for (const FxValueId output : m_graph.nodes[loop.node].outputs)
        results.emplace_back(FxRef{output});
    return results;
}

FxArg GraphReader::slice_of(Scope& body, const NodeContext& at, const FxArg& tensor,
                            const FxArg& index)
{
    return emit_one(body, at, "aten::select.int", {tensor, FxArg(std::int64_t{0}), index},
                    slice_type(type_of(tensor)));
}

FxArg GraphReader::length_of(Scope& scope, const NodeContext& at, const FxArg& tensor)
{
    return emit_one(scope, at, "aten::size.int", {tensor, FxArg(std::int64_t{0})},
                    FxType::of(FxType::Kind::Int));
}

FxArg GraphReader::stacked(Scope& scope, const NodeContext& at, const FxArg& list,
                           const FxType& slice)
{
    FxType type = slice;
    if (type.shape)
        type.shape->insert(type.shape->begin(), FxDim{});
    return emit_one(scope, at, "aten::stack", {list, FxArg(std::int64_t{0})}, std::move(type));
}

void GraphReader::read_while_loop(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    const JsonValue condition = subgraph(node, 0);
    const JsonValue body = subgraph(node, 1);
    std::vector<JsonValue> arguments;
    for (const JsonValue input : node["inputs"].items())
        arguments.push_back(input["arg"]);
    if (arguments.size() < 3)
        stop("while_loop has {} arguments.", arguments.size());
    const std::vector<Bound> first = operands(arguments[2], scope);
    const std::vector<Bound> additional = operands_from(node, 3, scope);
    const auto with = [&additional](const std::vector<FxArg>& carried) {
        std::vector<Bound> all(carried.begin(), carried.end());
        all.insert(all.end(), additional.begin(), additional.end());
        return all;
    };
    const auto truth = [](std::vector<FxArg> results) {
        if (results.size() != 1)
            stop("The condition of a while_loop gives {} values.", results.size());
        return std::move(results.front());
    };

    const std::vector<FxArg> initial = used(first, scope, at);
    FxArg enters = truth(inline_graph(condition, with(initial), scope, scope.block, at));
    std::vector<FxType> types;
    for (const FxArg& value : initial)
        types.push_back(type_of(value));
    const Loop loop = begin_loop(scope, at, std::numeric_limits<std::int64_t>::max(),
                                 std::move(enters), initial, std::move(types));
    std::vector<FxArg> next = inline_graph(body, with(loop.carried), scope, loop.body, at);
    FxArg again = truth(inline_graph(condition, with(next), scope, loop.body, at));
    end_loop(loop, std::move(again), std::move(next));
    bind_results(node, scope, results_of(loop));
}

/// scan(f, init, xs, additional): carry, y = f(carry, x, additional) for every slice x of xs along
/// the first dimension; the ys are stacked.
void GraphReader::read_scan(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    const JsonValue combine = subgraph(node, 0);
    std::vector<JsonValue> arguments;
    for (const JsonValue input : node["inputs"].items())
        arguments.push_back(input["arg"]);
    if (arguments.size() < 3)
        stop("scan has {} arguments.", arguments.size());
    std::size_t rest = 3;
    bool reverse = false;
    std::int64_t axis = 0;
    if (arguments.size() > rest && arguments[rest]["as_int"].as_int()) // before PyTorch 2.7
        axis = *arguments[rest++]["as_int"].as_int();
    if (arguments.size() > rest && arguments[rest]["as_bool"].as_bool())
        reverse = *arguments[rest++]["as_bool"].as_bool();
    if (axis != 0 || reverse)
        return read_unsupported_higher_order(node, "scan", scope);
    const std::vector<FxArg> initial = used(operands(arguments[1], scope), scope, at);
    const std::vector<FxArg> slices = used(operands(arguments[2], scope), scope, at);
    const std::vector<Bound> additional = operands_from(node, rest, scope);
    if (slices.empty())
        stop("scan has nothing to go over.");

    const std::size_t result_count = combine["outputs"].size();
    if (result_count < initial.size())
        stop("The function of a scan gives fewer values than it carries.");
    std::vector<FxArg> lists;
    for (std::size_t i = initial.size(); i < result_count; ++i)
        lists.push_back(emit_one(scope, at, "prim::ListConstruct", {}, list_type()));
    std::vector<FxType> types;
    for (const FxArg& value : initial)
        types.push_back(type_of(value));
    const FxArg trips = length_of(scope, at, slices.front());
    const Loop loop = begin_loop(scope, at, trips, FxArg(true), initial, std::move(types));
    Scope body;
    body.block = loop.body;
    std::vector<Bound> inputs(loop.carried.begin(), loop.carried.end());
    for (const FxArg& tensor : slices)
        inputs.emplace_back(slice_of(body, at, tensor, loop.iteration));
    inputs.insert(inputs.end(), additional.begin(), additional.end());
    std::vector<FxArg> results = inline_graph(combine, inputs, scope, loop.body, at);
    if (results.size() != result_count)
        stop("The function of a scan gives {} values, not {}.", results.size(), result_count);
    std::vector<FxType> slice_types;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        const FxArg& item = results[initial.size() + i];
        slice_types.push_back(type_of(item));
        emit_one(body, at, "aten::append.t", {lists[i], item}, list_type());
    }
    results.resize(initial.size());
    end_loop(loop, FxArg(true), std::move(results));
    std::vector<FxArg> values = results_of(loop);
    for (std::size_t i = 0; i < lists.size(); ++i)
        values.push_back(stacked(scope, at, lists[i], slice_types[i]));
    bind_results(node, scope, values);
}

/// map(f, xs, additional): the stacked results of f(x, additional).
void GraphReader::read_map(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    const JsonValue function = subgraph(node, 0);
    std::vector<JsonValue> arguments;
    for (const JsonValue input : node["inputs"].items())
        arguments.push_back(input["arg"]);
    if (arguments.size() < 2)
        stop("map has {} arguments.", arguments.size());
    const std::vector<FxArg> slices = used(operands(arguments[1], scope), scope, at);
    const std::vector<Bound> additional = operands_from(node, 2, scope);
    if (slices.empty())
        stop("map has nothing to go over.");
    const std::size_t result_count = function["outputs"].size();
    std::vector<FxArg> lists;
    for (std::size_t i = 0; i < result_count; ++i)
        lists.push_back(emit_one(scope, at, "prim::ListConstruct", {}, list_type()));
    const FxArg trips = length_of(scope, at, slices.front());
    const Loop loop = begin_loop(scope, at, trips, FxArg(true), {}, {});
    Scope body;
    body.block = loop.body;
    std::vector<Bound> inputs;
    for (const FxArg& tensor : slices)
        inputs.emplace_back(slice_of(body, at, tensor, loop.iteration));
    inputs.insert(inputs.end(), additional.begin(), additional.end());
    const std::vector<FxArg> results = inline_graph(function, inputs, scope, loop.body, at);
    if (results.size() != result_count)
        stop("The function of a map gives {} values, not {}.", results.size(), result_count);
    std::vector<FxType> slice_types;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        slice_types.push_back(type_of(results[i]));
        emit_one(body, at, "aten::append.t", {lists[i], results[i]}, list_type());
    }
    end_loop(loop, FxArg(true), {});
    std::vector<FxArg> values;
    for (std::size_t i = 0; i < lists.size(); ++i)
        values.push_back(stacked(scope, at, lists[i], slice_types[i]));
    bind_results(node, scope, values);
}

/// associative_scan(f, xs, additional): y[0] = x[0], y[i] = f(y[i - 1], x[i]).
void GraphReader::read_associative_scan(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    const JsonValue combine = subgraph(node, 0);
    std::vector<JsonValue> arguments;
    for (const JsonValue input : node["inputs"].items())
        arguments.push_back(input["arg"]);
    if (arguments.size() < 2)
        stop("associative_scan has {} arguments.", arguments.size());
    if (arguments.size() > 2 && arguments[2]["as_int"].as_int().value_or(0) != 0)
        return read_unsupported_higher_order(node, "associative_scan", scope);
    const std::vector<FxArg> slices = used(operands(arguments[1], scope), scope, at);
    const std::vector<Bound> additional = operands_from(node, 2, scope);
    if (slices.empty())
        stop("associative_scan has nothing to go over.");
    std::vector<FxArg> first;
    std::vector<FxArg> lists;
    std::vector<FxType> types;
    for (const FxArg& tensor : slices) {
        first.push_back(slice_of(scope, at, tensor, FxArg(std::int64_t{0})));
        types.push_back(type_of(first.back()));
        lists.push_back(emit_one(scope, at, "prim::ListConstruct", {first.back()}, list_type()));
    }
    const FxType integer = FxType::of(FxType::Kind::Int);
    const FxArg length = length_of(scope, at, slices.front());
    const FxArg trips =
        emit_one(scope, at, "aten::sub.int", {length, FxArg(std::int64_t{1})}, integer);
    const Loop loop = begin_loop(scope, at, trips, FxArg(true), first, types);
    Scope body;
    body.block = loop.body;
    const FxArg index =
        emit_one(body, at, "aten::add.int", {loop.iteration, FxArg(std::int64_t{1})}, integer);
    std::vector<Bound> inputs(loop.carried.begin(), loop.carried.end());
    for (const FxArg& tensor : slices)
        inputs.emplace_back(slice_of(body, at, tensor, index));
    inputs.insert(inputs.end(), additional.begin(), additional.end());
    std::vector<FxArg> results = inline_graph(combine, inputs, scope, loop.body, at);
    if (results.size() != slices.size())
        stop("The function of an associative_scan gives {} values, not {}.", results.size(),
             slices.size());
    for (std::size_t i = 0; i < lists.size(); ++i)
        emit_one(body, at, "aten::append.t", {lists[i], results[i]}, list_type());
    end_loop(loop, FxArg(true), std::move(results));
    std::vector<FxArg> values;
    for (std::size_t i = 0; i < lists.size(); ++i)
        values.push_back(stacked(scope, at, lists[i], types[i]));
    bind_results(node, scope, values);
}

} // namespace strata::pt2
