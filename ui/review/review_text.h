// Words and colours of reviews, the same wherever the window shows them.
#pragma once

#include "ui/review/review_controller.h"

#include <QColor>
#include <QIcon>
#include <QPalette>
#include <QString>

namespace strata::ui {

/// "Accepted", "Reassigned", ..., "Looked at"; empty for what nobody has looked at.
QString reviewName(const ReviewedItem& item);
/// The icon's name in resources/icons; empty as above.
QString reviewIconName(const ReviewedItem& item);
QColor reviewColor(const ReviewedItem& item, const QPalette& palette);
QIcon reviewIcon(const ReviewedItem& item, const QPalette& palette);
/// "accept 3 nodes", for undo and redo.
QString stepText(const ReviewStep& step);
/// "Accept", "Reject", ...
QString actionName(ReviewAction action);
/// UTC of the file in the user's own time and format; as it is when it is not a time.
QString formatReviewTime(const std::string& when);
/// The module as the reviewer has it: "layer1 → fc" when it was reassigned, "layer1 → none" when
/// rejected.
QString moduleAfterText(const ReviewSnapshot& review, NodeId node);

} // namespace strata::ui
