// The pictures of a tensor's values: a histogram, and a plane as colours.
#pragma once

#include "ir/tensor_statistics.h"

#include <QImage>
#include <QWidget>

#include <memory>

namespace strata::ui {

/// A number of a tensor for people: six digits, in the user's locale.
QString formatValue(double value);

class ValueHistogram : public QWidget {
    Q_OBJECT
public:
    explicit ValueHistogram(QWidget* parent = nullptr);
    void setStatistics(const TensorStatistics& statistics);
    QSize sizeHint() const override { return {220, 92}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF binRect(std::size_t bin) const;
    TensorStatistics m_statistics;
};

/// Blue for negative, orange for positive, the more the larger; nothing finite is hatched.
class HeatMap : public QWidget {
    Q_OBJECT
public:
    explicit HeatMap(QWidget* parent = nullptr);
    void setSlice(std::shared_ptr<const TensorSlice> slice);
    const std::shared_ptr<const TensorSlice>& slice() const { return m_slice; }
    /// The colour of a value between the slice's extremes.
    QColor colorOf(double value) const;

    QSize sizeHint() const override { return {220, heightForWidth(220)}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void render();

    std::shared_ptr<const TensorSlice> m_slice;
    QImage m_image;
};

} // namespace strata::ui
