// The tensors of an exported program, from raw entries or from what torch.save wrote.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "pt2/pt2_archive.h"
#include "pt2/pt2_layout.h"
#include "pt2/zip_archive.h"

namespace strata {

/// Fills `tensors`, `weights` and `constants` of the model. What cannot be used becomes an entry
/// with a problem; damage fails with CannotRead.
Status read_pt2_tensors(const ZipArchive& archive, const Pt2ModelEntries& entries, Pt2Model& model,
                        TaskContext& task);

/// The example arguments, flattened. Fails where they cannot be read; nothing depends on them.
Result<std::vector<Pt2SampleInput>> read_pt2_sample_inputs(const ZipArchive& archive,
                                                           const ZipEntry& entry);

} // namespace strata
