// The colours and fonts of the window: one visual language for light and dark.
#pragma once

#include "layout/node_classes.h"

#include <QColor>
#include <QFont>
#include <QPalette>

namespace strata {

/// What a text is for; sizes are in pixels at 100 % (the canvas scales them with its zoom).
enum class FontRole {
    Title,   ///< name of a box, 13 px, semi-bold
    Body,    ///< second line of a box, 12 px
    Small,   ///< parameter lines, edge labels, 11 px
    Heading, ///< panels' headings, 15 px, semi-bold
    Mono     ///< numbers, FQNs, code
};

/// A value type: cheap to copy, made once per palette change.
struct Theme {
    bool dark = false;

    QColor canvas;        ///< behind the graph
    QColor surface;       ///< boxes, cards, panels
    QColor surfaceRaised; ///< header rows, chips, tooltips
    QColor outline;       ///< hairlines
    QColor outlineStrong; ///< outlines of boxes under the pointer
    QColor text;
    QColor textMuted; ///< secondary text; at least 4.5:1 on surface
    QColor accent;    ///< selection, focus, links
    QColor accentText;
    QColor edge;          ///< data flow
    QColor edgeHighlight; ///< data flow of the hovered or selected box
    QColor terminal;      ///< inputs and outputs of the graph
    QColor orphan;        ///< outline and hatch of orphans
    QColor info;
    QColor success;
    QColor warning;
    QColor error;

    /// Follows the lightness of the palette's window colour.
    static Theme fromPalette(const QPalette& palette);
    static Theme light();
    static Theme darkTheme();
    /// The whole application's palette in the same language.
    QPalette palette() const;

    /// Confidence 0..1 on a scale that colour-blind people can tell apart: amber (low) over grey
    /// green to blue (sure).
    QColor confidenceColor(double confidence) const;
    /// The `index`-th of `count` classes: steps of one scale when they are ordered, the first of
    /// them nearly grey; otherwise hues that colour-blind people can tell apart.
    QColor classColor(std::size_t index, std::size_t count, bool ordered) const;
    /// What a comparison found; grey: nothing. Told apart by colour-blind people, too.
    QColor differenceColor(DifferenceClass difference) const;
    /// Black or white, whichever is readable on `background`.
    static QColor readableOn(const QColor& background);
    /// Fill of a module container at this depth (the root's children are 1).
    QColor depthTint(unsigned depth) const;
    /// Its outline.
    QColor depthOutline(unsigned depth) const;
    /// Behind rows under the pointer, and behind selected ones.
    QColor hoverFill() const { return mix(surface, textMuted, 0.12); }
    QColor selectedFill() const { return mix(surface, accent, 0.18); }
    /// `over` mixed into `base` with the share 0..1.
    static QColor mix(const QColor& base, const QColor& over, double share);

    static QFont font(FontRole role);
};

} // namespace strata
