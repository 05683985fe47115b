// How the core and the LibTorch module find each other.
#pragma once

#include "torch/torch_backend.h"

namespace strata::torch_module {

/// Changes whenever the interface or the intermediate representations do; both sides must agree.
inline constexpr int abi_version = 2;
inline constexpr const char* entry_name = "strata_torch_backend";

/// `extern "C" strata::TorchBackend* strata_torch_backend(int)`: the one backend, owned by the
/// module; null when the version is another.
using EntryFunction = TorchBackend* (*)(int abi_version);

} // namespace strata::torch_module
