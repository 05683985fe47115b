#include "ui/review/module_picker.h"

#include "ui/models/format.h"
#include "ui/widgets/card_shadow.h"
#include "ui/window/icons.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>

namespace strata::ui {

namespace {

constexpr std::size_t modules_shown = 60;
constexpr int rows_per_page = 10;
constexpr int picked_module_role = Qt::UserRole;

} // namespace

ModulePicker::ModulePicker(QWidget* window)
    : QFrame(window),
      m_edit(new QLineEdit),
      m_list(new QListView),
      m_model(new QStandardItemModel(this))
{
    setObjectName(QStringLiteral("modulePicker"));
    setAccessibleName(tr("Choose a module"));
    m_edit->setObjectName(QStringLiteral("modulePickerEdit"));
    m_edit->setAccessibleName(tr("Choose a module"));
    m_edit->addAction(icon(QStringLiteral("module")), QLineEdit::LeadingPosition);
    m_edit->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("modulePickerList"));
    m_list->setAccessibleName(tr("Modules"));
    m_list->setModel(m_model);
    m_list->setUniformItemSizes(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(4);
    column->addWidget(m_edit);
    column->addWidget(m_list, 1);
    new CardShadow(this);
    connect(m_edit, &QLineEdit::textChanged, this, &ModulePicker::search);
    connect(m_list, &QListView::clicked, this, [this] { take(); });
    hide();
}

void ModulePicker::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_background.cancel();
    m_modules.reset();
    m_inspection = std::move(inspection);
    hide();
}

std::vector<ModuleId> ModulePicker::candidates(const Inspection& inspection, NodeId node)
{
    std::vector<ModuleId> result;
    const auto offer = [&](ModuleId module) {
        if (module < inspection.modules.size() &&
            std::find(result.begin(), result.end(), module) == result.end())
            result.push_back(module);
    };
    if (!inspection.model || node >= inspection.attribution.size())
        return result;
    const OnnxModel& model = *inspection.model;
    for (const Evidence& evidence : inspection.attribution[node].evidence)
        offer(evidence.module);
    std::vector<ModuleId> near;
    for (const ValueId value : model.nodes[node].inputs)
        if (value < model.values.size())
            if (const NodeId producer = model.values[value].producer;
                producer < inspection.attribution.size())
                near.push_back(inspection.attribution[producer].module);
    // Consumers are looked for among the nodes that follow closely: a table of all of them would
    // take longer than a frame.
    constexpr NodeId look_ahead = 256;
    const auto& outputs = model.nodes[node].outputs;
    const NodeId end = static_cast<NodeId>(
        std::min<std::size_t>(inspection.attribution.size(), std::size_t{node} + look_ahead));
    for (NodeId next = node + 1; next < end; ++next)
        for (const ValueId value : model.nodes[next].inputs)
            if (value != no_id && std::find(outputs.begin(), outputs.end(), value) != outputs.end())
                near.push_back(inspection.attribution[next].module);
    for (const ModuleId module : near)
        offer(module);
    for (const ModuleId module : near)
        if (module < inspection.modules.size())
            offer(inspection.modules[module].parent);
    offer(root_module);
    return result;
}

void ModulePicker::open(const QString& title, std::vector<ModuleId> near)
{
    if (!m_inspection)
        return;
    m_near = std::move(near);
    m_edit->setPlaceholderText(title);
    m_edit->setAccessibleName(title);
    m_edit->clear();
    const QWidget* window = parentWidget();
    const int width = std::min(620, window->width() - 40);
    const int height =
        std::min(window->height() - 80, rows_per_page * (fontMetrics().height() + 10) + 60);
    setGeometry((window->width() - width) / 2, std::min(90, window->height() / 8), width, height);
    search();
    QFrame::show();
    raise();
    m_edit->setFocus(Qt::ShortcutFocusReason);
}

void ModulePicker::show(const std::vector<ModuleId>& modules)
{
    m_model->clear();
    for (const ModuleId id : modules) {
        const Module& module = m_inspection->modules[id];
        const QString path = modulePath(m_inspection->modules, id);
        const QString text = module.class_name.empty()
                                 ? path
                                 : tr("%1   %2").arg(path, toQString(module.class_name));
        auto* item = new QStandardItem(
            icon(QStringLiteral("module"), palette().color(QPalette::WindowText)), text);
        item->setData(id, picked_module_role);
        item->setToolTip(toQString(m_inspection->modules.tag(id)));
        m_model->appendRow(item);
    }
    m_list->setCurrentIndex(m_model->index(0, 0));
}

void ModulePicker::search()
{
    const std::string typed = m_edit->text().trimmed().toStdString();
    if (typed.empty()) {
        m_background.cancel();
        return show(m_near);
    }
    m_background.run([this, typed, modules = m_modules,
                      inspection = m_inspection](TaskContext& task) -> Background::Answer {
        auto known = modules;
        if (!known) {
            auto made = std::make_shared<Locator>();
            for (ModuleId id = 0; id < inspection->modules.size(); ++id) {
                if (id % 1024 == 0 && task.cancelled())
                    return {};
                const Module& module = inspection->modules[id];
                made->add(LocatorKind::Module, id,
                          (module.fqn.empty() ? std::string("(root)") : module.fqn) + " " +
                              module.class_name);
            }
            known = made;
        }
        // What looks like the locator's prefix of a kind is part of a name here.
        auto hits = known->find("m " + typed, modules_shown, task);
        if (!hits)
            return {};
        std::vector<ModuleId> found;
        for (const LocatorHit& hit : *hits)
            found.push_back(known->entries()[hit.entry].id);
        return [this, known, found] {
            m_modules = known;
            show(found);
        };
    });
}

void ModulePicker::take()
{
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid())
        return;
    const auto module = index.data(picked_module_role).toUInt();
    hide();
    Q_EMIT picked(module);
    Q_EMIT closed();
}

void ModulePicker::giveUp()
{
    hide();
    Q_EMIT closed();
}

bool ModulePicker::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_edit)
        return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::FocusOut && isVisible())
        giveUp();
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const auto move = [this](int rows) {
        const int count = m_model->rowCount();
        if (count > 0)
            m_list->setCurrentIndex(
                m_model->index(std::clamp(m_list->currentIndex().row() + rows, 0, count - 1), 0));
    };
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Down:
        move(1);
        return true;
    case Qt::Key_Up:
        move(-1);
        return true;
    case Qt::Key_PageDown:
        move(rows_per_page);
        return true;
    case Qt::Key_PageUp:
        move(-rows_per_page);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (isReady())
            take();
        return true;
    case Qt::Key_Escape:
        giveUp();
        return true;
    default:
        return QFrame::eventFilter(watched, event);
    }
}

} // namespace strata::ui
