#include "ir/module_tree.h"

#include <algorithm>
#include <unordered_set>

namespace strata {

ModuleTree::ModuleTree(std::string root_class)
{
    Module root;
    root.qualified_class = root_class;
    root.class_name = std::move(root_class);
    m_modules.push_back(std::move(root));
    m_by_fqn.emplace("", root_module);
}

ModuleId ModuleTree::add(ModuleId parent, std::string name, std::string class_name,
                         std::string qualified_class)
{
    const auto id = static_cast<ModuleId>(m_modules.size());
    Module module;
    module.parent = parent;
    module.fqn = m_modules[parent].fqn.empty() ? name : m_modules[parent].fqn + "." + name;
    module.name = std::move(name);
    module.class_name = std::move(class_name);
    module.qualified_class = std::move(qualified_class);
    m_by_fqn.emplace(module.fqn, id);
    m_modules.push_back(std::move(module));
    m_modules[parent].children.push_back(id);
    return id;
}

std::optional<ModuleId> ModuleTree::find(std::string_view fqn) const
{
    auto it = m_by_fqn.find(std::string(fqn));
    if (it == m_by_fqn.end())
        return std::nullopt;
    return it->second;
}

ModuleId ModuleTree::find_nearest(std::string_view fqn) const
{
    while (true) {
        if (auto id = find(fqn))
            return *id;
        const std::size_t dot = fqn.rfind('.');
        fqn = dot == std::string_view::npos ? std::string_view{} : fqn.substr(0, dot);
    }
}

ModuleId ModuleTree::ensure(std::string_view fqn)
{
    ModuleId id = find_nearest(fqn);
    const std::size_t known = m_modules[id].fqn.size();
    std::string_view rest = fqn.substr(known == 0 ? 0 : std::min(known + 1, fqn.size()));
    while (!rest.empty()) {
        const std::size_t dot = rest.find('.');
        id = add(id, std::string(rest.substr(0, dot)), {});
        m_modules[id].inferred = true;
        rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    }
    return id;
}

bool ModuleTree::is_ancestor_or_self(ModuleId ancestor, ModuleId id) const
{
    // Parents have smaller ids than their children.
    while (id != no_module && id > ancestor)
        id = m_modules[id].parent;
    return id == ancestor;
}

ModuleId ModuleTree::common_ancestor(ModuleId a, ModuleId b) const
{
    while (a != b) {
        ModuleId& later = a > b ? a : b;
        later = m_modules[later].parent;
    }
    return a;
}

unsigned ModuleTree::depth(ModuleId id) const
{
    unsigned depth = 0;
    for (; m_modules[id].parent != no_module; id = m_modules[id].parent)
        ++depth;
    return depth;
}

std::string ModuleTree::tag(ModuleId id) const
{
    std::vector<ModuleId> path;
    for (ModuleId m = id; m != no_module; m = m_modules[m].parent)
        path.push_back(m);
    std::string tag;
    for (auto it = path.rbegin(); it != path.rend(); ++it) {
        const Module& module = m_modules[*it];
        tag += '/';
        if (*it == root_module)
            tag += module.class_name.empty() ? "Model" : module.class_name;
        else if (module.class_name.empty())
            tag += module.name;
        else
            tag += module.class_name + "." + module.name;
    }
    return tag;
}

ModuleTree::TensorCount ModuleTree::count_tensors(ModuleId id,
                                                  const std::vector<Tensor>& tensors) const
{
    TensorCount count;
    std::unordered_set<std::uint32_t> seen;
    std::vector<ModuleId> todo{id};
    while (!todo.empty()) {
        const Module& module = m_modules[todo.back()];
        todo.pop_back();
        for (const ModuleTensor& owned : module.tensors) {
            if (owned.tensor >= tensors.size() || !seen.insert(owned.tensor).second)
                continue;
            const Tensor& tensor = tensors[owned.tensor];
            if (owned.is_parameter)
                count.parameters += static_cast<std::uint64_t>(tensor.element_count());
            count.bytes += tensor.byte_count();
        }
        todo.insert(todo.end(), module.children.begin(), module.children.end());
    }
    return count;
}

} // namespace strata
