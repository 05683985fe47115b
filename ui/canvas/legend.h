// The key to the canvas: what the colours mean, how many nodes have which, and which are kept.
#pragma once

#include "ir/inspection.h"
#include "layout/node_classes.h"

#include <QFrame>
#include <memory>
#include <vector>

class QAction;
class QMenu;
class QToolButton;
class QVBoxLayout;

namespace strata {

class LegendRow;

/// A small card over the canvas. Its title chooses what the colours mean; its rows are switches:
/// while some are on, all other nodes are dimmed.
class Legend : public QFrame {
    Q_OBJECT
public:
    explicit Legend(QWidget* parent = nullptr);
    ~Legend() override;

    /// Null clears the rows. `kept`: bits of the classes whose rows are on.
    void setClasses(std::shared_ptr<const NodeClasses> classes, std::uint32_t kept);
    ColorBy colorBy() const { return m_color_by; }
    std::uint32_t kept() const;

    /// A class in the window's words: "Recorded at export", "1 KB to 32 KB", "Conv".
    static QString className(const NodeClasses& classes, std::size_t index);
    static QString modeName(ColorBy by);
    /// What can be chosen for a model; null: what every model has.
    void setOffers(const Inspection* inspection);
    /// Times and differences are known only where the model was run.
    static bool isKnown(ColorBy by, const Inspection* inspection);
    /// Enables the action that chooses it, or says how to get it.
    static void offer(QAction* action, ColorBy by, const Inspection* inspection);

Q_SIGNALS:
    void colorByChosen(strata::ColorBy by);
    void keptChanged(std::uint32_t classes);
    /// Its size has changed.
    void resized();

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();

    QToolButton* m_mode;
    QMenu* m_modes;
    QToolButton* m_all;
    QVBoxLayout* m_rows_layout;
    std::vector<LegendRow*> m_rows;
    std::shared_ptr<const NodeClasses> m_classes;
    ColorBy m_color_by = ColorBy::Confidence;
};

} // namespace strata
