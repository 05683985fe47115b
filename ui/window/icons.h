// The icon set: line drawings in resources/icons, recoloured for the theme when they are painted.
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace strata::ui {

/// `name` as in resources/icons without ".svg". The icon takes the text colour of the application's
/// palette at the time it is painted, so it follows a change of theme by itself; with a valid
/// `color`, that one. An icon that does not exist is empty.
QIcon icon(const QString& name, const QColor& color = {});

/// The program's own icon, in its own colours.
QIcon applicationIcon();

} // namespace strata::ui
