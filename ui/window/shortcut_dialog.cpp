#include "ui/window/shortcut_dialog.h"

#include "ui/widgets/colors.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr int name_role = Qt::UserRole;

QString textOf(const QList<QKeySequence>& keys)
{
    return QKeySequence::listToString(keys, QKeySequence::NativeText);
}

} // namespace

ShortcutDialog::ShortcutDialog(MainWindow* window)
    : QDialog(window),
      m_window(window),
      m_search(new QLineEdit(this)),
      m_list(new QTreeWidget(this)),
      m_name(new QLabel(this)),
      m_keys(new QKeySequenceEdit(this)),
      m_assign(new QPushButton(tr("Assign"), this)),
      m_remove(new QPushButton(tr("Remove"), this)),
      m_reset(new QPushButton(tr("Default"), this)),
      m_reset_all(new QPushButton(tr("Reset all"), this)),
      m_conflict(new QLabel(this))
{
    setObjectName(QStringLiteral("shortcutsDialog"));
    setWindowTitle(tr("Keyboard shortcuts"));
    m_search->setObjectName(QStringLiteral("shortcutSearch"));
    m_search->setPlaceholderText(tr("Find an action or keys"));
    m_search->setAccessibleName(tr("Find an action or keys"));
    m_search->setClearButtonEnabled(true);
    m_list->setObjectName(QStringLiteral("shortcutList"));
    m_list->setHeaderLabels({tr("Action"), tr("Keys")});
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setIndentation(16);
    m_list->setUniformRowHeights(true);
    m_list->setAccessibleName(tr("Keyboard shortcuts"));
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setStretchLastSection(false);
    constexpr int keys_width = 170;
    m_list->header()->resizeSection(1, keys_width);
    m_keys->setObjectName(QStringLiteral("shortcutKeys"));
    m_keys->setAccessibleName(tr("New keys"));
    m_keys->setToolTip(tr("Click here, then press the new keys"));
    m_assign->setObjectName(QStringLiteral("shortcutAssign"));
    m_remove->setObjectName(QStringLiteral("shortcutRemove"));
    m_reset->setObjectName(QStringLiteral("shortcutDefault"));
    m_reset_all->setObjectName(QStringLiteral("shortcutResetAll"));
    m_conflict->setObjectName(QStringLiteral("shortcutConflict"));
    m_conflict->setWordWrap(true);
    m_name->setFont(scaled(font(), 1.0, QFont::DemiBold));
    for (QPushButton* button : {m_assign, m_remove, m_reset, m_reset_all})
        button->setAutoDefault(false);
    m_remove->setToolTip(tr("The action has no keys then"));
    m_reset->setToolTip(tr("The keys that the action came with"));

    auto* row = new QHBoxLayout;
    row->addWidget(m_keys, 1);
    for (QPushButton* button : {m_assign, m_remove, m_reset})
        row->addWidget(button);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->addButton(m_reset_all, QDialogButtonBox::ResetRole);
    for (QAbstractButton* button : buttons->buttons())
        if (auto* push = qobject_cast<QPushButton*>(button))
            push->setAutoDefault(false);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_search);
    column->addWidget(m_list, 1);
    column->addWidget(m_name);
    column->addLayout(row);
    column->addWidget(m_conflict);
    column->addWidget(buttons);
    resize(560, 640);

    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_search, &QLineEdit::textChanged, this, &ShortcutDialog::filter);
    connect(m_list, &QTreeWidget::currentItemChanged, this, [this] {
        m_keys->clear();
        refresh();
    });
    connect(m_list, &QTreeWidget::itemDoubleClicked, this,
            [this] { m_keys->setFocus(Qt::OtherFocusReason); });
    connect(m_keys, &QKeySequenceEdit::keySequenceChanged, this, &ShortcutDialog::offer);
    connect(m_assign, &QPushButton::clicked, this, &ShortcutDialog::assign);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        setShortcuts(current()->data(0, name_role).toString(), {});
        refresh();
    });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        // The default may have gone to another action by now.
        const QList<QKeySequence> keys = defaultShortcuts(*action());
        const auto taken = std::any_of(keys.begin(), keys.end(), [this](const QKeySequence& k) {
            return shortcutConflict(*m_window, action(), k) != nullptr;
        });
        if (taken)
            return m_keys->setKeySequence(keys.front()); // which asks
        setShortcuts(current()->data(0, name_role).toString(), keys);
        m_keys->clear();
        refresh();
    });
    connect(m_reset_all, &QPushButton::clicked, this, [this] {
        resetShortcuts();
        m_keys->clear();
        refresh();
    });
    fill();
    refresh();
}

void ShortcutDialog::fill()
{
    QTreeWidgetItem* group = nullptr;
    for (const ShortcutEntry& entry : shortcutEntries(*m_window)) {
        if (!group || group->text(0) != entry.menu) {
            group = new QTreeWidgetItem(m_list, {entry.menu});
            group->setFont(0, scaled(m_list->font(), 1.0, QFont::DemiBold));
            group->setFlags(Qt::ItemIsEnabled);
        }
        auto* item = new QTreeWidgetItem(group, {entry.text});
        item->setData(0, name_role, entry.action->objectName());
    }
    // Keys that belong to a place, not to an action.
    auto* fixed = new QTreeWidgetItem(m_list, {tr("Fixed")});
    fixed->setFont(0, scaled(m_list->font(), 1.0, QFont::DemiBold));
    fixed->setFlags(Qt::ItemIsEnabled);
    for (const auto& [what, keys] :
         {std::pair{tr("Show a problem in tree and graph"), tr("Enter")},
          std::pair{tr("Open or close a module in the tree"), tr("Right, Left")},
          std::pair{tr("Along the data flow of the graph"), tr("Up, Down")},
          std::pair{tr("To the other branches, or to what stands beside"), tr("Left, Right")},
          std::pair{tr("Move the graph"), tr("Shift and arrow keys")},
          std::pair{tr("Open or close a module in the graph"), tr("Enter, Backspace")}})
        (new QTreeWidgetItem(fixed, {what, keys}))->setFlags(Qt::ItemIsEnabled);
    m_list->expandAll();
    // Rows as high as in the other lists, whichever font the keys are in.
    const QSize row(0, fontMetrics().height() + 8);
    for (QTreeWidgetItemIterator it(m_list); *it; ++it)
        (*it)->setSizeHint(0, row);
}

QTreeWidgetItem* ShortcutDialog::current() const
{
    QTreeWidgetItem* item = m_list->currentItem();
    return item && item->data(0, name_role).isValid() ? item : nullptr;
}

QAction* ShortcutDialog::action() const
{
    if (!current())
        return nullptr;
    const QString name = current()->data(0, name_role).toString();
    for (const ShortcutEntry& entry : shortcutEntries(*m_window))
        if (entry.action->objectName() == name)
            return entry.action;
    return nullptr;
}

bool ShortcutDialog::select(const QString& name)
{
    for (QTreeWidgetItemIterator it(m_list); *it; ++it)
        if ((*it)->data(0, name_role).toString() == name) {
            m_list->setCurrentItem(*it);
            return true;
        }
    return false;
}

void ShortcutDialog::filter(const QString& text)
{
    for (int g = 0; g < m_list->topLevelItemCount(); ++g) {
        QTreeWidgetItem* group = m_list->topLevelItem(g);
        bool any = false;
        for (int i = 0; i < group->childCount(); ++i) {
            QTreeWidgetItem* item = group->child(i);
            const bool shown = item->text(0).contains(text, Qt::CaseInsensitive) ||
                               item->text(1).contains(text, Qt::CaseInsensitive);
            item->setHidden(!shown);
            any = any || shown;
        }
        group->setHidden(!any);
    }
}

/// Rows and buttons after anything has changed.
void ShortcutDialog::refresh()
{
    const std::vector<ShortcutEntry> entries = shortcutEntries(*m_window);
    bool any_changed = false;
    for (QTreeWidgetItemIterator it(m_list); *it; ++it) {
        const QString name = (*it)->data(0, name_role).toString();
        for (const ShortcutEntry& entry : entries)
            if (!name.isEmpty() && entry.action->objectName() == name) {
                const bool changed = entry.action->shortcuts() != defaultShortcuts(*entry.action);
                any_changed = any_changed || changed;
                (*it)->setText(1, textOf(entry.action->shortcuts()));
                (*it)->setFont(
                    1, scaled(m_list->font(), 1.0, changed ? QFont::DemiBold : QFont::Normal));
                (*it)->setToolTip(
                    1, changed ? tr("Came with: %1").arg(textOf(defaultShortcuts(*entry.action)))
                               : QString());
            }
    }
    const QAction* chosen = action();
    m_name->setText(chosen ? current()->text(0) : tr("Choose an action to change its keys"));
    m_keys->setEnabled(chosen);
    m_remove->setEnabled(chosen && !chosen->shortcuts().isEmpty());
    m_reset->setEnabled(chosen && chosen->shortcuts() != defaultShortcuts(*chosen));
    m_reset_all->setEnabled(any_changed);
    offer();
}

/// What assigning the typed keys would mean.
void ShortcutDialog::offer()
{
    const QKeySequence keys = m_keys->keySequence();
    const QAction* chosen = action();
    const QAction* other = chosen ? shortcutConflict(*m_window, chosen, keys) : nullptr;
    // Keys of bookmarks and of the like are not given away: they have no name to store.
    const bool fixed = other && other->objectName().isEmpty();
    m_assign->setEnabled(chosen && !keys.isEmpty() && !fixed);
    m_assign->setText(other && !fixed ? tr("Reassign") : tr("Assign"));
    if (!other)
        return m_conflict->clear();
    const QString text = QString(other->text()).remove(QLatin1Char('&'));
    m_conflict->setText(
        fixed ? tr("“%1” has these keys, and they cannot be changed.").arg(text)
              : tr("“%1” has these keys, or keys that begin alike: it loses them.").arg(text));
}

void ShortcutDialog::assign()
{
    const QKeySequence keys = m_keys->keySequence();
    const QAction* chosen = action();
    if (!chosen || keys.isEmpty())
        return;
    while (const QAction* other = shortcutConflict(*m_window, chosen, keys)) {
        if (other->objectName().isEmpty())
            return;
        QList<QKeySequence> left = other->shortcuts();
        left.removeIf([&](const QKeySequence& k) {
            return k.matches(keys) != QKeySequence::NoMatch ||
                   keys.matches(k) != QKeySequence::NoMatch;
        });
        setShortcuts(other->objectName(), left);
    }
    setShortcuts(chosen->objectName(), {keys});
    m_keys->clear();
    refresh();
}

} // namespace strata::ui
