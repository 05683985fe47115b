// Names what the ui thread is doing, so that the watchdog can say what took long.
#pragma once

#include <QString>

namespace strata::ui {

/// Put at the beginning of what could take long. Two clock readings; for the ui thread only.
class Activity {
public:
    /// `name` is a literal: it is kept as it is.
    explicit Activity(const char* name);
    ~Activity();
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    /// What the user asked for: goes first in the summary.
    static void setCommand(const QString& text);
    /// What ended since clear(), longest first: "scene 12 ms, overview 9 ms". What lies in another
    /// activity is named after it.
    static QString summary();
    static void clear();

private:
    const char* m_name;
    qint64 m_began;
};

} // namespace strata::ui
