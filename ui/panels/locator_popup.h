// Ctrl+K: find anything by a few letters, and go there.
#pragma once

#include "query/locator.h"
#include "ui/jobs/background.h"

#include <QFrame>

#include <memory>
#include <vector>

class QAction;
class QLabel;
class QLineEdit;
class QListView;

namespace strata::ui {

class LocatorModel;

/// A card over the window: a line to type in, and the best things below it. Arrow keys choose,
/// Enter goes there, Escape closes. Searching happens in the background.
class LocatorPopup : public QFrame {
    Q_OBJECT
public:
    explicit LocatorPopup(QWidget* window);
    ~LocatorPopup() override;

    /// Indexes in the background. Null: only actions can be found.
    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// Opens with these actions of the window among the things to find.
    void openWith(std::vector<QAction*> actions, const QString& typed = {});
    bool isReady() const { return !m_indexing.isRunning() && !m_searching.isRunning(); }

Q_SIGNALS:
    void nodeChosen(strata::NodeId node);
    void moduleChosen(strata::ModuleId module);
    void valueChosen(strata::ValueId value);
    void operatorChosen(const QString& op_type);
    void diagnosticChosen(int index);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void search();
    void choose();
    void moveCurrent(int rows);
    void place();

    QLineEdit* m_edit;
    QListView* m_list;
    QLabel* m_hint;
    QLabel* m_nothing; ///< in place of the list when it is empty
    LocatorModel* m_model;
    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<const Locator> m_things;   ///< of the inspection
    std::shared_ptr<const Locator> m_commands; ///< of the window
    std::vector<QAction*> m_actions;
    Background m_indexing;
    Background m_searching;
};

} // namespace strata::ui
