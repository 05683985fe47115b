// What a lowering function works with: the bound arguments of one call, and the emitter.
#pragma once

#include "lowering/emitter.h"
#include "lowering/lowered.h"
#include "lowering/schema.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Thrown by lowering functions (through OpCall::refuse and its argument getters) when the call
/// cannot be stated in ONNX; the driver catches it, removes what the function had emitted, and
/// records the operator as unsupported.
struct Refusal {
    std::string reason;        ///< which argument or type, and why
    std::string help;          ///< what would help; may be empty
    bool needs_shapes = false; ///< it would work with known shapes or values
    bool unknown = false;      ///< there is no lowering for the operator, whatever its arguments
};

/// One operator call with its arguments bound to the schema: positional, keyword and default values
/// alike. Argument names are the schema's; asking for a name that the schema does not have is a bug
/// and aborts.
class OpCall {
public:
    OpCall(Emitter& emitter, const OpSchema& schema, std::vector<Lowered> bound)
        : m_emitter(emitter),
          m_schema(schema),
          m_args(std::move(bound))
    {}

    Emitter& e() { return m_emitter; }
    std::string_view target() const { return m_schema.target; }

    const Lowered& arg(std::string_view name) const;
    /// The first argument, whatever its name.
    const Lowered& first() const { return m_args.front(); }
    bool has(std::string_view name) const { return !arg(name).is_none(); } ///< not None

    /// A tensor. Numbers become rank-0 constants of PyTorch's default type (int64, float32, bool).
    ValueId tensor(std::string_view name);
    ValueId tensor_or_none(std::string_view name);       ///< no_id for None
    std::vector<ValueId> tensors(std::string_view name); ///< a list of tensors

    /// Values known at export time; refuse (needs_shapes) when they are only known at run time.
    std::int64_t integer(std::string_view name);
    double number(std::string_view name);
    bool boolean(std::string_view name);
    std::string string(std::string_view name);
    std::vector<std::int64_t> ints(std::string_view name); ///< a single int is a list of one
    std::vector<double> numbers(std::string_view name);
    /// Same, expanded to `count` when one value was given, as PyTorch does for int[2].
    std::vector<std::int64_t> ints(std::string_view name, std::size_t count);
    /// A list of ints of which some may be known only at run time: nothing for those.
    std::vector<std::optional<std::int64_t>> ints_if_known(std::string_view name);
    std::optional<std::int64_t> integer_or_none(std::string_view name);
    std::optional<double> number_or_none(std::string_view name);
    /// A dtype argument, or `fallback` for None.
    DType dtype(std::string_view name, DType fallback);

    /// A list of ints that may be known only at run time, as a rank-1 int64 tensor: a constant
    /// where all are known.
    ValueId int_tensor(std::string_view name);
    /// A number, known or not, as a rank-0 tensor of the dtype.
    ValueId scalar_as(std::string_view name, DType dtype);
    /// True when the argument is a Python number (immediate or run-time scalar), not a tensor.
    bool is_scalar(std::string_view name) const;

    [[noreturn]] void refuse(std::string reason, std::string help = {}) const;
    [[noreturn]] void refuse_for_shapes(std::string reason) const;

    /// Facts about tensors.
    DType dtype_of(ValueId id) const { return m_emitter.dtype(id); }
    std::optional<std::int64_t> rank_of(ValueId id) const { return m_emitter.rank(id); }
    std::int64_t rank(std::string_view name);    ///< refuses when unknown
    std::vector<std::int64_t> shape(ValueId id); ///< all dimensions; refuses when one is unknown
    std::int64_t normalize_axis(std::int64_t axis,
                                std::int64_t rank) const; ///< negative axes; refuses out of range

private:
    std::size_t index(std::string_view name) const;

    Emitter& m_emitter;
    const OpSchema& m_schema;
    std::vector<Lowered> m_args;
};

} // namespace strata
