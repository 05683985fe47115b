// What window_scale measures with: actions one after the other, each with the longest time that the
// window's thread did not look at its events, and a table of them.
#pragma once

#include "ui/jobs/watched_application.h"
#include "ui/window/main_window.h"

#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace strata::bench {

/// Lets the window work until `done` holds and nothing is left to be drawn. Milliseconds.
template <class Done>
double until(const Done& done)
{
    QElapsedTimer clock;
    clock.start();
    while (!done() && clock.elapsed() < 300000)
        QApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
    QApplication::processEvents();
    return static_cast<double>(clock.nsecsElapsed()) / 1e6;
}

/// The rows of the table. Others use the same processors, so every action is measured in several
/// rounds, and the best of them counts.
class Table {
public:
    static constexpr double no_limit = 0.0;

    explicit Table(int nodes) : m_nodes(nodes) {}

    /// Runs `action` as an event of the window, waits for `done`, and keeps what came of it.
    void act(ui::MainWindow& window, const std::string& name, const std::function<void()>& action,
             const std::function<bool()>& done = {}, double limit_ms = no_limit)
    {
        ui::WatchedApplication& watchdog = *static_cast<ui::WatchedApplication*>(qApp);
        watchdog.reset();
        bool ran = false;
        QMetaObject::invokeMethod(
            &window,
            [&] {
                action();
                ran = true;
            },
            Qt::QueuedConnection);
        const double took = until([&] { return ran && (!done || done()); });
        QTest::qWait(40); // what follows on its own: tool tips, titles, saved decisions
        add(name, took, watchdog.longest(), watchdog.busiest(), limit_ms);
    }

    void add(const std::string& name, double took, const ui::Stall& longest,
             const ui::Stall& busiest, double limit_ms = no_limit)
    {
        const auto at = std::find_if(m_rows.begin(), m_rows.end(),
                                     [&](const Row& row) { return row.name == name; });
        if (at == m_rows.end()) {
            m_rows.push_back({name, took, longest, busiest, limit_ms});
            return;
        }
        at->took = std::min(at->took, took);
        if (longest.ms < at->longest.ms)
            at->longest = longest;
        if (busiest.cpu_ms < at->busiest.cpu_ms)
            at->busiest = busiest;
    }

    /// True when every action kept the limits.
    bool print() const
    {
        std::printf("\n%d nodes\n%-36s %10s %9s %9s\n", m_nodes, "", "done ms", "stall ms",
                    "work ms");
        bool kept = true;
        for (const Row& row : m_rows) {
            const bool late = row.limit > no_limit && row.took > row.limit;
            const double stall = std::min(row.longest.ms, row.busiest.cpu_ms);
            const bool stalls = stall > ui::WatchedApplication::frame_ms;
            kept = kept && !late && !stalls;
            std::printf("%-36s %10.1f %9.1f %9.1f  %s%s\n", row.name.c_str(), row.took,
                        row.longest.ms, row.busiest.cpu_ms, late ? "LATE " : "",
                        stalls ? qPrintable(row.busiest.what) : "");
        }
        std::fflush(stdout);
        return kept;
    }

private:
    struct Row {
        std::string name;
        double took;
        ui::Stall longest;
        ui::Stall busiest;
        double limit;
    };
    int m_nodes;
    std::vector<Row> m_rows;
};

} // namespace strata::bench
