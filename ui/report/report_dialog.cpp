#include "ui/report/report_dialog.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/widgets/colors.h"
#include "ui/window/icons.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

const QString format_key = QStringLiteral("report/format");

struct FormatText {
    QString name;
    QString about;
};

FormatText textOf(const QString& format)
{
    if (format == QLatin1String("html"))
        return {ReportDialog::tr("HTML page"),
                ReportDialog::tr("One file for every browser, with tables that sort and filter.")};
    if (format == QLatin1String("pdf"))
        return {ReportDialog::tr("PDF"),
                ReportDialog::tr("To print or sign off: the graph, figures, modules, orphans.")};
    if (format == QLatin1String("md"))
        return {ReportDialog::tr("Markdown"),
                ReportDialog::tr("Text for a merge request or a wiki.")};
    if (format == QLatin1String("csv"))
        return {ReportDialog::tr("CSV table"), ReportDialog::tr("One line for each node.")};
    if (format == QLatin1String("json"))
        return {ReportDialog::tr("JSON"),
                ReportDialog::tr("Everything, for programs: what exports write beside the model.")};
    if (format == QLatin1String("graphml"))
        return {ReportDialog::tr("GraphML"), ReportDialog::tr("Nested graphs for yEd and Gephi.")};
    if (format == QLatin1String("dot"))
        return {ReportDialog::tr("DOT"), ReportDialog::tr("Clusters for Graphviz.")};
    if (format == QLatin1String("svg"))
        return {ReportDialog::tr("SVG picture"),
                ReportDialog::tr("The graph as it is drawn now, sharp at every size.")};
    return {ReportDialog::tr("PNG picture"),
            ReportDialog::tr("The graph as it is drawn now, in pixels.")};
}

} // namespace

ReportDialog::ReportDialog(const QString& suggested, const GraphCanvas* canvas, QWidget* parent)
    : QDialog(parent),
      m_canvas(canvas),
      m_format(new QComboBox(this)),
      m_about(new QLabel(this)),
      m_path(new QLineEdit(suggested, this)),
      m_part(new QComboBox(this)),
      m_scale(new QDoubleSpinBox(this)),
      m_note(new QLabel(this))
{
    setObjectName(QStringLiteral("reportDialog"));
    setWindowTitle(tr("Write a report"));
    setMinimumWidth(520);
    m_format->setObjectName(QStringLiteral("reportFormat"));
    m_format->setAccessibleName(tr("Format"));
    for (const QString& format : reportFormats())
        m_format->addItem(textOf(format).name, format);
    m_path->setObjectName(QStringLiteral("reportPath"));
    m_path->setAccessibleName(tr("File to write"));
    m_part->setObjectName(QStringLiteral("reportPart"));
    m_part->setAccessibleName(tr("What is drawn"));
    m_part->addItem(tr("The whole graph, with the modules that are open"),
                    static_cast<int>(Part::Whole));
    m_part->addItem(tr("What the window shows"), static_cast<int>(Part::View));
    if (canvas->selectedModule() != no_module)
        m_part->addItem(tr("The selected module"), static_cast<int>(Part::Selection));
    m_scale->setObjectName(QStringLiteral("reportScale"));
    m_scale->setAccessibleName(tr("Scale"));
    m_scale->setRange(5, 800);
    m_scale->setDecimals(0);
    m_scale->setSingleStep(50);
    m_scale->setSuffix(QStringLiteral(" %"));
    m_scale->setValue(200);
    for (QLabel* label : {m_about, m_note}) {
        label->setWordWrap(true);
        label->setFont(scaled(font(), 0.92));
        label->setForegroundRole(QPalette::PlaceholderText);
    }

    auto* browse_button = new QToolButton(this);
    browse_button->setIcon(icon(QStringLiteral("folder")));
    browse_button->setToolTip(tr("Choose a file"));
    browse_button->setAccessibleName(tr("Choose a file"));
    browse_button->setFocusPolicy(Qt::StrongFocus);
    auto* path_row = new QHBoxLayout;
    path_row->setSpacing(4);
    path_row->addWidget(m_path, 1);
    path_row->addWidget(browse_button);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->addRow(tr("For&mat:"), m_format);
    form->addRow(QString(), m_about);
    auto* path_label = new QLabel(tr("&File:"), this);
    path_label->setBuddy(m_path);
    form->addRow(path_label, path_row);
    form->addRow(tr("&Picture:"), m_part);
    form->addRow(tr("&Scale:"), m_scale);
    form->addRow(QString(), m_note);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_write = buttons->addButton(tr("&Write"), QDialogButtonBox::AcceptRole);
    m_write->setObjectName(QStringLiteral("reportAccept"));
    m_write->setDefault(true);
    m_write->setProperty("primary", true);
    // The box has polished the button already.
    m_write->style()->unpolish(m_write);
    m_write->style()->polish(m_write);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(14);
    column->addLayout(form);
    column->addWidget(buttons);

    connect(m_format, &QComboBox::currentIndexChanged, this, &ReportDialog::chooseFormat);
    connect(m_part, &QComboBox::currentIndexChanged, this, &ReportDialog::refresh);
    connect(m_scale, &QDoubleSpinBox::valueChanged, this, &ReportDialog::refresh);
    connect(m_path, &QLineEdit::textChanged, this, &ReportDialog::refresh);
    connect(browse_button, &QToolButton::clicked, this, &ReportDialog::browse);
    connect(buttons, &QDialogButtonBox::accepted, this, &ReportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ReportDialog::reject);
    m_format->setCurrentIndex(std::max(
        0, m_format->findData(QSettings().value(format_key, QStringLiteral("html")).toString())));
    chooseFormat();
}

QString ReportDialog::format() const
{
    return m_format->currentData().toString();
}

void ReportDialog::chooseFormat()
{
    // The name stays, the extension follows.
    QString path = m_path->text();
    const QFileInfo file(path);
    if (reportFormats().contains(file.suffix()))
        path.chop(file.suffix().size() + 1);
    if (!path.isEmpty())
        m_path->setText(path + QLatin1Char('.') + format());
    refresh();
}

void ReportDialog::browse()
{
    auto* dialog =
        new QFileDialog(this, tr("Write the report to"), m_path->text(),
                        QStringLiteral("%1 (*.%2)").arg(m_format->currentText(), format()));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(format());
    connect(dialog, &QFileDialog::fileSelected, m_path, &QLineEdit::setText);
    dialog->open();
}

Drawing ReportDialog::drawing() const
{
    Rect part;
    const auto scene = m_canvas->scene();
    switch (static_cast<Part>(m_part->currentData().toInt())) {
    case Part::Whole:
        break;
    case Part::View: {
        const QPointF from = m_canvas->toScene(QPointF(0, 0));
        const QSize view = m_canvas->viewport()->size();
        const QPointF to = m_canvas->toScene(QPointF(view.width(), view.height()));
        part = {from.x(), from.y(), to.x() - from.x(), to.y() - from.y()};
        break;
    }
    case Part::Selection:
        if (scene)
            if (const auto box = scene->box_of_group.find(m_canvas->selectedModule());
                box != scene->box_of_group.end())
                part = scene->boxes[box->second].rect;
        break;
    }
    return m_canvas->drawing(part);
}

void ReportDialog::refresh()
{
    m_about->setText(textOf(format()).about);
    const bool picture = isPicture(format());
    const bool pixels = format() == QLatin1String("png");
    m_part->setEnabled(picture);
    m_scale->setEnabled(pixels);
    const Drawing drawn = picture ? drawing() : Drawing{};
    const QString path = m_path->text().trimmed();
    const QFileInfo file(path);
    const bool folder_there = QFileInfo(file.absolutePath()).isDir();
    QString note;
    if (picture && !drawn)
        note = tr("The graph is not drawn yet.");
    else if (!path.isEmpty() && !folder_there)
        note = tr("There is no folder %1.").arg(file.absolutePath());
    else if (pixels) {
        const QSize size = (drawn.size * m_scale->value() / 100).toSize();
        note = tr("%1 × %2 pixels").arg(size.width()).arg(size.height());
    }
    if (!path.isEmpty() && folder_there && file.exists())
        note += (note.isEmpty() ? QString() : QStringLiteral(". ")) +
                tr("The file is there already and will be replaced.");
    m_note->setText(note);
    m_write->setEnabled(!path.isEmpty() && folder_there && (!picture || drawn));
}

ReportJob ReportDialog::job() const
{
    ReportJob job;
    job.format = format();
    job.path = QFileInfo(m_path->text().trimmed()).absoluteFilePath().toStdString();
    job.scale = m_scale->value() / 100;
    if (isPicture(job.format))
        job.drawing = drawing();
    return job;
}

void ReportDialog::accept()
{
    QSettings().setValue(format_key, format());
    QDialog::accept();
}

} // namespace strata::ui
