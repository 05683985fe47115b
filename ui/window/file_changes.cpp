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

constexpr std::chrono::milliseconds rest{500};

QString names(const QStringList& files)
{
    QStringList result;
    for (const QString& file : files)
        result += QFileInfo(file).fileName();
    return result.join(QStringLiteral(", "));
}

QStringList filesOf(const MainWindow& window)
{
    const InspectionPtr& inspection = window.inspection();
    if (!inspection)
        return {};
    QStringList files{QString::fromStdString(inspection->path.string())};
    if (const QString source = window.sourceAttachment()->source(); !source.isEmpty())
        files += source;
    // The weights of a model that was exported here belong to another file than the opened one.
    if (inspection->model && inspection->format == ModelFormat::Onnx)
        for (const std::filesystem::path& path : external_files(*inspection->model))
            files += QFileInfo(QString::fromStdString(path.string())).absoluteFilePath();
    return files;
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

void FileChanges::follow()
{
    m_bar->dismiss();
    QMap<QString, FileStamp> files;
    const QStringList paths = filesOf(*m_window);
    for (const QString& path : paths)
        files.insert(path, m_before.contains(path) ? m_before[path] : FileStamp::of(path));
    m_before.clear();
    m_watch->watch(files);
}

void FileChanges::tell()
{
    const QStringList& changed = m_watch->changedFiles();
    const QStringList& missing = m_watch->missingFiles();
    if (changed.isEmpty() && missing.isEmpty())
        return m_bar->dismiss();
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
        actions.push_back({tr("Reload"), [this] {
                               m_bar->dismiss();
                               m_window->reload();
                           }});
    actions.push_back({tr("Ignore"), [this] { m_bar->dismiss(); }});
    m_bar->showMessage({missing.isEmpty() ? Tone::Info : Tone::Warning,
                        sentences.join(QLatin1Char(' ')),
                        (changed + missing).join(QLatin1Char('\n')), std::move(actions)});
}

bool FileChanges::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_window && event->type() == QEvent::WindowActivate)
        m_watch->check();
    return QObject::eventFilter(watched, event);
}

} // namespace strata::ui
