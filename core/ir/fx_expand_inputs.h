// Nested inputs (lists, tuples, dicts) become flat ones with readable names.
#pragma once

#include "ir/fx_graph.h"

#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// The names of inputs: "x" of a plain one, "states.0" of an item of a list or tuple, "batch.image"
/// of a dict's value. A path goes on where containers are nested: "boxes.0.corners".

/// True when `name` is `input` itself or lies inside it.
bool names_input(std::string_view name, std::string_view input);

/// The key at the start of a path inside a dict whose values take `depth` more parts: keys may hold
/// dots themselves ("a.b.0" at depth 1 is item 0 of "a.b").
std::string_view key_of_path(std::string_view rest, std::size_t depth);

struct ExpandedInputs {
    FxGraph graph;
    /// Containers whose length or keys nobody gave and the code does not tell: they are still one
    /// placeholder, which no lowering takes.
    std::vector<std::string> open;
};

/// True when a placeholder is a list, tuple or dict.
bool has_nested_inputs(const FxGraph& graph);

/// Replaces each placeholder that is a container by placeholders of its items and the nodes
/// (prim::TupleConstruct, prim::ListConstruct, prim::DictConstruct) that build it again.
///
/// Tuples have their length in their type. The length of a list and the keys of a dict are those of
/// `names` (flat names that somebody gave; others are ignored), else those that the code itself
/// takes apart: constant indices and keys, unpacking, and nothing else done with them. An optional
/// container or one with a default value stays as it is when no name lies in it. Node, value and
/// block ids are new; frames and sources keep theirs. Lists of more than 4096 items stay open.
ExpandedInputs expand_inputs(const FxGraph& graph, const std::vector<std::string>& names);

} // namespace strata
