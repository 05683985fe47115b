#include "session/offered_inputs.h"

#include "session/fitting_sizes.h"
#include "session/infer_inputs.h"
#include "session/run_inputs.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <chrono>

namespace strata {
namespace {

constexpr std::chrono::seconds offer_time{10};

/// The inputs as they were chosen when the model was opened.
ChosenInputs chosen_again(const Inspection& inspection, TaskContext& task)
{
    ChosenInputs chosen;
    for (const UsedInput& input : inspection.inputs) {
        chosen.names.push_back(input.name);
        chosen.inputs.push_back({input.dtype, input.shape});
        chosen.assumed.push_back(input.assumed);
        chosen.sources.push_back(input.source);
        chosen.data.emplace_back();
    }
    if (inspection.model)
        chosen.fitting = fitting_sizes(*inspection.model, task);
    return chosen;
}

std::vector<OfferedInputs::Row> rows_of(const ChosenInputs& chosen, const RunInputs& inputs)
{
    std::vector<OfferedInputs::Row> rows;
    for (std::size_t i = 0; i < chosen.names.size() && i < inputs.types.size(); ++i) {
        if (!chosen.assumed[i] || !inputs.types[i].shape)
            continue;
        OfferedInputs::Row row{chosen.names[i], inputs.types[i].dtype, {}};
        for (const FxDim& dim : *inputs.types[i].shape)
            row.shape.push_back(dim.value);
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

Result<OfferedInputs> offer_inputs(const Inspection& inspection, TaskContext& task)
{
    OfferedInputs offered;
    if (!inspection.program || inspection.inputs.empty() ||
        inspection.program->graph.placeholders().size() != inspection.inputs.size())
        return offered;
    const Program& program = *inspection.program;
    const ChosenInputs chosen = chosen_again(inspection, task);
    STRATA_CHECK(task.poll());
    if (!chosen.any_assumed())
        return offered;
    const auto backend = torch_backend();
    const auto end = std::chrono::steady_clock::now() + offer_time;
    const std::size_t attempts = backend ? run_attempts(program, chosen) : 1;
    for (std::size_t attempt = 0; attempt < attempts; ++attempt) {
        const auto inputs = make_run_inputs(program, chosen, {}, attempt);
        if (!inputs)
            break; // no random data of such a type
        if (offered.rows.empty())
            offered.rows = rows_of(chosen, *inputs);
        if (!backend)
            break;
        // A run ends with its caller's task, and when the time is over.
        std::stop_source stop;
        const std::stop_callback ends_too(task.stop_token(), [&] { stop.request_stop(); });
        TaskContext run(stop.get_token(), [&](const Progress&) {
            if (std::chrono::steady_clock::now() > end)
                stop.request_stop();
        });
        const auto done = (*backend)->record_run(program, inputs->tensors, {}, run);
        STRATA_CHECK(task.poll());
        if (done) {
            offered.rows = rows_of(chosen, *inputs);
            offered.ran = true;
            break;
        }
        if (std::chrono::steady_clock::now() > end)
            break;
    }
    return offered;
}

} // namespace strata
