#include "interpreter_operators.h"

#include "failures.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>

namespace strata::torch_module {
namespace {

/// Operators that read or write files, talk to other processes, or start work of their own.
bool reaches_outside(std::string_view target)
{
    constexpr std::array<std::string_view, 9> prefixes{
        "c10d::",     "_c10d_functional", "c10d_functional", "rpc::",     "aten::from_file",
        "aten::save", "prim::rpc",        "prim::fork",      "aten::wait"};
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return target.starts_with(prefix); });
}

bool draws_random_numbers(const torch::jit::Operator& op)
{
    const auto tags = op.getTags();
    if (std::find(tags.begin(), tags.end(), at::Tag::nondeterministic_seeded) != tags.end())
        return true;
    const auto& arguments = op.schema().arguments();
    return std::any_of(arguments.begin(), arguments.end(), [](const c10::Argument& argument) {
        return argument.name() == "generator";
    });
}

bool writes_into_arguments(const c10::FunctionSchema& schema)
{
    return std::any_of(schema.arguments().begin(), schema.arguments().end(),
                       [](const c10::Argument& argument) {
                           return argument.alias_info() && argument.alias_info()->isWrite();
                       });
}

} // namespace

const std::vector<PreparedOperator>& OperatorTable::find(const std::string& target)
{
    const auto [it, inserted] = m_known.try_emplace(target);
    std::vector<PreparedOperator>& found = it->second;
    if (inserted && !reaches_outside(target)) {
        const std::size_t scope = target.find("::");
        const std::size_t dot = target.find('.', scope == std::string::npos ? 0 : scope + 2);
        const std::string name = target.substr(0, dot);
        const std::string overload = dot == std::string::npos ? "" : target.substr(dot + 1);
        if (scope != std::string::npos) {
            for (const auto& op :
                 torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString(name))) {
                const c10::FunctionSchema& schema = op->schema();
                if (schema.overload_name() != overload)
                    continue;
                found.push_back({op, op->getOperation(), &schema, draws_random_numbers(*op),
                                 writes_into_arguments(schema)});
            }
        }
    }
    if (found.empty())
        stop(ErrorCode::CannotExport,
             reaches_outside(target)
                 ? fmt::format(
                       "{} reaches outside of the model (files, network, other processes); "
                       "it is not run. Give what it reads as an input or a buffer of the model.",
                       target)
                 : fmt::format("LibTorch has no operator {}.", target));
    return found;
}

} // namespace strata::torch_module
