// The form of a value that is one thing or another when the model runs: what a branch gives out, or
// what goes round in a loop.
//
// A form is a Python structure whose leaves are either fixed (known now, or the same ONNX value in
// any case) or open: a tensor or number that the ONNX node passes on as an output of its own.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"

#include <functional>
#include <optional>
#include <vector>

namespace strata {

struct ValueForm {
    enum class Kind {
        Fixed,
        Undefined,
        Tensor,
        Scalar,
        Optional,
        Tuple,
        List,
        Dict,
        RuntimeList,
        Choice
    };
    Kind kind = Kind::Undefined;
    Lowered fixed; ///< Fixed; of List and Dict: the object itself, while it is the same
    DType dtype = DType::Unknown; ///< Tensor, Scalar; RuntimeList: of an item
    std::optional<Shape> shape;   ///< Tensor; RuntimeList: of an item; nothing: rank unknown
    FxType::Kind number = FxType::Kind::Tensor; ///< Scalar; RuntimeList: of an item
    std::vector<ValueForm> items;               ///< Tuple, List, Dict: all; Optional: one
    std::vector<Lowered> keys;                  ///< Dict; Choice: what there is to choose from

    /// How many ONNX values an open form is made of.
    std::size_t leaves() const;
};

/// Tells whether an ONNX value exists outside of the bodies that are being joined.
using IsOutside = std::function<bool(ValueId)>;

/// The form of exactly this value: all leaves fixed.
ValueForm form_of(const Emitter& emitter, const Lowered& value);
/// The same with all numbers and tensors open.
ValueForm open_form(const Emitter& emitter, ValueForm form);
/// A form for both: leaves are fixed where both are the same and outside. Throws Refusal when ONNX
/// has no type for both (dtypes that differ, strings that differ).
ValueForm join(const Emitter& emitter, const ValueForm& a, const ValueForm& b,
               const IsOutside& is_outside);
bool same_form(const ValueForm& a, const ValueForm& b);

/// Makes the value whose open leaves are `next()`, asked in order; names the facts that the form
/// knows. `next` is given the leaf's type as a value of the model to copy from.
struct LeafType {
    ValueKind kind = ValueKind::Tensor;
    DType dtype = DType::Unknown; ///< of a Sequence: of its items
    std::optional<Shape> shape;   ///< of a tensor
};
Lowered build(Emitter& emitter, const ValueForm& form,
              const std::function<ValueId(const LeafType&)>& next);

/// The ONNX values of the open leaves for one value that the form describes, in the same order;
/// emits what conversions need into the current graph.
void flatten(Emitter& emitter, const ValueForm& form, const Lowered& value,
             std::vector<ValueId>& leaves);

/// Sets the type of a value to that of a leaf.
void set_type(OnnxModel& model, ValueId id, const LeafType& type);

} // namespace strata
