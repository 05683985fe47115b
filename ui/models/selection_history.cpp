#include "ui/models/selection_history.h"

#include <QScopedValueRollback>

namespace strata::ui {

namespace {

constexpr std::size_t most_entries = 200;

} // namespace

SelectionHistory::SelectionHistory(Selection* selection, QObject* parent)
    : QObject(parent),
      m_selection(selection)
{
    connect(selection, &Selection::changed, this, [this](const Target& target) {
        if (m_going || target.isEmpty())
            return;
        if (!m_visited.empty() && m_visited[m_at] == target)
            return;
        if (!m_visited.empty())
            m_visited.resize(m_at + 1);
        m_visited.push_back(target);
        if (m_visited.size() > most_entries)
            m_visited.erase(m_visited.begin());
        m_at = m_visited.size() - 1;
        Q_EMIT changed();
    });
}

void SelectionHistory::clear()
{
    m_visited.clear();
    m_at = 0;
    Q_EMIT changed();
}

void SelectionHistory::go(int direction)
{
    if (direction < 0 ? !canGoBack() : !canGoForward())
        return;
    m_at = direction < 0 ? m_at - 1 : m_at + 1;
    const QScopedValueRollback going(m_going, true);
    m_selection->select(m_visited[m_at], this);
    Q_EMIT changed();
}

} // namespace strata::ui
