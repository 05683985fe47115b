// Which modules there are: names, classes, tensors, second names.
#include "pt2/module_stacks.h"
#include "pt2/read_error.h"

#include <algorithm>
#include <set>

namespace strata::pt2 {
namespace {

struct OwnedTensor {
    std::string name;
    std::uint32_t tensor = 0;
    bool is_parameter = true;
    bool is_persistent = true;
};

std::pair<std::string, std::string> split_owner(std::string_view fqn)
{
    const std::size_t dot = fqn.rfind('.');
    if (dot == std::string_view::npos)
        return {{}, std::string(fqn)};
    return {std::string(fqn.substr(0, dot)), std::string(fqn.substr(dot + 1))};
}

/// Whether `fqn` is `ancestor` or inside of it.
bool is_inside(std::string_view fqn, std::string_view ancestor)
{
    return ancestor.empty() || fqn == ancestor ||
           (fqn.starts_with(ancestor) && fqn[ancestor.size()] == '.');
}

class TreeBuilder {
public:
    TreeBuilder(const Pt2Model& model, Program& program, StackCache& stacks, TaskContext& task)
        : m_model(model),
          m_program(program),
          m_stacks(stacks),
          m_task(task)
    {}

    ModuleAliases build()
    {
        const JsonValue graph_module = m_model.program()["graph_module"];
        for (const JsonValue entry : graph_module["module_call_graph"].items())
            if (const auto fqn = entry["fqn"].as_string())
                add_name(normalized_module_path(*fqn));
        collect_stacks(graph_module["graph"]);
        collect_tensors(graph_module["signature"]);
        find_aliases();
        fill_tree();
        return std::move(m_aliases);
    }

private:
    void add_name(const std::string& fqn)
    {
        if (m_known.contains(fqn))
            return;
        // Parents come first.
        if (!fqn.empty())
            add_name(split_owner(fqn).first);
        m_known.insert(fqn);
        m_order.push_back(fqn);
    }

    void collect_stacks(JsonValue graph)
    {
        for (const JsonValue node : graph["nodes"].items()) {
            if (const Status status = m_task.poll(); !status)
                throw ReadError{status.error()};
            const std::string_view text = node["metadata"]["nn_module_stack"].text();
            if (!text.empty() && !m_stacks.all().contains(text)) {
                for (const StackedModule& module : m_stacks[text]) {
                    add_name(module.fqn);
                    if (!module.qualified_class.empty())
                        m_classes.emplace(module.fqn, module.qualified_class);
                }
            }
            for (const JsonValue input : node["inputs"].items())
                if (const JsonValue inner = input["arg"]["as_graph"]["graph"]; inner.is_object())
                    collect_stacks(inner);
        }
    }

    void add_tensor(std::string_view fqn, std::uint32_t tensor, bool is_parameter,
                    bool is_persistent)
    {
        if (!m_owned_names.emplace(fqn).second)
            return;
        auto [owner, name] = split_owner(fqn);
        add_name(owner);
        m_tensors[owner].push_back({std::move(name), tensor, is_parameter, is_persistent});
    }

    void collect_tensors(JsonValue signature)
    {
        for (const JsonValue spec : signature["input_specs"].items()) {
            const auto kind = spec.only_member();
            if (!kind || (kind->key != "parameter" && kind->key != "buffer"))
                continue;
            const bool is_parameter = kind->key == "parameter";
            const auto fqn =
                kind->value[is_parameter ? "parameter_name" : "buffer_name"].as_string();
            if (!fqn)
                continue;
            const bool persistent =
                is_parameter || kind->value["persistent"].as_bool().value_or(true);
            if (const auto tensor = m_model.find_tensor(*fqn))
                add_tensor(*fqn, *tensor, is_parameter, persistent);
        }
        // The state dict names tied weights under each of their owners.
        std::vector<std::pair<std::uint32_t, std::string_view>> others;
        for (const auto& [fqn, entry] : m_model.weights)
            if (entry.index && !m_owned_names.contains(fqn))
                others.emplace_back(*entry.index, fqn);
        std::sort(others.begin(), others.end());
        for (const auto& [tensor, fqn] : others)
            add_tensor(fqn, tensor, m_model.weights.at(std::string(fqn)).is_parameter, true);
    }

    /// The tensors at and under a module, by their names below it; empty for none.
    std::map<std::string, std::string> tensor_keys() const
    {
        std::map<std::string, std::set<std::string>> parts;
        for (const auto& [owner, tensors] : m_tensors) {
            for (const OwnedTensor& tensor : tensors) {
                // For the owner and every module around it.
                std::string module = owner;
                std::string local = tensor.name;
                while (!module.empty()) {
                    parts[module].insert(fmt::format("{}={}", local, tensor.tensor));
                    auto [parent, name] = split_owner(module);
                    local = name + "." + local;
                    module = std::move(parent);
                }
            }
        }
        std::map<std::string, std::string> keys;
        for (const auto& [module, items] : parts)
            keys.emplace(module, fmt::format("{}", fmt::join(items, ";")));
        return keys;
    }

    /// Modules of one class that share several tensors and have no others are one instance. A
    /// single shared tensor (tied embeddings) says nothing; nor does a module that no operation ran
    /// in.
    void find_aliases()
    {
        std::map<std::string, std::vector<std::string>> groups; // in tree order
        const std::map<std::string, std::string> keys = tensor_keys();
        for (const std::string& fqn : m_order) {
            const auto key = keys.find(fqn);
            const auto known = m_classes.find(fqn);
            // The root contains all others.
            if (key != keys.end() && known != m_classes.end() && !fqn.empty())
                groups[known->second + "\n" + key->second].push_back(fqn);
        }
        std::vector<std::pair<std::string, std::string>> found;
        for (const auto& [key, members] : groups)
            if (key.find(';') != std::string::npos)
                for (std::size_t i = 1; i < members.size(); ++i)
                    found.emplace_back(members[i], members[0]);
        std::sort(found.begin(), found.end());
        for (auto& [name, first] : found) {
            const bool covered = std::any_of(
                m_aliases.begin(), m_aliases.end(),
                [&, &name = name](const auto& alias) { return is_inside(name, alias.first); });
            if (!covered) {
                m_aliases.emplace(std::move(name), std::move(first));
            }
        }
        // A first name inside of something that is itself a second name is no name of its own.
        for (auto& [name, first] : m_aliases)
            for (const auto& [outer, outer_first] : m_aliases)
                if (outer != name && is_inside(first, outer))
                    first = outer_first + first.substr(outer.size());
    }

    void fill_tree()
    {
        const auto root_class = m_classes.find("");
        const std::string qualified = root_class == m_classes.end() ? "" : root_class->second;
        m_program.modules = ModuleTree(short_class_name(qualified));
        ModuleTree& tree = m_program.modules;
        tree.at(root_module).qualified_class = qualified;
        for (const std::string& fqn : m_order) {
            if (fqn.empty())
                continue;
            auto [parent_fqn, name] = split_owner(fqn);
            const auto parent = tree.find(parent_fqn);
            if (!parent || !tree[*parent].alias_of.empty())
                continue; // inside a second name
            const auto known = m_classes.find(fqn);
            const std::string module_class = known == m_classes.end() ? "" : known->second;
            const ModuleId id =
                tree.add(*parent, std::move(name), short_class_name(module_class), module_class);
            if (const auto alias = m_aliases.find(fqn); alias != m_aliases.end()) {
                tree.at(id).alias_of = alias->second;
                if (const auto first = m_classes.find(alias->second); first != m_classes.end()) {
                    tree.at(id).class_name = short_class_name(first->second);
                    tree.at(id).qualified_class = first->second;
                }
            }
        }
        for (auto& [owner, tensors] : m_tensors)
            if (const auto id = tree.find(owner))
                for (OwnedTensor& tensor : tensors)
                    tree.at(*id).tensors.push_back({std::move(tensor.name), tensor.tensor,
                                                    tensor.is_parameter, tensor.is_persistent});
    }

    const Pt2Model& m_model;
    Program& m_program;
    StackCache& m_stacks;
    TaskContext& m_task;
    std::set<std::string, std::less<>> m_known;
    std::vector<std::string> m_order; ///< parents first
    std::map<std::string, std::string, std::less<>> m_classes;
    std::map<std::string, std::vector<OwnedTensor>> m_tensors; ///< by owner
    std::set<std::string, std::less<>> m_owned_names;
    ModuleAliases m_aliases;
};

} // namespace

const std::vector<StackedModule>& StackCache::operator[](std::string_view text)
{
    const auto it = m_stacks.find(text);
    if (it != m_stacks.end())
        return it->second;
    return m_stacks.emplace(text, parse_module_stack(text)).first->second;
}

ModuleAliases build_module_tree(const Pt2Model& model, Program& program, StackCache& stacks,
                                TaskContext& task)
{
    return TreeBuilder(model, program, stacks, task).build();
}

} // namespace strata::pt2
