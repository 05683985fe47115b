#include "module_reader.h"

#include "failures.h"
#include "jit_types.h"
#include "twin_modules.h"

#include <fmt/format.h>

namespace strata::torch_module {
namespace {

constexpr unsigned max_depth = 500;

class TreeReader {
public:
    TreeReader(ModuleTree& tree, TensorTable& tensors, TaskContext& task)
        : m_tree(tree),
          m_tensors(tensors),
          m_task(task)
    {}

    ModuleIds read(const torch::jit::Module& root)
    {
        const c10::ivalue::Object& object = *root._ivalue();
        const std::string qualified = demangled_class(*object.type());
        m_tree = ModuleTree(short_class(qualified));
        m_tree.at(root_module).qualified_class = qualified;
        m_ids.emplace(&object, root_module);
        read_inside(object, root_module, 0);
        return std::move(m_ids);
    }

private:
    void read_inside(const c10::ivalue::Object& object, ModuleId id, unsigned depth)
    {
        if (depth > max_depth)
            stop(ErrorCode::CannotRead,
                 fmt::format("The modules are nested more than {} deep.", max_depth));
        if (const Status status = m_task.poll(); !status)
            throw Stop{status.error()};
        const auto& type = *object.type();
        for (std::size_t i = 0; i < type.numAttributes(); ++i) {
            const std::string& name = type.getAttributeName(i);
            const c10::IValue& value = object.getSlot(i);
            if (value.isTensor())
                add_tensor(id, name, value.toTensor(), type.is_parameter(i), type.is_buffer(i));
            else if (value.isObject() && value.type()->is_module())
                add_child(value.toObjectRef(), id, name, depth);
        }
    }

    void add_tensor(ModuleId id, const std::string& name, const at::Tensor& tensor,
                    bool is_parameter, bool is_buffer)
    {
        if (!tensor.defined())
            return;
        const std::string& fqn = m_tree[id].fqn;
        const std::uint32_t index = m_tensors.add(tensor, fqn.empty() ? name : fqn + "." + name);
        // A tensor that was merely assigned to self is state, but not in the state dict.
        m_tree.at(id).tensors.push_back({name, index, is_parameter, is_parameter || is_buffer});
    }

    void add_child(const c10::ivalue::Object& child, ModuleId parent, const std::string& name,
                   unsigned depth)
    {
        const std::string qualified = demangled_class(*child.type());
        const ModuleId id = m_tree.add(parent, name, short_class(qualified), qualified);
        const auto [it, first] = m_ids.emplace(&child, id);
        ModuleId same_as = it->second;
        if (first) {
            const c10::ivalue::Object* twin = m_twins.first_of(child);
            if (!twin) {
                read_inside(child, id, depth + 1);
                return;
            }
            same_as = m_ids.at(twin);
            adopt_ids(child, *twin);
        }
        m_tree.at(id).alias_of = m_tree[same_as].fqn;
        std::vector<ModuleTensor> tensors = m_tree[same_as].tensors;
        m_tree.at(id).tensors = std::move(tensors);
    }

    /// Calls of a twin, and of what is in it, are calls of the instance that was read.
    void adopt_ids(const c10::ivalue::Object& twin, const c10::ivalue::Object& read)
    {
        m_ids[&twin] = m_ids.at(&read);
        for (std::size_t i = 0; i < twin.slots().size(); ++i) {
            const c10::IValue& value = twin.getSlot(i);
            if (value.isObject() && value.type()->is_module())
                adopt_ids(value.toObjectRef(), read.getSlot(i).toObjectRef());
        }
    }

    ModuleTree& m_tree;
    TensorTable& m_tensors;
    TaskContext& m_task;
    ModuleIds m_ids;
    TwinModules m_twins;
};

} // namespace

ModuleIds read_modules(const torch::jit::Module& root, ModuleTree& tree, TensorTable& tensors,
                       TaskContext& task)
{
    return TreeReader(tree, tensors, task).read(root);
}

} // namespace strata::torch_module
