#include "lowering/ops/families.h"

namespace strata::ops {

std::vector<Family> all_families()
{
    return {
        {"activation", activation_ops()},
        {"arithmetic", arithmetic_ops()},
        {"attention", attention_ops()},
        {"comparison and logic", comparison_ops()},
        {"convolution", convolution_ops()},
        {"counting", counting_ops()},
        {"covariance", covariance_ops()},
        {"creation", creation_ops()},
        {"decomposed programs", decomposed_ops()},
        {"distances and norms", distance_ops()},
        {"elementwise", elementwise_ops()},
        {"embedding", embedding_ops()},
        {"exported programs", exported_variant_ops()},
        {"factorization", factorization_ops()},
        {"finite differences", gradient_ops()},
        {"indexing", indexing_ops()},
        {"joining and splitting", joining_ops()},
        {"linear", linear_ops()},
        {"loss", loss_ops()},
        {"loss", ctc_ops()},
        {"LU and QR", lu_ops()},
        {"no-op in evaluation", noop_ops()},
        {"normalization", normalization_ops()},
        {"polynomial", polynomial_ops()},
        {"quantized layers", packed_linear_ops()},
        {"pooling", pooling_ops()},
        {"primitives", prims_ops()},
        {"quantization", quantization_ops()},
        {"random numbers", random_ops()},
        {"rearranging", rearranging_ops()},
        {"recurrences", recurrence_ops()},
        {"recurrent", recurrent_ops()},
        {"reduction", reduction_ops()},
        {"regions of images", region_ops()},
        {"resize", resize_ops()},
        {"sampling and detection", sampling_ops()},
        {"scattering", scattering_ops()},
        {"searching and counting", searching_ops()},
        {"shape", shape_ops()},
        {"singular values", singular_value_ops()},
        {"special functions", special_function_ops()},
        {"signs and sums of exponents", special_ops()},
        {"static quantization", static_quantized_ops()},
        {"statistics", statistics_ops()},
        {"transformer fast path", transformer_ops()},
        {"windows", window_ops()},
        {"diagonals", diagonal_ops()},
    };
}

} // namespace strata::ops
