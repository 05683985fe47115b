// How reports write figures and names, the same in all of them.
#pragma once

#include "ir/inspection.h"

#include <string>
#include <string_view>

namespace strata {

/// "99.9 %". Never rounded up: a whole is claimed only where it is one.
std::string percent_text(double share);
/// "layer1.0.conv1"; of the root "(root) ResNet".
std::string module_text(const Inspection& inspection, ModuleId id);
/// A node's name, or its place in the graph when it has none.
std::string node_text(const Inspection& inspection, NodeId id, const std::string& path);
/// What stands for its module: the tag, or the synthetic path of an orphan.
std::string place_text(const Inspection& inspection, NodeId id);

/// Text between tags and in quoted attributes: & < > " ' are written as entities, bytes that are
/// not UTF-8 and control characters as U+FFFD.
std::string escape_xml(std::string_view text);

} // namespace strata
