// A titled part of a panel that can be folded.
#pragma once

#include <QWidget>

class QToolButton;
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
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    QToolButton* m_header;
    QWidget* m_body;
    QVBoxLayout* m_layout;
};

} // namespace strata::ui
