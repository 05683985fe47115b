// The list of keys, and changing them.
#pragma once

#include "ui/window/shortcuts.h"

#include <QDialog>

class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace strata::ui {

/// Changes take effect at once, in all windows. Keys that another action has are taken from it only
/// when that is confirmed.
class ShortcutDialog : public QDialog {
    Q_OBJECT
public:
    explicit ShortcutDialog(MainWindow* window);

    /// Selects the action of this object name; false when it is not in the list.
    bool select(const QString& action);

private:
    void fill();
    void filter(const QString& text);
    void refresh();
    void offer();
    void assign();
    QTreeWidgetItem* current() const;
    QAction* action() const;

    MainWindow* m_window;
    QLineEdit* m_search;
    QTreeWidget* m_list;
    QLabel* m_name;
    QKeySequenceEdit* m_keys;
    QPushButton* m_assign;
    QPushButton* m_remove;
    QPushButton* m_reset;
    QPushButton* m_reset_all;
    QLabel* m_conflict;
};

} // namespace strata::ui
