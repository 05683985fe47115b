// Lists whose length is only known when the model runs, as ONNX sequences or stacked tensors.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"

#include <string>
#include <vector>

namespace strata {

/// The dtype of a Python number: int64, float64 or bool.
DType number_dtype(FxType::Kind kind);
/// "seq(tensor(float))".
std::string sequence_type_text(DType element);

/// No items, of a kind that is known.
RuntimeItems empty_items(FxType::Kind kind, DType dtype);
/// Known items, at least one, as a run-time list. Refuses what is no tensor or number, and
/// mixtures.
RuntimeItems to_runtime(Emitter& emitter, const std::vector<Lowered>& items);
/// The list as an ONNX sequence.
ValueId as_sequence(Emitter& emitter, const RuntimeItems& items);
/// The items joined along a new axis, as torch.stack does.
ValueId stack_items(Emitter& emitter, const RuntimeItems& items, std::int64_t axis);
/// One tensor or number as an item of such a list.
ValueId as_item(Emitter& emitter, const RuntimeItems& list, const Lowered& item);

} // namespace strata
