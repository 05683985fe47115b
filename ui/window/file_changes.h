// "The file has changed: reload?": a bar above the graph that blocks nothing.
#pragma once

#include "ui/window/file_watch.h"

#include <QObject>

namespace strata::ui {

class MainWindow;
class MessageBar;

/// Watches the opened file, its source model and the files of its weights, and offers to read them
/// again. Nothing is read again by itself: a half-written file would come as an error nobody asked
/// for. Lives as long as its window.
class FileChanges : public QObject {
    Q_OBJECT
public:
    explicit FileChanges(MainWindow* window);

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
