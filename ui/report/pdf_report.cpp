#include "ui/report/pdf_report.h"

#include "report/report.h"
#include "ui/models/format.h"
#include "ui/theme/theme.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QCoreApplication>
#include <QEventLoop>
#include <QPainter>
#include <QPdfWriter>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>
#include <algorithm>

namespace strata::ui {

namespace {

constexpr int dots_per_inch = 150;
constexpr double footer_height = 40.0; // in dots
constexpr double heading_height = 70.0;

QPageLayout pageLayout(bool landscape)
{
    return {QPageSize(QPageSize::A4), landscape ? QPageLayout::Landscape : QPageLayout::Portrait,
            QMarginsF(15, 15, 15, 15), QPageLayout::Millimeter};
}

QFont pageFont(double points, bool bold = false)
{
    QFont font = Theme::font(FontRole::Body);
    font.setPointSizeF(points);
    font.setBold(bold);
    return font;
}

/// How wide the columns are, in percent: names of modules and nodes are long.
QList<QTextLength> columnWidths(int columns)
{
    QList<double> widths(columns, 100.0 / columns);
    if (columns > 4) {
        constexpr double name = 25;
        constexpr double kind = 13;
        widths.fill((100 - name - kind) / (columns - 2));
        widths[0] = name;
        widths[1] = kind;
    }
    QList<QTextLength> lengths;
    for (const double width : widths)
        lengths += QTextLength(QTextLength::PercentageLength, width);
    return lengths;
}

void spaceHeadings(QTextDocument& document)
{
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        if (block.blockFormat().headingLevel() > 0) {
            QTextBlockFormat format = block.blockFormat();
            format.setTopMargin(block == document.begin() ? 0 : 28);
            format.setBottomMargin(10);
            QTextCursor(block).setBlockFormat(format);
        }
}

/// Tables as wide as the page, with lines that print.
void styleTables(QTextDocument& document)
{
    for (QTextFrame* frame : document.rootFrame()->childFrames()) {
        auto* table = qobject_cast<QTextTable*>(frame);
        if (!table)
            continue;
        QTextTableFormat format = table->format();
        format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
        format.setColumnWidthConstraints(columnWidths(table->columns()));
        format.setBorder(1);
        format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
        format.setBorderBrush(QColor(0xd6, 0xda, 0xe0));
        format.setBorderCollapse(true);
        format.setCellPadding(4);
        format.setHeaderRowCount(1);
        table->setFormat(format);
    }
}

class Pages {
public:
    Pages(QPdfWriter& writer, QPainter& painter) : m_writer(writer), m_painter(painter) {}

    QRectF area() const
    {
        return {0, 0, static_cast<double>(m_writer.width()),
                static_cast<double>(m_writer.height()) - footer_height};
    }
    void begin()
    {
        if (m_number > 0)
            m_writer.newPage();
        ++m_number;
        m_painter.save();
        m_painter.setFont(pageFont(7.5));
        m_painter.setPen(QColor(0x6a, 0x70, 0x78));
        const QRectF foot(0, area().bottom(), area().width(), footer_height);
        m_painter.drawText(foot, Qt::AlignRight | Qt::AlignBottom, QString::number(m_number));
        m_painter.drawText(foot, Qt::AlignLeft | Qt::AlignBottom,
                           QStringLiteral("Strata %1").arg(QCoreApplication::applicationVersion()));
        m_painter.restore();
    }

private:
    QPdfWriter& m_writer;
    QPainter& m_painter;
    int m_number = 0;
};

void paintOverview(Pages& pages, QPainter& painter, const QString& title, const Drawing& drawing)
{
    pages.begin();
    painter.save();
    painter.setFont(pageFont(14, true));
    painter.setPen(QColor(0x1d, 0x22, 0x2a));
    const QRectF page = pages.area();
    painter.drawText(QRectF(0, 0, page.width(), heading_height), Qt::AlignLeft | Qt::AlignTop,
                     title);
    const QRectF place = page.adjusted(0, heading_height, 0, -12);
    const double scale = std::min(
        {place.width() / drawing.size.width(), place.height() / drawing.size.height(), 2.0});
    const QSizeF size = drawing.size * scale;
    painter.translate(place.left() + (place.width() - size.width()) / 2, place.top());
    painter.setClipRect(QRectF(QPointF(0, 0), size));
    painter.scale(scale, scale);
    drawing.paint(painter, 1.0);
    painter.restore();
}

} // namespace

QByteArray pdfReport(const Inspection& inspection, const LaidReview* review, const Drawing& drawing)
{
    const QString title = toQString(inspection.path.filename().string());
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setResolution(dots_per_inch);
    writer.setTitle(title);
    writer.setCreator(QStringLiteral("Strata %1").arg(QCoreApplication::applicationVersion()));
    writer.setPageLayout(pageLayout(drawing.size.width() > drawing.size.height()));
    QPainter painter(&writer);
    Pages pages(writer, painter);
    paintOverview(pages, painter, title, drawing);

    writer.setPageLayout(pageLayout(false));
    const QEventLoop timers; // layouts start some, also where nobody waits for them
    QTextDocument document;
    document.documentLayout()->setPaintDevice(&writer);
    document.setDefaultFont(pageFont(7.5));
    document.setDocumentMargin(0);
    QString text = toQString(markdown_report(inspection, review));
    text.replace(QStringLiteral(" %"), QStringLiteral("\u00a0%")); // a number keeps its unit
    document.setMarkdown(text, QTextDocument::MarkdownDialectGitHub);
    spaceHeadings(document);
    styleTables(document);
    // The new direction counts from the next page on.
    QRectF area(0, 0, 0, 0);
    for (int page = 0;; ++page) {
        pages.begin();
        if (page == 0) {
            area = pages.area();
            document.setPageSize(area.size());
        }
        painter.save();
        painter.translate(0, -page * area.height());
        QAbstractTextDocumentLayout::PaintContext context;
        context.clip = QRectF(0, page * area.height(), area.width(), area.height());
        context.palette.setColor(QPalette::Text, QColor(0x1d, 0x22, 0x2a));
        painter.setClipRect(context.clip);
        document.documentLayout()->draw(&painter, context);
        painter.restore();
        if (page + 1 >= document.pageCount())
            break;
    }
    painter.end();
    return bytes;
}

} // namespace strata::ui
