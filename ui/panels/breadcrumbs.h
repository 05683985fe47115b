// Where the selection is in the module tree: "ResNet › layer1 › 0 › conv1 › Conv", each clickable.
#pragma once

#include "ui/models/selection.h"

#include <QWidget>

#include <memory>

class QHBoxLayout;

namespace strata::ui {

class Breadcrumbs : public QWidget {
    Q_OBJECT
public:
    explicit Breadcrumbs(Selection* selection, QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    QStringList texts() const; ///< what is shown, outermost first

private:
    void showPath(const Target& target);

    Selection* m_selection;
    std::shared_ptr<const Inspection> m_inspection;
    QHBoxLayout* m_row;
};

} // namespace strata::ui
