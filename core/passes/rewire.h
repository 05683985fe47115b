// What the clean-up passes share. Internal to core/passes.
#pragma once

#include "ir/onnx_model.h"

#include <string>
#include <vector>

namespace strata {

/// Redirects readers from some values to others, all at once and through chains.
class Rewire {
public:
    explicit Rewire(const OnnxModel& model) : m_target(model.values.size(), no_id) {}

    void redirect(ValueId from, ValueId to)
    {
        m_target[from] = to;
        m_redirects = true;
    }
    /// Where a reader of `value` reads in the end.
    ValueId resolve(ValueId value) const
    {
        while (value != no_id && value < m_target.size() && m_target[value] != no_id)
            value = m_target[value];
        return value;
    }
    /// Rewrites the inputs of all nodes; says whether any of them changed.
    bool apply(OnnxModel& model) const
    {
        bool changed = false;
        if (!m_redirects)
            return changed;
        for (OnnxNode& node : model.nodes)
            for (ValueId& input : node.inputs)
                if (const ValueId target = resolve(input); target != input) {
                    input = target;
                    changed = true;
                }
        return changed;
    }

private:
    std::vector<ValueId> m_target;
    bool m_redirects = false;
};

/// For each value: whether some graph, body or function gives it out.
std::vector<bool> graph_output_values(const OnnxModel& model);
/// For each value: whether some graph takes it in.
std::vector<bool> graph_input_values(const OnnxModel& model);

/// `into` takes over the origins of `from`; nothing without provenance.
void unite_origins(OnnxModel& model, NodeId into, NodeId from);

/// Equal keys mean equal tensors. Up to `max_elements` elements the bytes count, beyond that the
/// memory they are in; empty when nothing can be said (no data).
std::string tensor_key(const Tensor& tensor, std::int64_t max_elements);

} // namespace strata
