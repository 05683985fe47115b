// Operators that compute nothing in an exported model: dropout in eval mode, copies, conversions.
#include "lowering/ops/building_blocks.h"
#include "lowering/ops/families.h"

namespace strata::ops {
namespace {

Outputs same(OpCall& call)
{
    return pass_through(call);
}

void refuse_training(OpCall& call, std::string_view train)
{
    if (call.has(train) && call.boolean(train) && call.number("p") > 0.0)
        call.refuse("dropout is in training mode and would draw random numbers",
                    "call model.eval() before saving");
}

Outputs dropout(OpCall& call)
{
    refuse_training(call, "train");
    return pass_through(call);
}

Outputs native_dropout(OpCall& call)
{
    refuse_training(call, "train");
    Emitter& e = call.e();
    const ValueId input = call.tensor("input");
    // The mask keeps everything.
    const ValueId mask =
        e.expand(e.constant(Tensor::filled(DType::Bool, {1}, 1.0), "keep_all"), e.shape_of(input));
    return Outputs::tensors({input, mask});
}

Outputs nothing(OpCall&)
{
    return Outputs(std::vector<Lowered>{});
}

Outputs convert(OpCall& call, DType to)
{
    if (to == DType::Unknown)
        return pass_through(call);
    if (is_complex(to))
        call.refuse("ONNX has no operators for complex numbers");
    if (is_quantized(to))
        call.refuse("conversion to a quantised type without scale and zero point");
    Emitter& e = call.e();
    const Lowered& first = call.first();
    if (const auto* tensor = first.as<LoweredTensor>())
        return e.dtype(tensor->value) == to ? Outputs(first) : Outputs(e.cast(tensor->value, to));
    return e.cast(call.tensor("self"), to);
}

/// to.dtype, to.dtype_layout, to.device, to.prim_*, _to_copy: only the dtype matters.
Outputs to_dtype(OpCall& call)
{
    return convert(call, call.dtype("dtype", DType::Unknown));
}

Outputs to_other(OpCall& call)
{
    const ValueId other = call.tensor("other");
    const DType to = call.dtype_of(other);
    if (to == DType::Unknown)
        call.refuse_for_shapes("the dtype of 'other' is not known");
    return convert(call, to);
}

template <DType to>
Outputs cast_to(OpCall& call)
{
    return convert(call, to);
}

constexpr OpEntry entries[] = {
    {"aten::dropout(Tensor input, float p, bool train) -> Tensor", dropout, "eval mode only"},
    {"aten::feature_dropout(Tensor input, float p, bool train) -> Tensor", dropout,
     "eval mode only"},
    {"aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor", dropout, "eval mode only"},
    {"aten::feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor", dropout,
     "eval mode only"},
    {"aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)", native_dropout,
     "eval mode only"},
    {"aten::contiguous(Tensor self, *, MemoryFormat memory_format=0) -> Tensor", same},
    {"aten::detach(Tensor self) -> Tensor", same},
    {"aten::detach_copy(Tensor self) -> Tensor", same},
    {"aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", same},
    {"aten::alias(Tensor self) -> Tensor", same},
    {"aten::alias_copy(Tensor self) -> Tensor", same},
    {"aten::lift(Tensor self) -> Tensor", same},
    {"aten::lift_fresh(Tensor self) -> Tensor", same},
    {"aten::lift_fresh_copy(Tensor self) -> Tensor", same},
    {"aten::data(Tensor self) -> Tensor", same},
    {"aten::positive(Tensor self) -> Tensor", same},
    {"aten::resolve_conj(Tensor self) -> Tensor", same},
    {"aten::resolve_neg(Tensor self) -> Tensor", same},
    {"aten::cpu(Tensor self) -> Tensor", same},
    {"aten::cuda(Tensor self) -> Tensor", same},
    {"aten::pin_memory(Tensor self, Device? device=None) -> Tensor", same},
    {"aten::requires_grad_(Tensor self, bool requires_grad=True) -> Tensor", same},
    {"aten::_autocast_to_full_precision(Tensor self, bool cuda_enabled, bool cpu_enabled) -> "
     "Tensor",
     same},
    {"aten::to.dtype(Tensor self, ScalarType dtype, bool non_blocking=False, bool copy=False, "
     "MemoryFormat? memory_format=None) -> Tensor",
     to_dtype},
    {"aten::to.dtype_layout(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? "
     "device=None, bool? pin_memory=None, bool non_blocking=False, bool copy=False, MemoryFormat? "
     "memory_format=None) -> Tensor",
     to_dtype},
    {"aten::to.device(Tensor self, Device device, ScalarType dtype, bool non_blocking=False, bool "
     "copy=False, MemoryFormat? memory_format=None) -> Tensor",
     to_dtype},
    {"aten::to.other(Tensor self, Tensor other, bool non_blocking=False, bool copy=False, "
     "MemoryFormat? memory_format=None) -> Tensor",
     to_other},
    {"aten::to.prim_Device(Tensor self, Device? device, int? dtype=None, bool non_blocking=False, "
     "bool copy=False) -> Tensor",
     to_dtype},
    {"aten::to.prim_dtype(Tensor self, int? dtype=None, bool non_blocking=False, bool copy=False) "
     "-> Tensor",
     to_dtype},
    {"aten::to.prim_other(Tensor self, bool non_blocking=False, bool copy=False) -> Tensor", same},
    {"aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? "
     "device=None, bool? pin_memory=None, bool non_blocking=False, MemoryFormat? "
     "memory_format=None) -> Tensor",
     to_dtype},
    {"aten::type_as(Tensor self, Tensor other) -> Tensor", to_other},
    {"aten::_cast_Byte(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::UInt8>},
    {"aten::_cast_Char(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Int8>},
    {"aten::_cast_Short(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Int16>},
    {"aten::_cast_Int(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Int32>},
    {"aten::_cast_Long(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Int64>},
    {"aten::_cast_Half(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Float16>},
    {"aten::_cast_Float(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Float32>},
    {"aten::_cast_Double(Tensor self, bool non_blocking=False) -> Tensor", cast_to<DType::Float64>},
    {"aten::set_grad_enabled(bool val) -> ()", nothing},
    {"aten::_assert_async(Tensor self) -> ()", nothing},
    {"aten::_assert_async.msg(Tensor self, str assert_msg) -> ()", nothing},
    {"aten::_assert_tensor_metadata(Tensor a, SymInt[]? size=None, SymInt[]? stride=None, "
     "ScalarType? dtype=None, *, Device? device=None, Layout? layout=None) -> ()",
     nothing},
    {"aten::_assert_scalar(Scalar self, str assert_msg) -> ()", nothing},
    {"aten::sym_constrain_range(Scalar size, *, int? min=None, int? max=None) -> ()", nothing},
    {"aten::sym_constrain_range_for_size(Scalar size, *, int? min=None, int? max=None) -> ()",
     nothing},
};

} // namespace

std::span<const OpEntry> noop_ops()
{
    return entries;
}

} // namespace strata::ops
