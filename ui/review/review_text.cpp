#include "ui/review/review_text.h"

#include "ui/models/format.h"
#include "ui/theme/theme.h"
#include "ui/window/icons.h"

#include <QCoreApplication>
#include <QDateTime>

namespace strata::ui {

namespace {

struct ReviewWords {
    Q_DECLARE_TR_FUNCTIONS(strata::ui::ReviewText)
};

} // namespace

QString reviewName(const ReviewedItem& item)
{
    switch (item.verdict) {
    case ReviewVerdict::Accepted:
        return ReviewWords::tr("Accepted");
    case ReviewVerdict::Rejected:
        return ReviewWords::tr("Rejected");
    case ReviewVerdict::Reassigned:
        return ReviewWords::tr("Reassigned");
    case ReviewVerdict::None:
        break;
    }
    return item.marked ? ReviewWords::tr("Looked at") : QString();
}

QString reviewIconName(const ReviewedItem& item)
{
    switch (item.verdict) {
    case ReviewVerdict::Accepted:
        return QStringLiteral("accept");
    case ReviewVerdict::Rejected:
        return QStringLiteral("reject");
    case ReviewVerdict::Reassigned:
        return QStringLiteral("reassign");
    case ReviewVerdict::None:
        break;
    }
    return item.marked ? QStringLiteral("eye") : QString();
}

QColor reviewColor(const ReviewedItem& item, const QPalette& palette)
{
    const Theme theme = Theme::fromPalette(palette);
    switch (item.verdict) {
    case ReviewVerdict::Accepted:
        return theme.success;
    case ReviewVerdict::Rejected:
        return theme.error;
    case ReviewVerdict::Reassigned:
        return theme.accent;
    case ReviewVerdict::None:
        break;
    }
    return theme.textMuted;
}

QIcon reviewIcon(const ReviewedItem& item, const QPalette& palette)
{
    const QString name = reviewIconName(item);
    return name.isEmpty() ? QIcon() : icon(name, reviewColor(item, palette));
}

QString actionName(ReviewAction action)
{
    switch (action) {
    case ReviewAction::Accept:
        return ReviewWords::tr("Accept");
    case ReviewAction::Reject:
        return ReviewWords::tr("Reject");
    case ReviewAction::Reassign:
        return ReviewWords::tr("Reassign");
    case ReviewAction::Clear:
        return ReviewWords::tr("Clear");
    case ReviewAction::Note:
        return ReviewWords::tr("Note");
    case ReviewAction::Review:
        return ReviewWords::tr("Mark as looked at");
    case ReviewAction::Unreview:
        return ReviewWords::tr("Remove the mark");
    case ReviewAction::Retract:
        return ReviewWords::tr("Undo");
    }
    return {};
}

QString stepText(const ReviewStep& step)
{
    if (step.targets == 0)
        return {};
    return step.targets == 1 ? actionName(step.action)
                             : ReviewWords::tr("%1 (%2 nodes)")
                                   .arg(actionName(step.action), formatCount(step.targets));
}

QString formatReviewTime(const std::string& when)
{
    const QString text = toQString(when);
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    return time.isValid() ? QLocale().toString(time.toLocalTime(), QLocale::ShortFormat) : text;
}

QString moduleAfterText(const ReviewSnapshot& review, NodeId node)
{
    const Inspection& inspection = *review.inspection;
    const NodeAttribution& machine = inspection.attribution[node];
    const QString before = machine.module < inspection.modules.size()
                               ? modulePath(inspection.modules, machine.module)
                               : toQString(machine.synthetic_path);
    if (node >= review.overlay.nodes.size())
        return before;
    const ReviewedItem& item = review.overlay.nodes[node];
    if (item.verdict == ReviewVerdict::Reassigned && item.module < inspection.modules.size())
        return ReviewWords::tr("%1 → %2").arg(before, modulePath(inspection.modules, item.module));
    if (item.verdict == ReviewVerdict::Rejected)
        return ReviewWords::tr("%1 → none").arg(before);
    return before;
}

} // namespace strata::ui
