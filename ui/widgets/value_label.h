// A text from a file, however long: it wraps anywhere, and is copied as the file says it.
#pragma once

#include <QLabel>

namespace strata::ui {

/// Long paths and numbers have no spaces: lets them break after separators, and anywhere in long
/// runs of letters and digits. Adds zero-width spaces.
QString breakable(const QString& text);

/// Shows breakable text, but gives the clipboard what the file says. As narrow as it is told to be.
class ValueLabel : public QLabel {
    Q_OBJECT
public:
    /// `value` is what is copied when nothing is selected; setText() says what is shown.
    explicit ValueLabel(QString value, QWidget* parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void copy();

    QString m_value;
};

} // namespace strata::ui
