// The report as pages: the graph first, then figures, modules, orphans and problems.
#pragma once

#include "ir/inspection.h"
#include "review/review_overlay.h"
#include "ui/canvas/drawing.h"

#include <QByteArray>

namespace strata::ui {

/// A4, with page numbers. The drawing takes the first page, in the page's direction that suits it.
QByteArray pdfReport(const Inspection& inspection, const LaidReview* review,
                     const Drawing& drawing);

} // namespace strata::ui
