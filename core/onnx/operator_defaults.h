// What ONNX's operator schemas say about settings that a node does not spell out.
#pragma once

#include "ir/onnx_model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

using AttributeValue = decltype(Attribute::value);

/// What it means that a node leaves an attribute out: the schema's default in the newest version of
/// the operator that is not beyond `opset`, or what the specification says in words where it is one
/// value whatever the inputs ("no limit" of Clip). Operators and attributes that are newer than the
/// installed library come from a table. Nothing where there is no such value, and for domains that
/// libonnx does not know.
std::optional<AttributeValue> default_attribute(std::string_view op, std::string_view domain,
                                                std::int64_t opset, std::string_view attribute);

/// Inputs that are settings rather than data: an earlier version of the operator has them as
/// attributes ("axes" of Squeeze, "min" of Clip), under the name that is returned here at the
/// input's place. Empty texts for the others; shorter than the inputs when the rest is data.
std::vector<std::string> setting_inputs(std::string_view op, std::string_view domain,
                                        std::int64_t opset);

} // namespace strata
