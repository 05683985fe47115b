// Layouts in a worker thread; only the answer to the newest request comes back.
#pragma once

#include "layout/hierarchy_layout.h"

#include <QObject>
#include <QThreadPool>
#include <memory>
#include <set>
#include <stop_token>

namespace strata {

struct LayoutAnswer {
    std::shared_ptr<const Scene> scene; ///< null: see error
    std::shared_ptr<const DisplayTree> tree;
    std::set<GroupId> open; ///< as asked; with "all" every group
    QString error;
};

/// For the ui thread. Destroying it stops and waits for the running layout.
class LayoutRunner : public QObject {
    Q_OBJECT
public:
    explicit LayoutRunner(QObject* parent = nullptr);
    ~LayoutRunner() override;

    /// Overtakes every earlier request. With `all`, all groups are opened.
    void request(std::shared_ptr<HierarchyLayout> layout, std::set<GroupId> open, bool all);
    void cancel();
    bool isRunning() const { return m_running; }

Q_SIGNALS:
    void finished(const strata::LayoutAnswer& answer);

private:
    QThreadPool m_pool;
    std::stop_source m_stop;
    quint64 m_generation = 0;
    bool m_running = false;
};

} // namespace strata
