#include "session/source_reference.h"

#include "ir/fx_expand_inputs.h"
#include "session/choose_inputs.h"

#include <algorithm>

namespace strata {
namespace {

/// Graph inputs that a caller feeds: old files list their initializers among the inputs too.
std::vector<ValueId> fed_inputs(const OnnxModel& file)
{
    std::vector<ValueId> inputs;
    for (const ValueId id : file.graphs[OnnxModel::main_graph].inputs)
        if (file.values[id].initializer == no_id)
            inputs.push_back(id);
    return inputs;
}

LoweringInput input_of(const OnnxModel& file, ValueId id)
{
    const OnnxValue& value = file.values[id];
    LoweringInput input;
    input.dtype = value.dtype;
    if (value.has_shape) {
        input.shape.emplace();
        for (const Dim& dim : value.shape)
            input.shape->push_back({dim.value, std::string(file.text(dim.symbol))});
    }
    return input;
}

/// Puts the file's input types in. Half-precision files ask for their source's own precision: the
/// source's weights are what they are.
void take_inputs_of(const OnnxModel& file, ChosenInputs& chosen)
{
    const std::vector<ValueId> inputs = fed_inputs(file);
    const auto name_of = [&](ValueId id) { return file.text(file.values[id].name); };
    const bool named = std::all_of(inputs.begin(), inputs.end(), [&](ValueId id) {
        return std::find(chosen.names.begin(), chosen.names.end(), name_of(id)) !=
               chosen.names.end();
    });
    if (!named && inputs.size() != chosen.names.size())
        return;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::size_t index = i;
        if (named)
            index = static_cast<std::size_t>(
                std::find(chosen.names.begin(), chosen.names.end(), name_of(inputs[i])) -
                chosen.names.begin());
        LoweringInput input = input_of(file, inputs[i]);
        if (!input.shape)
            continue;
        if (input.dtype == DType::Float16 && chosen.inputs[index].dtype != DType::Unknown)
            input.dtype = chosen.inputs[index].dtype;
        else if (input.dtype == DType::Float16)
            input.dtype = DType::Float32;
        chosen.inputs[index] = std::move(input);
        chosen.assumed[index] = false;
    }
}

/// The source with its nested inputs made flat, as the file has them: by name, or as many as there
/// are.
Result<std::shared_ptr<const Program>> with_flat_inputs(const Program& source,
                                                        const OnnxModel* file, TaskContext& task)
{
    ExportOptions options;
    if (file) {
        std::vector<std::string> arguments;
        for (const FxNodeId id : source.graph.placeholders())
            arguments.push_back(source.graph.nodes[id].target);
        for (const ValueId id : fed_inputs(*file)) {
            const std::string name(file->text(file->values[id].name));
            const bool known =
                std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
                    return names_input(name, argument);
                });
            options.inputs.push_back({known ? name : std::string(), DType::Unknown, {}});
        }
    }
    // The caller keeps the program.
    return flatten_inputs(std::shared_ptr<const Program>(std::shared_ptr<const Program>{}, &source),
                          options, task);
}

Result<LoweringResult> lower_for(const Program& source, const OnnxModel* file, TaskContext& task)
{
    STRATA_TRY(const std::shared_ptr<const Program> flat, with_flat_inputs(source, file, task));
    ExportOptions options;
    options.fold_batch_norm = false; // the weights as the source has them
    STRATA_TRY(ChosenInputs chosen, choose_inputs(*flat, options, task));
    if (file)
        take_inputs_of(*file, chosen);
    return lower_with_inputs(*flat, chosen, options, task);
}

} // namespace

Result<std::shared_ptr<const OnnxModel>> lower_reference(const Program& source,
                                                         const OnnxModel& file, TaskContext& task)
{
    auto lowered = lower_for(source, &file, task);
    STRATA_CHECK(task.poll());
    if (!lowered || lowered->model->nodes.empty()) {
        lowered = lower_for(source, nullptr, task);
        STRATA_CHECK(task.poll());
    }
    if (!lowered)
        return std::shared_ptr<const OnnxModel>{};
    return std::shared_ptr<const OnnxModel>(std::move(lowered->model));
}

Result<AttributionResult> attribute_with_source(const OnnxModel& file, const Program& source,
                                                TaskContext& task)
{
    STRATA_TRY(const auto reference, lower_reference(source, file, task));
    return attribute_nodes(file, &source, reference.get(), task);
}

} // namespace strata
