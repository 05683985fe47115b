// The graph that a source model gives when Strata lowers it for the inputs of an ONNX file: what
// the file's nodes are aligned with.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "hierarchy/attribute.h"
#include "ir/onnx_model.h"
#include "ir/program.h"

#include <memory>

namespace strata {

/// Lowers the source with the dtypes and shapes of the file's graph inputs: matched by name where
/// all names are the source's, else by position where the counts agree; otherwise as the source
/// records them. Null when the source cannot be lowered at all (its parameters still tell much);
/// operators that cannot be stated do not matter here, their nodes keep their module.
Result<std::shared_ptr<const OnnxModel>> lower_reference(const Program& source,
                                                         const OnnxModel& file, TaskContext& task);

/// attribute_nodes() with the source's reference graph.
Result<AttributionResult> attribute_with_source(const OnnxModel& file, const Program& source,
                                                TaskContext& task);

} // namespace strata
