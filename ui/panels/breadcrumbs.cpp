#include "ui/panels/breadcrumbs.h"

#include "ui/jobs/activity.h"
#include "ui/models/format.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace strata::ui {

namespace {

// Deeper trees show their ends: what is between is in the tool tip.
constexpr std::size_t max_crumbs = 8;

} // namespace

Breadcrumbs::Breadcrumbs(Selection* selection, QWidget* parent)
    : QWidget(parent),
      m_selection(selection),
      m_row(new QHBoxLayout(this))
{
    setObjectName(QStringLiteral("breadcrumbs"));
    setAccessibleName(tr("Path of the selection"));
    setAttribute(Qt::WA_StyledBackground);
    m_row->setContentsMargins(8, 2, 8, 2);
    m_row->setSpacing(0);
    connect(selection, &Selection::changed, this,
            [this](const Target& target) { showPath(target); });
}

void Breadcrumbs::setInspection(std::shared_ptr<const Inspection> inspection)
{
    m_inspection = std::move(inspection);
    setVisible(m_inspection && m_inspection->model);
    showPath(m_selection->current());
}

void Breadcrumbs::showPath(const Target& target)
{
    const Activity activity("breadcrumbs: selection");
    while (QLayoutItem* item = m_row->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater(); // one of them may have been clicked to get here
        }
        delete item;
    }
    if (!m_inspection)
        return;
    const ModuleTree& modules = m_inspection->modules;
    ModuleId module = target.module;
    QString last;
    if (target.isNode() && target.node < m_inspection->attribution.size()) {
        const NodeAttribution& a = m_inspection->attribution[target.node];
        module = a.synthetic ? no_module : a.module;
        const OnnxModel& model = *m_inspection->model;
        last = toQString(model.text(model.nodes[target.node].op_type));
        if (a.synthetic)
            last = tr("%1 (orphan)").arg(last);
    } else if (target.isEmpty()) {
        module = root_module;
    }
    std::vector<ModuleId> path;
    for (ModuleId at = module; at < modules.size(); at = modules[at].parent)
        path.push_back(at);
    std::reverse(path.begin(), path.end());
    const auto separate = [&] {
        if (m_row->count() > 0) {
            auto* label = new QLabel(layoutDirection() == Qt::RightToLeft ? QStringLiteral("‹")
                                                                          : QStringLiteral("›"));
            label->setForegroundRole(QPalette::PlaceholderText);
            m_row->addWidget(label);
        }
    };
    for (std::size_t i = 0; i < path.size(); ++i) {
        separate();
        if (path.size() > max_crumbs && i == 2) {
            auto* more = new QLabel(QStringLiteral("…"));
            more->setToolTip(modulePath(modules, path[path.size() - max_crumbs + 2]));
            m_row->addWidget(more);
            i = path.size() - max_crumbs + 2;
            separate();
        }
        const ModuleId id = path[i];
        auto* crumb = new QToolButton;
        QString title = moduleTitle(modules, id);
        crumb->setText(crumb->fontMetrics().elidedText(title, Qt::ElideMiddle, 180));
        crumb->setToolTip(toQString(modules.tag(id)));
        crumb->setAccessibleName(tr("Go to module %1").arg(title));
        crumb->setAutoRaise(true);
        connect(crumb, &QToolButton::clicked, this,
                [this, id] { m_selection->select(Target::ofModule(id), this); });
        m_row->addWidget(crumb);
    }
    if (!last.isEmpty()) {
        separate();
        auto* label = new QLabel(last);
        label->setContentsMargins(6, 0, 6, 0);
        m_row->addWidget(label);
    }
    m_row->addStretch(1);
}

QStringList Breadcrumbs::texts() const
{
    QStringList texts;
    for (int i = 0; i < m_row->count(); ++i) {
        const QWidget* widget = m_row->itemAt(i)->widget();
        if (const auto* crumb = qobject_cast<const QToolButton*>(widget))
            texts += crumb->text();
        else if (const auto* label = qobject_cast<const QLabel*>(widget);
                 label && label->text() != QStringLiteral("›") &&
                 label->text() != QStringLiteral("‹"))
            texts += label->text();
    }
    return texts;
}

} // namespace strata::ui
