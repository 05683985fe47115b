#include "pt2/treespec.h"

#include "pt2/json_document.h"

#include <cstddef>
#include <optional>
#include <span>

namespace strata::pt2 {
namespace {

constexpr std::size_t max_leaves = 100'000;

std::optional<JsonDocument> parse(std::string_view text)
{
    auto document = JsonDocument::parse(std::as_bytes(std::span(text.data(), text.size())));
    if (!document)
        return std::nullopt;
    return std::move(*document);
}

class Leaves {
public:
    bool named = false;
    std::vector<std::string> names;

    void read(JsonValue spec, const std::string& prefix)
    {
        if (names.size() >= max_leaves)
            return;
        if (spec["type"].is_absent()) {
            names.push_back(prefix);
            return;
        }
        const std::vector<std::string> keys = keys_of(spec);
        std::size_t index = 0;
        for (const JsonValue child : spec["children_spec"].items()) {
            const std::string name = index < keys.size() ? keys[index] : std::to_string(index);
            read(child, prefix.empty() ? name : prefix + "." + name);
            ++index;
        }
    }

private:
    /// The context of dicts and dataclasses is the list of their keys, as JSON in a string; that of
    /// an OrderedDict of a defaultdict has it further inside.
    std::vector<std::string> keys_of(JsonValue spec)
    {
        std::vector<std::string> keys;
        const auto context = parse(spec["context"].text());
        if (!context)
            return keys;
        JsonValue list = context->root();
        const std::size_t children = spec["children_spec"].size();
        while (list.is_array() && list.size() != children) {
            JsonValue inner;
            for (const JsonValue item : list.items())
                if (item.is_array())
                    inner = item;
            list = inner;
        }
        for (const JsonValue item : list.items()) {
            const auto key = item.as_string();
            if (!key)
                return {};
            keys.emplace_back(*key);
        }
        named |= !keys.empty();
        return keys;
    }
};

} // namespace

std::vector<std::string> treespec_leaf_names(std::string_view spec)
{
    const auto document = parse(spec);
    if (!document)
        return {};
    Leaves leaves;
    for (const JsonValue item : document->root().items()) // [version, spec]
        if (item.is_object())
            leaves.read(item, {});
    return leaves.named ? std::move(leaves.names) : std::vector<std::string>{};
}

} // namespace strata::pt2
