#include "program_reader.h"

#include "archive_extras.h"
#include "failures.h"
#include "graph_walker.h"
#include "ir/fx_fused_layers.h"
#include "ir/fx_inline_lists.h"
#include "mapped_weights.h"
#include "missing_schemas.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>

namespace strata::torch_module {
namespace {

bool has_training(const torch::jit::Module& module)
{
    return module.hasattr("training") && module.attr("training").isBool() && module.is_training();
}

/// Whether it has operators that compute something else in training mode.
bool has_training_behaviour(const FxGraph& graph)
{
    constexpr std::array names{std::string_view("dropout"), std::string_view("batch_norm"),
                               std::string_view("instance_norm"), std::string_view("rrelu")};
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const FxNode& node) {
        return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
            return node.target.find(name) != std::string::npos;
        });
    });
}

void note_kind(Program& program, const GraphWalker& walker, const ArchiveExtras& extras,
               Diagnostics& sink)
{
    const SourceMap& sources = walker.sources();
    program.traced =
        sources.scripted_nodes() == 0 && (sources.traced_nodes() > 0 || extras.has_traced_inputs);
    const bool has_state =
        std::any_of(program.modules.size() ? &program.modules[0] : nullptr,
                    program.modules.size() ? &program.modules[0] + program.modules.size() : nullptr,
                    [](const Module& module) { return !module.tensors.empty(); });
    program.frozen = !has_state && walker.constant_tensors() > 0;
    program.quantized =
        walker.uses_quantized() ||
        std::any_of(program.tensors.begin(), program.tensors.end(),
                    [](const Tensor& tensor) { return is_quantized(tensor.dtype); });
    if (program.training && program.traced)
        sink.warning("training-mode",
                     "The model was traced in training mode: dropout and batch normalisation are "
                     "recorded as they behave in training. Call eval() before tracing.");
    else if (program.training && has_training_behaviour(program.graph))
        sink.warning("training-mode",
                     "The model was saved in training mode. It is read as in evaluation mode: "
                     "dropout does nothing and normalisations use their running statistics. Call "
                     "eval() before torch.jit.script.");
    else if (program.training)
        sink.info("training-mode", "The model was saved in training mode, which nothing in it "
                                   "minds.");
    if (program.frozen)
        sink.warning("frozen-model",
                     "The model was frozen: its parameters are constants and its module structure "
                     "is gone, so nodes cannot be traced back to modules. Export from the model "
                     "before freezing.");
    if (program.quantized)
        sink.warning("quantized-model", "The model holds quantized operators or tensors.");
}

/// The keys of a dict of tensors that the model returns; they name its outputs.
std::vector<std::string> output_names(const FxGraph& graph)
{
    const FxNode& output = graph.nodes[graph.output_node()];
    const FxRef* ref = output.args.size() == 1 ? output.args[0].ref() : nullptr;
    if (!ref || graph.values[ref->value].node == no_index)
        return {};
    const FxNode& dict = graph.nodes[graph.values[ref->value].node];
    if (dict.target != "prim::DictConstruct")
        return {};
    std::vector<std::string> names;
    for (std::size_t i = 0; i + 1 < dict.args.size(); i += 2) {
        const auto* key = std::get_if<std::string>(&dict.args[i].value);
        const FxRef* value = dict.args[i + 1].ref();
        if (!key || !value || graph.values[value->value].type.kind != FxType::Kind::Tensor)
            return {};
        names.push_back(*key);
    }
    return names;
}

/// The archive tells the arguments of its sample inputs by position; the graph knows their names.
void name_samples(Program& program)
{
    const std::vector<FxNodeId> placeholders = program.graph.placeholders();
    for (SampleTensor& sample : program.sample_inputs) {
        const std::size_t dot = std::min(sample.name.find('.'), sample.name.size());
        std::size_t position = placeholders.size();
        std::from_chars(sample.name.data(), sample.name.data() + dot, position);
        if (position >= placeholders.size()) {
            program.sample_inputs.clear();
            return;
        }
        sample.name.replace(0, dot, program.graph.nodes[placeholders[position]].target);
    }
}

} // namespace

std::string reading_subject(const std::filesystem::path& path)
{
    return fmt::format("'{}' cannot be read as TorchScript", path.filename().string());
}

Result<std::shared_ptr<Program>> read_program(const std::filesystem::path& path,
                                              const TorchLoadOptions& options, TaskContext& task)
{
    return guarded(reading_subject(path), [&]() -> Result<std::shared_ptr<Program>> {
        task.begin("load");
        STRATA_CHECK(task.poll());
        define_missing_schemas();
        torch::jit::Module module = load_with_mapped_weights(path).module;
        STRATA_CHECK(task.poll());

        auto program = std::make_shared<Program>();
        Diagnostics sink;
        program->format = ModelFormat::TorchScript;
        program->path = path;
        program->training = has_training(module);
        module.eval();

        TensorTable tensors(program->tensors, program->tensor_names, sink);
        const ModuleIds ids = read_modules(module, program->modules, tensors, task);
        task.begin("trace");
        GraphWalker walker(*program, tensors, ids, sink, task);
        walker.walk(module, options.method);
        program->graph = inline_list_literals(program->graph, walker.mutated());
        open_fused_layers(*program);

        program->output_names = output_names(program->graph);

        ArchiveExtras extras = read_archive_extras(path, options.method, sink);
        program->producer = std::move(extras.producer);
        program->sample_inputs = std::move(extras.sample_inputs);
        name_samples(*program);
        note_kind(*program, walker, extras, sink);
        program->diagnostics = sink.items();
        return program;
    });
}

} // namespace strata::torch_module
