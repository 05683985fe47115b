#include "ui/models/locator_model.h"

#include "ui/models/format.h"

#include <QCoreApplication>

#include <array>

namespace strata::ui {

namespace {

constexpr std::array<const char*, locator_kind_count> kind_names{
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Action"),
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Module"),
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Node"),
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Initializer"),
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Value"),
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Operator"),
    QT_TRANSLATE_NOOP("strata::ui::LocatorModel", "Diagnostic")};

} // namespace

QString LocatorModel::kindName(LocatorKind kind)
{
    return tr(kind_names[static_cast<std::size_t>(kind)]);
}

void LocatorModel::setHits(std::shared_ptr<const Inspection> inspection,
                           std::shared_ptr<const Locator> locator, std::vector<LocatorHit> hits)
{
    beginResetModel();
    m_inspection = std::move(inspection);
    m_locator = std::move(locator);
    m_hits = std::move(hits);
    endResetModel();
}

int LocatorModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_hits.size());
}

QString LocatorModel::detail(const LocatorEntry& entry) const
{
    const OnnxModel* model = m_inspection ? m_inspection->model.get() : nullptr;
    switch (entry.kind) {
    case LocatorKind::Module:
        return m_inspection ? toQString(m_inspection->modules[entry.id].class_name) : QString();
    case LocatorKind::Node: {
        if (model == nullptr)
            return {};
        const NodeAttribution& a = m_inspection->attribution[entry.id];
        const QString place =
            a.synthetic ? toQString(a.synthetic_path) : modulePath(m_inspection->modules, a.module);
        const QString op_type = toQString(model->text(model->nodes[entry.id].op_type));
        // Not twice, where the name is shown with it.
        if (toQString(m_locator->text(entry)).endsWith(toQString(locator_place_separator) + place))
            return op_type;
        return QStringLiteral("%1 · %2").arg(op_type, place);
    }
    case LocatorKind::Initializer:
    case LocatorKind::Value:
        return model ? toQString(model->type_text(entry.id)) : QString();
    case LocatorKind::Action:
        return m_action_keys.value(static_cast<qsizetype>(entry.id));
    case LocatorKind::Operator:
    case LocatorKind::Diagnostic:
        break;
    }
    return {};
}

QVariant LocatorModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const LocatorHit& hit = m_hits[static_cast<std::size_t>(index.row())];
    const LocatorEntry& entry = m_locator->entries()[hit.entry];
    switch (role) {
    case Qt::DisplayRole:
        return toQString(m_locator->text(entry));
    case KindRole:
        return static_cast<int>(entry.kind);
    case IdRole:
        return entry.id;
    case DetailRole:
        return detail(entry);
    case PositionsRole: {
        QVariantList places;
        for (const std::uint32_t at : hit.positions)
            places += static_cast<int>(toQString(m_locator->text(entry).substr(0, at)).size());
        return places;
    }
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1 %2, %3")
            .arg(kindName(entry.kind), toQString(m_locator->text(entry)), detail(entry));
    default:
        return {};
    }
}

} // namespace strata::ui
