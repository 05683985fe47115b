// Finding things: the query box in the tool bar and the locator.
#include "ui/canvas/graph_canvas.h"
#include "ui/models/format.h"
#include "ui/panels/locator_popup.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QToolBar>
#include <QToolButton>

namespace strata::ui {

namespace {

void collect(const QMenu& menu, std::vector<QAction*>& actions)
{
    for (QAction* action : menu.actions()) {
        if (action->menu())
            collect(*action->menu(), actions);
        else if (!action->isSeparator() && action->isEnabled() && action->isVisible())
            actions.push_back(action);
    }
}

} // namespace

void MainWindow::buildSearch()
{
    m_search = new SearchBar;
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    // What has no room in a narrow window is behind a button, which Qt gives neither a name nor, in
    // a style sheet, room for its sign.
    if (auto* more = m_tool_bar->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"))) {
        more->setAccessibleName(tr("More tools"));
        more->setToolTip(tr("More tools"));
    }
    m_search_place = m_tool_bar->addWidget(space);
    m_tool_bar->addWidget(m_search);
    // What is found lies within the filter; without a search the filter alone is shown.
    connect(m_search, &SearchBar::resultChanged, this,
            [this](std::shared_ptr<const std::vector<bool>> nodes) {
                if (!nodes && m_filtered)
                    nodes = {m_filtered, &m_filtered->nodes};
                m_canvas->setKeptNodes(std::move(nodes));
            });
    connect(m_search, &SearchBar::nodeChosen, this,
            [this](NodeId node) { m_selection->select(Target::ofNode(node), m_search); });
    connect(m_search, &SearchBar::listRequested, this,
            [this](const QString& title, const std::vector<NodeId>& nodes) {
                m_problems->showNodes(title, nodes);
                m_problems_dock->show();
                m_problems_dock->raise();
            });

    m_locator = new LocatorPopup(this);
    connect(m_locator, &LocatorPopup::nodeChosen, this,
            [this](NodeId node) { m_selection->select(Target::ofNode(node), m_locator); });
    connect(m_locator, &LocatorPopup::moduleChosen, this,
            [this](ModuleId module) { m_selection->select(Target::ofModule(module), m_locator); });
    connect(m_locator, &LocatorPopup::operatorChosen, this, [this](const QString& op_type) {
        m_search->setQuery(QStringLiteral("op:\"%1\"").arg(op_type));
        m_search->focusQuery();
    });
    connect(m_locator, &LocatorPopup::diagnosticChosen, this, [this] {
        m_problems->showDiagnostics();
        m_problems_dock->show();
        m_problems_dock->raise();
    });
    // A value is shown by whoever makes it; a weight or an input by who reads it.
    connect(m_locator, &LocatorPopup::valueChosen, this, [this](ValueId value) {
        const OnnxModel& model = *m_inspection->model;
        if (model.values[value].producer != no_id)
            return m_selection->select(Target::ofNode(model.values[value].producer), m_locator);
        m_search->setQuery(
            QStringLiteral("value=\"%1\"").arg(toQString(model.text(model.values[value].name))));
        m_search->focusQuery();
    });
}

void MainWindow::openLocator(const QString& typed)
{
    std::vector<QAction*> actions;
    for (const QAction* action : menuBar()->actions())
        if (action->menu())
            collect(*action->menu(), actions);
    m_locator->openWith(std::move(actions), typed);
}

} // namespace strata::ui
