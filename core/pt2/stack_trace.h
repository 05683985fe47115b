// Python stack traces as torch.export records them on nodes.
#pragma once

#include "ir/fx_graph.h"

#include <string_view>
#include <vector>

namespace strata {

/// The calls of a trace, outermost first, without what export itself puts around the model. `text`
/// is the source line without the marks under it.
///
///   File "/a/model.py", line 12, in forward
///     return self.fc(x)
std::vector<SourceLocation> parse_stack_trace(std::string_view text);

} // namespace strata
