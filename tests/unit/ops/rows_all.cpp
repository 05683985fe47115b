#include "support/parity_rows.h"

#include <iterator>

namespace strata::test {

ParityRows all_parity_rows()
{
    ParityRows all;
    const auto add = [&all](ParityRows rows) {
        std::move(rows.begin(), rows.end(), std::back_inserter(all));
    };
    add(activation_rows());
    add(alias_rows());
    add(arithmetic_rows());
    add(attention_rows());
    add(control_flow_rows());
    add(convolution_rows());
    add(creation_rows());
    add(decomposed_rows());
    add(distance_rows());
    add(elementwise_rows());
    add(embedding_rows());
    add(exported_variant_rows());
    add(factorization_rows());
    add(indexing_rows());
    add(linear_rows());
    add(loss_rows());
    add(mutation_rows());
    add(noop_rows());
    add(normalization_rows());
    add(pooling_rows());
    add(prims_rows());
    add(quantization_rows());
    add(random_rows());
    add(rearranging_rows());
    add(recurrence_rows());
    add(recurrent_rows());
    add(reduction_rows());
    add(resize_rows());
    add(sampling_rows());
    add(scattering_rows());
    add(searching_rows());
    add(shape_rows());
    add(singular_value_rows());
    add(special_function_rows());
    add(special_rows());
    add(static_quantized_rows());
    add(statistics_rows());
    add(transformer_rows());
    add(window_rows());
    return all;
}

} // namespace strata::test
