#include "ui/window/shortcuts.h"

#include "ui/window/main_window.h"
#include "ui/window/window_list.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>

#include <algorithm>

namespace strata::ui {

namespace {

const QString group = QStringLiteral("shortcuts");
constexpr const char* default_property = "defaultShortcuts";

QString plain(QString text)
{
    return text.remove(QLatin1Char('&'));
}

void collect(const QMenu& menu, const QString& title, std::vector<ShortcutEntry>& entries)
{
    const QList<QAction*> actions = menu.actions();
    for (QAction* action : actions) {
        if (action->menu())
            collect(*action->menu(), title, entries);
        else if (!action->isSeparator())
            entries.push_back({action, title, plain(action->text())});
    }
}

std::vector<ShortcutEntry> allActions(const MainWindow& window)
{
    std::vector<ShortcutEntry> entries;
    const QList<QAction*> menus = window.menuBar()->actions();
    for (const QAction* menu : menus)
        if (menu->menu())
            collect(*menu->menu(), plain(menu->text()), entries);
    return entries;
}

/// No text means no keys, not one that is empty.
QList<QKeySequence> keysFrom(const QString& text)
{
    QList<QKeySequence> keys = QKeySequence::listFromString(text);
    keys.removeIf([](const QKeySequence& sequence) { return sequence.isEmpty(); });
    return keys;
}

/// The name of the settings' entry; not the text, which is in people's language.
QString keyOf(const QString& action)
{
    return group + QLatin1Char('/') + action;
}

/// Tool tips name the keys: "Open (Ctrl+O)".
void assign(QAction& action, const QList<QKeySequence>& keys)
{
    const auto suffix = [](const QKeySequence& sequence) {
        return sequence.isEmpty()
                   ? QString()
                   : QStringLiteral(" (%1)").arg(sequence.toString(QKeySequence::NativeText));
    };
    QString tip = action.toolTip();
    const QString before = suffix(action.shortcut());
    if (!before.isEmpty() && tip.endsWith(before))
        tip.chop(before.size());
    action.setShortcuts(keys);
    action.setToolTip(tip + suffix(action.shortcut()));
}

} // namespace

std::vector<ShortcutEntry> shortcutEntries(const MainWindow& window)
{
    std::vector<ShortcutEntry> entries = allActions(window);
    std::erase_if(entries,
                  [](const ShortcutEntry& entry) { return entry.action->objectName().isEmpty(); });
    return entries;
}

QList<QKeySequence> defaultShortcuts(const QAction& action)
{
    const QVariant keys = action.property(default_property);
    return keys.isValid() ? keysFrom(keys.toString()) : action.shortcuts();
}

void applyShortcuts(MainWindow& window)
{
    const QSettings settings;
    for (const ShortcutEntry& entry : shortcutEntries(window)) {
        QAction& action = *entry.action;
        if (!action.property(default_property).isValid())
            action.setProperty(default_property, QKeySequence::listToString(action.shortcuts()));
        const QVariant stored = settings.value(keyOf(action.objectName()));
        const QList<QKeySequence> keys =
            stored.isValid() ? keysFrom(stored.toString()) : defaultShortcuts(action);
        if (keys != action.shortcuts())
            assign(action, keys);
    }
}

void setShortcuts(const QString& name, const QList<QKeySequence>& keys)
{
    QSettings settings;
    settings.setValue(keyOf(name), QKeySequence::listToString(keys));
    for (MainWindow* window : WindowList::instance().windows()) {
        applyShortcuts(*window);
        for (const ShortcutEntry& entry : shortcutEntries(*window))
            if (entry.action->objectName() == name && defaultShortcuts(*entry.action) == keys)
                settings.remove(keyOf(name));
    }
}

void resetShortcuts()
{
    QSettings().remove(group);
    for (MainWindow* window : WindowList::instance().windows())
        applyShortcuts(*window);
}

QAction* shortcutConflict(const MainWindow& window, const QAction* action, const QKeySequence& keys)
{
    if (keys.isEmpty())
        return nullptr;
    for (const ShortcutEntry& entry : allActions(window)) {
        if (entry.action == action)
            continue;
        const QList<QKeySequence> others = entry.action->shortcuts();
        if (std::any_of(others.begin(), others.end(), [&](const QKeySequence& other) {
                return !other.isEmpty() && (other.matches(keys) != QKeySequence::NoMatch ||
                                            keys.matches(other) != QKeySequence::NoMatch);
            }))
            return entry.action;
    }
    return nullptr;
}

} // namespace strata::ui
