#include "onnx/operator_defaults.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <onnx/defs/schema.h>

namespace strata {
namespace {

/// Defaults that the installed library may be too old for, or that specifications state in words.
struct TableEntry {
    std::string_view op;
    std::string_view attribute;
    std::variant<std::int64_t, float, std::string_view> value;
};

constexpr float largest = std::numeric_limits<float>::max();

constexpr std::array<TableEntry, 28> table{{
    {"AffineGrid", "align_corners", std::int64_t{0}},
    {"Attention", "is_causal", std::int64_t{0}},
    {"AveragePool", "ceil_mode", std::int64_t{0}},
    {"Cast", "saturate", std::int64_t{1}},
    {"CastLike", "saturate", std::int64_t{1}},
    {"Clip", "max", largest},
    {"Clip", "min", -largest},
    {"DequantizeLinear", "block_size", std::int64_t{0}},
    {"Dropout", "ratio", 0.5F},
    {"Gelu", "approximate", std::string_view("none")},
    {"GroupNormalization", "epsilon", 1e-5F},
    {"GroupNormalization", "stash_type", std::int64_t{1}},
    {"LpPool", "ceil_mode", std::int64_t{0}},
    {"Pad", "value", 0.0F},
    {"QuantizeLinear", "block_size", std::int64_t{0}},
    {"QuantizeLinear", "output_dtype", std::int64_t{0}},
    {"QuantizeLinear", "saturate", std::int64_t{1}},
    {"RMSNormalization", "axis", std::int64_t{-1}},
    {"RMSNormalization", "epsilon", 1e-5F},
    {"RMSNormalization", "stash_type", std::int64_t{1}},
    {"Resize", "antialias", std::int64_t{0}},
    {"Resize", "keep_aspect_ratio_policy", std::string_view("stretch")},
    {"RotaryEmbedding", "interleaved", std::int64_t{0}},
    {"RotaryEmbedding", "num_heads", std::int64_t{0}},
    {"RotaryEmbedding", "rotary_embedding_dim", std::int64_t{0}},
    {"ScatterElements", "reduction", std::string_view("none")},
    {"ScatterND", "reduction", std::string_view("none")},
    {"TopK", "sorted", std::int64_t{1}},
}};

/// Reductions took their axes as attributes up to these versions.
constexpr std::int64_t reductions_take_inputs = 18;

const onnx::OpSchema* schema_of(std::string_view op, std::string_view domain, std::int64_t opset)
{
    constexpr std::int64_t newest = std::numeric_limits<int>::max();
    const auto version = static_cast<int>(std::clamp<std::int64_t>(opset, 0, newest));
    return onnx::OpSchemaRegistry::Schema(std::string(op), version,
                                          std::string(domain == "ai.onnx" ? "" : domain));
}

std::optional<AttributeValue> value_of(const onnx::AttributeProto& proto)
{
    switch (proto.type()) {
    case onnx::AttributeProto::FLOAT:
        return AttributeValue(proto.f());
    case onnx::AttributeProto::INT:
        return AttributeValue(std::int64_t{proto.i()});
    case onnx::AttributeProto::STRING:
        return AttributeValue(std::string(proto.s()));
    case onnx::AttributeProto::FLOATS:
        return AttributeValue(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case onnx::AttributeProto::INTS:
        return AttributeValue(std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end()));
    case onnx::AttributeProto::STRINGS:
        return AttributeValue(
            std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    default:
        return std::nullopt;
    }
}

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool is_reduction(std::string_view op)
{
    return op.starts_with("Reduce");
}

} // namespace

std::optional<AttributeValue> default_attribute(std::string_view op, std::string_view domain,
                                                std::int64_t opset, std::string_view attribute)
{
    if (const onnx::OpSchema* schema = schema_of(op, domain, opset)) {
        const auto found = schema->attributes().find(std::string(attribute));
        if (found != schema->attributes().end())
            if (auto value = value_of(found->second.default_value))
                return value;
    }
    if (!domain.empty() && domain != "ai.onnx")
        return std::nullopt;
    if (is_reduction(op) && attribute == "noop_with_empty_axes")
        return AttributeValue(std::int64_t{0});
    const auto entry = std::find_if(table.begin(), table.end(), [&](const TableEntry& each) {
        return each.op == op && each.attribute == attribute;
    });
    if (entry == table.end())
        return std::nullopt;
    if (const auto* text = std::get_if<std::string_view>(&entry->value))
        return AttributeValue(std::string(*text));
    if (const auto* real = std::get_if<float>(&entry->value))
        return AttributeValue(*real);
    return AttributeValue(std::get<std::int64_t>(entry->value));
}

std::vector<std::string> setting_inputs(std::string_view op, std::string_view domain,
                                        std::int64_t opset)
{
    std::vector<std::string> names;
    const onnx::OpSchema* schema = schema_of(op, domain, opset);
    if (!schema)
        return names;
    if (is_reduction(op) && opset >= reductions_take_inputs)
        return {"", "axes"};
    std::vector<std::string> attributes; // of this and all earlier versions
    for (const onnx::OpSchema* each = schema; each;
         each = each->SinceVersion() > 1 ? schema_of(op, domain, each->SinceVersion() - 1)
                                         : nullptr)
        for (const auto& [name, attribute] : each->attributes())
            attributes.push_back(lower(name));
    for (const auto& input : schema->inputs()) {
        std::string name = lower(input.GetName());
        if (name == "constant_value")
            name = "value";
        const bool setting =
            std::find(attributes.begin(), attributes.end(), name) != attributes.end();
        names.push_back(setting ? name : std::string());
    }
    while (!names.empty() && names.back().empty())
        names.pop_back();
    return names;
}

} // namespace strata
