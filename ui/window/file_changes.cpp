#include "ui/window/file_changes.h"

#include "onnx/external_data.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/main_window.h"
#include "ui/window/source_attachment.h"

#include <QEvent>
#include <QFileInfo>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

QString names(const QStringList& files)
{
    QStringList result;
    for (const QString& file : files)
        result += QFileInfo(file).fileName();
    return result.join(QStringLiteral(", "));
}

} // namespace

FileChanges::FileChanges(MainWindow* window)
    : QObject(window),
      m_window(window),
      m_bar(new MessageBar),
      m_watch(new FileWatch(rest, this))
{
    setObjectName(QStringLiteral("fileChanges"));
    m_bar->setObjectName(QStringLiteral("fileChangeBar"));
    if (auto* column = qobject_cast<QVBoxLayout*>(window->centralWidget()->layout()))
        column->insertWidget(0, m_bar);
    connect(window, &MainWindow::aboutToRead, this,
            [this](const QString& path) { m_before.insert(path, FileStamp::of(path)); });
    connect(window, &MainWindow::inspectionChanged, this, &FileChanges::follow);
    connect(m_watch, &FileWatch::changed, this, &FileChanges::tell);
    window->installEventFilter(this);
}

QStringList FileChanges::filesOf(const Inspection& inspection)
{
    QStringList files{
        QFileInfo(QString::fromStdString(inspection.path.string())).absoluteFilePath()};
    // The weights of a model that was exported here belong to another file than the opened one.
    if (inspection.model && inspection.format == ModelFormat::Onnx)
        for (const std::filesystem::path& path : external_files(*inspection.model))
            files += QFileInfo(QString::fromStdString(path.string())).absoluteFilePath();
    return files;
}

void FileChanges::follow()
{
    m_bar->dismiss();
    QMap<QString, FileStamp> files;
    QStringList paths;
    if (const InspectionPtr& inspection = m_window->inspection()) {
        paths = filesOf(*inspection);
        if (const QString source = m_window->sourceAttachment()->source(); !source.isEmpty())
            paths += source;
    }
    for (const QString& path : paths)
        files.insert(path, m_before.contains(path) ? m_before[path] : FileStamp::of(path));
    m_before.clear();
    m_watch->watch(files);
}

void FileChanges::tell()
{
    show(*m_watch, m_bar, [this] { m_window->reload(); });
}

void FileChanges::show(const FileWatch& watch, MessageBar* bar, const std::function<void()>& reload)
{
    const QStringList& changed = watch.changedFiles();
    const QStringList& missing = watch.missingFiles();
    if (changed.isEmpty() && missing.isEmpty())
        return bar->dismiss();
    QStringList sentences;
    if (changed.size() == 1)
        sentences += tr("%1 has changed on disk.").arg(names(changed));
    else if (!changed.isEmpty())
        sentences +=
            tr("%n file(s) have changed on disk: %1.", nullptr, static_cast<int>(changed.size()))
                .arg(names(changed));
    if (!missing.isEmpty())
        sentences +=
            tr("%1 is gone: deleted, renamed or moved. The window still shows what was read.")
                .arg(names(missing));
    std::vector<MessageBar::Action> actions;
    if (missing.isEmpty())
        actions.push_back({tr("Reload"), [bar, reload] {
                               bar->dismiss();
                               reload();
                           }});
    actions.push_back({tr("Ignore"), [bar] { bar->dismiss(); }});
    bar->showMessage({missing.isEmpty() ? Tone::Info : Tone::Warning,
                      sentences.join(QLatin1Char(' ')), (changed + missing).join(QLatin1Char('\n')),
                      std::move(actions)});
}

bool FileChanges::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_window && event->type() == QEvent::WindowActivate)
        m_watch->check();
    return QObject::eventFilter(watched, event);
}

} // namespace strata::ui
