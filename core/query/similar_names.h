// Names that may have been meant where one that was given does not exist.
#pragma once

#include "ir/inspection.h"

#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class NamesOf : std::uint8_t { Modules, NodesAndModules };

/// At most `most` names of the inspection that are like `wanted`, best first: those that contain
/// it, and those that a few letters turn into it. Time grows with all names' letters.
std::vector<std::string> similar_names(const Inspection& inspection, NamesOf which,
                                       std::string_view wanted, std::size_t most);

} // namespace strata
