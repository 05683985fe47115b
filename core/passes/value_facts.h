// What is known of values beyond dtype and shape: constants, and the elements of shape
// computations.
#pragma once

#include "ir/onnx_model.h"

#include <optional>
#include <vector>

namespace strata {

/// Tensors up to this size are constants whose contents are looked at and computed with.
inline constexpr std::int64_t max_constant_elements = 65536;

/// Knowledge about one value. `elements` describes an int64 tensor of rank 0 or 1 whose elements
/// are partly known, as in shape arithmetic: Shape([1,3,h,w]) has the elements 1, 3, symbol h,
/// symbol w. A negative element, for which Dim has no number, is a symbol that spells it ("-1").
struct ValueFact {
    std::optional<Tensor> constant; ///< exact contents; only up to max_constant_elements
    std::optional<Shape> elements;
};

/// Parallel to OnnxModel::values; grows on demand.
class ValueFacts {
public:
    ValueFact& at(ValueId id)
    {
        if (id >= m_facts.size())
            m_facts.resize(id + 1);
        return m_facts[id];
    }
    const ValueFact* find(ValueId id) const { return id < m_facts.size() ? &m_facts[id] : nullptr; }
    void truncate(std::size_t count)
    {
        if (count < m_facts.size())
            m_facts.resize(count);
    }

private:
    std::vector<ValueFact> m_facts;
};

/// The elements of an int64 (or int32) tensor of rank 0 or 1 as far as they are known, whether from
/// a constant, an initializer or `elements`; nothing when not even the count is known. An
/// initializer that is also a graph input (a default that callers may override) counts as known
/// here.
std::optional<Shape> known_elements(const OnnxModel& model, const ValueFacts& facts, ValueId id);
/// All elements as numbers, or nothing when one is missing.
std::optional<std::vector<std::int64_t>> known_ints(const OnnxModel& model, const ValueFacts& facts,
                                                    ValueId id);
/// The exact contents of a small constant or initializer; nothing when unknown or large.
std::optional<Tensor> known_constant(const OnnxModel& model, const ValueFacts& facts, ValueId id);

} // namespace strata
