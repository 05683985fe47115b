// Cells of long lists, painted without asking the style for every one: a list that fills the window
// is painted within a frame.
#pragma once

#include <QCache>
#include <QStaticText>
#include <QStyledItemDelegate>

namespace strata::ui {

/// Texts of one line, elided to their place, as they were laid out last. For the ui thread.
class TextCache {
public:
    /// Draws in the painter's pen.
    void draw(QPainter& painter, const QRect& place, Qt::Alignment alignment, const QString& text,
              const QFont& font, Qt::TextElideMode elide = Qt::ElideRight);

private:
    struct Key {
        QString text;
        int room;
        bool italic;
        int elide;
        friend bool operator==(const Key&, const Key&) = default;
        friend size_t qHash(const Key& key, size_t seed)
        {
            return qHashMulti(seed, key.text, key.room, key.italic, key.elide);
        }
    };
    struct Line {
        QStaticText text;
        QSizeF size;
    };
    QCache<Key, Line> m_lines{4000};
    QFont m_font;
};

/// A decoration of 16 pixels, one line of text in the alignment the model says, elided, in the
/// model's foreground colour or the palette's.
class CellDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    struct Look {
        bool muted = false;
        bool italic = false;
    };
    virtual Look lookOf(const QModelIndex&) const { return {}; }
    /// Under the pointer, or selected.
    static void paintGround(QPainter* painter, const QStyleOptionViewItem& option);
    virtual QIcon iconOf(const QStyleOptionViewItem& option, const QModelIndex& index) const;

private:
    mutable TextCache m_texts;
};

} // namespace strata::ui
