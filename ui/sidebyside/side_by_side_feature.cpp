#include "ui/sidebyside/side_by_side_feature.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/models/selection.h"
#include "ui/sidebyside/side_by_side_panel.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QDockWidget>

namespace strata::ui {

SideBySideFeature::SideBySideFeature(MainWindow* window)
    : QObject(window),
      m_window(window),
      m_panel(new SideBySidePanel)
{
    QDockWidget* dock = window->addDock(m_panel, QStringLiteral("dockSideBySide"),
                                        tr("Side by side"), Qt::BottomDockWidgetArea);
    if (auto* problems = window->findChild<QDockWidget*>(QStringLiteral("dockProblems"))) {
        window->tabifyDockWidget(problems, dock);
        problems->raise();
    }
    dock->hide(); // until something is pinned
    m_pin = window->addAction(window->navigateMenu(), QStringLiteral("compare"),
                              tr("P&in for comparison"),
                              QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K), [this] { pin(); });
    m_pin->setObjectName(QStringLiteral("pinForComparison"));
    m_pin->setStatusTip(tr("Keeps the selected node or module on the left of Side by side; the "
                           "right follows the selection."));
    m_chosen = window->addAction(window->navigateMenu(), {}, tr("Compare the two &chosen"),
                                 QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_K),
                                 [this] { compareChosen(); });
    m_chosen->setObjectName(QStringLiteral("compareChosen"));
    m_chosen->setStatusTip(tr("Choose two nodes with Ctrl+click first."));
    connect(window->selection(), &Selection::changed, this, &SideBySideFeature::follow);
    connect(window->canvas(), &GraphCanvas::chosenChanged, this, &SideBySideFeature::refresh);
    connect(window, &MainWindow::inspectionChanged, this, [this] {
        m_panel->setInspection(m_window->inspection());
        refresh();
    });
    connect(m_panel, &SideBySidePanel::revealRequested, this, [this](const Target& target) {
        // To look at one of the two is not to choose another.
        const Target left = m_panel->left();
        const Target right = m_panel->right();
        m_window->selection()->select(target, m_panel);
        m_panel->compare(left, right);
    });
    connect(m_panel, &SideBySidePanel::cleared, this, &SideBySideFeature::refresh);
    refresh();
}

void SideBySideFeature::pin()
{
    const Target target = m_window->selection()->current();
    if (target.isEmpty() || !m_window->inspection())
        return;
    m_panel->compare(target, {});
    m_window->raiseDock(m_panel);
}

void SideBySideFeature::compareChosen()
{
    const std::vector<NodeId> nodes = m_window->canvas()->chosenNodeIds();
    if (nodes.size() != 2)
        return;
    m_panel->compare(Target::ofNode(nodes[0]), Target::ofNode(nodes[1]));
    m_window->raiseDock(m_panel);
}

void SideBySideFeature::follow(const Target& target)
{
    refresh();
    const Target& pinned = m_panel->left();
    if (!pinned.isEmpty() && !target.isEmpty() && target != pinned)
        m_panel->compare(pinned, target);
}

void SideBySideFeature::refresh()
{
    m_pin->setEnabled(m_window->inspection() && !m_window->selection()->current().isEmpty());
    m_chosen->setEnabled(m_window->inspection() && m_window->inspection()->model &&
                         m_window->canvas()->chosenNodeIds().size() == 2);
}

} // namespace strata::ui
