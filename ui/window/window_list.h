// The windows of the program: one for each opened model.
#pragma once

#include <QObject>
#include <QStringList>

#include <vector>

namespace strata::ui {

struct Services;
class MainWindow;

/// Windows enter the list when they are shown and leave it when they are closed. For the ui thread.
class WindowList : public QObject {
    Q_OBJECT
public:
    static WindowList& instance();

    /// Those that are open, the oldest first.
    const std::vector<MainWindow*>& windows() const { return m_windows; }
    /// The one in front, else the newest; null when there is none.
    MainWindow* current() const;
    /// Shows a new window, a little beside `near` (may be null). It deletes itself when it is
    /// closed.
    MainWindow* open(const Services& services, const MainWindow* near = nullptr);
    /// Opens each file: in `window` when that is empty and for the first, else in new windows.
    static void openFiles(MainWindow* window, const QStringList& files);
    /// Brings a window to the front, also when it is minimized.
    static void raise(MainWindow* window);
    /// Closes all windows: the end of the program.
    void quit();

    void add(MainWindow* window);
    /// Before a window goes; it is still in the list and still has its model.
    void close(MainWindow* window);
    void remove(MainWindow* window);

Q_SIGNALS:
    /// A window has come or gone, or shows another model.
    void changed();
    void closing(strata::ui::MainWindow* window);
    void aboutToQuit();

private:
    WindowList() = default;

    std::vector<MainWindow*> m_windows;
};

} // namespace strata::ui
