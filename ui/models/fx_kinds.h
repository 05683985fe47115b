// How many FX nodes of each kind a module's forward pass has.
#pragma once

#include "base/task.h"
#include "ir/program.h"

#include <array>
#include <cstdint>
#include <vector>

namespace strata::ui {

inline constexpr std::size_t fx_kind_count = 6;
/// Indexed by FxKind.
using FxKindCounts = std::array<std::uint64_t, fx_kind_count>;

/// Per module, own nodes and those of the modules below. A call of a submodule counts as one
/// call_module of its caller, as in torch.fx. Linear; fails only when cancelled.
Result<std::vector<FxKindCounts>> countFxKinds(const Program& program, TaskContext& task);

} // namespace strata::ui
