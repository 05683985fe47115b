// Higher-order operators that run a subgraph once, and cond.
#include "pt2/graph_reader.h"
#include "pt2/pt2_dtype.h"
#include "pt2/read_error.h"

#include <algorithm>
#include <array>

namespace strata::pt2 {
namespace {

/// Operators that autocast runs in its own dtype, whatever they are given
/// (https://pytorch.org/docs/stable/amp.html).
constexpr std::array lowered_by_autocast{std::string_view("aten::linear"),
                                         std::string_view("aten::matmul"),
                                         std::string_view("aten::mm"),
                                         std::string_view("aten::bmm"),
                                         std::string_view("aten::addmm"),
                                         std::string_view("aten::addbmm"),
                                         std::string_view("aten::addmv"),
                                         std::string_view("aten::addr"),
                                         std::string_view("aten::mv"),
                                         std::string_view("aten::baddbmm"),
                                         std::string_view("aten::chain_matmul"),
                                         std::string_view("aten::linalg_multi_dot"),
                                         std::string_view("aten::einsum"),
                                         std::string_view("aten::prelu"),
                                         std::string_view("aten::conv1d"),
                                         std::string_view("aten::conv2d"),
                                         std::string_view("aten::conv3d"),
                                         std::string_view("aten::conv1d.padding"),
                                         std::string_view("aten::conv2d.padding"),
                                         std::string_view("aten::conv3d.padding"),
                                         std::string_view("aten::convolution"),
                                         std::string_view("aten::_convolution"),
                                         std::string_view("aten::conv_tbc"),
                                         std::string_view("aten::conv_transpose1d"),
                                         std::string_view("aten::conv_transpose2d.input"),
                                         std::string_view("aten::conv_transpose3d.input"),
                                         std::string_view("aten::scaled_dot_product_attention"),
                                         std::string_view("aten::_native_multi_head_attention")};

/// Operators whose graph runs exactly once, and where the graph stands among their arguments; what
/// comes after it goes in.
struct Wrapper {
    std::string_view name;
    std::size_t graph;
};
constexpr std::array wrappers{Wrapper{"wrap_with_set_grad_enabled", 1},
                              Wrapper{"wrap_with_autocast", 4},
                              Wrapper{"wrap", 0},
                              Wrapper{"strict_mode", 0},
                              Wrapper{"tag_activation_checkpoint", 0},
                              Wrapper{"wrap_activation_checkpoint", 0},
                              Wrapper{"invoke_subgraph", 0},
                              Wrapper{"hints_wrapper", 0},
                              Wrapper{"local_map_hop", 0},
                              Wrapper{"dynamo_bypassing_wrapper", 1}};

bool holds_values(std::string_view tag)
{
    return tag == "as_tensor" || tag == "as_tensors" || tag == "as_optional_tensor" ||
           tag == "as_optional_tensors" || tag == "as_nested_tensors" || tag == "as_custom_obj" ||
           tag.starts_with("as_sym_") || tag == "as_int" || tag == "as_ints" || tag == "as_float" ||
           tag == "as_floats" || tag == "as_bool" || tag == "as_bools" || tag == "as_none";
}

} // namespace

std::vector<GraphReader::Bound> GraphReader::operands(JsonValue argument_value,
                                                      const Scope& scope) const
{
    std::vector<Bound> flat;
    const auto kind = argument_value.only_member();
    if (!kind)
        stop("An argument is not written as a union with one tag.");
    const auto add = [&](const auto& self, JsonValue value) -> void {
        if (value.is_array()) {
            for (const JsonValue item : value.items())
                self(self, item);
        } else if (const auto name = value["name"].as_string()) {
            flat.push_back(find_value(*name, scope));
        } else if (const auto symbol = value["as_name"].as_string()) {
            flat.push_back(find_value(*symbol, scope));
        } else if (const auto item = value.only_member()) {
            if (item->key == "as_none")
                flat.emplace_back(FxArg(FxNone{}));
            else
                self(self, item->value);
        } else if (const auto flag = value.as_bool()) {
            flat.emplace_back(FxArg(*flag));
        } else if (const auto integer = value.as_int()) {
            flat.emplace_back(FxArg(*integer));
        } else if (const auto real = value.as_double()) {
            flat.emplace_back(FxArg(*real));
        }
    };
    if (kind->key == "as_none")
        flat.emplace_back(FxArg(FxNone{}));
    else
        add(add, kind->value);
    return flat;
}

std::vector<GraphReader::Bound> GraphReader::operands_from(JsonValue node, std::size_t first,
                                                           const Scope& scope) const
{
    std::vector<Bound> all;
    std::size_t index = 0;
    for (const JsonValue input : node["inputs"].items()) {
        const auto kind = input["arg"].only_member();
        if (index++ < first || !kind || !holds_values(kind->key))
            continue;
        std::vector<Bound> flat = operands(input["arg"], scope);
        all.insert(all.end(), std::make_move_iterator(flat.begin()),
                   std::make_move_iterator(flat.end()));
    }
    return all;
}

std::vector<FxArg> GraphReader::used(const std::vector<Bound>& bound, Scope& scope,
                                     const NodeContext& at)
{
    std::vector<FxArg> args;
    for (const Bound& item : bound)
        args.push_back(std::holds_alternative<FxArg>(item)
                           ? std::get<FxArg>(item)
                           : state_value(std::get<Slot>(item), scope.block, at.frame));
    return args;
}

std::vector<FxArg> GraphReader::inline_graph(JsonValue graph, const std::vector<Bound>& inputs,
                                             const Scope& around, FxBlockId block,
                                             const NodeContext& at, DType autocast)
{
    Scope scope;
    scope.graph = graph;
    scope.block = block;
    scope.frame = at.frame;
    scope.inherits_frame = true;
    scope.autocast = autocast == DType::Unknown ? around.autocast : autocast;
    std::size_t next = 0;
    for (const JsonValue input : graph["inputs"].items()) {
        if (next >= inputs.size())
            stop("A subgraph takes more values than it is given ({}).", inputs.size());
        const auto kind = input.only_member();
        const std::string_view name = !kind ? std::string_view()
                                      : kind->value["name"].is_string()
                                          ? kind->value["name"].text()
                                          : kind->value["as_name"].text();
        if (!name.empty())
            scope.values.emplace(name, inputs[next]);
        ++next;
    }
    if (next != inputs.size())
        stop("A subgraph takes {} values, but is given {}.", next, inputs.size());
    enter(scope);
    read_nodes(scope);
    std::vector<FxArg> results;
    for (const JsonValue output : graph["outputs"].items()) {
        const FxArg value = argument(output, scope, at);
        if (const auto* list = std::get_if<FxArg::List>(&value.value))
            results.insert(results.end(), list->begin(), list->end());
        else
            results.push_back(value);
    }
    return results;
}

void GraphReader::read_higher_order(JsonValue node, const std::string& name, Scope& scope)
{
    const bool is_wrapper = std::any_of(wrappers.begin(), wrappers.end(),
                                        [&](const Wrapper& w) { return w.name == name; });
    // Each element of a level of vmap may go another way.
    if (!is_wrapper && takes_batched(node, scope)) {
        if (m_trying_vmap)
            throw NoVmapRule{};
        return read_unsupported_higher_order(node, "vmap_of_" + name, scope);
    }
    if (name == "cond")
        return read_cond(node, scope);
    if (name == "while_loop")
        return read_while_loop(node, scope);
    if (name == "scan")
        return read_scan(node, scope);
    if (name == "map" || name == "map_impl")
        return read_map(node, scope);
    if (name == "associative_scan")
        return read_associative_scan(node, scope);
    if (name == "with_effects")
        return read_with_effects(node, scope);
    if (name == "out_dtype")
        return read_out_dtype(node, scope);
    if (is_wrapper)
        return read_wrapper(node, name, scope);
    read_unsupported_higher_order(node, name, scope);
}

/// Of device type, dtype, enabled, cache enabled, ...
DType GraphReader::autocast_dtype(JsonValue node)
{
    std::vector<JsonValue> arguments;
    for (const JsonValue input : node["inputs"].items())
        arguments.push_back(input["arg"]);
    const bool enabled = arguments.size() > 2 && arguments[2]["as_bool"].as_bool().value_or(true);
    if (!enabled)
        return DType::Float32; // a region of its own inside of another one
    const DType given = dtype_from_export_schema(
        arguments.size() > 1 ? arguments[1]["as_scalar_type"].as_int().value_or(0) : 0);
    const bool cuda = !arguments.empty() && arguments[0]["as_string"].text() == "cuda";
    return given != DType::Unknown ? given : cuda ? DType::Float16 : DType::BFloat16;
}

void GraphReader::enter_autocast(JsonValue node, Scope& scope)
{
    scope.entered_autocast.push_back(scope.autocast);
    scope.autocast = autocast_dtype(node);
}

void GraphReader::exit_autocast(Scope& scope)
{
    if (scope.entered_autocast.empty())
        stop("An autocast region ends that has not begun.");
    scope.autocast = scope.entered_autocast.back();
    scope.entered_autocast.pop_back();
}

void GraphReader::read_wrapper(JsonValue node, const std::string& name, Scope& scope)
{
    const auto& wrapper = *std::find_if(wrappers.begin(), wrappers.end(),
                                        [&](const Wrapper& w) { return w.name == name; });
    const NodeContext at = context(node, scope);
    DType autocast = scope.autocast;
    if (name == "wrap_with_autocast") {
        autocast = autocast_dtype(node);
    }
    const JsonValue graph = subgraph(node, wrapper.graph);
    std::vector<Bound> inputs = operands_from(node, wrapper.graph + 1, scope);
    bind_results(node, scope, inline_graph(graph, inputs, scope, scope.block, at, autocast));
}

void GraphReader::cast_for_autocast(FxNode& fx, const FxType& result, Scope& scope,
                                    const NodeContext& at)
{
    const bool lowered = std::find(lowered_by_autocast.begin(), lowered_by_autocast.end(),
                                   fx.target) != lowered_by_autocast.end();
    if (result.kind != FxType::Kind::Tensor || !is_floating_point(result.dtype))
        return;
    // Strict mode of some versions records the dtypes that there were without autocast; PyTorch
    // itself stops with an error when it runs such a program.
    const bool lowers = scope.autocast == DType::BFloat16 || scope.autocast == DType::Float16;
    if (lowered && lowers && result.dtype == DType::Float32 && !m_told_autocast) {
        m_told_autocast = true;
        m_sink.warning("autocast-not-recorded",
                       fmt::format("'{}' is in an autocast region of {}, but the file says that it "
                                   "gives {}, and so it is computed. Export the model without "
                                   "strict=True to have the region's dtype.",
                                   fx.target, to_string(scope.autocast), to_string(result.dtype)),
                       where(at.frame));
    }
    // The file does not hold the casts that autocast makes, but what dtype the result had.
    DType natural = DType::Unknown;
    bool converts = false;
    const auto look = [&](const FxArg& arg) {
        visit_arg(arg, [&](const FxArg& item) {
            converts |= std::holds_alternative<DType>(item.value);
            const FxType type = type_of(item);
            if (type.kind == FxType::Kind::Tensor && is_floating_point(type.dtype))
                natural =
                    natural == DType::Unknown ? type.dtype : promote_types(natural, type.dtype);
        });
    };
    for (const FxArg& arg : fx.args)
        look(arg);
    for (const FxKeywordArg& kwarg : fx.kwargs)
        look(kwarg.arg);
    if (converts || natural == DType::Unknown || (!lowered && natural == result.dtype))
        return;
    const auto cast = [&](const auto& self, FxArg& arg) -> void {
        if (auto* items = std::get_if<FxArg::List>(&arg.value)) {
            for (FxArg& item : *items)
                self(self, item);
            return;
        }
        FxType type = type_of(arg);
        if (type.kind != FxType::Kind::Tensor || !is_floating_point(type.dtype) ||
            type.dtype == result.dtype || type.dtype == DType::Float64)
            return;
        type.dtype = result.dtype;
        arg = emit_one(scope, at, "aten::to.dtype", {arg, FxArg(result.dtype)}, std::move(type));
    };
    for (FxArg& arg : fx.args)
        cast(cast, arg);
    for (FxKeywordArg& kwarg : fx.kwargs)
        cast(cast, kwarg.arg);
}

void GraphReader::read_cond(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    FxArg condition;
    for (const JsonValue input : node["inputs"].items()) {
        condition = argument(input["arg"], scope, at);
        break;
    }
    const JsonValue graphs[] = {subgraph(node, 1), subgraph(node, 2)};
    constexpr std::size_t first_operand = 3;
    const std::vector<Bound> inputs = operands_from(node, first_operand, scope);
    if (const bool* known = std::get_if<bool>(&condition.value)) {
        bind_results(node, scope,
                     inline_graph(graphs[*known ? 0 : 1], inputs, scope, scope.block, at));
        return;
    }
    FxNode fx;
    fx.target = "prim::If";
    fx.args.push_back(std::move(condition));
    std::vector<std::string> names;
    std::vector<FxType> types;
    for (const Result& result : results_of(node))
        for (const std::string_view name : result.names) {
            names.push_back(name.empty() ? "cond_none" : std::string(name));
            types.push_back(name.empty() ? FxType::of(FxType::Kind::None) : type_of(name, scope));
        }
    const FxNodeId id = emit(scope, std::move(fx), at, std::move(names), std::move(types));
    for (const JsonValue graph : graphs) {
        const FxBlockId block = m_graph.add_block(id);
        m_graph.nodes[id].blocks.push_back(block);
        std::vector<FxArg> results = inline_graph(graph, inputs, scope, block, at);
        if (results.size() != m_graph.nodes[id].outputs.size())
            stop("A branch of cond gives {} values, but {} are wanted.", results.size(),
                 m_graph.nodes[id].outputs.size());
        m_graph.blocks[block].results = std::move(results);
    }
    std::vector<FxArg> values;
    for (const FxValueId output : m_graph.nodes[id].outputs)
        values.emplace_back(FxRef{output});
    bind_results(node, scope, values);
}

/// with_effects(token, op, *args): the operator, in an order that the tokens tell. It gives a
/// token, and the operator's results.
void GraphReader::read_with_effects(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    const std::vector<Result> results = results_of(node);
    FxNode fx;
    std::size_t position = 0;
    for (const JsonValue input : node["inputs"].items()) {
        if (position++ == 0)
            continue; // the token
        FxArg value = argument(input["arg"], scope, at);
        constexpr std::int64_t keyword = 2;
        if (position == 2) {
            const auto* name = std::get_if<std::string>(&value.value);
            if (!name)
                return read_unsupported_higher_order(node, "with_effects", scope);
            fx.target = parse_export_target(*name).name;
        } else if (input["kind"].as_int() == keyword) {
            fx.kwargs.push_back({std::string(input["name"].text()), std::move(value)});
        } else {
            fx.args.push_back(std::move(value));
        }
    }
    if (fx.target.empty() || results.empty() || results.front().is_list)
        return read_unsupported_higher_order(node, "with_effects", scope);
    std::vector<FxArg> values{FxArg(FxNone{})};
    if (fx.target == "aten::_linalg_check_errors") {
        ++m_checks;
        values.resize(results.size(), FxArg(FxNone{}));
        return bind_results(node, scope, values);
    }
    std::vector<std::string> names;
    std::vector<FxType> types;
    for (std::size_t i = 1; i < results.size(); ++i) {
        if (results[i].is_list)
            return read_unsupported_higher_order(node, "with_effects", scope);
        const std::string_view name = results[i].names.front();
        names.push_back(name.empty() ? result_name(fx.target) + "_none" : std::string(name));
        types.push_back(name.empty() ? FxType::of(FxType::Kind::None) : type_of(name, scope));
    }
    const FxNodeId id = emit(scope, std::move(fx), at, std::move(names), std::move(types));
    for (const FxValueId output : m_graph.nodes[id].outputs)
        values.emplace_back(FxRef{output});
    bind_results(node, scope, values);
}

/// out_dtype(op, dtype, *args): the operator, computed in another dtype than that of its arguments.
void GraphReader::read_out_dtype(JsonValue node, Scope& scope)
{
    const NodeContext at = context(node, scope);
    std::vector<FxArg> args;
    for (const JsonValue input : node["inputs"].items())
        args.push_back(argument(input["arg"], scope, at));
    const auto* name = args.empty() ? nullptr : std::get_if<std::string>(&args[0].value);
    const auto* dtype = args.size() < 2 ? nullptr : std::get_if<DType>(&args[1].value);
    const std::vector<Result> results = results_of(node);
    if (!name || !dtype || results.size() != 1 || results[0].names.size() != 1)
        return read_unsupported_higher_order(node, "out_dtype", scope);
    const DType to = *dtype;
    FxNode fx;
    fx.target = parse_export_target(*name).name;
    for (std::size_t i = 2; i < args.size(); ++i) {
        FxType type = type_of(args[i]);
        if (type.kind == FxType::Kind::Tensor && type.dtype != to) {
            type.dtype = to;
            args[i] = emit_one(scope, at, "aten::to.dtype", {args[i], FxArg(to)}, std::move(type));
        }
        fx.args.push_back(args[i]);
    }
    const std::string_view result = results[0].names.front();
    const FxNodeId id =
        emit(scope, std::move(fx), at, {std::string(result)}, {type_of(result, scope)});
    bind_results(node, scope, {FxArg(FxRef{m_graph.nodes[id].outputs[0]})});
}

void GraphReader::read_unsupported_higher_order(JsonValue node, const std::string& name,
                                                Scope& scope)
{
    const NodeContext at = context(node, scope);
    FxNode fx;
    fx.target = "higher_order::" + name;
    for (const JsonValue input : node["inputs"].items()) {
        const auto kind = input["arg"].only_member();
        if (kind && kind->key != "as_graph")
            fx.args.push_back(argument(input["arg"], scope, at));
    }
    std::vector<std::string> names;
    std::vector<FxType> types;
    for (const Result& result : results_of(node))
        for (const std::string_view item : result.names) {
            names.push_back(item.empty() ? name + "_none" : std::string(item));
            types.push_back(type_of(item, scope));
        }
    const FxNodeId id = emit(scope, std::move(fx), at, std::move(names), std::move(types));
    std::vector<FxArg> values;
    for (const FxValueId output : m_graph.nodes[id].outputs)
        values.emplace_back(FxRef{output});
    bind_results(node, scope, values);
}

} // namespace strata::pt2
