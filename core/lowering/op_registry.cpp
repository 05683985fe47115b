#include "lowering/op_registry.h"

#include "lowering/ops/aliases.h"
#include "lowering/ops/families.h"

#include <algorithm>
#include <fmt/format.h>

namespace strata {

Status OpRegistry::add_family(std::string_view family, std::span<const OpEntry> entries)
{
    for (const OpEntry& entry : entries) {
        STRATA_TRY(OpSchema schema, parse_schema(entry.schema));
        std::string target = schema.target;
        const auto [it, inserted] =
            m_ops.emplace(std::move(target), Op{std::move(schema), entry.lower, family,
                                                entry.restrictions, entry.min_opset});
        if (!inserted)
            return failure(ErrorCode::Internal,
                           fmt::format("Operator {} is registered by {} and by {}.", it->first,
                                       it->second.family, family));
    }
    return {};
}

Status OpRegistry::add_alias(std::string_view name, std::string_view target)
{
    const auto it = m_ops.find(std::string(target));
    if (it == m_ops.end())
        return failure(ErrorCode::Internal,
                       fmt::format("{} stands for {}, which is not registered.", name, target));
    Op op = it->second;
    op.schema.target = name;
    if (!m_ops.emplace(std::string(name), std::move(op)).second)
        return failure(ErrorCode::Internal, fmt::format("Operator {} is registered twice.", name));
    return {};
}

const OpRegistry::Op* OpRegistry::find(std::string_view target) const
{
    if (auto it = m_ops.find(std::string(target)); it != m_ops.end())
        return &it->second;
    // "aten::add_.Tensor" writes its result into self; as a function it is "aten::add.Tensor".
    const std::size_t scope = target.find("::");
    const std::size_t dot = target.find('.', scope == std::string_view::npos ? 0 : scope);
    const std::string_view base = target.substr(0, dot);
    if (!base.ends_with('_') || base.ends_with("__"))
        return nullptr;
    std::string functional(base.substr(0, base.size() - 1));
    if (dot != std::string_view::npos)
        functional += target.substr(dot);
    auto it = m_ops.find(functional);
    if (it == m_ops.end()) // "aten::transpose_" is "aten::transpose.int"
        it = m_ops.find(functional + ".int");
    return it == m_ops.end() ? nullptr : &it->second;
}

std::vector<const OpRegistry::Op*> OpRegistry::all() const
{
    std::vector<const Op*> ops;
    for (const auto& [target, op] : m_ops)
        ops.push_back(&op);
    std::sort(ops.begin(), ops.end(),
              [](const Op* a, const Op* b) { return a->schema.target < b->schema.target; });
    return ops;
}

Result<OpRegistry> build_op_registry()
{
    OpRegistry registry;
    for (const ops::Family& family : ops::all_families())
        STRATA_CHECK(registry.add_family(family.name, family.entries));
    for (const ops::Alias& alias : ops::aliases())
        STRATA_CHECK(registry.add_alias(alias.name, alias.target));
    return registry;
}

} // namespace strata
