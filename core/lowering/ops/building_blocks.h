// Small pieces that several operator families share.
#pragma once

#include "lowering/op_call.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace strata::ops {

/// A view of an initializer as another initializer named "<name><suffix>": no bytes are copied. The
/// same view asked for twice is the same value. no_id when `value` is not an initializer.
ValueId initializer_view(Emitter& e, ValueId value, std::vector<std::int64_t> shape,
                         std::vector<std::int64_t> strides, std::string_view suffix);

/// A matrix (rank 2) transposed: a view of an initializer, the input of another transposition, or a
/// Transpose node.
ValueId transpose_matrix(Emitter& e, ValueId matrix);

/// [C] as [C, 1, ..., 1] with `trailing` ones, to broadcast over [N, C, *spatial].
ValueId channel_vector(Emitter& e, ValueId vector, std::int64_t trailing);

/// `value` in the shape of `like`, which has as many elements. `same_front` leading dimensions of
/// the two are the same already. Uses constants as far as the shape of `like` is known.
ValueId reshape_like(Emitter& e, ValueId value, ValueId like, std::int64_t same_front);

/// first, first + 1, ... (`count` numbers).
std::vector<std::int64_t> iota(std::int64_t first, std::int64_t count);

/// True for integers and bool; false for reals and unknown types.
bool is_integral(DType dtype);

/// True when the shape is known and one of its sizes is 0.
bool has_no_elements(Emitter& e, ValueId value);

/// The largest finite number of a floating-point type.
double largest_number(DType dtype);

/// Keys that ArgMax, ArgMin and TopK order as PyTorch orders the reals of `x`, whose NaNs are the
/// largest (or, `nan_largest` false, the smallest) of all. ONNX leaves their place open. Infinities
/// become the largest number to make room.
ValueId with_ordered_nans(Emitter& e, ValueId x, bool nan_largest);

/// The Lowered of the first argument, for operators that change nothing in eval mode.
Outputs pass_through(OpCall& call);

/// Tensors with one leading batch dimension for spatial operators that PyTorch also takes without.
struct Batched {
    ValueId value = no_id;
    bool added = false; ///< the batch dimension was added here; undo() removes it

    /// `rank` is the rank with the batch dimension. A tensor of unknown rank is taken as batched.
    static Batched of(Emitter& e, ValueId value, std::int64_t rank);
    ValueId undo(Emitter& e, ValueId result) const;
};

} // namespace strata::ops
