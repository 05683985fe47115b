// The window's menus, tool bar and dialogs.
#include "ui/canvas/graph_canvas.h"
#include "ui/canvas/legend.h"
#include "ui/jobs/activity.h"
#include "ui/models/format.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/problems_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/report/report_dialog.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/export_dialog.h"
#include "ui/window/icons.h"
#include "ui/window/inputs_dialog.h"
#include "ui/window/language.h"
#include "ui/window/main_window.h"
#include "ui/window/recent_files.h"
#include "ui/window/shortcut_dialog.h"
#include "ui/window/window_list.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>
#include <QToolBar>

namespace strata::ui {

namespace {

const QString folder_key = QStringLiteral("lastFolder");
const QString legend_key = QStringLiteral("legend");
const QString minimap_key = QStringLiteral("minimap");
const QString theme_key = QStringLiteral("theme");

} // namespace

QAction* MainWindow::addAction(QMenu* menu, const QString& icon_name, const QString& text,
                               const QKeySequence& shortcut, std::function<void()> run)
{
    QAction* action = menu->addAction(text);
    if (!icon_name.isEmpty())
        action->setIcon(icon(icon_name));
    if (!shortcut.isEmpty()) {
        action->setShortcut(shortcut);
        action->setToolTip(QStringLiteral("%1 (%2)").arg(
            QString(text).remove(QLatin1Char('&')).remove(QStringLiteral("…")),
            shortcut.toString(QKeySequence::NativeText)));
    }
    connect(action, &QAction::triggered, this, [action, run = std::move(run)] {
        Activity::setCommand(action->text());
        run();
    });
    return action;
}

void MainWindow::buildActions()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    m_file_menu = file;
    m_open = addAction(file, QStringLiteral("open"), tr("&Open…"), QKeySequence::Open,
                       [this] { chooseFile(); });
    QMenu* recent = file->addMenu(icon(QStringLiteral("clock")), tr("Open &recent"));
    recent->setToolTipsVisible(true);
    connect(recent, &QMenu::aboutToShow, this, [this, recent] { m_recent->populate(recent); });
    connect(m_recent, &RecentFiles::fileRequested, this, &MainWindow::openFile);
    file->addSeparator();
    m_export = addAction(file, QStringLiteral("export"), tr("&Export to ONNX…"),
                         QKeySequence(Qt::CTRL | Qt::Key_E), [this] { chooseExport(); });
    m_report = addAction(file, QStringLiteral("document"), tr("Write a re&port…"),
                         QKeySequence(Qt::CTRL | Qt::Key_P), [this] { chooseReport(); });
    m_inputs = addAction(file, {}, tr("&Inputs…"), QKeySequence(Qt::CTRL | Qt::Key_I),
                         [this] { editInputs(); });
    m_inputs->setObjectName(QStringLiteral("inputsAction"));
    m_measure = addAction(file, {}, tr("Measure &times"), {}, [this] {
        ExportOptions options = m_options;
        options.profile = true;
        useInputs(options);
    });
    m_measure->setObjectName(QStringLiteral("measureTimes"));
    m_measure->setStatusTip(
        tr("Runs the PyTorch model and measures every operator: colours by execution time."));
    m_compare_nodes = addAction(file, {}, tr("Compare nodes with P&yTorch"), {}, [this] {
        ExportOptions options = m_options;
        options.parity = true;
        m_color_compared = true;
        useInputs(options);
    });
    m_compare_nodes->setObjectName(QStringLiteral("compareNodes"));
    m_compare_nodes->setStatusTip(
        tr("Runs the model in PyTorch and its export in ONNX Runtime, and "
           "colours every node by how far its numbers are apart."));
    m_reload = addAction(file, QStringLiteral("reload"), tr("Re&load"), QKeySequence(Qt::Key_F5),
                         [this] { reload(); });
    m_cancel = addAction(file, {}, tr("Cancel the running &job"), QKeySequence(Qt::Key_Escape),
                         [this] { cancelJob(); });
    file->addSeparator();
    m_close = addAction(file, QStringLiteral("close"), tr("&Close the model"),
                        QKeySequence(Qt::CTRL | Qt::Key_W), [this] { closeModel(); });
    QAction* quit =
        addAction(file, QStringLiteral("quit"), tr("&Quit"), QKeySequence(Qt::CTRL | Qt::Key_Q),
                  [] { WindowList::instance().quit(); });
    quit->setMenuRole(QAction::QuitRole);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    m_view_menu = view;
    m_zoom_in = addAction(view, QStringLiteral("zoom-in"), tr("Zoom &in"), QKeySequence::ZoomIn,
                          [this] { m_canvas->zoomIn(); });
    // Ctrl++ needs Shift on many keyboards; Ctrl+= is the same key without it.
    m_zoom_in->setShortcuts(
        {QKeySequence(QKeySequence::ZoomIn), QKeySequence(Qt::CTRL | Qt::Key_Equal)});
    m_zoom_out = addAction(view, QStringLiteral("zoom-out"), tr("Zoom &out"), QKeySequence::ZoomOut,
                           [this] { m_canvas->zoomOut(); });
    m_zoom_fit = addAction(view, QStringLiteral("zoom-fit"), tr("&Fit the graph"),
                           QKeySequence(Qt::CTRL | Qt::Key_0), [this] { m_canvas->fitToView(); });
    view->addSeparator();
    m_expand_all = addAction(view, QStringLiteral("expand-all"), tr("&Expand all"),
                             QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), [this] {
                                 m_canvas->expandAll();
                                 m_modules->expandAll();
                             });
    m_collapse_all = addAction(view, QStringLiteral("collapse-all"), tr("&Collapse all"),
                               QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), [this] {
                                   m_canvas->collapseAll();
                                   m_modules->collapseAll();
                               });
    view->addSeparator();
    m_docks_menu = view->addMenu(tr("&Panels"));
    for (QDockWidget* dock : m_docks)
        m_docks_menu->addAction(dock->toggleViewAction());
    m_show_legend = view->addAction(tr("&Legend"));
    m_show_legend->setCheckable(true);
    m_show_legend->setChecked(QSettings().value(legend_key, true).toBool());
    connect(m_show_legend, &QAction::toggled, this, [this](bool shown) {
        QSettings().setValue(legend_key, shown);
        m_canvas->setLegendVisible(shown);
    });
    m_canvas->setLegendVisible(m_show_legend->isChecked());
    QAction* show_map = view->addAction(tr("O&verview"));
    show_map->setCheckable(true);
    show_map->setChecked(QSettings().value(minimap_key, true).toBool());
    connect(show_map, &QAction::toggled, this, [this](bool shown) {
        QSettings().setValue(minimap_key, shown);
        m_canvas->setMinimapVisible(shown);
    });
    m_canvas->setMinimapVisible(show_map->isChecked());
    QMenu* colors = view->addMenu(tr("Colo&urs"));
    colors->setToolTipsVisible(true);
    m_color_group = new QActionGroup(this);
    for (std::size_t i = 0; i < color_by_count; ++i) {
        const auto by = static_cast<ColorBy>(i);
        QAction* action = colors->addAction(Legend::modeName(by));
        action->setObjectName(QStringLiteral("colours%1").arg(i));
        action->setCheckable(true);
        action->setChecked(by == m_canvas->colorBy());
        m_color_group->addAction(action);
        const auto offer = [this, action, by] { Legend::offer(action, by, m_inspection.get()); };
        connect(this, &MainWindow::inspectionChanged, action, offer);
        offer();
        connect(action, &QAction::triggered, this, [this, by] { m_canvas->setColorBy(by); });
        connect(m_canvas, &GraphCanvas::colorByChanged, action,
                [action, by](ColorBy now) { action->setChecked(now == by); });
    }
    QMenu* theme = view->addMenu(icon(QStringLiteral("theme")), tr("&Theme"));
    m_theme_group = new QActionGroup(this);
    auto add_theme = [&](const QString& text, ThemeChoice choice) {
        QAction* action = theme->addAction(text);
        action->setCheckable(true);
        action->setData(toString(choice));
        action->setObjectName(QStringLiteral("theme-") + toString(choice));
        action->setChecked(currentThemeChoice() == choice);
        m_theme_group->addAction(action);
        connect(action, &QAction::triggered, this, [this, choice] { setTheme(choice); });
    };
    add_theme(tr("&System"), ThemeChoice::System);
    add_theme(tr("&Light"), ThemeChoice::Light);
    add_theme(tr("&Dark"), ThemeChoice::Dark);

    QMenu* languages = view->addMenu(tr("L&anguage"));
    auto* language_group = new QActionGroup(this);
    const QStringList known = QStringList{QStringLiteral("system")} + availableLanguages();
    for (const QString& language : known) {
        QAction* action = languages->addAction(language == known.front() ? tr("&System")
                                                                         : languageName(language));
        action->setObjectName(QStringLiteral("language-") + language);
        action->setCheckable(true);
        action->setChecked(storedLanguage() == language);
        language_group->addAction(action);
        connect(action, &QAction::triggered, this, [this, language] {
            storeLanguage(language);
            m_message->showMessage(
                {Tone::Info, tr("The language changes with the next start."), {}, {}});
        });
    }

    QMenu* navigate = menuBar()->addMenu(tr("&Navigate"));
    m_navigate_menu = navigate;
    addAction(navigate, QStringLiteral("search"), tr("Find &anything"),
              QKeySequence(Qt::CTRL | Qt::Key_K), [this] { openLocator({}); })
        ->setObjectName(QStringLiteral("findAnything"));
    QAction* query =
        addAction(navigate, {}, tr("&Search nodes"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
                  [this] { m_search->focusQuery(); });
    QAction* next_found = addAction(navigate, {}, tr("Next &found node"), QKeySequence(Qt::Key_F3),
                                    [this] { m_search->step(1); });
    QAction* previous_found =
        addAction(navigate, {}, tr("P&revious found node"), QKeySequence(Qt::SHIFT | Qt::Key_F3),
                  [this] { m_search->step(-1); });
    navigate->addSeparator();
    m_next_orphan = addAction(navigate, QStringLiteral("next"), tr("&Next orphan"),
                              QKeySequence(Qt::Key_F8), [this] { stepOrphan(1); });
    m_previous_orphan = addAction(navigate, QStringLiteral("previous"), tr("&Previous orphan"),
                                  QKeySequence(Qt::SHIFT | Qt::Key_F8), [this] { stepOrphan(-1); });
    navigate->addSeparator();
    QAction* find = addAction(navigate, QStringLiteral("search"), tr("Find a mo&dule"),
                              QKeySequence::Find, [this] {
                                  raiseDock(m_modules);
                                  m_modules->focusFilter();
                              });
    QAction* to_canvas = addAction(navigate, {}, tr("&Go to the graph"), QKeySequence(Qt::Key_F6),
                                   [this] { m_canvas->setFocus(Qt::ShortcutFocusReason); });

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    addAction(help, QStringLiteral("keyboard"), tr("&Keyboard shortcuts"),
              QKeySequence(Qt::CTRL | Qt::Key_F1), [this] { showShortcuts(); })
        ->setObjectName(QStringLiteral("editShortcuts"));
    QAction* about =
        addAction(help, QStringLiteral("info"), tr("&About Strata"), {}, [this] { showAbout(); });
    about->setMenuRole(QAction::AboutRole);

    // What the settings know the actions by, in all languages.
    for (const auto& [action, name] : {std::pair{m_open, "open"},
                                       std::pair{m_export, "export"},
                                       std::pair{m_report, "writeReport"},
                                       std::pair{m_reload, "reload"},
                                       std::pair{m_cancel, "cancelJob"},
                                       std::pair{m_close, "closeModel"},
                                       std::pair{quit, "quit"},
                                       std::pair{m_zoom_in, "zoomIn"},
                                       std::pair{m_zoom_out, "zoomOut"},
                                       std::pair{m_zoom_fit, "zoomFit"},
                                       std::pair{m_expand_all, "expandAll"},
                                       std::pair{m_collapse_all, "collapseAll"},
                                       std::pair{m_show_legend, "showLegend"},
                                       std::pair{show_map, "showOverview"},
                                       std::pair{query, "searchNodes"},
                                       std::pair{next_found, "nextFound"},
                                       std::pair{previous_found, "previousFound"},
                                       std::pair{m_next_orphan, "nextOrphan"},
                                       std::pair{m_previous_orphan, "previousOrphan"},
                                       std::pair{find, "findModule"},
                                       std::pair{to_canvas, "goToGraph"},
                                       std::pair{about, "about"}})
        action->setObjectName(QString::fromLatin1(name));

    m_model_actions = {m_report,   m_close,      m_reload,       m_zoom_in,     m_zoom_out,
                       m_zoom_fit, m_expand_all, m_collapse_all, find,          to_canvas,
                       query,      next_found,   previous_found, m_next_orphan, m_previous_orphan};
}

void MainWindow::buildToolBar()
{
    m_tool_bar = addToolBar(tr("Tools"));
    m_tool_bar->setObjectName(QStringLiteral("toolBar"));
    m_tool_bar->setMovable(false);
    m_tool_bar->setIconSize(QSize(20, 20));
    m_tool_bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_tool_bar->setContextMenuPolicy(Qt::PreventContextMenu);
    m_open->setIconText(tr("Open"));
    m_export->setIconText(tr("Export"));
    for (QAction* action : {m_open, m_export})
        action->setPriority(QAction::HighPriority);
    m_tool_bar->addAction(m_open);
    m_tool_bar->addAction(m_export);
    m_tool_bar->addSeparator();
    for (QAction* action : {m_zoom_out, m_zoom_fit, m_zoom_in})
        m_tool_bar->addAction(action);
    m_tool_bar->addSeparator();
    for (QAction* action : {m_expand_all, m_collapse_all})
        m_tool_bar->addAction(action);
    m_tool_bar->addSeparator();
    for (QAction* action : {m_previous_orphan, m_next_orphan})
        m_tool_bar->addAction(action);
    // Only the two main actions carry words; the others are known by their signs.
    for (QAction* action : {m_zoom_out, m_zoom_fit, m_zoom_in, m_expand_all, m_collapse_all,
                            m_previous_orphan, m_next_orphan}) {
        action->setPriority(QAction::LowPriority);
    }
}

void MainWindow::refreshActions()
{
    const bool model = m_inspection != nullptr;
    const bool busy = m_jobs->isRunning();
    for (QAction* action : m_model_actions)
        action->setEnabled(model);
    m_export->setEnabled(canExport() && !busy);
    m_export->setStatusTip(model && !canExport()
                               ? tr("Only PyTorch models are exported; this file is ONNX already.")
                               : QString());
    m_inputs->setEnabled(canExport() && !busy);
    m_measure->setEnabled(canExport() && !busy);
    m_compare_nodes->setEnabled(canExport() && !busy);
    // Escape closes other things when no job runs.
    m_cancel->setEnabled(busy);
    Q_EMIT actionsRefreshed();
}

/// An ONNX file that has its source model beside it stays an ONNX file.
bool MainWindow::canExport() const
{
    return m_inspection && m_inspection->program && m_inspection->format != ModelFormat::Onnx;
}

void MainWindow::chooseFile()
{
    chooseFiles([this](const QStringList& files) {
        if (files.size() == 1)
            openFile(files.front());
        else
            WindowList::openFiles(this, files);
    });
}

void MainWindow::chooseFiles(std::function<void(const QStringList&)> chosen)
{
    const QString folder = QSettings().value(folder_key).toString();
    auto* dialog = new QFileDialog(
        this, tr("Open a model"), folder,
        tr("Models (*.pt *.pth *.pt2 *.ts *.onnx);;PyTorch models (*.pt *.pth *.pt2 *.ts);;"
           "ONNX models (*.onnx);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, std::move(chosen));
    dialog->open();
}

void MainWindow::chooseExport()
{
    if (!m_export->isEnabled())
        return;
    const QFileInfo source(QString::fromStdString(m_inspection->path.string()));
    const QString suggested = source.absolutePath() + QLatin1Char('/') + source.completeBaseName() +
                              QStringLiteral(".onnx");
    auto* dialog = new ExportDialog(suggested, m_options, toQString(m_inspection->strategy), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog] { exportTo(dialog->path(), dialog->options()); });
    dialog->open();
}

void MainWindow::chooseReport()
{
    if (!m_inspection || isBusy())
        return;
    const QFileInfo source(QString::fromStdString(m_inspection->path.string()));
    auto* dialog = new ReportDialog(source.absolutePath() + QLatin1Char('/') +
                                        source.completeBaseName() + QStringLiteral("-report"),
                                    m_canvas, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { writeReport(dialog->job()); });
    dialog->open();
}

void MainWindow::editInputs()
{
    if (!m_inputs->isEnabled())
        return;
    auto* dialog = new InputsDialog(*m_inspection, m_options, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { useInputs(dialog->options()); });
    dialog->offer(m_inspection);
    dialog->open();
}

void MainWindow::setTheme(ThemeChoice choice)
{
    applyAppearance(choice);
    QSettings().setValue(theme_key, toString(choice));
}

void MainWindow::showAbout()
{
    auto* box = new QMessageBox(this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(tr("About Strata"));
    box->setIconPixmap(applicationIcon().pixmap(QSize(72, 72), devicePixelRatioF()));
    box->setText(QStringLiteral("<h3>Strata %1</h3>").arg(QApplication::applicationVersion()));
    box->setInformativeText(
        tr("Exports PyTorch models to ONNX with the module hierarchy of every node, and shows "
           "for any ONNX file which module each node belongs to and how sure that is."
           "<p>Licensed under the Apache License 2.0.</p>"));
    box->open();
}

void MainWindow::showShortcuts()
{
    auto* dialog = new ShortcutDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace strata::ui
