#include "ui/window/recent_files.h"

#include "ui/window/icons.h"

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>

namespace strata::ui {

namespace {

const QString key = QStringLiteral("recentFiles");

} // namespace

RecentFiles::RecentFiles(QObject* parent)
    : QObject(parent),
      m_files(QSettings().value(key).toStringList())
{}

void RecentFiles::add(const QString& path)
{
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_files.removeAll(absolute);
    m_files.prepend(absolute);
    while (m_files.size() > most)
        m_files.removeLast();
    store();
}

void RecentFiles::clear()
{
    m_files.clear();
    store();
}

void RecentFiles::store()
{
    QSettings().setValue(key, m_files);
    Q_EMIT changed();
}

void RecentFiles::populate(QMenu* menu)
{
    menu->clear();
    for (const QString& file : m_files) {
        const QFileInfo info(file);
        const bool there = info.exists();
        QString folder = info.absolutePath();
        if (folder.startsWith(QDir::homePath()))
            folder.replace(0, QDir::homePath().size(), QStringLiteral("~"));
        QString text = QStringLiteral("%1    %2").arg(info.fileName(), folder);
        if (!there)
            text = tr("%1 (missing)").arg(text);
        text.replace(QLatin1Char('&'), QLatin1String("&&"));
        QAction* action = menu->addAction(icon(QStringLiteral("document")), text);
        action->setEnabled(there);
        action->setData(file);
        action->setToolTip(file);
        connect(action, &QAction::triggered, this, [this, file] { Q_EMIT fileRequested(file); });
    }
    if (m_files.isEmpty())
        menu->addAction(tr("No files yet"))->setEnabled(false);
    menu->addSeparator();
    QAction* clear_action = menu->addAction(tr("Clear this list"));
    clear_action->setEnabled(!m_files.isEmpty());
    connect(clear_action, &QAction::triggered, this, &RecentFiles::clear);
}

} // namespace strata::ui
