// Python values while lowering: what is known, and how they become tensors.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"

#include <optional>
#include <string>
#include <vector>

namespace strata {

/// The constant that an immediate argument stands for. References must have been resolved before.
Lowered from_immediate(const FxArg& arg);

/// The items of a list or tuple; null for everything else, lists of run-time length too.
const std::vector<Lowered>* sequence_items(const Lowered& value);

/// The items of a list whose length is only known when the model runs; null for everything else.
const RuntimeItems* runtime_items(const Lowered& value);
/// True when both are the same value or object: what one is changed to, the other is too.
bool identical(const Lowered& a, const Lowered& b);

/// A tensor: itself, or a rank-0 tensor for a number (int64, float32, bool as PyTorch's defaults);
/// no_id otherwise.
ValueId as_tensor(Emitter& emitter, const Lowered& value);

/// Numbers that are known now, also through constant tensors of one element; nothing otherwise.
std::optional<std::int64_t> as_integer(Emitter& emitter, const Lowered& value);
std::optional<double> as_number(Emitter& emitter, const Lowered& value);

/// True for tensors and scalars that exist only when the model runs.
bool is_runtime_value(const Lowered& value);

/// Strings and enumerators: of them one may be chosen when the model runs (LoweredChoice).
bool is_word(const Lowered& value);

/// Rank-1 int64 tensor of the items, a constant where all are known.
ValueId as_int_vector(Emitter& emitter, const std::vector<Lowered>& items);

/// "a list", "None", "the string 'same'": for messages.
std::string describe(const Lowered& value);

/// c10::ScalarType's numbers, which TorchScript uses for dtypes.
DType dtype_from_c10(std::int64_t number);
std::int64_t dtype_to_c10(DType type);

} // namespace strata
