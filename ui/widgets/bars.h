// Small charts painted in the palette's colours: a labelled bar, and the histogram of confidence.
#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <array>
#include <cstdint>

namespace strata::ui {

/// A label, a figure and a thin bar below. Can be clicked, or activated with Enter or Space, when
/// setInteractive(true).
class BarRow : public QWidget {
    Q_OBJECT
public:
    explicit BarRow(QWidget* parent = nullptr);

    /// `share` in 0..1. `hatched` marks bars that stand for something missing, so that colour is
    /// not the only sign.
    void setValue(const QString& label, const QString& figure, double share, const QColor& color,
                  bool hatched = false);
    void setInteractive(bool interactive);
    QString label() const { return m_label; }
    QString figure() const { return m_figure; }
    double share() const { return m_share; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void activated();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    QString m_label;
    QString m_figure;
    double m_share = 0;
    QColor m_color;
    bool m_hatched = false;
    bool m_interactive = false;
};

/// Ten bars for the tenths of confidence. Left and right move the marked bar, Enter or a click
/// activates it.
class ConfidenceHistogram : public QWidget {
    Q_OBJECT
public:
    explicit ConfidenceHistogram(QWidget* parent = nullptr);

    void setCounts(const std::array<std::uint64_t, 10>& counts);
    const std::array<std::uint64_t, 10>& counts() const { return m_counts; }
    /// Where a bar is, for tests and tooltips.
    QRect barRect(int tenth) const;

    QSize sizeHint() const override;

Q_SIGNALS:
    void tenthActivated(int tenth);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    int tenthAt(const QPoint& position) const;
    QString describe(int tenth) const;

    std::array<std::uint64_t, 10> m_counts{};
    int m_current = 9;
    int m_hovered = -1;
};

} // namespace strata::ui
