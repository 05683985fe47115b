#include "ui/panels/locator_popup.h"

#include "ui/jobs/activity.h"
#include "ui/jobs/release_later.h"
#include "ui/models/format.h"
#include "ui/models/locator_model.h"
#include "ui/panels/locator_delegate.h"
#include "ui/widgets/card_shadow.h"
#include "ui/window/icons.h"

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QVBoxLayout>

namespace strata::ui {

namespace {

constexpr std::size_t shown = 60;
constexpr int card_width = 720;
constexpr int visible_rows = 12;

QString withoutMnemonic(QString text)
{
    return text.remove(QLatin1Char('&'));
}

/// What an action is called outside its menu: "Dark" of the menu Theme is "Theme: Dark". The menus
/// of the menu bar are left out, whose actions say enough.
QString commandName(const QAction& action)
{
    const QString name = withoutMnemonic(action.text());
    for (const QObject* owner : action.associatedObjects()) {
        const auto* menu = qobject_cast<const QMenu*>(owner);
        if (menu == nullptr)
            continue;
        for (const QObject* above : menu->menuAction()->associatedObjects())
            if (qobject_cast<const QMenu*>(above) != nullptr)
                return QStringLiteral("%1: %2").arg(withoutMnemonic(menu->title()), name);
    }
    return name;
}

} // namespace

LocatorPopup::LocatorPopup(QWidget* window)
    : QFrame(window),
      m_edit(new QLineEdit),
      m_list(new QListView),
      m_hint(new QLabel),
      m_nothing(
          new QLabel(tr("Nothing found. A few letters of a name are enough, in their order."))),
      m_model(new LocatorModel(this)),
      m_commands(std::make_shared<const Locator>())
{
    setObjectName(QStringLiteral("locator"));
    setAccessibleName(tr("Find anything"));
    m_edit->setObjectName(QStringLiteral("locatorEdit"));
    m_edit->setAccessibleName(tr("Find anything"));
    m_edit->setPlaceholderText(tr("Find modules, nodes, values, weights, operators, actions …"));
    m_edit->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    m_edit->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("locatorList"));
    m_list->setAccessibleName(tr("What was found"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new LocatorDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_nothing->setObjectName(QStringLiteral("locatorNothing"));
    m_nothing->setForegroundRole(QPalette::PlaceholderText);
    m_nothing->setAlignment(Qt::AlignCenter);
    m_nothing->setWordWrap(true);
    m_nothing->hide();
    auto* over_list = new QVBoxLayout(m_list->viewport());
    over_list->addWidget(m_nothing);
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setContentsMargins(10, 2, 10, 4);
    m_hint->setText(tr("Begin with  m  for modules, n  nodes, i  initializers, v  values, o  "
                       "operators, d  diagnostics, >  actions"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 6);
    column->setSpacing(4);
    column->addWidget(m_edit);
    column->addWidget(m_list, 1);
    column->addWidget(m_hint);
    new CardShadow(this);
    connect(m_edit, &QLineEdit::textChanged, this, &LocatorPopup::search);
    connect(m_list, &QListView::clicked, this, [this] { choose(); });
    window->installEventFilter(this);
    hide();
}

LocatorPopup::~LocatorPopup() = default;

void LocatorPopup::setInspection(std::shared_ptr<const Inspection> inspection)
{
    hide();
    m_searching.cancel();
    m_indexing.cancel();
    releaseLater(std::exchange(m_things, nullptr));
    m_inspection = std::move(inspection);
    m_model->setHits(nullptr, nullptr, {});
    if (!m_inspection)
        return;
    m_indexing.run([this, model = m_inspection](TaskContext& task) -> Background::Answer {
        auto made = Locator::of(*model, task);
        if (!made)
            return {};
        auto things = std::make_shared<const Locator>(std::move(*made));
        return [this, things] {
            m_things = things;
            if (isVisible())
                search();
        };
    });
}

void LocatorPopup::openWith(std::vector<QAction*> actions, const QString& typed)
{
    const Activity activity("locator: opening");
    m_actions = std::move(actions);
    Locator commands;
    QStringList keys;
    for (std::size_t i = 0; i < m_actions.size(); ++i) {
        commands.add(LocatorKind::Action, static_cast<std::uint32_t>(i),
                     commandName(*m_actions[i]).toStdString());
        keys += m_actions[i]->shortcut().toString(QKeySequence::NativeText);
    }
    m_model->setActionKeys(keys);
    m_commands = std::make_shared<const Locator>(std::move(commands));
    m_edit->setText(typed);
    search();
    place();
    show();
    raise();
    m_edit->setFocus(Qt::ShortcutFocusReason);
}

void LocatorPopup::place()
{
    const QWidget* window = parentWidget();
    const int width = std::min(card_width, window->width() - 40);
    const int height =
        std::min(window->height() - 80, visible_rows * (fontMetrics().height() + 12) + 90);
    setGeometry((window->width() - width) / 2, std::min(70, window->height() / 10), width, height);
}

void LocatorPopup::search()
{
    const std::string typed = m_edit->text().toStdString();
    m_searching.run([this, typed, things = m_things, commands = m_commands,
                     inspection = m_inspection](TaskContext& task) -> Background::Answer {
        auto found = commands->find(typed, shown, task);
        auto hits = found ? std::move(*found) : std::vector<LocatorHit>();
        // Things of the model and actions of the window live in two locators; the better half of
        // each is merged by score into one that belongs to this answer.
        auto merged = std::make_shared<Locator>();
        std::vector<LocatorHit> all;
        const auto take = [&](const Locator& from, std::vector<LocatorHit>& some) {
            for (LocatorHit& hit : some) {
                const LocatorEntry& entry = from.entries()[hit.entry];
                merged->add(entry.kind, entry.id, from.text(entry));
                hit.entry = static_cast<std::uint32_t>(merged->entries().size() - 1);
                all.push_back(std::move(hit));
            }
        };
        take(*commands, hits);
        if (things) {
            auto more = things->find(typed, shown, task);
            if (!more)
                return {};
            take(*things, *more);
        }
        std::stable_sort(all.begin(), all.end(), [](const LocatorHit& a, const LocatorHit& b) {
            return a.score > b.score;
        });
        all.resize(std::min(all.size(), shown));
        return [this, merged, all, inspection, typed] {
            const Activity activity("locator: found");
            m_model->setHits(inspection, merged, all);
            m_list->setCurrentIndex(m_model->index(0));
            const bool nothing = all.empty() && !typed.empty();
            m_nothing->setVisible(nothing);
            m_edit->setAccessibleDescription(nothing ? m_nothing->text() : QString());
        };
    });
}

void LocatorPopup::moveCurrent(int rows)
{
    const int count = m_model->rowCount();
    if (count == 0)
        return;
    const int row = std::clamp(m_list->currentIndex().row() + rows, 0, count - 1);
    m_list->setCurrentIndex(m_model->index(row));
}

void LocatorPopup::choose()
{
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid())
        return;
    const auto id = index.data(LocatorModel::IdRole).toUInt();
    const QString text = index.data().toString();
    const auto kind = static_cast<LocatorKind>(index.data(LocatorModel::KindRole).toInt());
    hide();
    parentWidget()->setFocus();
    switch (kind) {
    case LocatorKind::Action:
        if (id < m_actions.size())
            m_actions[id]->trigger();
        break;
    case LocatorKind::Module:
        Q_EMIT moduleChosen(id);
        break;
    case LocatorKind::Node:
        Q_EMIT nodeChosen(id);
        break;
    case LocatorKind::Initializer:
    case LocatorKind::Value:
        Q_EMIT valueChosen(id);
        break;
    case LocatorKind::Operator:
        Q_EMIT operatorChosen(text);
        break;
    case LocatorKind::Diagnostic:
        Q_EMIT diagnosticChosen(static_cast<int>(id));
        break;
    }
}

bool LocatorPopup::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        place();
    if (watched != m_edit)
        return QFrame::eventFilter(watched, event);
    if (event->type() == QEvent::FocusOut)
        hide();
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Down:
        moveCurrent(1);
        return true;
    case Qt::Key_Up:
        moveCurrent(-1);
        return true;
    case Qt::Key_PageDown:
        moveCurrent(visible_rows);
        return true;
    case Qt::Key_PageUp:
        moveCurrent(-visible_rows);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose();
        return true;
    case Qt::Key_Escape:
        hide();
        parentWidget()->setFocus();
        return true;
    default:
        return QFrame::eventFilter(watched, event);
    }
}

} // namespace strata::ui
