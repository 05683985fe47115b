#include "sample_result.h"

#include "runtime/onnx_runtime.h"
#include "session/session.h"

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
    const Outcome kind = difference.empty() ? Outcome::Right : Outcome::Wrong;
    return outcome(sample, kind, std::move(difference));
}

SampleResult export_and_compare(const std::string& sample, const std::filesystem::path& folder,
                                const std::filesystem::path& onnx, int opset)
{
    TaskContext task;
    ExportOptions options;
    options.inputs_dir = folder;
    options.opset = opset;
    options.sidecar = false;
    const auto opened = open_model(folder / "model.pt", options, task);
    if (!opened) {
        const bool refused = opened.error().code == ErrorCode::CannotExport;
        return outcome(sample, refused ? Outcome::Refused : Outcome::Failed, opened.error().text());
    }
    if (const auto& unsupported = (*opened)->unsupported; !unsupported.empty())
        return outcome(sample, Outcome::Refused,
                       fmt::format("{}: {}", unsupported.front().op, unsupported.front().reason));
    if (const auto written = write_export(*opened, onnx, options, task); !written)
        return outcome(sample, Outcome::Failed, written.error().text());
    return compare(sample, folder, onnx, task);
}

} // namespace

std::string_view to_string(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Right:
        return "right";
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
        SampleResult result = export_and_compare(sample, root / sample, onnx, opset);
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
