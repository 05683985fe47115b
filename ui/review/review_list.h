// A list of the review that says in words why it is empty.
#pragma once

#include <QString>
#include <QTreeView>

namespace strata::ui {

class ReviewList : public QTreeView {
    Q_OBJECT
public:
    using QTreeView::QTreeView;
    /// Shown in the middle while there are no rows.
    void setEmptyText(const QString& text) { m_empty_text = text; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_empty_text;
};

} // namespace strata::ui
