#include "hierarchy/tensor_workers.h"

#include <algorithm>

namespace strata {
namespace {

class TensorReaders {
public:
    std::vector<std::vector<ModuleId>> readers; ///< per tensor

    explicit TensorReaders(const Program& source)
        : readers(source.tensors.size()),
          m_tensor_of(source.graph.values.size(), no_index)
    {
        const FxGraph& graph = source.graph;
        for (const FxNode& node : graph.nodes)
            if (node.kind == FxKind::GetAttr && node.tensor < source.tensors.size())
                for (const FxValueId value : node.outputs)
                    m_tensor_of[value] = node.tensor;
        for (const FxNode& node : graph.nodes) {
            if (node.frame >= graph.frames.size())
                continue;
            const ModuleId module = graph.frames[node.frame].module;
            for (const FxArg& arg : node.args)
                note(arg, module);
            for (const FxKeywordArg& arg : node.kwargs)
                note(arg.arg, module);
        }
    }

private:
    void note(const FxArg& arg, ModuleId module)
    {
        if (const auto* list = std::get_if<FxArg::List>(&arg.value))
            for (const FxArg& item : *list)
                note(item, module);
        const FxRef* ref = arg.ref();
        if (!ref || ref->value >= m_tensor_of.size() || m_tensor_of[ref->value] == no_index)
            return;
        std::vector<ModuleId>& of_tensor = readers[m_tensor_of[ref->value]];
        if (std::find(of_tensor.begin(), of_tensor.end(), module) == of_tensor.end())
            of_tensor.push_back(module);
    }

    std::vector<std::uint32_t> m_tensor_of; ///< per value
};

} // namespace

std::vector<ModuleId> tensor_owners(const Program& source)
{
    std::vector<ModuleId> owners(source.tensors.size(), no_module);
    std::vector<bool> several(source.tensors.size(), false);
    for (ModuleId id = 0; id < source.modules.size(); ++id) {
        if (!source.modules[id].alias_of.empty())
            continue;
        for (const ModuleTensor& tensor : source.modules[id].tensors) {
            if (tensor.tensor >= owners.size())
                continue;
            if (owners[tensor.tensor] != no_module && owners[tensor.tensor] != id)
                several[tensor.tensor] = true;
            owners[tensor.tensor] = id;
        }
    }
    for (std::size_t i = 0; i < owners.size(); ++i)
        if (several[i])
            owners[i] = no_module;
    return owners;
}

std::vector<ModuleId> tensor_workers(const Program& source, const std::vector<ModuleId>& owners)
{
    std::vector<ModuleId> workers = owners;
    const TensorReaders found(source);
    for (std::size_t tensor = 0; tensor < workers.size(); ++tensor) {
        const std::vector<ModuleId>& readers = found.readers[tensor];
        const ModuleId owner = workers[tensor];
        if (owner == no_module || readers.empty() ||
            std::any_of(readers.begin(), readers.end(), [&](ModuleId reader) {
                return reader < source.modules.size() &&
                       source.modules.is_ancestor_or_self(owner, reader);
            }))
            continue;
        workers[tensor] = readers.size() == 1 ? readers.front() : no_module;
    }
    return workers;
}

} // namespace strata
