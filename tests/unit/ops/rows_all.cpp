#include "support/parity_rows.h"

#include <iterator>

namespace strata::test {

ParityRows all_parity_rows()
{
    ParityRows all;
    for (ParityRows rows :
         {activation_rows(), attention_rows(), convolution_rows(), creation_rows(),
          elementwise_rows(), embedding_rows(), indexing_rows(), linear_rows(), noop_rows(),
          normalization_rows(), pooling_rows(), recurrent_rows(), reduction_rows(), resize_rows(),
          shape_rows(), transformer_rows()})
        std::move(rows.begin(), rows.end(), std::back_inserter(all));
    return all;
}

} // namespace strata::test
