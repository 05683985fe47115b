// A message above the canvas that blocks nothing.
#pragma once

#include "ui/widgets/colors.h"

#include <QFrame>
#include <QString>

#include <functional>
#include <vector>

class QHBoxLayout;
class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace strata::ui {

/// Shows one message at a time; the newest wins. Details can be unfolded and copied.
class MessageBar : public QFrame {
    Q_OBJECT
public:
    explicit MessageBar(QWidget* parent = nullptr);

    struct Action {
        QString text;
        std::function<void()> run;
    };
    struct Message {
        Tone tone = Tone::Info;
        QString text;    ///< one or two sentences
        QString details; ///< may be empty
        std::vector<Action> actions;
    };

    void showMessage(Message message);
    void dismiss();
    QString text() const;
    QString details() const;
    Tone tone() const { return m_tone; }

Q_SIGNALS:
    void dismissed();

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void refreshIcon();

    Tone m_tone = Tone::Info;
    QLabel* m_icon;
    QLabel* m_text;
    QHBoxLayout* m_actions;
    QToolButton* m_details_button;
    QToolButton* m_copy;
    QToolButton* m_close;
    QPlainTextEdit* m_details;
};

} // namespace strata::ui
