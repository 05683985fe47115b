// Operators of exported graphs as FX nodes.
#include "ir/fx_method_targets.h"
#include "pt2/graph_reader.h"
#include "pt2/read_error.h"
#include "pt2/stack_trace.h"

#include <algorithm>
#include <array>

namespace strata::pt2 {
namespace {

/// torch.export's own functions, which it runs parts of the model in.
bool is_generated(const SourceLocation& call)
{
    return call.file.starts_with("<eval_with_key>");
}

/// The trace as Python prints it.
std::string trace_text(const std::vector<SourceLocation>& calls)
{
    std::string text;
    for (const SourceLocation& call : calls) {
        if (!text.empty())
            text += "\n  ";
        text += fmt::format("File \"{}\", line {}, in {}", call.file, call.line, call.function);
        if (!call.text.empty())
            text += fmt::format("\n    {}", call.text);
    }
    return text;
}

/// So many operators are named in a message.
constexpr std::size_t max_examples = 3;

bool is_symbolic(std::string_view tag)
{
    return tag.starts_with("as_sym_");
}

bool is_real(std::string_view tag)
{
    return tag == "as_sym_float" || tag == "as_float";
}

/// The union's tag of an argument.
std::string_view tag_of(JsonValue argument)
{
    const auto kind = argument.only_member();
    return kind ? kind->key : std::string_view();
}

bool is_check(std::string_view target)
{
    constexpr std::array checks{std::string_view("aten::_assert_tensor_metadata"),
                                std::string_view("aten::_assert_scalar"),
                                std::string_view("aten::_assert_async"),
                                std::string_view("aten::_assert_async.msg"),
                                std::string_view("aten::sym_constrain_range"),
                                std::string_view("aten::sym_constrain_range_for_size")};
    return std::find(checks.begin(), checks.end(), target) != checks.end();
}

} // namespace

void GraphReader::count_node()
{
    if (m_graph.nodes.size() > m_node_limit)
        stop("The program repeats its subgraphs too often to be written out.");
    if (m_graph.nodes.size() % 256 == 0) {
        m_task.advance(m_graph.nodes.size());
        if (const Status status = m_task.poll(); !status)
            throw ReadError{status.error()};
    }
}

void GraphReader::enter(Scope& scope)
{
    for (const auto [name, meta] : scope.graph["tensor_values"].members())
        scope.types.emplace(name, tensor_type(meta));
    const auto numbers = [&](std::string_view member, FxType::Kind kind) {
        for (const auto [name, meta] : scope.graph[member].members())
            scope.types.emplace(name, FxType::of(kind));
    };
    numbers("sym_int_values", FxType::Kind::Int);
    numbers("sym_float_values", FxType::Kind::Float);
    numbers("sym_bool_values", FxType::Kind::Bool);
    numbers("custom_obj_values", FxType::Kind::Other);
}

const GraphReader::Trace& GraphReader::trace(std::string_view text)
{
    const auto [it, inserted] = m_traces.try_emplace(text);
    if (!inserted)
        return it->second;
    std::vector<SourceLocation> calls = parse_stack_trace(text);
    const bool only_generated = std::all_of(calls.begin(), calls.end(), is_generated);
    if (!only_generated)
        std::erase_if(calls, is_generated);
    if (!calls.empty()) {
        SourceLocation innermost = calls.back();
        if (calls.size() > 1)
            innermost.text = trace_text(calls);
        it->second.source = m_graph.add_source(std::move(innermost));
    }
    it->second.calls = std::move(calls);
    return it->second;
}

std::optional<ModuleId> GraphReader::owner_of_operands(JsonValue node, const Scope& scope) const
{
    std::optional<ModuleId> owner;
    const auto see = [&](JsonValue tensor) {
        const auto name = tensor["name"].as_string();
        const auto bound = name ? scope.values.find(*name) : scope.values.end();
        if (bound == scope.values.end() || !std::holds_alternative<Slot>(bound->second))
            return true;
        const State& state = m_state[std::get<Slot>(bound->second)];
        if (state.is_constant)
            return true;
        const ModuleId module = m_frames.owner_of(state.fqn);
        const bool agrees = !owner || *owner == module;
        owner = module;
        return agrees;
    };
    for (const JsonValue input : node["inputs"].items()) {
        const JsonValue argument = input["arg"];
        if (!see(argument["as_tensor"]))
            return std::nullopt;
        for (const JsonValue item : argument["as_tensors"].items())
            if (!see(item))
                return std::nullopt;
    }
    return owner;
}

GraphReader::NodeContext GraphReader::context(JsonValue node, const Scope& scope)
{
    const JsonValue metadata = node["metadata"];
    NodeContext at;
    const std::vector<SourceLocation>* calls = nullptr;
    static const std::vector<SourceLocation> no_calls;
    if (const std::string_view text = metadata["stack_trace"].text(); !text.empty()) {
        const Trace& recorded = trace(text);
        at.source = recorded.source;
        calls = &recorded.calls;
    }
    const std::string_view stack = metadata["nn_module_stack"].text();
    if (const auto frame =
            stack.empty() ? std::nullopt : m_frames.find(stack, calls ? *calls : no_calls)) {
        at.frame = *frame;
        return at;
    }
    at.frame = scope.frame;
    if (const auto owner = owner_of_operands(node, scope))
        at.frame = m_frames.recovered(scope.block, scope.frame, *owner);
    else if (stack.empty() && !scope.inherits_frame)
        ++m_without_module;
    return at;
}

std::string GraphReader::where(FrameId frame) const
{
    return m_program.modules[m_graph.frames[frame].module].fqn;
}

FxNodeId GraphReader::emit(Scope& scope, FxNode fx, const NodeContext& at,
                           std::vector<std::string> names, std::vector<FxType> types)
{
    count_node();
    fx.frame = at.frame;
    fx.source = at.source;
    if (fx.kind == FxKind::CallFunction && is_method_target(fx.target))
        fx.kind = FxKind::CallMethod;
    return m_graph.add_node(scope.block, std::move(fx), std::move(names), std::move(types));
}

FxArg GraphReader::emit_one(Scope& scope, const NodeContext& at, std::string target,
                            std::vector<FxArg> args, FxType type)
{
    FxNode fx;
    fx.target = std::move(target);
    fx.args = std::move(args);
    std::string name = result_name(fx.target);
    const FxNodeId id = emit(scope, std::move(fx), at, {std::move(name)}, {std::move(type)});
    return FxRef{m_graph.nodes[id].outputs[0]};
}

std::vector<GraphReader::Result> GraphReader::results_of(JsonValue node) const
{
    std::vector<Result> results;
    for (const JsonValue output : node["outputs"].items()) {
        const auto kind = output.only_member();
        if (!kind)
            stop("A result of '{}' is not written as a union with one tag.",
                 node["target"].text().substr(0, 80));
        Result result;
        const auto name_of = [](JsonValue value) {
            return value["name"].as_string() ? value["name"].text() : value["as_name"].text();
        };
        if (kind->value.is_array()) {
            result.is_list = true;
            for (const JsonValue item : kind->value.items())
                result.names.push_back(name_of(item));
        } else if (kind->key == "as_optional_tensor") {
            result.names.push_back(name_of(kind->value["as_tensor"]));
        } else {
            result.names.push_back(name_of(kind->value));
        }
        results.push_back(std::move(result));
    }
    return results;
}

void GraphReader::bind_results(JsonValue node, Scope& scope, const std::vector<FxArg>& values)
{
    std::size_t next = 0;
    for (const Result& result : results_of(node))
        for (const std::string_view name : result.names) {
            if (next >= values.size())
                stop("'{}' has more results than its graph gives.",
                     node["target"].text().substr(0, 80));
            if (!name.empty())
                scope.values.insert_or_assign(name, values[next]);
            ++next;
        }
}

/// Is it a buffer of the model, or made of one?
bool GraphReader::comes_from_state(FxArg arg) const
{
    constexpr int farthest = 16; // repeated and reshaped for the instances of instance_norm
    for (int hop = 0; hop < farthest; ++hop) {
        const FxRef* ref = arg.ref();
        const FxNodeId made_by = ref ? m_graph.values[ref->value].node : no_index;
        if (made_by == no_index)
            return false;
        const FxNode& fx = m_graph.nodes[made_by];
        if (fx.kind == FxKind::GetAttr)
            return true;
        if (fx.args.empty())
            return false;
        arg = fx.args.front();
    }
    return false;
}

/// Where the running statistics are the model's own, the model was exported in training mode by
/// mistake. Where they are given to it, or where there are none, the call means what it says.
GraphReader::Training GraphReader::training_of(JsonValue node, std::string_view target,
                                               JsonValue input, const Scope& scope) const
{
    const std::string_view name = input["name"].text();
    const bool of_instances = name == "use_input_stats";
    if ((name != "train" && name != "training" && !of_instances) || target.ends_with(".no_stats") ||
        !input["arg"]["as_bool"].as_bool().value_or(false))
        return Training::Off;
    for (const JsonValue other : node["inputs"].items()) {
        if (other["name"].text() != "running_mean")
            continue;
        const auto statistics = other["arg"]["as_tensor"]["name"].as_string();
        if (!statistics) // it uses the input's own in evaluation too
            return Training::Off;
        const Bound& bound = find_value(*statistics, scope);
        return std::holds_alternative<Slot>(bound) || comes_from_state(std::get<FxArg>(bound))
                   ? Training::ByOwnStatistics
                   : Training::ByGivenStatistics;
    }
    return of_instances ? Training::Off : Training::ByOwnStatistics;
}

void GraphReader::read_operator(JsonValue node, std::string target, Scope& scope)
{
    const NodeContext at = context(node, scope);
    const std::vector<Result> results = results_of(node);
    const JsonValue outputs = node["outputs"];
    const bool on_numbers =
        std::any_of(outputs.items().begin(), outputs.items().end(),
                    [](JsonValue output) { return is_symbolic(tag_of(output)); });
    FxNode fx;
    fx.target = std::move(target);
    if (m_refusing_random && is_random(fx.target))
        fx.target = "vmap::random::" + fx.target;
    bool first = true;
    bool ignores_statistics = false;
    for (const JsonValue input : node["inputs"].items()) {
        const Training training = training_of(node, fx.target, input, scope);
        // Functional operators give the new statistics; others compute by the batch alone.
        ignores_statistics |=
            training == Training::ByGivenStatistics && !fx.target.ends_with("_functional");
    }
    for (const JsonValue input : node["inputs"].items()) {
        const std::string_view name = input["name"].text();
        FxArg value = argument(input["arg"], scope, at);
        if (ignores_statistics && (name == "running_mean" || name == "running_var"))
            value = FxNone{};
        if (training_of(node, fx.target, input, scope) == Training::ByOwnStatistics) {
            value = false;
            m_program.training = true;
            if (m_training.size() < max_examples)
                m_training.push_back(fmt::format("{} in '{}'", fx.target, where(at.frame)));
        }
        if (!is_known_argument(tag_of(input["arg"]))) {
            // Under a name that no operator has, so that it cannot be overlooked.
            std::string made_up = fmt::format("{} ({})", name, tag_of(input["arg"]));
            m_sink.warning("unknown-argument-kind",
                           fmt::format("'{}' has an argument that this version of Strata cannot "
                                       "read: {}.",
                                       fx.target, made_up),
                           where(at.frame));
            fx.kwargs.push_back({std::move(made_up), std::move(value)});
            continue;
        }
        // Files before schema 8.8 do not say how an argument was given.
        constexpr std::int64_t positional_kind = 1;
        const auto kind = input["kind"].as_int();
        const bool positional = kind ? *kind == positional_kind : first || on_numbers;
        if (positional || name.empty())
            fx.args.push_back(std::move(value));
        else
            fx.kwargs.push_back({std::string(name), std::move(value)});
        first = false;
    }
    if (is_check(fx.target))
        ++m_checks;
    if (scope.autocast != DType::Unknown && results.size() == 1 && !results[0].is_list)
        cast_for_autocast(fx, type_of(results[0].names.front(), scope), scope, at);

    std::vector<std::string> names;
    std::vector<FxType> types;
    for (const Result& result : results) {
        if (result.is_list) {
            const std::string_view given = node["name"].text();
            names.push_back(given.empty() ? result_name(fx.target) : std::string(given));
            types.push_back(FxType::list(FxType::tensor()));
        } else {
            const std::string_view name = result.names.front();
            names.push_back(name.empty() ? result_name(fx.target) + "_none" : std::string(name));
            types.push_back(name.empty() ? FxType::of(FxType::Kind::None) : type_of(name, scope));
        }
    }
    const bool batched = m_batched.concerns(fx);
    const std::vector<FxType> logical = batched ? types : std::vector<FxType>{};
    if (batched) {
        if (auto value = m_batched.rewrite(fx, types, emitter(scope, at)))
            return bind_results(node, scope, {*std::move(value)});
        if (m_trying_vmap && BatchedValues::is_refused(fx))
            throw NoVmapRule{};
    }
    const FxNodeId id = emit(scope, std::move(fx), at, std::move(names), std::move(types));
    for (std::size_t i = 0; i < results.size(); ++i) {
        const FxArg value = FxRef{m_graph.nodes[id].outputs[i]};
        if (batched)
            m_batched.mark(m_graph.nodes[id].outputs[i], logical[i]);
        if (!results[i].is_list) {
            if (!results[i].names.front().empty())
                scope.values.insert_or_assign(results[i].names.front(), value);
            continue;
        }
        if (results[i].names.empty())
            continue;
        FxNode unpack;
        unpack.target = "prim::ListUnpack";
        unpack.args = {value};
        std::vector<std::string> item_names;
        std::vector<FxType> item_types;
        for (const std::string_view name : results[i].names) {
            item_names.emplace_back(name);
            item_types.push_back(type_of(name, scope));
        }
        const std::vector<FxType> logical_items = batched ? item_types : std::vector<FxType>{};
        if (batched)
            for (FxType& type : item_types)
                type = m_batched.physical(type);
        const FxNodeId items =
            emit(scope, std::move(unpack), at, std::move(item_names), std::move(item_types));
        for (std::size_t k = 0; k < logical_items.size(); ++k)
            m_batched.mark(m_graph.nodes[items].outputs[k], logical_items[k]);
        for (std::size_t k = 0; k < results[i].names.size(); ++k)
            scope.values.insert_or_assign(results[i].names[k],
                                          FxArg(FxRef{m_graph.nodes[items].outputs[k]}));
    }
}

void GraphReader::read_node(JsonValue node, Scope& scope)
{
    const auto name = node["target"].as_string();
    if (!name)
        stop("A node of the program has no target.");
    bool on_reals = false;
    for (const JsonValue output : node["outputs"].items())
        on_reals |= is_real(tag_of(output));
    for (const JsonValue input : node["inputs"].items())
        on_reals |= is_real(tag_of(input["arg"]));
    if (*name == "torch.amp.autocast_mode._enter_autocast")
        return enter_autocast(node, scope);
    if (*name == "torch.amp.autocast_mode._exit_autocast")
        return exit_autocast(scope);
    ExportTarget target = parse_export_target(*name, on_reals);
    switch (target.kind) {
    case TargetKind::HigherOrder:
        read_higher_order(node, target.name, scope);
        return;
    case TargetKind::Batching:
        read_batching(node, target.name, scope);
        return;
    case TargetKind::Nothing:
        for (const Result& result : results_of(node))
            for (const std::string_view made : result.names)
                if (!made.empty())
                    scope.values.insert_or_assign(made, FxArg(FxNone{}));
        return;
    case TargetKind::Identity:
        for (const JsonValue input : node["inputs"].items()) {
            bind_results(node, scope, {argument(input["arg"], scope, context(node, scope))});
            return;
        }
        stop("'{}' has no argument.", *name);
    case TargetKind::Operator:
        read_operator(node, std::move(target.name), scope);
        return;
    }
}

void GraphReader::read_nodes(Scope& scope)
{
    const auto items = scope.graph["nodes"].items();
    const std::vector<JsonValue> nodes(items.begin(), items.end());
    read_nodes(nodes, scope);
}

void GraphReader::read_nodes(std::span<const JsonValue> nodes, Scope& scope)
{
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        count_node();
        if (begins_vmap(nodes[i]))
            i = read_vmap(nodes, i, scope);
        else
            read_node(nodes[i], scope);
    }
}

} // namespace strata::pt2
