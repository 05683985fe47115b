// The shadow of a card that lies over the window.
#pragma once

#include <QWidget>

namespace strata::ui {

/// Follows the card, which must have a parent: a picture that is made once and stretched. A
/// graphics effect would draw the card and blur its shadow anew with every letter that is typed.
class CardShadow : public QWidget {
    Q_OBJECT
public:
    explicit CardShadow(QWidget* card);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void follow();

    QWidget* m_card;
};

} // namespace strata::ui
