// A short list inside a panel: two lines a row, as high as its rows, no scroll bar of its own.
#pragma once

#include <QListView>
#include <QStyledItemDelegate>

namespace strata::ui {

/// Takes the first line from one column of the model and the second, muted, from others.
class TwoLineDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    /// `tag` is shown at the leading edge in front of both lines; -1 for none.
    TwoLineDelegate(int tag, int title, std::vector<int> details, QObject* parent = nullptr);

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    QString detail(const QModelIndex& index) const;

    int m_tag;
    int m_title;
    std::vector<int> m_details;
};

class RowList : public QListView {
    Q_OBJECT
public:
    explicit RowList(QWidget* parent = nullptr);

    /// Rows shown without scrolling; more rows scroll.
    void setMaximumRows(int rows);
    void setModel(QAbstractItemModel* model) override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

private:
    int m_maximum_rows = 12;
};

} // namespace strata::ui
