// A titled part of a panel that can be folded.
#pragma once

#include <QWidget>

class QAbstractButton;
class QVBoxLayout;

namespace strata::ui {

class Section : public QWidget {
    Q_OBJECT
public:
    explicit Section(const QString& title, QWidget* parent = nullptr);

    /// Takes the widget as its own, below those that are there.
    void addWidget(QWidget* widget);
    void setTitle(const QString& title);
    QString title() const;
    void setExpanded(bool expanded);
    bool isExpanded() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QAbstractButton* m_header;
    QWidget* m_body;
    QVBoxLayout* m_layout;
};

} // namespace strata::ui
