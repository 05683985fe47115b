// What Fusion does not do by itself: flat headers and tabs, quiet buttons, thin scroll bars.
#pragma once

#include <QString>

namespace strata {
struct Theme;
}

namespace strata::ui {

/// The application's style sheet in the theme's colours. Push buttons with the property "primary"
/// take the accent, those with "link" look like links.
QString styleSheet(const Theme& theme);

} // namespace strata::ui
