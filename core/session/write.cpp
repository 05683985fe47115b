// Writing: the ONNX file, its external data and the sidecar appear together or not at all.
#include "base/atomic_file.h"
#include "base/hash.h"
#include "onnx/onnx_writer.h"
#include "report/sidecar.h"
#include "session/incomplete.h"
#include "session/phase_clock.h"
#include "session/review_of.h"
#include "session/session.h"
#include "session/staging_folder.h"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace strata {
namespace {

Status refuse_incomplete(const Inspection& inspection)
{
    const std::string reason = incomplete_reason(inspection);
    if (reason.empty())
        return {};
    return failure(ErrorCode::CannotExport, reason + " Nothing was written (--strict).");
}

} // namespace

std::filesystem::path sidecar_path(const std::filesystem::path& onnx)
{
    std::filesystem::path path = onnx;
    path.replace_extension(); // "model.onnx" → "model"; the name may have other dots
    if (onnx.extension() != ".onnx")
        path = onnx;
    path += ".hierarchy.json";
    return path;
}

Status check_output_path(const std::filesystem::path& output,
                         const std::vector<std::filesystem::path>& sources)
{
    std::error_code error;
    if (output.filename().empty() || std::filesystem::is_directory(output, error))
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' is a folder; give the name of a file.", output.string()));
    const std::filesystem::path folder = folder_of(output);
    if (!std::filesystem::is_directory(folder, error))
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' cannot be written: the folder '{}' does not exist.",
                                   output.string(), folder.string()));
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return failure(ErrorCode::Usage,
                       fmt::format("'{}' cannot be written: no permission to write in '{}'.",
                                   output.string(), folder.string()));
    for (const std::filesystem::path& source : sources)
        if (std::filesystem::equivalent(output, source, error) && !error)
            return failure(ErrorCode::Usage,
                           fmt::format("The output '{}' would overwrite the file it is made from. "
                                       "Give another name.",
                                       output.string()));
    return {};
}

Result<std::shared_ptr<const Inspection>>
write_export(const std::shared_ptr<const Inspection>& inspection,
             const std::filesystem::path& output, const ExportOptions& options, TaskContext& task)
{
    if (!inspection || !inspection->model)
        return failure(ErrorCode::Internal, "There is no model to write.");
    STRATA_CHECK(check_output_path(output, {inspection->path}));
    if (options.strict)
        STRATA_CHECK(refuse_incomplete(*inspection));

    auto written = std::make_shared<Inspection>(*inspection);
    {
        const PhaseClock clock(written->seconds.write);
        task.begin("write");
        const std::filesystem::path folder = folder_of(output);
        STRATA_TRY(StagingFolder staging, StagingFolder::create(folder / output.filename()));
        const std::filesystem::path staged = staging.path() / output.filename();
        OnnxWriteOptions write_options;
        write_options.external_data = options.external_data;
        STRATA_TRY(const OnnxWriteResult result,
                   write_onnx(*inspection->model, staged, write_options, task));
        written->model_path = output;
        written->model_hash = result.hash.text();

        // The model last: when it is there, everything it needs is.
        std::vector<std::filesystem::path> names;
        if (!result.external_file.empty())
            names.push_back(result.external_file.filename());
        if (options.sidecar) {
            const std::filesystem::path name = sidecar_path(output).filename();
            // Decisions on an earlier export at this place; a damaged file must not stop the
            // export.
            auto review = review_of(*written, task);
            if (!review)
                written->diagnostics.push_back({Severity::Warning, "review-unreadable",
                                                review.error().text(), output.filename().string()});
            STRATA_CHECK(write_file(
                staging.path() / name,
                sidecar_json(*written, folder, review && *review ? &**review : nullptr)));
            names.push_back(name);
        }
        names.push_back(output.filename());
        STRATA_CHECK(task.poll());
        STRATA_CHECK(staging.publish(names, folder));
    }
    return std::shared_ptr<const Inspection>(std::move(written));
}

} // namespace strata
