// A call of a Python operator, as the functions that evaluate it see it. Internal to core/lowering.
#pragma once

#include "lowering/op_call.h"

#include <cstddef>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata {

struct PythonCall {
    Emitter& e;
    std::string_view target;
    const std::vector<Lowered>& args;
    std::size_t output_count;

    const Lowered& operator[](std::size_t i) const
    {
        if (i >= args.size())
            throw Refusal{fmt::format("{} has too few arguments", target), {}, false};
        return args[i];
    }
    [[noreturn]] void refuse(std::string reason) const
    {
        throw Refusal{std::move(reason), {}, false};
    }
    /// What operators give back that are there for their effect.
    Outputs nothing() const
    {
        return Outputs(std::vector<Lowered>(output_count, Lowered(LoweredNone{})));
    }
};

/// Evaluates a call; nothing when the operator is not Python's for these arguments.
using PythonHandler = std::optional<Outputs> (*)(const PythonCall&);
using PythonHandlers = std::span<const std::pair<std::string_view, PythonHandler>>;

/// Lists, tuples and dicts, by the operators' names without overload ("aten::append").
PythonHandlers container_handlers();
/// Methods of strings, known or chosen when the model runs; nothing for all other calls.
std::optional<Lowered> evaluate_text_method(const PythonCall& call);
/// Lists whose length is only known when the model runs; asked before all others. They answer only
/// where such a list is among the arguments, or a list must become one.
PythonHandlers runtime_list_handlers();

/// An int, float or bool that a rank-0 tensor holds: known now, or a run-time scalar.
Lowered number_from(Emitter& emitter, ValueId id, FxType::Kind kind);

} // namespace strata
