#include "ui/jobs/activity.h"

#include <QStringList>

#include <algorithm>
#include <chrono>
#include <vector>

namespace strata::ui {

namespace {

struct Ended {
    const char* name;
    qint64 took;
};

QString command; // of the ui thread, as everything here

constexpr double told_from_ms = 1.0;
constexpr std::size_t most_told = 6;
constexpr std::size_t most_kept = 64;

qint64 now()
{
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

std::vector<Ended>& ended()
{
    static std::vector<Ended> list;
    return list;
}

} // namespace

void Activity::setCommand(const QString& text)
{
    command = QString(text).remove(QLatin1Char('&'));
}

Activity::Activity(const char* name) : m_name(name), m_began(now()) {}

Activity::~Activity()
{
    const qint64 took = now() - m_began;
    auto& list = ended();
    const auto same = std::find_if(list.begin(), list.end(),
                                   [this](const Ended& one) { return one.name == m_name; });
    if (same != list.end())
        same->took += took;
    else if (list.size() < most_kept)
        list.push_back({m_name, took});
}

QString Activity::summary()
{
    std::vector<Ended> list = ended();
    std::stable_sort(list.begin(), list.end(),
                     [](const Ended& a, const Ended& b) { return a.took > b.took; });
    QStringList parts;
    if (!command.isEmpty())
        parts += QStringLiteral("“%1”").arg(command);
    for (const Ended& one : list) {
        const double ms = static_cast<double>(one.took) / 1e6;
        if (ms >= told_from_ms && static_cast<std::size_t>(parts.size()) <= most_told)
            parts += QStringLiteral("%1 %2 ms").arg(QLatin1String(one.name)).arg(ms, 0, 'f', 0);
    }
    return parts.join(QStringLiteral(", "));
}

void Activity::clear()
{
    ended().clear();
    command.clear();
}

} // namespace strata::ui
