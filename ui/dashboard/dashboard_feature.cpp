#include "ui/dashboard/dashboard_feature.h"

#include "ui/dashboard/dashboard_page.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/review/review_controller.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QMenu>
#include <QToolBar>

namespace strata::ui {

DashboardFeature::DashboardFeature(MainWindow* window, ReviewController* review)
    : QObject(window),
      m_window(window),
      m_page(new DashboardPage),
      m_action(nullptr)
{
    window->addPage(m_page);
    m_action = window->addAction(window->viewMenu(), QStringLiteral("dashboard"), tr("&Dashboard"),
                                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D), [] {});
    m_action->setObjectName(QStringLiteral("dashboardAction"));
    m_action->setCheckable(true);
    m_action->setIconText(tr("Dashboard"));
    m_action->setPriority(QAction::HighPriority);
    const QList<QAction*> entries = window->viewMenu()->actions();
    window->viewMenu()->insertAction(entries.first(), m_action);
    window->viewMenu()->insertSeparator(entries.first());
    // Before the zoom buttons, which are the graph's.
    const QList<QAction*> tools = window->toolBar()->actions();
    window->toolBar()->insertAction(tools.size() > 2 ? tools[2] : nullptr, m_action);
    connect(m_action, &QAction::toggled, this, &DashboardFeature::setShown);
    connect(window, &MainWindow::pageChanged, this,
            [this](QWidget* page) { m_action->setChecked(page == m_page); });
    connect(window, &MainWindow::inspectionChanged, this, [this] {
        m_page->setInspection(m_window->inspection());
        m_action->setEnabled(m_window->inspection() != nullptr);
    });
    connect(review, &ReviewController::changed, this,
            [this, review] { m_page->setReview(review->snapshot()); });
    connect(m_page, &DashboardPage::queryRequested, this, [this](const QString& query) {
        setShown(false);
        m_window->searchBar()->setQuery(query);
    });
    connect(m_page, &DashboardPage::nodesRequested, this,
            [this](const QString& title, const std::vector<NodeId>& nodes) {
                setShown(false);
                m_window->problemsPanel()->showNodes(title, nodes);
                m_window->raiseDock(m_window->problemsPanel());
                if (!nodes.empty())
                    m_window->selection()->select(Target::ofNode(nodes.front()), nullptr);
            });
    connect(m_page, &DashboardPage::targetRequested, this, [this](const Target& target) {
        setShown(false);
        m_window->selection()->select(target, nullptr);
    });
    connect(m_page, &DashboardPage::diagnosticsRequested, this, [this] {
        m_window->problemsPanel()->showDiagnostics();
        m_window->raiseDock(m_window->problemsPanel());
    });
    // Whatever is to be seen in the graph needs the graph.
    connect(window->selection(), &Selection::revealRequested, this, [this] { setShown(false); });
}

void DashboardFeature::setShown(bool shown)
{
    if (m_window->inspection())
        m_window->showPage(shown ? m_page : nullptr);
}

} // namespace strata::ui
