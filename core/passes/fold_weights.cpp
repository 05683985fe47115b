#include "passes/joined_weight.h"
#include "passes/passes.h"
#include "passes/rules.h"

#include <algorithm>
#include <array>

namespace strata {
namespace {

using Ints = std::vector<std::int64_t>;

// A weight that others read too is written a second time, in another form, up to this many bytes.
constexpr std::size_t max_copy_bytes = 1 << 20;

constexpr std::array<std::string_view, 4> reshaping{"Reshape", "Squeeze", "Unsqueeze", "Flatten"};

Ints strides_of(const Tensor& tensor)
{
    if (!tensor.strides.empty())
        return tensor.strides;
    Ints strides(tensor.shape.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;)
        strides[i - 1] = strides[i] * std::max<std::int64_t>(tensor.shape[i], 1);
    return strides;
}

class FoldWeights {
public:
    FoldWeights(OnnxModel& model, PassLog* log) : m_rewriter(model), m_log(log) {}

    bool run()
    {
        for (const NodeId node : model().graphs[OnnxModel::main_graph].nodes)
            if (m_rewriter.is_live(node) && model().nodes[node].domain == StringId::Empty)
                fold(node);
        return m_rewriter.changed();
    }

private:
    OnnxModel& model() { return m_rewriter.model(); }

    std::string name(ValueId value)
    {
        return std::string(model().text(model().values[value].name));
    }

    /// Whether another form of the weight may be written.
    bool may_copy(ValueId value) const
    {
        const Tensor* weight = m_rewriter.weight(value);
        return weight && weight->storage && bits_per_element(weight->dtype) % 8 == 0 &&
               (m_rewriter.uses(value) == 1 || weight->byte_count() <= max_copy_bytes);
    }

    void fold(NodeId node)
    {
        const OnnxNode& folded = model().nodes[node];
        if (folded.outputs.size() != 1 || folded.inputs.empty() ||
            m_rewriter.is_given_out(folded.outputs.front()))
            return;
        if (m_rewriter.is(node, "Concat")) {
            fold_join(node);
            return;
        }
        const ValueId x = folded.inputs.front();
        if (x == no_id || !may_copy(x))
            return;
        if (auto view = view_of(node, *m_rewriter.weight(x)))
            put(node, x, std::move(*view));
    }

    std::optional<Tensor> view_of(NodeId node, const Tensor& weight)
    {
        if (m_rewriter.is(node, "Transpose"))
            return transposed(node, weight);
        if (m_rewriter.is(node, "Gather"))
            return element(node, weight);
        const auto shape = m_rewriter.static_shape(m_rewriter.output(node));
        if (shape && weight.is_contiguous() &&
            std::any_of(reshaping.begin(), reshaping.end(),
                        [&](std::string_view op) { return m_rewriter.is(node, op); })) {
            Tensor view = weight;
            view.shape = *shape;
            view.strides.clear();
            return view.element_count() == weight.element_count() ? std::optional(view)
                                                                  : std::nullopt;
        }
        return std::nullopt;
    }

    std::optional<Tensor> transposed(NodeId node, const Tensor& weight)
    {
        const auto permutation = permutation_of(m_rewriter, node);
        if (!permutation || permutation->size() != weight.shape.size())
            return std::nullopt;
        const Ints strides = strides_of(weight);
        Tensor view = weight;
        view.strides.assign(strides.size(), 0);
        for (std::size_t i = 0; i < permutation->size(); ++i) {
            const auto from = static_cast<std::size_t>((*permutation)[i]);
            if (from >= strides.size())
                return std::nullopt;
            view.shape[i] = weight.shape[from];
            view.strides[i] = strides[from];
        }
        return view;
    }

    /// One element of an axis.
    std::optional<Tensor> element(NodeId node, const Tensor& weight)
    {
        const auto index = m_rewriter.constant(m_rewriter.input(node, 1));
        if (!index || !index->shape.empty() || weight.shape.empty())
            return std::nullopt;
        const auto numbers = index->to_int64s();
        const auto rank = static_cast<std::int64_t>(weight.shape.size());
        std::int64_t axis = model().int_attribute(node, "axis", 0);
        axis += axis < 0 ? rank : 0;
        if (!numbers || axis < 0 || axis >= rank)
            return std::nullopt;
        const auto place = static_cast<std::size_t>(axis);
        const std::int64_t size = weight.shape[place];
        const std::int64_t at = numbers->front() + (numbers->front() < 0 ? size : 0);
        if (at < 0 || at >= size)
            return std::nullopt;
        Ints strides = strides_of(weight);
        Tensor view = weight;
        view.storage_offset += at * strides[place];
        view.shape.erase(view.shape.begin() + axis);
        strides.erase(strides.begin() + axis);
        view.strides = std::move(strides);
        return view;
    }

    /// The other form takes the weight's place, or stands beside it.
    void put(NodeId node, ValueId weight, Tensor view)
    {
        const ValueId output = m_rewriter.output(node);
        const bool is_reshape =
            std::any_of(reshaping.begin(), reshaping.end(),
                        [&](std::string_view op) { return m_rewriter.is(node, op); });
        ValueId target = weight;
        if (is_reshape && m_rewriter.uses(weight) == 1) {
            OnnxValue& value = model().values[weight];
            value.shape.clear();
            for (const std::int64_t dim : view.shape)
                value.shape.push_back(Dim::of(dim));
            model().initializers[value.initializer].tensor = std::move(view);
        } else {
            const bool is_turned = m_rewriter.is(node, "Transpose") && view.shape.size() == 2;
            const std::string ending =
                is_turned ? ".T" : "." + std::string(model().text(model().nodes[node].op_type));
            target = m_rewriter.add_initializer(name(weight) + ending, std::move(view));
        }
        finish(node, output, target);
    }

    void fold_join(NodeId node)
    {
        const std::vector<ValueId> inputs = model().nodes[node].inputs;
        const ValueId output = m_rewriter.output(node);
        std::vector<Tensor> parts;
        for (const ValueId input : inputs) {
            if (input == no_id || !may_copy(input))
                return;
            parts.push_back(*m_rewriter.weight(input));
        }
        const auto rank = static_cast<std::int64_t>(parts.front().shape.size());
        std::int64_t axis = model().int_attribute(node, "axis", 0);
        axis += axis < 0 ? rank : 0;
        if (axis < 0)
            return;
        auto joined = joined_weight(std::move(parts), static_cast<std::size_t>(axis));
        if (!joined)
            return;
        const ValueId target =
            m_rewriter.add_initializer(name(inputs.front()) + ".Concat", std::move(*joined));
        if (m_log)
            for (const ValueId input : inputs)
                m_log->absorbed.emplace_back(name(input), name(target));
        finish(node, output, target);
    }

    void finish(NodeId node, ValueId output, ValueId target)
    {
        if (m_log)
            m_log->folded.push_back({node, name(target)});
        m_rewriter.replace(output, target);
    }

    Rewriter m_rewriter;
    PassLog* m_log;
};

} // namespace

bool fold_weights(OnnxModel& model, PassLog* log)
{
    return FoldWeights(model, log).run();
}

} // namespace strata
