#include "ui/compare/compare_window.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/compare/differences_panel.h"
#include "ui/compare/view_sync.h"
#include "ui/models/format.h"
#include "ui/models/locate.h"
#include "ui/widgets/colors.h"
#include "ui/widgets/job_strip.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/file_changes.h"
#include "ui/window/icons.h"

#include <QAction>
#include <QCloseEvent>
#include <QDockWidget>
#include <QFileInfo>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QThreadPool>
#include <QToolBar>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

std::filesystem::path pathOf(const QString& path)
{
    return std::filesystem::path(path.toStdString());
}

QString nameOf(const Inspection& side)
{
    return QFileInfo(QString::fromStdString(side.path.string())).fileName();
}

/// Taking large models apart takes longer than a frame.
void dropInBackground(std::shared_ptr<const Comparison> comparison)
{
    if (comparison)
        QThreadPool::globalInstance()->start(
            [last = std::move(comparison)]() mutable { last.reset(); });
}

} // namespace

CompareWindow::CompareWindow(Services services, QWidget* parent)
    : QMainWindow(parent),
      m_services(std::move(services)),
      m_jobs(new JobRunner(this)),
      m_watch(new FileWatch(FileChanges::rest, this)),
      m_message(new MessageBar),
      m_file_changes(new MessageBar),
      m_stack(new QStackedWidget),
      m_waiting(new QLabel),
      m_first_title(new QLabel),
      m_first_figures(new QLabel),
      m_second_title(new QLabel),
      m_second_figures(new QLabel),
      m_first(new GraphCanvas),
      m_second(new GraphCanvas),
      m_differences(new DifferencesPanel),
      m_job_strip(new JobStrip),
      m_sync(new ViewSync(m_first, m_second, this))
{
    setObjectName(QStringLiteral("compareWindow"));
    setWindowIcon(applicationIcon());
    setWindowTitle(tr("Compare"));
    resize(1480, 940);
    m_first->setObjectName(QStringLiteral("firstCanvas"));
    m_second->setObjectName(QStringLiteral("secondCanvas"));
    m_first->setAccessibleName(tr("First graph"));
    m_second->setAccessibleName(tr("Second graph"));
    m_waiting->setObjectName(QStringLiteral("compareWaiting"));
    m_waiting->setAlignment(Qt::AlignCenter);
    m_waiting->setWordWrap(true);
    m_waiting->setForegroundRole(QPalette::PlaceholderText);
    m_waiting->setFont(scaled(font(), 1.2));
    auto* sides = new QSplitter(Qt::Horizontal);
    sides->setHandleWidth(1);
    sides->setChildrenCollapsible(false);
    sides->addWidget(buildSide(m_first, m_first_title, m_first_figures));
    sides->addWidget(buildSide(m_second, m_second_title, m_second_figures));
    sides->setSizes({100, 100});
    m_stack->addWidget(m_waiting);
    m_stack->addWidget(sides);
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_file_changes->setObjectName(QStringLiteral("fileChangeBar"));
    column->addWidget(m_file_changes);
    column->addWidget(m_message);
    column->addWidget(m_stack, 1);
    setCentralWidget(centre);
    auto* dock = new QDockWidget(tr("Differences"), this);
    dock->setObjectName(QStringLiteral("dockDifferences"));
    dock->setWidget(m_differences);
    dock->setFeatures(QDockWidget::DockWidgetMovable | QDockWidget::DockWidgetFloatable);
    dock->setTitleBarWidget(new QWidget(dock)); // the tabs say what it is
    addDockWidget(Qt::BottomDockWidgetArea, dock);
    resizeDocks({dock}, {270}, Qt::Vertical);
    statusBar()->addWidget(m_job_strip);
    buildActions();

    connect(m_watch, &FileWatch::changed, this,
            [this] { FileChanges::show(*m_watch, m_file_changes, [this] { compareAgain(); }); });
    connect(m_job_strip, &JobStrip::cancelRequested, this, &CompareWindow::cancelJob);
    connect(m_jobs, &JobRunner::started, this, [this](const QString& title) {
        m_job_strip->begin(title);
        m_waiting->setText(title);
        m_cancel->setEnabled(true);
    });
    connect(m_jobs, &JobRunner::progressed, m_job_strip, &JobStrip::setProgress);
    connect(m_jobs, &JobRunner::cancelled, this, [this](const QString& title) {
        m_job_strip->end();
        m_cancel->setEnabled(false);
        m_waiting->setText(tr("Cancelled. Close the window, or compare again from the menu."));
        statusBar()->showMessage(tr("Cancelled: %1").arg(title), 8000);
    });
    connect(m_jobs, &JobRunner::finished, this, [this] {
        m_job_strip->end();
        m_cancel->setEnabled(false);
    });
    connect(m_differences, &DifferencesPanel::pairRequested, m_sync, &ViewSync::reveal);
    connect(m_differences, &DifferencesPanel::moduleRequested, this, [this](const QString& fqn) {
        for (GraphCanvas* canvas : {m_first, m_second})
            if (const auto module = canvas->inspection()->modules.find(fqn.toStdString()))
                return canvas->revealModule(*module);
    });
    connect(m_sync, &ViewSync::selected, m_differences, &DifferencesPanel::showPair);
}

CompareWindow::~CompareWindow()
{
    m_jobs->disconnect(this);
    m_sync->disconnect();
    m_first->setInspection(nullptr);
    m_second->setInspection(nullptr);
    m_differences->setComparison(nullptr);
    m_sync->setComparison(nullptr);
    dropInBackground(std::move(m_comparison));
}

QWidget* CompareWindow::buildSide(GraphCanvas* canvas, QLabel* title, QLabel* figures)
{
    canvas->setFrameShape(QFrame::NoFrame);
    title->setFont(scaled(font(), 1.0, QFont::DemiBold));
    title->setTextFormat(Qt::PlainText);
    figures->setForegroundRole(QPalette::PlaceholderText);
    auto* header = new QWidget;
    header->setObjectName(QStringLiteral("compareHeader"));
    auto* row = new QHBoxLayout(header);
    row->setContentsMargins(12, 7, 12, 7);
    row->setSpacing(10);
    row->addWidget(title);
    row->addWidget(figures, 1);
    // Long names must not push the views apart.
    title->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    figures->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    column->addWidget(canvas, 1);
    return side;
}

void CompareWindow::buildActions()
{
    QToolBar* bar = addToolBar(tr("Tools"));
    bar->setObjectName(QStringLiteral("compareTools"));
    bar->setMovable(false);
    bar->setIconSize(QSize(20, 20));
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    const auto add = [&](const QString& icon_name, const QString& text,
                         const QList<QKeySequence>& keys, auto run) {
        QAction* action = bar->addAction(icon(icon_name), text);
        action->setShortcuts(keys);
        if (!keys.isEmpty())
            action->setToolTip(QStringLiteral("%1 (%2)").arg(
                text, keys.front().toString(QKeySequence::NativeText)));
        connect(action, &QAction::triggered, this, run);
        m_model_actions.push_back(action);
        return action;
    };
    add(QStringLiteral("previous"), tr("Previous difference"),
        {QKeySequence(Qt::SHIFT | Qt::Key_F8)}, [this] { step(-1); });
    add(QStringLiteral("next"), tr("Next difference"), {QKeySequence(Qt::Key_F8)},
        [this] { step(1); });
    bar->addSeparator();
    add(QStringLiteral("zoom-out"), tr("Zoom out"), {QKeySequence(QKeySequence::ZoomOut)},
        [this] { m_first->zoomOut(); });
    add(QStringLiteral("zoom-fit"), tr("Fit both graphs"), {QKeySequence(Qt::CTRL | Qt::Key_0)},
        [this] {
            // Each by itself: what fits one need not fit the other.
            const bool linked = m_sync->isLinked();
            m_sync->setLinked(false);
            m_first->fitToView();
            m_second->fitToView();
            m_sync->setLinked(linked);
        });
    add(QStringLiteral("zoom-in"), tr("Zoom in"),
        {QKeySequence(QKeySequence::ZoomIn), QKeySequence(Qt::CTRL | Qt::Key_Equal)},
        [this] { m_first->zoomIn(); });
    bar->addSeparator();
    add(QStringLiteral("expand-all"), tr("Expand all"),
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E)},
        [this] { expandModule(QStringLiteral("*")); });
    add(QStringLiteral("collapse-all"), tr("Collapse all"),
        {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)}, [this] {
            m_first->collapseAll();
            m_second->collapseAll();
        });
    bar->addSeparator();
    QAction* link = add(QStringLiteral("compare"), tr("Move both graphs together"),
                        {QKeySequence(Qt::CTRL | Qt::Key_L)}, [] {});
    link->setObjectName(QStringLiteral("linkViews"));
    link->setCheckable(true);
    link->setChecked(true);
    connect(link, &QAction::toggled, m_sync, &ViewSync::setLinked);
    m_cancel = new QAction(tr("Cancel"), this);
    m_cancel->setShortcut(QKeySequence(Qt::Key_Escape));
    m_cancel->setEnabled(false);
    connect(m_cancel, &QAction::triggered, this, &CompareWindow::cancelJob);
    addAction(m_cancel);
    auto* leave = new QAction(tr("Close"), this);
    leave->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_W));
    connect(leave, &QAction::triggered, this, &QWidget::close);
    addAction(leave);
    for (QAction* action : m_model_actions)
        action->setEnabled(false);
}

void CompareWindow::compare(const InspectionPtr& a, const QString& b)
{
    start(a, {}, b);
}

void CompareWindow::compareFiles(const QString& a, const QString& b)
{
    start(nullptr, a, b);
}

void CompareWindow::start(const InspectionPtr& a, const QString& path_a, const QString& path_b)
{
    m_message->dismiss();
    m_file_changes->dismiss();
    m_stack->setCurrentIndex(0);
    const auto absolute = [](const QString& path) { return QFileInfo(path).absoluteFilePath(); };
    m_given = a;
    m_path_a = absolute(a ? QString::fromStdString(a->path.string()) : path_a);
    m_path_b = absolute(path_b);
    m_before = {{m_path_a, FileStamp::of(m_path_a)}, {m_path_b, FileStamp::of(m_path_b)}};
    m_watch->watch(m_before);
    const QString name_a = a ? nameOf(*a) : QFileInfo(path_a).fileName();
    const QString name_b = QFileInfo(path_b).fileName();
    setWindowTitle(tr("%1 and %2 – Strata").arg(name_a, name_b));
    // A job makes an inspection; what else it makes comes along beside it.
    auto made = std::make_shared<std::shared_ptr<const Comparison>>();
    m_jobs->start(
        tr("Comparing %1 with %2").arg(name_a, name_b),
        [services = m_services, a, first = pathOf(QFileInfo(path_a).absoluteFilePath()),
         second = pathOf(QFileInfo(path_b).absoluteFilePath()),
         made](TaskContext& task) -> JobResult {
            InspectionPtr left = a;
            if (!left) {
                STRATA_TRY(left, services.open(first, {}, task));
            }
            STRATA_TRY(InspectionPtr right, services.open(second, {}, task));
            STRATA_TRY(ModelComparison found, services.compare(*left, *right, task));
            *made = makeComparison(left, right, std::move(found));
            return left;
        },
        [this, made](JobResult result) {
            if (!result)
                return showFailure(result.error());
            present(std::move(*made));
        });
}

void CompareWindow::present(std::shared_ptr<const Comparison> comparison)
{
    auto old = std::exchange(m_comparison, std::move(comparison));
    const Comparison& now = *m_comparison;
    m_stack->setCurrentIndex(1);
    m_sync->setComparison(m_comparison);
    m_first->setInspection(now.a);
    m_first->setDifferences(now.classes_a);
    m_second->setInspection(now.b);
    m_second->setDifferences(now.classes_b);
    m_differences->setComparison(m_comparison);
    const auto describe = [](QLabel* title, QLabel* figures, const Inspection& side) {
        title->setText(nameOf(side));
        title->setToolTip(QString::fromStdString(side.path.string()));
        figures->setText(tr("%1 · nodes: %2 · modules: %3")
                             .arg(formatName(side.format), formatCount(side.model->nodes.size()),
                                  formatCount(side.modules.size())));
    };
    describe(m_first_title, m_first_figures, *now.a);
    describe(m_second_title, m_second_figures, *now.b);
    for (QAction* action : m_model_actions)
        action->setEnabled(true);
    if (now.found.equal())
        m_message->showMessage(
            {Tone::Success, tr("The two models are equal: same nodes, same weights."), {}, {}});
    dropInBackground(std::move(old));
    QMap<QString, FileStamp> files = m_before;
    for (const InspectionPtr& side : {now.a, now.b})
        for (const QString& path : FileChanges::filesOf(*side))
            if (!files.contains(path))
                files.insert(path, FileStamp::of(path));
    m_watch->watch(files);
    Q_EMIT compared();
}

/// What was given as open already stays as it is shown there, unless its own files are others now.
void CompareWindow::compareAgain()
{
    bool changed = false;
    if (m_given)
        for (const QString& path : FileChanges::filesOf(*m_given))
            changed = changed || m_watch->changedFiles().contains(path);
    const QString b = m_path_b;
    if (m_given && !changed)
        compare(InspectionPtr(m_given), b);
    else
        compareFiles(QString(m_path_a), b);
}

void CompareWindow::showFailure(const Error& error)
{
    QStringList details;
    for (auto it = error.context.rbegin(); it != error.context.rend(); ++it)
        details += toQString(*it);
    const QString text = toQString(error.message);
    m_waiting->setText(tr("Nothing to show: the comparison failed."));
    m_message->showMessage({Tone::Error, text, details.join(QLatin1Char('\n')), {}});
    Q_EMIT failed(text);
}

bool CompareWindow::expandModule(const QString& fqn)
{
    if (!m_comparison)
        return false;
    bool found = false;
    for (GraphCanvas* canvas : {m_first, m_second}) {
        if (fqn == QLatin1String("*")) {
            canvas->expandAll();
            found = true;
        } else if (const auto module = canvas->inspection()->modules.find(fqn.toStdString())) {
            canvas->expand(*module);
            found = true;
        }
    }
    return found;
}

bool CompareWindow::selectByName(const QString& name)
{
    if (!m_comparison)
        return false;
    for (const bool of_a : {true, false}) {
        const Target target =
            locate(of_a ? *m_comparison->a : *m_comparison->b, name.toStdString());
        if (target.isEmpty())
            continue;
        if (!target.isNode()) {
            (of_a ? m_first : m_second)->revealModule(target.module);
            return true;
        }
        const NodeId partner = m_comparison->partnerOf(of_a, target.node);
        m_sync->reveal(of_a ? target.node : partner, of_a ? partner : target.node);
        return true;
    }
    return false;
}

void CompareWindow::step(int direction)
{
    m_differences->step(direction);
}

bool CompareWindow::event(QEvent* event)
{
    if (event->type() == QEvent::WindowActivate)
        m_watch->check(); // folders elsewhere tell nobody of changes
    return QMainWindow::event(event);
}

void CompareWindow::closeEvent(QCloseEvent* event)
{
    m_jobs->cancel();
    event->accept();
}

} // namespace strata::ui
