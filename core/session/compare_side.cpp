#include "session/compare_side.h"

#include "passes/shape_inference.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

/// The same ids everywhere; tensors share their storage.
std::shared_ptr<OnnxModel> copy_of(const OnnxModel& model)
{
    auto copy = std::make_shared<OnnxModel>();
    for (std::size_t i = 1; i < model.strings().size(); ++i)
        copy->intern(model.text(static_cast<StringId>(i)));
    copy->ir_version = model.ir_version;
    copy->opsets = model.opsets;
    copy->graphs = model.graphs;
    copy->nodes = model.nodes;
    copy->values = model.values;
    copy->initializers = model.initializers;
    copy->functions = model.functions;
    return copy;
}

} // namespace

bool types_differ(const OnnxValue& a, const OnnxValue& b)
{
    if (a.dtype != b.dtype && a.dtype != DType::Unknown && b.dtype != DType::Unknown)
        return true;
    if (!a.has_shape || !b.has_shape)
        return false;
    return a.shape.size() != b.shape.size() ||
           !std::equal(a.shape.begin(), a.shape.end(), b.shape.begin(),
                       [](const Dim& x, const Dim& y) {
                           return !x.known() || !y.known() || x.value == y.value;
                       });
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

bool same_elements_in_order(const Tensor& a, const Tensor& b)
{
    if (a.dtype != b.dtype || a.element_count() != b.element_count())
        return false;
    Tensor flat_a = a;
    Tensor flat_b = b;
    flat_a.strides.clear();
    flat_b.strides.clear();
    if (!a.is_contiguous() || !b.is_contiguous())
        return a.shape == b.shape && same_tensor(a, b).value_or(false);
    flat_a.shape = flat_b.shape = {a.element_count()};
    return same_tensor(flat_a, flat_b).value_or(false);
}

CompareSide::CompareSide(const OnnxModel& model, const ModuleTree& modules,
                         const Attribution& attribution)
    : m_model(&model),
      m_modules(&modules),
      m_attribution(&attribution),
      m_keys(model.node_paths()),
      m_typed(copy_of(model))
{
    std::unordered_map<StringId, unsigned> names;
    for (const OnnxNode& each : model.nodes)
        ++names[each.name];
    for (NodeId id = 0; id < m_keys.size(); ++id) {
        const StringId name = node(id).name;
        if (name != StringId::Empty && names[name] == 1)
            m_keys[id] = std::string(text(name));
    }
    infer_model(*m_typed, m_facts);
}

std::string CompareSide::full_op(NodeId id) const
{
    const std::string_view domain = text(node(id).domain);
    return domain.empty() || domain == "ai.onnx" ? std::string(op(id))
                                                 : fmt::format("{}.{}", domain, op(id));
}

std::string CompareSide::value_name(ValueId id) const
{
    return id == no_id ? std::string{} : std::string(text(m_model->values[id].name));
}

std::string CompareSide::module(NodeId id) const
{
    const NodeAttribution& found = (*m_attribution)[id];
    return found.synthetic ? found.synthetic_path : (*m_modules)[found.module].fqn;
}

std::int64_t CompareSide::opset(NodeId id) const
{
    const std::string_view domain = text(node(id).domain);
    GraphId graph = node(id).graph;
    for (int depth = 0; depth < 64 && graph < m_model->graphs.size(); ++depth) {
        const OnnxGraph& at = m_model->graphs[graph];
        if (at.function < m_model->functions.size())
            for (const auto& [name, version] : m_model->functions[at.function].opsets)
                if (text(name) == domain)
                    return version;
        if (at.owner == no_id)
            break;
        graph = node(at.owner).graph;
    }
    return m_model->opset(domain);
}

std::optional<Tensor> CompareSide::constant(ValueId id) const
{
    if (id == no_id)
        return std::nullopt;
    const std::uint32_t initializer = m_model->values[id].initializer;
    if (initializer < m_model->initializers.size())
        return m_model->initializers[initializer].sparse
                   ? std::nullopt
                   : std::optional(m_model->initializers[initializer].tensor);
    return known_constant(*m_typed, m_facts, id);
}

std::optional<Shape> CompareSide::elements(ValueId id) const
{
    return id == no_id ? std::nullopt : known_elements(*m_typed, m_facts, id);
}

std::string CompareSide::dim_text(const Dim& dim) const
{
    return dim.known() ? fmt::to_string(dim.value) : std::string(m_typed->text(dim.symbol));
}

bool CompareSide::passes_on(NodeId id) const
{
    const OnnxNode& each = node(id);
    if (each.inputs.empty() || each.outputs.empty() || each.inputs[0] == no_id ||
        each.outputs[0] == no_id || !text(each.domain).empty())
        return false;
    const std::string_view name = op(id);
    if (name == "Identity")
        return true;
    if (name == "Dropout") {
        constexpr std::size_t training = 2;
        if (each.inputs.size() <= training || each.inputs[training] == no_id)
            return true;
        const auto flag = constant(each.inputs[training]);
        const auto values = flag ? flag->to_int64s() : Result<std::vector<std::int64_t>>{};
        return flag && values && values->size() == 1 && values->front() == 0;
    }
    constexpr std::array<std::string_view, 6> movers{"Cast",    "Expand",  "Flatten",
                                                     "Reshape", "Squeeze", "Unsqueeze"};
    if (std::find(movers.begin(), movers.end(), name) == movers.end())
        return false;
    const OnnxValue& from = typed(each.inputs[0]);
    const OnnxValue& to = typed(each.outputs[0]);
    if (from.dtype == DType::Unknown || from.dtype != to.dtype)
        return false;
    if (name == "Cast")
        return true;
    return from.has_shape && to.has_shape && from.shape == to.shape &&
           std::all_of(from.shape.begin(), from.shape.end(),
                       [](const Dim& dim) { return dim.known(); });
}

ValueId CompareSide::behind(ValueId id) const
{
    // As many steps as there are nodes: cycles of invalid files end.
    for (std::size_t i = 0; id != no_id && i < m_model->nodes.size(); ++i) {
        const NodeId producer = m_model->values[id].producer;
        if (producer == no_id || m_model->values[id].output_index != 0 || !passes_on(producer))
            break;
        id = node(producer).inputs[0];
    }
    return id;
}

} // namespace strata
