// Parts of the window that live in classes of their own, and what connects them to it.
#include "ui/canvas/graph_canvas.h"
#include "ui/compare/compare_window.h"
#include "ui/dashboard/dashboard_feature.h"
#include "ui/panels/filter_panel.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/review/review_feature.h"
#include "ui/sidebyside/side_by_side_feature.h"
#include "ui/tensor/tensor_feature.h"
#include "ui/window/canvas_tools.h"
#include "ui/window/file_changes.h"
#include "ui/window/icons.h"
#include "ui/window/main_window.h"
#include "ui/window/places.h"
#include "ui/window/source_attachment.h"
#include "ui/window/window_menu.h"

#include <QAction>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QStatusBar>
#include <QToolBar>

namespace strata::ui {

void MainWindow::buildFeatures()
{
    m_source = new SourceAttachment(this);
    auto* review = new ReviewFeature(this);
    new DashboardFeature(this, review->controller());
    addTensorSection(this);
    buildFilter();
    new Places(this);
    new SideBySideFeature(this);
    new CanvasTools(this);
    new FileChanges(this);
    new WindowMenu(this);
    m_compare = addAction(m_file_menu, QStringLiteral("compare"), tr("Co&mpare with…"),
                          QKeySequence(Qt::CTRL | Qt::Key_D), [this] { chooseComparison(); });
    m_compare->setObjectName(QStringLiteral("compareWith"));
    m_file_menu->insertAction(m_reload, m_compare);
    QAction* why = addAction(m_navigate_menu, QStringLiteral("why"), tr("&Why here?"),
                             QKeySequence(Qt::Key_F4), [this] {
                                 raiseDock(m_inspector);
                                 m_inspector->showWhy();
                             });
    why->setObjectName(QStringLiteral("whyHere"));
    why->setStatusTip(tr("Shows what speaks for the selected node's module, and what against it."));
    const auto refresh_why = [this, why] {
        why->setEnabled(m_inspection && m_selection->current().isNode());
    };
    connect(m_selection, &Selection::changed, this, refresh_why);
    connect(this, &MainWindow::inspectionChanged, this, refresh_why);
    connect(this, &MainWindow::actionsRefreshed, this, [this] {
        m_compare->setEnabled(m_inspection && m_inspection->model && m_services.compare);
    });
}

void MainWindow::buildFilter()
{
    m_filter = new FilterPanel;
    QDockWidget* dock =
        addDock(m_filter, QStringLiteral("dockFilter"), tr("Filter"), Qt::LeftDockWidgetArea);
    dock->hide();
    QAction* show = dock->toggleViewAction();
    show->setObjectName(QStringLiteral("showFilter"));
    show->setIcon(icon(QStringLiteral("filter")));
    show->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L));
    show->setToolTip(tr("Filter by evidence, confidence and category (%1)")
                         .arg(show->shortcut().toString(QKeySequence::NativeText)));
    m_docks_menu->addAction(show);
    m_tool_bar->insertAction(m_search_place, show);
    show->setPriority(QAction::LowPriority);
    // High enough to see the first rows when it is opened for the first time.
    connect(show, &QAction::triggered, this, [this, dock](bool shown) {
        constexpr int comfortable = 420;
        if (shown && dock->height() < comfortable && !dock->isFloating())
            resizeDocks({dock}, {comfortable}, Qt::Vertical);
    });
    connect(m_filter, &FilterPanel::filtered, this, [this, dock](const FilteredNodesPtr& kept) {
        const bool same = kept == m_filtered;
        m_filtered = kept;
        // A filter that nobody sees would be a riddle.
        dock->setWindowTitle(kept ? tr("Filter (on)") : tr("Filter"));
        if (same)
            return;
        m_problems->setKept(kept);
        m_modules->setKept(kept);
        m_search->setWithin(kept);
        if (m_search->query().isEmpty())
            m_canvas->setKeptNodes(
                kept ? std::shared_ptr<const std::vector<bool>>(kept, &kept->nodes) : nullptr);
    });
    connect(m_filter, &FilterPanel::listRequested, this,
            [this](const QString& title, const std::vector<NodeId>& nodes) {
                m_problems->showNodes(title, nodes);
                raiseDock(m_problems);
            });
    connect(m_filter, &FilterPanel::queryRequested, this, [this](const QString& query) {
        m_search->setQuery(m_search->query().isEmpty()
                               ? query
                               : QStringLiteral("%1 (%2)").arg(query, m_search->query()));
        m_search->focusQuery();
    });
}

void MainWindow::stepOrphan(int direction)
{
    statusBar()->showMessage(m_problems->stepOrphan(direction), 6000);
}

void MainWindow::chooseComparison()
{
    if (!m_compare->isEnabled())
        return;
    const QFileInfo file(QString::fromStdString(m_inspection->path.string()));
    auto* dialog = new QFileDialog(
        this, tr("Compare %1 with").arg(file.fileName()), file.absolutePath(),
        tr("Models (*.onnx *.pt *.pth *.pt2 *.ts);;ONNX models (*.onnx);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& p) { compareWith(p); });
    dialog->open();
}

CompareWindow* MainWindow::compareWith(const QString& path)
{
    if (!m_inspection || !m_inspection->model)
        return nullptr;
    auto* window = new CompareWindow(m_services);
    window->setAttribute(Qt::WA_DeleteOnClose);
    window->show();
    window->compare(m_inspection, path);
    return window;
}

/// A file that could be meant in several ways asks which; false: it can only be opened.
bool MainWindow::offerDrop(const QString& file, const QPoint& where)
{
    const bool source = SourceAttachment::isSourceFile(file) && m_source->canAttach();
    const bool other =
        m_compare->isEnabled() &&
        QFileInfo(file).suffix().compare(QLatin1String("onnx"), Qt::CaseInsensitive) == 0;
    if (!source && !other)
        return false;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("dropMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString name = QFileInfo(file).fileName();
    const auto add = [&](const QString& object, const QString& icon_name, const QString& text,
                         auto run) {
        QAction* action = menu->addAction(icon(icon_name), text);
        action->setObjectName(object);
        connect(action, &QAction::triggered, this, run);
        return action;
    };
    if (source)
        menu->setDefaultAction(add(QStringLiteral("dropAttach"), QStringLiteral("attach"),
                                   tr("Attach %1 as the source model").arg(name),
                                   [this, file] { m_source->attach(file); }));
    if (other)
        add(QStringLiteral("dropCompare"), QStringLiteral("compare"),
            tr("Compare with %1").arg(name), [this, file] { compareWith(file); });
    QAction* open = add(QStringLiteral("dropOpen"), QStringLiteral("open"),
                        tr("Open %1 instead").arg(name), [this, file] { openFile(file); });
    if (!source)
        menu->setDefaultAction(open);
    menu->popup(where);
    return true;
}

void MainWindow::reload()
{
    if (!m_inspection)
        return;
    if (const QString source = m_source->source(); !source.isEmpty())
        m_source->attach(source, m_source->model());
    else
        openWith(QString::fromStdString(m_inspection->path.string()), m_options);
}

} // namespace strata::ui
