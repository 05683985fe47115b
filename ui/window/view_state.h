// What somebody has set up in the view of a model, by names: it survives another export, and the
// end of the program.
#pragma once

#include "ui/models/locate.h"

#include <QJsonObject>
#include <QPointF>
#include <QString>
#include <QStringList>

namespace strata::ui {

class MainWindow;

/// A node's name, its place in the graph when it has no name of its own, or "module:FQN". Empty
/// for an empty target.
QString nameOf(const Inspection& inspection, const Target& target);
/// The opposite; empty when the model has no such thing.
Target targetOf(const Inspection& inspection, const QString& name);

struct ViewState {
    QStringList expanded; ///< FQNs of the modules that are open in the graph
    QStringList tree;     ///< and in the tree
    QStringList folding;  ///< of those whose equals are folded, or not, unlike all others
    QString selected;     ///< nameOf()
    double zoom = 0.0;    ///< of the graph; 0: not known
    bool whole = false;   ///< the graph just fits into the view: then it does so again
    QPointF centre;       ///< of the view, in the graph's own coordinates

    QJsonObject toJson() const;
    /// Whatever is missing or of another type is left at its default.
    static ViewState fromJson(const QJsonObject& json);
    friend bool operator==(const ViewState&, const ViewState&) = default;
};

/// Empty without a model.
ViewState viewOf(const MainWindow& window);
/// Puts back what the opened model still has. The place in the graph follows when the graph has
/// been laid out.
void applyView(MainWindow& window, const ViewState& view);

} // namespace strata::ui
