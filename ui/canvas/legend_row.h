// One switch of the legend: a swatch, what it stands for, and how many nodes have it.
#pragma once

#include <QAbstractButton>
#include <QColor>

namespace strata {

class LegendRow : public QAbstractButton {
    Q_OBJECT
public:
    LegendRow(std::size_t index, bool orphans, QWidget* parent);

    void setContent(const QColor& color, const QString& name, const QString& count);
    std::size_t index() const { return m_index; }
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    std::size_t m_index;
    bool m_orphans; ///< drawn hatched, as orphans are
    QColor m_color;
    QString m_count;
};

} // namespace strata
