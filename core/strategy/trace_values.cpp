#include "strategy/trace_values.h"

#include <utility>

namespace strata {
namespace {

const RecordedValue* recorded(const ExecutionTrace& trace, TraceRecordId id, std::size_t output)
{
    const std::vector<RecordedValue>& outputs = trace.records[id].outputs;
    return output < outputs.size() ? &outputs[output] : nullptr;
}

} // namespace

std::optional<FxArg> common_value(const ExecutionTrace& trace,
                                  std::span<const TraceRecordId> executions, std::size_t output)
{
    std::optional<FxArg> common;
    for (const TraceRecordId id : executions) {
        const RecordedValue* value = recorded(trace, id, output);
        if (!value || !value->value || (common && *common != *value->value))
            return std::nullopt;
        common = value->value;
    }
    return common;
}

FxType refined_type(const ExecutionTrace& trace, std::span<const TraceRecordId> executions,
                    std::size_t output, FxType declared, bool shapes)
{
    if (declared.kind != FxType::Kind::Tensor && declared.kind != FxType::Kind::Unknown &&
        declared.kind != FxType::Kind::Optional)
        return declared;
    std::optional<FxType> common;
    for (const TraceRecordId id : executions) {
        const RecordedValue* value = recorded(trace, id, output);
        if (!value || value->type.kind != FxType::Kind::Tensor || !value->type.shape)
            return declared;
        if (!common) {
            common = value->type;
            continue;
        }
        if (common->shape->size() != value->type.shape->size() ||
            common->dtype != value->type.dtype)
            return declared;
        for (std::size_t i = 0; i < common->shape->size(); ++i)
            if ((*common->shape)[i] != (*value->type.shape)[i])
                (*common->shape)[i] = {};
    }
    if (!common)
        return declared;
    if (!shapes)
        for (FxDim& dim : *common->shape)
            dim = {};
    // What the file itself says of a dimension is worth more than one run.
    if (declared.shape && declared.shape->size() == common->shape->size())
        for (std::size_t i = 0; i < declared.shape->size(); ++i)
            if ((*declared.shape)[i] != FxDim{})
                (*common->shape)[i] = (*declared.shape)[i];
    return *std::move(common);
}

} // namespace strata
