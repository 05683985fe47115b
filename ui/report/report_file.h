// Reports as files: those of core/report, and what needs Qt: PDF, SVG and PNG.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "ir/inspection.h"
#include "ui/canvas/drawing.h"

#include <QString>
#include <QStringList>
#include <filesystem>

namespace strata::ui {

struct ReportJob {
    QString format; ///< one of reportFormats()
    std::filesystem::path path;
    Drawing drawing;    ///< of the graph, for PDF, SVG and PNG
    double scale = 1.0; ///< of PNG
};

/// "html", "pdf", "md", "csv", "json", "graphml", "dot", "svg", "png".
QStringList reportFormats();
/// Whether the format shows the graph as it is drawn.
bool isPicture(const QString& format);
/// "FORMAT:PATH", as on the command line.
Result<ReportJob> parseReport(const QString& text);

/// Writes one report, whole or not at all. With the decisions of a review that lies beside the
/// model. In any thread. Fails with Usage for a picture that is too large, with the scale that is
/// not.
Status writeReport(const Inspection& inspection, const ReportJob& job, TaskContext& task);

} // namespace strata::ui
