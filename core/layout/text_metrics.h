// How wide text is, without fonts: the ui measures, the layout asks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace strata {

enum class TextStyle : std::uint8_t { Title, Body, Small };

/// Implementations are called from the layout's worker thread and must not change.
class TextMetrics {
public:
    virtual ~TextMetrics() = default;
    /// Width in pixels at 100 % of UTF-8 text.
    virtual double width(std::string_view text, TextStyle style) const = 0;
    /// Changes when the font does; part of the key of cached layouts' inputs.
    virtual double line_height(TextStyle style) const = 0;
};

/// Fixed widths per character (7, 6.5 and 6 pixels): for tests and programs without fonts.
class FixedTextMetrics final : public TextMetrics {
public:
    double width(std::string_view text, TextStyle style) const override;
    double line_height(TextStyle style) const override;
};

/// The text itself when it fits, otherwise its beginning and end with "…" between them. Cuts
/// between UTF-8 characters only.
std::string elide_middle(std::string_view text, TextStyle style, double max_width,
                         const TextMetrics& metrics);

} // namespace strata
