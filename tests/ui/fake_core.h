// A core for windows under test: it answers with a sample, late or with errors when told to.
#pragma once

#include "sample_inspection.h"

#include "ui/jobs/job.h"
#include "ui/jobs/services.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace strata::tests {

using namespace strata::ui; // this is part of tests of the window

/// What the fake core was asked for, and how it behaves.
struct FakeCore {
    std::atomic<int> opened = 0;
    std::atomic<int> exports = 0;
    std::atomic<bool> busy = false;
    std::chrono::milliseconds delay{0};
    std::optional<Error> error;
    std::vector<std::string> models; ///< in the file, where there are several
    ExportOptions options;
    std::filesystem::path written;
    InspectionPtr inspection = sampleInspection();

    /// Workers of cancelled jobs still use this object.
    ~FakeCore() { JobRunner::waitForWorkers(10000); }

    Services services()
    {
        return {[this](const std::filesystem::path& path, const ExportOptions& wanted,
                       TaskContext& task) -> JobResult {
                    ++opened;
                    task.begin("load", 100);
                    busy = true;
                    // Deaf while it waits, like a library that does not poll.
                    std::this_thread::sleep_for(delay);
                    busy = false;
                    if (error)
                        return tl::unexpected(*error);
                    if (!models.empty() && wanted.model.empty())
                        return failure(ErrorCode::Usage, "There are several models.");
                    options = wanted;
                    auto result = std::make_shared<Inspection>(*inspection);
                    result->path = path;
                    return result;
                },
                [this](const InspectionPtr& from, const std::filesystem::path& path,
                       const ExportOptions& wanted, TaskContext& task) -> JobResult {
                    task.begin("write", 100);
                    std::this_thread::sleep_for(delay);
                    options = wanted;
                    written = path;
                    ++exports;
                    if (error)
                        return tl::unexpected(*error);
                    auto result = std::make_shared<Inspection>(*from);
                    result->model_path = path;
                    return result;
                },
                [this](const std::filesystem::path&) { return models; }};
    }
};

} // namespace strata::tests
