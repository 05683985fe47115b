#include "ui/window/window_list.h"

#include "ui/window/main_window.h"

#include <QApplication>
#include <QScreen>

#include <algorithm>

namespace strata::ui {

WindowList& WindowList::instance()
{
    // Never destroyed: windows that outlive main() must still find it.
    static auto* list = new WindowList;
    return *list;
}

MainWindow* WindowList::current() const
{
    auto* active = qobject_cast<MainWindow*>(QApplication::activeWindow());
    if (active && std::find(m_windows.begin(), m_windows.end(), active) != m_windows.end())
        return active;
    return m_windows.empty() ? nullptr : m_windows.back();
}

MainWindow* WindowList::open(const Services& services, const MainWindow* near)
{
    auto* window = new MainWindow(services);
    window->setAttribute(Qt::WA_DeleteOnClose);
    if (near && !near->isMaximized() && !near->isFullScreen()) {
        constexpr int step = 32;
        QRect place(near->geometry().topLeft() + QPoint(step, step), near->size());
        const QRect room = near->screen()->availableGeometry();
        if (!room.contains(place))
            place.moveTopLeft(room.topLeft() + QPoint(step, step));
        window->setGeometry(place);
    }
    window->show();
    return window;
}

void WindowList::openFiles(MainWindow* window, const QStringList& files)
{
    MainWindow* target = window;
    bool free = !window->inspection() && !window->isBusy();
    for (const QString& file : files) {
        if (!free)
            target = instance().open(window->services(), target);
        free = false;
        target->openFile(file);
    }
}

void WindowList::raise(MainWindow* window)
{
    window->setWindowState(window->windowState() & ~Qt::WindowMinimized);
    window->show();
    window->raise();
    window->activateWindow();
}

void WindowList::quit()
{
    Q_EMIT aboutToQuit();
    QApplication::closeAllWindows();
}

void WindowList::add(MainWindow* window)
{
    if (std::find(m_windows.begin(), m_windows.end(), window) != m_windows.end())
        return;
    m_windows.push_back(window);
    connect(window, &MainWindow::inspectionChanged, this, &WindowList::changed,
            Qt::UniqueConnection);
    Q_EMIT changed();
}

void WindowList::close(MainWindow* window)
{
    if (std::find(m_windows.begin(), m_windows.end(), window) == m_windows.end())
        return;
    Q_EMIT closing(window);
    remove(window);
}

void WindowList::remove(MainWindow* window)
{
    if (std::erase(m_windows, window) > 0)
        Q_EMIT changed();
}

} // namespace strata::ui
