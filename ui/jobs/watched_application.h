// An application that notices when one event keeps the ui thread busy for longer than a frame.
#pragma once

#include <QApplication>

#include <functional>

namespace strata::ui {

/// How long the ui thread did not look at its events, and over what.
struct Stall {
    double ms = 0.0;     ///< by the clock: also while others had the processor
    double cpu_ms = 0.0; ///< of the processor, by this thread
    QString what; ///< event, receiver, and the activities (ui/jobs/activity.h) that took long
};

/// Times every outermost event delivery: four clock readings an event. Deliveries inside of nested
/// event loops count by themselves, and what waits for such a loop is not counted.
class WatchedApplication : public QApplication {
    Q_OBJECT
public:
    /// One frame at 60 Hz, in milliseconds.
    static constexpr double frame_ms = 1000.0 / 60.0;

    using QApplication::QApplication;

    /// Called on the ui thread after a delivery that took longer than `limit_ms` by the clock.
    void setReport(double limit_ms, std::function<void(const Stall&)> report);
    /// Since reset(): the longest by the clock, and the one with most work.
    const Stall& longest() const { return m_longest; }
    const Stall& busiest() const { return m_busiest; }
    void reset();

    bool notify(QObject* receiver, QEvent* event) override;

private:
    double m_limit = 0.0;
    std::function<void(const Stall&)> m_report;
    int m_depth = 0;
    int m_loop_level = 0;  ///< of event loops, in the delivery that is being timed
    bool m_nested = false; ///< that delivery has an event loop of its own
    Stall m_longest;
    Stall m_busiest;
};

} // namespace strata::ui
