// Layouts in a worker thread; only the answer to the newest request comes back.
#pragma once

#include "layout/hierarchy_layout.h"
#include "ui/canvas/scene_index.h"

#include <QObject>
#include <QThreadPool>
#include <memory>
#include <set>
#include <stop_token>

namespace strata {

/// What the canvas wants to show.
struct LayoutRequest {
    std::set<GroupId> open;
    bool all = false; ///< open every group
    /// Equal modules in a row are one box each run, but for these groups; or the other way round.
    bool fold_repeats = false;
    std::set<GroupId> fold_exceptions;
    ColorBy color_by = ColorBy::Confidence;
    std::uint32_t classes = 0;                      ///< bits of the classes to keep; 0: all of them
    std::shared_ptr<const std::vector<bool>> nodes; ///< those to keep; null: all of them
    std::shared_ptr<const std::vector<bool>> shown; ///< those to draw at all; null: all of them
    /// Of a comparison: then these are the classes, whatever color_by says; null: there is none.
    std::shared_ptr<const std::vector<DifferenceClass>> differences;
    std::shared_ptr<const NodeClasses> marked; ///< their classes, once computed
};

struct LayoutAnswer {
    std::shared_ptr<const Scene> scene;      ///< null: see error
    std::shared_ptr<const SceneIndex> index; ///< of the scene
    std::shared_ptr<const DisplayTree> tree;
    std::set<GroupId> open; ///< as asked; with "all" every group
    std::shared_ptr<const NodeClasses> classes;
    std::shared_ptr<const NodeSubset> subset; ///< what the request keeps; null: everything
    QString error;
};

/// For the ui thread. Destroying it stops and waits for the running layout.
class LayoutRunner : public QObject {
    Q_OBJECT
public:
    explicit LayoutRunner(QObject* parent = nullptr);
    ~LayoutRunner() override;

    /// Overtakes every earlier request.
    void request(std::shared_ptr<HierarchyLayout> layout, LayoutRequest request);
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
