#include "ui/jobs/watched_application.h"

#include <QElapsedTimer>
#include <QMetaEnum>

namespace strata::ui {

void WatchedApplication::setReport(double limit_ms,
                                   std::function<void(double, const QString&)> report)
{
    m_limit = limit_ms;
    m_report = std::move(report);
}

void WatchedApplication::reset()
{
    m_longest = 0.0;
    m_longest_what.clear();
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event)
{
    if (m_depth > 0)
        return QApplication::notify(receiver, event);
    // The receiver may be gone afterwards, and the event with it.
    const auto type = event->type();
    const char* const receiver_class = receiver->metaObject()->className();
    QElapsedTimer clock;
    clock.start();
    ++m_depth;
    const bool result = QApplication::notify(receiver, event);
    --m_depth;
    const double took = static_cast<double>(clock.nsecsElapsed()) / 1e6;
    if (took <= m_longest && (took <= m_limit || !m_report))
        return result;
    const char* name = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
    const QString what = QStringLiteral("%1 to %2")
                             .arg(name ? QString::fromLatin1(name) : QString::number(type),
                                  QString::fromLatin1(receiver_class));
    if (took > m_longest) {
        m_longest = took;
        m_longest_what = what;
    }
    if (took > m_limit && m_report)
        m_report(took, what);
    return result;
}

} // namespace strata::ui
