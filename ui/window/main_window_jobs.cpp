// Opening, exporting, cancelling, and telling how it went.
#include "ui/canvas/graph_canvas.h"
#include "ui/jobs/activity.h"
#include "ui/jobs/release_later.h"
#include "ui/models/format.h"
#include "ui/panels/breadcrumbs.h"
#include "ui/panels/coverage_panel.h"
#include "ui/panels/filter_panel.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/locator_popup.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/report/report_file.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/job_strip.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/recent_files.h"
#include "ui/window/source_attachment.h"
#include "ui/window/strategy_dialog.h"
#include "ui/window/view_state.h"

#include <QDesktopServices>
#include <QDockWidget>
#include <QFileInfo>
#include <QInputDialog>
#include <QLabel>
#include <QLocale>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QUrl>

#include <algorithm>
#include <utility>

namespace strata::ui {

namespace {

std::filesystem::path toPath(const QString& path)
{
    return std::filesystem::path(path.toStdString());
}

QString errorCodeName(ErrorCode code)
{
    return toQString(to_string(code));
}

/// "in initializer 'x', in graph 'main'": outermost first.
QString contextText(const Error& error)
{
    QStringList lines;
    for (auto it = error.context.rbegin(); it != error.context.rend(); ++it)
        lines += toQString(*it);
    return lines.join(QLatin1Char('\n'));
}

} // namespace

void MainWindow::connectJobs()
{
    connect(m_jobs, &JobRunner::started, this, [this](const QString& title) {
        m_job_strip->begin(title);
        statusBar()->clearMessage();
        m_empty->setBusy(title);
        refreshActions();
    });
    connect(m_jobs, &JobRunner::progressed, m_job_strip, &JobStrip::setProgress);
    connect(m_jobs, &JobRunner::cancelled, this, [this](const QString& title) {
        m_job_strip->end();
        m_empty->setBusy({});
        refreshActions();
        statusBar()->showMessage(tr("Cancelled: %1").arg(title), 8000);
    });
    connect(m_jobs, &JobRunner::finished, this, [this] {
        m_job_strip->end();
        m_empty->setBusy({});
        refreshActions();
    });
    connect(m_recent, &RecentFiles::changed, this,
            [this] { m_empty->setRecentFiles(m_recent->files()); });
    m_empty->setRecentFiles(m_recent->files());
}

void MainWindow::openFile(const QString& path)
{
    openModel(path, {});
}

void MainWindow::chooseModel(const QString& path, const std::vector<std::string>& models,
                             std::function<void(const QString&)> chosen)
{
    QStringList names;
    for (const std::string& name : models)
        names += toQString(name);
    auto* dialog = new QInputDialog(this);
    dialog->setObjectName(QStringLiteral("modelChooser"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Choose a model"));
    dialog->setLabelText(tr("%1 holds %2 models. Open:")
                             .arg(QFileInfo(path).fileName(), formatCount(models.size())));
    dialog->setComboBoxEditable(false);
    dialog->setComboBoxItems(names);
    dialog->setOkButtonText(tr("Open"));
    connect(dialog, &QInputDialog::textValueSelected, this, std::move(chosen));
    dialog->show();
    Q_EMIT modelAsked(names);
}

void MainWindow::openModel(const QString& path, const QString& model)
{
    ExportOptions options;
    options.model = model.toStdString();
    openWith(path, options);
}

void MainWindow::useInputs(const ExportOptions& options)
{
    if (m_inspection)
        openWith(QString::fromStdString(m_inspection->path.string()), options);
}

void MainWindow::openWith(const QString& path, const ExportOptions& options)
{
    const QString model = QString::fromStdString(options.model);
    const QFileInfo file(path);
    const QString absolute = file.absoluteFilePath();
    QSettings().setValue(QStringLiteral("lastFolder"), file.absolutePath());
    m_message->dismiss();
    Q_EMIT aboutToRead(absolute);
    auto open = m_services.open;
    m_jobs->start(
        tr("Opening %1").arg(file.fileName()),
        [open = std::move(open), target = toPath(absolute), options](TaskContext& task) {
            return open(target, options, task);
        },
        [this, absolute, model, options](JobResult result) {
            if (!result) {
                if (result.error().code == ErrorCode::Usage && model.isEmpty() &&
                    m_services.modelNames) {
                    const auto models = m_services.modelNames(toPath(absolute));
                    if (models.size() > 1)
                        return chooseModel(absolute, models, [this, absolute](const QString& name) {
                            openModel(absolute, name);
                        });
                }
                showFailure(tr("%1 could not be opened.").arg(QFileInfo(absolute).fileName()),
                            absolute, result.error());
                return;
            }
            m_recent->add(absolute);
            // The same file again: what somebody has set up in its view stays.
            const ViewState view = filePath() == absolute ? viewOf(*this) : ViewState();
            m_options = options;
            setInspection(*result);
            applyView(*this, view);
            reportOpened();
            Q_EMIT modelOpened();
        });
}

void MainWindow::exportTo(const QString& path, const ExportOptions& options)
{
    if (!canExport())
        return;
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_message->dismiss();
    auto write = m_services.writeExport;
    const bool sidecar = options.sidecar;
    // Another strategy or operator set is another graph.
    const bool again = options.strategy != m_options.strategy || options.opset != m_options.opset;
    m_jobs->start(
        tr("Exporting %1").arg(QFileInfo(absolute).fileName()),
        [write = std::move(write), open = m_services.open, again, inspection = m_inspection,
         target = toPath(absolute), options](TaskContext& task) -> JobResult {
            InspectionPtr from = inspection;
            if (again) {
                STRATA_TRY(from, open(inspection->path, options, task));
            }
            return write(from, target, options, task);
        },
        [this, absolute, sidecar, options](JobResult result) {
            if (!result) {
                showFailure(tr("%1 could not be written.").arg(QFileInfo(absolute).fileName()),
                            absolute, result.error());
                return;
            }
            m_options = options;
            // Another graph than the one that is shown: show what was written.
            const bool same_graph = (*result)->model == m_inspection->model;
            if (same_graph) {
                m_inspection = *result;
                m_inspector->setInspection(m_inspection);
            } else {
                setInspection(*result);
            }
            m_unwritten = false;
            refreshTitle();
            reportExported(absolute, sidecar);
            Q_EMIT exported(absolute);
        });
}

void MainWindow::cancelJob()
{
    m_jobs->cancel();
}

void MainWindow::closeModel()
{
    m_message->dismiss();
    setInspection(nullptr);
}

void MainWindow::setInspection(const InspectionPtr& inspection)
{
    m_selection->clear(this);
    InspectionPtr old = std::exchange(m_inspection, inspection);
    m_unwritten = canExport() && inspection->model_path.empty();
    const auto handOver = [&inspection](const char* name, auto* part) {
        const Activity activity(name);
        part->setInspection(inspection);
    };
    handOver("module tree", m_modules);
    handOver("inspector", m_inspector);
    handOver("coverage", m_coverage);
    handOver("problems", m_problems);
    handOver("search", m_search);
    handOver("filter", m_filter);
    handOver("breadcrumbs", m_breadcrumbs);
    handOver("locator", m_locator);
    handOver("graph", m_canvas);
    m_stack->setCurrentWidget(inspection ? static_cast<QWidget*>(m_canvas) : m_empty);
    Q_EMIT pageChanged(nullptr);
    const int problems = m_problems->problemCount();
    m_problems_dock->setWindowTitle(problems > 0 ? tr("Problems (%1)").arg(problems)
                                                 : tr("Problems"));
    refreshTitle();
    refreshSummary();
    refreshActions();
    {
        const Activity activity("features");
        Q_EMIT inspectionChanged();
    }
    releaseLater(std::move(old));
}

void MainWindow::replaceInspection(const InspectionPtr& inspection)
{
    const ViewState view = viewOf(*this);
    setInspection(inspection);
    applyView(*this, view);
}

QString MainWindow::filePath() const
{
    return m_inspection ? QString::fromStdString(m_inspection->path.string()) : QString();
}

void MainWindow::refreshTitle()
{
    if (!m_inspection) {
        setWindowFilePath({});
        setWindowTitle(tr("Strata"));
        setWindowModified(false);
        return;
    }
    const QString path = filePath();
    setWindowFilePath(path);
    setWindowTitle(tr("%1[*] – Strata").arg(QFileInfo(path).fileName()));
    setWindowModified(m_unwritten);
}

void MainWindow::refreshSummary()
{
    const QString strategy = m_inspection ? StrategyDialog::line(*m_inspection) : QString();
    m_strategy->setText(strategy);
    m_strategy->setVisible(!strategy.isEmpty());
    if (!m_inspection) {
        m_summary->clear();
        return;
    }
    m_strategy->setToolTip(toQString(m_inspection->strategy_reason));
    const CoverageFigures& all = m_inspection->coverage.all;
    QStringList parts;
    if (const QString source = m_source->source(); !source.isEmpty())
        parts += tr("Source: %1").arg(QFileInfo(source).fileName());
    parts += QStringList{formatName(m_inspection->format),
                         tr("Modules: %1").arg(formatCount(m_inspection->modules.size())),
                         tr("Nodes: %1").arg(formatCount(all.total)),
                         tr("Coverage: %1").arg(formatShare(all.coverage()))};
    if (all.orphans > 0)
        parts += tr("Orphans: %1").arg(formatCount(all.orphans));
    m_summary->setText(parts.join(QStringLiteral("   ·   ")));
}

void MainWindow::showStrategy()
{
    if (!m_inspection)
        return;
    auto* dialog = new StrategyDialog(*m_inspection, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &StrategyDialog::moduleRequested, this,
            [this](ModuleId module) { m_selection->select(Target::ofModule(module), nullptr); });
    dialog->show();
}

void MainWindow::showFailure(const QString& what, const QString& path, const Error& error)
{
    QStringList details{path, tr("Kind of failure: %1").arg(errorCodeName(error.code))};
    if (const QString context = contextText(error); !context.isEmpty())
        details += context;
    details += toQString(error.message);
    // Most messages name the file themselves.
    const QString message = toQString(error.message);
    const QString text =
        message.contains(QFileInfo(path).fileName()) ? message : what + QLatin1Char(' ') + message;
    m_message->showMessage({Tone::Error, text, details.join(QLatin1Char('\n')), {}});
    Q_EMIT failed(text);
}

void MainWindow::reportAssumedInputs()
{
    QStringList names;
    for (const UsedInput& input : m_inspection->inputs)
        if (input.assumed)
            names += toQString(input.name);
    if (names.isEmpty())
        return;
    m_message->showMessage(
        {Tone::Info,
         tr("The file does not say which inputs it takes; types and shapes were assumed: %1.")
             .arg(names.size() <= 5
                      ? names.join(QStringLiteral(", "))
                      : names.mid(0, 5).join(QStringLiteral(", ")) + QStringLiteral(", …")),
         {},
         {{tr("Inputs…"), [this] { editInputs(); }}}});
}

void MainWindow::reportComparedNodes()
{
    const auto& diagnostics = m_inspection->diagnostics;
    const auto why =
        std::find_if(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
            return diagnostic.code == nodes_not_compared;
        });
    const bool color = std::exchange(m_color_compared, false);
    if (why != diagnostics.end())
        return m_message->showMessage({Tone::Warning, toQString(why->message), {}, {}});
    if (color)
        m_canvas->setColorBy(ColorBy::ParityError);
    const ParitySummary summary = summarize_parity(*m_inspection->model, m_inspection->parity);
    const QString compared = QLocale().toString(static_cast<qulonglong>(summary.compared));
    if (summary.differing == 0)
        return m_message->showMessage(
            {Tone::Success,
             tr("All %1 nodes that can be compared agree with PyTorch.").arg(compared),
             {},
             {}});
    const QString differing = QLocale().toString(static_cast<qulonglong>(summary.differing));
    m_message->showMessage(
        {Tone::Warning,
         tr("%1 of %2 nodes that were compared differ from PyTorch.").arg(differing, compared),
         {},
         {{tr("Show the first"), [this, first = summary.first_differing] {
               m_selection->select(Target::ofNode(first), this);
           }}}});
}

void MainWindow::reportOpened()
{
    if (m_options.parity && m_inspection->unsupported.empty())
        return reportComparedNodes();
    if (m_inspection->unsupported.empty())
        return reportAssumedInputs();
    QStringList operators;
    for (const UnsupportedOperator& record : m_inspection->unsupported)
        if (const QString name = toQString(record.op); !operators.contains(name))
            operators += name;
    m_message->showMessage(
        {Tone::Warning,
         tr("Some operators of this model have no ONNX translation: %1. The graph shows where.")
             .arg(operators.size() <= 3
                      ? operators.join(QStringLiteral(", "))
                      : operators.mid(0, 3).join(QStringLiteral(", ")) + QStringLiteral(", …")),
         operators.join(QLatin1Char('\n')),
         {{tr("Show them"), [this] {
               m_problems->showDiagnostics();
               m_problems_dock->show();
               m_problems_dock->raise();
           }}}});
}

void MainWindow::writeReport(const ReportJob& job)
{
    if (!m_inspection)
        return;
    const QString path = QString::fromStdString(job.path.string());
    const QString name = QFileInfo(path).fileName();
    m_message->dismiss();
    m_jobs->start(
        tr("Writing %1").arg(name),
        [job, inspection = m_inspection](TaskContext& task) -> JobResult {
            STRATA_CHECK(strata::ui::writeReport(*inspection, job, task));
            return inspection;
        },
        [this, path, name](JobResult result) {
            if (!result) {
                showFailure(tr("%1 could not be written.").arg(name), path, result.error());
                return;
            }
            const auto open = [](const QString& what) {
                return [what] { QDesktopServices::openUrl(QUrl::fromLocalFile(what)); };
            };
            m_message->showMessage(
                {Tone::Success,
                 tr("The report is in %1").arg(path),
                 {},
                 {{tr("Open"), open(path)},
                  {tr("Show in folder"), open(QFileInfo(path).absolutePath())}}});
            Q_EMIT reportWritten(path);
        });
}

void MainWindow::reportExported(const QString& path, bool sidecar)
{
    std::vector<MessageBar::Action> actions;
    actions.push_back({tr("Show in folder"), [path] {
                           QDesktopServices::openUrl(
                               QUrl::fromLocalFile(QFileInfo(path).absolutePath()));
                       }});
    const QString side = QString::fromStdString(sidecar_path(toPath(path)).string());
    if (sidecar && QFileInfo::exists(side))
        actions.push_back(
            {tr("Open sidecar"), [side] { QDesktopServices::openUrl(QUrl::fromLocalFile(side)); }});
    m_message->showMessage({Tone::Success, tr("Exported to %1").arg(path), {}, std::move(actions)});
}

} // namespace strata::ui
