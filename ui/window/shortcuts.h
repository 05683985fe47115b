// The keys of a window's actions, which people can change.
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <vector>

class QAction;
class QMenuBar;

namespace strata::ui {

class MainWindow;

/// One action of the menus that can have keys. Its object name is what the settings know it by.
struct ShortcutEntry {
    QAction* action = nullptr;
    QString menu; ///< "View", for people
    QString text; ///< without the mnemonic
};

/// All actions of the menus with an object name, in the menus' order.
std::vector<ShortcutEntry> shortcutEntries(const MainWindow& window);
/// The keys that an action has unless somebody changes them.
QList<QKeySequence> defaultShortcuts(const QAction& action);
/// Remembers the keys of all actions as their defaults, then sets what the settings say. Once, when
/// all actions are there; later calls set what the settings say by then.
void applyShortcuts(MainWindow& window);
/// Gives the action of this name other keys, here and in all open windows, and stores that. Keys
/// that are the defaults are not stored.
void setShortcuts(const QString& action, const QList<QKeySequence>& keys);
/// Back to the defaults, for all actions and windows.
void resetShortcuts();
/// Who else in the window has these keys, or keys that begin with them or that they begin with;
/// actions without a name count, too. Null when nobody has.
QAction* shortcutConflict(const MainWindow& window, const QAction* action,
                          const QKeySequence& keys);

} // namespace strata::ui
