// The inspector's part about the review: what was decided of the selected node or module, by whom,
// when and why.
#pragma once

#include "ui/models/selection.h"
#include "ui/review/review_controller.h"
#include "ui/widgets/section.h"

namespace strata::ui {

class FactGrid;

/// Hidden while nothing has been said of what is selected.
class ReviewSection : public Section {
    Q_OBJECT
public:
    ReviewSection(ReviewController* review, Selection* selection, QWidget* parent = nullptr);

    FactGrid* facts() const { return m_facts; }

private:
    void refresh();

    ReviewController* m_review;
    Selection* m_selection;
    FactGrid* m_facts;
};

} // namespace strata::ui
