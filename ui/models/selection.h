// What is selected in the window: one node, one module, or nothing. The one truth that tree,
// canvas, inspector and lists share.
#pragma once

#include "ui/models/locate.h"

#include <QObject>

namespace strata::ui {

/// Views call select() when the user picks something and follow changed() and revealRequested();
/// `source` is whoever called, so that a view can leave out what it said itself.
class Selection : public QObject {
    Q_OBJECT
public:
    explicit Selection(QObject* parent = nullptr) : QObject(parent) {}

    const Target& current() const { return m_current; }
    /// Selecting what is selected already only asks to reveal it again.
    void select(const Target& target, const QObject* source = nullptr)
    {
        if (target != m_current) {
            m_current = target;
            Q_EMIT changed(m_current, source);
        }
        if (!target.isEmpty())
            Q_EMIT revealRequested(target, source);
    }
    void clear(const QObject* source = nullptr) { select({}, source); }

Q_SIGNALS:
    void changed(const strata::ui::Target& target, const QObject* source);
    void revealRequested(const strata::ui::Target& target, const QObject* source);

private:
    Target m_current;
};

} // namespace strata::ui
