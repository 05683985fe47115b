#include "ui/window/view_state.h"

#include "ui/canvas/graph_canvas.h"
#include "ui/models/format.h"
#include "ui/panels/module_panel.h"
#include "ui/window/main_window.h"

#include <QJsonArray>
#include <QPointer>
#include <QTimer>
#include <QTreeView>

#include <cmath>
#include <utility>

namespace strata::ui {

namespace {

const QString saved_module_prefix = QStringLiteral("module:");
/// More open modules than anybody opens one by one; asking for each takes its time.
constexpr std::size_t most_tree_rows = 5000;

QStringList strings(const QJsonValue& value)
{
    QStringList result;
    const QJsonArray array = value.toArray();
    for (const QJsonValue& item : array)
        if (item.isString())
            result += item.toString();
    return result;
}

/// As large as it can be without leaving the view, or not larger than life.
bool showsJustEverything(const GraphCanvas& canvas)
{
    const QRectF view = canvas.viewport()->rect();
    const QRectF graph(canvas.toViewport({0, 0}),
                       canvas.toViewport({canvas.scene()->width, canvas.scene()->height}));
    constexpr double margin = 80.0;
    return view.contains(graph) && (canvas.zoom() > 0.99 || view.width() - graph.width() < margin ||
                                    view.height() - graph.height() < margin);
}

/// Folds and moves the view once no layout is outstanding, unless another model has come by then.
void moveViewLater(MainWindow* window, ViewState view)
{
    constexpr int step_ms = 15;
    auto* timer = new QTimer(window);
    const InspectionPtr model = window->inspection();
    const auto step = [timer, window, model, view]() mutable {
        GraphCanvas* canvas = window->canvas();
        if (window->inspection() != model)
            return timer->deleteLater();
        if (canvas->isLayoutRunning() || !canvas->scene())
            return;
        if (!view.folding.isEmpty()) { // what is equal is known since the first layout
            for (const QString& fqn : std::exchange(view.folding, {}))
                if (const auto id = model->modules.find(fqn.toStdString()))
                    canvas->setRepeatFolded(*id, !canvas->repeatsFolded());
            return;
        }
        const QPointF middle = QRectF(canvas->viewport()->rect()).center();
        if (view.whole)
            canvas->fitToView();
        else if (std::isfinite(view.zoom) && view.zoom > 0)
            canvas->setView(view.zoom, view.centre, middle);
        timer->deleteLater();
    };
    QObject::connect(timer, &QTimer::timeout, timer, step);
    timer->start(step_ms);
}

} // namespace

QString nameOf(const Inspection& inspection, const Target& target)
{
    if (target.isNode()) {
        if (!inspection.model || target.node >= inspection.model->nodes.size())
            return {};
        const OnnxModel& model = *inspection.model;
        const std::string name(model.text(model.nodes[target.node].name));
        // A name that several nodes have finds only the first of them.
        if (!name.empty() && locate(inspection, name) == target)
            return toQString(name);
        return toQString(model.node_path(target.node));
    }
    if (target.module >= inspection.modules.size())
        return {};
    return saved_module_prefix + toQString(inspection.modules[target.module].fqn);
}

Target targetOf(const Inspection& inspection, const QString& name)
{
    if (!name.startsWith(saved_module_prefix))
        return name.isEmpty() ? Target() : locate(inspection, name.toStdString());
    const auto module = inspection.modules.find(name.mid(saved_module_prefix.size()).toStdString());
    return module ? Target::ofModule(*module) : Target();
}

QJsonObject ViewState::toJson() const
{
    return {{QStringLiteral("expanded"), QJsonArray::fromStringList(expanded)},
            {QStringLiteral("tree"), QJsonArray::fromStringList(tree)},
            {QStringLiteral("folding"), QJsonArray::fromStringList(folding)},
            {QStringLiteral("selected"), selected},
            {QStringLiteral("zoom"), zoom},
            {QStringLiteral("whole"), whole},
            {QStringLiteral("x"), centre.x()},
            {QStringLiteral("y"), centre.y()}};
}

ViewState ViewState::fromJson(const QJsonObject& json)
{
    ViewState view;
    view.expanded = strings(json[QStringLiteral("expanded")]);
    view.tree = strings(json[QStringLiteral("tree")]);
    view.folding = strings(json[QStringLiteral("folding")]);
    view.selected = json[QStringLiteral("selected")].toString();
    view.zoom = json[QStringLiteral("zoom")].toDouble();
    view.whole = json[QStringLiteral("whole")].toBool();
    view.centre = {json[QStringLiteral("x")].toDouble(), json[QStringLiteral("y")].toDouble()};
    return view;
}

ViewState viewOf(const MainWindow& window)
{
    ViewState view;
    const InspectionPtr& inspection = window.inspection();
    if (!inspection)
        return view;
    const GraphCanvas* canvas = window.canvas();
    const ModulePanel* panel = window.modulePanel();
    const ModuleTree& modules = inspection->modules;
    for (ModuleId id = 0; id < modules.size(); ++id) {
        if (id != root_module && canvas->isExpanded(id))
            view.expanded += toQString(modules[id].fqn);
        if (canvas->isRepeatFolded(id) != canvas->repeatsFolded() &&
            (!canvas->repeatsFolded() || canvas->repeatCount(id) > 0))
            view.folding += toQString(modules[id].fqn);
        if (modules.size() > most_tree_rows)
            continue;
        if (const QModelIndex row = panel->viewIndex(id);
            row.isValid() && panel->view()->isExpanded(row))
            view.tree += toQString(modules[id].fqn);
    }
    view.selected = nameOf(*inspection, window.selection()->current());
    if (canvas->scene()) {
        view.zoom = canvas->zoom();
        view.whole = showsJustEverything(*canvas);
        view.centre = canvas->toScene(QRectF(canvas->viewport()->rect()).center());
    }
    return view;
}

void applyView(MainWindow& window, const ViewState& view)
{
    const InspectionPtr inspection = window.inspection();
    if (!inspection)
        return;
    std::vector<ModuleId> expanded;
    for (const QString& fqn : view.expanded)
        if (const auto id = inspection->modules.find(fqn.toStdString()))
            expanded.push_back(*id);
    window.canvas()->expand(expanded);
    ModulePanel* panel = window.modulePanel();
    for (const QString& fqn : view.tree)
        if (const auto id = inspection->modules.find(fqn.toStdString()))
            panel->view()->expand(panel->viewIndex(*id));
    if (const Target target = targetOf(*inspection, view.selected); !target.isEmpty())
        window.selection()->select(target, &window);
    if (view != ViewState())
        moveViewLater(&window, view);
}

} // namespace strata::ui
