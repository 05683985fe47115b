#include "session/size_requirements.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace strata {
namespace {

constexpr std::size_t most_requirements = 4096;

class RequirementCollector {
public:
    explicit RequirementCollector(const OnnxModel& model) : m_model(model) {}

    std::vector<SizeRequirement> run()
    {
        for (const NodeId id : m_model.graphs[OnnxModel::main_graph].nodes) {
            if (m_found.size() >= most_requirements)
                break;
            visit(id);
        }
        return std::move(m_found);
    }

private:
    /// The dimensions of a value, each a product; nothing where the rank is not known.
    std::optional<std::vector<SizeFactors>> shape(ValueId id) const
    {
        if (id == no_id)
            return std::nullopt;
        const OnnxValue& value = m_model.values[id];
        if (value.initializer != no_id) {
            std::vector<SizeFactors> dims;
            for (const std::int64_t size : m_model.initializers[value.initializer].tensor.shape)
                dims.push_back({DimExpression::number(size)});
            return dims;
        }
        if (const auto it = m_reshaped.find(id); it != m_reshaped.end())
            return it->second;
        if (!value.has_shape)
            return std::nullopt;
        std::vector<SizeFactors> dims;
        for (const Dim& dim : value.shape)
            dims.push_back(dim.known() ? SizeFactors{DimExpression::number(dim.value)}
                           : dim.symbol != StringId::Empty
                               ? SizeFactors{DimExpression::parse(m_model.text(dim.symbol))}
                               : SizeFactors{});
        return dims;
    }

    static bool is_number(const SizeFactors& factors)
    {
        return factors.size() == 1 && factors.front().as_number().has_value();
    }

    void require(SizeRequirement::Kind kind, SizeFactors left, SizeFactors right)
    {
        if (left.empty() || (right.empty() && kind != SizeRequirement::Kind::Positive) ||
            left == right)
            return;
        if (is_number(left) && (right.empty() || is_number(right)))
            return;
        m_found.push_back({kind, std::move(left), std::move(right)});
    }

    void visit(NodeId id)
    {
        const OnnxNode& node = m_model.nodes[id];
        const std::string_view op = m_model.text(node.op_type);
        if (op == "Gemm" || op == "MatMul")
            product(id, op == "Gemm");
        else if (op == "Reshape" || op == "Flatten")
            reshape(node, op == "Flatten");
        else if (op == "Concat")
            concat(id);
        else if (op == "Add" || op == "Sub" || op == "Mul" || op == "Div" || op == "Where")
            broadcast(node);
        else if (op == "Conv" || op == "MaxPool" || op == "AveragePool")
            not_empty(node);
        else if (op == "Relu" || op == "Identity" || op == "Clip" || op == "Sigmoid" ||
                 op == "Tanh")
            pass_on(node);
    }

    void product(NodeId id, bool gemm)
    {
        const OnnxNode& node = m_model.nodes[id];
        if (node.inputs.size() < 2)
            return;
        const auto a = shape(node.inputs[0]);
        const auto b = shape(node.inputs[1]);
        if (!a || !b || a->empty() || b->empty())
            return;
        const bool left = gemm && m_model.int_attribute(id, "transA", 0) != 0;
        const bool right = gemm && m_model.int_attribute(id, "transB", 0) != 0;
        const SizeFactors& inner = left ? a->front() : a->back();
        const SizeFactors& other = right || b->size() == 1 ? b->back() : (*b)[b->size() - 2];
        require(SizeRequirement::Kind::Equal, inner, other);
    }

    void reshape(const OnnxNode& node, bool flatten)
    {
        const auto in = node.inputs.empty() ? std::nullopt : shape(node.inputs[0]);
        if (!in || node.outputs.empty())
            return;
        SizeFactors all;
        for (const SizeFactors& dim : *in) {
            if (dim.empty())
                return;
            all.insert(all.end(), dim.begin(), dim.end());
        }
        const OnnxValue& out = m_model.values[node.outputs[0]];
        if (!out.has_shape)
            return;
        if (flatten && out.shape.size() == 2 && in->size() > 1 && !out.shape[1].known()) {
            SizeFactors rest(all.begin() + static_cast<std::ptrdiff_t>(in->front().size()),
                             all.end());
            m_reshaped[node.outputs[0]] = {in->front(), rest};
            return;
        }
        // The one dimension that is not told is what the others leave.
        std::vector<SizeFactors> dims;
        std::size_t open = out.shape.size();
        SizeFactors told;
        for (std::size_t i = 0; i < out.shape.size(); ++i) {
            const Dim& dim = out.shape[i];
            if (!dim.known() && dim.symbol == StringId::Empty) {
                if (open < out.shape.size())
                    return;
                open = i;
                dims.emplace_back();
                continue;
            }
            dims.push_back({dim.known() ? DimExpression::number(dim.value)
                                        : DimExpression::parse(m_model.text(dim.symbol))});
            told.push_back(dims.back().front());
        }
        if (open == out.shape.size())
            return require(SizeRequirement::Kind::Equal, all, told);
        require(SizeRequirement::Kind::Multiple, all, told);
        // SizeFactors that stand on both sides.
        for (const DimExpression& factor : told)
            if (const auto it = std::find(all.begin(), all.end(), factor); it != all.end())
                all.erase(it);
            else if (factor != DimExpression::number(1))
                return;
        dims[open] = all.empty() ? SizeFactors{DimExpression::number(1)} : all;
        m_reshaped[node.outputs[0]] = std::move(dims);
    }

    void concat(NodeId id)
    {
        const OnnxNode& node = m_model.nodes[id];
        const auto first = node.inputs.empty() ? std::nullopt : shape(node.inputs[0]);
        if (!first || first->empty())
            return;
        std::int64_t axis = m_model.int_attribute(id, "axis", 0);
        axis = axis < 0 ? axis + static_cast<std::int64_t>(first->size()) : axis;
        for (std::size_t i = 1; i < node.inputs.size(); ++i) {
            const auto other = shape(node.inputs[i]);
            if (!other || other->size() != first->size())
                continue;
            for (std::size_t d = 0; d < first->size(); ++d)
                if (static_cast<std::int64_t>(d) != axis)
                    require(SizeRequirement::Kind::Equal, (*first)[d], (*other)[d]);
        }
    }

    /// A number above 1 is what the other side has, too: a 1 there would be written as one.
    void broadcast(const OnnxNode& node)
    {
        for (std::size_t i = 0; i + 1 < node.inputs.size(); ++i) {
            const auto a = shape(node.inputs[i]);
            const auto b = shape(node.inputs[i + 1]);
            if (!a || !b)
                continue;
            for (std::size_t k = 1; k <= std::min(a->size(), b->size()); ++k) {
                const SizeFactors& left = (*a)[a->size() - k];
                const SizeFactors& right = (*b)[b->size() - k];
                const auto above_one = [](const SizeFactors& side) {
                    return is_number(side) && *side.front().as_number() > 1;
                };
                if (above_one(left) || above_one(right))
                    require(SizeRequirement::Kind::Equal, left, right);
            }
        }
    }

    void not_empty(const OnnxNode& node)
    {
        if (const auto out = node.outputs.empty() ? std::nullopt : shape(node.outputs[0]))
            for (const SizeFactors& dim : *out)
                require(SizeRequirement::Kind::Positive, dim, {});
    }

    void pass_on(const OnnxNode& node)
    {
        if (node.inputs.empty() || node.outputs.empty())
            return;
        if (const auto it = m_reshaped.find(node.inputs[0]); it != m_reshaped.end()) {
            auto dims = it->second;
            m_reshaped[node.outputs[0]] = std::move(dims);
        }
    }

    const OnnxModel& m_model;
    std::vector<SizeRequirement> m_found;
    std::map<ValueId, std::vector<SizeFactors>> m_reshaped;
};

} // namespace

std::vector<SizeRequirement> size_requirements(const OnnxModel& model)
{
    return RequirementCollector(model).run();
}

} // namespace strata
