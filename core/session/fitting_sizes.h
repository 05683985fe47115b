// Sizes that a model's operators agree on: what nobody gave and the weights settle.
#pragma once

#include "base/task.h"
#include "ir/onnx_model.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace strata {

/// Symbols of the main graph's inputs, each with a size.
using SymbolSizes = std::map<std::string, std::int64_t, std::less<>>;

/// Sizes for the symbols of the inputs with which no operator contradicts its weights: a linear
/// layer behind convolutions and pooling, added positions, joined branches. The usual sizes come
/// first, then one size for all axes but the first of each input, then one for each; of those that
/// fit the roundest. Only symbols that something asks of are in it; none where every size does, or
/// none was found. Nothing is run: only the dimensions that shape inference has written into the
/// model are looked at. Ends early, with nothing, when the task is cancelled.
SymbolSizes fitting_sizes(const OnnxModel& model, TaskContext& task);

} // namespace strata
