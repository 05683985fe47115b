#include "query/match_query.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace strata {
namespace {

bool compare(QueryOp op, double value, double with)
{
    switch (op) {
    case QueryOp::Matches:
    case QueryOp::Equal:
        // Confidences are sums and means: 0.85 is to find what is shown as 0.85.
        return std::abs(value - with) <= 1e-6 * std::max(1.0, std::abs(with));
    case QueryOp::NotEqual:
        return !compare(QueryOp::Equal, value, with);
    case QueryOp::Less:
        return value < with;
    case QueryOp::LessEqual:
        return value <= with;
    case QueryOp::Greater:
        return value > with;
    case QueryOp::GreaterEqual:
        return value >= with;
    }
    return false;
}

bool dim_matches(const OnnxModel& model, const DimPattern& want, const Dim& dim)
{
    switch (want.kind) {
    case DimPattern::Kind::Number:
        return dim.known() && dim.value == want.number;
    case DimPattern::Kind::Symbol:
        return !dim.known() && model.text(dim.symbol) == want.symbol;
    default:
        return true;
    }
}

/// As wildcards in text: one remembered "..." suffices, so the time is at most the product of both
/// lengths whatever a file's ranks are.
bool dims_match(const OnnxModel& model, const std::vector<DimPattern>& pattern, const Shape& shape)
{
    const auto many = [&](std::size_t p) { return pattern[p].kind == DimPattern::Kind::AnyMany; };
    std::size_t p = 0, s = 0, resume = 0;
    std::optional<std::size_t> last;
    while (s < shape.size()) {
        if (p < pattern.size() && many(p)) {
            last = p++;
            resume = s;
        } else if (p < pattern.size() && dim_matches(model, pattern[p], shape[s])) {
            ++p;
            ++s;
        } else if (last) {
            p = *last + 1;
            s = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && many(p))
        ++p;
    return p == pattern.size();
}

} // namespace

std::string attribute_text(const Attribute& attribute)
{
    struct Visitor {
        std::string operator()(std::monostate) const { return {}; }
        std::string operator()(float v) const { return fmt::format("{}", v); }
        std::string operator()(std::int64_t v) const { return fmt::format("{}", v); }
        std::string operator()(const std::string& v) const { return v; }
        std::string operator()(const Tensor& v) const
        {
            return fmt::format("{}[{}]", to_string(v.dtype), fmt::join(v.shape, ","));
        }
        std::string operator()(const std::vector<GraphId>&) const { return {}; }
        std::string operator()(const std::vector<float>& v) const
        {
            return fmt::format("{}", fmt::join(v, ","));
        }
        std::string operator()(const std::vector<std::int64_t>& v) const
        {
            return fmt::format("{}", fmt::join(v, ","));
        }
        std::string operator()(const std::vector<std::string>& v) const
        {
            return fmt::format("{}", fmt::join(v, ","));
        }
        std::string operator()(const std::vector<Tensor>&) const { return {}; }
    };
    if (attribute.kind == AttributeKind::Other)
        return {};
    return std::visit(Visitor{}, attribute.value);
}

QueryMatcher::QueryMatcher(const Inspection& inspection, const QueryTerm& query,
                           ReviewLookup review)
    : m_inspection(inspection),
      m_model(*inspection.model),
      m_query(query),
      m_review(std::move(review))
{}

Result<std::vector<NodeId>> QueryMatcher::find_all(TaskContext& task) const
{
    std::vector<NodeId> found;
    for (NodeId node = 0; node < m_model.nodes.size(); ++node) {
        if (node % 1024 == 0)
            STRATA_CHECK(task.poll());
        if (matches(node))
            found.push_back(node);
    }
    return found;
}

bool QueryMatcher::matches(const QueryTerm& term, NodeId node) const
{
    const auto one = [&](const QueryTerm& t) { return matches(t, node); };
    switch (term.kind) {
    case QueryTerm::Kind::And:
        return std::all_of(term.terms.begin(), term.terms.end(), one);
    case QueryTerm::Kind::Or:
        return std::any_of(term.terms.begin(), term.terms.end(), one);
    case QueryTerm::Kind::Not:
        return !matches(term.terms.front(), node);
    case QueryTerm::Kind::Field:
        return field_matches(term, node);
    }
    return false;
}

bool QueryMatcher::field_matches(const QueryTerm& term, NodeId node) const
{
    switch (term.field) {
    case QueryField::Confidence:
    case QueryField::Rank:
    case QueryField::Parameters:
    case QueryField::Bytes:
    case QueryField::Call:
    case QueryField::Depth: {
        const double value = number(term.field, node);
        return !std::isnan(value) && compare(term.op, value, term.number);
    }
    case QueryField::Reviewed:
    case QueryField::Orphan:
    case QueryField::Root:
    case QueryField::Contradicted:
    case QueryField::Body:
        return (flag(term.field, node) == (term.number != 0.0)) != (term.op == QueryOp::NotEqual);
    case QueryField::AnyShape:
    case QueryField::InShape:
    case QueryField::OutShape:
        return any_shape(term, node) != (term.op == QueryOp::NotEqual);
    default:
        return text_matches(term, node) != (term.op == QueryOp::NotEqual);
    }
}

bool QueryMatcher::text_matches(const QueryTerm& term, NodeId node) const
{
    const TextPattern& pattern = term.pattern;
    const OnnxNode& n = m_model.nodes[node];
    const NodeAttribution& a = m_inspection.attribution[node];
    const auto value_name = [&](ValueId v) {
        return v != no_id && pattern.matches(m_model.text(m_model.values[v].name));
    };
    switch (term.field) {
    case QueryField::Text:
        return word_matches(pattern, node);
    case QueryField::Op:
        return pattern.matches(m_model.text(n.op_type));
    case QueryField::Name:
        return pattern.matches(m_model.text(n.name));
    case QueryField::Domain:
        return pattern.matches(n.domain == StringId::Empty ? "ai.onnx" : m_model.text(n.domain));
    case QueryField::Module:
        return a.synthetic ? pattern.matches(a.synthetic_path)
                           : pattern.matches(m_inspection.modules[a.module].fqn);
    case QueryField::Under:
        return !a.synthetic && under(pattern, a.module);
    case QueryField::Class:
        return !a.synthetic && (pattern.matches(m_inspection.modules[a.module].class_name) ||
                                pattern.matches(m_inspection.modules[a.module].qualified_class));
    case QueryField::Kind:
        return pattern.matches(to_string(a.kind));
    case QueryField::Evidence:
        return std::any_of(a.evidence.begin(), a.evidence.end(), [&](const Evidence& e) {
            return pattern.matches(to_string(e.kind)) || pattern.matches(e.detail);
        });
    case QueryField::Category:
        return pattern.matches(to_string(a.category));
    case QueryField::DType:
        return std::any_of(n.outputs.begin(), n.outputs.end(), [&](ValueId v) {
            return v != no_id && pattern.matches(to_string(m_model.values[v].dtype));
        });
    case QueryField::Value:
        return std::any_of(n.inputs.begin(), n.inputs.end(), value_name) ||
               std::any_of(n.outputs.begin(), n.outputs.end(), value_name);
    case QueryField::Initializer:
        return any_initializer(node, [&](const Initializer& initializer) {
            return pattern.matches(m_model.text(m_model.values[initializer.value].name));
        });
    case QueryField::Attribute:
        return attribute_matches(term, node);
    case QueryField::Origin:
        return std::any_of(a.origins.begin(), a.origins.end(),
                           [&](const std::string& o) { return pattern.matches(o); });
    case QueryField::Source:
        return !a.source.empty() && pattern.matches(a.source);
    case QueryField::Note: {
        const ReviewState review = m_review ? m_review(node) : ReviewState{};
        return !review.note.empty() && pattern.matches(review.note);
    }
    default:
        return false;
    }
}

bool QueryMatcher::word_matches(const TextPattern& pattern, NodeId node) const
{
    const OnnxNode& n = m_model.nodes[node];
    const NodeAttribution& a = m_inspection.attribution[node];
    if (pattern.matches(m_model.text(n.op_type)) || pattern.matches(m_model.text(n.name)))
        return true;
    if (a.synthetic ? pattern.matches(a.synthetic_path)
                    : pattern.matches(m_inspection.modules[a.module].fqn) ||
                          pattern.matches(m_inspection.modules[a.module].class_name))
        return true;
    const auto value_name = [&](ValueId v) {
        return v != no_id && pattern.matches(m_model.text(m_model.values[v].name));
    };
    return std::any_of(n.outputs.begin(), n.outputs.end(), value_name) ||
           std::any_of(n.inputs.begin(), n.inputs.end(), value_name);
}

bool QueryMatcher::flag(QueryField field, NodeId node) const
{
    const NodeAttribution& a = m_inspection.attribution[node];
    switch (field) {
    case QueryField::Reviewed:
        return m_review && m_review(node).reviewed;
    case QueryField::Orphan:
        return a.synthetic;
    case QueryField::Root:
        return !a.synthetic && a.module == root_module;
    case QueryField::Contradicted:
        // Weaker evidence that says "somewhere above" is coarser, not contradicting.
        return std::any_of(a.evidence.begin(), a.evidence.end(), [&](const Evidence& e) {
            return !a.synthetic && e.module != no_module &&
                   !m_inspection.modules.is_ancestor_or_self(e.module, a.module) &&
                   !m_inspection.modules.is_ancestor_or_self(a.module, e.module);
        });
    case QueryField::Body:
        return m_model.nodes[node].graph != OnnxModel::main_graph;
    default:
        return false;
    }
}

double QueryMatcher::number(QueryField field, NodeId node) const
{
    const OnnxNode& n = m_model.nodes[node];
    const NodeAttribution& a = m_inspection.attribution[node];
    double sum = 0.0;
    switch (field) {
    case QueryField::Confidence:
        return a.confidence;
    case QueryField::Call:
        return a.call;
    case QueryField::Depth:
        return a.synthetic ? NAN : m_inspection.modules.depth(a.module);
    case QueryField::Rank:
        for (const ValueId v : n.outputs)
            if (v != no_id)
                return m_model.values[v].has_shape
                           ? static_cast<double>(m_model.values[v].shape.size())
                           : NAN;
        return NAN;
    case QueryField::Parameters:
    case QueryField::Bytes:
        any_initializer(node, [&](const Initializer& initializer) {
            const Tensor& tensor = initializer.tensor;
            sum += field == QueryField::Bytes ? static_cast<double>(tensor.byte_count())
                                              : static_cast<double>(tensor.element_count());
            return false;
        });
        return sum;
    default:
        return NAN;
    }
}

bool QueryMatcher::any_shape(const QueryTerm& term, NodeId node) const
{
    const OnnxNode& n = m_model.nodes[node];
    const auto one = [&](ValueId v) { return v != no_id && shape_matches(term.shape, v); };
    return (term.field != QueryField::OutShape &&
            std::any_of(n.inputs.begin(), n.inputs.end(), one)) ||
           (term.field != QueryField::InShape &&
            std::any_of(n.outputs.begin(), n.outputs.end(), one));
}

bool QueryMatcher::shape_matches(const std::vector<DimPattern>& pattern, ValueId value) const
{
    const OnnxValue& v = m_model.values[value];
    return v.has_shape && dims_match(m_model, pattern, v.shape);
}

bool QueryMatcher::attribute_matches(const QueryTerm& term, NodeId node) const
{
    const TextPattern name(TextPattern::Kind::Glob, term.attribute);
    for (const Attribute& attribute : m_model.nodes[node].attributes)
        if (name.matches(m_model.text(attribute.name)) &&
            (!term.has_attribute_value || term.pattern.matches(attribute_text(attribute))))
            return true;
    return false;
}

bool QueryMatcher::under(const TextPattern& pattern, ModuleId module) const
{
    for (; module != no_module; module = m_inspection.modules[module].parent)
        if (pattern.matches(m_inspection.modules[module].fqn))
            return true;
    return false;
}

template <class Visit>
bool QueryMatcher::any_initializer(NodeId node, const Visit& visit) const
{
    for (const ValueId v : m_model.nodes[node].inputs) {
        if (v == no_id)
            continue;
        const std::uint32_t index = m_model.values[v].initializer;
        if (index != no_id && visit(m_model.initializers[index]))
            return true;
    }
    return false;
}

} // namespace strata
