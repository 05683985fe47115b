// Back, forward and bookmarks.
#pragma once

#include "ui/models/selection_history.h"

#include <QStringList>

class QAction;
class QMenu;

namespace strata::ui {

class MainWindow;

/// Adds the actions to the window. Bookmarks are kept per file, by name, so that they survive a new
/// export.
class Places : public QObject {
    Q_OBJECT
public:
    explicit Places(MainWindow* window);

    SelectionHistory* history() const { return m_history; }
    /// Names of nodes and modules; a module's starts with "module:".
    const QStringList& bookmarks() const { return m_bookmarks; }
    /// Adds what is selected, or takes it away when it is there.
    void toggleBookmark();
    bool goTo(const QString& bookmark);

private:
    void load();
    void save() const;
    void fillMenu();
    void refresh();
    QString selectedName() const;
    QString elided(const QString& text) const;
    QString settingsKey() const;

    MainWindow* m_window;
    SelectionHistory* m_history;
    QMenu* m_menu;
    QAction* m_back;
    QAction* m_forward;
    QAction* m_toggle;
    QStringList m_bookmarks;
};

} // namespace strata::ui
