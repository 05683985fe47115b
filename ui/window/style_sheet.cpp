#include "ui/window/style_sheet.h"

#include "ui/theme/theme.h"

#include <QHash>

namespace strata::ui {

namespace {

// @names are replaced by the theme's colours.
constexpr const char* sheet = R"(
QMainWindow::separator { background: @outline; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }
QMenuBar { background: @surface; border: none; padding: 2px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @hover; }
QMenu { background: @surface; border: 1px solid @outline; padding: 4px; }
QMenu::item { padding: 5px 28px 5px 10px; border-radius: 4px; }
QMenu::icon { padding-left: 6px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @disabled; }
QMenu::separator { height: 1px; background: @outline; margin: 4px 8px; }
QToolBar { background: @surface; border: none; border-bottom: 1px solid @outline; padding: 4px 6px; spacing: 2px; }
QToolBar::separator { background: @outline; width: 1px; margin: 5px 6px; }
QToolButton { border: 1px solid transparent; border-radius: 5px; padding: 4px; background: transparent; }
QToolButton:hover { background: @hover; }
QToolButton#qt_toolbar_ext_button { padding: 0; border-color: @outline; border-radius: 3px; qproperty-icon: url(:/icons/combo-arrow.svg); }
QToolButton:pressed, QToolButton:checked { background: @pressed; }
QToolButton:focus { border-color: @accent; }
QToolButton[outlined="true"] { border: 1px solid @outlineStrong; padding: 3px 10px; background: @surface; }
QToolButton[outlined="true"]:hover { background: @hover; }
QPushButton { border: 1px solid @outline; border-radius: 5px; padding: 5px 14px; background: @surface; min-height: 16px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @pressed; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @disabled; background: @canvas; }
QPushButton[primary="true"] { background: @accent; color: @accentText; border: 1px solid @accent; padding: 6px 18px; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accentHover; }
QPushButton[primary="true"]:focus { border: 2px solid @text; padding: 5px 17px; }
QPushButton[primary="true"]:disabled { background: @pressed; color: @disabled; border-color: @pressed; }
QPushButton[link="true"] { border: 1px solid transparent; background: transparent; color: @accent; padding: 3px 8px; }
QPushButton[link="true"]:hover { background: @hover; }
QPushButton[link="true"]:focus { border-color: @accent; }
QLineEdit { border: 1px solid @outline; border-radius: 5px; padding: 4px 6px; background: @surface; selection-background-color: @accent; selection-color: @accentText; }
QLineEdit:focus { border-color: @accent; }
QLineEdit QToolButton { border: none; padding: 0; }
QComboBox { border: 1px solid @outline; border-radius: 5px; padding: 4px 8px; background: @surface; }
QComboBox:hover { background: @hover; }
QComboBox:focus { border-color: @accent; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url(:/icons/combo-arrow.svg); width: 16px; height: 16px; }
QDoubleSpinBox { border: 1px solid @outline; border-radius: 5px; padding: 3px 6px; background: @surface; selection-background-color: @accent; selection-color: @accentText; }
QDoubleSpinBox:focus { border-color: @accent; }
QDockWidget { font-weight: 600; titlebar-close-icon: url(:/icons/dock-close.svg); titlebar-normal-icon: url(:/icons/dock-float.svg); }
QDockWidget::close-button, QDockWidget::float-button { border: none; border-radius: 4px; padding: 0; icon-size: 16px; }
QDockWidget::close-button:hover, QDockWidget::float-button:hover { background: @hover; }
QDockWidget::title { background: @canvas; padding: 7px 10px; text-align: left; }
QHeaderView { background: @surface; border: none; }
QHeaderView::section { background: @surface; color: @textMuted; border: none; border-bottom: 1px solid @outline; padding: 5px 6px; }
QHeaderView::section:hover { color: @text; }
QTreeView { background: @surface; border: none; outline: 0; show-decoration-selected: 1; selection-background-color: @selected; selection-color: @text; }
QTreeView::item { padding: 3px 2px; border: none; }
QTreeView::item:hover:!selected { background: @hover; }
QTreeView::item:selected { background: @selected; color: @text; }
QTreeView::item:selected:!active { background: @hover; }
QTabBar { background: transparent; }
QTabBar::tab { background: transparent; color: @textMuted; border: none; border-bottom: 2px solid transparent; padding: 7px 12px 6px 12px; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
QTabBar::tab:focus { color: @accent; }
QTabWidget::pane { border: none; border-top: 1px solid @outline; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QStatusBar { background: @surface; border-top: 1px solid @outline; }
QStatusBar::item { border: none; }
QProgressBar { border: none; border-radius: 3px; background: @pressed; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QScrollBar:vertical { background: transparent; width: 11px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 11px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px 3px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; margin: 3px 2px; }
QScrollBar::handle:hover { background: @outlineStrong; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
#breadcrumbs { background: @surface; border-bottom: 1px solid @outline; }
#breadcrumbs QToolButton { padding: 1px 6px; }
#partBar { background: @selected; border-bottom: 1px solid @outline; }
#compareHeader { background: @surface; border-bottom: 1px solid @outline; }
QSplitter::handle { background: @outline; }
#legend { background: @surface; border: 1px solid @outline; border-radius: 8px; }
#legend QToolButton { padding: 1px 5px; font-size: 11px; }
#legend #legendMode { padding-right: 16px; font-size: 13px; font-weight: 600; }
#locator { background: @surface; border: 1px solid @outline; border-radius: 10px; }
#locator #locatorEdit { font-size: 15px; padding: 7px 8px; }
QFrame[card="true"] { background: @surface; border: 1px solid @outline; border-radius: 8px; }
QPushButton[row="true"] { border: none; background: transparent; text-align: left; padding: 4px 6px; border-radius: 4px; }
QPushButton[row="true"]:hover { background: @hover; }
QPushButton[row="true"]:focus { border: 1px solid @accent; padding: 3px 5px; }
#modulePicker { background: @surface; border: 1px solid @outline; border-radius: 10px; }
#modulePicker #modulePickerEdit { font-size: 15px; padding: 7px 8px; }
#modulePicker #modulePickerList { background: transparent; border: none; outline: 0; }
#modulePicker #modulePickerList::item { padding: 5px 6px; border-radius: 5px; }
#modulePicker #modulePickerList::item:selected { background: @selected; color: @text; }
#locator #locatorList { background: transparent; border: none; outline: 0; }
QToolTip { background: @tooltip; color: @text; border: 1px solid @outline; padding: 5px 7px; }
)";

} // namespace

QString styleSheet(const Theme& theme)
{
    auto name = [](const QColor& color) { return color.name(QColor::HexRgb); };
    const QHash<QString, QString> colors{
        {QStringLiteral("canvas"), name(theme.canvas)},
        {QStringLiteral("surface"), name(theme.surface)},
        {QStringLiteral("outline"), name(theme.outline)},
        {QStringLiteral("outlineStrong"), name(theme.outlineStrong)},
        {QStringLiteral("text"), name(theme.text)},
        {QStringLiteral("textMuted"), name(theme.textMuted)},
        {QStringLiteral("accent"), name(theme.accent)},
        {QStringLiteral("accentText"), name(theme.accentText)},
        {QStringLiteral("accentHover"), name(Theme::mix(theme.accent, theme.text, 0.15))},
        {QStringLiteral("disabled"), name(Theme::mix(theme.surface, theme.textMuted, 0.55))},
        {QStringLiteral("hover"), name(theme.hoverFill())},
        {QStringLiteral("pressed"), name(Theme::mix(theme.surface, theme.textMuted, 0.2))},
        {QStringLiteral("selected"), name(theme.selectedFill())},
        {QStringLiteral("scroll"), name(Theme::mix(theme.surface, theme.textMuted, 0.35))},
        {QStringLiteral("tooltip"), name(theme.surfaceRaised)},
    };
    QString result;
    const QString source = QString::fromLatin1(sheet);
    for (qsizetype i = 0; i < source.size();) {
        if (source[i] != QLatin1Char('@')) {
            result += source[i++];
            continue;
        }
        qsizetype end = i + 1;
        while (end < source.size() && source[end].isLetter())
            ++end;
        result += colors.value(source.mid(i + 1, end - i - 1));
        i = end;
    }
    return result;
}

} // namespace strata::ui
