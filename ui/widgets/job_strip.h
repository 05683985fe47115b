// The status bar's view of the running job: phase, progress, cancel.
#pragma once

#include "base/task.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace strata::ui {

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
};

} // namespace strata::ui
