#include "hierarchy/changed_constants.h"

#include "ir/fx_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <string_view>

namespace strata {
namespace {

using align::FlowGraph;
using align::FlowInput;
using align::Relation;

constexpr std::int64_t largest_compared = std::int64_t{1} << 24;
/// Exporters and optimisers compute in other orders.
constexpr double number_tolerance = 1e-3;

class ConstantChanges {
public:
    ConstantChanges(const OnnxModel& file, const FlowGraph& left, const OnnxModel& reference,
                    const FlowGraph& right, const std::vector<align::Match>& aligned,
                    const std::vector<std::uint32_t>& file_sources,
                    const std::vector<std::uint32_t>& reference_sources)
        : m_file(file),
          m_left(left),
          m_reference(reference),
          m_right(right),
          m_aligned(aligned),
          m_file_sources(file_sources),
          m_reference_sources(reference_sources)
    {}

    Result<std::vector<OperatorChange>> run(const TaskContext& task)
    {
        std::vector<std::uint32_t> count(m_right.nodes.size(), 0);
        for (const align::Match& match : m_aligned)
            if (match.reference != no_id)
                ++count[match.reference];
        for (NodeId id = 0; id < m_aligned.size(); ++id) {
            STRATA_CHECK(task.poll());
            const align::Match& match = m_aligned[id];
            if (match.reference >= m_reference.nodes.size() || count[match.reference] != 1 ||
                match.relation > Relation::Followed ||
                op(m_file, id) != op(m_reference, match.reference) ||
                m_file.nodes[id].domain != StringId::Empty)
                continue;
            if (match.last == no_id)
                compare_inputs(id, match.reference);
            else if (match.last < m_reference.nodes.size())
                compare_folded(id, match.reference, match.last);
        }
        return std::move(m_found);
    }

private:
    struct Held {
        const Tensor* tensor = nullptr;
        std::uint32_t source = no_index;
    };

    static std::string_view op(const OnnxModel& model, NodeId id)
    {
        return model.text(model.nodes[id].op_type);
    }

    static Held held(const OnnxModel& model, const FlowGraph& graph, NodeId id, std::size_t slot,
                     const std::vector<std::uint32_t>& sources)
    {
        if (slot >= graph.nodes[id].inputs.size())
            return {};
        const FlowInput& input = graph.nodes[id].inputs[slot];
        if (input.initializer != no_id)
            return {&model.initializers[input.initializer].tensor, sources[input.initializer]};
        if (input.node == no_id || input.node >= model.nodes.size() ||
            op(model, input.node) != "Constant")
            return {};
        const Attribute* value = model.attribute(input.node, "value");
        return {value ? std::get_if<Tensor>(&value->value) : nullptr, no_index};
    }

    static std::optional<std::vector<float>> numbers(const Tensor* tensor)
    {
        if (!tensor || tensor->dtype != DType::Float32 || tensor->element_count() <= 0 ||
            tensor->element_count() > largest_compared)
            return std::nullopt;
        std::vector<std::byte> scratch;
        const auto bytes = tensor->contiguous_bytes(scratch);
        const auto count = static_cast<std::size_t>(tensor->element_count());
        if (!bytes || bytes->size() < 4 * count)
            return std::nullopt;
        std::vector<float> result(count);
        std::memcpy(result.data(), bytes->data(), 4 * count);
        return result;
    }

    static bool differ(const std::vector<float>& a, const std::vector<float>& b)
    {
        double largest = 0.0;
        double difference = 0.0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
                continue; // minus infinity has many spellings
            largest = std::max({largest, std::abs(static_cast<double>(a[i])),
                                std::abs(static_cast<double>(b[i]))});
            difference = std::max(difference, std::abs(static_cast<double>(a[i]) - b[i]));
        }
        return difference > number_tolerance * largest;
    }

    /// A factor may be applied to both operands of a product, or to one.
    static bool may_be_split(double here, double there)
    {
        const auto root = [](double a, double b) {
            return std::abs(a * a - b) <= 1e-3 * std::abs(b);
        };
        return here == 0.0 || there == 0.0 || root(here, there) || root(there, here);
    }

    bool same_orientation(NodeId id, NodeId reference) const
    {
        return std::all_of(orientations.begin(), orientations.end(), [&](std::string_view name) {
            return is_set(m_file, id, name) == is_set(m_reference, reference, name);
        });
    }
    static bool is_set(const OnnxModel& model, NodeId id, std::string_view name)
    {
        const Attribute* attribute = model.attribute(id, name);
        const auto* value = attribute ? std::get_if<std::int64_t>(&attribute->value) : nullptr;
        return value && *value != 0;
    }

    void compare_inputs(NodeId id, NodeId reference)
    {
        const std::size_t slots =
            std::min(m_left.nodes[id].inputs.size(), m_right.nodes[reference].inputs.size());
        for (std::size_t slot = 0; slot < slots; ++slot) {
            const Held a = held(m_file, m_left, id, slot, m_file_sources);
            const Held b = held(m_reference, m_right, reference, slot, m_reference_sources);
            if (!a.tensor || !b.tensor || a.tensor->element_count() != b.tensor->element_count())
                continue;
            const bool number = a.tensor->element_count() == 1;
            const bool turned = a.source != no_index && a.source == b.source;
            // One that is a source tensor on one side only has other weights: told already.
            if (!number && ((!turned && (a.source != no_index || b.source != no_index)) ||
                            a.tensor->shape != b.tensor->shape || !same_orientation(id, reference)))
                continue;
            // Where a factor stands is free as long as nothing else is known to lie around.
            if (number && m_aligned[id].relation != Relation::Exact)
                continue;
            const auto here = numbers(a.tensor);
            const auto there = numbers(b.tensor);
            if (here && there && differ(*here, *there) &&
                !(number && may_be_split(here->front(), there->front())))
                m_found.push_back(
                    {reference, id,
                     number   ? fmt::format("it has {:g} for {:g}", here->front(), there->front())
                     : turned ? fmt::format("input {} has the numbers in another order, as a "
                                            "transposed weight has",
                                            slot + 1)
                              : fmt::format("input {} has other numbers", slot + 1)});
        }
    }

    /// weight * scale / sqrt(variance + epsilon), and the bias that goes with it.
    void compare_folded(NodeId id, NodeId reference, NodeId last)
    {
        if (op(m_file, id) != "Conv" || op(m_reference, last) != "BatchNormalization")
            return;
        const auto mine = [&](std::size_t slot) {
            return numbers(held(m_file, m_left, id, slot, m_file_sources).tensor);
        };
        const auto theirs = [&](NodeId node, std::size_t slot) {
            return numbers(held(m_reference, m_right, node, slot, m_reference_sources).tensor);
        };
        const auto weight = mine(1);
        const auto source_weight = theirs(reference, 1);
        const auto scale = theirs(last, 1);
        const auto shift = theirs(last, 2);
        const auto mean = theirs(last, 3);
        const auto variance = theirs(last, 4);
        if (!weight || !source_weight || !scale || !shift || !mean || !variance ||
            weight->size() != source_weight->size())
            return;
        const std::size_t rows = scale->size();
        if (rows == 0 || shift->size() != rows || mean->size() != rows ||
            variance->size() != rows || weight->size() % rows != 0)
            return;
        double epsilon = 1e-5;
        if (const Attribute* attribute = m_reference.attribute(last, "epsilon"))
            if (const auto* value = std::get_if<float>(&attribute->value))
                epsilon = *value;
        const bool has_bias = m_right.nodes[reference].inputs.size() > 2 &&
                              m_right.nodes[reference].inputs[2].present;
        const auto source_bias = has_bias ? theirs(reference, 2) : std::nullopt;
        if (has_bias && (!source_bias || source_bias->size() != rows))
            return;
        std::vector<float> expected(*source_weight);
        std::vector<float> expected_bias(rows);
        const std::size_t width = expected.size() / rows;
        for (std::size_t row = 0; row < rows; ++row) {
            const double factor = (*scale)[row] / std::sqrt((*variance)[row] + epsilon);
            for (std::size_t i = row * width; i < (row + 1) * width; ++i)
                expected[i] = static_cast<float>(expected[i] * factor);
            expected_bias[row] = static_cast<float>(
                (*shift)[row] + ((has_bias ? (*source_bias)[row] : 0.0F) - (*mean)[row]) * factor);
        }
        if (differ(*weight, expected))
            m_found.push_back(
                {reference, id, "its weight is not the source's with the normalisation in it"});
        const bool no_slot =
            m_left.nodes[id].inputs.size() < 3 || !m_left.nodes[id].inputs[2].present;
        auto bias = mine(2);
        if (no_slot)
            bias.emplace(rows, 0.0F);
        if (bias && bias->size() == rows && differ(*bias, expected_bias))
            m_found.push_back({reference, id,
                               no_slot ? "the bias that a normalisation leaves is missing"
                                       : "its bias is not what the source's normalisation leaves"});
    }

    static constexpr std::array<std::string_view, 2> orientations{"transA", "transB"};
    const OnnxModel& m_file;
    const FlowGraph& m_left;
    const OnnxModel& m_reference;
    const FlowGraph& m_right;
    const std::vector<align::Match>& m_aligned;
    const std::vector<std::uint32_t>& m_file_sources;
    const std::vector<std::uint32_t>& m_reference_sources;
    std::vector<OperatorChange> m_found;
};

} // namespace

Result<std::vector<OperatorChange>>
changed_constants(const OnnxModel& file, const FlowGraph& left, const OnnxModel& reference,
                  const FlowGraph& right, const std::vector<align::Match>& aligned,
                  const std::vector<std::uint32_t>& file_sources,
                  const std::vector<std::uint32_t>& reference_sources, const TaskContext& task)
{
    return ConstantChanges(file, left, reference, right, aligned, file_sources, reference_sources)
        .run(task);
}

} // namespace strata
