#include "session/compare.h"

#include "hierarchy/attribute.h"
#include "onnx/onnx_reader.h"
#include "runtime/onnx_runtime.h"
#include "session/match_nodes.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace strata {
namespace {

/// One model, ready to be compared. Refers to what it is made of.
struct Side {
    const OnnxModel* model;
    const ModuleTree* modules;
    const Attribution* attribution;
    std::vector<std::string> keys; ///< per node: its name, or its place

    Side(const OnnxModel& m, const ModuleTree& tree, const Attribution& nodes)
        : model(&m),
          modules(&tree),
          attribution(&nodes),
          keys(m.node_paths())
    {
        std::unordered_map<StringId, unsigned> names;
        for (const OnnxNode& each : m.nodes)
            ++names[each.name];
        for (NodeId id = 0; id < keys.size(); ++id) {
            const StringId name = node(id).name;
            if (name != StringId::Empty && names[name] == 1)
                keys[id] = std::string(text(name));
        }
    }

    const OnnxNode& node(NodeId id) const { return model->nodes[id]; }
    std::string_view text(StringId id) const { return model->text(id); }
    std::string value_name(ValueId id) const
    {
        return id == no_id ? std::string{} : std::string(text(model->values[id].name));
    }
    bool is_told(NodeId id) const { return (*attribution)[id].kind <= EvidenceKind::ScopeName; }
    std::string module(NodeId id) const
    {
        const NodeAttribution& found = (*attribution)[id];
        return found.synthetic ? found.synthetic_path : (*modules)[found.module].fqn;
    }
};

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

Result<bool> same_tensor(const Tensor& a, const Tensor& b)
{
    if (a.dtype != b.dtype || a.shape != b.shape || a.strings != b.strings)
        return false;
    if (!a.storage || !b.storage)
        return !a.storage && !b.storage;
    std::vector<std::byte> scratch_a;
    std::vector<std::byte> scratch_b;
    STRATA_TRY(const auto bytes_a, a.contiguous_bytes(scratch_a));
    STRATA_TRY(const auto bytes_b, b.contiguous_bytes(scratch_b));
    return std::equal(bytes_a.begin(), bytes_a.end(), bytes_b.begin(), bytes_b.end());
}

Result<bool> same_attribute(const Attribute& a, const Attribute& b)
{
    if (a.kind != b.kind || a.value.index() != b.value.index())
        return false;
    if (const auto* tensor = std::get_if<Tensor>(&a.value))
        return same_tensor(*tensor, std::get<Tensor>(b.value));
    if (const auto* tensors = std::get_if<std::vector<Tensor>>(&a.value)) {
        const auto& others = std::get<std::vector<Tensor>>(b.value);
        if (tensors->size() != others.size())
            return false;
        for (std::size_t i = 0; i < tensors->size(); ++i) {
            STRATA_TRY(const bool same, same_tensor((*tensors)[i], others[i]));
            if (!same)
                return false;
        }
        return true;
    }
    // Bodies are compared node by node like the main graph.
    if (const auto* graphs = std::get_if<std::vector<GraphId>>(&a.value))
        return graphs->size() == std::get<std::vector<GraphId>>(b.value).size();
    if (const auto* number = std::get_if<float>(&a.value))
        return *number == std::get<float>(b.value);
    if (const auto* integer = std::get_if<std::int64_t>(&a.value))
        return *integer == std::get<std::int64_t>(b.value);
    if (const auto* text = std::get_if<std::string>(&a.value))
        return *text == std::get<std::string>(b.value);
    if (const auto* numbers = std::get_if<std::vector<float>>(&a.value))
        return *numbers == std::get<std::vector<float>>(b.value);
    if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&a.value))
        return *integers == std::get<std::vector<std::int64_t>>(b.value);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&a.value))
        return *texts == std::get<std::vector<std::string>>(b.value);
    return true;
}

class Comparer {
public:
    Comparer(const Side& a, const Side& b) : m_a(a), m_b(b) {}

    Result<ModelComparison> run(TaskContext& task)
    {
        m_result.nodes_a = m_a.model->nodes.size();
        m_result.nodes_b = m_b.model->nodes.size();
        count();
        compare_opsets();
        compare_values("input", m_a.model->graphs[OnnxModel::main_graph].inputs,
                       m_b.model->graphs[OnnxModel::main_graph].inputs);
        compare_values("output", m_a.model->graphs[OnnxModel::main_graph].outputs,
                       m_b.model->graphs[OnnxModel::main_graph].outputs);
        STRATA_CHECK(compare_nodes(task));
        STRATA_CHECK(compare_initializers(task));
        m_result.pairs = std::move(m_pairs);
        return std::move(m_result);
    }

private:
    void differ(std::string change, std::string what, std::string name, std::string detail = {},
                NodeId node_a = no_id, NodeId node_b = no_id)
    {
        m_result.differences.push_back({std::move(change), std::move(what), std::move(name),
                                        std::move(detail), node_a, node_b});
    }

    void count()
    {
        std::map<std::string, CountPair> ops;
        std::map<std::string, CountPair> modules;
        for (NodeId id = 0; id < m_a.model->nodes.size(); ++id) {
            ++ops[std::string(m_a.text(m_a.node(id).op_type))].a;
            ++modules[m_a.module(id)].a;
        }
        for (NodeId id = 0; id < m_b.model->nodes.size(); ++id) {
            ++ops[std::string(m_b.text(m_b.node(id).op_type))].b;
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
        for (const OpsetImport& import : m_a.model->opsets)
            versions[import.domain].first = import.version;
        for (const OpsetImport& import : m_b.model->opsets)
            versions[import.domain].second = import.version;
        for (const auto& [domain, pair] : versions)
            if (pair.first != pair.second)
                differ("changed", "opset", domain.empty() ? "ai.onnx" : domain,
                       fmt::format("{} against {}", pair.first, pair.second));
    }

    void compare_values(const char* what, const std::vector<ValueId>& left,
                        const std::vector<ValueId>& right)
    {
        std::map<std::string, std::string> types;
        for (const ValueId id : left)
            types.emplace(m_a.value_name(id), m_a.model->type_text(id));
        for (const ValueId id : right) {
            const std::string name = m_b.value_name(id);
            const auto it = types.find(name);
            if (it == types.end()) {
                differ("added", what, name);
                continue;
            }
            if (it->second != m_b.model->type_text(id))
                differ("changed", what, name,
                       fmt::format("{} against {}", it->second, m_b.model->type_text(id)));
            types.erase(it);
        }
        for (const auto& [name, type] : types)
            differ("removed", what, name);
    }

    Status compare_nodes(TaskContext& task)
    {
        STRATA_TRY(m_pairs, match_nodes(*m_a.model, *m_b.model, task));
        find_wrapper();
        for (NodeId id = 0; id < m_a.model->nodes.size(); ++id) {
            STRATA_CHECK(task.poll());
            const NodeId other = m_pairs.b_of[id];
            const std::string op(m_a.text(m_a.node(id).op_type));
            if (other == no_id) {
                if (const NodeId fused = m_pairs.fused_into[id]; fused != no_id)
                    differ("fused", "node", m_a.keys[id],
                           fmt::format("{} became part of {} '{}'", op,
                                       m_b.text(m_b.node(fused).op_type), m_b.keys[fused]),
                           id, fused);
                else
                    differ("removed", "node", m_a.keys[id], op, id);
                continue;
            }
            STRATA_TRY(const std::string detail, node_difference(id, other));
            if (!detail.empty())
                differ("changed", "node", m_a.keys[id], detail, id, other);
        }
        const std::set<NodeId> gathering(m_pairs.fused_into.begin(), m_pairs.fused_into.end());
        for (NodeId id = 0; id < m_b.model->nodes.size(); ++id)
            if (m_pairs.a_of[id] == no_id && !gathering.contains(id))
                differ("added", "node", m_b.keys[id], std::string(m_b.text(m_b.node(id).op_type)),
                       no_id, id);
        return {};
    }

    /// One exporter wraps the model in a module of its own ("model.encoder" for "encoder"): told
    /// once, not for every node.
    void find_wrapper()
    {
        std::map<std::string, std::size_t> in_a;
        std::map<std::string, std::size_t> in_b;
        std::size_t pairs = 0;
        for (NodeId id = 0; id < m_a.model->nodes.size(); ++id) {
            const NodeId other = m_pairs.b_of[id];
            if (other == no_id)
                continue;
            const std::string a = m_a.module(id);
            const std::string b = m_b.module(other);
            ++pairs;
            if (const auto before = wrapper_of(a, b))
                ++in_b[*before];
            else if (const auto around = wrapper_of(b, a))
                ++in_a[*around];
        }
        for (const auto& [found, wrapper, text] :
             {std::tuple{&in_a, &m_wrapper_a, "first"}, std::tuple{&in_b, &m_wrapper_b, "second"}})
            for (const auto& [name, count] : *found)
                if (2 * count > pairs) {
                    *wrapper = name;
                    differ("changed", "modules", name,
                           fmt::format("the {} file has all modules in '{}'", text, name));
                }
    }

    /// "model" for "encoder" and "model.encoder", and for the root and "model".
    static std::optional<std::string> wrapper_of(const std::string& inner, const std::string& outer)
    {
        if (inner.empty() && !outer.empty() && outer.front() != '/' &&
            outer.find('.') == std::string::npos)
            return outer;
        if (outer.size() > inner.size() + 1 && !inner.empty() && outer.ends_with("." + inner))
            return outer.substr(0, outer.size() - inner.size() - 1);
        return std::nullopt;
    }

    bool same_module(const std::string& a, const std::string& b) const
    {
        if (a == b)
            return true;
        const auto inside = [](const std::string& inner, const std::string& wrapper) {
            return inner.empty() ? wrapper : wrapper + "." + inner;
        };
        return (!m_wrapper_b.empty() && (inside(a, m_wrapper_b) == b)) ||
               (!m_wrapper_a.empty() && (inside(b, m_wrapper_a) == a));
    }

    /// The same name, or results of corresponding nodes, or initializers (which are compared on
    /// their own).
    bool same_value(ValueId x, ValueId y) const
    {
        if (x == no_id || y == no_id)
            return x == y;
        if (m_a.value_name(x) == m_b.value_name(y))
            return true;
        const OnnxValue& a = m_a.model->values[x];
        const OnnxValue& b = m_b.model->values[y];
        if (a.producer != no_id && b.producer != no_id)
            return m_pairs.b_of[a.producer] == b.producer && a.output_index == b.output_index;
        if (a.initializer != no_id || b.initializer != no_id)
            return a.initializer != no_id && b.initializer != no_id;
        return is_same_input(x, y);
    }

    /// Inputs of the models under two names: by their place.
    bool is_same_input(ValueId x, ValueId y) const
    {
        const auto place = [](const Side& side, ValueId id) -> std::optional<std::size_t> {
            std::size_t at = 0;
            for (const ValueId input : side.model->graphs[OnnxModel::main_graph].inputs) {
                if (input == id)
                    return at;
                at += side.model->values[input].initializer == no_id ? 1 : 0;
            }
            return std::nullopt;
        };
        const auto first = place(m_a, x);
        return first && first == place(m_b, y);
    }

    /// Do two results have another rank, or another size where both are known?
    static bool shapes_differ(const OnnxValue& x, const OnnxValue& y)
    {
        if (!x.has_shape || !y.has_shape)
            return false;
        return x.shape.size() != y.shape.size() ||
               !std::equal(x.shape.begin(), x.shape.end(), y.shape.begin(),
                           [](const Dim& a, const Dim& b) {
                               return !a.known() || !b.known() || a.value == b.value;
                           });
    }

    Result<std::string> node_difference(NodeId left, NodeId right) const
    {
        const OnnxNode& a = m_a.node(left);
        const OnnxNode& b = m_b.node(right);
        std::string text;
        const auto add = [&](std::string detail) {
            text += (text.empty() ? "" : "; ") + std::move(detail);
        };
        if (m_a.text(a.op_type) != m_b.text(b.op_type) || m_a.text(a.domain) != m_b.text(b.domain))
            add(fmt::format("operator {} against {}", m_a.text(a.op_type), m_b.text(b.op_type)));
        if (!std::equal(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(),
                        [&](ValueId x, ValueId y) { return same_value(x, y); }))
            add("inputs differ");
        for (std::size_t i = 0; i < std::min(a.outputs.size(), b.outputs.size()); ++i) {
            if (a.outputs[i] == no_id || b.outputs[i] == no_id)
                continue;
            const OnnxValue& x = m_a.model->values[a.outputs[i]];
            const OnnxValue& y = m_b.model->values[b.outputs[i]];
            if (x.dtype != y.dtype && x.dtype != DType::Unknown && y.dtype != DType::Unknown)
                add(fmt::format("result is {} against {}", to_string(x.dtype), to_string(y.dtype)));
            else if (shapes_differ(x, y))
                add(fmt::format("result is {} against {}", m_a.model->type_text(a.outputs[i]),
                                m_b.model->type_text(b.outputs[i])));
        }
        for (const Attribute& attribute : a.attributes) {
            const std::string_view name = m_a.text(attribute.name);
            const Attribute* other = m_b.model->attribute(right, name);
            if (!other) {
                add(fmt::format("attribute {} removed", name));
                continue;
            }
            STRATA_TRY(const bool same, same_attribute(attribute, *other));
            if (!same)
                add(fmt::format("attribute {} differs", name));
        }
        for (const Attribute& attribute : b.attributes)
            if (!m_a.model->attribute(left, m_b.text(attribute.name)))
                add(fmt::format("attribute {} added", m_b.text(attribute.name)));
        // What is not told, but guessed from neighbours, is no difference.
        if (m_a.is_told(left) && m_b.is_told(right) &&
            !same_module(m_a.module(left), m_b.module(right)))
            add(fmt::format("module '{}' against '{}'", m_a.module(left), m_b.module(right)));
        return text;
    }

    Status compare_initializers(TaskContext& task)
    {
        std::map<std::string, std::uint32_t> others;
        for (std::uint32_t i = 0; i < m_b.model->initializers.size(); ++i)
            others.emplace(m_b.value_name(m_b.model->initializers[i].value), i);
        STRATA_TRY(const auto matches, match_initializers(*m_a.model, *m_b.model, task));
        std::vector<bool> told(m_b.model->initializers.size(), false);
        const std::vector<std::uint32_t> in_place = initializers_in_place(matches);
        std::vector<std::uint32_t> left; // without a namesake
        for (std::uint32_t i = 0; i < m_a.model->initializers.size(); ++i) {
            STRATA_CHECK(task.poll());
            const auto it = others.find(m_a.value_name(m_a.model->initializers[i].value));
            if (it == others.end()) {
                left.push_back(i);
                continue;
            }
            told[it->second] = true;
            STRATA_CHECK(compare_tensors_of(i, it->second));
        }
        for (const std::uint32_t i : left) {
            const std::string name = m_a.value_name(m_a.model->initializers[i].value);
            InitializerMatch match = matches[i];
            if (match.b == no_id && in_place[i] != no_id && !told[in_place[i]])
                match = {in_place[i], "changed"};
            if (match.b == no_id) {
                differ("removed", "initializer", name);
                continue;
            }
            told[match.b] = true;
            const std::string other = m_b.value_name(m_b.model->initializers[match.b].value);
            differ("changed", "initializer", name,
                   match.how == "changed" ? fmt::format("values differ{} from those of '{}'",
                                                        only_rounding(i, match.b), other)
                   : match.how == "same"  ? fmt::format("the same as '{}'", other)
                                          : fmt::format("{} as '{}'", match.how, other));
        }
        for (std::uint32_t i = 0; i < told.size(); ++i)
            if (!told[i])
                differ("added", "initializer", m_b.value_name(m_b.model->initializers[i].value));
        return {};
    }

    /// Per initializer of the first file what the corresponding node of the second reads in its
    /// place, where neither has its content elsewhere.
    std::vector<std::uint32_t>
    initializers_in_place(const std::vector<InitializerMatch>& matches) const
    {
        std::vector<bool> taken(m_b.model->initializers.size(), false);
        for (const InitializerMatch& match : matches)
            if (match.b != no_id)
                taken[match.b] = true;
        std::vector<std::uint32_t> found(m_a.model->initializers.size(), no_id);
        for (NodeId id = 0; id < m_a.model->nodes.size(); ++id) {
            const NodeId other = m_pairs.b_of[id];
            if (other == no_id)
                continue;
            const auto& left = m_a.node(id).inputs;
            const auto& right = m_b.node(other).inputs;
            for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
                if (left[i] == no_id || right[i] == no_id)
                    continue;
                const std::uint32_t a = m_a.model->values[left[i]].initializer;
                const std::uint32_t b = m_b.model->values[right[i]].initializer;
                if (a != no_id && b != no_id && matches[a].b == no_id && !taken[b])
                    found[a] = b;
            }
        }
        return found;
    }

    Status compare_tensors_of(std::uint32_t left, std::uint32_t right)
    {
        const Tensor& a = m_a.model->initializers[left].tensor;
        const Tensor& b = m_b.model->initializers[right].tensor;
        const std::string name = m_a.value_name(m_a.model->initializers[left].value);
        auto same = same_tensor(a, b);
        if (!same)
            return tl::unexpected(
                std::move(same).error().with(fmt::format("initializer '{}'", name)));
        if (!*same)
            differ("changed", "initializer", name,
                   a.shape != b.shape ? "shape differs"
                   : a.dtype != b.dtype
                       ? fmt::format("dtype {} against {}", to_string(a.dtype), to_string(b.dtype))
                       : fmt::format("values differ{}", only_rounding(left, right)));
        return {};
    }

    /// Two exporters that fold the same weights round differently.
    const char* only_rounding(std::uint32_t left, std::uint32_t right) const
    {
        constexpr double relative = 1e-4;
        constexpr double absolute = 1e-6;
        const auto difference =
            compare_tensors(m_a.model->initializers[left].tensor,
                            m_b.model->initializers[right].tensor, absolute, relative);
        return difference && difference->ok ? " by rounding only" : "";
    }

    const Side& m_a;
    const Side& m_b;
    NodePairs m_pairs;
    std::string m_wrapper_a; ///< module around all others in the first file only
    std::string m_wrapper_b;
    ModelComparison m_result;
};

} // namespace

Result<ModelComparison> compare_models(const std::filesystem::path& a,
                                       const std::filesystem::path& b, TaskContext& task)
{
    task.begin("load");
    STRATA_TRY(const ReadFile left, read_file(a, task));
    STRATA_TRY(const ReadFile right, read_file(b, task));
    const Side first(*left.model, left.attribution.modules, left.attribution.nodes);
    const Side second(*right.model, right.attribution.modules, right.attribution.nodes);
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
    const Side first(*a.model, a.modules, a.attribution);
    const Side second(*b.model, b.modules, b.attribution);
    return Comparer(first, second).run(task);
}

} // namespace strata
