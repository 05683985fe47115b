// What the names and sizes of a model's initializers tell. Internal to core/hierarchy.
#pragma once

#include "ir/module_tree.h"
#include "ir/onnx_model.h"

#include <cstddef>
#include <cstdint>
#include <unordered_set>

namespace strata {

struct InitializerFacts {
    /// Modules that are recurrent cells. These are spelled out around their parameters, and PyTorch
    /// names these weight_ih... and weight_hh... in all of them.
    std::unordered_set<ModuleId> recurrent;
    std::unordered_set<std::uint32_t> arrays; ///< initializers of more than one number
    std::size_t weights = 0;                  ///< matrices of floating point numbers
    bool has_names = false;                   ///< some are called something
};

/// Linear in the initializers.
InitializerFacts initializer_facts(const OnnxModel& model, const ModuleTree& modules);

} // namespace strata
