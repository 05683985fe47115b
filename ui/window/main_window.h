// The window: the canvas in the middle, docks around it, one job at a time in the background.
#pragma once

#include "ui/jobs/services.h"
#include "ui/models/node_filter.h"
#include "ui/models/selection.h"
#include "ui/window/appearance.h"

#include <QMainWindow>

class QAction;
class QActionGroup;
class QLabel;
class QMenu;
class QStackedWidget;
class QToolBar;
class QToolButton;

namespace strata {
class GraphCanvas;
} // namespace strata

namespace strata::ui {

class Breadcrumbs;
class CompareWindow;
class CoveragePanel;
class EmptyState;
class FilterPanel;
class InspectorPanel;
class JobStrip;
class LocatorPopup;
class MessageBar;
class ModulePanel;
class ProblemsPanel;
class RecentFiles;
class SearchBar;
class SourceAttachment;
struct ReportJob;

class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    explicit MainWindow(Services services, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens in the background; a running job is cancelled. Of an archive that holds several models
    /// asks for one.
    void openFile(const QString& path);
    /// Opens the model of this name in an archive of several.
    void openModel(const QString& path, const QString& model);
    void openWith(const QString& path, const ExportOptions& options);
    /// Writes the opened PyTorch model in the background.
    void exportTo(const QString& path, const ExportOptions& options);
    /// Writes the report in the background; reportWritten() or failed() follows.
    void writeReport(const ReportJob& job);
    /// Opens the same file again, with these inputs and dynamic axes.
    void useInputs(const ExportOptions& options);
    /// Shows what is opened beside another file, in a window of its own, which deletes itself when
    /// it is closed. Null when nothing is opened.
    CompareWindow* compareWith(const QString& path);
    /// Reads the opened file, and its source model, again. What is selected and open stays so as
    /// far as it is still there.
    void reload();
    void closeModel();
    void cancelJob();

    /// Selects and reveals a node by name or by its place in the file, or a module by FQN. False
    /// when there is no such thing.
    bool selectByName(const QString& name);
    /// Opens a module in the canvas; "*" opens all. False when there is no such module.
    bool expandModule(const QString& fqn);

    const InspectionPtr& inspection() const { return m_inspection; }
    /// Of the opened model; empty when there is none.
    QString filePath() const;
    /// That the model was opened with.
    const ExportOptions& options() const { return m_options; }
    SourceAttachment* sourceAttachment() const { return m_source; }
    bool isBusy() const { return m_jobs->isRunning(); }
    Selection* selection() const { return m_selection; }
    ModulePanel* modulePanel() const { return m_modules; }
    InspectorPanel* inspectorPanel() const { return m_inspector; }
    CoveragePanel* coveragePanel() const { return m_coverage; }
    ProblemsPanel* problemsPanel() const { return m_problems; }
    MessageBar* messageBar() const { return m_message; }
    GraphCanvas* canvas() const { return m_canvas; }
    SearchBar* searchBar() const { return m_search; }
    LocatorPopup* locator() const { return m_locator; }
    RecentFiles* recentFiles() const { return m_recent; }
    FilterPanel* filterPanel() const { return m_filter; }

    // For the parts of the window that live in classes of their own.
    const Services& services() const { return m_services; }
    JobRunner* jobs() const { return m_jobs; }
    QMenu* fileMenu() const { return m_file_menu; }
    QMenu* viewMenu() const { return m_view_menu; }
    QMenu* navigateMenu() const { return m_navigate_menu; }
    QToolBar* toolBar() const { return m_tool_bar; }
    /// Adds an action with an icon (may be empty) and a shortcut (likewise) to one of the menus.
    QAction* addAction(QMenu* menu, const QString& icon, const QString& text,
                       const QKeySequence& shortcut, std::function<void()> run);
    QDockWidget* addDock(QWidget* widget, const QString& name, const QString& title,
                         Qt::DockWidgetArea area);
    /// Shows the dock that holds this widget, in front of those it shares its place with.
    void raiseDock(const QWidget* widget);
    /// A page that takes the graph's place while it is shown. The window owns it.
    void addPage(QWidget* page);
    /// Null is the graph. Only while a model is open.
    void showPage(QWidget* page);
    /// Shows the same model with other findings: what is selected and open stays so.
    void replaceInspection(const InspectionPtr& inspection);
    /// Asks for models to open; `chosen` runs with their paths.
    void chooseFiles(std::function<void(const QStringList&)> chosen);
    void showFailure(const QString& what, const QString& path, const Error& error);
    /// Asks which of several models in an archive is meant; `chosen` runs with its name.
    void chooseModel(const QString& path, const std::vector<std::string>& models,
                     std::function<void(const QString&)> chosen);

Q_SIGNALS:
    /// A job is about to read this file: what it is from now on is not what was read.
    void aboutToRead(const QString& path);
    /// Another page is in the middle; null is the graph.
    void pageChanged(QWidget* page);
    /// Another inspection is shown, or none.
    void inspectionChanged();
    /// Which actions are possible may have changed: another model, or a job began or ended.
    void actionsRefreshed();
    /// A model has been opened and handed to all views.
    void modelOpened();
    /// An export has ended well.
    void exported(const QString& path);
    void reportWritten(const QString& path);
    /// The file holds several models and the user is asked for one.
    void modelAsked(const QStringList& models);
    /// Opening or exporting failed; the message bar says why.
    void failed(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // main_window.cpp
    void buildCentre();
    void buildDocks();
    void buildStatusBar();
    void connectSelection();
    void refreshDockTitles();
    // main_window_features.cpp
    void buildFeatures();
    void buildFilter();
    void chooseComparison();
    void stepOrphan(int direction);
    bool offerDrop(const QString& file, const QPoint& where);
    void buildSearch();
    void openLocator(const QString& typed);
    void restoreWindow();
    void saveWindow();
    // main_window_actions.cpp
    void buildActions();
    void buildToolBar();
    void refreshActions();
    bool canExport() const;
    void chooseFile();
    void chooseExport();
    void chooseReport();
    void editInputs();
    void setTheme(ThemeChoice choice);
    void showAbout();
    void showShortcuts();
    // main_window_jobs.cpp
    void connectJobs();
    void setInspection(const InspectionPtr& inspection);
    void refreshTitle();
    void refreshSummary();
    void showStrategy();
    void reportOpened();
    void reportComparedNodes();
    void reportAssumedInputs();
    void reportExported(const QString& path, bool sidecar);

    Services m_services;
    InspectionPtr m_inspection;
    Selection* m_selection;
    JobRunner* m_jobs;
    RecentFiles* m_recent;
    ExportOptions m_options;       ///< that the model was opened with
    bool m_driving_canvas = false; ///< while the canvas is told what to select
    bool m_unwritten = false;      ///< a PyTorch model that has not been exported yet

    MessageBar* m_message = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyState* m_empty = nullptr;
    GraphCanvas* m_canvas = nullptr;
    Breadcrumbs* m_breadcrumbs = nullptr;
    ModulePanel* m_modules = nullptr;
    InspectorPanel* m_inspector = nullptr;
    CoveragePanel* m_coverage = nullptr;
    ProblemsPanel* m_problems = nullptr;
    std::vector<QDockWidget*> m_docks;
    QDockWidget* m_problems_dock = nullptr;
    QToolBar* m_tool_bar = nullptr;
    JobStrip* m_job_strip = nullptr;
    SearchBar* m_search = nullptr;
    LocatorPopup* m_locator = nullptr;
    QActionGroup* m_color_group = nullptr;
    QLabel* m_summary = nullptr;
    QToolButton* m_strategy = nullptr;

    QAction* m_open = nullptr;
    QAction* m_export = nullptr;
    QAction* m_report = nullptr;
    QAction* m_inputs = nullptr;
    QAction* m_measure = nullptr;
    QAction* m_compare_nodes = nullptr;
    bool m_color_compared = false; ///< by the differences, once they are there
    QAction* m_close = nullptr;
    QAction* m_reload = nullptr;
    QAction* m_show_legend = nullptr;
    QAction* m_cancel = nullptr;
    std::vector<QAction*> m_model_actions; ///< need an opened model
    QAction* m_zoom_in = nullptr;
    QAction* m_zoom_out = nullptr;
    QAction* m_zoom_fit = nullptr;
    QAction* m_expand_all = nullptr;
    QAction* m_collapse_all = nullptr;
    QAction* m_previous_orphan = nullptr;
    QAction* m_next_orphan = nullptr;
    QActionGroup* m_theme_group = nullptr;
    QMenu* m_docks_menu = nullptr;
    QMenu* m_file_menu = nullptr;
    QMenu* m_view_menu = nullptr;
    QMenu* m_navigate_menu = nullptr;
    SourceAttachment* m_source = nullptr;
    QAction* m_compare = nullptr;
    QAction* m_search_place = nullptr; ///< in the tool bar, before the search box
    FilterPanel* m_filter = nullptr;
    FilteredNodesPtr m_filtered; ///< what the filter panel leaves; null: everything
};

} // namespace strata::ui
