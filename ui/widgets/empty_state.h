// What the window shows while no model is open.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace strata::ui {

class EmptyState : public QWidget {
    Q_OBJECT
public:
    explicit EmptyState(QWidget* parent = nullptr);

    /// The newest first; only the first five are shown.
    void setRecentFiles(const QStringList& files);
    /// What is going on instead of the invitation to open a model; empty: nothing.
    void setBusy(const QString& job);
    /// While something is dragged over the window.
    void setDropHighlighted(bool highlighted);

Q_SIGNALS:
    void openRequested();
    void fileRequested(const QString& path);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void refresh();

    QLabel* m_picture;
    QLabel* m_title;
    QLabel* m_hint;
    QPushButton* m_open;
    QLabel* m_recent_title;
    QVBoxLayout* m_recent;
    bool m_highlighted = false;
};

} // namespace strata::ui
