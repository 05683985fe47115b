// What colour a box has: by confidence or by class, and whether a filter dims it.
#pragma once

#include "layout/node_classes.h"
#include "layout/scene.h"
#include "ui/theme/theme.h"

namespace strata {

/// Refers to what it is made of; a value for the time of one painting.
struct BoxColors {
    const Theme& theme;
    const NodeClasses* classes = nullptr; ///< what the colours mean; null: confidence
    const NodeSubset* subset = nullptr;   ///< all other boxes are dimmed; null: none are

    bool areConfidence() const { return classes == nullptr || classes->by == ColorBy::Confidence; }
    bool areDifferences() const { return classes != nullptr && classes->by == ColorBy::Difference; }
    /// Of an operator; Same unless the colours are those of a comparison.
    DifferenceClass difference(const SceneBox& box) const
    {
        return areDifferences() && box.node < classes->of_node.size()
                   ? static_cast<DifferenceClass>(classes->of_node[box.node])
                   : DifferenceClass::Same;
    }
    /// Of a group: what most of the nodes in it that differ are; Same when none do.
    std::size_t mostFrequentDifference(GroupId group) const
    {
        const ClassCounts& counts = classes->of_group[group];
        std::size_t most = 0;
        for (std::size_t i = 1; i < difference_class_count; ++i)
            if (counts[i] > 0 && (most == 0 || counts[i] > counts[most]))
                most = i;
        return most;
    }
    QColor ofClass(std::size_t index) const { return ofClass(theme, *classes, index); }
    static QColor ofClass(const Theme& theme, const NodeClasses& classes, std::size_t index)
    {
        if (classes.by == ColorBy::Difference)
            return theme.differenceColor(static_cast<DifferenceClass>(index));
        // Where numbers are wrong is not one step more of how they round.
        if (classes.by == ColorBy::ParityError && index + 1 == classes.classes.size())
            return theme.differenceColor(DifferenceClass::Removed);
        return theme.classColor(index, classes.classes.size(), classes.ordered);
    }
    /// What stands for a group: of a scale the highest step in it, else what most nodes are.
    std::size_t classOfGroup(GroupId group) const
    {
        const ClassCounts& counts = classes->of_group[group];
        std::size_t most = 0;
        for (std::size_t i = 1; i < classes->classes.size(); ++i)
            if (counts[i] > 0 && (classes->ordered || counts[i] > counts[most]))
                most = i;
        return most;
    }
    /// Of an operator or a group.
    QColor of(const SceneBox& box) const
    {
        if (areDifferences() && box.group < classes->of_group.size())
            return ofClass(mostFrequentDifference(box.group));
        if (areConfidence())
            return theme.confidenceColor(box.confidence);
        if (box.group < classes->of_group.size())
            return ofClass(classOfGroup(box.group));
        if (box.node >= classes->of_node.size())
            return theme.confidenceColor(box.confidence);
        return ofClass(classes->of_node[box.node]);
    }
    bool dimmed(const SceneBox& box) const
    {
        if (subset == nullptr)
            return false;
        if (box.group != no_id && box.group < subset->in_group.size())
            return subset->in_group[box.group] == 0;
        return box.node >= subset->nodes.size() || !subset->nodes[box.node];
    }
};

} // namespace strata
