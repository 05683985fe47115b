#include "passes/passes.h"
#include "passes/rewriter.h"
#include "passes/scaled_weight.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

namespace strata {
namespace {

/// What a normalisation does to one channel: x * factor + shift.
struct ChannelMap {
    std::vector<double> factors;
    std::vector<double> shifts;
};

/// A normalisation that can be folded, and the node that it is folded into.
struct Candidate {
    NodeId norm = no_id;
    NodeId node = no_id;
    std::string key; ///< equal for equal weights, biases and normalisations
};

bool is_float(DType type)
{
    return type == DType::Float32 || type == DType::Float64 || type == DType::Float16 ||
           type == DType::BFloat16;
}

float epsilon_of(const OnnxModel& model, NodeId norm)
{
    const Attribute* attribute = model.attribute(norm, "epsilon");
    const auto* value = attribute ? std::get_if<float>(&attribute->value) : nullptr;
    return value ? *value : 1e-5f;
}

class FoldBatchNorm {
public:
    FoldBatchNorm(OnnxModel& model, PassLog* log) : m_rewriter(model), m_log(log) {}

    bool run()
    {
        std::vector<Candidate> candidates;
        std::unordered_map<std::string, std::uint32_t> count;
        for (const OnnxGraph& graph : model().graphs)
            for (const NodeId node : graph.nodes)
                if (auto candidate = examine(node)) {
                    ++count[candidate->key];
                    candidates.push_back(std::move(*candidate));
                }
        // A weight is changed in place only when all who read it change it alike.
        for (const Candidate& candidate : candidates) {
            const std::uint32_t alike = count[candidate.key];
            fold(candidate, alike == m_rewriter.uses(m_rewriter.input(candidate.node, 1)) ||
                                m_made.contains(candidate.key));
        }
        return m_rewriter.changed();
    }

private:
    struct Made {
        ValueId weight = no_id;
        ValueId bias = no_id;
    };

    OnnxModel& model() { return m_rewriter.model(); }

    bool is_foldable_kind(NodeId node) const
    {
        return m_rewriter.is(node, "Conv") || m_rewriter.is(node, "ConvTranspose") ||
               m_rewriter.is(node, "Gemm");
    }

    /// Where the output channels of the node's weight are; nothing for shapes that make no sense.
    std::optional<ChannelLayout> layout(NodeId node, const Tensor& weight) const
    {
        const OnnxModel& model = m_rewriter.model();
        const std::vector<std::int64_t>& shape = weight.shape;
        if (shape.size() < 2 || weight.element_count() <= 0)
            return std::nullopt;
        if (m_rewriter.is(node, "Gemm")) {
            if (shape.size() != 2)
                return std::nullopt;
            return model.int_attribute(node, "transB", 0) != 0
                       ? ChannelLayout{shape[0], shape[1], 1}
                       : ChannelLayout{shape[1], 1, shape[0]};
        }
        const std::int64_t elements = weight.element_count();
        if (m_rewriter.is(node, "Conv"))
            return ChannelLayout{shape[0], elements / shape[0], 1};
        const std::int64_t groups = model.int_attribute(node, "group", 1);
        if (groups <= 0 || shape[0] % groups != 0)
            return std::nullopt;
        return ChannelLayout{shape[1], elements / shape[0] / shape[1], shape[0] / groups};
    }

    std::int64_t channel_count(NodeId node, const ChannelLayout& layout) const
    {
        const bool transposed = m_rewriter.is(node, "ConvTranspose");
        return layout.channels *
               (transposed ? m_rewriter.model().int_attribute(node, "group", 1) : 1);
    }

    const Tensor* channel_vector(ValueId value, DType dtype, std::int64_t channels) const
    {
        const Tensor* tensor = m_rewriter.weight(value);
        return tensor && tensor->dtype == dtype && tensor->shape.size() == 1 &&
                       tensor->shape.front() == channels
                   ? tensor
                   : nullptr;
    }

    std::optional<Candidate> examine(NodeId norm) const
    {
        const OnnxModel& model = m_rewriter.model();
        if (!m_rewriter.is(norm, "BatchNormalization") || !m_rewriter.is_live(norm))
            return std::nullopt;
        const OnnxNode& bn = model.nodes[norm];
        if (bn.inputs.size() != 5 || model.int_attribute(norm, "training_mode", 0) != 0 ||
            std::any_of(bn.outputs.begin() + 1, bn.outputs.end(),
                        [](ValueId output) { return output != no_id; }))
            return std::nullopt;
        const ValueId between = bn.inputs[0];
        if (between == no_id || !m_rewriter.has_one_reader(between))
            return std::nullopt;
        const NodeId node = model.values[between].producer;
        if (node == no_id || !is_foldable_kind(node) || model.nodes[node].graph != bn.graph)
            return std::nullopt;
        const Tensor* weight = m_rewriter.weight(m_rewriter.input(node, 1));
        if (!weight || !is_float(weight->dtype))
            return std::nullopt;
        const auto place = layout(node, *weight);
        if (!place)
            return std::nullopt;
        const std::int64_t channels = channel_count(node, *place);
        for (std::size_t i = 1; i < 5; ++i)
            if (!channel_vector(bn.inputs[i], weight->dtype, channels))
                return std::nullopt;
        const ValueId bias = m_rewriter.input(node, 2);
        if (bias != no_id && !channel_vector(bias, weight->dtype, channels))
            return std::nullopt;
        if (m_rewriter.is(node, "Gemm") && bias != no_id) {
            const Attribute* beta = model.attribute(node, "beta");
            const auto* factor = beta ? std::get_if<float>(&beta->value) : nullptr;
            if (factor && *factor != 1.0f)
                return std::nullopt;
        }
        return Candidate{norm, node, key(norm, node)};
    }

    std::string key(NodeId norm, NodeId node) const
    {
        const OnnxModel& model = m_rewriter.model();
        const std::vector<ValueId>& inputs = model.nodes[norm].inputs;
        return fmt::format("{} {} {} {} {}: {} {} {} {} {}",
                           static_cast<std::uint32_t>(model.nodes[node].op_type),
                           m_rewriter.input(node, 1), m_rewriter.input(node, 2),
                           model.int_attribute(node, "group", 1),
                           model.int_attribute(node, "transB", 0), inputs[1], inputs[2], inputs[3],
                           inputs[4], std::bit_cast<std::uint32_t>(epsilon_of(model, norm)));
    }

    /// Nothing when the statistics cannot be read or are not those of a normalisation.
    std::optional<ChannelMap> channel_map(NodeId norm) const
    {
        const OnnxModel& model = m_rewriter.model();
        std::vector<std::vector<double>> read;
        for (std::size_t i = 1; i < 5; ++i) {
            auto numbers = m_rewriter.weight(model.nodes[norm].inputs[i])->to_doubles();
            if (!numbers)
                return std::nullopt;
            read.push_back(std::move(*numbers));
        }
        const double epsilon = double{epsilon_of(model, norm)};
        ChannelMap map;
        for (std::size_t i = 0; i < read[0].size(); ++i) {
            const double factor = read[0][i] / std::sqrt(read[3][i] + epsilon);
            const double shift = read[1][i] - read[2][i] * factor;
            if (!std::isfinite(factor) || !std::isfinite(shift))
                return std::nullopt;
            map.factors.push_back(factor);
            map.shifts.push_back(shift);
        }
        return map;
    }

    std::optional<Tensor> folded_bias(const Tensor* bias, const ChannelMap& map, DType dtype) const
    {
        std::vector<double> before(map.factors.size(), 0.0);
        if (bias) {
            auto numbers = bias->to_doubles();
            if (!numbers)
                return std::nullopt;
            before = std::move(*numbers);
        }
        std::vector<std::byte> bytes;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const Tensor one = Tensor::scalar(dtype, before[i] * map.factors[i] + map.shifts[i]);
            std::vector<std::byte> scratch;
            const auto element = one.contiguous_bytes(scratch);
            if (!element)
                return std::nullopt;
            bytes.insert(bytes.end(), element->begin(), element->end());
        }
        return Tensor::from_bytes(dtype, {static_cast<std::int64_t>(before.size())},
                                  std::move(bytes));
    }

    std::string name(ValueId value)
    {
        return std::string(model().text(model().values[value].name));
    }

    /// Puts a new tensor under the value's own name, or beside it.
    ValueId put(ValueId before, bool in_place, Tensor tensor)
    {
        if (!in_place)
            return m_rewriter.add_initializer(name(before) + "_folded", std::move(tensor));
        model().initializers[model().values[before].initializer].tensor = std::move(tensor);
        return before;
    }

    Made make(const Candidate& candidate, bool in_place, const ChannelMap& map, Tensor bias_tensor)
    {
        const ValueId weight = m_rewriter.input(candidate.node, 1);
        const ValueId bias = m_rewriter.input(candidate.node, 2);
        const Tensor before = *m_rewriter.weight(weight);
        Made made;
        made.weight = put(weight, in_place,
                          scaled_weight(before, map.factors, *layout(candidate.node, before)));
        if (bias == no_id) {
            std::string base = name(made.weight);
            const std::string_view ending = "weight";
            if (base.ends_with(ending))
                base.replace(base.size() - ending.size(), ending.size(), "bias");
            else
                base += "_bias";
            made.bias = m_rewriter.add_initializer(std::move(base), std::move(bias_tensor));
        } else {
            // Others may read the bias though nobody else reads the weight.
            const bool alone = in_place && m_rewriter.uses(bias) == m_rewriter.uses(weight);
            made.bias = put(bias, alone, std::move(bias_tensor));
        }
        return made;
    }

    void tell(ValueId absorbed, ValueId into)
    {
        if (m_log && absorbed != no_id && absorbed != into)
            m_log->absorbed.emplace_back(name(absorbed), name(into));
    }

    void fold(const Candidate& candidate, bool in_place)
    {
        auto made = m_made.find(candidate.key);
        if (made == m_made.end()) {
            const auto map = channel_map(candidate.norm);
            if (!map)
                return;
            const ValueId bias = m_rewriter.input(candidate.node, 2);
            const DType dtype = m_rewriter.weight(m_rewriter.input(candidate.node, 1))->dtype;
            auto bias_tensor =
                folded_bias(bias == no_id ? nullptr : m_rewriter.weight(bias), *map, dtype);
            if (!bias_tensor)
                return;
            made = m_made
                       .emplace(candidate.key,
                                make(candidate, in_place, *map, std::move(*bias_tensor)))
                       .first;
        }
        const std::vector<ValueId> statistics = model().nodes[candidate.norm].inputs;
        if (!m_rewriter.replace(m_rewriter.output(candidate.norm),
                                m_rewriter.output(candidate.node)))
            return;
        tell(statistics[1], made->second.weight);
        tell(statistics[2], made->second.bias);
        tell(statistics[3], made->second.bias);
        tell(statistics[4], made->second.weight);
        tell(m_rewriter.input(candidate.node, 1), made->second.weight);
        tell(m_rewriter.input(candidate.node, 2), made->second.bias);
        m_rewriter.set_input(candidate.node, 1, made->second.weight);
        m_rewriter.set_input(candidate.node, 2, made->second.bias);
        m_rewriter.unite_origins(candidate.node, candidate.norm);
        m_rewriter.set_result_of(candidate.node, candidate.norm);
    }

    Rewriter m_rewriter;
    PassLog* m_log;
    std::unordered_map<std::string, Made> m_made;
};

} // namespace

bool fold_batch_norm(OnnxModel& model, PassLog* log)
{
    // Every operator's name is interned.
    return model.strings().find("BatchNormalization") != StringId::Empty &&
           FoldBatchNorm(model, log).run();
}

} // namespace strata
