// One running program for each user: later starts hand over what they were asked to open.
#pragma once

#include <QLockFile>
#include <QObject>
#include <QString>
#include <QStringList>

#include <optional>

class QLocalServer;

namespace strata::ui {

/// What a command line asks to open.
struct OpenRequest {
    QStringList files; ///< absolute paths
    QString model;     ///< in an archive of several; of the first file
    QString select;
    QStringList expand;

    QByteArray toJson() const;
    /// Nothing when it is no request.
    static std::optional<OpenRequest> fromJson(const QByteArray& json);
};

/// A local socket that only this user can reach.
class SingleInstance : public QObject {
    Q_OBJECT
public:
    /// In the user's runtime folder.
    static QString defaultName();
    explicit SingleInstance(QString name = defaultName(), QObject* parent = nullptr);

    /// Hands over to the running program. False: there is none, or it does not answer.
    bool send(const OpenRequest& request) const;
    /// Becomes the running program. False: another one is, or there is no place for the socket.
    bool listen();

Q_SIGNALS:
    void requested(const strata::ui::OpenRequest& request);

private:
    void accept();

    QString m_name;
    QLockFile m_lock;
    QLocalServer* m_server;
};

} // namespace strata::ui
