// The canvas' context menu, and parts of the graph that are looked at alone.
#pragma once

#include "ui/jobs/background.h"
#include "ui/models/selection.h"

#include <QObject>
#include <QPoint>

#include <memory>
#include <vector>

class QAction;
class QFrame;
class QLabel;
class QMenu;

namespace strata {
class GraphCanvas;
}

namespace strata::ui {

class MainWindow;

/// Isolating, neighbours, paths, hiding constants, copying. Sets are found in the background; while
/// a part is shown, a bar above the graph says so and leads back.
class CanvasTools : public QObject {
    Q_OBJECT
public:
    explicit CanvasTools(MainWindow* window);

    void showMenu(NodeId node, ModuleId module, const QPoint& where);
    /// Shows only what is chosen.
    void isolate();
    /// Shows what is chosen and what is at most so many edges away.
    void showNeighbours(unsigned hops);
    /// Shows everything on the ways between the two chosen nodes.
    void showPath();
    void setConstantsHidden(bool hidden);
    void showEverything();
    /// A part of the graph is shown, not all of it.
    bool showsPart() const { return m_part != nullptr || m_constants_hidden; }

    void copyDot();
    void copyPicture();

Q_SIGNALS:
    /// Something was put on the clipboard.
    void copied();

private:
    using NodesPtr = std::shared_ptr<const std::vector<bool>>;

    void buildBar();
    void buildActions();
    QAction* add(QMenu* menu, const QString& name, const QString& icon_name, const QString& text,
                 const QKeySequence& keys, std::function<void()> run);
    void show(NodesPtr part, const QString& what);
    void apply();
    void refresh();
    void copyText(const QString& what, const QString& text, QMenu* menu);

    MainWindow* m_window;
    GraphCanvas* m_canvas;
    Background m_background;
    Background m_copying;
    QMenu* m_menu = nullptr;
    QFrame* m_bar = nullptr;
    QLabel* m_text = nullptr;
    QAction* m_isolate = nullptr;
    std::vector<QAction*> m_neighbours;
    QAction* m_path = nullptr;
    QAction* m_hide_constants = nullptr;
    QAction* m_everything = nullptr;
    QAction* m_expand_inside = nullptr;
    QAction* m_expand_here = nullptr;
    QAction* m_fold_repeats = nullptr;
    QAction* m_fold_here = nullptr;
    QAction* m_copy_dot = nullptr;
    QAction* m_copy_picture = nullptr;
    NodesPtr m_part;      ///< null: no part was chosen
    NodesPtr m_constants; ///< of the model; null until they are needed
    NodesPtr m_shown;     ///< what the canvas draws; null: everything
    QString m_what;
    bool m_constants_hidden = false;
};

} // namespace strata::ui
