// "The file has changed: reload?": a bar above the graph that blocks nothing.
#pragma once

#include "ui/window/file_watch.h"

#include <QObject>
#include <QStringList>

#include <functional>

namespace strata {
struct Inspection;
}

namespace strata::ui {

class MainWindow;
class MessageBar;

/// Watches the opened file, its source model and the files of its weights, and offers to read them
/// again. Nothing is read again by itself: a half-written file would come as an error nobody asked
/// for. Lives as long as its window.
class FileChanges : public QObject {
    Q_OBJECT
public:
    /// How long nothing must change before it is told.
    static constexpr std::chrono::milliseconds rest{500};

    explicit FileChanges(MainWindow* window);

    /// The opened file and the files its weights are in, by absolute path.
    static QStringList filesOf(const Inspection& inspection);
    /// Says in the bar what the watch has found, with "Reload" unless a file is gone. Takes back
    /// what was said when everything is as it was read.
    static void show(const FileWatch& watch, MessageBar* bar, const std::function<void()>& reload);

    MessageBar* bar() const { return m_bar; }
    FileWatch* watch() const { return m_watch; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void follow();
    void tell();

    MainWindow* m_window;
    MessageBar* m_bar;
    FileWatch* m_watch;
    QMap<QString, FileStamp> m_before; ///< as they were when reading them began
};

} // namespace strata::ui
