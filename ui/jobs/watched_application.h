// An application that notices when one event keeps the ui thread busy for longer than a frame.
#pragma once

#include <QApplication>

#include <functional>

namespace strata::ui {

/// Times every outermost event delivery: two clock readings an event. Deliveries inside of nested
/// event loops count by themselves.
class WatchedApplication : public QApplication {
    Q_OBJECT
public:
    /// One frame at 60 Hz, in milliseconds.
    static constexpr double frame_ms = 1000.0 / 60.0;

    using QApplication::QApplication;

    /// Called on the ui thread after a delivery that took longer than `limit_ms`.
    void setReport(double limit_ms, std::function<void(double ms, const QString& what)> report);
    double longest() const { return m_longest; } ///< milliseconds since reset()
    QString longestWhat() const { return m_longest_what; }
    void reset();

    bool notify(QObject* receiver, QEvent* event) override;

private:
    double m_limit = 0.0;
    std::function<void(double, const QString&)> m_report;
    int m_depth = 0;
    double m_longest = 0.0;
    QString m_longest_what;
};

} // namespace strata::ui
