#include "graph_walker.h"

#include "failures.h"
#include "jit_types.h"
#include "torch_compat.h"

#include <fmt/format.h>

namespace strata::torch_module {
namespace {

// Limits against files made to exhaust memory: calls can nest so that the work doubles with each
// level. Real models stay far below.
constexpr unsigned max_call_depth = 400;
constexpr std::size_t max_steps = 20'000'000;
constexpr std::size_t poll_mask = 0xff;

} // namespace

void GraphWalker::check_limits()
{
    ++m_steps;
    if (m_steps > max_steps)
        stop(ErrorCode::CannotRead, "The model's code is too large once all calls are followed.");
    if ((m_steps & poll_mask) == 0) {
        m_task.advance(m_graph.nodes.size());
        if (const Status status = m_task.poll(); !status)
            throw Stop{status.error()};
    }
}

void GraphWalker::walk(const torch::jit::Module& root, const std::string& method)
{
    c10::ivalue::Object* const object = root._ivalue().get();
    torch::jit::Function* const function = object->type()->findMethod(method);
    const std::shared_ptr<torch::jit::Graph> graph = function ? graph_of(*function) : nullptr;
    if (!graph) {
        std::string others;
        for (const torch::jit::Function* other : object->type()->methods())
            others += (others.empty() ? "" : ", ") + other->name();
        stop(ErrorCode::CannotRead, fmt::format("The model has no method '{}'; it has: {}.", method,
                                                others.empty() ? "none" : others));
    }
    m_program.modules.at(root_module).calls = 1;
    Activation activation;
    activation.self = object;
    activation.function = method;
    activation.values[graph->inputs().at(0)] = Bound::of(object);
    add_placeholders(*graph, function->getSchema(), activation);
    bind_changed_containers(activation);
    walk_block(*graph->block(), activation, FxGraph::main_block);

    FxNode output;
    output.kind = FxKind::Output;
    output.target = "output";
    output.frame = activation.frame;
    if (graph->outputs().size() == 1) {
        output.args.push_back(data_of(*graph->outputs()[0], activation));
    } else {
        FxArg::List results;
        for (const Value* result : graph->outputs())
            results.push_back(data_of(*result, activation));
        output.args.emplace_back(std::move(results));
    }
    m_graph.add_node(FxGraph::main_block, std::move(output), {}, {});
}

void GraphWalker::add_placeholders(const torch::jit::Graph& graph,
                                   const c10::FunctionSchema& schema, Activation& activation)
{
    for (std::size_t i = 1; i < graph.inputs().size(); ++i) {
        const Value* input = graph.inputs()[i];
        FxNode node;
        node.kind = FxKind::Placeholder;
        const c10::Argument* argument =
            i < schema.arguments().size() ? &schema.arguments()[i] : nullptr;
        node.target = argument ? argument->name() : input->debugName();
        std::string name = node.target;
        // As in torch.fx, a placeholder's argument is its default value.
        if (argument && argument->default_value())
            node.args.push_back(
                bind_ivalue(*argument->default_value(), name, activation, FxGraph::main_block).arg);
        const FxNodeId id = m_graph.add_node(FxGraph::main_block, std::move(node),
                                             {std::move(name)}, {fx_type(input->type())});
        activation.values[input] = Bound::data(FxRef{m_graph.nodes[id].outputs[0]});
    }
}

std::vector<Bound> GraphWalker::walk_function(torch::jit::Function& function,
                                              std::vector<Bound> args, Activation activation,
                                              FxBlockId block)
{
    const std::shared_ptr<torch::jit::Graph> graph = graph_of(function);
    if (!graph)
        stop(ErrorCode::CannotRead,
             fmt::format("The function '{}' has no TorchScript code.", function.name()));
    if (activation.depth > max_call_depth)
        stop(ErrorCode::CannotRead, fmt::format("Calls are nested more than {} deep in '{}'.",
                                                max_call_depth, function.name()));
    if (graph->inputs().size() != args.size())
        stop(ErrorCode::CannotRead,
             fmt::format("'{}' takes {} arguments and is called with {}.", function.name(),
                         graph->inputs().size(), args.size()));
    activation.function = function.name();
    for (std::size_t i = 0; i < args.size(); ++i)
        activation.values[graph->inputs()[i]] = std::move(args[i]);
    walk_block(*graph->block(), activation, block);
    std::vector<Bound> results;
    for (const Value* output : graph->outputs())
        results.push_back(lookup(*output, activation));
    return results;
}

void GraphWalker::walk_block(const torch::jit::Block& from, Activation& activation, FxBlockId block)
{
    for (const Node* node : from.nodes())
        walk_node(*node, activation, block);
}

void GraphWalker::walk_node(const Node& node, Activation& activation, FxBlockId block)
{
    check_limits();
    switch (node.kind()) {
    case torch::jit::prim::Constant:
        if (node.output()->hasUses())
            activation.values[node.output()] = bind_constant(node, activation, block);
        return;
    case torch::jit::prim::GetAttr:
        if (get_attribute(node, activation, block))
            return;
        break;
    case torch::jit::prim::SetAttr:
        if (set_attribute(node, activation))
            return;
        break;
    case torch::jit::prim::CreateObject:
        if (create_object(node, activation))
            return;
        break;
    case torch::jit::prim::Enter:
    case torch::jit::prim::Exit:
        if (enter_or_leave(node, activation, block))
            return;
        break;
    case torch::jit::prim::CallMethod:
        if (call_method(node, activation, block))
            return;
        break;
    case torch::jit::prim::CallFunction:
        call_function(node, activation, block);
        return;
    case torch::jit::prim::If:
        add_if(node, activation, block);
        return;
    case torch::jit::prim::Loop:
        add_loop(node, activation, block);
        return;
    case torch::jit::prim::TupleConstruct:
        add_tuple(node, activation, block);
        return;
    case torch::jit::prim::TupleUnpack:
    case torch::jit::prim::TupleIndex:
        if (unpack_known(node, activation))
            return;
        break;
    case torch::jit::prim::ModuleContainerIndex:
        if (index_container(node, activation))
            return;
        break;
    case torch::jit::prim::EnumName:
    case torch::jit::prim::EnumValue: {
        const auto elements = lookup(*node.input(), activation).elements;
        if (elements && elements->size() == 2) {
            activation.values[node.output()] =
                (*elements)[node.kind() == torch::jit::prim::EnumName ? 0 : 1];
            return;
        }
        break;
    }
    case torch::jit::aten::__is__:
    case torch::jit::aten::__isnot__:
        if (fold_identity(node, activation))
            return;
        break;
    case torch::jit::prim::unchecked_cast: {
        // It only tells the type checker what is known already.
        const Bound& value = lookup(*node.input(), activation);
        if (!value.is_data() || !value.arg.ref()) {
            activation.values[node.output()] = Bound(value);
            return;
        }
        break;
    }
    default:
        break;
    }
    add_operator(node, activation, block);
}

void GraphWalker::bind_outputs(const Node& node, const std::vector<Bound>& values,
                               Activation& activation)
{
    for (std::size_t i = 0; i < node.outputs().size() && i < values.size(); ++i)
        activation.values[node.outputs()[i]] = values[i];
}

void GraphWalker::call_function(const Node& node, Activation& activation, FxBlockId block)
{
    torch::jit::Function* function = lookup(*node.input(0), activation).function;
    if (!function)
        stop(ErrorCode::CannotRead,
             fmt::format("A function is called that is not known when the file is read{}.",
                         where(activation)));
    std::vector<Bound> args;
    for (std::size_t i = 1; i < node.inputs().size(); ++i)
        args.push_back(lookup(*node.inputs()[i], activation));
    // Free functions belong to the module that calls them.
    Activation inner;
    inner.frame = activation.frame;
    inner.self = activation.self;
    inner.depth = activation.depth + 1;
    bind_outputs(node, walk_function(*function, std::move(args), std::move(inner), block),
                 activation);
}

bool GraphWalker::call_method(const Node& node, Activation& activation, FxBlockId block)
{
    const std::string& name = node.s(torch::jit::attr::name);
    const Bound& target = lookup(*node.input(0), activation);
    torch::jit::Function* method = nullptr;
    if (target.object)
        method = target.object->type()->findMethod(name);
    else if (const auto type = node.input(0)->type()->cast<c10::ClassType>())
        method = type->findMethod(name);
    if (!method || !torch::jit::tryToGraphFunction(*method))
        return false;

    Activation inner;
    inner.frame = activation.frame;
    inner.self = activation.self;
    inner.depth = activation.depth + 1;
    const bool is_protocol = name.starts_with("__"); // len(), in: nothing that computes
    if (target.object && target.object != activation.self && m_ids.contains(target.object) &&
        !is_protocol) {
        inner.frame =
            enter_module(target.object, activation, m_sources.find(node, activation.function));
        inner.self = target.object;
    }
    std::vector<Bound> args;
    for (const Value* input : node.inputs())
        args.push_back(lookup(*input, activation));
    bind_outputs(node, walk_function(*method, std::move(args), std::move(inner), block),
                 activation);
    return true;
}

FrameId GraphWalker::enter_module(const c10::ivalue::Object* object, const Activation& activation,
                                  SourceId call_site)
{
    const ModuleId id = m_ids.at(object);
    const std::uint32_t call = m_program.modules.at(id).calls++;
    return m_graph.add_frame(id, call, activation.frame, call_site);
}

} // namespace strata::torch_module
