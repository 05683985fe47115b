// The nn_module_stack of exported nodes: which module calls a node ran in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// One entry of a node's nn_module_stack, outermost first in the stack.
struct StackedModule {
    std::string fqn;             ///< normalised: "blocks.0.fc"; empty for the root
    std::string qualified_class; ///< "torch.nn.modules.linear.Linear"; may be empty
    std::uint32_t call = 0;      ///< 1 for the second call of the instance
    friend bool operator==(const StackedModule&, const StackedModule&) = default;
};

/// Parses "key,path,class;key,path,class". The root comes first, once, whatever the text has;
/// entries that repeat the one before them are left out. Empty for an empty text and for the
/// placeholder that PyTorch's passes write where they know no stack.
std::vector<StackedModule> parse_module_stack(std::string_view text);

/// The FQN that a path of a stack stands for: "L['s'].blocks[0].fc" and
/// "getattr(L['self'].blocks, '0').fc" are "blocks.0.fc"; "_export_root.a" is "a"; paths that are
/// FQNs already stay as they are.
std::string normalized_module_path(std::string_view path);

/// "Linear" of "torch.nn.modules.linear.Linear".
std::string short_class_name(std::string_view qualified);

} // namespace strata
