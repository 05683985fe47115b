#include "ui/window/file_watch.h"

#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace strata::ui {

FileStamp FileStamp::of(const QString& path)
{
    struct stat info {};
    if (::stat(QFile::encodeName(path).constData(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    return {true, static_cast<qint64>(info.st_size),
            static_cast<qint64>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec,
            static_cast<quint64>(info.st_ino)};
}

FileWatch::FileWatch(std::chrono::milliseconds rest, QObject* parent) : QObject(parent)
{
    m_rest.setInterval(rest);
    m_rest.setSingleShot(true);
    connect(&m_rest, &QTimer::timeout, this, &FileWatch::settle);
    const auto touched = [this] {
        if (!m_rest.isActive())
            m_rest.start();
    };
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, touched);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, touched);
}

void FileWatch::watch(const QMap<QString, FileStamp>& files)
{
    m_rest.stop();
    if (const QStringList old = m_watcher.files() + m_watcher.directories(); !old.isEmpty())
        m_watcher.removePaths(old);
    m_read = files;
    m_told = files;
    m_changed.clear();
    m_missing.clear();
    listen();
    m_last = sample();
    if (m_last != m_read) // touched while it was read
        m_rest.start();
}

void FileWatch::check()
{
    if (!m_rest.isActive() && sample() != m_told)
        m_rest.start();
}

/// Replacing a file ends the watch of it; its folder tells when it is there again.
void FileWatch::listen()
{
    QStringList missing;
    const QStringList watched = m_watcher.files() + m_watcher.directories();
    for (auto file = m_read.keyBegin(); file != m_read.keyEnd(); ++file) {
        const QFileInfo info(*file);
        for (const QString& path : {info.absoluteFilePath(), info.absolutePath()})
            if (!watched.contains(path) && !missing.contains(path) && QFileInfo::exists(path))
                missing += path;
    }
    if (!missing.isEmpty())
        m_watcher.addPaths(missing);
}

QMap<QString, FileStamp> FileWatch::sample() const
{
    QMap<QString, FileStamp> now;
    for (auto file = m_read.keyBegin(); file != m_read.keyEnd(); ++file)
        now.insert(*file, FileStamp::of(*file));
    return now;
}

void FileWatch::settle()
{
    listen();
    const QMap<QString, FileStamp> now = sample();
    if (now != m_last) { // still at work
        m_last = now;
        m_rest.start();
        return;
    }
    if (now == m_told)
        return;
    m_told = now;
    m_changed.clear();
    m_missing.clear();
    for (auto file = now.cbegin(); file != now.cend(); ++file) {
        const FileStamp& read = m_read[file.key()];
        if (file.value() == read)
            continue;
        if (file.value().exists)
            m_changed += file.key();
        else
            m_missing += file.key();
    }
    Q_EMIT changed();
}

} // namespace strata::ui
