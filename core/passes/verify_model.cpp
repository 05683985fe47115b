#include "passes/verify_model.h"

#include <fmt/format.h>
#include <unordered_set>

namespace strata {
namespace {

constexpr std::size_t max_complaints = 100;
constexpr int max_depth = 200;

class Verifier {
public:
    explicit Verifier(const OnnxModel& model)
        : m_model(model),
          m_visible(model.values.size(), false),
          m_listed(model.nodes.size(), 0),
          m_entered(model.graphs.size(), false),
          m_initializers_of(model.graphs.size())
    {}

    std::vector<std::string> verify()
    {
        if (!m_model.provenance.empty() && m_model.provenance.size() != m_model.nodes.size())
            complain("provenance has {} entries for {} nodes", m_model.provenance.size(),
                     m_model.nodes.size());
        check_initializers();
        check_graph(OnnxModel::main_graph, no_id, 0);
        for (const OnnxFunction& function : m_model.functions) {
            if (function.body >= m_model.graphs.size())
                complain("function {} has no body", text(function.name));
            else
                check_graph(function.body, no_id, 0);
        }
        for (NodeId id = 0; id < m_model.nodes.size(); ++id)
            if (m_listed[id] > 1)
                complain("{} is listed {} times", describe(id), m_listed[id]);
        return std::move(m_complaints);
    }

private:
    template <class... Args>
    void complain(fmt::format_string<Args...> format, Args&&... args)
    {
        if (m_complaints.size() < max_complaints)
            m_complaints.push_back(fmt::format(format, std::forward<Args>(args)...));
    }
    std::string_view text(StringId id) const { return m_model.text(id); }
    std::string describe(NodeId id) const
    {
        return fmt::format("node {} ({} '{}')", id, text(m_model.nodes[id].op_type),
                           text(m_model.nodes[id].name));
    }
    bool exists(ValueId id, std::string_view user)
    {
        if (id < m_model.values.size())
            return true;
        complain("{} names value {}, which does not exist", user, id);
        return false;
    }

    void check_initializers()
    {
        for (std::uint32_t i = 0; i < m_model.initializers.size(); ++i) {
            const ValueId id = m_model.initializers[i].value;
            if (!exists(id, fmt::format("initializer {}", i)))
                continue;
            const OnnxValue& value = m_model.values[id];
            if (value.initializer != i)
                complain("'{}' does not say that it is initializer {}", text(value.name), i);
            if (value.graph < m_model.graphs.size())
                m_initializers_of[value.graph].push_back(id);
            else
                complain("initializer '{}' is in no graph", text(value.name));
        }
        for (const OnnxValue& value : m_model.values)
            if (value.initializer != no_id && value.initializer >= m_model.initializers.size())
                complain("'{}' names initializer {}, which does not exist", text(value.name),
                         value.initializer);
    }

    /// Makes a value visible; its name must be new among the visible ones.
    void define(ValueId id, std::vector<ValueId>& defined)
    {
        if (m_visible[id]) {
            complain("'{}' is defined twice", text(m_model.values[id].name));
            return;
        }
        m_visible[id] = true;
        defined.push_back(id);
        const StringId name = m_model.values[id].name;
        if (name == StringId::Empty)
            complain("value {} has no name", id);
        else if (!m_names.insert(name).second)
            complain("two values are called '{}'", text(name));
    }

    void use(ValueId id, std::string_view user)
    {
        if (exists(id, user) && !m_visible[id])
            complain("{} uses '{}', which is not defined before it", user,
                     text(m_model.values[id].name));
    }

    void check_graph(GraphId id, NodeId owner, int depth)
    {
        if (id >= m_model.graphs.size()) {
            complain("{} has body {}, which does not exist", describe(owner), id);
            return;
        }
        if (m_entered[id] || depth > max_depth) {
            complain("graph {} is reached twice or nested too deeply", id);
            return;
        }
        m_entered[id] = true;
        const OnnxGraph& graph = m_model.graphs[id];
        if (graph.owner != owner)
            complain("graph '{}' names another owner", text(graph.name));
        std::vector<ValueId> defined;
        for (ValueId value : graph.inputs)
            if (exists(value, "a graph input"))
                define(value, defined);
        for (ValueId value : m_initializers_of[id])
            if (!m_visible[value]) // an input's default has been defined with the inputs
                define(value, defined);
        std::unordered_set<StringId> node_names;
        for (NodeId node : graph.nodes) {
            if (node >= m_model.nodes.size()) {
                complain("graph '{}' lists node {}, which does not exist", text(graph.name), node);
                continue;
            }
            const StringId name = m_model.nodes[node].name;
            if (name != StringId::Empty && !node_names.insert(name).second)
                complain("two nodes are called '{}'", text(name));
            check_node(node, id, depth, defined);
        }
        for (ValueId value : graph.outputs)
            use(value, fmt::format("an output of graph '{}'", text(graph.name)));
        for (ValueId value : defined) {
            m_visible[value] = false;
            m_names.erase(m_model.values[value].name);
        }
    }

    void check_node(NodeId id, GraphId graph, int depth, std::vector<ValueId>& defined)
    {
        if (++m_listed[id] > 1)
            return; // told at the end
        const OnnxNode& node = m_model.nodes[id];
        const std::string self = describe(id);
        if (node.graph != graph)
            complain("{} names another graph than the one that lists it", self);
        for (ValueId input : node.inputs)
            if (input != no_id)
                use(input, self);
        for (GraphId body : m_model.bodies(id))
            check_graph(body, id, depth + 1);
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const ValueId output = node.outputs[i];
            if (output == no_id || !exists(output, self))
                continue;
            const OnnxValue& value = m_model.values[output];
            if (value.producer != id || value.output_index != i)
                complain("'{}' does not say that it is output {} of {}", text(value.name), i, self);
            if (value.initializer != no_id)
                complain("'{}' is an initializer and the result of {}", text(value.name), self);
            define(output, defined);
        }
    }

    const OnnxModel& m_model;
    std::vector<bool> m_visible;
    std::vector<int> m_listed;
    std::vector<bool> m_entered;
    std::vector<std::vector<ValueId>> m_initializers_of; ///< by graph
    std::unordered_set<StringId> m_names;                ///< of the visible values
    std::vector<std::string> m_complaints;
};

} // namespace

std::vector<std::string> verify_model(const OnnxModel& model)
{
    return Verifier(model).verify();
}

} // namespace strata
