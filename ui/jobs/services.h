// What the window asks of the core, as values, so that tests can put something else in place.
#pragma once

#include "session/session.h"
#include "ui/jobs/job.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace strata::ui {

struct Services {
    std::function<JobResult(const std::filesystem::path&, const ExportOptions&, TaskContext&)> open;
    std::function<JobResult(const InspectionPtr&, const std::filesystem::path&,
                            const ExportOptions&, TaskContext&)>
        writeExport;
    /// The models of a .pt2 archive; none for other files. Quick: reads the directory only.
    std::function<std::vector<std::string>(const std::filesystem::path&)> modelNames = {};

    /// The real ones of core/session.
    static Services real();
};

} // namespace strata::ui
