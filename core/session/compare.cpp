#include "session/compare.h"

#include "hierarchy/attribute.h"
#include "hierarchy/parameter_evidence.h"
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/compare_nodes.h"
#include "session/compare_side.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace strata {
namespace {

struct ReadFile {
    std::shared_ptr<OnnxModel> model;
    AttributionResult attribution;
};

Result<ReadFile> read_file(const std::filesystem::path& path, TaskContext& task)
{
    ReadFile file;
    STRATA_TRY(OnnxReadResult read, read_onnx(path, task));
    file.model = std::move(read.model);
    STRATA_TRY(file.attribution, attribute_nodes(*file.model, nullptr, task));
    return file;
}

class Comparer {
public:
    Comparer(const CompareSide& a, const CompareSide& b)
        : m_a(a),
          m_b(b),
          m_uses_a(a.model().consumers()),
          m_uses_b(b.model().consumers())
    {}

    Result<ModelComparison> run(TaskContext& task)
    {
        m_result.nodes_a = m_a.model().nodes.size();
        m_result.nodes_b = m_b.model().nodes.size();
        count();
        compare_opsets();
        compare_values("input", m_a.model().graphs[OnnxModel::main_graph].inputs,
                       m_b.model().graphs[OnnxModel::main_graph].inputs);
        compare_values("output", m_a.model().graphs[OnnxModel::main_graph].outputs,
                       m_b.model().graphs[OnnxModel::main_graph].outputs);
        STRATA_TRY(m_pairs, match_nodes(m_a.model(), m_b.model(), task));
        STRATA_TRY(m_nodes, compare_nodes(m_a, m_b, m_pairs, task));
        for (ModelDifference& difference : m_nodes.differences)
            m_result.differences.push_back(std::move(difference));
        STRATA_CHECK(compare_initializers(task));
        std::stable_sort(
            m_result.differences.begin(), m_result.differences.end(),
            [](const ModelDifference& x, const ModelDifference& y) { return x.rank < y.rank; });
        m_result.pairs = std::move(m_pairs);
        return std::move(m_result);
    }

private:
    void differ(std::string change, std::string what, std::string name, std::string detail = {},
                DifferenceRank rank = DifferenceRank::Structure)
    {
        if (change == "same")
            rank = DifferenceRank::Spelling;
        m_result.differences.push_back({std::move(change), std::move(what), std::move(name),
                                        std::move(detail), no_id, no_id, rank});
    }

    /// Weights: what became part of other nodes is told with these.
    void differ_weight(std::string change, std::string name, std::string detail)
    {
        const bool fused = change == "fused";
        differ(std::move(change), "initializer", std::move(name), std::move(detail),
               fused ? DifferenceRank::Spelling : DifferenceRank::Altered);
    }

    void count()
    {
        std::map<std::string, CountPair> ops;
        std::map<std::string, CountPair> modules;
        for (NodeId id = 0; id < m_a.model().nodes.size(); ++id) {
            ++ops[std::string(m_a.op(id))].a;
            ++modules[m_a.module(id)].a;
        }
        for (NodeId id = 0; id < m_b.model().nodes.size(); ++id) {
            ++ops[std::string(m_b.op(id))].b;
            ++modules[m_b.module(id)].b;
        }
        for (auto* counts : {&ops, &modules})
            for (auto& [name, pair] : *counts) {
                pair.name = name;
                (counts == &ops ? m_result.op_types : m_result.modules).push_back(pair);
            }
    }

    void compare_opsets()
    {
        std::map<std::string, std::pair<std::int64_t, std::int64_t>> versions;
        for (const OpsetImport& import : m_a.model().opsets)
            versions[import.domain].first = import.version;
        for (const OpsetImport& import : m_b.model().opsets)
            versions[import.domain].second = import.version;
        // Optimisers import every domain they know.
        const auto is_used = [&](const std::string& domain) {
            const auto uses = [&](const CompareSide& side) {
                return std::any_of(side.model().nodes.begin(), side.model().nodes.end(),
                                   [&](const OnnxNode& node) {
                                       const std::string_view of = side.text(node.domain);
                                       return of == domain || (of == "ai.onnx" && domain.empty());
                                   });
            };
            return uses(m_a) || uses(m_b);
        };
        for (const auto& [domain, pair] : versions)
            if (pair.first != pair.second && is_used(domain))
                differ("changed", "opset", domain.empty() ? "ai.onnx" : domain,
                       fmt::format("{} against {}", pair.first, pair.second));
    }

    /// By name; those under other names by place, when there are as many of them.
    void compare_values(const char* what, const std::vector<ValueId>& left,
                        const std::vector<ValueId>& right)
    {
        std::map<std::string, ValueId> of_a;
        for (const ValueId id : left)
            of_a.emplace(m_a.value_name(id), id);
        std::vector<ValueId> added;
        for (const ValueId id : right) {
            const auto it = of_a.find(m_b.value_name(id));
            if (it == of_a.end()) {
                added.push_back(id);
                continue;
            }
            compare_types(what, it->second, id, "changed", "");
            of_a.erase(it);
        }
        std::vector<ValueId> removed;
        for (const ValueId id : left)
            if (const auto it = of_a.find(m_a.value_name(id)); it != of_a.end() && it->second == id)
                removed.push_back(id);
        if (removed.size() == added.size()) {
            for (std::size_t i = 0; i < added.size(); ++i)
                compare_types(
                    what, removed[i], added[i], "same",
                    fmt::format("called '{}' in the second file", m_b.value_name(added[i])));
            return;
        }
        for (const ValueId id : added)
            differ("added", what, m_b.value_name(id));
        for (const ValueId id : removed)
            differ("removed", what, m_a.value_name(id));
    }

    /// `unless`: how values of equal types are reported, with a note; "changed" without a note: not
    /// at all.
    void compare_types(const char* what, ValueId x, ValueId y, const char* unless,
                       const std::string& note)
    {
        const std::string a = m_a.model().type_text(x);
        const std::string b = m_b.model().type_text(y);
        if (a != b)
            differ("changed", what, m_a.value_name(x),
                   fmt::format("{} against {}{}{}", a, b, note.empty() ? "" : "; ", note),
                   types_differ(m_a.model().values[x], m_b.model().values[y])
                       ? DifferenceRank::Structure
                       : DifferenceRank::Spelling);
        else if (!note.empty())
            differ(unless, what, m_a.value_name(x), note);
    }

    Status compare_initializers(TaskContext& task)
    {
        std::map<std::string, std::uint32_t> others;
        for (std::uint32_t i = 0; i < m_b.model().initializers.size(); ++i)
            others.emplace(m_b.value_name(m_b.model().initializers[i].value), i);
        const std::vector<InitializerMatch>& matches = m_pairs.initializers;
        std::vector<bool> told(m_b.model().initializers.size(), false);
        const std::vector<std::uint32_t> in_place = initializers_in_place(matches);
        std::vector<std::uint32_t> left; // without a namesake
        for (std::uint32_t i = 0; i < m_a.model().initializers.size(); ++i) {
            STRATA_CHECK(task.poll());
            const auto it = others.find(m_a.value_name(m_a.model().initializers[i].value));
            if (it == others.end() || is_elsewhere(i, it->second)) {
                left.push_back(i);
                continue;
            }
            told[it->second] = true;
            STRATA_CHECK(compare_tensors_of(i, it->second));
        }
        for (const std::uint32_t i : left) {
            InitializerMatch match = matches[i];
            if (match.b == no_id && in_place[i] != no_id && !told[in_place[i]])
                match = {in_place[i], "changed"};
            if (match.b != no_id)
                told[match.b] = true;
            report_initializer(i, match);
        }
        for (std::uint32_t i = 0; i < told.size(); ++i) {
            if (told[i])
                continue;
            const std::string name = m_b.value_name(m_b.model().initializers[i].value);
            if (m_nodes.for_nodes_b[i])
                continue;
            if (m_nodes.merged_b[i])
                differ_weight("fused", name, "what reads it is one node of the first file");
            else
                differ("added", "initializer", name, {},
                       rank_alone(m_uses_b[m_b.model().initializers[i].value], m_pairs.a_of,
                                  m_nodes.plain_b));
        }
        return {};
    }

    /// Numbered constants: the content has another name in the second file, and the name another
    /// content. Parameters are known by name.
    bool is_elsewhere(std::uint32_t i, std::uint32_t namesake) const
    {
        const InitializerMatch& match = m_pairs.initializers[i];
        const std::string name = m_a.value_name(m_a.model().initializers[i].value);
        return !is_parameter_name(name) && match.b != namesake &&
               !same_tensor(m_a.model().initializers[i].tensor,
                            m_b.model().initializers[namesake].tensor)
                    .value_or(true);
    }

    /// One without a namesake in the second file.
    void report_initializer(std::uint32_t i, const InitializerMatch& match)
    {
        const std::string name = m_a.value_name(m_a.model().initializers[i].value);
        if (match.b == no_id) {
            if (m_nodes.for_nodes_a[i])
                return;
            if (m_nodes.merged_a[i])
                differ_weight("fused", name,
                              "what reads it became part of nodes of the second file");
            else
                differ("removed", "initializer", name, {},
                       rank_alone(m_uses_a[m_a.model().initializers[i].value], m_pairs.b_of,
                                  m_nodes.plain_a));
            return;
        }
        const std::string other = m_b.value_name(m_b.model().initializers[match.b].value);
        if (match.how == "same")
            differ("same", "initializer", name, fmt::format("the same as '{}'", other));
        else if (match.how == "transposed" && m_nodes.turned[i])
            differ("same", "initializer", name,
                   fmt::format("transposed as '{}', and read so", other));
        else if (only_rounding(i, match.b))
            differ("changed", "initializer", name,
                   fmt::format("values differ by rounding only from those of '{}'", other),
                   DifferenceRank::Spelling);
        else if (match.how == "changed")
            differ_weight("changed", name,
                          name == other ? "values differ"
                                        : fmt::format("values differ from those of '{}'", other));
        else
            differ_weight(match.how == "parts" || (match.how == "scaled" && m_nodes.absorbing[i])
                              ? "fused"
                              : "changed",
                          name, fmt::format("{} as '{}'", match.how, other));
    }

    /// Of an initializer that one file has alone: with the nodes that read it, where these are
    /// told.
    static DifferenceRank rank_alone(const std::vector<OnnxModel::Use>& uses,
                                     const std::vector<NodeId>& counterpart,
                                     const std::vector<bool>& plain)
    {
        bool alone = false;
        bool only_plain = true;
        for (const OnnxModel::Use& use : uses) {
            if (use.node == no_id)
                continue;
            if (counterpart[use.node] != no_id && !plain[use.node])
                return DifferenceRank::Structure;
            alone = true;
            only_plain = only_plain && plain[use.node];
        }
        return !alone       ? DifferenceRank::Structure
               : only_plain ? DifferenceRank::Spelling
                            : DifferenceRank::Consequence;
    }

    /// Per initializer of the first file what the corresponding node of the second reads in its
    /// place, where neither has its content elsewhere.
    std::vector<std::uint32_t>
    initializers_in_place(const std::vector<InitializerMatch>& matches) const
    {
        std::vector<bool> taken(m_b.model().initializers.size(), false);
        for (const InitializerMatch& match : matches)
            if (match.b != no_id)
                taken[match.b] = true;
        std::vector<std::uint32_t> found(m_a.model().initializers.size(), no_id);
        for (NodeId id = 0; id < m_a.model().nodes.size(); ++id) {
            const NodeId other = m_pairs.b_of[id];
            if (other == no_id)
                continue;
            const auto& left = m_a.node(id).inputs;
            const auto& right = m_b.node(other).inputs;
            for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
                if (left[i] == no_id || right[i] == no_id)
                    continue;
                const std::uint32_t a = m_a.model().values[left[i]].initializer;
                const std::uint32_t b = m_b.model().values[right[i]].initializer;
                if (a != no_id && b != no_id && matches[a].b == no_id && !taken[b])
                    found[a] = b;
            }
        }
        return found;
    }

    Status compare_tensors_of(std::uint32_t left, std::uint32_t right)
    {
        const Tensor& a = m_a.model().initializers[left].tensor;
        const Tensor& b = m_b.model().initializers[right].tensor;
        const std::string name = m_a.value_name(m_a.model().initializers[left].value);
        auto same = same_tensor(a, b);
        if (!same)
            return tl::unexpected(
                std::move(same).error().with(fmt::format("initializer '{}'", name)));
        if (*same)
            return {};
        if (m_nodes.for_nodes_a[left] && m_nodes.for_nodes_b[right])
            return {}; // told with the node that it sets
        const InitializerMatch& match = m_pairs.initializers[left];
        if (match.b == right && match.how == "transposed" && m_nodes.turned[left])
            differ("same", "initializer", name, "transposed, and read so");
        else if (only_rounding(left, right))
            differ("changed", "initializer", name, "values differ by rounding only",
                   DifferenceRank::Spelling);
        else if (m_nodes.absorbing[left] &&
                 (a.shape.size() == 1 || (match.b == right && match.how == "scaled")))
            differ_weight("fused", name,
                          "other values: what reads it does the work of other nodes, too");
        else if (match.b == right && match.how == "transposed")
            differ_weight("changed", name, "transposed");
        else
            differ_weight("changed", name,
                          a.shape != b.shape   ? "shape differs"
                          : a.dtype != b.dtype ? fmt::format("dtype {} against {}",
                                                             to_string(a.dtype), to_string(b.dtype))
                                               : "values differ");
        return {};
    }

    /// Two exporters that fold the same weights round differently.
    bool only_rounding(std::uint32_t left, std::uint32_t right) const
    {
        constexpr double relative = 1e-4;
        constexpr double absolute = 1e-6;
        const Tensor& a = m_a.model().initializers[left].tensor;
        const Tensor& b = m_b.model().initializers[right].tensor;
        if (a.shape != b.shape || a.dtype != b.dtype)
            return false;
        const auto difference = compare_tensors(a, b, absolute, relative);
        return difference && difference->ok;
    }

    const CompareSide& m_a;
    const CompareSide& m_b;
    std::vector<std::vector<OnnxModel::Use>> m_uses_a, m_uses_b; ///< per value
    NodePairs m_pairs;
    NodeComparison m_nodes;
    ModelComparison m_result;
};

} // namespace

const char* to_string(DifferenceRank rank)
{
    switch (rank) {
    case DifferenceRank::Altered:
        return "altered";
    case DifferenceRank::Structure:
        return "structure";
    case DifferenceRank::Consequence:
        return "consequence";
    case DifferenceRank::Spelling:
        break;
    }
    return "spelling";
}

bool ModelComparison::equal() const
{
    return std::all_of(
        differences.begin(), differences.end(),
        [](const ModelDifference& difference) { return difference.change == "same"; });
}

Result<ModelComparison> compare_models(const std::filesystem::path& a,
                                       const std::filesystem::path& b, TaskContext& task)
{
    task.begin("load");
    STRATA_TRY(const ReadFile left, read_file(a, task));
    STRATA_TRY(const ReadFile right, read_file(b, task));
    const CompareSide first(*left.model, left.attribution.modules, left.attribution.nodes);
    const CompareSide second(*right.model, right.attribution.modules, right.attribution.nodes);
    return Comparer(first, second).run(task);
}

Result<ModelComparison> compare_inspections(const Inspection& a, const Inspection& b,
                                            TaskContext& task)
{
    for (const Inspection* side : {&a, &b})
        if (!side->model || side->attribution.size() != side->model->nodes.size())
            return failure(ErrorCode::Usage,
                           fmt::format("'{}' has no ONNX graph to compare; export it first.",
                                       side->path.string()));
    task.begin("compare");
    const CompareSide first(*a.model, a.modules, a.attribution);
    const CompareSide second(*b.model, b.modules, b.attribution);
    return Comparer(first, second).run(task);
}

} // namespace strata
