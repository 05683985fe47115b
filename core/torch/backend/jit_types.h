// TorchScript's types and class names in Strata's terms.
#pragma once

#include "ir/fx_graph.h"

#include <ATen/core/jit_type.h>
#include <string>

namespace strata::torch_module {

FxType fx_type(const c10::TypePtr& type);

/// "torch.nn.modules.conv.Conv2d" for "__torch__.torch.nn.modules.conv.___torch_mangle_3.Conv2d".
std::string demangled_class(const c10::Type& class_type);
/// "Conv2d".
std::string short_class(const std::string& qualified);

} // namespace strata::torch_module
