#include "ui/window/main_window.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/models/format.h"
#include "ui/panels/breadcrumbs.h"
#include "ui/panels/coverage_panel.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/job_strip.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/icons.h"
#include "ui/window/recent_files.h"
#include "ui/window/shortcuts.h"
#include "ui/window/window_list.h"

#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMimeData>
#include <QScopedValueRollback>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

/// Raised when docks are added or renamed, so that an old state is not applied to new docks.
constexpr int state_version = 1;

/// The local files of a drag.
QStringList droppedFiles(const QMimeData* data)
{
    QStringList files;
    const QList<QUrl> urls = data->hasUrls() ? data->urls() : QList<QUrl>();
    for (const QUrl& url : urls)
        if (url.isLocalFile() && QFileInfo(url.toLocalFile()).isFile())
            files += url.toLocalFile();
    return files;
}

} // namespace

MainWindow::MainWindow(Services services, QWidget* parent)
    : QMainWindow(parent),
      m_services(std::move(services)),
      m_selection(new Selection(this)),
      m_jobs(new JobRunner(this)),
      m_recent(new RecentFiles(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowIcon(applicationIcon());
    setAcceptDrops(true);
    // Grouped dragging lets a tab be pulled out of its group, which has no title bar of its own.
    setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowNestedDocks |
                   QMainWindow::AllowTabbedDocks | QMainWindow::GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    buildCentre();
    buildDocks();
    buildStatusBar();
    buildActions();
    buildToolBar();
    buildSearch();
    buildFeatures();
    connectSelection();
    connectJobs();
    applyShortcuts(*this);
    restoreWindow();
    setInspection(nullptr);
}

MainWindow::~MainWindow()
{
    WindowList::instance().remove(this);
    // The runner's signals must not reach a window that is half gone.
    m_jobs->disconnect(this);
    m_selection->disconnect();
}

void MainWindow::buildCentre()
{
    m_message = new MessageBar;
    m_stack = new QStackedWidget;
    m_empty = new EmptyState;
    m_canvas = new GraphCanvas;
    m_canvas->setObjectName(QStringLiteral("graphCanvas"));
    // Files dropped on the canvas are the window's business.
    m_canvas->setAcceptDrops(false);
    m_canvas->setFrameShape(QFrame::NoFrame);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_canvas);
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_message);
    m_breadcrumbs = new Breadcrumbs(m_selection);
    column->addWidget(m_breadcrumbs);
    column->addWidget(m_stack, 1);
    setCentralWidget(centre);
    connect(m_empty, &EmptyState::openRequested, this, [this] { chooseFile(); });
    connect(m_empty, &EmptyState::fileRequested, this, &MainWindow::openFile);
}

QDockWidget* MainWindow::addDock(QWidget* widget, const QString& name, const QString& title,
                                 Qt::DockWidgetArea area)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(name);
    dock->setAccessibleName(title);
    dock->setWidget(widget);
    dock->toggleViewAction()->setObjectName(QStringLiteral("show-") + name);
    addDockWidget(area, dock);
    m_docks.push_back(dock);
    if (m_docks_menu) // those that come before the menus are added with it
        m_docks_menu->addAction(dock->toggleViewAction());
    // The tab says what the dock is; a title below it would only repeat it.
    connect(dock, &QDockWidget::visibilityChanged, this, &MainWindow::refreshDockTitles,
            Qt::QueuedConnection);
    connect(dock, &QDockWidget::dockLocationChanged, this, &MainWindow::refreshDockTitles,
            Qt::QueuedConnection);
    connect(dock, &QDockWidget::topLevelChanged, this, &MainWindow::refreshDockTitles,
            Qt::QueuedConnection);
    return dock;
}

void MainWindow::refreshDockTitles()
{
    for (QDockWidget* dock : m_docks) {
        const bool tabbed = !dock->isFloating() && !tabifiedDockWidgets(dock).isEmpty();
        QWidget* title = dock->titleBarWidget();
        if (tabbed && !title) {
            dock->setTitleBarWidget(new QWidget(dock));
        } else if (!tabbed && title) {
            dock->setTitleBarWidget(nullptr);
            title->deleteLater();
        }
    }
}

void MainWindow::raiseDock(const QWidget* widget)
{
    for (QDockWidget* dock : m_docks)
        if (dock->widget() == widget) {
            dock->show();
            dock->raise();
        }
}

void MainWindow::addPage(QWidget* page)
{
    m_stack->addWidget(page);
}

void MainWindow::showPage(QWidget* page)
{
    m_stack->setCurrentWidget(page ? page : m_canvas);
    Q_EMIT pageChanged(page);
}

void MainWindow::buildDocks()
{
    m_modules = new ModulePanel(m_selection);
    m_inspector = new InspectorPanel(m_selection);
    m_coverage = new CoveragePanel;
    m_problems = new ProblemsPanel(m_selection);
    // The side docks keep the full height; problems lie below the canvas.
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    QDockWidget* modules =
        addDock(m_modules, QStringLiteral("dockModules"), tr("Modules"), Qt::LeftDockWidgetArea);
    QDockWidget* inspector = addDock(m_inspector, QStringLiteral("dockInspector"), tr("Inspector"),
                                     Qt::RightDockWidgetArea);
    QDockWidget* coverage = addDock(m_coverage, QStringLiteral("dockCoverage"), tr("Coverage"),
                                    Qt::RightDockWidgetArea);
    m_problems_dock = addDock(m_problems, QStringLiteral("dockProblems"), tr("Problems"),
                              Qt::BottomDockWidgetArea);
    tabifyDockWidget(inspector, coverage);
    inspector->raise();
    resizeDocks({modules, inspector}, {470, 340}, Qt::Horizontal);
    resizeDocks({m_problems_dock}, {180}, Qt::Vertical);

    connect(m_coverage, &CoveragePanel::nodesRequested, this,
            [this](const QString& title, const NodeListModel::Condition& condition) {
                m_problems->showNodes(title, condition);
                m_problems_dock->show();
                m_problems_dock->raise();
            });
    connect(m_coverage, &CoveragePanel::orphansRequested, this, [this] {
        m_problems->showOrphans();
        m_problems_dock->show();
        m_problems_dock->raise();
    });
}

void MainWindow::buildStatusBar()
{
    m_job_strip = new JobStrip;
    m_summary = new QLabel;
    m_summary->setObjectName(QStringLiteral("summary"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    statusBar()->addWidget(m_job_strip);
    m_strategy = new QToolButton;
    m_strategy->setObjectName(QStringLiteral("strategyLine"));
    m_strategy->setAutoRaise(true);
    m_strategy->setCursor(Qt::PointingHandCursor);
    m_strategy->hide();
    connect(m_strategy, &QToolButton::clicked, this, &MainWindow::showStrategy);
    statusBar()->addPermanentWidget(m_strategy);
    statusBar()->addPermanentWidget(m_summary);
    connect(m_job_strip, &JobStrip::cancelRequested, this, &MainWindow::cancelJob);
}

void MainWindow::connectSelection()
{
    // The canvas tells of every change of its selection, those made from here included, and when
    // a node gives way to a module also that there is no node any more.
    connect(m_canvas, &GraphCanvas::nodeSelected, this, [this](NodeId node) {
        if (!m_driving_canvas && (node != no_id || m_selection->current().isNode()))
            m_selection->select(node == no_id ? Target() : Target::ofNode(node), m_canvas);
    });
    connect(m_canvas, &GraphCanvas::moduleSelected, this, [this](ModuleId module) {
        if (!m_driving_canvas && (module != no_module || !m_selection->current().isNode()))
            m_selection->select(module == no_module ? Target() : Target::ofModule(module),
                                m_canvas);
    });
    connect(m_canvas, &GraphCanvas::layoutFailed, this, [this](const QString& message) {
        m_message->showMessage(
            {Tone::Error, tr("The graph could not be drawn. %1").arg(message), {}, {}});
    });
    connect(m_selection, &Selection::revealRequested, this,
            [this](const Target& target, const QObject* source) {
                if (source == m_canvas)
                    return;
                const QScopedValueRollback driving(m_driving_canvas, true);
                if (target.isNode())
                    m_canvas->revealNode(target.node);
                else
                    m_canvas->revealModule(target.module);
            });
    connect(m_selection, &Selection::changed, this,
            [this](const Target& target, const QObject* source) {
                if (!target.isEmpty() || source == m_canvas)
                    return;
                const QScopedValueRollback driving(m_driving_canvas, true);
                m_canvas->selectNode(no_id);
                m_canvas->selectModule(no_module);
            });
}

bool MainWindow::selectByName(const QString& name)
{
    if (!m_inspection)
        return false;
    const Target target = locate(*m_inspection, name.toStdString());
    if (target.isEmpty())
        return false;
    m_selection->select(target, this);
    return true;
}

bool MainWindow::expandModule(const QString& fqn)
{
    if (!m_inspection)
        return false;
    if (fqn == QLatin1String("*")) {
        m_canvas->expandAll();
        m_modules->expandAll();
        return true;
    }
    const auto module = m_inspection->modules.find(fqn.toStdString());
    if (!module)
        return false;
    m_canvas->expand(*module);
    return true;
}

void MainWindow::restoreWindow()
{
    const QSettings settings;
    resize(1440, 900);
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    restoreState(settings.value(QStringLiteral("window/state")).toByteArray(), state_version);
}

void MainWindow::saveWindow()
{
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/state"), saveState(state_version));
}

void MainWindow::showEvent(QShowEvent* event)
{
    WindowList::instance().add(this);
    QMainWindow::showEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    WindowList::instance().close(this);
    saveWindow();
    m_jobs->cancel();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (droppedFiles(event->mimeData()).isEmpty())
        return;
    event->acceptProposedAction();
    m_empty->setDropHighlighted(true);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*)
{
    m_empty->setDropHighlighted(false);
}

void MainWindow::dropEvent(QDropEvent* event)
{
    m_empty->setDropHighlighted(false);
    const QStringList files = droppedFiles(event->mimeData());
    if (files.isEmpty())
        return;
    event->acceptProposedAction();
    if (files.size() > 1)
        WindowList::openFiles(this, files);
    else if (!offerDrop(files.front(), mapToGlobal(event->position().toPoint())))
        openFile(files.front());
}

} // namespace strata::ui
