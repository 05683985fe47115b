// All parity rows, by family: one function in tests/unit/ops/rows_<family>.cpp each.
#pragma once

#include "support/op_parity.h"

namespace strata::test {

ParityRows attention_rows();
ParityRows convolution_rows();
ParityRows embedding_rows();
ParityRows linear_rows();
ParityRows noop_rows();
ParityRows normalization_rows();
ParityRows pooling_rows();

/// Of all families; add new ones here too.
ParityRows all_parity_rows();

} // namespace strata::test
