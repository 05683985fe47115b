// A histogram of confidence with two handles: from where to where.
#pragma once

#include <QWidget>

#include <array>
#include <cstdint>

namespace strata::ui {

/// Values are hundredths, 0 to 100. Left and Right move the handle that was moved last, Tab changes
/// nothing: Up and Down choose the handle. A double click shows everything again.
class RangeBar : public QWidget {
    Q_OBJECT
public:
    explicit RangeBar(QWidget* parent = nullptr);

    void setCounts(const std::array<std::uint64_t, 10>& counts);
    /// Clamped and ordered. Says rangeChanged() when that is new.
    void setRange(int low, int high);
    int low() const { return m_low; }
    int high() const { return m_high; }
    /// Where a value is, for tests.
    int xOf(int value) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void rangeChanged(int low, int high);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRect barArea() const;
    int valueAt(int x) const;
    void move(int value);

    std::array<std::uint64_t, 10> m_counts{};
    int m_low = 0;
    int m_high = 100;
    bool m_high_moves = false; ///< which handle the keys and the mouse move
};

} // namespace strata::ui
