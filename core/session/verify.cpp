// Numerical parity: the ONNX file in ONNX Runtime against LibTorch or against recorded outputs.
#include "frontends/model_file.h"
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/choose_inputs.h"
#include "session/infer_inputs.h"
#include "session/inputs_dir.h"
#include "session/random_tensor.h"
#include "session/session.h"
#include "session/tolerances.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace strata {
namespace {

/// For finding inputs that the source accepts, when nobody gave any.
constexpr std::chrono::seconds trial_time_of_verify{20};

/// Inputs of the ONNX file's main graph that are no initializers.
struct DeclaredInput {
    std::string name;
    DType dtype = DType::Unknown;
    bool has_shape = false;
    std::vector<std::int64_t> shape;  ///< -1: free
    std::vector<std::string> symbols; ///< parallel: the names of free dimensions
};

/// `fitting` becomes the sizes that the file's operators agree on.
Result<std::vector<DeclaredInput>> declared_inputs(const std::filesystem::path& onnx,
                                                   SymbolSizes& fitting, TaskContext& task)
{
    STRATA_TRY(const OnnxReadResult read, read_onnx(onnx, task));
    fitting = fitting_sizes(*read.model, task);
    std::vector<DeclaredInput> inputs;
    for (const ValueId id : read.model->graphs[OnnxModel::main_graph].inputs) {
        const OnnxValue& value = read.model->values[id];
        if (value.initializer != no_id)
            continue;
        DeclaredInput input{
            std::string(read.model->text(value.name)), value.dtype, value.has_shape, {}, {}};
        for (const Dim& dim : value.shape) {
            input.shape.push_back(dim.known() ? dim.value : -1);
            input.symbols.emplace_back(dim.known() ? std::string_view{}
                                                   : read.model->text(dim.symbol));
        }
        inputs.push_back(std::move(input));
    }
    return inputs;
}

/// What is known of the inputs that are to be made.
struct Wanted {
    std::vector<DeclaredInput> declared;
    std::vector<InferredInput> inferred; ///< parallel
    SymbolSizes fitting;
};

/// Inputs as the caller described them, else as the ONNX file declares them; free dimensions become
/// what the file's operators agree on, or what the choice says.
Result<std::vector<NamedTensor>> make_inputs(const VerifyOptions& options, const Wanted& wanted,
                                             const PlausibleChoice& choice)
{
    std::vector<NamedTensor> inputs;
    for (std::size_t i = 0; i < wanted.declared.size(); ++i) {
        const DeclaredInput& input = wanted.declared[i];
        DType dtype = input.dtype;
        std::optional<std::vector<std::int64_t>> given;
        std::size_t unnamed = 0;
        for (const InputSpec& spec : options.inputs) {
            const bool match = spec.name.empty() ? unnamed == i : spec.name == input.name;
            unnamed += spec.name.empty() ? 1 : 0;
            if (!match)
                continue;
            dtype = spec.dtype;
            given = spec.shape;
        }
        if (!given && !input.has_shape && !options.source)
            return failure(ErrorCode::Usage,
                           fmt::format("The shape of the input '{}' is not known; give it with "
                                       "--input '{}:{}[...]' or give inputs with --inputs DIR.",
                                       input.name, input.name, to_string(dtype)));
        std::vector<std::int64_t> shape;
        if (given) {
            shape = *given;
        } else {
            const LoweringInput plausible = plausible_input(wanted.inferred, i, choice);
            for (const FxDim& dim : *plausible.shape)
                shape.push_back(dim.value);
            for (std::size_t axis = 0; axis < shape.size() && axis < input.symbols.size(); ++axis)
                if (const auto it = wanted.fitting.find(input.symbols[axis]);
                    it != wanted.fitting.end())
                    shape[axis] = it->second;
        }
        auto tensor = random_tensor(dtype, shape, static_cast<unsigned>(i + 1));
        if (!tensor)
            return tl::unexpected(
                std::move(tensor).error().with(fmt::format("input '{}'", input.name)));
        inputs.push_back({input.name, std::move(*tensor)});
    }
    return inputs;
}

/// The inputs in the order the file wants them: by name when all names are there, else by position.
Result<std::vector<Tensor>> in_order(const std::vector<std::string>& names,
                                     const std::vector<NamedTensor>& inputs)
{
    std::vector<Tensor> ordered;
    for (const std::string& name : names)
        for (const NamedTensor& input : inputs)
            if (input.name == name) {
                ordered.push_back(input.tensor);
                break;
            }
    if (ordered.size() == names.size())
        return ordered;
    if (inputs.size() != names.size())
        return failure(ErrorCode::Usage,
                       fmt::format("The ONNX file takes {} input(s) ({}), but {} are given.",
                                   names.size(), fmt::join(names, ", "), inputs.size()));
    ordered.clear();
    for (const NamedTensor& input : inputs)
        ordered.push_back(input.tensor);
    return ordered;
}

std::string shape_text(const Tensor& tensor)
{
    return fmt::format("{}[{}]", to_string(tensor.dtype), fmt::join(tensor.shape, ","));
}

Result<std::vector<OutputParity>> compare_outputs(const std::vector<NamedTensor>& actual,
                                                  const std::vector<Tensor>& expected,
                                                  const VerifyOptions& options)
{
    std::vector<OutputParity> outputs;
    for (std::size_t i = 0; i < std::max(actual.size(), expected.size()); ++i) {
        OutputParity parity;
        parity.name = i < actual.size() ? actual[i].name : fmt::format("output_{}", i);
        // New values of inputs and buffers come after the model's own outputs.
        if (i >= expected.size() && parity.name.ends_with(updated_state_suffix))
            continue;
        if (i >= actual.size() || i >= expected.size()) {
            parity.note = i < actual.size() ? "PyTorch has no such output"
                                            : "the ONNX file has no such output";
            outputs.push_back(std::move(parity));
            continue;
        }
        const Bounds bounds = bounds_for(expected[i].dtype, {options.atol, options.rtol});
        STRATA_TRY(const TensorDifference difference,
                   compare_tensors(actual[i].tensor, expected[i], bounds.atol, bounds.rtol));
        parity.max_abs = difference.max_abs;
        parity.max_rel = difference.max_rel;
        parity.ok = difference.ok;
        if (!difference.same_shape || !difference.same_dtype)
            parity.note = fmt::format("type differs: {} against {}", shape_text(actual[i].tensor),
                                      shape_text(expected[i]));
        outputs.push_back(std::move(parity));
    }
    return outputs;
}

/// Inputs and what PyTorch makes of them.
struct Reference {
    std::vector<NamedTensor> inputs;
    std::vector<Tensor> outputs;
    bool recorded = false;           ///< the outputs, in an earlier run
    std::string against = "PyTorch"; ///< where the outputs come from
};

Result<Reference> recorded_reference(const VerifyOptions& options)
{
    if (!options.inputs_dir)
        return failure(ErrorCode::Usage, "There is nothing to compare with: give the source model, "
                                         "or a folder with input_0.pb and output_0.pb.");
    Reference reference;
    reference.recorded = true;
    reference.against = "recorded outputs";
    STRATA_TRY(reference.inputs, read_test_vectors(*options.inputs_dir, "input"));
    STRATA_TRY(const auto outputs, read_test_vectors(*options.inputs_dir, "output"));
    if (outputs.empty())
        return failure(ErrorCode::Usage, fmt::format("'{}' has no output_0.pb to compare with.",
                                                     options.inputs_dir->string()));
    for (const NamedTensor& output : outputs)
        reference.outputs.push_back(output.tensor);
    return reference;
}

/// Running a .pt2 file takes PyTorch itself; LibTorch cannot.
Result<Reference> recorded_reference_of(const std::filesystem::path& source,
                                        const VerifyOptions& options)
{
    auto reference = options.inputs_dir ? recorded_reference(options)
                                        : failure(ErrorCode::Usage, "No inputs were given.");
    if (reference)
        return reference;
    return failure(reference.error().code,
                   fmt::format("'{}' is a .pt2 file, which only Python's PyTorch can run, so the "
                               "numbers are compared with recorded ones: give --inputs DIR with "
                               "input_0.pb, ... and output_0.pb, ... from PyTorch. {}",
                               source.filename().string(), reference.error().message));
}

/// Inputs given by position, under the names that the file has for them: a dict's keys are in them.
std::vector<NamedTensor> with_names_of(const std::vector<DeclaredInput>& declared,
                                       std::vector<NamedTensor> inputs)
{
    const bool named = std::any_of(inputs.begin(), inputs.end(), [&](const NamedTensor& input) {
        return std::any_of(declared.begin(), declared.end(),
                           [&](const DeclaredInput& known) { return known.name == input.name; });
    });
    if (!named && declared.size() == inputs.size())
        for (std::size_t i = 0; i < inputs.size(); ++i)
            inputs[i].name = declared[i].name;
    return inputs;
}

Result<std::vector<Tensor>> run_torch(RunnableModule& module,
                                      const std::vector<NamedTensor>& inputs, TaskContext& task)
{
    std::vector<SampleTensor> named;
    for (const NamedTensor& input : inputs)
        named.push_back({input.name, input.tensor});
    return module.run_named(named, task);
}

/// Whether the file has every input that the caller described.
Status check_described(const std::vector<InputSpec>& described,
                       const std::vector<DeclaredInput>& declared)
{
    std::vector<std::string> names;
    for (const DeclaredInput& input : declared)
        names.push_back(input.name);
    for (const InputSpec& spec : described)
        if (!spec.name.empty() && std::find(names.begin(), names.end(), spec.name) == names.end())
            return failure(ErrorCode::Usage,
                           fmt::format("The ONNX file has no input '{}'. Its inputs are: {}.",
                                       spec.name, fmt::join(names, ", ")));
    if (described.size() > names.size())
        return failure(ErrorCode::Usage,
                       fmt::format("The ONNX file takes {} input(s) ({}), but {} are given.",
                                   names.size(), fmt::join(names, ", "), described.size()));
    return {};
}

/// What the file declares, and where that is not even a rank, what the source's code says.
Result<std::vector<InferredInput>> inferred_inputs(const VerifyOptions& options,
                                                   const std::vector<DeclaredInput>& wanted,
                                                   bool ask_source, TaskContext& task)
{
    std::map<std::string, InferredInput> by_name;
    if (ask_source) {
        STRATA_TRY(std::shared_ptr<const Program> program, load_program(*options.source, task));
        ExportOptions names;
        for (const DeclaredInput& input : wanted)
            names.inputs.push_back({input.name, input.dtype, {}});
        STRATA_TRY(program, flatten_inputs(program, names, task));
        const std::vector<InferredInput> inferred = infer_inputs(*program);
        std::size_t position = 0;
        for (const FxNodeId id : program->graph.placeholders())
            by_name[program->graph.nodes[id].target] = inferred[position++];
    }
    std::vector<InferredInput> all;
    for (const DeclaredInput& input : wanted) {
        const auto it = by_name.find(input.name);
        InferredInput one = it == by_name.end() ? InferredInput{} : it->second;
        one.dtype = input.dtype; // the export has decided on it
        if (input.has_shape)
            one.dims = input.shape;
        all.push_back(std::move(one));
    }
    return all;
}

Result<Reference> torch_reference(RunnableModule& module, const VerifyOptions& options,
                                  const std::vector<DeclaredInput>& declared,
                                  const SymbolSizes& fitting, TaskContext& task)
{
    Reference reference;
    STRATA_CHECK(check_described(options.inputs, declared));
    if (options.inputs_dir) {
        STRATA_TRY(reference.inputs, read_inputs(*options.inputs_dir, task));
        auto outputs = run_torch(module, with_names_of(declared, reference.inputs), task);
        if (!outputs && outputs.error().code != ErrorCode::Cancelled) {
            // What ran elsewhere may not run here: LibTorch's half-precision operators differ by
            // version and processor. Where the folder says what came out, that is as good.
            if (auto recorded = recorded_reference(options)) {
                recorded->against += ", as LibTorch does not run the model here: ";
                recorded->against += outputs.error().message;
                return recorded;
            }
        }
        STRATA_TRY(reference.outputs, std::move(outputs));
        return reference;
    }
    bool free_dims = false;
    bool free_ranks = false;
    for (const DeclaredInput& input : declared) {
        const auto& shape = input.shape; // the batch is 1 first
        free_ranks = free_ranks || !input.has_shape;
        free_dims = free_dims || (!shape.empty() &&
                                  std::find(shape.begin() + 1, shape.end(), -1) != shape.end());
    }
    Wanted wanted{declared, {}, fitting};
    STRATA_TRY(wanted.inferred, inferred_inputs(options, declared, free_ranks, task));
    // The sizes that a model takes are not written anywhere: the first that PyTorch accepts is
    // used.
    std::vector<PlausibleChoice> choices = plausible_choices(wanted.inferred);
    if (!free_dims && !free_ranks)
        choices.resize(1);
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t attempt = 0;; ++attempt) {
        STRATA_TRY(reference.inputs, make_inputs(options, wanted, choices[attempt]));
        auto outputs = run_torch(module, reference.inputs, task);
        if (outputs) {
            reference.outputs = std::move(*outputs);
            return reference;
        }
        if (outputs.error().code == ErrorCode::Cancelled || attempt + 1 >= choices.size() ||
            std::chrono::steady_clock::now() - start > trial_time_of_verify)
            return tl::unexpected(std::move(outputs).error().with(
                "running the source model on random inputs (give real ones with --inputs DIR)"));
    }
}

/// The source as something that LibTorch runs; null where there is none.
Result<std::unique_ptr<RunnableModule>> load_source(const VerifyOptions& options, TaskContext& task)
{
    if (!options.source)
        return std::unique_ptr<RunnableModule>{};
    STRATA_TRY(const FileKind kind, detect_file_kind(*options.source));
    if (kind == FileKind::ExportedProgram)
        return std::unique_ptr<RunnableModule>{};
    if (kind != FileKind::TorchScript)
        return failure(ErrorCode::CannotRead,
                       kind == FileKind::Onnx
                           ? fmt::format("'{}' is an ONNX file; --source wants the PyTorch model.",
                                         options.source->string())
                           : advice_for(kind, *options.source));
    STRATA_TRY(TorchBackend * backend, torch_backend());
    return backend->load_runnable(*options.source, task);
}

/// Sizes of dynamic axes other than those of `inputs`: by axis, how a size grows.
using Growth = std::int64_t (*)(std::int64_t size, std::size_t axis);

/// Inputs of other sizes, random; the sizes as "batch=3, n=8".
Result<std::vector<NamedTensor>> other_sizes(const std::vector<NamedTensor>& inputs,
                                             const std::vector<DeclaredInput>& declared,
                                             Growth grow, std::string& sizes)
{
    std::map<std::string, std::int64_t> grown;
    std::vector<NamedTensor> others;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Tensor& tensor = inputs[i].tensor;
        const DeclaredInput& input = declared[i];
        std::vector<std::int64_t> shape = tensor.shape;
        bool changed = false;
        for (std::size_t axis = 0; axis < shape.size() && axis < input.symbols.size(); ++axis) {
            const std::string& symbol = input.symbols[axis];
            if (symbol.empty())
                continue;
            shape[axis] = grown.emplace(symbol, grow(shape[axis], axis)).first->second;
            changed = true;
        }
        if (!changed) {
            others.push_back(inputs[i]);
            continue;
        }
        STRATA_TRY(Tensor made, random_tensor(tensor.dtype, shape, static_cast<unsigned>(i + 1)));
        others.push_back({inputs[i].name, std::move(made)});
    }
    sizes.clear();
    for (const auto& [symbol, size] : grown)
        sizes += fmt::format("{}{}={}", sizes.empty() ? "" : ", ", symbol, size);
    return others;
}

/// A trace may hold sizes as constants. Where axes are dynamic by name, the file is compared with
/// PyTorch at other sizes, too; what differs is told as one more output each.
Status check_other_sizes(OnnxSession& session, RunnableModule& module, const Reference& first,
                         const std::vector<DeclaredInput>& declared, const VerifyOptions& options,
                         std::vector<OutputParity>& outputs, TaskContext& task)
{
    const bool named = std::any_of(declared.begin(), declared.end(), [](const auto& input) {
        return std::any_of(input.symbols.begin(), input.symbols.end(), [&](const auto& symbol) {
            return !symbol.empty() && !symbol.starts_with(input.name + "_dim");
        });
    });
    if (!named || first.inputs.size() != declared.size())
        return {};
    std::vector<NamedTensor> ordered;
    const std::vector<std::string> names = session.input_names();
    STRATA_TRY(const std::vector<Tensor> tensors, in_order(names, first.inputs));
    for (std::size_t i = 0; i < tensors.size(); ++i)
        ordered.push_back({names[i], tensors[i]});
    constexpr std::array<Growth, 3> growths{
        [](std::int64_t size, std::size_t axis) { return axis == 0 ? size + 1 : size * 2; },
        [](std::int64_t size, std::size_t) { return size * 2; },
        [](std::int64_t size, std::size_t) { return size + 1; }};
    std::string sizes;
    std::string why;
    for (const Growth grow : growths) {
        auto inputs = other_sizes(ordered, declared, grow, sizes);
        if (!inputs)
            return {}; // no random data of this type
        const auto expected = run_torch(module, *inputs, task);
        STRATA_CHECK(task.poll());
        if (!expected) {
            if (why.empty())
                why = fmt::format("PyTorch's own model fails at {}: {}", sizes,
                                  expected.error().message);
            continue;
        }
        std::vector<Tensor> flat;
        for (const NamedTensor& input : *inputs)
            flat.push_back(input.tensor);
        const auto actual = session.run(flat, task);
        if (!actual) {
            STRATA_CHECK(task.poll());
            outputs.push_back({fmt::format("at {}", sizes), 0.0, 0.0, false,
                               "the ONNX file does not run: " + actual.error().message,
                               first.against});
            return {};
        }
        STRATA_TRY(auto parities, compare_outputs(*actual, *expected, options));
        for (OutputParity& parity : parities) {
            parity.name += fmt::format(" at {}", sizes);
            parity.against = first.against;
            if (!parity.ok && parity.note.empty())
                parity.note = "sizes seem to be constants in the model's code";
            outputs.push_back(std::move(parity));
        }
        return {};
    }
    outputs.push_back({"other sizes", 0.0, 0.0, false,
                       why + " The sizes are constants in its code, as tracing leaves them: script "
                             "the model, or do not make these axes dynamic.",
                       first.against});
    return {};
}

} // namespace

Result<std::vector<OutputParity>> verify_model(const VerifyOptions& options, TaskContext& task)
{
    task.begin("verify");
    STRATA_TRY(const auto session, open_onnx_session(options.onnx));
    STRATA_CHECK(task.poll());
    STRATA_TRY(const auto module, load_source(options, task));
    SymbolSizes fitting;
    STRATA_TRY(const auto declared, declared_inputs(options.onnx, fitting, task));
    STRATA_TRY(const Reference reference,
               module           ? torch_reference(*module, options, declared, fitting, task)
               : options.source ? recorded_reference_of(*options.source, options)
                                : recorded_reference(options));
    STRATA_CHECK(task.poll());
    STRATA_TRY(const std::vector<Tensor> inputs,
               in_order(session->input_names(), reference.inputs));
    STRATA_TRY(const std::vector<NamedTensor> actual, session->run(inputs, task));
    STRATA_TRY(auto outputs, compare_outputs(actual, reference.outputs, options));
    for (OutputParity& output : outputs)
        output.against = reference.against;
    const bool equal = std::all_of(outputs.begin(), outputs.end(),
                                   [](const OutputParity& output) { return output.ok; });
    if (module && equal && !reference.recorded)
        STRATA_CHECK(
            check_other_sizes(*session, *module, reference, declared, options, outputs, task));
    return outputs;
}

} // namespace strata
