#include "ui/window/single_instance.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocalServer>
#include <QLocalSocket>
#include <QStandardPaths>
#include <QTimer>

#include <memory>

namespace strata::ui {

namespace {

constexpr int patience_ms = 3000;
/// A request is one line. Longer than any command line: it comes from somewhere else.
constexpr qsizetype most_bytes = 4 << 20;
const QByteArray answer = "ok\n";

} // namespace

QByteArray OpenRequest::toJson() const
{
    return QJsonDocument(
               QJsonObject{{QStringLiteral("files"), QJsonArray::fromStringList(files)},
                           {QStringLiteral("model"), model},
                           {QStringLiteral("select"), select},
                           {QStringLiteral("expand"), QJsonArray::fromStringList(expand)}})
        .toJson(QJsonDocument::Compact);
}

std::optional<OpenRequest> OpenRequest::fromJson(const QByteArray& json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject() || !document[QStringLiteral("files")].isArray())
        return std::nullopt;
    const auto strings = [&](const QString& key) {
        QStringList result;
        const QJsonArray array = document[key].toArray();
        for (const QJsonValue& value : array)
            result += value.toString();
        result.removeAll(QString());
        return result;
    };
    OpenRequest request;
    request.files = strings(QStringLiteral("files"));
    request.model = document[QStringLiteral("model")].toString();
    request.select = document[QStringLiteral("select")].toString();
    request.expand = strings(QStringLiteral("expand"));
    return request;
}

QString SingleInstance::defaultName()
{
    return QDir(QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation))
        .filePath(QStringLiteral("strata.socket"));
}

SingleInstance::SingleInstance(QString name, QObject* parent)
    : QObject(parent),
      m_name(std::move(name)),
      m_lock(m_name + QStringLiteral(".lock")),
      m_server(new QLocalServer(this))
{
    m_server->setSocketOptions(QLocalServer::UserAccessOption);
    connect(m_server, &QLocalServer::newConnection, this, &SingleInstance::accept);
}

bool SingleInstance::send(const OpenRequest& request) const
{
    QLocalSocket socket;
    socket.connectToServer(m_name);
    if (!socket.waitForConnected(patience_ms))
        return false;
    socket.write(request.toJson() + '\n');
    QByteArray heard;
    while (!heard.endsWith('\n') &&
           (socket.bytesAvailable() > 0 || socket.waitForReadyRead(patience_ms)))
        heard += socket.readAll();
    return heard == answer;
}

bool SingleInstance::listen()
{
    // The lock decides, not the socket: a socket stays behind when a program does not end well, and
    // two programs may start at once.
    m_lock.setStaleLockTime(0);
    if (!m_lock.tryLock(0))
        return false;
    QLocalServer::removeServer(m_name);
    return m_server->listen(m_name);
}

void SingleInstance::accept()
{
    while (QLocalSocket* socket = m_server->nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        QTimer::singleShot(patience_ms, socket, [socket] { socket->abort(); });
        const auto line = std::make_shared<QByteArray>();
        const auto read = [this, socket, line] {
            *line += socket->readAll();
            if (line->size() > most_bytes)
                return socket->abort();
            if (!line->endsWith('\n'))
                return;
            const auto request = OpenRequest::fromJson(*line);
            line->clear();
            if (!request)
                return socket->abort();
            socket->write(answer);
            socket->disconnectFromServer();
            Q_EMIT requested(*request);
        };
        connect(socket, &QLocalSocket::readyRead, this, read);
        if (socket->bytesAvailable() > 0)
            read();
    }
}

} // namespace strata::ui
