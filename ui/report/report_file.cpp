#include "ui/report/report_file.h"

#include "base/atomic_file.h"
#include "report/report.h"
#include "session/review_of.h"
#include "ui/models/format.h"
#include "ui/report/pdf_report.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QPainter>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>

namespace strata::ui {

namespace {

/// Larger images are not read by most programs, and Qt's cannot be.
constexpr double largest_side = 32000.0;
constexpr double largest_area = 400e6; // pixels: 1.6 GB

std::string_view asText(const QByteArray& bytes)
{
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

Result<QByteArray> svgOf(const Drawing& drawing, const std::string& title)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator svg;
    svg.setOutputDevice(&buffer);
    svg.setSize(drawing.size.toSize());
    svg.setViewBox(QRectF(QPointF(0, 0), drawing.size));
    svg.setTitle(toQString(title));
    QPainter painter;
    if (!painter.begin(&svg))
        return failure(ErrorCode::CannotWrite, "The picture cannot be painted as SVG.");
    drawing.paint(painter, 1.0);
    painter.end();
    return bytes;
}

Result<QByteArray> pngOf(const Drawing& drawing, double scale)
{
    const QSizeF size = drawing.size * scale;
    const double most =
        std::min({largest_side / drawing.size.width(), largest_side / drawing.size.height(),
                  std::sqrt(largest_area / (drawing.size.width() * drawing.size.height()))});
    if (scale > most)
        return failure(ErrorCode::Usage,
                       QCoreApplication::translate("strata::ui::ReportFile",
                                                   "The picture would have %1 × %2 pixels. A scale "
                                                   "of up to %3 % can be written; SVG and PDF have "
                                                   "no limit.")
                           .arg(size.width(), 0, 'f', 0)
                           .arg(size.height(), 0, 'f', 0)
                           .arg(std::floor(most * 100))
                           .toStdString());
    QImage image(size.toSize().expandedTo(QSize(1, 1)), QImage::Format_ARGB32_Premultiplied);
    if (image.isNull())
        return failure(ErrorCode::CannotWrite,
                       "There is not enough memory for the picture; choose a smaller scale.");
    QPainter painter(&image);
    drawing.paint(painter, scale);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!image.save(&buffer, "PNG"))
        return failure(ErrorCode::CannotWrite, "The picture cannot be written as PNG.");
    return bytes;
}

} // namespace

QStringList reportFormats()
{
    QStringList formats;
    for (const std::string_view format : report_formats())
        formats += toQString(format);
    // For people first.
    std::stable_sort(formats.begin(), formats.end(), [](const QString& a, const QString& b) {
        const QStringList order{QStringLiteral("html"), QStringLiteral("md"), QStringLiteral("csv"),
                                QStringLiteral("json")};
        const auto place = [&](const QString& format) {
            const auto at = order.indexOf(format);
            return at < 0 ? order.size() : at;
        };
        return place(a) < place(b);
    });
    formats.insert(1, QStringLiteral("pdf"));
    return formats + QStringList{QStringLiteral("svg"), QStringLiteral("png")};
}

bool isPicture(const QString& format)
{
    return format == QLatin1String("svg") || format == QLatin1String("png") ||
           format == QLatin1String("pdf");
}

Result<ReportJob> parseReport(const QString& text)
{
    const auto colon = text.indexOf(QLatin1Char(':'));
    ReportJob job;
    job.format = text.left(colon);
    if (colon < 0 || colon + 1 == text.size() || !reportFormats().contains(job.format))
        return failure(ErrorCode::Usage,
                       QCoreApplication::translate("strata::ui::ReportFile",
                                                   "“%1” does not describe a report: write "
                                                   "FORMAT:PATH, for example pdf:report.pdf. The "
                                                   "formats are %2.")
                           .arg(text, reportFormats().join(QStringLiteral(", ")))
                           .toStdString());
    job.path = text.mid(colon + 1).toStdString();
    return job;
}

Status writeReport(const Inspection& inspection, const ReportJob& job, TaskContext& task)
{
    task.begin("report", 1);
    STRATA_CHECK(task.poll());
    if (isPicture(job.format) && !job.drawing)
        return failure(ErrorCode::CannotWrite, "There is no graph to draw.");
    STRATA_TRY(const auto review, review_of(inspection, task));
    const LaidReview* laid = review ? &*review : nullptr;
    if (!isPicture(job.format)) {
        STRATA_TRY(const ReportFormat format, parse_report_format(job.format.toStdString()));
        std::error_code error;
        const auto folder = std::filesystem::absolute(job.path, error).parent_path();
        const std::string text = render_report(inspection, format, folder, laid);
        STRATA_CHECK(task.poll());
        return write_file(job.path, text);
    }
    Result<QByteArray> bytes = job.format == QLatin1String("svg")
                                   ? svgOf(job.drawing, inspection.path.filename().string())
                               : job.format == QLatin1String("png")
                                   ? pngOf(job.drawing, job.scale)
                                   : Result<QByteArray>(pdfReport(inspection, laid, job.drawing));
    if (!bytes)
        return tl::unexpected(std::move(bytes).error());
    STRATA_CHECK(task.poll());
    return write_file(job.path, asText(*bytes));
}

} // namespace strata::ui
