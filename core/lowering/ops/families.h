// The one list of operator families. A family is a file beside this one that defines its list of
// lines.
#pragma once

#include "lowering/op_registry.h"

#include <span>
#include <string_view>
#include <vector>

namespace strata::ops {

std::span<const OpEntry> activation_ops();
std::span<const OpEntry> arithmetic_ops();
std::span<const OpEntry> attention_ops();
std::span<const OpEntry> comparison_ops();
std::span<const OpEntry> convolution_ops();
std::span<const OpEntry> counting_ops();
std::span<const OpEntry> covariance_ops();
std::span<const OpEntry> creation_ops();
std::span<const OpEntry> decomposed_ops();
std::span<const OpEntry> distance_ops();
std::span<const OpEntry> elementwise_ops();
std::span<const OpEntry> embedding_ops();
std::span<const OpEntry> exported_variant_ops();
std::span<const OpEntry> factorization_ops();
std::span<const OpEntry> indexing_ops();
std::span<const OpEntry> joining_ops();
std::span<const OpEntry> linear_ops();
std::span<const OpEntry> ctc_ops();
std::span<const OpEntry> loss_ops();
std::span<const OpEntry> lu_ops();
std::span<const OpEntry> noop_ops();
std::span<const OpEntry> normalization_ops();
std::span<const OpEntry> packed_linear_ops();
std::span<const OpEntry> polynomial_ops();
std::span<const OpEntry> pooling_ops();
std::span<const OpEntry> prims_ops();
std::span<const OpEntry> quantization_ops();
std::span<const OpEntry> random_ops();
std::span<const OpEntry> rearranging_ops();
std::span<const OpEntry> recurrence_ops();
std::span<const OpEntry> recurrent_ops();
std::span<const OpEntry> reduction_ops();
std::span<const OpEntry> region_ops();
std::span<const OpEntry> resize_ops();
std::span<const OpEntry> sampling_ops();
std::span<const OpEntry> scattering_ops();
std::span<const OpEntry> searching_ops();
std::span<const OpEntry> shape_ops();
std::span<const OpEntry> singular_value_ops();
std::span<const OpEntry> special_function_ops();
std::span<const OpEntry> special_ops();
std::span<const OpEntry> static_quantized_ops();
std::span<const OpEntry> statistics_ops();
std::span<const OpEntry> gradient_ops();
std::span<const OpEntry> diagonal_ops();
std::span<const OpEntry> window_ops();
std::span<const OpEntry> transformer_ops();

struct Family {
    std::string_view name; ///< as the documentation shows it
    std::span<const OpEntry> entries;
};
std::vector<Family> all_families();

} // namespace strata::ops
