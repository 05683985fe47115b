// Operators and control flow as FX nodes.
#include "constant_folding.h"
#include "failures.h"
#include "graph_walker.h"
#include "ir/fx_method_targets.h"
#include "jit_types.h"
#include "python_numbers.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace strata::torch_module {
namespace {

/// "aten::add.Tensor"; operators without a schema by their kind.
std::string target_of(const torch::jit::Node& node, const c10::FunctionSchema* schema)
{
    if (!schema)
        return node.kind().toQualString();
    return schema->overload_name().empty()
               ? schema->name()
               : fmt::format("{}.{}", schema->name(), schema->overload_name());
}

/// "conv2d" for "aten::conv2d", "relu" for "aten::relu_", "list_construct" for
/// "prim::ListConstruct".
std::string output_name(std::string_view target)
{
    if (const std::size_t colons = target.rfind("::"); colons != std::string_view::npos)
        target.remove_prefix(colons + 2);
    target = target.substr(0, target.find('.'));
    while (target.size() > 1 && target.ends_with('_'))
        target.remove_suffix(1);
    while (target.size() > 1 && target.starts_with('_'))
        target.remove_prefix(1);
    std::string name;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const char c = target[i];
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && i > 0 && target[i - 1] >= 'a' && target[i - 1] <= 'z')
            name += '_';
        name += upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name;
}

} // namespace

FxNodeId GraphWalker::emit(const Node& node, FxNode fx, Activation& activation, FxBlockId block)
{
    fx.frame = activation.frame;
    fx.source = m_sources.find(node, activation.function);
    const std::string base = output_name(fx.target);
    std::vector<FxType> types;
    for (const Value* output : node.outputs())
        types.push_back(fx_type(output->type()));
    std::vector<std::string> names(types.size(), base);
    const FxNodeId id = m_graph.add_node(block, std::move(fx), std::move(names), std::move(types));
    for (std::size_t i = 0; i < node.outputs().size(); ++i)
        activation.values[node.outputs()[i]] = Bound::data(FxRef{m_graph.nodes[id].outputs[i]});
    return id;
}

void GraphWalker::add_operator(const Node& node, Activation& activation, FxBlockId block)
{
    const c10::FunctionSchema* schema = node.maybeSchema();
    FxNode fx;
    fx.target = target_of(node, schema);
    fx.kind = is_method_target(fx.target) ? FxKind::CallMethod : FxKind::CallFunction;
    for (std::size_t i = 0; i < node.inputs().size(); ++i) {
        const c10::Argument* declared =
            schema && i < schema->arguments().size() ? &schema->arguments()[i] : nullptr;
        if (auto number = python_number(node, i))
            fx.args.push_back(*std::move(number));
        else
            fx.args.push_back(argument(*node.inputs()[i], activation, declared));
    }
    if (node.kind() == torch::jit::prim::isinstance)
        for (const c10::TypePtr& type : node.tys(torch::jit::attr::types))
            fx.args.emplace_back(type->annotation_str());
    else if (node.hasAttribute(torch::jit::attr::name) &&
             node.kindOf(torch::jit::attr::name) == torch::jit::AttributeKind::s)
        fx.args.emplace_back(node.s(torch::jit::attr::name)); // an attribute or method of an object
    if (const std::optional<bool> known = fold_condition(fx.target, fx.args)) {
        activation.values[node.output()] = Bound::data(*known);
        return;
    }
    if (std::optional<FxArg> known = fold_environment(fx.target, fx.args)) {
        activation.values[node.output()] = Bound::data(*std::move(known));
        return;
    }
    if (fx.target.starts_with("quantized::"))
        m_uses_quantized = true;
    if (schema)
        note_mutation(node, *schema, activation);
    emit(node, std::move(fx), activation, block);
    for (const torch::jit::Block* body : node.blocks())
        stop(ErrorCode::CannotRead,
             fmt::format("The construct {} with {} nodes inside is not supported{}.",
                         node.kind().toQualString(),
                         std::distance(body->nodes().begin(), body->nodes().end()),
                         where(activation)));
}

bool GraphWalker::fold_identity(const Node& node, Activation& activation)
{
    // "x is None" with None on either side; module attributes and typed values say which it is.
    const auto is_none = [&](const Value& value) -> std::optional<bool> {
        const Bound& bound = lookup(value, activation);
        const FxRef* ref = bound.arg.ref();
        if (!ref)
            return bound.is_data() && !bound.elements && bound.arg.is_none();
        switch (m_graph.values[ref->value].type.kind) {
        case FxType::Kind::Unknown:
        case FxType::Kind::Optional:
        case FxType::Kind::Other:
            return std::nullopt;
        case FxType::Kind::None:
            return true;
        default:
            return false;
        }
    };
    const bool is = node.kind() == torch::jit::aten::__is__;
    const FxRef* first = lookup(*node.input(0), activation).arg.ref();
    const FxRef* second = lookup(*node.input(1), activation).arg.ref();
    if (first && second && *first == *second) {
        activation.values[node.output()] = Bound::data(is);
        return true;
    }
    const std::optional<bool> left = is_none(*node.input(0));
    const std::optional<bool> right = is_none(*node.input(1));
    if (!left || !right || (!*left && !*right))
        return false;
    activation.values[node.output()] = Bound::data((*left && *right) == is);
    return true;
}

void GraphWalker::note_mutation(const Node& node, const c10::FunctionSchema& schema,
                                Activation& activation)
{
    for (std::size_t i = 0; i < node.inputs().size() && i < schema.arguments().size(); ++i) {
        const c10::AliasInfo* alias = schema.arguments()[i].alias_info();
        if (!alias || !alias->isWrite())
            continue;
        const Value* value = node.inputs()[i];
        // A cast gives the same object another type.
        while (value->node()->kind() == torch::jit::prim::unchecked_cast) {
            if (const FxRef* ref = lookup(*value, activation).arg.ref())
                m_mutated.insert(ref->value);
            value = value->node()->input();
        }
        if (const FxRef* ref = lookup(*value, activation).arg.ref())
            m_mutated.insert(ref->value);
    }
}

GraphWalker::Assigned GraphWalker::walk_body(const torch::jit::Block& from, Activation& activation,
                                             FxNodeId owner,
                                             const std::vector<AttributeKey>& carried)
{
    const FxBlockId block = m_graph.add_block(owner);
    m_graph.nodes[owner].blocks.push_back(block);
    for (const Value* param : from.inputs()) {
        const FxValueId id = m_graph.add_block_param(block, "carried", fx_type(param->type()));
        activation.values[param] = Bound::data(FxRef{id});
    }
    Assigned before = m_assigned;
    for (const AttributeKey& key : carried)
        m_assigned[key] =
            Bound::data(FxRef{m_graph.add_block_param(block, key.second, attribute_type(key))});
    walk_block(from, activation, block);
    Assigned after = std::exchange(m_assigned, std::move(before));
    for (const Value* output : from.outputs()) {
        FxArg result = data_of(*output, activation);
        m_graph.blocks[block].results.push_back(std::move(result));
    }
    return after;
}

void GraphWalker::add_if(const Node& node, Activation& activation, FxBlockId block)
{
    const FxArg condition = data_of(*node.input(), activation);
    if (const bool* known = std::get_if<bool>(&condition.value)) {
        // Decided by the model's own attributes (such as `training`): only the branch that runs
        // exists, so that a call in the other one does not count.
        const torch::jit::Block* taken = node.blocks()[*known ? 0 : 1];
        walk_block(*taken, activation, block);
        for (std::size_t i = 0; i < node.outputs().size(); ++i)
            activation.values[node.outputs()[i]] = Bound(lookup(*taken->outputs()[i], activation));
        return;
    }
    FxNode fx;
    fx.target = "prim::If";
    fx.args.push_back(condition);
    const FxNodeId id = emit(node, std::move(fx), activation, block);
    std::vector<Assigned> assigned;
    const std::size_t made_before = m_made.size();
    for (const torch::jit::Block* body : node.blocks())
        assigned.push_back(walk_body(*body, activation, id));
    merge_assigned(id, assigned, made_before, activation);
}

void GraphWalker::add_tuple(const Node& node, Activation& activation, FxBlockId block)
{
    auto elements = std::make_shared<std::vector<Bound>>();
    bool all_data = true;
    for (const Value* input : node.inputs()) {
        elements->push_back(lookup(*input, activation));
        all_data = all_data && elements->back().is_data();
    }
    if (all_data)
        add_operator(node, activation, block);
    Bound& bound = activation.values[node.output()];
    bound.elements = std::move(elements);
}

bool GraphWalker::unpack_known(const Node& node, Activation& activation)
{
    const auto elements = lookup(*node.input(0), activation).elements;
    if (!elements)
        return false;
    if (node.kind() == torch::jit::prim::TupleUnpack) {
        if (elements->size() != node.outputs().size())
            return false;
        bind_outputs(node, *elements, activation);
        return true;
    }
    const FxArg index = data_of(*node.input(1), activation);
    const auto* number = std::get_if<std::int64_t>(&index.value);
    if (!number)
        return false;
    const auto size = static_cast<std::int64_t>(elements->size());
    const std::int64_t position = *number < 0 ? *number + size : *number;
    if (position < 0 || position >= size)
        return false;
    activation.values[node.output()] = (*elements)[static_cast<std::size_t>(position)];
    return true;
}

bool GraphWalker::index_container(const Node& node, Activation& activation)
{
    c10::ivalue::Object* const container = lookup(*node.input(0), activation).object;
    if (!container)
        return false;
    const FxArg key = data_of(*node.input(1), activation);
    std::string name;
    if (const auto* text = std::get_if<std::string>(&key.value)) {
        name = *text;
    } else if (const auto* number = std::get_if<std::int64_t>(&key.value)) {
        const auto id = m_ids.find(container);
        const auto size =
            id == m_ids.end()
                ? 0
                : static_cast<std::int64_t>(m_program.modules[id->second].children.size());
        name = fmt::format("{}", *number < 0 ? *number + size : *number);
    }
    const auto slot = container->type()->findAttributeSlot(name);
    if (name.empty() || !slot || !container->getSlot(*slot).isObject())
        stop(ErrorCode::CannotRead,
             fmt::format("A module is chosen from '{}' by an index that is only known when the "
                         "model runs{}. Unroll the choice, or export the modules one by one.",
                         path_of(container), where(activation)));
    activation.values[node.output()] = Bound::of(&container->getSlot(*slot).toObjectRef());
    return true;
}

} // namespace strata::torch_module
