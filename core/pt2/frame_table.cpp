// Which module call a node ran in.
#include "pt2/module_stacks.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace strata::pt2 {

namespace {

std::string call_key(const StackedModule& entry)
{
    return fmt::format("{}@{}", entry.fqn, entry.call);
}

} // namespace

FrameTable::FrameTable(Program& program, const ModuleAliases& aliases, StackCache& stacks)
    : m_program(program),
      m_aliases(aliases),
      m_stacks(stacks)
{
    const ModuleTree& tree = program.modules;
    for (const auto& [name, first] : aliases)
        if (const auto shared = tree.find(first))
            for (ModuleId id = *shared; id < tree.size(); ++id)
                if (tree.is_ancestor_or_self(*shared, id))
                    m_renumbered.insert(id);
    // Calls that no stack tells of are numbered after those that stacks tell of.
    std::set<std::pair<ModuleId, std::string>> seen;
    for (const auto& [text, stack] : stacks.all())
        for (const StackedModule& entry : stack) {
            const ModuleId module = module_of(entry.fqn);
            std::uint32_t& next = m_next_recovered[module];
            if (!m_renumbered.contains(module))
                next = std::max(next, entry.call + 1);
            else if (seen.emplace(module, call_key(entry)).second)
                ++next;
        }
}

ModuleId FrameTable::module_of(std::string_view fqn) const
{
    for (std::string_view prefix = fqn;;) {
        if (const auto alias = m_aliases.find(prefix); alias != m_aliases.end())
            return m_program.modules.find_nearest(
                fmt::format("{}{}", alias->second, fqn.substr(prefix.size())));
        const std::size_t dot = prefix.rfind('.');
        if (dot == std::string_view::npos)
            return m_program.modules.find_nearest(fqn);
        prefix = prefix.substr(0, dot);
    }
}

ModuleId FrameTable::owner_of(std::string_view tensor_fqn) const
{
    const std::size_t dot = tensor_fqn.rfind('.');
    return dot == std::string_view::npos ? root_module : module_of(tensor_fqn.substr(0, dot));
}

std::uint32_t FrameTable::call_index(ModuleId module, const StackedModule& entry)
{
    if (!m_renumbered.contains(module))
        return entry.call;
    const auto [it, inserted] = m_numbered.emplace(std::pair(module, call_key(entry)), 0);
    if (inserted)
        it->second = m_next_call[module]++;
    return it->second;
}

FrameId FrameTable::child(FrameId parent, ModuleId module, std::uint32_t call, SourceId call_site)
{
    const auto [it, inserted] = m_frames.emplace(std::tuple(parent, module, call), 0);
    if (inserted)
        it->second = m_program.graph.add_frame(module, call, parent, call_site);
    return it->second;
}

std::vector<SourceId> FrameTable::call_sites(std::size_t depth,
                                             const std::vector<SourceLocation>& calls)
{
    // Each module's call shows as a line in some function followed by the entry into `forward`.
    std::vector<SourceId> sites(depth, no_index);
    std::vector<std::size_t> forwards;
    for (std::size_t i = 0; i < calls.size(); ++i)
        if (calls[i].function == "forward")
            forwards.push_back(i);
    if (forwards.size() != depth)
        return sites; // modules with other methods, or wrappers: which is which is not known
    for (std::size_t i = 1; i < depth; ++i)
        if (forwards[i] > 0)
            sites[i] = m_program.graph.add_source(calls[forwards[i] - 1]);
    return sites;
}

std::optional<FrameId> FrameTable::find(std::string_view text,
                                        const std::vector<SourceLocation>& calls)
{
    if (const auto known = m_by_stack.find(text); known != m_by_stack.end())
        return known->second;
    const std::vector<StackedModule>& stack = m_stacks[text];
    if (stack.empty())
        return std::nullopt;
    const std::vector<SourceId> sites = call_sites(stack.size(), calls);
    FrameId frame = 0;
    for (std::size_t i = 1; i < stack.size(); ++i) {
        const ModuleId module = module_of(stack[i].fqn);
        // What strict mode puts around a branch is the root again.
        if (module == root_module) {
            frame = 0;
            continue;
        }
        if (module != m_program.graph.frames[frame].module)
            frame = child(frame, module, call_index(module, stack[i]), sites[i]);
    }
    m_by_stack.emplace(text, frame);
    return frame;
}

FrameId FrameTable::recovered(FxBlockId block, FrameId parent, ModuleId module)
{
    if (m_program.graph.frames[parent].module == module)
        return parent;
    const auto [it, inserted] = m_recovered.emplace(std::tuple(block, parent, module), 0);
    if (!inserted)
        return it->second;
    it->second = m_program.graph.add_frame(module, m_next_recovered[module]++, parent);
    return it->second;
}

void FrameTable::count_calls()
{
    ModuleTree& tree = m_program.modules;
    for (const CallFrame& frame : m_program.graph.frames)
        if (frame.module < tree.size())
            ++tree.at(frame.module).calls;
}

} // namespace strata::pt2
