// The calls of vmap itself in exported graphs.
#include "pt2/graph_reader.h"
#include "pt2/read_error.h"

namespace strata::pt2 {
namespace {

std::int64_t number(const std::vector<FxArg>& args, std::size_t position, const std::string& call)
{
    if (position < args.size())
        if (const auto* value = std::get_if<std::int64_t>(&args[position].value))
            return *value;
    stop("'{}' has no number as its argument {}.", call, position);
}

} // namespace

BatchedValues::Emit GraphReader::emitter(Scope& scope, const NodeContext& at)
{
    return [this, &scope, at](std::string target, std::vector<FxArg> args, FxType type) {
        return emit_one(scope, at, std::move(target), std::move(args), std::move(type));
    };
}

bool GraphReader::takes_batched(JsonValue node, const Scope& scope) const
{
    const auto is_batched = [&](JsonValue tensor) {
        const auto name = tensor["name"].as_string();
        const auto bound = name ? scope.values.find(*name) : scope.values.end();
        const auto* value =
            bound == scope.values.end() ? nullptr : std::get_if<FxArg>(&bound->second);
        return value && m_batched.is_batched(*value);
    };
    for (const JsonValue input : node["inputs"].items()) {
        const JsonValue argument = input["arg"];
        if (is_batched(argument["as_tensor"]))
            return true;
        for (const JsonValue item : argument["as_tensors"].items())
            if (is_batched(item))
                return true;
    }
    return false;
}

void GraphReader::read_batching(JsonValue node, const std::string& name, Scope& scope)
{
    const NodeContext at = context(node, scope);
    std::vector<FxArg> args;
    for (const JsonValue input : node["inputs"].items())
        args.push_back(argument(input["arg"], scope, at));
    const std::vector<Result> results = results_of(node);
    const auto type = [&] {
        if (results.empty() || results[0].names.empty() || args.empty())
            stop("'{}' has no tensor, or no result.", name);
        return type_of(results[0].names[0], scope);
    };
    if (args.empty() && name != "_vmap_decrement_nesting")
        stop("'{}' has no arguments.", name);
    if (name == "_vmap_increment_nesting") {
        m_batched.enter_level(args[0]);
    } else if (name == "_vmap_decrement_nesting") {
        m_batched.leave_level();
    } else if (name == "_add_batch_dim") {
        bind_results(node, scope,
                     {m_batched.hide(args[0], number(args, 1, name), number(args, 2, name), type(),
                                     emitter(scope, at))});
    } else {
        bind_results(node, scope,
                     {m_batched.show(args[0], number(args, 1, name), number(args, 3, name), type(),
                                     emitter(scope, at))});
    }
}

} // namespace strata::pt2
