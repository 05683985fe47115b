#include "ui/jobs/watched_application.h"

#include "ui/jobs/activity.h"

#include <QElapsedTimer>
#include <QMetaEnum>
#include <QScopedValueRollback>
#include <QThread>

#include <ctime>

namespace strata::ui {

namespace {

double threadTime()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

} // namespace

void WatchedApplication::setReport(double limit_ms, std::function<void(const Stall&)> report)
{
    m_limit = limit_ms;
    m_report = std::move(report);
}

void WatchedApplication::reset()
{
    m_longest = {};
    m_busiest = {};
}

bool WatchedApplication::notify(QObject* receiver, QEvent* event)
{
    // Other threads deliver to objects of their own through here, too.
    if (receiver->thread() != thread())
        return QApplication::notify(receiver, event);
    const int level = thread()->loopLevel();
    if (m_depth > 0 && level == m_loop_level) {
        // A widget's picture is drawn without those of its children.
        if (event->type() == QEvent::Paint) {
            const Activity painting(receiver->metaObject()->className());
            return QApplication::notify(receiver, event);
        }
        return QApplication::notify(receiver, event);
    }
    if (m_depth > 0)
        m_nested = true;
    // The receiver may be gone afterwards, and the event with it.
    const auto type = event->type();
    const char* const receiver_class = receiver->metaObject()->className();
    const QString name = receiver->objectName();
    Activity::clear();
    Stall stall;
    bool result = false;
    bool nested = false;
    {
        const QScopedValueRollback depth(m_depth, m_depth + 1);
        const QScopedValueRollback loop(m_loop_level, level);
        const QScopedValueRollback own(m_nested, false);
        const double cpu = threadTime();
        QElapsedTimer clock;
        clock.start();
        result = QApplication::notify(receiver, event);
        stall.ms = static_cast<double>(clock.nsecsElapsed()) / 1e6;
        stall.cpu_ms = threadTime() - cpu;
        nested = m_nested;
    }
    const bool tell = m_report && stall.ms > m_limit;
    if (nested || (stall.ms <= m_longest.ms && stall.cpu_ms <= m_busiest.cpu_ms && !tell))
        return result;
    const char* event_name = QMetaEnum::fromType<QEvent::Type>().valueToKey(type);
    stall.what = QStringLiteral("%1 to %2")
                     .arg(event_name ? QString::fromLatin1(event_name) : QString::number(type),
                          QString::fromLatin1(receiver_class));
    if (!name.isEmpty())
        stall.what += QStringLiteral(" “%1”").arg(name);
    if (const QString parts = Activity::summary(); !parts.isEmpty())
        stall.what += QStringLiteral(": ") + parts;
    if (stall.ms > m_longest.ms)
        m_longest = stall;
    if (stall.cpu_ms > m_busiest.cpu_ms)
        m_busiest = stall;
    if (tell)
        m_report(stall);
    return result;
}

} // namespace strata::ui
