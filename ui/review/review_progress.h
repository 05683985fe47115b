// How far a review is: one bar in the colours of the decisions.
#pragma once

#include <QWidget>

#include <array>
#include <cstdint>

namespace strata::ui {

class ReviewProgress : public QWidget {
    Q_OBJECT
public:
    explicit ReviewProgress(QWidget* parent = nullptr);

    struct Counts {
        std::uint64_t accepted = 0, reassigned = 0, rejected = 0, looked_at = 0;
        std::uint64_t total = 0;
        std::uint64_t done() const { return accepted + reassigned + rejected + looked_at; }
    };
    void setCounts(const Counts& counts);
    const Counts& counts() const { return m_counts; }

    QSize sizeHint() const override { return {220, 8}; }
    QSize minimumSizeHint() const override { return {60, 8}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Counts m_counts;
};

} // namespace strata::ui
