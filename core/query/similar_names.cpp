#include "query/similar_names.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace strata {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char c) { return lower(c); });
    return result;
}

/// Letters to insert, remove or replace, where it is at most `limit`; else more than that.
std::size_t edits(std::string_view a, std::string_view b, std::size_t limit)
{
    if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit)
        return limit + 1;
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t corner = row[0];
        std::size_t least = row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = corner + (a[i] == b[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
            least = std::min(least, row[j + 1]);
        }
        if (least > limit)
            return limit + 1;
    }
    return row.back();
}

} // namespace

std::vector<std::string> similar_names(const Inspection& inspection, NamesOf which,
                                       std::string_view wanted, std::size_t most)
{
    const std::string target = lower(wanted);
    const std::size_t limit = std::max<std::size_t>(1, target.size() / 3);
    // A name that contains what was given counts as one edit; then the shorter one is meant.
    std::vector<std::tuple<std::size_t, std::size_t, std::string_view>> found;
    const auto consider = [&](std::string_view name) {
        if (name.empty() || target.empty())
            return;
        const std::string text = lower(name);
        const std::size_t cost =
            text.find(target) != std::string::npos ? 1 : edits(text, target, limit);
        if (cost <= limit)
            found.emplace_back(cost, name.size(), name);
    };
    for (ModuleId id = 0; id < inspection.modules.size(); ++id)
        consider(inspection.modules[id].fqn);
    if (which == NamesOf::NodesAndModules && inspection.model)
        for (const OnnxNode& node : inspection.model->nodes)
            consider(inspection.model->text(node.name));
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(most, found.size()); ++i)
        names.emplace_back(std::get<std::string_view>(found[i]));
    return names;
}

} // namespace strata
