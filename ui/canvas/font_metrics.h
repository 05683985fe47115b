// The canvas' fonts, measured once on the ui thread so that the layout's worker never touches Qt's
// fonts.
#pragma once

#include "layout/text_metrics.h"

#include <array>

namespace strata {

/// Immutable after construction; make a new one when the application's font changes.
class FontTextMetrics final : public TextMetrics {
public:
    FontTextMetrics();
    double width(std::string_view text, TextStyle style) const override;
    double line_height(TextStyle style) const override;

private:
    struct Font {
        std::array<double, 128> advance{}; ///< of ASCII
        double wide = 0.0;                 ///< of everything else: the widest we expect
        double sign = 0.0;                 ///< of ×, · and …
        double height = 0.0;
    };
    std::array<Font, 3> m_fonts;
};

} // namespace strata
