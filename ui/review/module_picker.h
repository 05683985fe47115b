// Choosing a module by a few letters of its path.
#pragma once

#include "query/locator.h"
#include "ui/jobs/background.h"

#include <QFrame>

#include <memory>
#include <vector>

class QLineEdit;
class QListView;
class QStandardItemModel;

namespace strata::ui {

/// A card like the locator's. Arrow keys choose, Enter takes, Escape gives up. With nothing typed
/// it offers what lies near.
class ModulePicker : public QFrame {
    Q_OBJECT
public:
    explicit ModulePicker(QWidget* window);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    /// `near` are offered first; `title` says for what.
    void open(const QString& title, std::vector<ModuleId> near);
    bool isReady() const { return !m_background.isRunning(); }

    /// Modules that a node could belong to, the likeliest first: what other evidence says, and the
    /// modules of its neighbours.
    static std::vector<ModuleId> candidates(const Inspection& inspection, NodeId node);

Q_SIGNALS:
    void picked(strata::ModuleId module);
    void closed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void search();
    void show(const std::vector<ModuleId>& modules);
    void take();
    void giveUp();

    QLineEdit* m_edit;
    QListView* m_list;
    QStandardItemModel* m_model;
    Background m_background;
    std::shared_ptr<const Inspection> m_inspection;
    std::shared_ptr<const Locator> m_modules; ///< made with the first search
    std::vector<ModuleId> m_near;
};

} // namespace strata::ui
