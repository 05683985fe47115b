// Objects that the code itself makes: instances of scripted classes, and what `with` takes.
#include "graph_walker.h"
#include "jit_types.h"
#include "torch_compat.h"

#include <algorithm>
#include <fmt/format.h>
#include <torch/custom_class.h>

namespace strata::torch_module {

bool GraphWalker::is_made(const c10::ivalue::Object* object, std::size_t before) const
{
    return std::any_of(m_made.begin() + static_cast<std::ptrdiff_t>(before), m_made.end(),
                       [&](const auto& made) { return made.get() == object; });
}

bool GraphWalker::create_object(const Node& node, Activation& activation)
{
    const auto type = node.output()->type()->cast<c10::ClassType>();
    // Classes that are written in C++ have methods that cannot be followed.
    if (!type || !type->name() || torch::getCustomClass(type->name()->qualifiedName()))
        return false;
    m_made.push_back(c10::ivalue::Object::create(c10::StrongTypePtr(type->compilation_unit(), type),
                                                 type->numAttributes()));
    c10::ivalue::Object* const object = m_made.back().get();
    // The number keeps the order of two objects' attributes the same from run to run.
    m_object_names.emplace(object, fmt::format("{}{}", type->name()->name(), m_made.size()));
    m_assigns = true;
    activation.values[node.output()] = Bound::of(object);
    return true;
}

bool GraphWalker::enter_or_leave(const Node& node, Activation& activation, FxBlockId block)
{
    c10::ivalue::Object* const object = lookup(*node.input(0), activation).object;
    if (!object)
        return false;
    Bound& result = activation.values[node.output()];
    result = Bound::data(FxNone{});
    // Gradients and profiles: nothing in the graph depends on them.
    if (demangled_class(*object->type()).starts_with("torch.autograd."))
        return true;
    const bool enters = node.kind() == torch::jit::prim::Enter;
    torch::jit::Function* const method =
        object->type()->findMethod(enters ? "__enter__" : "__exit__");
    if (!method || !graph_of(*method))
        return false;
    // __exit__ is told of the exception, of which there is none.
    std::vector<Bound> args(enters ? 1 : 4, Bound::data(FxNone{}));
    args.front() = Bound::of(object);
    Activation inner;
    inner.frame = activation.frame;
    inner.self = activation.self;
    inner.depth = activation.depth + 1;
    bind_outputs(node, walk_function(*method, std::move(args), std::move(inner), block),
                 activation);
    return true;
}

} // namespace strata::torch_module
