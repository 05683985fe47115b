// One of two models that are compared, with what can be said about its values beforehand.
#pragma once

#include "ir/attribution.h"
#include "passes/value_facts.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// Equal in dtype, shape and content. Fails when the bytes of one cannot be read.
Result<bool> same_tensor(const Tensor& a, const Tensor& b);

/// Equal in dtype and elements, whatever the shapes. False when bytes cannot be read.
bool same_elements_in_order(const Tensor& a, const Tensor& b);

/// Have two values another dtype, another rank, or another size where both are known?
bool types_differ(const OnnxValue& a, const OnnxValue& b);

/// Refers to the model, its modules and its attribution, which must outlive it. Types and constants
/// are inferred in a copy with the same ids: files declare them or do not.
class CompareSide {
public:
    CompareSide(const OnnxModel& model, const ModuleTree& modules, const Attribution& attribution);

    const OnnxModel& model() const { return *m_model; }
    const OnnxNode& node(NodeId id) const { return m_model->nodes[id]; }
    std::string_view text(StringId id) const { return m_model->text(id); }
    std::string_view op(NodeId id) const { return text(node(id).op_type); }
    /// "Conv"; "com.microsoft.Gelu" of other domains.
    std::string full_op(NodeId id) const;
    std::string value_name(ValueId id) const; ///< empty for no_id
    /// The node's name where it is unique, else its place in the graph.
    const std::string& key(NodeId id) const { return m_keys[id]; }
    /// Was the module told, rather than guessed from neighbours?
    bool is_told(NodeId id) const { return (*m_attribution)[id].kind <= EvidenceKind::ScopeName; }
    std::string module(NodeId id) const; ///< FQN, or the synthetic path
    std::int64_t opset(NodeId id) const; ///< of the node's domain, in its function or the model

    /// Declared or inferred dtype and shape.
    const OnnxValue& typed(ValueId id) const { return m_typed->values[id]; }
    /// Whether its sizes are known, and none of them is 0.
    bool has_elements(ValueId id) const
    {
        const OnnxValue& value = typed(id);
        return value.has_shape && std::none_of(value.shape.begin(), value.shape.end(),
                                               [](const Dim& dim) { return dim.value == 0; });
    }
    std::string type_text(ValueId id) const { return m_typed->type_text(id); }
    /// The content of an initializer of any size, or of a small value that is computed from
    /// constants and known shapes only.
    std::optional<Tensor> constant(ValueId id) const;
    /// The elements of a small integer tensor as far as they are known.
    std::optional<Shape> elements(ValueId id) const;
    std::string dim_text(const Dim& dim) const;

    /// Does the node give back its first input: Identity, Dropout outside training, a Cast to the
    /// type that is there, a Reshape to the shape that is there?
    bool passes_on(NodeId id) const;
    /// The value before all nodes that only pass it on.
    ValueId behind(ValueId id) const;

private:
    const OnnxModel* m_model;
    const ModuleTree* m_modules;
    const Attribution* m_attribution;
    std::vector<std::string> m_keys;
    std::shared_ptr<OnnxModel> m_typed;
    ValueFacts m_facts;
};

} // namespace strata
