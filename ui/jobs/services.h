// What the window asks of the core, as values, so that tests can put something else in place.
#pragma once

#include "session/compare.h"
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
    /// Reads an ONNX file again, with its source model.
    std::function<JobResult(const std::filesystem::path&, const AuditOptions&, TaskContext&)>
        audit = {};
    /// What differs between two opened models.
    std::function<Result<ModelComparison>(const Inspection&, const Inspection&, TaskContext&)>
        compare = {};

    /// The real ones of core/session.
    static Services real();
};

} // namespace strata::ui
