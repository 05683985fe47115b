#include "hierarchy/align/flow_graph.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>
#include <unordered_map>

namespace strata::align {
namespace {

Hash hash_text(std::string_view text)
{
    Hash h = 0xcbf29ce484222325ULL;
    for (const char c : text)
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return mix(h, text.size());
}

/// Operators that stand for each other after optimisers and converters: the fused, quantised and
/// renamed forms of the same work.
constexpr std::array<std::pair<std::string_view, std::string_view>, 26> same_work{{
    {"Gemm", "MatMul"},
    {"FusedMatMul", "MatMul"},
    {"FusedGemm", "MatMul"},
    {"MatMulInteger", "MatMul"},
    {"MatMulIntegerToFloat", "MatMul"},
    {"DynamicQuantizeMatMul", "MatMul"},
    {"QLinearMatMul", "MatMul"},
    {"QGemm", "MatMul"},
    {"MatMulNBits", "MatMul"},
    {"TransposeMatMul", "MatMul"},
    {"FusedConv", "Conv"},
    {"ConvInteger", "Conv"},
    {"QLinearConv", "Conv"},
    {"NhwcFusedConv", "Conv"},
    {"NhwcConv", "Conv"},
    {"SkipLayerNormalization", "LayerNormalization"},
    {"EmbedLayerNormalization", "LayerNormalization"},
    {"SkipSimplifiedLayerNormalization", "SimplifiedLayerNormalization"},
    {"RMSNormalization", "SimplifiedLayerNormalization"},
    {"FastGelu", "Gelu"},
    {"BiasGelu", "Gelu"},
    {"QuickGelu", "Gelu"},
    {"BiasSoftmax", "Softmax"},
    {"MultiHeadAttention", "Attention"},
    {"QAttention", "Attention"},
    {"DynamicQuantizeLSTM", "LSTM"},
}};

constexpr std::array<std::string_view, 12> light_ops{
    "Identity",  "Cast",      "CastLike",       "Reshape",          "Flatten", "Squeeze",
    "Unsqueeze", "Transpose", "QuantizeLinear", "DequantizeLinear", "Dropout", "Expand"};

std::string_view class_of(std::string_view op)
{
    for (const auto& [from, to] : same_work)
        if (op == from)
            return to;
    return op;
}

Hash hash_bytes_of(const Tensor& tensor)
{
    Hash h = mix(static_cast<Hash>(tensor.dtype), tensor.shape.size());
    for (const std::int64_t dim : tensor.shape)
        h = mix(h, static_cast<Hash>(dim));
    constexpr std::int64_t small = 64;
    if (!tensor.storage || tensor.element_count() > small)
        return h;
    std::vector<std::byte> scratch;
    if (const auto bytes = tensor.contiguous_bytes(scratch))
        for (const std::byte b : *bytes)
            h = mix(h, static_cast<Hash>(b));
    return h;
}

Hash hash_attribute(const OnnxModel& model, const Attribute& attribute)
{
    Hash h = hash_text(model.text(attribute.name));
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value))
        return mix(h, static_cast<Hash>(*number));
    if (const auto* real = std::get_if<float>(&attribute.value))
        return mix(h, std::bit_cast<std::uint32_t>(*real));
    if (const auto* text = std::get_if<std::string>(&attribute.value))
        return mix(h, hash_text(*text));
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute.value))
        for (const std::int64_t n : *numbers)
            h = mix(h, static_cast<Hash>(n));
    if (const auto* reals = std::get_if<std::vector<float>>(&attribute.value))
        for (const float n : *reals)
            h = mix(h, std::bit_cast<std::uint32_t>(n));
    if (const auto* tensor = std::get_if<Tensor>(&attribute.value))
        h = mix(h, hash_bytes_of(*tensor));
    return h;
}

class Builder {
public:
    explicit Builder(const OnnxModel& model) : m_model(model)
    {
        m_graph.nodes.resize(size());
        m_graph.first_folded = size();
    }

    FlowGraph build()
    {
        number_graph_inputs();
        for (NodeId id = 0; id < size(); ++id)
            add(id);
        for (std::uint32_t i = 0; i < m_model.graphs[OnnxModel::main_graph].outputs.size(); ++i) {
            const ValueId value = m_model.graphs[OnnxModel::main_graph].outputs[i];
            if (value != no_id && m_model.values[value].producer != no_id)
                m_graph.outputs.emplace_back(m_model.values[value].producer, i);
        }
        sort();
        classify();
        return std::move(m_graph);
    }

private:
    std::size_t size() const { return m_model.nodes.size(); }

    void number_graph_inputs()
    {
        for (const OnnxGraph& graph : m_model.graphs) {
            std::uint32_t number = 0;
            for (const ValueId input : graph.inputs)
                if (input != no_id && m_model.values[input].initializer == no_id)
                    m_inputs.emplace(input, number++);
        }
    }

    void add(NodeId id)
    {
        const OnnxNode& node = m_model.nodes[id];
        FlowNode& flow = m_graph.nodes[id];
        const std::string_view op = m_model.text(node.op_type);
        flow.op = operator_class(op);
        flow.light = std::find(light_ops.begin(), light_ops.end(), op) != light_ops.end();
        for (const Attribute& attribute : node.attributes)
            flow.attributes += hash_attribute(m_model, attribute); // in any order
        for (const ValueId input : node.inputs)
            add_input(id, input);
        for (const Attribute& attribute : node.attributes)
            if (const auto* bodies = std::get_if<std::vector<GraphId>>(&attribute.value))
                for (const GraphId body : *bodies)
                    if (body < m_model.graphs.size())
                        for (const ValueId output : m_model.graphs[body].outputs)
                            add_input(id, output);
    }

    void add_input(NodeId id, ValueId value)
    {
        FlowInput input;
        if (value == no_id) {
            input.present = false;
        } else {
            const OnnxValue& from = m_model.values[value];
            input.node = from.producer;
            input.output = from.output_index;
            input.initializer = from.initializer;
            if (const auto it = m_inputs.find(value); it != m_inputs.end())
                input.graph_input = it->second;
            if (from.producer != no_id)
                m_graph.nodes[from.producer].uses.push_back(
                    {id, static_cast<std::uint32_t>(m_graph.nodes[id].inputs.size())});
        }
        m_graph.nodes[id].inputs.push_back(input);
    }

    /// Kahn's order; among the ready ones the file's.
    void sort()
    {
        std::vector<std::uint32_t> missing(size(), 0);
        for (const FlowNode& node : m_graph.nodes)
            for (const FlowUse& use : node.uses)
                ++missing[use.node];
        std::vector<NodeId>& order = m_graph.topological;
        order.reserve(size());
        std::vector<bool> placed(size(), false);
        // Files are nearly always in topological order already: one pass then places everything.
        std::vector<NodeId> late;
        const auto place = [&](NodeId id) {
            placed[id] = true;
            order.push_back(id);
            for (const FlowUse& use : m_graph.nodes[id].uses)
                if (--missing[use.node] == 0 && m_passed > use.node)
                    late.push_back(use.node);
        };
        for (NodeId id = 0; id < size(); ++id) {
            m_passed = id;
            if (missing[id] == 0 && !placed[id])
                place(id);
            while (!late.empty()) {
                const NodeId next = late.back();
                late.pop_back();
                if (!placed[next])
                    place(next);
            }
        }
        for (NodeId id = 0; id < size(); ++id)
            if (!placed[id])
                order.push_back(id); // on a cycle
        for (std::uint32_t i = 0; i < order.size(); ++i)
            m_graph.nodes[order[i]].order = i;
    }

    void classify()
    {
        for (const NodeId id : m_graph.topological) {
            FlowNode& node = m_graph.nodes[id];
            const std::string_view op = m_model.text(m_model.nodes[id].op_type);
            bool constant = true;
            bool sizes = true;
            const bool measures = op == "Shape" || op == "Size";
            node.glue = is_glue(node, op);
            node.light = node.light || node.glue;
            for (const FlowInput& input : node.inputs) {
                if (!input.present)
                    continue;
                const bool fixed = input.initializer != no_id ||
                                   (input.node != no_id && m_graph.nodes[input.node].constant);
                const bool size = fixed || (input.node != no_id && m_graph.nodes[input.node].shape);
                constant = constant && fixed;
                sizes = sizes && size;
                if (!size)
                    ++node.data_inputs;
            }
            const bool random = op.starts_with("Random") || op == "Bernoulli";
            const bool bodies = op == "If" || op == "Loop" || op == "Scan";
            const bool lacks_inputs = node.inputs.empty() && op != "Constant";
            node.constant = constant && !random && !bodies && !lacks_inputs;
            node.shape =
                !node.constant && !bodies && !random && !lacks_inputs && (measures || sizes);
        }
    }

    /// What dynamic quantisation puts around a product of integers: the quantising of its input,
    /// and the conversion and scaling of its result.
    bool is_glue(const FlowNode& node, std::string_view op) const
    {
        if (op == "DynamicQuantizeLinear")
            return true;
        if (op != "Cast" && op != "Mul")
            return false;
        const auto op_of = [&](NodeId id) { return m_model.text(m_model.nodes[id].op_type); };
        return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const FlowInput& input) {
            if (input.node == no_id)
                return false;
            const std::string_view from = op_of(input.node);
            return from == "MatMulInteger" || from == "ConvInteger" ||
                   (from == "DynamicQuantizeLinear" && input.output > 0) ||
                   (op == "Mul" && from == "Cast" && m_graph.nodes[input.node].glue);
        });
    }

    bool reads_table(const FlowNode& node) const
    {
        if (node.inputs.empty() || node.inputs.front().initializer == no_id)
            return false;
        const Tensor& tensor = m_model.initializers[node.inputs.front().initializer].tensor;
        return is_floating_point(tensor.dtype) && tensor.shape.size() == 2;
    }

    const OnnxModel& m_model;
    FlowGraph m_graph;
    std::unordered_map<ValueId, std::uint32_t> m_inputs;
    NodeId m_passed = 0;
};

} // namespace

Hash operator_class(std::string_view op)
{
    return hash_text(class_of(op));
}

FlowGraph build_flow(const OnnxModel& model)
{
    return Builder(model).build();
}

NodeId producer_behind(const FlowGraph& graph, const FlowInput& input)
{
    NodeId id = input.node;
    // A chain is never longer than the graph; cycles occur in invalid files only.
    for (std::size_t steps = 0; id != no_id && steps < graph.nodes.size(); ++steps) {
        const FlowNode& node = graph.nodes[id];
        if (!node.light || node.inputs.empty())
            return id;
        id = node.inputs.front().node;
    }
    return id;
}

} // namespace strata::align
