// All parity rows, by family: one function in tests/unit/ops/rows_<family>.cpp each.
#pragma once

#include "support/op_parity.h"

namespace strata::test {

ParityRows activation_rows();
ParityRows alias_rows();
ParityRows arithmetic_rows();
ParityRows attention_rows();
ParityRows control_flow_rows();
ParityRows convolution_rows();
ParityRows creation_rows();
ParityRows decomposed_rows();
ParityRows distance_rows();
ParityRows elementwise_rows();
ParityRows embedding_rows();
ParityRows sampling_rows();
ParityRows searching_rows();
ParityRows window_rows();
ParityRows exported_variant_rows();
ParityRows factorization_rows();
ParityRows indexing_rows();
ParityRows linear_rows();
ParityRows loss_rows();
ParityRows mutation_rows();
ParityRows noop_rows();
ParityRows normalization_rows();
ParityRows pooling_rows();
ParityRows prims_rows();
ParityRows quantization_rows();
ParityRows random_rows();
ParityRows rearranging_rows();
ParityRows recurrence_rows();
ParityRows recurrent_rows();
ParityRows reduction_rows();
ParityRows resize_rows();
ParityRows scattering_rows();
ParityRows shape_rows();
ParityRows singular_value_rows();
ParityRows special_function_rows();
ParityRows special_rows();
ParityRows static_quantized_rows();
ParityRows statistics_rows();
ParityRows transformer_rows();

/// Of all families; add new ones here too.
ParityRows all_parity_rows();

} // namespace strata::test
