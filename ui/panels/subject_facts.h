// What there is to say of a node or a module, as names and values: for the inspector, and for two
// things side by side.
#pragma once

#include "ui/panels/module_costs.h"
#include "ui/widgets/fact_grid.h"

#include <utility>
#include <vector>

namespace strata::ui {

class AttributesModel;

/// Before the id of a module in a fact's link.
inline const QString module_link = QStringLiteral("module:");

/// Facts with an empty value do not apply.
std::vector<Fact> nodeFacts(const Inspection& inspection, NodeId id);
/// Where in PyTorch it comes from, and what was measured there.
std::vector<Fact> originFacts(const Inspection& inspection, NodeId id);
std::vector<Fact> attributeFacts(const AttributesModel& attributes);

/// `costs` and `seconds` are by module and may be empty: not known (yet).
std::vector<Fact> moduleFacts(const Inspection& inspection, ModuleId id,
                              const std::vector<ModuleCost>& costs,
                              const std::vector<double>& seconds);

/// The operators in a module and everything inside it, the most frequent first.
using OperatorCounts = std::vector<std::pair<QString, std::uint64_t>>;
OperatorCounts operatorCounts(const Inspection& inspection, ModuleId id);

} // namespace strata::ui
