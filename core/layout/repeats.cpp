#include "layout/repeats.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <fmt/format.h>
#include <string_view>
#include <type_traits>

namespace strata {
namespace {

/// 128 bits, so that structures that differ never meet in practice.
struct StructureHash {
    std::uint64_t high = 0x9E3779B97F4A7C15ULL;
    std::uint64_t low = 0xC2B2AE3D27D4EB4FULL;

    void add(std::uint64_t word)
    {
        high = mixed(high ^ word);
        low = mixed(low + word * 0xD6E8FEB86659FD93ULL) ^ (high >> 7);
    }
    void add(std::string_view text)
    {
        add(text.size());
        std::uint64_t word = 0;
        std::size_t filled = 0;
        for (const char c : text) {
            word = word << 8 | static_cast<unsigned char>(c);
            if (++filled % 8 == 0)
                add(std::exchange(word, 0));
        }
        add(word);
    }
    void add(const StructureHash& other)
    {
        add(other.high);
        add(other.low);
    }
    friend bool operator==(const StructureHash&, const StructureHash&) = default;

private:
    static std::uint64_t mixed(std::uint64_t x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
        return x ^ (x >> 31);
    }
};

/// A child group or a node of a group.
struct Item {
    NodeId first = no_id; ///< its place in the order of execution
    bool is_node = false;
    std::uint32_t id = no_id;
};

class Gatherer {
public:
    Gatherer(DisplayTree& tree, const Inspection& inspection, TaskContext& task)
        : m_tree(tree),
          m_inspection(inspection),
          m_model(*inspection.model),
          m_task(task),
          m_hashes(tree.groups.size())
    {}

    Status run()
    {
        const auto count = static_cast<GroupId>(m_tree.groups.size());
        // Children have greater ids than their parents.
        for (GroupId group = count; group-- > 0;) {
            if (group % 1024 == 0)
                STRATA_CHECK(m_task.poll());
            m_hashes[group] = hash_of(group, items_of(group));
        }
        for (GroupId group = 0; group < count; ++group) {
            if (group % 1024 == 0)
                STRATA_CHECK(m_task.poll());
            if (m_tree.groups[group].children.size() > 1)
                gather(group);
        }
        return {};
    }

private:
    std::vector<Item> items_of(GroupId group) const
    {
        std::vector<Item> items;
        for (const GroupId child : m_tree.groups[group].children)
            if (m_tree.groups[child].first_node != no_id)
                items.push_back({m_tree.groups[child].first_node, false, child});
        for (const NodeId node : m_tree.groups[group].nodes)
            items.push_back({node, true, node});
        std::stable_sort(items.begin(), items.end(),
                         [](const Item& a, const Item& b) { return a.first < b.first; });
        return items;
    }

    StructureHash hash_of(GroupId id, const std::vector<Item>& items) const
    {
        const DisplayGroup& group = m_tree.groups[id];
        StructureHash hash;
        hash.add(static_cast<std::uint64_t>(group.kind));
        if (group.kind == GroupKind::Module && group.module < m_inspection.modules.size())
            hash.add(m_inspection.modules[group.module].class_name);
        if (group.kind == GroupKind::ControlFlow)
            add_node(hash, group.node);
        hash.add(items.size());
        for (const Item& item : items) {
            if (item.is_node)
                add_node(hash, item.id);
            else
                hash.add(m_hashes[item.id]);
        }
        return hash;
    }

    /// Names of operators are compared as numbers: they are of one model.
    void add_node(StructureHash& hash, NodeId id) const
    {
        const OnnxNode& node = m_model.nodes[id];
        hash.add(static_cast<std::uint64_t>(node.op_type));
        hash.add(static_cast<std::uint64_t>(node.domain));
        hash.add(node.inputs.size());
        for (const ValueId input : node.inputs)
            add_value(hash, input);
        hash.add(node.outputs.size());
        for (const ValueId output : node.outputs)
            add_value(hash, output);
        hash.add(node.attributes.size());
        for (const Attribute& attribute : node.attributes)
            add_attribute(hash, attribute);
    }

    void add_value(StructureHash& hash, ValueId id) const
    {
        if (id >= m_model.values.size())
            return hash.add(std::uint64_t{0});
        const OnnxValue& value = m_model.values[id];
        if (value.initializer < m_model.initializers.size()) {
            hash.add(std::uint64_t{1});
            return add_tensor(hash, m_model.initializers[value.initializer].tensor);
        }
        hash.add(std::uint64_t{2} + static_cast<std::uint64_t>(value.kind));
        hash.add(static_cast<std::uint64_t>(value.dtype));
        hash.add(static_cast<std::uint64_t>(value.type_text));
        hash.add(value.has_shape ? value.shape.size() : ~std::uint64_t{0});
        for (const Dim& dim : value.shape)
            hash.add(dim.known() ? static_cast<std::uint64_t>(dim.value) : ~std::uint64_t{0});
    }

    static void add_tensor(StructureHash& hash, const Tensor& tensor)
    {
        hash.add(static_cast<std::uint64_t>(tensor.dtype));
        hash.add(tensor.shape.size());
        for (const std::int64_t size : tensor.shape)
            hash.add(static_cast<std::uint64_t>(size));
    }

    static void add_attribute(StructureHash& hash, const Attribute& attribute)
    {
        hash.add(static_cast<std::uint64_t>(attribute.name));
        hash.add(static_cast<std::uint64_t>(attribute.kind));
        const auto add_one = [&hash](const auto& item) {
            using T = std::decay_t<decltype(item)>;
            if constexpr (std::is_same_v<T, float>)
                hash.add(std::uint64_t{std::bit_cast<std::uint32_t>(item)});
            else if constexpr (std::is_same_v<T, std::int64_t>)
                hash.add(static_cast<std::uint64_t>(item));
            else if constexpr (std::is_same_v<T, std::string>)
                hash.add(std::string_view(item));
            else if constexpr (std::is_same_v<T, Tensor>)
                add_tensor(hash, item);
        };
        std::visit(
            [&](const auto& value) {
                using T = std::decay_t<decltype(value)>;
                if constexpr (std::is_same_v<T, std::vector<GraphId>>)
                    hash.add(value.size()); // what is in bodies stands in the groups
                else if constexpr (requires { value.begin(); } && !std::is_same_v<T, std::string>) {
                    hash.add(value.size());
                    for (const auto& item : value)
                        add_one(item);
                } else
                    add_one(value);
            },
            attribute.value);
    }

    /// Computes the same for all inputs, and stands somewhere only because it must stand somewhere.
    bool is_constant(const Item& item) const
    {
        if (!item.is_node)
            return false;
        const std::vector<ValueId>& inputs = m_model.nodes[item.id].inputs;
        return std::all_of(inputs.begin(), inputs.end(), [&](ValueId value) {
            return value >= m_model.values.size() || m_model.values[value].initializer != no_id;
        });
    }

    /// Later calls of a module ("relu@1") are not modules of their own.
    bool can_repeat(const Item& item) const
    {
        return !item.is_node && m_tree.groups[item.id].kind == GroupKind::Module &&
               m_tree.groups[item.id].label.empty();
    }

    void gather(GroupId group)
    {
        std::vector<std::vector<GroupId>> runs;
        std::vector<GroupId> run;
        const auto end_run = [&] {
            if (run.size() > 1)
                runs.push_back(std::move(run));
            run.clear();
        };
        for (const Item& item : items_of(group)) {
            if (is_constant(item))
                continue;
            if (!can_repeat(item)) {
                end_run();
                continue;
            }
            if (!run.empty() && !(m_hashes[run.back()] == m_hashes[item.id]))
                end_run();
            run.push_back(item.id);
        }
        end_run();
        for (std::vector<GroupId>& members : runs)
            add_repeat(group, std::move(members));
    }

    void add_repeat(GroupId parent, std::vector<GroupId> members)
    {
        const auto id = static_cast<GroupId>(m_tree.groups.size());
        DisplayGroup repeat;
        repeat.kind = GroupKind::Repeat;
        repeat.parent = parent;
        repeat.module = m_tree.groups[members.front()].module;
        repeat.first_node = m_tree.groups[members.front()].first_node;
        repeat.members = static_cast<std::uint32_t>(members.size());
        repeat.label = fmt::format("{} … {}", name_of(members.front()), name_of(members.back()));
        for (const GroupId member : members) {
            DisplayGroup& group = m_tree.groups[member];
            group.parent = id;
            repeat.figures.add(group.figures);
            repeat.weakest = std::max(repeat.weakest, group.weakest);
        }
        auto& siblings = m_tree.groups[parent].children;
        *std::find(siblings.begin(), siblings.end(), members.front()) = id;
        std::erase_if(siblings, [&](GroupId child) {
            return child != id && m_tree.groups[child].parent == id;
        });
        repeat.children = std::move(members);
        m_tree.groups.push_back(std::move(repeat));
        m_tree.repeats.push_back(id);
    }

    /// "layer.0" rather than a bare number.
    std::string name_of(GroupId group) const
    {
        const ModuleTree& modules = m_inspection.modules;
        const ModuleId id = m_tree.groups[group].module;
        if (id >= modules.size())
            return {};
        const Module& module = modules[id];
        const bool number = std::all_of(module.name.begin(), module.name.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
        if (!number || module.parent >= modules.size() || modules[module.parent].name.empty())
            return module.name;
        return fmt::format("{}.{}", modules[module.parent].name, module.name);
    }

    DisplayTree& m_tree;
    const Inspection& m_inspection;
    const OnnxModel& m_model;
    TaskContext& m_task;
    std::vector<StructureHash> m_hashes; ///< by group
};

} // namespace

Status gather_repeats(DisplayTree& tree, const Inspection& inspection, TaskContext& task)
{
    return Gatherer(tree, inspection, task).run();
}

GroupId repeat_of(const DisplayTree& tree, GroupId group)
{
    if (group >= tree.groups.size())
        return no_id;
    GroupId around = tree.groups[group].parent;
    while (around != no_id && tree.groups[around].kind == GroupKind::Range)
        around = tree.groups[around].parent;
    return around != no_id && tree.groups[around].kind == GroupKind::Repeat ? around : no_id;
}

std::vector<GroupId> members_of_repeat(const DisplayTree& tree, GroupId repeat)
{
    std::vector<GroupId> members;
    std::vector<GroupId> stack{repeat};
    while (!stack.empty()) {
        const GroupId group = stack.back();
        stack.pop_back();
        if (group != repeat && tree.groups[group].kind != GroupKind::Range) {
            members.push_back(group);
            continue;
        }
        const auto& children = tree.groups[group].children;
        stack.insert(stack.end(), children.rbegin(), children.rend());
    }
    return members;
}

} // namespace strata
