// Attributes that the code assigns to or changes: through branches, loops, and from call to call.
#include "failures.h"
#include "graph_walker.h"
#include "jit_types.h"
#include "torch_compat.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

namespace strata::torch_module {
namespace {

using torch::jit::Node;
using torch::jit::Value;

bool same(const Bound& a, const Bound& b)
{
    return a.arg == b.arg && a.object == b.object && a.elements == b.elements;
}

using ClassAttribute = std::pair<const c10::ClassType*, std::string>;

/// What methods do to attributes: whether they assign, and which lists and dicts they change.
struct AttributeUse {
    bool assigns = false;
    std::set<ClassAttribute> changed;
};

bool is_changed(const Value& container)
{
    return std::any_of(container.uses().begin(), container.uses().end(), [](const auto& use) {
        const c10::FunctionSchema* schema = use.user->maybeSchema();
        if (!schema || use.offset >= schema->arguments().size())
            return false;
        const c10::AliasInfo* alias = schema->arguments()[use.offset].alias_info();
        return alias && alias->isWrite();
    });
}

void look_through(const torch::jit::Block& block, AttributeUse& use)
{
    for (const Node* node : block.nodes()) {
        if (node->kind() == torch::jit::prim::SetAttr)
            use.assigns = true;
        if (node->kind() == torch::jit::prim::GetAttr) {
            const c10::TypeKind kind = node->output()->type()->kind();
            const auto owner = node->input()->type()->cast<c10::ClassType>();
            if (owner && (kind == c10::TypeKind::ListType || kind == c10::TypeKind::DictType) &&
                is_changed(*node->output()))
                use.changed.emplace(owner.get(), node->s(torch::jit::attr::name));
        }
        for (const torch::jit::Block* body : node->blocks())
            look_through(*body, use);
    }
}

} // namespace

/// Everything that walking a loop's body changes.
struct GraphWalker::State {
    FxGraph graph;
    std::vector<std::uint32_t> calls; // per module
    Diagnostics sink;
    Assigned assigned;
    decltype(GraphWalker::m_get_attrs) get_attrs;
    decltype(GraphWalker::m_constant_counts) constant_counts;
    decltype(GraphWalker::m_mutated) mutated;
    std::size_t constant_tensors = 0;
};

GraphWalker::State GraphWalker::save() const
{
    State state{
        m_graph,           {}, m_sink, m_assigned, m_get_attrs, m_constant_counts, m_mutated,
        m_constant_tensors};
    for (ModuleId id = 0; id < m_program.modules.size(); ++id)
        state.calls.push_back(m_program.modules[id].calls);
    return state;
}

void GraphWalker::restore(State&& state)
{
    // Source locations stay: they are known by their numbers.
    std::vector<SourceLocation> sources = std::move(m_graph.sources);
    m_graph = std::move(state.graph);
    m_graph.sources = std::move(sources);
    for (ModuleId id = 0; id < state.calls.size(); ++id)
        m_program.modules.at(id).calls = state.calls[id];
    m_sink = std::move(state.sink);
    m_assigned = std::move(state.assigned);
    m_get_attrs = std::move(state.get_attrs);
    m_constant_counts = std::move(state.constant_counts);
    m_mutated = std::move(state.mutated);
    m_constant_tensors = state.constant_tensors;
}

std::string GraphWalker::fqn_of(const AttributeKey& key) const
{
    const std::string path = path_of(key.first);
    return path.empty() ? key.second : fmt::format("{}.{}", path, key.second);
}

FxType GraphWalker::attribute_type(const AttributeKey& key) const
{
    return fx_type(key.first->type()->getAttribute(key.second));
}

void GraphWalker::sort_by_name(std::vector<AttributeKey>& keys) const
{
    // Not by addresses, which differ from run to run.
    std::sort(keys.begin(), keys.end(), [&](const AttributeKey& a, const AttributeKey& b) {
        return std::pair(fqn_of(a), a.second) < std::pair(fqn_of(b), b.second);
    });
}

std::optional<Bound> GraphWalker::current(const AttributeKey& key, const Activation& activation,
                                          FxBlockId block)
{
    if (const auto it = m_assigned.find(key); it != m_assigned.end())
        return it->second;
    const auto slot = key.first->type()->findAttributeSlot(key.second);
    if (!slot)
        return std::nullopt;
    return bind_ivalue(key.first->getSlot(*slot), fqn_of(key), activation, block);
}

void GraphWalker::merge_assigned(FxNodeId branch, const std::vector<Assigned>& bodies,
                                 std::size_t made_before, const Activation& activation)
{
    // What the branches assign to an attribute becomes one more result of the prim::If.
    std::vector<AttributeKey> keys;
    for (const Assigned& body : bodies)
        for (const auto& [key, bound] : body)
            if (!is_made(key.first, made_before) &&
                std::find(keys.begin(), keys.end(), key) == keys.end())
                keys.push_back(key);
    sort_by_name(keys);
    for (const AttributeKey& key : keys) {
        std::vector<Bound> ends;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            if (const auto it = bodies[i].find(key); it != bodies[i].end())
                ends.push_back(it->second);
            else if (auto held = current(key, activation, m_graph.nodes[branch].blocks[i]))
                ends.push_back(*std::move(held));
        }
        if (ends.size() < bodies.size() ||
            std::all_of(ends.begin(), ends.end(),
                        [&](const Bound& end) { return same(end, ends.front()); })) {
            m_assigned[key] = ends.front();
            continue;
        }
        if (!std::all_of(ends.begin(), ends.end(), [](const Bound& end) { return end.is_data(); }))
            stop(ErrorCode::CannotRead,
                 fmt::format("'{}' is assigned one object or another, depending on data, which a "
                             "graph of operators cannot state{}.",
                             fqn_of(key), where(activation)));
        for (std::size_t i = 0; i < ends.size(); ++i)
            m_graph.blocks[m_graph.nodes[branch].blocks[i]].results.push_back(ends[i].arg);
        assign_result(branch, key);
    }
}

/// The attribute is from here on one more result of a branch or loop.
void GraphWalker::assign_result(FxNodeId id, const AttributeKey& key)
{
    const FxValueId value = m_graph.add_value(key.second, attribute_type(key));
    FxNode& node = m_graph.nodes[id];
    m_graph.values[value].node = id;
    m_graph.values[value].index = static_cast<std::uint32_t>(node.outputs.size());
    m_graph.values[value].block = node.block;
    node.outputs.push_back(value);
    m_assigned[key] = Bound::data(FxRef{value});
}

void GraphWalker::finish_loop(FxNodeId loop, const std::vector<AttributeKey>& carried,
                              const Assigned& after)
{
    const FxBlockId body = m_graph.nodes[loop].blocks.front();
    for (const AttributeKey& key : carried) {
        m_graph.blocks[body].results.push_back(after.at(key).arg);
        assign_result(loop, key);
    }
}

void GraphWalker::add_loop(const Node& node, Activation& activation, FxBlockId block)
{
    // What the body assigns to attributes goes round, too. Which ones these are is known when the
    // body has been walked; then it is walked again with them.
    std::vector<AttributeKey> carried;
    for (;;) {
        std::optional<State> before;
        if (m_assigns)
            before = save();
        FxNode fx;
        fx.target = "prim::Loop";
        for (const Value* input : node.inputs())
            fx.args.push_back(data_of(*input, activation));
        for (const AttributeKey& key : carried)
            fx.args.push_back(current(key, activation, block)->arg);
        const FxNodeId id = emit(node, std::move(fx), activation, block);
        const Assigned outside = m_assigned;
        const std::size_t made_before = m_made.size();
        const Assigned after = walk_body(*node.blocks()[0], activation, id, carried);
        std::vector<AttributeKey> more;
        for (const auto& [key, bound] : after) {
            if (is_made(key.first, made_before) ||
                std::find(carried.begin(), carried.end(), key) != carried.end())
                continue;
            const auto it = outside.find(key);
            if (it != outside.end() && same(it->second, bound))
                continue;
            const auto held = current(key, activation, block);
            if (held && same(*held, bound))
                continue;
            if (!held || !held->is_data() || !bound.is_data())
                stop(ErrorCode::CannotRead,
                     fmt::format("'{}' is assigned an object inside a loop, which a graph of "
                                 "operators cannot state{}.",
                                 fqn_of(key), where(activation)));
            more.push_back(key);
        }
        if (more.empty()) {
            finish_loop(id, carried, after);
            return;
        }
        restore(*std::move(before));
        carried.insert(carried.end(), more.begin(), more.end());
        sort_by_name(carried);
    }
}

void GraphWalker::bind_changed_containers(const Activation& activation)
{
    AttributeUse use;
    std::set<const c10::ClassType*> seen;
    for (const auto& [object, id] : m_ids)
        if (const auto type = object->type(); seen.insert(type.get()).second)
            for (torch::jit::Function* method : type->methods())
                if (const auto graph = graph_of(*method))
                    look_through(*graph->block(), use);
    m_assigns = use.assigns;
    if (use.changed.empty())
        return;
    std::vector<AttributeKey> keys;
    for (const auto& [object, id] : m_ids)
        for (const auto& [type, name] : use.changed)
            if (object->type().get() == type && object->type()->findAttributeSlot(name))
                keys.emplace_back(const_cast<c10::ivalue::Object*>(object), name);
    sort_by_name(keys);
    for (const AttributeKey& key : keys) {
        const c10::IValue held =
            key.first->getSlot(*key.first->type()->findAttributeSlot(key.second));
        Bound bound = bind_ivalue(held, fqn_of(key), activation, FxGraph::main_block);
        if (held.isList()) {
            FxNode list;
            list.target = "prim::ListConstruct";
            list.frame = activation.frame;
            if (const auto* items = std::get_if<FxArg::List>(&bound.arg.value))
                list.args.assign(items->begin(), items->end());
            const FxNodeId id = m_graph.add_node(FxGraph::main_block, std::move(list), {key.second},
                                                 {fx_type(held.type())});
            bound = Bound::data(FxRef{m_graph.nodes[id].outputs[0]});
        } else if (!bound.arg.ref()) {
            continue;
        }
        m_mutated.insert(bound.arg.ref()->value);
        m_assigned[key] = std::move(bound);
        m_sink.info("state-update",
                    "The model changes this attribute; what it holds is used for the rest of the "
                    "call and is not kept between calls.",
                    fqn_of(key));
    }
}

} // namespace strata::torch_module
