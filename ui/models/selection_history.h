// Where one has been: back and forward through what was selected.
#pragma once

#include "ui/models/selection.h"

#include <vector>

namespace strata::ui {

/// Follows a selection. Going back selects without forgetting what came after.
class SelectionHistory : public QObject {
    Q_OBJECT
public:
    explicit SelectionHistory(Selection* selection, QObject* parent = nullptr);

    bool canGoBack() const { return m_at > 0; }
    bool canGoForward() const { return m_at + 1 < m_visited.size(); }
    void back() { go(-1); }
    void forward() { go(1); }
    /// For another model.
    void clear();

Q_SIGNALS:
    void changed();

private:
    void go(int direction);

    Selection* m_selection;
    std::vector<Target> m_visited;
    std::size_t m_at = 0; ///< index of what is selected
    bool m_going = false;
};

} // namespace strata::ui
