// Pinning a node or a module, and the panel that shows it beside what is selected.
#pragma once

#include "ui/models/locate.h"

#include <QObject>

class QAction;

namespace strata::ui {

class MainWindow;
class SideBySidePanel;

class SideBySideFeature : public QObject {
    Q_OBJECT
public:
    explicit SideBySideFeature(MainWindow* window);

    SideBySidePanel* panel() const { return m_panel; }

    /// What is selected becomes the left side; the right one follows the selection.
    void pin();
    /// The two nodes that are chosen in the graph.
    void compareChosen();

private:
    void follow(const Target& target);
    void refresh();

    MainWindow* m_window;
    SideBySidePanel* m_panel;
    QAction* m_pin = nullptr;
    QAction* m_chosen = nullptr;
};

} // namespace strata::ui
