// Which nodes of an inspection a query means.
#pragma once

#include "base/task.h"
#include "ir/inspection.h"
#include "query/query.h"

#include <functional>
#include <string>
#include <vector>

namespace strata {

/// What a reviewer has said of a node.
struct ReviewState {
    bool reviewed = false;
    std::string note;
};
/// May be empty: then nothing has been reviewed.
using ReviewLookup = std::function<ReviewState(NodeId)>;

/// Looks at one inspection, which must have a model and outlive this. Thread-safe for reading.
class QueryMatcher {
public:
    QueryMatcher(const Inspection& inspection, const QueryTerm& query, ReviewLookup review = {});

    bool matches(NodeId node) const { return matches(m_query, node); }
    /// All matching nodes in order. Fails only when cancelled.
    Result<std::vector<NodeId>> find_all(TaskContext& task) const;

private:
    bool matches(const QueryTerm& term, NodeId node) const;
    bool field_matches(const QueryTerm& term, NodeId node) const;
    bool text_matches(const QueryTerm& term, NodeId node) const;
    bool word_matches(const TextPattern& pattern, NodeId node) const;
    bool flag(QueryField field, NodeId node) const;
    double number(QueryField field, NodeId node) const;
    bool any_shape(const QueryTerm& term, NodeId node) const;
    bool shape_matches(const std::vector<DimPattern>& pattern, ValueId value) const;
    bool attribute_matches(const QueryTerm& term, NodeId node) const;
    bool under(const TextPattern& pattern, ModuleId module) const;
    template <class Visit>
    bool any_initializer(NodeId node, const Visit& visit) const;

    const Inspection& m_inspection;
    const OnnxModel& m_model;
    QueryTerm m_query;
    ReviewLookup m_review;
};

/// An attribute's value as queries see it: numbers and lists as "1" and "3,3", strings as they are,
/// tensors as "float32[2,2]"; bodies are empty.
std::string attribute_text(const Attribute& attribute);

} // namespace strata
