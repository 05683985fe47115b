#include "onnx/library_versions.h"

#include <onnx/defs/schema.h>

namespace strata {

std::optional<std::int64_t> newest_known_opset(const std::string& domain)
{
    const auto& ranges = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
    const auto found = ranges.find(domain);
    if (found == ranges.end())
        return std::nullopt;
    return found->second.second;
}

} // namespace strata
