// Several windows: opening new ones, closing one, and a menu of all.
#pragma once

#include <QObject>

class QAction;
class QMenu;

namespace strata::ui {

class MainWindow;

/// Adds its actions to the window's menus. Lives as long as its window.
class WindowMenu : public QObject {
    Q_OBJECT
public:
    explicit WindowMenu(MainWindow* window);

private:
    void addToFileMenu();
    void fill();
    void step(int direction);

    MainWindow* m_window;
    QMenu* m_menu = nullptr;
    QAction* m_next = nullptr;
    QAction* m_previous = nullptr;
    QAction* m_separator = nullptr;
};

} // namespace strata::ui
