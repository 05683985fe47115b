// The module tree of an exported program, and the frames of its nodes.
#pragma once

#include "base/diagnostic.h"
#include "base/task.h"
#include "ir/program.h"
#include "pt2/module_path.h"
#include "pt2/pt2_archive.h"

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace strata::pt2 {

/// nn_module_stack texts, each parsed once.
class StackCache {
public:
    const std::vector<StackedModule>& operator[](std::string_view text);
    const std::unordered_map<std::string_view, std::vector<StackedModule>>& all() const
    {
        return m_stacks;
    }

private:
    std::unordered_map<std::string_view, std::vector<StackedModule>> m_stacks;
};

/// Second names of module instances: FQN to the FQN it stands for. The file does not say which
/// modules are the same object; those of one class that have the same tensors, two or more, are
/// taken as one.
using ModuleAliases = std::map<std::string, std::string, std::less<>>;

/// Builds Program::modules from the module call graph (which has the containers that are never
/// called), all stacks and the owners of tensors. Stacks of all nodes, those of subgraphs too, end
/// up in `stacks`.
ModuleAliases build_module_tree(const Pt2Model& model, Program& program, StackCache& stacks,
                                TaskContext& task);

/// The call frames of a program's graph, made as nodes need them.
class FrameTable {
public:
    FrameTable(Program& program, const ModuleAliases& aliases, StackCache& stacks);

    /// The frame of a node with this nn_module_stack; nothing for an empty or placeholder stack.
    /// `calls` are the Python calls down to the node: where they fit the modules, new frames get
    /// their call sites from them.
    std::optional<FrameId> find(std::string_view stack, const std::vector<SourceLocation>& calls);
    /// A call of `module` from `parent` that no stack tells of; the same within one `block`.
    FrameId recovered(FxBlockId block, FrameId parent, ModuleId module);
    /// The module that owns a tensor, second names resolved: of "a.b.weight" that of "a.b".
    ModuleId owner_of(std::string_view tensor_fqn) const;
    /// Module::calls of all modules, from the frames made.
    void count_calls();

private:
    ModuleId module_of(std::string_view fqn) const;
    FrameId child(FrameId parent, ModuleId module, std::uint32_t call, SourceId call_site);
    std::uint32_t call_index(ModuleId module, const StackedModule& entry);
    std::vector<SourceId> call_sites(std::size_t depth, const std::vector<SourceLocation>& calls);

    Program& m_program;
    const ModuleAliases& m_aliases;
    StackCache& m_stacks;
    std::unordered_map<std::string_view, FrameId> m_by_stack;
    std::map<std::tuple<FrameId, ModuleId, std::uint32_t>, FrameId> m_frames;
    std::map<std::tuple<FxBlockId, FrameId, ModuleId>, FrameId> m_recovered;
    /// Calls of modules with several names, numbered as they come.
    std::map<std::pair<ModuleId, std::string>, std::uint32_t> m_numbered;
    std::unordered_map<ModuleId, std::uint32_t> m_next_call;
    std::unordered_map<ModuleId, std::uint32_t> m_next_recovered;
    std::unordered_set<ModuleId> m_renumbered;
};

} // namespace strata::pt2
