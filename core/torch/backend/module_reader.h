// The module tree of a loaded TorchScript module, and who is who among its instances.
#pragma once

#include "base/task.h"
#include "ir/module_tree.h"
#include "torch_tensors.h"

#include <torch/script.h>
#include <unordered_map>

namespace strata::torch_module {

/// Instances by identity: scripted instances share their class, so the class says nothing.
using ModuleIds = std::unordered_map<const c10::ivalue::Object*, ModuleId>;

/// Reads modules, parameters and buffers into `tree` and `tensors`; returns the id of each
/// instance. An instance reachable under a second name becomes a module with `alias_of`, whose
/// inside is not repeated; so does a copy that scripting made of it (twin_modules.h). Stops with
/// CannotRead for nesting that no real model has.
ModuleIds read_modules(const torch::jit::Module& root, ModuleTree& tree, TensorTable& tensors,
                       TaskContext& task);

} // namespace strata::torch_module
