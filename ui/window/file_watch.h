// Files that may change while they are shown.
#pragma once

#include <QFileSystemWatcher>
#include <QMap>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include <chrono>

namespace strata::ui {

/// What a directory entry says of a file; equal stamps: nobody has touched it.
struct FileStamp {
    bool exists = false;
    qint64 size = 0;
    qint64 modified = 0; ///< nanoseconds since 1970
    quint64 inode = 0;   ///< another one after the file was replaced

    static FileStamp of(const QString& path);
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Tells when files are no longer as they were read, once they have come to rest: a file that is
/// still being written, or replaced by deleting and writing it anew, is told when that is over.
/// Looks at names and times only, never into the files.
class FileWatch : public QObject {
    Q_OBJECT
public:
    /// `rest`: how long nothing must change before it is told.
    explicit FileWatch(std::chrono::milliseconds rest, QObject* parent = nullptr);

    /// Watches these files from now on, by absolute path, with what they were when they were read.
    void watch(const QMap<QString, FileStamp>& files);
    /// Looks now: for places that tell nobody of changes, such as network folders.
    void check();
    /// No longer as they were read, and there; told or not.
    const QStringList& changedFiles() const { return m_changed; }
    /// Were there when they were read, and are no more.
    const QStringList& missingFiles() const { return m_missing; }

Q_SIGNALS:
    /// changedFiles() or missingFiles() are others than before, or have changed once more. Both
    /// empty: everything is again as it was read.
    void changed();

private:
    void settle();
    void listen();
    QMap<QString, FileStamp> sample() const;

    QFileSystemWatcher m_watcher;
    QTimer m_rest;
    QMap<QString, FileStamp> m_read; ///< as they were read
    QMap<QString, FileStamp> m_last; ///< as they were a moment ago
    QMap<QString, FileStamp> m_told; ///< as they were when something was told
    QStringList m_changed;
    QStringList m_missing;
};

} // namespace strata::ui
