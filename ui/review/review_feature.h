// The review as a part of the window: dock, menu, marks, and what goes between them.
#pragma once

#include "ui/review/review_controller.h"

#include <QObject>

#include <vector>

class QAction;
class QMenu;

namespace strata::ui {

class MainWindow;
class ReviewPanel;

class ReviewFeature : public QObject {
    Q_OBJECT
public:
    explicit ReviewFeature(MainWindow* window);

    ReviewController* controller() const { return m_review; }
    ReviewPanel* panel() const { return m_panel; }
    /// Shows the panel, with the keyboard in its queue.
    void show();

private:
    void buildMenu();
    void refresh();
    void askForMerge();
    void askForName();

    MainWindow* m_window;
    ReviewController* m_review;
    ReviewPanel* m_panel;
    QMenu* m_menu = nullptr;
    QAction* m_undo = nullptr;
    QAction* m_redo = nullptr;
    std::vector<QAction*> m_actions; ///< need a review
};

} // namespace strata::ui
