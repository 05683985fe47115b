// What is to be drawn: boxes and edges with their geometry, free of fonts and colours.
#pragma once

#include "ir/attribution.h"
#include "layout/geometry.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace strata {

/// Index of a group: something that holds nodes and can be opened. Ids below the number of modules
/// are the modules themselves (0: the root, always open); higher ones are bodies of If/Loop/Scan,
/// modules inside such bodies, later calls of a module, local functions, collections of orphans,
/// runs of equal modules, and ranges of levels that would be too large.
using GroupId = std::uint32_t;

enum class BoxKind : std::uint8_t {
    Operator,  ///< an ONNX node
    Group,     ///< a closed module (or other group)
    Container, ///< an open one; its children follow it in Scene::boxes
    Input,     ///< of the graph or of a body
    Output
};

/// Range: some neighbours of a level that has too many boxes. Repeat: equal modules in a row; drawn
/// only while it is folded, never as a container.
enum class GroupKind : std::uint8_t { Module, ControlFlow, Function, Orphans, Range, Repeat };

struct SceneBox {
    BoxKind kind = BoxKind::Operator;
    GroupKind group_kind = GroupKind::Module; ///< of groups and containers
    Rect rect;                                ///< in scene coordinates
    std::uint32_t parent = no_id;             ///< the container's index; no_id at the top level
    std::uint32_t depth = 0;                  ///< number of containers around it
    GroupId group = no_id;                    ///< of groups and containers
    NodeId node = no_id; ///< of operators, and the If/Loop/Scan of a ControlFlow group
    /// Of Module groups; of Repeat groups, the first of the modules; of operators, where they
    /// belong.
    ModuleId module = no_module;
    ValueId value = no_id; ///< of inputs and outputs

    std::string title;              ///< operator type, class name, value name; fits the box
    std::string subtitle;           ///< local module name; type of an input
    std::vector<std::string> lines; ///< parameters of an operator: "weight 64×3×7×7"

    double confidence = 1.0;                        ///< of an operator; mean of a group
    EvidenceKind evidence = EvidenceKind::Recorded; ///< of an operator; the weakest of a group
    bool synthetic = false;                         ///< an orphan
    CoverageFigures figures;                        ///< of groups and containers, with descendants
    std::uint32_t members = 0; ///< of Repeat groups: how many modules they stand for
};

/// One or more values that flow from box to box inside one container.
struct SceneEdge {
    std::uint32_t from = no_id;  ///< box index; the container itself where the edge enters it
    std::uint32_t to = no_id;    ///< box index; the container itself where the edge leaves it
    std::uint32_t level = no_id; ///< the container whose level it belongs to; no_id: top level
    std::vector<ValueId> values; ///< at least one
    std::vector<Point> points;   ///< cubic Bézier: 1 + 3 n points, from → to
    std::string label;           ///< "1×64×56×56", empty when there are several values
    Point label_at;              ///< centre of the label
    bool arrow = true;           ///< false: it goes on inside the container that it reaches
    bool backward = false;       ///< closes a cycle between modules; drawn against the flow
};

/// The end of a connection that is not drawn as a line, as it would cross half the picture: a small
/// labelled mark at the box.
struct ScenePort {
    std::uint32_t box = no_id;
    ValueId value = no_id;
    bool outgoing = false; ///< below the producer; otherwise above the consumer
    Rect rect;
    std::string text;
    std::uint32_t count = 1; ///< how many marks share the value
};

/// Immutable once published. Boxes are in paint order: a container comes before what it holds.
struct Scene {
    double width = 0.0;
    double height = 0.0;
    std::vector<SceneBox> boxes;
    std::vector<SceneEdge> edges;
    std::vector<ScenePort> ports;
    std::unordered_map<NodeId, std::uint32_t> box_of_node;   ///< drawn nodes only
    std::unordered_map<GroupId, std::uint32_t> box_of_group; ///< drawn groups only
};

} // namespace strata
