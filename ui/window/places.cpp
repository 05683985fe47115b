#include "ui/window/places.h"

#include "ui/models/format.h"
#include "ui/window/icons.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QCryptographicHash>
#include <QMenu>
#include <QSettings>
#include <QStatusBar>

namespace strata::ui {

namespace {

const QString module_prefix = QStringLiteral("module:");
constexpr int most_keys = 9; ///< Alt+1 to Alt+9

} // namespace

Places::Places(MainWindow* window)
    : QObject(window),
      m_window(window),
      m_history(new SelectionHistory(window->selection(), this))
{
    setObjectName(QStringLiteral("places"));
    QMenu* navigate = window->navigateMenu();
    navigate->addSeparator();
    m_back = window->addAction(navigate, QStringLiteral("back"), tr("&Back"),
                               QKeySequence(Qt::ALT | Qt::Key_Left), [this] { m_history->back(); });
    m_back->setObjectName(QStringLiteral("historyBack"));
    m_forward =
        window->addAction(navigate, QStringLiteral("forward"), tr("F&orward"),
                          QKeySequence(Qt::ALT | Qt::Key_Right), [this] { m_history->forward(); });
    m_forward->setObjectName(QStringLiteral("historyForward"));
    m_menu = navigate->addMenu(icon(QStringLiteral("bookmark")), tr("Book&marks"));
    m_menu->setObjectName(QStringLiteral("bookmarkMenu"));
    m_toggle = window->addAction(m_menu, QStringLiteral("bookmark"), tr("&Bookmark this"),
                                 QKeySequence(Qt::CTRL | Qt::Key_B), [this] { toggleBookmark(); });
    m_toggle->setObjectName(QStringLiteral("toggleBookmark"));
    connect(m_history, &SelectionHistory::changed, this, &Places::refresh);
    connect(window->selection(), &Selection::changed, this, &Places::refresh);
    connect(window, &MainWindow::inspectionChanged, this, [this] {
        m_history->clear();
        load();
    });
    load();
}

/// By path: the bookmarks of a model stay when it is exported anew.
QString Places::settingsKey() const
{
    const InspectionPtr& inspection = m_window->inspection();
    if (!inspection)
        return {};
    const auto path = QByteArray::fromStdString(inspection->path.string());
    return QStringLiteral("bookmarks/") +
           QString::fromLatin1(
               QCryptographicHash::hash(path, QCryptographicHash::Sha1).toHex().left(16));
}

void Places::load()
{
    const QString key = settingsKey();
    m_bookmarks = key.isEmpty() ? QStringList() : QSettings().value(key).toStringList();
    fillMenu();
    refresh();
}

void Places::save() const
{
    if (m_bookmarks.isEmpty())
        QSettings().remove(settingsKey());
    else
        QSettings().setValue(settingsKey(), m_bookmarks);
}

QString Places::selectedName() const
{
    const InspectionPtr& inspection = m_window->inspection();
    const Target& target = m_window->selection()->current();
    if (!inspection || target.isEmpty())
        return {};
    if (!target.isNode())
        return module_prefix + toQString(inspection->modules[target.module].fqn);
    const OnnxModel& model = *inspection->model;
    const std::string name(model.text(model.nodes[target.node].name));
    // A name that several nodes have finds only the first of them.
    if (!name.empty() && locate(*inspection, name) == target)
        return toQString(name);
    return toQString(model.node_path(target.node));
}

void Places::toggleBookmark()
{
    const QString name = selectedName();
    if (name.isEmpty())
        return;
    const bool there = m_bookmarks.removeAll(name) > 0;
    if (!there)
        m_bookmarks += name;
    save();
    fillMenu();
    refresh();
    m_window->statusBar()->showMessage(
        there ? tr("No bookmark any more: %1").arg(name) : tr("Bookmarked: %1").arg(name), 5000);
}

bool Places::goTo(const QString& bookmark)
{
    const InspectionPtr& inspection = m_window->inspection();
    if (!inspection)
        return false;
    Target target;
    if (bookmark.startsWith(module_prefix)) {
        if (const auto module =
                inspection->modules.find(bookmark.mid(module_prefix.size()).toStdString()))
            target = Target::ofModule(*module);
    } else {
        target = locate(*inspection, bookmark.toStdString());
    }
    if (target.isEmpty()) {
        m_window->statusBar()->showMessage(tr("The model has no “%1” any more.").arg(bookmark),
                                           6000);
        return false;
    }
    m_window->selection()->select(target, this);
    return true;
}

void Places::fillMenu()
{
    const QList<QAction*> old = m_menu->actions();
    for (QAction* action : old)
        if (action != m_toggle)
            delete action;
    if (!m_bookmarks.isEmpty())
        m_menu->addSeparator();
    for (qsizetype i = 0; i < m_bookmarks.size(); ++i) {
        const QString& bookmark = m_bookmarks[i];
        const bool module = bookmark.startsWith(module_prefix);
        QString title = module ? bookmark.mid(module_prefix.size()) : bookmark;
        if (title.isEmpty())
            title = tr("(root)");
        title = elided(title).replace(QLatin1Char('&'), QStringLiteral("&&"));
        QAction* action = m_menu->addAction(title);
        if (module)
            action->setIcon(icon(QStringLiteral("module")));
        if (i < most_keys)
            action->setShortcut(QKeySequence(Qt::ALT | static_cast<Qt::Key>(Qt::Key_1 + i)));
        connect(action, &QAction::triggered, this, [this, bookmark] { goTo(bookmark); });
    }
}

QString Places::elided(const QString& text) const
{
    constexpr int widest = 420;
    return m_window->fontMetrics().elidedText(text, Qt::ElideMiddle, widest);
}

void Places::refresh()
{
    m_back->setEnabled(m_history->canGoBack());
    m_forward->setEnabled(m_history->canGoForward());
    m_toggle->setEnabled(m_window->inspection() && !m_window->selection()->current().isEmpty());
    // Whether a name is that of the first node only is a walk through the model.
    const bool there = !m_bookmarks.isEmpty() && m_bookmarks.contains(selectedName());
    m_toggle->setText(there ? tr("Remove the &bookmark") : tr("&Bookmark this"));
}

} // namespace strata::ui
