// The dashboard as a page of the window, beside the graph.
#pragma once

#include <QObject>

class QAction;

namespace strata::ui {

class DashboardPage;
class MainWindow;
class ReviewController;

class DashboardFeature : public QObject {
    Q_OBJECT
public:
    DashboardFeature(MainWindow* window, ReviewController* review);

    DashboardPage* page() const { return m_page; }
    void setShown(bool shown);

private:
    MainWindow* m_window;
    DashboardPage* m_page;
    QAction* m_action;
};

} // namespace strata::ui
