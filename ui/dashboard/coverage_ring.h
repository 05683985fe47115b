// One share as a ring with the figure in the middle.
#pragma once

#include <QColor>
#include <QWidget>

namespace strata::ui {

/// Activated with a click, Enter or Space.
class CoverageRing : public QWidget {
    Q_OBJECT
public:
    explicit CoverageRing(QWidget* parent = nullptr);

    /// `before` in 0..1 marks where the share was; negative for nowhere.
    void setValue(const QString& label, const QString& figure, double share, const QColor& color,
                  double before = -1.0);
    QString figure() const { return m_figure; }
    double share() const { return m_share; }

    QSize sizeHint() const override { return {132, 150}; }
    QSize minimumSizeHint() const override { return {104, 122}; }

Q_SIGNALS:
    void activated();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString m_label;
    QString m_figure;
    double m_share = 0.0;
    double m_before = -1.0;
    QColor m_color;
};

} // namespace strata::ui
