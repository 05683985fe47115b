// What was open when the program ended, opened again at the next start.
#pragma once

#include "ui/jobs/services.h"
#include "ui/window/view_state.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>

#include <vector>

namespace strata::ui {

/// One window as it was.
struct WindowRecord {
    QString file;
    QString model; ///< in an archive of several
    QString source;
    QString source_model;
    QString compared_with; ///< the second file of a comparison window; empty: a window of one model
    QByteArray geometry;
    ViewState view;

    QJsonObject toJson() const;
    static WindowRecord fromJson(const QJsonObject& json);
};

/// Keeps the open windows in the settings: when the program ends, and now and then before, so that
/// little is lost when it is ended from outside. One object for the whole program.
class SessionKeeper : public QObject {
    Q_OBJECT
public:
    explicit SessionKeeper(Services services, QObject* parent = nullptr);

    /// Whether windows are to be restored; on unless somebody switched it off.
    static bool isEnabled();
    /// Off also forgets what is stored.
    static void setEnabled(bool enabled);

    /// What is stored; empty when there is nothing, or it cannot be understood.
    static std::vector<WindowRecord> stored();
    /// Opens the stored windows and says how many. A start that ended while it did so is not
    /// repeated: then one empty window offers to try again.
    int restore();
    /// Stores the windows that show a model or a comparison now.
    void save();

private:
    void openAll(const std::vector<WindowRecord>& records);
    void openOne(const WindowRecord& record);
    void openComparison(const WindowRecord& record);

    Services m_services;
    QTimer m_timer;
    bool m_quitting = false; ///< windows that close now are part of the session
};

} // namespace strata::ui
