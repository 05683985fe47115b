// vmap where it has something without a rule: a loop over the samples, which is exact for every
// operator, as the operators between vmap's calls are recorded as they work on one sample.
#include "pt2/graph_reader.h"
#include "pt2/read_error.h"

#include <algorithm>
#include <array>

namespace strata::pt2 {
namespace {

using Nodes = std::span<const JsonValue>;

/// Operators that draw random numbers, without the underscore of those that write in place.
constexpr std::array random_operators{std::string_view("rand"),
                                      std::string_view("rand_like"),
                                      std::string_view("randn"),
                                      std::string_view("randn_like"),
                                      std::string_view("randint"),
                                      std::string_view("randint_like"),
                                      std::string_view("randperm"),
                                      std::string_view("random"),
                                      std::string_view("bernoulli"),
                                      std::string_view("binomial"),
                                      std::string_view("multinomial"),
                                      std::string_view("poisson"),
                                      std::string_view("normal"),
                                      std::string_view("normal_functional"),
                                      std::string_view("uniform"),
                                      std::string_view("exponential"),
                                      std::string_view("geometric"),
                                      std::string_view("cauchy"),
                                      std::string_view("log_normal"),
                                      std::string_view("_standard_gamma"),
                                      std::string_view("_sample_dirichlet")};

constexpr std::string_view begins = "torch._functorch.predispatch._vmap_increment_nesting";
constexpr std::string_view ends = "torch._functorch.predispatch._vmap_decrement_nesting";
constexpr std::string_view adds = "torch._functorch.predispatch._add_batch_dim";
constexpr std::string_view removes = "torch._functorch.predispatch._remove_batch_dim";

/// So deep may loops of vmaps be nested. Masks of attention have four.
constexpr std::size_t max_depth = 32;
/// So many vmaps are tried by rules that they turn out not to have.
constexpr std::size_t max_attempts = 1000;

/// The names of an argument's or result's values, nested ones too.
void collect_names(JsonValue value, std::vector<std::string_view>& names)
{
    if (value.is_array()) {
        for (const JsonValue item : value.items())
            collect_names(item, names);
    } else if (const auto name = value["name"].as_string()) {
        names.push_back(*name);
    } else if (const auto symbol = value["as_name"].as_string()) {
        names.push_back(*symbol);
    } else if (const auto kind = value.only_member(); kind && kind->key != "as_graph") {
        collect_names(kind->value, names);
    }
}

std::vector<std::string_view> names_of(JsonValue arguments)
{
    std::vector<std::string_view> names;
    for (const JsonValue argument : arguments.items())
        collect_names(argument["arg"].is_missing() ? argument : argument["arg"], names);
    return names;
}

JsonValue argument_of(JsonValue node, std::size_t position)
{
    std::size_t index = 0;
    for (const JsonValue input : node["inputs"].items())
        if (index++ == position)
            return input["arg"];
    stop("'{}' has no argument {}.", node["target"].text().substr(0, 80), position);
}

std::int64_t integer_of(JsonValue node, std::size_t position)
{
    const auto value = argument_of(node, position)["as_int"].as_int();
    if (!value)
        stop("Argument {} of '{}' is no integer.", position, node["target"].text().substr(0, 80));
    return *value;
}

std::string_view result_of(JsonValue node)
{
    const std::vector<std::string_view> names = names_of(node["outputs"]);
    if (names.size() != 1)
        stop("'{}' has {} results.", node["target"].text().substr(0, 80), names.size());
    return names.front();
}

/// The end of the vmap that begins at `first`; the number of nodes where it has none.
std::size_t end_of(Nodes nodes, std::size_t first)
{
    std::size_t depth = 0;
    for (std::size_t i = first; i < nodes.size(); ++i) {
        const std::string_view target = nodes[i]["target"].text();
        if (target == begins)
            ++depth;
        else if (target == ends && --depth == 0)
            return i;
    }
    return nodes.size();
}

/// Visits what is a vmap's own, node by node, and whole vmaps in it.
template <typename F>
void visit_own(Nodes inside, F&& visit)
{
    for (std::size_t i = 0; i < inside.size(); ++i) {
        const std::size_t first = i;
        if (inside[i]["target"].text() == begins)
            i = end_of(inside, i);
        visit(inside.subspan(first, i - first + 1));
    }
}

/// A vmap's random numbers: one for all samples, or one for each. Without either, none.
enum class Randomness { None, Same, Different };

/// How the vmap that begins here draws random numbers.
Randomness randomness_of(JsonValue begin)
{
    std::size_t index = 0;
    for (const JsonValue input : begin["inputs"].items())
        if (index++ == 1) {
            const std::string_view word = input["arg"]["as_string"].text();
            return word == "different" ? Randomness::Different
                   : word == "same"    ? Randomness::Same
                                       : Randomness::None;
        }
    return Randomness::None;
}

/// Whether it, or a graph in it, draws random numbers. Dropout is lowered as in evaluation.
bool draws_random(JsonValue node)
{
    if (GraphReader::is_random(parse_export_target(node["target"].text()).name))
        return true;
    for (const JsonValue input : node["inputs"].items())
        for (const JsonValue inner : input["arg"]["as_graph"]["graph"]["nodes"].items())
            if (draws_random(inner))
                return true;
    return false;
}

bool draws_random(Nodes nodes)
{
    return std::any_of(nodes.begin(), nodes.end(),
                       [](JsonValue node) { return draws_random(node); });
}

/// One level only, as vmap itself makes it.
bool has_one_level(Nodes inside)
{
    std::optional<std::int64_t> level;
    bool one = true;
    visit_own(inside, [&](Nodes own) {
        const std::string_view target = own.front()["target"].text();
        if (target != adds && target != removes)
            return;
        const std::int64_t its = integer_of(own.front(), target == adds ? 2 : 1);
        one = one && (!level || *level == its);
        level = its;
    });
    return one;
}

bool writes_in_place(std::string_view target)
{
    const std::string name = parse_export_target(target).name;
    if (name == "aten::detach_")
        return false;
    const std::size_t scope = name.find("::");
    const std::string_view base =
        std::string_view(name).substr(0, name.find('.', scope == std::string::npos ? 0 : scope));
    return base.ends_with('_') && !base.ends_with("__");
}

} // namespace

bool GraphReader::begins_vmap(JsonValue node)
{
    return node["target"].text() == begins;
}

std::size_t GraphReader::read_vmap(Nodes nodes, std::size_t first, Scope& scope)
{
    const std::size_t last = m_batched.is_open() ? nodes.size() : end_of(nodes, first);
    if (last == nodes.size()) { // inside of another one that is read by rules, or without an end
        read_node(nodes[first], scope);
        return first;
    }
    const Nodes region = nodes.subspan(first, last - first + 1);
    const Nodes inside = region.subspan(1, region.size() - 2);
    if (m_vmap_depth >= max_depth)
        stop("The program nests more than {} vmaps.", max_depth);
    ++m_vmap_depth;
    // Rules would draw once for all samples what is theirs alone, loops the other way round.
    const bool random = draws_random(inside);
    const bool each_draws = random && randomness_of(region.front()) == Randomness::Different;
    if (each_draws || !read_vmap_by_rules(region, scope)) {
        const LoopParts parts = loop_parts(inside, each_draws);
        const bool drawn_right = each_draws || !random ||
                                 (randomness_of(region.front()) == Randomness::Same &&
                                  std::none_of(parts.body.begin(), parts.body.end(),
                                               [](Nodes own) { return draws_random(own); }));
        if (parts.possible && drawn_right) {
            read_vmap_as_loop(region.front(), parts, scope);
        } else {
            const bool around = std::exchange(m_refusing_random, random);
            read_each(region, scope);
            m_refusing_random = around;
        }
    }
    --m_vmap_depth;
    return last;
}

void GraphReader::read_each(Nodes nodes, Scope& scope)
{
    for (const JsonValue node : nodes) {
        count_node();
        read_node(node, scope);
    }
}

bool GraphReader::is_random(std::string_view target)
{
    constexpr std::string_view space = "aten::";
    if (!target.starts_with(space))
        return false;
    std::string_view base = target.substr(space.size());
    base = base.substr(0, base.find('.'));
    if (base.ends_with('_') && base != "_")
        base.remove_suffix(1);
    return std::find(random_operators.begin(), random_operators.end(), base) !=
           random_operators.end();
}

GraphReader::LoopParts GraphReader::loop_parts(Nodes inside, bool each_draws)
{
    LoopParts parts;
    parts.possible = has_one_level(inside);
    visit_own(inside, [&](Nodes own) {
        const JsonValue node = own.front();
        const std::string_view target = node["target"].text();
        bool depends = own.size() > 1 || target == adds || target == removes;
        for (const JsonValue each : own) {
            depends |= each_draws && draws_random(each);
            for (const std::string_view name : names_of(each["inputs"]))
                depends |= parts.batched.contains(name);
        }
        if (!depends) {
            // What the samples read of it may not change between them.
            parts.possible = parts.possible && !writes_in_place(target);
            parts.before.push_back(node);
            return;
        }
        parts.body.push_back(own);
        if (target == removes)
            parts.results.push_back(node);
        for (const JsonValue each : own)
            for (const std::string_view name : names_of(each["outputs"]))
                parts.batched.insert(name);
    });
    return parts;
}

/// False, and nothing is read, where something has no rule.
bool GraphReader::read_vmap_by_rules(Nodes region, Scope& scope)
{
    if (m_vmap_attempts >= max_attempts)
        return false;
    const std::size_t nodes = m_graph.nodes.size();
    const std::size_t values = m_graph.values.size();
    const std::size_t blocks = m_graph.blocks.size();
    const std::size_t checks = m_checks;
    const std::size_t without_module = m_without_module;
    m_trying_vmap = true;
    try {
        read_each(region, scope);
        m_trying_vmap = false;
        return true;
    } catch (const NoVmapRule&) {
        m_trying_vmap = false;
    } catch (...) {
        m_trying_vmap = false;
        throw;
    }
    ++m_vmap_attempts;
    m_graph.nodes.resize(nodes);
    m_graph.values.resize(values);
    m_graph.blocks.resize(blocks);
    for (FxBlock& block : m_graph.blocks)
        while (!block.nodes.empty() && block.nodes.back() >= nodes)
            block.nodes.pop_back();
    std::erase_if(m_get_attrs, [&](const auto& entry) {
        const FxRef* ref = entry.second.ref();
        return ref && ref->value >= values;
    });
    m_batched.forget(static_cast<FxValueId>(values));
    m_checks = checks;
    m_without_module = without_module;
    for (const JsonValue node : region)
        for (const std::string_view name : names_of(node["outputs"]))
            scope.values.erase(name);
    return false;
}

void GraphReader::read_vmap_as_loop(JsonValue begin, const LoopParts& parts, Scope& scope)
{
    const NodeContext at = context(begin, scope);
    for (const JsonValue node : parts.before)
        read_nodes({&node, 1}, scope);
    const std::vector<JsonValue>& results = parts.results;
    std::vector<FxArg> lists;
    for (std::size_t i = 0; i < results.size(); ++i)
        lists.push_back(
            emit_one(scope, at, "prim::ListConstruct", {}, FxType::list(FxType::tensor())));
    const FxArg trips = argument(argument_of(begin, 0), scope, at);
    const Loop loop = begin_loop(scope, at, trips, FxArg(true), {}, {});
    const FxBlockId around = std::exchange(scope.block, loop.body);
    std::size_t done = 0;
    for (const Nodes own : parts.body) {
        const JsonValue node = own.front();
        const std::string_view target = node["target"].text();
        if (target == adds) {
            const NodeContext here = context(node, scope);
            FxArg tensor = argument(argument_of(node, 0), scope, here);
            FxArg sample = emit_one(scope, here, "aten::select.int",
                                    {std::move(tensor), FxArg(integer_of(node, 1)), loop.iteration},
                                    type_of(result_of(node), scope));
            scope.values.insert_or_assign(result_of(node), std::move(sample));
        } else if (target == removes) {
            const NodeContext here = context(node, scope);
            FxArg sample = argument(argument_of(node, 0), scope, here);
            emit_one(scope, here, "aten::append.t", {lists[done++], std::move(sample)},
                     FxType::list(FxType::tensor()));
        } else {
            read_nodes(own, scope);
        }
    }
    scope.block = around;
    end_loop(loop, FxArg(true), {});
    for (const std::string_view name : parts.batched) // nothing outside can read them
        scope.values.erase(name);
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::string_view name = result_of(results[i]);
        scope.values.insert_or_assign(name, emit_one(scope, at, "aten::stack",
                                                     {lists[i], FxArg(integer_of(results[i], 3))},
                                                     type_of(name, scope)));
    }
}

} // namespace strata::pt2
