#include "ui/window/window_menu.h"

#include "ui/window/icons.h"
#include "ui/window/main_window.h"
#include "ui/window/session_keeper.h"
#include "ui/window/window_list.h"

#include <QAction>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>

#include <algorithm>

namespace strata::ui {

WindowMenu::WindowMenu(MainWindow* window) : QObject(window), m_window(window)
{
    addToFileMenu();
    m_menu = new QMenu(tr("&Window"), window);
    m_menu->setObjectName(QStringLiteral("windowMenu"));
    const QList<QAction*> menus = window->menuBar()->actions();
    window->menuBar()->insertMenu(menus.isEmpty() ? nullptr : menus.last(), m_menu);
    m_next = window->addAction(m_menu, QStringLiteral("next"), tr("&Next window"),
                               QKeySequence(Qt::CTRL | Qt::Key_F6), [this] { step(1); });
    m_next->setObjectName(QStringLiteral("nextWindow"));
    m_previous =
        window->addAction(m_menu, QStringLiteral("previous"), tr("&Previous window"),
                          QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F6), [this] { step(-1); });
    m_previous->setObjectName(QStringLiteral("previousWindow"));
    m_separator = m_menu->addSeparator();
    // Later: an action of this menu may be what opened or closed the window.
    connect(&WindowList::instance(), &WindowList::changed, this, &WindowMenu::fill,
            Qt::QueuedConnection);
    connect(m_menu, &QMenu::aboutToShow, this, &WindowMenu::fill);
    fill();
}

void WindowMenu::addToFileMenu()
{
    MainWindow* window = m_window;
    QMenu* file = window->fileMenu();
    QAction* open = file->actions().value(0);
    QAction* after_open = file->actions().value(1);
    QAction* fresh =
        window->addAction(file, QStringLiteral("document"), tr("&New window"), QKeySequence::New,
                          [window] { WindowList::instance().open(window->services(), window); });
    fresh->setObjectName(QStringLiteral("newWindow"));
    file->insertAction(open, fresh);
    QAction* beside = window->addAction(file, {}, tr("Open in a ne&w window…"), {}, [window] {
        window->chooseFiles([window](const QStringList& files) {
            for (const QString& path : files)
                WindowList::instance().open(window->services(), window)->openFile(path);
        });
    });
    beside->setObjectName(QStringLiteral("openBeside"));
    file->insertAction(after_open, beside);
    QAction* close = window->addAction(file, {}, tr("Clo&se the window"),
                                       QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W),
                                       [window] { window->close(); });
    close->setObjectName(QStringLiteral("closeWindow"));
    QAction* session = file->addAction(tr("Restore windows at the ne&xt start"));
    session->setObjectName(QStringLiteral("restoreSession"));
    session->setCheckable(true);
    session->setChecked(SessionKeeper::isEnabled());
    // Another window may have switched it.
    connect(file, &QMenu::aboutToShow, session,
            [session] { session->setChecked(SessionKeeper::isEnabled()); });
    connect(session, &QAction::triggered, this, [](bool on) { SessionKeeper::setEnabled(on); });
    // Before the end of the program.
    const QList<QAction*> actions = file->actions();
    for (QAction* quit : actions)
        if (quit->menuRole() == QAction::QuitRole) {
            file->insertAction(quit, close);
            file->insertSeparator(quit);
            file->insertAction(quit, session);
        }
}

void WindowMenu::fill()
{
    const QList<QAction*> old = m_menu->actions();
    for (QAction* action : old)
        if (action != m_next && action != m_previous && action != m_separator)
            delete action;
    const auto& windows = WindowList::instance().windows();
    m_next->setEnabled(windows.size() > 1);
    m_previous->setEnabled(windows.size() > 1);
    for (MainWindow* other : windows) {
        const QFileInfo file(other->filePath());
        QString title = file.fileName().isEmpty() ? tr("(no model)") : file.fileName();
        // Files of one name are told apart by their folders.
        const auto same = std::count_if(windows.begin(), windows.end(), [&](const MainWindow* w) {
            return QFileInfo(w->filePath()).fileName() == file.fileName();
        });
        if (!file.fileName().isEmpty() && same > 1)
            title += QStringLiteral(" – %1").arg(file.absolutePath());
        title.replace(QLatin1Char('&'), QLatin1String("&&"));
        QAction* action = m_menu->addAction(title);
        action->setCheckable(true);
        action->setChecked(other == m_window);
        action->setToolTip(other->filePath());
        connect(action, &QAction::triggered, other, [other] { WindowList::raise(other); });
    }
}

void WindowMenu::step(int direction)
{
    const auto& windows = WindowList::instance().windows();
    const auto here = std::find(windows.begin(), windows.end(), m_window);
    if (here == windows.end())
        return;
    const auto count = static_cast<std::ptrdiff_t>(windows.size());
    const std::ptrdiff_t place = (here - windows.begin() + direction + count) % count;
    WindowList::raise(windows[static_cast<std::size_t>(place)]);
}

} // namespace strata::ui
