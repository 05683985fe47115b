// The tree of torch.nn.Modules of a model: instances, never classes.
#pragma once

#include "ir/tensor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

/// Index into ModuleTree; the root is always 0.
using ModuleId = std::uint32_t;
inline constexpr ModuleId root_module = 0;
inline constexpr ModuleId no_module = static_cast<ModuleId>(-1);

/// A parameter or buffer as one module owns it. A tensor with several owners appears once per
/// owner, with the same `tensor` index.
struct ModuleTensor {
    std::string name;          ///< local: "weight"
    std::uint32_t tensor = 0;  ///< index into Program::tensors
    bool is_parameter = true;  ///< false: buffer
    bool is_persistent = true; ///< false: buffer that the state dict leaves out
};

struct Module {
    ModuleId parent = no_module;
    std::vector<ModuleId> children; ///< in definition order
    std::string name;               ///< local name: "conv1", "0"; empty for the root
    std::string fqn;        ///< what named_modules() gives: "layer1.0.conv1"; empty for the root
    std::string class_name; ///< short: "Conv2d"
    std::string qualified_class; ///< "torch.nn.modules.conv.Conv2d" where known
    std::vector<ModuleTensor> tensors;
    std::uint32_t calls = 0; ///< how often the forward pass runs it (0: never)
    bool inferred = false;   ///< made up from names in a file without its source model
    /// The same instance reachable under another path: the FQN this is an alias of; empty for first
    /// occurrences.
    std::string alias_of;
};

/// Owns the modules. Ids are stable and parents come before children.
class ModuleTree {
public:
    ModuleTree(std::string root_class = {});

    ModuleId add(ModuleId parent, std::string name, std::string class_name,
                 std::string qualified_class = {});
    const Module& operator[](ModuleId id) const { return m_modules[id]; }
    Module& at(ModuleId id) { return m_modules[id]; }
    std::size_t size() const { return m_modules.size(); }

    /// Exact FQN; nothing when there is none.
    std::optional<ModuleId> find(std::string_view fqn) const;
    /// The deepest module whose FQN is a prefix of `fqn` (itself included); the root at least.
    ModuleId find_nearest(std::string_view fqn) const;
    /// Adds what is missing on the way to `fqn`, class unknown, marked as inferred.
    ModuleId ensure(std::string_view fqn);

    bool is_ancestor_or_self(ModuleId ancestor, ModuleId id) const;
    ModuleId common_ancestor(ModuleId a, ModuleId b) const;
    unsigned depth(ModuleId id) const;

    /// "/ResNet/Sequential.layer1/Bottleneck.0/Conv2d.conv1": Class.localname from the root, unique
    /// per instance. Unknown classes are left out: "/Model/layer1/0".
    std::string tag(ModuleId id) const;
    /// Root's tag is "/ResNet". With a call index > 0 nothing changes: calls are told apart by
    /// strata.call. Modules whose parameters and buffers, own and below, are counted once per
    /// distinct tensor.
    struct TensorCount {
        std::uint64_t parameters = 0; ///< elements of parameters
        std::uint64_t bytes = 0;      ///< bytes of parameters and buffers
    };
    TensorCount count_tensors(ModuleId id, const std::vector<Tensor>& tensors) const;

private:
    std::vector<Module> m_modules;
    std::unordered_map<std::string, ModuleId> m_by_fqn;
};

} // namespace strata
