// Operator schemas, as PyTorch writes them: "aten::add.Tensor(Tensor self, Tensor other, *, Scalar
// alpha=1) -> Tensor".
#pragma once

#include "ir/fx_graph.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

struct SchemaArg {
    std::string
        type; ///< "Tensor", "Tensor?", "SymInt[2]", "Scalar", ...; alias annotations removed
    std::string name;
    std::optional<FxArg> default_value;
    bool keyword_only = false;
};

struct OpSchema {
    std::string target; ///< "aten::add.Tensor": normalised, without ".default"
    std::vector<SchemaArg> args;
    std::size_t returns = 1; ///< number of results; 0 for "()"
};

/// Parses a schema; aborts on a malformed one in debug builds and returns an error otherwise.
Result<OpSchema> parse_schema(std::string_view text);

} // namespace strata
