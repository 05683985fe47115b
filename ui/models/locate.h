// From the text of a diagnostic's "where" to something that can be selected.
#pragma once

#include "ir/inspection.h"

#include <string_view>

namespace strata::ui {

/// A node, a module, or nothing.
struct Target {
    NodeId node = no_id;
    ModuleId module = no_module;

    bool isEmpty() const { return node == no_id && module == no_module; }
    bool isNode() const { return node != no_id; }
    friend bool operator==(const Target&, const Target&) = default;

    static Target ofNode(NodeId id) { return {id, no_module}; }
    static Target ofModule(ModuleId id) { return {no_id, id}; }
};

/// Finds what `where` names: a node's name, its path in the graph ("main/3"), or a module's FQN.
/// Empty when it names neither. O(nodes).
Target locate(const Inspection& inspection, std::string_view where);

/// The first node that stands for an unsupported operator; its module when there is none.
Target locate(const Inspection& inspection, const UnsupportedOperator& unsupported);

} // namespace strata::ui
