// Writes the hierarchy into the nodes of an ONNX model, as metadata.
#pragma once

#include "ir/attribution.h"
#include "ir/onnx_model.h"
#include "ir/program.h"

namespace strata {

/// Stamps every node of a lowered model, bodies and functions included, from OnnxModel::provenance:
/// Strata's keys with evidence "recorded", and PyTorch's keys in PyTorch's formats. Nodes without
/// provenance (index past its end) are left alone. Linear; texts are interned, so nodes of one FX
/// node share them.
void annotate_provenance(OnnxModel& model, const Program& program);

/// Stamps what an audit found onto the nodes of a model that was read: Strata's keys only, and only
/// on nodes that do not carry recorded ones already. All other metadata stays as it is.
void annotate_attribution(OnnxModel& model, const ModuleTree& modules,
                          const Attribution& attribution);

} // namespace strata
