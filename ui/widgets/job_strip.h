// The status bar's view of the running job: phase, progress, cancel.
#pragma once

#include "base/task.h"

#include <QElapsedTimer>
#include <QString>
#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace strata::ui {

/// "About 12 seconds left", from how long a share (0 to 1) of the work has taken; empty while that
/// says too little, and when it is nearly done.
QString timeLeft(qint64 elapsed_ms, double share);

class JobStrip : public QWidget {
    Q_OBJECT
public:
    explicit JobStrip(QWidget* parent = nullptr);

    void begin(const QString& title);
    void setProgress(const Progress& progress);
    void end();

Q_SIGNALS:
    void cancelRequested();

private:
    QLabel* m_text;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
    QString m_title;
    QString m_phase;
    QElapsedTimer m_phase_time;
    qint64 m_next_estimate = 0; ///< milliseconds of the phase; figures that flicker help nobody
    QString m_estimate;
};

} // namespace strata::ui
