// The module tree as an icicle: one row a level, as wide as its share of the nodes, in the colour
// of its mean confidence.
#pragma once

#include "ir/inspection.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace strata::ui {

/// A click (or Enter) activates a module; the arrow keys go through the tree. Ctrl+click (or +)
/// makes a module as wide as everything, a click on the top row (or Backspace) goes back up.
class ModuleIcicle : public QWidget {
    Q_OBJECT
public:
    explicit ModuleIcicle(QWidget* parent = nullptr);

    void setInspection(std::shared_ptr<const Inspection> inspection);
    void zoomTo(ModuleId module);
    ModuleId zoomed() const { return m_top; }
    /// Where a module is drawn; empty when it is too narrow to be.
    QRectF cellOf(ModuleId module) const;

    QSize sizeHint() const override;

Q_SIGNALS:
    void moduleActivated(strata::ModuleId module);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Cell {
        ModuleId module;
        QRectF rect;
    };
    void arrange();
    int cellAt(const QPointF& position) const;
    QString describe(ModuleId module) const;
    void setCurrent(ModuleId module);

    std::shared_ptr<const Inspection> m_inspection;
    std::vector<Cell> m_cells;
    ModuleId m_top = root_module;
    ModuleId m_current = root_module;
    ModuleId m_hovered = no_module;
};

} // namespace strata::ui
