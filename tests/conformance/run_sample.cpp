#include "sample_result.h"

#include "runtime/onnx_runtime.h"
#include "session/incomplete.h"
#include "session/inputs_dir.h"
#include "session/session.h"

#include <algorithm>
#include <exception>
#include <fmt/format.h>

namespace strata::conformance {
namespace {

SampleResult outcome(const std::string& sample, Outcome kind, std::string reason = {})
{
    return {sample, kind, std::move(reason)};
}

std::string difference_text(const std::vector<OutputParity>& outputs)
{
    for (const OutputParity& output : outputs)
        if (!output.ok)
            return output.note.empty() ? fmt::format("{}: differs by {:.3g} (relative {:.3g})",
                                                     output.name, output.max_abs, output.max_rel)
                                       : fmt::format("{}: {}", output.name, output.note);
    return {};
}

SampleResult compare(const std::string& sample, const std::filesystem::path& folder,
                     const std::filesystem::path& onnx, TaskContext& task)
{
    if (auto session = open_onnx_session(onnx); !session)
        return outcome(sample, Outcome::DoesNotLoad, session.error().text());
    VerifyOptions options;
    options.onnx = onnx;
    options.inputs_dir = folder;
    const auto outputs = verify_model(options, task);
    if (!outputs)
        return outcome(sample, Outcome::DoesNotRun, outputs.error().text());
    std::string difference = difference_text(*outputs);
    if (const auto exact = folder / "float64"; !difference.empty() && exists(exact)) {
        // PyTorch's own rounding is larger than the tolerance.
        options.inputs_dir = exact;
        if (const auto wide = verify_model(options, task); wide && difference_text(*wide).empty())
            return outcome(sample, Outcome::RightInFloat64, {});
    }
    const Outcome kind = difference.empty() ? Outcome::Right : Outcome::Wrong;
    return outcome(sample, kind, std::move(difference));
}

/// Of an exported program whose inputs are in the file itself; the outputs are beside it.
SampleResult compare_with_inputs_inside(const std::string& sample, const Program& program,
                                        const std::filesystem::path& folder,
                                        const std::filesystem::path& onnx, TaskContext& task)
{
    auto session = open_onnx_session(onnx);
    if (!session)
        return outcome(sample, Outcome::DoesNotLoad, session.error().text());
    std::vector<Tensor> inputs;
    for (const std::string& name : (*session)->input_names()) {
        const auto it = std::find_if(program.sample_inputs.begin(), program.sample_inputs.end(),
                                     [&](const SampleTensor& input) { return input.name == name; });
        if (it == program.sample_inputs.end())
            return outcome(sample, Outcome::DoesNotRun,
                           fmt::format("there is no input '{}' in the file or beside it", name));
        inputs.push_back(it->tensor);
    }
    const auto actual = (*session)->run(inputs, task);
    if (!actual)
        return outcome(sample, Outcome::DoesNotRun, actual.error().text());
    const auto expected = read_test_vectors(folder, "output");
    if (!expected || expected->size() > actual->size())
        return outcome(
            sample, Outcome::Wrong,
            expected ? fmt::format("{} outputs instead of {}", actual->size(), expected->size())
                     : expected.error().text());
    const VerifyOptions tolerances;
    std::vector<OutputParity> outputs;
    for (std::size_t i = 0; i < expected->size(); ++i) {
        OutputParity& parity = outputs.emplace_back();
        parity.name = (*actual)[i].name;
        const auto difference = compare_tensors((*actual)[i].tensor, (*expected)[i].tensor,
                                                tolerances.atol, tolerances.rtol);
        if (!difference)
            return outcome(sample, Outcome::Wrong, difference.error().text());
        parity.max_abs = difference->max_abs;
        parity.max_rel = difference->max_rel;
        parity.ok = difference->ok;
    }
    std::string difference = difference_text(outputs);
    const Outcome kind = difference.empty() ? Outcome::Right : Outcome::Wrong;
    return outcome(sample, kind, std::move(difference));
}

SampleResult export_and_compare(const std::string& sample, const std::filesystem::path& model,
                                const std::filesystem::path& onnx, int opset)
{
    TaskContext task;
    ExportOptions options;
    const std::filesystem::path folder = model.parent_path();
    const bool inputs_beside = std::filesystem::exists(folder / "input_0.pb");
    if (inputs_beside || model.extension() != ".pt2")
        options.inputs_dir = folder;
    options.opset = opset;
    options.sidecar = false;
    const auto opened = open_model(model, options, task);
    if (!opened) {
        const bool refused = opened.error().code == ErrorCode::CannotExport;
        return outcome(sample, refused ? Outcome::Refused : Outcome::Failed, opened.error().text());
    }
    if (const auto& unsupported = (*opened)->unsupported; !unsupported.empty())
        return outcome(sample, Outcome::Refused,
                       fmt::format("{}: {}", unsupported.front().op, unsupported.front().reason));
    if (std::string reason = incomplete_reason(**opened); !reason.empty())
        return outcome(sample, Outcome::Refused, std::move(reason));
    if (const auto written = write_export(*opened, onnx, options, task); !written)
        return outcome(sample, Outcome::Failed, written.error().text());
    if (!options.inputs_dir)
        return compare_with_inputs_inside(sample, *(*opened)->program, folder, onnx, task);
    return compare(sample, folder, onnx, task);
}

} // namespace

bool is_right(Outcome outcome)
{
    return outcome == Outcome::Right || outcome == Outcome::RightInFloat64;
}

std::string_view to_string(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Right:
        return "right";
    case Outcome::RightInFloat64:
        return "right in float64";
    case Outcome::Wrong:
        return "wrong";
    case Outcome::Refused:
        return "refused";
    case Outcome::DoesNotLoad:
        return "does not load";
    case Outcome::DoesNotRun:
        return "does not run";
    case Outcome::Failed:
        return "failed";
    case Outcome::Crashed:
        return "crashed";
    case Outcome::TimeOut:
        return "time-out";
    }
    return "?";
}

SampleResult run_sample(const std::filesystem::path& root, const std::string& sample,
                        const std::filesystem::path& onnx, int opset)
{
    try {
        const std::filesystem::path place = root / sample;
        const std::filesystem::path model =
            std::filesystem::is_regular_file(place) ? place : place / "model.pt";
        SampleResult result = export_and_compare(sample, model, onnx, opset);
        // The same reason from any worker.
        const std::string path = onnx.string();
        for (std::size_t at = result.reason.find(path); at != std::string::npos;
             at = result.reason.find(path))
            result.reason.replace(at, path.size(), "the model");
        return result;
    } catch (const std::exception& error) {
        return outcome(sample, Outcome::Crashed, fmt::format("exception: {}", error.what()));
    }
}

} // namespace strata::conformance
