// Triage: the queue of doubtful nodes, what can be decided of them, and how far the review is.
#pragma once

#include "ui/jobs/background.h"
#include "ui/models/selection.h"
#include "ui/review/review_models.h"

#include <QWidget>

#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QTabWidget;
class QToolButton;
class QTreeView;

namespace strata::ui {

class ModulePicker;
class ReviewProgress;

/// Keys in the queue: A accepts, R rejects, M gives to another module, V marks as looked at, N adds
/// a note, X clears the decision, J and K go on and back. Each decision goes on to the next open
/// node by itself. Decisions are about the selected rows; or, when a module or a node outside of
/// the queue was selected elsewhere, about that.
class ReviewPanel : public QWidget {
    Q_OBJECT
public:
    ReviewPanel(ReviewController* review, Selection* selection, QWidget* window);

    /// Decides on what is selected. Nothing happens when nothing is.
    void decide(ReviewAction action);
    void askForModule();
    void askForNote();
    /// Goes to the next (or previous) node in the queue that is open.
    void step(int direction);

    /// What decisions are about now.
    std::vector<NodeId> nodes() const;
    ModuleId module() const { return m_module; }
    bool isReady() const;

    QTreeView* queue() const { return m_queue; }
    ReviewQueueModel* queueModel() const { return m_queue_model; }
    ModulePicker* picker() const { return m_picker; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* buildHeader();
    QWidget* buildQueue();
    QWidget* buildActions();
    QTreeView* addList(QAbstractItemModel* model, const QString& name, const QString& title);
    void followReview();
    void followSelection(const Target& target);
    void rebuild();
    void refreshFigures();
    void refreshTarget();
    std::vector<int> selectedRows() const;
    void goTo(NodeId node);
    void send(ReviewCommand command);
    bool handleKey(int key);
    void saveNote();

    ReviewController* m_review;
    Selection* m_selection;
    ModulePicker* m_picker;
    Background m_background;
    ReviewQueueModel* m_queue_model;
    ReviewConflictModel* m_conflict_model;
    ReviewHistoryModel* m_history_model;
    ReviewProgress* m_progress;
    QLabel* m_progress_text;
    QLabel* m_figures;
    QLabel* m_target;
    QTabWidget* m_tabs;
    QTreeView* m_queue;
    QTreeView* m_conflicts = nullptr;
    QTreeView* m_history = nullptr;
    QComboBox* m_filter;
    QLineEdit* m_why;
    QLineEdit* m_note;
    std::vector<QToolButton*> m_buttons;
    QToolButton* m_undo = nullptr;
    QToolButton* m_redo = nullptr;
    ReviewSnapshotPtr m_shown;
    ModuleId m_module = no_module; ///< selected elsewhere
    NodeId m_node = no_id;         ///< selected elsewhere, not in the queue
    NodeId m_current = no_id;      ///< to be current after the rows have been made anew
    bool m_following = false;
};

} // namespace strata::ui
