// The key to the canvas: what the colours of confidence and the hatching mean.
#pragma once

#include <QWidget>

namespace strata {

/// A small card: the confidence scale with the kinds of evidence on it, and the orphans' pattern.
class Legend : public QWidget {
    Q_OBJECT
public:
    explicit Legend(QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
};

} // namespace strata
