// Numerical parity: the ONNX file in ONNX Runtime against LibTorch or against recorded outputs.
#include "frontends/model_file.h"
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/infer_inputs.h"
#include "session/inputs_dir.h"
#include "session/random_tensor.h"
#include "session/session.h"
#include "torch/torch_backend.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace strata {
namespace {

/// Inputs of the ONNX file's main graph that are no initializers.
struct DeclaredInput {
    std::string name;
    DType dtype = DType::Unknown;
    bool has_shape = false;
    std::vector<std::int64_t> shape; ///< -1: free
};

Result<std::vector<DeclaredInput>> declared_inputs(const std::filesystem::path& onnx,
                                                   TaskContext& task)
{
    STRATA_TRY(const OnnxReadResult read, read_onnx(onnx, task));
    std::vector<DeclaredInput> inputs;
    for (const ValueId id : read.model->graphs[OnnxModel::main_graph].inputs) {
        const OnnxValue& value = read.model->values[id];
        if (value.initializer != no_id)
            continue;
        DeclaredInput input{
            std::string(read.model->text(value.name)), value.dtype, value.has_shape, {}};
        for (const Dim& dim : value.shape)
            input.shape.push_back(dim.known() ? dim.value : -1);
        inputs.push_back(std::move(input));
    }
    return inputs;
}

/// Inputs as the caller described them, else as the ONNX file declares them; free dimensions become
/// `size` (the first one, the batch, becomes 1).
Result<std::vector<NamedTensor>> make_inputs(const VerifyOptions& options,
                                             const std::vector<DeclaredInput>& declared,
                                             std::int64_t size)
{
    std::vector<NamedTensor> inputs;
    for (std::size_t i = 0; i < declared.size(); ++i) {
        const DeclaredInput& input = declared[i];
        DType dtype = input.dtype;
        bool has_shape = input.has_shape;
        std::vector<std::int64_t> shape = input.shape;
        std::size_t unnamed = 0;
        for (const InputSpec& spec : options.inputs) {
            const bool match = spec.name.empty() ? unnamed == i : spec.name == input.name;
            unnamed += spec.name.empty() ? 1 : 0;
            if (!match)
                continue;
            dtype = spec.dtype;
            shape = spec.shape;
            has_shape = true;
        }
        if (!has_shape)
            return failure(ErrorCode::Usage,
                           fmt::format("The shape of the input '{}' is not known; give it with "
                                       "--input '{}:{}[...]' or give inputs with --inputs DIR.",
                                       input.name, input.name, to_string(dtype)));
        for (std::size_t d = 0; d < shape.size(); ++d)
            if (shape[d] < 0)
                shape[d] = d == 0 ? 1 : size;
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
        STRATA_TRY(const TensorDifference difference,
                   compare_tensors(actual[i].tensor, expected[i], options.atol, options.rtol));
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
};

Result<Reference> recorded_reference(const VerifyOptions& options)
{
    if (!options.inputs_dir)
        return failure(ErrorCode::Usage, "There is nothing to compare with: give the source model, "
                                         "or a folder with input_0.pb and output_0.pb.");
    Reference reference;
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

Result<Reference> torch_reference(RunnableModule& module, const VerifyOptions& options,
                                  TaskContext& task)
{
    const auto run = [&](const std::vector<NamedTensor>& inputs) {
        std::vector<SampleTensor> named;
        for (const NamedTensor& input : inputs)
            named.push_back({input.name, input.tensor});
        return module.run_named(named, task);
    };
    Reference reference;
    if (options.inputs_dir) {
        STRATA_TRY(reference.inputs, read_inputs(*options.inputs_dir, task));
        STRATA_TRY(reference.outputs, run(reference.inputs));
        return reference;
    }
    STRATA_TRY(const auto declared, declared_inputs(options.onnx, task));
    const bool free_dims = std::any_of(declared.begin(), declared.end(), [](const auto& input) {
        const auto& shape = input.shape; // the batch is always 1
        return !shape.empty() && std::find(shape.begin() + 1, shape.end(), -1) != shape.end();
    });
    // The sizes that a model takes are not written anywhere: the first that PyTorch accepts is
    // used.
    const std::size_t attempts = free_dims ? plausible_attempts : 1;
    for (std::size_t attempt = 0;; ++attempt) {
        STRATA_TRY(reference.inputs, make_inputs(options, declared, plausible_size(attempt)));
        auto outputs = run(reference.inputs);
        if (outputs) {
            reference.outputs = std::move(*outputs);
            return reference;
        }
        if (outputs.error().code == ErrorCode::Cancelled || attempt + 1 >= attempts)
            return tl::unexpected(std::move(outputs).error().with(
                "running the source model on random inputs (give real ones with --inputs DIR)"));
    }
}

Result<Reference> make_reference(const VerifyOptions& options, TaskContext& task)
{
    if (!options.source)
        return recorded_reference(options);
    STRATA_TRY(const FileKind kind, detect_file_kind(*options.source));
    if (kind == FileKind::ExportedProgram)
        return recorded_reference_of(*options.source, options);
    if (kind != FileKind::TorchScript)
        return failure(ErrorCode::CannotRead,
                       kind == FileKind::Onnx
                           ? fmt::format("'{}' is an ONNX file; --source wants the PyTorch model.",
                                         options.source->string())
                           : advice_for(kind, *options.source));
    STRATA_TRY(TorchBackend * backend, torch_backend());
    STRATA_TRY(const auto module, backend->load_runnable(*options.source, task));
    return torch_reference(*module, options, task);
}

} // namespace

Result<std::vector<OutputParity>> verify_model(const VerifyOptions& options, TaskContext& task)
{
    task.begin("verify");
    STRATA_TRY(const auto session, open_onnx_session(options.onnx));
    STRATA_CHECK(task.poll());
    STRATA_TRY(const Reference reference, make_reference(options, task));
    STRATA_CHECK(task.poll());
    STRATA_TRY(const std::vector<Tensor> inputs,
               in_order(session->input_names(), reference.inputs));
    STRATA_TRY(const std::vector<NamedTensor> outputs, session->run(inputs, task));
    return compare_outputs(outputs, reference.outputs, options);
}

} // namespace strata
