// The files opened lately, newest first, kept in the settings.
#pragma once

#include <QObject>
#include <QStringList>

class QMenu;

namespace strata::ui {

class RecentFiles : public QObject {
    Q_OBJECT
public:
    static constexpr int most = 12;

    explicit RecentFiles(QObject* parent = nullptr);

    const QStringList& files() const { return m_files; }
    void add(const QString& path);
    void clear();
    /// Fills the menu; files that are gone are shown greyed.
    void populate(QMenu* menu);

Q_SIGNALS:
    void changed();
    void fileRequested(const QString& path);

private:
    void store();

    QStringList m_files;
};

} // namespace strata::ui
