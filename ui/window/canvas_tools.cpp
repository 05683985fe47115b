#include "ui/window/canvas_tools.h"

#include "layout/graph_walk.h"
#include "ui/canvas/graph_canvas.h"
#include "ui/models/dot_text.h"
#include "ui/models/format.h"
#include "ui/window/icons.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QClipboard>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QStatusBar>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr int message_ms = 6000;
constexpr unsigned most_hops = 3;
constexpr double picture_scale = 2.0;
const QString fold_key = QStringLiteral("foldRepeats");

std::size_t countOf(const std::vector<bool>& nodes)
{
    return static_cast<std::size_t>(std::count(nodes.begin(), nodes.end(), true));
}

} // namespace

CanvasTools::CanvasTools(MainWindow* window)
    : QObject(window),
      m_window(window),
      m_canvas(window->canvas())
{
    setObjectName(QStringLiteral("canvasTools"));
    buildBar();
    buildActions();
    connect(m_canvas, &GraphCanvas::contextMenuRequested, this, &CanvasTools::showMenu);
    connect(m_canvas, &GraphCanvas::chosenChanged, this, [this] {
        refresh();
        const std::size_t count = m_canvas->chosenCount();
        m_window->statusBar()->showMessage(
            count > 1 ? tr("%1 chosen").arg(formatCount(count)) : QString(), message_ms);
    });
    connect(m_canvas, &GraphCanvas::layoutFinished, this, &CanvasTools::refresh);
    connect(m_canvas, &GraphCanvas::nodeSelected, this, &CanvasTools::refresh);
    connect(m_canvas, &GraphCanvas::moduleSelected, this, &CanvasTools::refresh);
    connect(window->selection(), &Selection::changed, this, &CanvasTools::refresh);
    // What is gone to must be there to be seen.
    connect(window->selection(), &Selection::revealRequested, this,
            [this](const Target& target, const QObject* source) {
                if (!m_shown || source == m_canvas)
                    return;
                if (target.isNode() && target.node < m_shown->size() && !(*m_shown)[target.node])
                    showEverything();
            });
    connect(window, &MainWindow::inspectionChanged, this, [this] {
        m_background.cancel();
        m_copying.cancel();
        m_part = nullptr;
        m_constants = nullptr;
        m_shown = nullptr;
        m_constants_hidden = false;
        refresh();
    });
    refresh();
}

void CanvasTools::buildBar()
{
    m_bar = new QFrame;
    m_bar->setObjectName(QStringLiteral("partBar"));
    m_text = new QLabel;
    m_text->setObjectName(QStringLiteral("partText"));
    m_text->setTextFormat(Qt::PlainText);
    auto* all = new QPushButton(tr("Show everything"));
    all->setObjectName(QStringLiteral("partEverything"));
    all->setProperty("link", true);
    connect(all, &QPushButton::clicked, this, &CanvasTools::showEverything);
    auto* row = new QHBoxLayout(m_bar);
    row->setContentsMargins(18, 3, 8, 3);
    row->setSpacing(10);
    row->addWidget(m_text);
    row->addWidget(all);
    row->addStretch(1);
    m_bar->hide();
    if (auto* column = qobject_cast<QVBoxLayout*>(m_window->centralWidget()->layout()))
        column->insertWidget(column->count() - 1, m_bar);
}

QAction* CanvasTools::add(QMenu* menu, const QString& name, const QString& icon_name,
                          const QString& text, const QKeySequence& keys, std::function<void()> run)
{
    QAction* action = m_window->addAction(menu, icon_name, text, keys, std::move(run));
    action->setObjectName(name);
    return action;
}

void CanvasTools::buildActions()
{
    QMenu* menu = m_window->viewMenu()->addMenu(tr("Part of the &graph"));
    m_menu = menu;
    m_isolate = add(menu, QStringLiteral("isolate"), QStringLiteral("filter"), tr("&Isolate"),
                    QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_I), [this] { isolate(); });
    for (unsigned hops = 1; hops <= most_hops; ++hops)
        m_neighbours.push_back(
            add(menu, QStringLiteral("neighbours%1").arg(hops), {},
                hops == 1 ? tr("Show its neighbours") : tr("Show %1 steps around").arg(hops),
                QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + hops)),
                [this, hops] { showNeighbours(hops); }));
    m_path = add(menu, QStringLiteral("showPath"), {}, tr("Show the &path between the two"),
                 QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), [this] { showPath(); });
    m_path->setStatusTip(tr("Choose two nodes with Ctrl+click first."));
    m_hide_constants = add(menu, QStringLiteral("hideConstants"), {}, tr("&Hide constants"),
                           QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_H), [] {});
    m_hide_constants->setCheckable(true);
    connect(m_hide_constants, &QAction::toggled, this, &CanvasTools::setConstantsHidden);
    m_everything = add(menu, QStringLiteral("showEverything"), {}, tr("Show &everything"),
                       QKeySequence(Qt::CTRL | Qt::Key_9), [this] { showEverything(); });
    menu->addSeparator();
    m_expand_inside = add(menu, QStringLiteral("expandInside"), QStringLiteral("expand-all"),
                          tr("Expand everything i&nside"), {}, [this] {
                              const Target& target = m_window->selection()->current();
                              m_canvas->expandInside(target.module);
                          });
    m_expand_here = add(menu, QStringLiteral("expandHere"), {}, tr("Expand &only to here"), {},
                        [this] { m_canvas->expandOnlyToSelection(); });
    menu->addSeparator();
    m_fold_repeats = add(menu, QStringLiteral("foldRepeats"), {}, tr("&Fold repeated modules"),
                         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), [] {});
    m_fold_repeats->setStatusTip(
        tr("Draws equal modules that follow each other as one card, with their number."));
    m_fold_repeats->setCheckable(true);
    m_fold_repeats->setChecked(QSettings().value(fold_key, false).toBool());
    m_canvas->setRepeatsFolded(m_fold_repeats->isChecked());
    connect(m_fold_repeats, &QAction::toggled, this, [this](bool folded) {
        QSettings().setValue(fold_key, folded);
        m_canvas->setRepeatsFolded(folded);
    });
    m_fold_here =
        add(menu, QStringLiteral("foldHere"), {}, tr("Fold with its e&quals"), {}, [this] {
            const ModuleId module = m_window->selection()->current().module;
            m_canvas->setRepeatFolded(module, !m_canvas->isRepeatFolded(module));
        });
    menu->addSeparator();
    m_copy_dot = add(menu, QStringLiteral("copyDot"), QStringLiteral("copy"), tr("Copy as &DOT"),
                     {}, [this] { copyDot(); });
    m_copy_picture = add(menu, QStringLiteral("copyPicture"), QStringLiteral("copy"),
                         tr("Copy as i&mage"), {}, [this] { copyPicture(); });
}

void CanvasTools::refresh()
{
    const bool model = m_canvas->displayTree() != nullptr && m_window->inspection();
    const bool chosen = model && m_canvas->chosenCount() > 0;
    const Target& target = m_window->selection()->current();
    m_isolate->setEnabled(chosen);
    for (QAction* action : m_neighbours)
        action->setEnabled(chosen);
    m_path->setEnabled(model && m_canvas->chosenNodeIds().size() == 2);
    m_hide_constants->setEnabled(model);
    m_everything->setEnabled(model && showsPart());
    m_expand_inside->setEnabled(model && target.module != no_module);
    m_expand_here->setEnabled(model && !target.isEmpty());
    const std::size_t equals = model ? m_canvas->repeatCount(target.module) : 0;
    m_fold_here->setEnabled(equals > 1);
    m_fold_here->setText(equals < 2 ? tr("Fold with its e&quals")
                         : m_canvas->isRepeatFolded(target.module)
                             ? tr("Unfold the %1 e&qual modules").arg(formatCount(equals))
                             : tr("Fold with its %1 e&quals").arg(formatCount(equals - 1)));
    m_copy_dot->setEnabled(model);
    m_copy_picture->setEnabled(model);
    const QSignalBlocker quiet(m_hide_constants);
    m_hide_constants->setChecked(m_constants_hidden);
    m_bar->setVisible(model && showsPart());
}

void CanvasTools::copyText(const QString& what, const QString& text, QMenu* menu)
{
    if (text.isEmpty())
        return;
    connect(menu->addAction(icon(QStringLiteral("copy")), what), &QAction::triggered, this,
            [this, text] {
                QApplication::clipboard()->setText(text);
                Q_EMIT copied();
            });
}

void CanvasTools::showMenu(NodeId node, ModuleId module, const QPoint& where)
{
    const InspectionPtr& inspection = m_window->inspection();
    if (!inspection)
        return;
    auto* menu = new QMenu(m_window);
    menu->setObjectName(QStringLiteral("canvasMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const ModuleTree& modules = inspection->modules;
    ModuleId owner = module;
    const bool is_node =
        node != no_id && inspection->model && node < inspection->model->nodes.size();
    if (is_node && node < inspection->attribution.size())
        owner = inspection->attribution[node].module;
    if (is_node && m_canvas->hasBody(node)) {
        QAction* body = menu->addAction(m_canvas->isBodyOpen(node) ? tr("Close its bodies")
                                                                   : tr("Open its bodies"));
        body->setObjectName(QStringLiteral("menuBody"));
        connect(body, &QAction::triggered, this, [this, node] { m_canvas->toggleBody(node); });
    }
    if (module < modules.size() && module != root_module) {
        const bool open = m_canvas->isExpanded(module);
        connect(menu->addAction(
                    icon(open ? QStringLiteral("collapse-all") : QStringLiteral("expand-all")),
                    open ? tr("Collapse") : tr("Expand")),
                &QAction::triggered, this, [this, module] { m_canvas->toggle(module); });
        menu->addAction(m_expand_inside);
        if (m_fold_here->isEnabled())
            menu->addAction(m_fold_here);
    }
    if (node != no_id || module != no_module)
        menu->addAction(m_expand_here);
    menu->addSeparator();
    menu->addAction(m_isolate);
    QMenu* around = menu->addMenu(tr("Neighbours"));
    for (QAction* action : m_neighbours)
        around->addAction(action);
    around->setEnabled(m_neighbours.front()->isEnabled());
    menu->addAction(m_path);
    menu->addAction(m_hide_constants);
    menu->addAction(m_everything);
    menu->addSeparator();
    if (is_node) {
        if (auto* why = m_window->findChild<QAction*>(QStringLiteral("whyHere")))
            menu->addAction(why);
        if (owner < modules.size())
            connect(menu->addAction(icon(QStringLiteral("module")), tr("Go to its module")),
                    &QAction::triggered, this, [this, owner] {
                        m_window->selection()->select(Target::ofModule(owner), this);
                    });
    }
    for (const char* name : {"toggleBookmark", "pinForComparison", "compareChosen"})
        if (auto* action = m_window->findChild<QAction*>(QString::fromLatin1(name)))
            menu->addAction(action);
    menu->addSeparator();
    if (is_node)
        copyText(tr("Copy the node's name"),
                 toQString(inspection->model->text(inspection->model->nodes[node].name)), menu);
    if (owner < modules.size()) {
        copyText(tr("Copy the module's path"), toQString(modules[owner].fqn), menu);
        copyText(tr("Copy the module's tag"), toQString(modules.tag(owner)), menu);
    }
    menu->addAction(m_copy_dot);
    menu->addAction(m_copy_picture);
    menu->popup(where);
}

void CanvasTools::isolate()
{
    auto nodes = std::make_shared<const std::vector<bool>>(m_canvas->chosenNodes());
    if (countOf(*nodes) > 0)
        show(nodes, tr("What was chosen"));
}

void CanvasTools::showNeighbours(unsigned hops)
{
    const auto tree = m_canvas->displayTree();
    if (!tree)
        return;
    const QString what = hops == 1 ? tr("What was chosen and its neighbours")
                                   : tr("What was chosen and %1 steps around it").arg(hops);
    m_background.run([this, tree, hops, what,
                      seeds = m_canvas->chosenNodes()](TaskContext& task) -> Background::Answer {
        auto found = nodes_around(*tree, seeds, hops, task);
        if (!found)
            return {};
        return [this, what, nodes = std::make_shared<const std::vector<bool>>(std::move(*found))] {
            show(nodes, what);
        };
    });
}

void CanvasTools::showPath()
{
    const auto tree = m_canvas->displayTree();
    const std::vector<NodeId> ends = m_canvas->chosenNodeIds();
    if (!tree || ends.size() != 2)
        return;
    m_background.run([this, tree, ends](TaskContext& task) -> Background::Answer {
        auto found = nodes_between(*tree, ends[0], ends[1], task);
        if (!found)
            return {};
        return [this, nodes = std::make_shared<const std::vector<bool>>(std::move(*found))] {
            if (countOf(*nodes) == 0)
                m_window->statusBar()->showMessage(
                    tr("The data flow does not lead from one of these nodes to the other."),
                    message_ms);
            else
                show(nodes, tr("The ways between the two nodes"));
        };
    });
}

void CanvasTools::setConstantsHidden(bool hidden)
{
    const auto tree = m_canvas->displayTree();
    if (hidden == m_constants_hidden || !tree)
        return refresh();
    m_constants_hidden = hidden;
    if (!hidden || m_constants)
        return apply();
    m_background.run([this, tree, model = m_window->inspection()->model](
                         TaskContext& task) -> Background::Answer {
        auto found = constant_nodes(*model, *tree, task);
        if (!found)
            return {};
        return [this, nodes = std::make_shared<const std::vector<bool>>(std::move(*found))] {
            m_constants = nodes;
            apply();
        };
    });
}

void CanvasTools::show(NodesPtr part, const QString& what)
{
    m_part = std::move(part);
    m_what = what;
    apply();
}

void CanvasTools::showEverything()
{
    m_background.cancel();
    m_part = nullptr;
    m_constants_hidden = false;
    apply();
}

void CanvasTools::apply()
{
    NodesPtr shown = m_part;
    if (m_constants_hidden && m_constants) {
        auto nodes = std::make_shared<std::vector<bool>>(
            m_part ? *m_part : std::vector<bool>(m_constants->size(), true));
        for (std::size_t node = 0; node < nodes->size(); ++node)
            (*nodes)[node] = (*nodes)[node] && !(*m_constants)[node];
        shown = nodes;
    }
    if (shown) {
        const QString what = m_part && m_constants_hidden ? tr("%1, without constants").arg(m_what)
                             : m_part                     ? m_what
                                                          : tr("Without constants");
        m_text->setText(tr("%1: %2 of %3 nodes")
                            .arg(what, formatCount(countOf(*shown)), formatCount(shown->size())));
    }
    m_shown = shown;
    m_canvas->setShownNodes(shown);
    refresh();
}

void CanvasTools::copyDot()
{
    const auto tree = m_canvas->displayTree();
    if (!tree)
        return;
    std::vector<bool> nodes = m_canvas->chosenNodes();
    if (countOf(nodes) == 0)
        nodes = m_shown ? *m_shown : std::vector<bool>(nodes.size(), true);
    m_copying.run([this, tree, nodes = std::move(nodes),
                   inspection = m_window->inspection()](TaskContext& task) -> Background::Answer {
        auto text = dotText(*inspection, *tree, nodes, task);
        if (!text)
            return {};
        return [this, copy = toQString(*text), count = countOf(nodes)] {
            QApplication::clipboard()->setText(copy);
            m_window->statusBar()->showMessage(
                tr("Copied as DOT: %Ln node(s)", nullptr, static_cast<int>(count)), message_ms);
            Q_EMIT copied();
        };
    });
}

void CanvasTools::copyPicture()
{
    Rect part;
    const auto scene = m_canvas->scene();
    const Target& target = m_window->selection()->current();
    if (scene && m_canvas->chosenCount() == 1 && target.module != no_module)
        if (const auto box = scene->box_of_group.find(target.module);
            box != scene->box_of_group.end())
            part = scene->boxes[box->second].rect;
    auto paint = m_canvas->picture(part, picture_scale);
    if (!paint)
        return;
    m_copying.run([this, paint = std::move(paint)](TaskContext&) mutable -> Background::Answer {
        const QImage image = paint();
        return [this, image] {
            QApplication::clipboard()->setImage(image);
            m_window->statusBar()->showMessage(
                tr("Copied as an image: %1 × %2").arg(image.width()).arg(image.height()),
                message_ms);
            Q_EMIT copied();
        };
    });
}

} // namespace strata::ui
