#include "ui/review/review_feature.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/models/format.h"
#include "ui/models/module_tree_model.h"
#include "ui/panels/inspector_panel.h"
#include "ui/panels/module_panel.h"
#include "ui/panels/search_bar.h"
#include "ui/review/review_marks.h"
#include "ui/review/review_panel.h"
#include "ui/review/review_section.h"
#include "ui/review/review_text.h"
#include "ui/widgets/message_bar.h"
#include "ui/window/icons.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QDockWidget>
#include <QFileDialog>
#include <QFileInfo>
#include <QInputDialog>
#include <QMenu>
#include <QMenuBar>
#include <QTreeView>

namespace strata::ui {

ReviewFeature::ReviewFeature(MainWindow* window)
    : QObject(window),
      m_window(window),
      m_review(new ReviewController(this)),
      m_panel(new ReviewPanel(m_review, window->selection(), window))
{
    QDockWidget* dock = window->addDock(m_panel, QStringLiteral("dockReview"), tr("Review"),
                                        Qt::BottomDockWidgetArea);
    if (auto* problems = window->findChild<QDockWidget*>(QStringLiteral("dockProblems"))) {
        window->tabifyDockWidget(problems, dock);
        problems->raise();
        // A dock that comes later takes back what the window gave to the others.
        window->resizeDocks({problems}, {230}, Qt::Vertical);
        if (auto* modules = window->findChild<QDockWidget*>(QStringLiteral("dockModules")))
            if (auto* inspector = window->findChild<QDockWidget*>(QStringLiteral("dockInspector")))
                window->resizeDocks({modules, inspector}, {470, 340}, Qt::Horizontal);
    }
    window->inspectorPanel()->addSection(new ReviewSection(m_review, window->selection()));
    new ReviewMarks(m_review, window->canvas());
    buildMenu();
    connect(window, &MainWindow::inspectionChanged, this,
            [this] { m_review->setInspection(m_window->inspection()); });
    connect(window, &MainWindow::exported, m_review, &ReviewController::copyTo);
    connect(m_review, &ReviewController::changed, this, &ReviewFeature::refresh);
    connect(m_review, &ReviewController::failed, this, [this](const QString& message) {
        m_window->messageBar()->showMessage({Tone::Error, message, {}, {}});
    });
    connect(m_review, &ReviewController::merged, this,
            [this](const QString& file, int decisions, int conflicts) {
                QString text = tr("%Ln new decision(s) from %1.", nullptr, decisions)
                                   .arg(QFileInfo(file).fileName());
                if (conflicts > 0)
                    text += QLatin1Char(' ') +
                            tr("%Ln conflict(s) are listed in the review.", nullptr, conflicts);
                m_window->messageBar()->showMessage(
                    {conflicts > 0 ? Tone::Warning : Tone::Success, text, {}, {}});
            });
    refresh();
}

void ReviewFeature::show()
{
    m_window->raiseDock(m_panel);
    m_panel->queue()->setFocus(Qt::ShortcutFocusReason);
    if (m_panel->nodes().empty() && m_panel->module() == no_module)
        m_panel->step(1);
}

void ReviewFeature::buildMenu()
{
    m_menu = new QMenu(tr("&Review"), m_window);
    m_menu->setObjectName(QStringLiteral("reviewMenu"));
    QList<QAction*> menus = m_window->menuBar()->actions();
    m_window->menuBar()->insertMenu(menus.isEmpty() ? nullptr : menus.last(), m_menu);
    auto add = [this](const char* name, const QString& icon_name, const QString& text,
                      const QKeySequence& key, std::function<void()> run) {
        QAction* action = m_window->addAction(m_menu, icon_name, text, key, std::move(run));
        action->setObjectName(QString::fromLatin1(name));
        m_actions.push_back(action);
        return action;
    };
    add("reviewQueue", QStringLiteral("eye"), tr("Go to the &queue"),
        QKeySequence(Qt::CTRL | Qt::Key_R), [this] { show(); });
    add("reviewNext", QStringLiteral("next"), tr("&Next node to review"), QKeySequence(Qt::Key_F9),
        [this] {
            m_window->raiseDock(m_panel);
            m_panel->step(1);
        });
    add("reviewPrevious", QStringLiteral("previous"), tr("&Previous node to review"),
        QKeySequence(Qt::SHIFT | Qt::Key_F9), [this] {
            m_window->raiseDock(m_panel);
            m_panel->step(-1);
        });
    m_menu->addSeparator();
    add("reviewAccept", QStringLiteral("accept"), tr("&Accept"),
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_A),
        [this] { m_panel->decide(ReviewAction::Accept); });
    add("reviewReject", QStringLiteral("reject"), tr("Re&ject"),
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_J),
        [this] { m_panel->decide(ReviewAction::Reject); });
    add("reviewReassign", QStringLiteral("reassign"), tr("Give to another &module…"),
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M), [this] { m_panel->askForModule(); });
    add("reviewLookedAt", {}, tr("Mark as &looked at"),
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V),
        [this] { m_panel->decide(ReviewAction::Review); });
    add("reviewNote", QStringLiteral("note"), tr("N&ote…"),
        QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_N), [this] {
            m_window->raiseDock(m_panel);
            m_panel->askForNote();
        });
    add("reviewClear", {}, tr("&Clear the decision"), {},
        [this] { m_panel->decide(ReviewAction::Clear); });
    m_menu->addSeparator();
    m_undo = add("reviewUndo", QStringLiteral("undo"), tr("&Undo"), QKeySequence::Undo,
                 [this] { m_review->undo(); });
    m_redo = add("reviewRedo", QStringLiteral("redo"), tr("&Redo"),
                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z), [this] { m_review->redo(); });
    m_menu->addSeparator();
    add("reviewMerge", {}, tr("Mer&ge another review…"), {}, [this] { askForMerge(); });
    m_window->addAction(m_menu, {}, tr("&Your name…"), {}, [this] { askForName(); })
        ->setObjectName(QStringLiteral("reviewName"));
}

void ReviewFeature::refresh()
{
    const ReviewSnapshotPtr review = m_review->snapshot();
    for (QAction* action : m_actions)
        action->setEnabled(review != nullptr);
    m_undo->setEnabled(review && review->undo.targets > 0);
    m_redo->setEnabled(review && review->redo.targets > 0);
    const QString undo = review ? stepText(review->undo) : QString();
    const QString redo = review ? stepText(review->redo) : QString();
    m_undo->setText(undo.isEmpty() ? tr("&Undo") : tr("&Undo: %1").arg(undo));
    m_redo->setText(redo.isEmpty() ? tr("&Redo") : tr("&Redo: %1").arg(redo));
    m_window->searchBar()->setReview(m_review->lookup());
    m_window->modulePanel()->model()->setMarks(
        review ? ModuleTreeModel::MarkOf([review](ModuleId id) -> ModuleTreeModel::Mark {
            const ReviewOverlay& overlay = review->overlay;
            const auto& all = review->inspection->coverage.with_descendants;
            if (id >= overlay.modules.size() || id >= all.size())
                return {};
            ReviewedItem item = overlay.modules[id];
            const std::uint64_t done = review->reviewed[id];
            if (!item.reviewed() && done > 0 && done == all[id].total)
                item.marked = true;
            ModuleTreeModel::Mark mark;
            mark.icon = reviewIcon(item, QApplication::palette());
            if (done > 0)
                mark.tip = tr("Reviewed: %1 of %2 nodes")
                               .arg(formatCount(done), formatCount(all[id].total));
            return mark;
        })
               : ModuleTreeModel::MarkOf());
    m_window->modulePanel()->view()->viewport()->update();
}

void ReviewFeature::askForMerge()
{
    auto* dialog = new QFileDialog(m_window, tr("Merge another review"),
                                   QFileInfo(m_review->file()).absolutePath(),
                                   tr("Reviews (*.review.json);;All files (*)"));
    dialog->setObjectName(QStringLiteral("mergeDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, m_review, &ReviewController::mergeFile);
    dialog->open();
}

void ReviewFeature::askForName()
{
    auto* dialog = new QInputDialog(m_window);
    dialog->setObjectName(QStringLiteral("nameDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Your name"));
    dialog->setLabelText(tr("Written beside each of your decisions. Only decisions under this "
                            "name are yours to undo."));
    dialog->setTextValue(ReviewController::author());
    connect(dialog, &QInputDialog::textValueSelected, this, [this](const QString& name) {
        ReviewController::setAuthor(name);
        m_review->setInspection(m_window->inspection());
    });
    dialog->open();
}

} // namespace strata::ui
