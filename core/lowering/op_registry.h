// Which operators can be lowered, and by which function. A value: built once by
// build_op_registry(), no statics.
#pragma once

#include "lowering/op_call.h"
#include "lowering/schema.h"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

using LowerFunction = Outputs (*)(OpCall& call);

/// One line of a family's list.
struct OpEntry {
    std::string_view schema; ///< as PyTorch's native_functions.yaml states it
    LowerFunction lower;
    std::string_view restrictions = {}; ///< for the docs: what is refused
    int min_opset = 13;
};

class OpRegistry {
public:
    struct Op {
        OpSchema schema;
        LowerFunction lower = nullptr;
        std::string_view family;
        std::string_view restrictions;
        int min_opset = 13;
    };

    /// Adds a family; a target that is there already is an error.
    Status add_family(std::string_view family, std::span<const OpEntry> entries);
    /// A second name of a registered operator with the same arguments.
    Status add_alias(std::string_view name, std::string_view target);
    /// The operator of that exact target; for in-place targets ("aten::relu_") the functional one
    /// when there is no line of its own; nothing when unknown.
    const Op* find(std::string_view target) const;
    /// Sorted by target.
    std::vector<const Op*> all() const;

private:
    std::unordered_map<std::string, Op> m_ops;
};

/// All families, listed in ops/families.h.
Result<OpRegistry> build_op_registry();

} // namespace strata
