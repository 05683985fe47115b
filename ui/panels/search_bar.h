// The query box: which nodes are meant, how many they are, and going from one to the next.
#pragma once

#include "query/match_query.h"
#include "ui/jobs/background.h"
#include "ui/models/node_filter.h"

#include <QTimer>
#include <QWidget>

#include <memory>
#include <vector>

class QCompleter;
class QLabel;
class QLineEdit;
class QStringListModel;
class QToolButton;

namespace strata::ui {

/// Searches while one types, in the background. Enter and Shift+Enter step through what was found;
/// Escape clears. The grammar is in core/query/query.h; fields are completed.
class SearchBar : public QWidget {
    Q_OBJECT
public:
    explicit SearchBar(QWidget* parent = nullptr);

    /// Clears what was found; the text is searched anew.
    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// What reviewed: and note: ask for; what depends on it is searched anew.
    void setReview(ReviewLookup review);
    /// Finds only these nodes; null: all.
    void setWithin(FilteredNodesPtr within);
    void setQuery(const QString& text);
    QString query() const;
    const std::vector<NodeId>& found() const { return m_found; }
    bool isSearching() const { return m_delay.isActive() || m_background.isRunning(); }
    void focusQuery();
    /// Goes to the next or previous node that was found, round the end.
    void step(int direction);
    QSize sizeHint() const override;

Q_SIGNALS:
    /// Null: there is no query, or it is wrong.
    void resultChanged(std::shared_ptr<const std::vector<bool>> nodes);
    void nodeChosen(strata::NodeId node);
    void listRequested(const QString& title, const std::vector<strata::NodeId>& nodes);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void search();
    void accept(std::vector<NodeId> found);
    void explain();
    void showError(const QString& message);
    void refresh();
    void complete();

    QLineEdit* m_edit;
    QLabel* m_count;
    QToolButton* m_previous;
    QToolButton* m_next;
    QToolButton* m_list;
    QCompleter* m_completer;
    QStringListModel* m_words;
    QTimer m_delay;
    QTimer m_explain;
    bool m_explained = false; ///< the tool tip with the error is there
    Background m_background;
    std::shared_ptr<const Inspection> m_inspection;
    ReviewLookup m_review;
    FilteredNodesPtr m_within;
    std::vector<NodeId> m_found;
    std::size_t m_at = 0;   ///< index into m_found of the node that was gone to
    bool m_stepped = false; ///< m_at has been gone to
    QString m_error;
};

} // namespace strata::ui
