// The seven categories of the earlier system, and synthetic paths for orphans.
#pragma once

#include "ir/attribution.h"
#include "ir/module_tree.h"
#include "ir/onnx_model.h"
#include "ir/program.h"

#include <string>

namespace strata {

/// The category of a node with a real module, first rule that fits:
/// 1. what its FX node is, where one is known: placeholder → inputs, output → outputs, get_attr →
///    attributes;
/// 2. its module's class is one of torch.nn's → torch_modules;
/// 3. it reads a parameter or buffer that its (custom) module owns itself → custom_modules;
/// 4. its FX node is known: call_method → methods, call_function → functions (a function called in
///    the forward of a custom module);
/// 5. custom_modules (a module of another or an unknown class, and nothing else is known).
/// `fx` may be null.
Category module_category(const OnnxModel& model, NodeId node, const Module& module,
                         const FxNode* fx);

/// The made-up path of an orphan: "/Attributes/<output>" for constants, "/Inputs/<name>" for nodes
/// without parameters that only prepare a graph input (Identity, Cast), "/Outputs/<name>" for those
/// that only finish a graph output, "/Methods/<op>" for operators that PyTorch spells as methods of
/// a tensor (changes of shape and of type), "/Functions/<op>" for all others.
std::string synthetic_path(const OnnxModel& model, NodeId node);

/// The category that a synthetic path's first part names.
Category synthetic_category(std::string_view path);

} // namespace strata
