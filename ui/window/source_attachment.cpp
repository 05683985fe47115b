#include "ui/window/source_attachment.h"

#include "ui/models/format.h"
#include "ui/panels/problems_panel.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>

#include <algorithm>

namespace strata::ui {

namespace {

/// Diagnostics that tell what of the source did not arrive in the file.
std::size_t lossesOf(const Inspection& inspection)
{
    constexpr std::string_view codes[] = {"parameter-missing", "parameter-changed",
                                          "parameter-exchanged", "module-without-node",
                                          "operator-changed"};
    return static_cast<std::size_t>(std::count_if(
        inspection.diagnostics.begin(), inspection.diagnostics.end(), [&](const Diagnostic& d) {
            return std::find(std::begin(codes), std::end(codes), d.code) != std::end(codes);
        }));
}

} // namespace

SourceAttachment::SourceAttachment(MainWindow* window) : QObject(window), m_window(window)
{
    QMenu* menu = window->fileMenu();
    m_attach =
        window->addAction(menu, QStringLiteral("attach"), tr("&Attach source model…"),
                          QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), [this] { choose(); });
    m_attach->setObjectName(QStringLiteral("attachSource"));
    m_detach =
        window->addAction(menu, {}, tr("&Detach the source model"), {}, [this] { detach(); });
    m_detach->setObjectName(QStringLiteral("detachSource"));
    // Beside reloading, before what ends the work.
    const QList<QAction*> actions = menu->actions();
    for (QAction* action : actions)
        if (action->shortcut() == QKeySequence(Qt::Key_F5)) {
            menu->insertAction(action, m_attach);
            menu->insertAction(action, m_detach);
        }
    connect(window, &MainWindow::actionsRefreshed, this, &SourceAttachment::refresh);
    refresh();
}

bool SourceAttachment::isSourceFile(const QString& path)
{
    const QString suffix = QFileInfo(path).suffix().toLower();
    for (const char* known : {"pt", "pth", "pt2", "ts"})
        if (suffix == QLatin1String(known))
            return true;
    return false;
}

bool SourceAttachment::canAttach() const
{
    const InspectionPtr& inspection = m_window->inspection();
    return inspection && inspection->model && inspection->format == ModelFormat::Onnx &&
           m_window->services().audit;
}

QString SourceAttachment::source() const
{
    if (!canAttach() || !m_window->inspection()->program)
        return {};
    return QString::fromStdString(m_window->inspection()->program->path.string());
}

void SourceAttachment::refresh()
{
    const bool possible = canAttach() && !m_window->isBusy();
    m_attach->setEnabled(possible);
    m_attach->setStatusTip(!m_window->inspection() ? QString()
                           : canAttach()
                               ? tr("Finds every node's module with the PyTorch model beside it.")
                               : tr("A PyTorch model is its own source; open the ONNX file."));
    m_detach->setEnabled(possible && !source().isEmpty());
}

void SourceAttachment::choose()
{
    if (!m_attach->isEnabled())
        return;
    const QFileInfo file(QString::fromStdString(m_window->inspection()->path.string()));
    auto* dialog = new QFileDialog(
        m_window, tr("Attach the source model of %1").arg(file.fileName()),
        QSettings().value(QStringLiteral("sourceFolder"), file.absolutePath()).toString(),
        tr("PyTorch models (*.pt *.pth *.pt2 *.ts);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& path) { attach(path); });
    dialog->open();
}

void SourceAttachment::attach(const QString& path, const QString& model)
{
    if (!canAttach())
        return;
    const QFileInfo file(path);
    const QString source = file.absoluteFilePath();
    QSettings().setValue(QStringLiteral("sourceFolder"), file.absolutePath());
    m_window->messageBar()->dismiss();
    AuditOptions options;
    options.source = std::filesystem::path(source.toStdString());
    options.source_model = model.toStdString();
    const CoverageFigures before = m_window->inspection()->coverage.all;
    Q_EMIT m_window->aboutToRead(m_window->filePath());
    Q_EMIT m_window->aboutToRead(source);
    m_window->jobs()->start(
        tr("Attaching %1").arg(file.fileName()),
        [audit = m_window->services().audit, onnx = m_window->inspection()->path,
         options](TaskContext& task) { return audit(onnx, options, task); },
        [this, source, model, before](JobResult result) {
            if (!result) {
                const auto& names = m_window->services().modelNames;
                if (result.error().code == ErrorCode::Usage && model.isEmpty() && names) {
                    const auto models = names(std::filesystem::path(source.toStdString()));
                    if (models.size() > 1)
                        return m_window->chooseModel(
                            source, models,
                            [this, source](const QString& name) { attach(source, name); });
                }
                return m_window->showFailure(
                    tr("%1 could not be attached.").arg(QFileInfo(source).fileName()), source,
                    result.error());
            }
            m_model = model;
            m_window->replaceInspection(*result);
            report(source, before);
        });
}

void SourceAttachment::detach()
{
    if (source().isEmpty())
        return;
    m_window->messageBar()->dismiss();
    Q_EMIT m_window->aboutToRead(m_window->filePath());
    m_window->jobs()->start(
        tr("Detaching the source model"),
        [audit = m_window->services().audit,
         onnx = m_window->inspection()->path](TaskContext& task) { return audit(onnx, {}, task); },
        [this, path = source()](JobResult result) {
            if (!result)
                return m_window->showFailure(tr("The file could not be read again."), path,
                                             result.error());
            m_model.clear();
            m_window->replaceInspection(*result);
        });
}

void SourceAttachment::report(const QString& source, const CoverageFigures& before)
{
    const Inspection& now = *m_window->inspection();
    const CoverageFigures& after = now.coverage.all;
    QString text =
        tr("%1 is attached. Modules: %6. Orphans: %2 → %3. Mean confidence: %4 → %5.")
            .arg(QFileInfo(source).fileName(), formatCount(before.orphans),
                 formatCount(after.orphans), formatConfidence(before.mean_confidence()),
                 formatConfidence(after.mean_confidence()), formatCount(now.modules.size()));
    const std::size_t losses = lossesOf(now);
    std::vector<MessageBar::Action> actions;
    if (losses > 0) {
        text += QLatin1Char(' ') +
                tr("Modules and parameters of the source that are missing or changed in the file: "
                   "%1.")
                    .arg(formatCount(losses));
        actions.push_back({tr("Show them"), [this] {
                               m_window->problemsPanel()->showDiagnostics();
                               m_window->raiseDock(m_window->problemsPanel());
                           }});
    }
    actions.push_back({tr("Detach"), [this] { detach(); }});
    m_window->messageBar()->showMessage(
        {losses > 0 ? Tone::Warning : Tone::Success, text, {}, std::move(actions)});
}

} // namespace strata::ui
