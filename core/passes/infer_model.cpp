// Inference over whole models: bodies are entered with the types of what flows into them, functions
// with the types of their calls.
#include "passes/infer/infer_node.h"
#include "passes/shape_inference.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

namespace strata {
namespace {

// Bodies in bodies and functions in functions: deeper files are hostile.
constexpr int max_depth = 32;
// How often a loop's body is inferred until the types of the carried values are stable.
constexpr int max_rounds = 3;

/// The type of a value, without its name and place.
struct SavedType {
    ValueId id;
    ValueKind kind;
    DType dtype;
    bool has_shape;
    Shape shape;
    StringId type_text;
};

struct Scope {
    std::int64_t opset = 0;
    const OnnxNode* caller = nullptr;
};

class ModelInference {
public:
    ModelInference(OnnxModel& model, ValueFacts& facts)
        : m_model(model),
          m_facts(facts),
          // Nested loops and shared functions repeat work; this bounds it for any file.
          m_budget(64 * model.nodes.size() + 4096)
    {
        for (std::uint32_t i = 0; i < model.functions.size(); ++i) {
            const OnnxFunction& function = model.functions[i];
            m_functions.emplace(std::tuple(function.domain, function.name, function.overload), i);
        }
        if (m_functions.empty())
            return;
        m_calls.resize(model.functions.size(), 0);
        for (const OnnxNode& node : model.nodes)
            if (const auto function = find_function(node))
                ++m_calls[*function];
    }

    void run()
    {
        const std::int64_t opset = m_model.opset();
        infer_graph(OnnxModel::main_graph, {opset > 0 ? opset : 17, nullptr}, 0);
    }

private:
    std::optional<std::uint32_t> find_function(const OnnxNode& node) const
    {
        if (m_functions.empty())
            return std::nullopt;
        const auto it = m_functions.find(std::tuple(node.domain, node.op_type, node.overload));
        return it == m_functions.end() ? std::nullopt : std::optional(it->second);
    }

    void infer_graph(GraphId graph, const Scope& scope, int depth)
    {
        if (depth > max_depth || graph >= m_model.graphs.size())
            return;
        for (std::size_t i = 0; i < m_model.graphs[graph].nodes.size(); ++i) {
            if (m_budget == 0)
                return;
            --m_budget;
            const NodeId id = m_model.graphs[graph].nodes[i];
            if (const auto function = find_function(m_model.nodes[id])) {
                infer_call(id, *function, depth + 1);
                continue;
            }
            infer_bodies(id, scope, depth + 1);
            infer::infer_node_as(m_model, id, m_facts, scope.opset, scope.caller);
        }
    }

    void infer_bodies(NodeId id, const Scope& scope, int depth)
    {
        const std::vector<GraphId> bodies = m_model.bodies(id);
        if (bodies.empty())
            return;
        const std::string_view op = m_model.text(m_model.nodes[id].op_type);
        if (op == "Loop")
            infer_loop(id, bodies.front(), scope, depth);
        else if (op == "Scan")
            infer_scan(id, bodies.front(), scope, depth);
        else
            for (GraphId body : bodies)
                infer_graph(body, scope, depth);
    }

    /// A value that goes round: parameter of the body, the initial value, the body's result.
    struct Carried {
        ValueId param, initial, result;
        std::optional<Shape> assumed; ///< what the parameter is taken to be in every round
    };

    /// Infers a body until the assumed shapes of the carried values come out of it again:
    /// dimensions that the body changes are unknown. `bind_others` types the other parameters.
    template <class BindOthers>
    void infer_rounds(GraphId body, std::vector<Carried> carried, const BindOthers& bind_others,
                      const Scope& scope, int depth)
    {
        const std::vector<SavedType> before = save_types(body, 0);
        for (Carried& value : carried)
            if (m_model.values[value.initial].has_shape)
                value.assumed = m_model.values[value.initial].shape;
        for (int round = 0; round <= max_rounds; ++round) {
            bind_others();
            for (const Carried& value : carried)
                bind_like(value.param, value.initial, value.assumed);
            infer_graph(body, scope, depth);
            bool stable = true;
            for (Carried& value : carried) {
                const OnnxValue& next = m_model.values[value.result];
                if (!value.assumed || (next.has_shape && next.shape == *value.assumed))
                    continue;
                stable = false;
                if (!next.has_shape || next.shape.size() != value.assumed->size() ||
                    round + 1 >= max_rounds) {
                    value.assumed.reset();
                    continue;
                }
                for (std::size_t d = 0; d < next.shape.size(); ++d)
                    if (next.shape[d] != (*value.assumed)[d])
                        (*value.assumed)[d] = Dim{};
            }
            if (stable)
                return;
            restore_types(before);
        }
    }

    void infer_loop(NodeId id, GraphId body, const Scope& scope, int depth)
    {
        if (body >= m_model.graphs.size())
            return;
        const std::vector<ValueId> params = m_model.graphs[body].inputs;
        const std::vector<ValueId> results = m_model.graphs[body].outputs;
        const std::vector<ValueId> inputs = m_model.nodes[id].inputs;
        std::vector<Carried> carried;
        // Parameter i comes back as result i-1: the parameters start with the counter.
        for (std::size_t i = 2; i < params.size() && i < inputs.size() && i <= results.size(); ++i)
            if (inputs[i] != no_id)
                carried.push_back({params[i], inputs[i], results[i - 1], {}});
        auto bind_others = [&] {
            if (!params.empty())
                bind(params[0], DType::Int64, Shape{});
            if (params.size() > 1)
                bind(params[1], DType::Bool, Shape{});
        };
        infer_rounds(body, std::move(carried), bind_others, scope, depth);
    }

    void infer_scan(NodeId id, GraphId body, const Scope& scope, int depth)
    {
        if (body >= m_model.graphs.size())
            return;
        const std::vector<ValueId> params = m_model.graphs[body].inputs;
        const std::vector<ValueId> results = m_model.graphs[body].outputs;
        const std::vector<ValueId> inputs = m_model.nodes[id].inputs;
        const std::int64_t scanned = m_model.int_attribute(id, "num_scan_inputs", 0);
        if (scanned < 0 || static_cast<std::size_t>(scanned) > inputs.size())
            return;
        const std::size_t states = inputs.size() - static_cast<std::size_t>(scanned);
        const Attribute* axes = m_model.attribute(id, "scan_input_axes");
        const auto* list = axes ? std::get_if<std::vector<std::int64_t>>(&axes->value) : nullptr;
        std::vector<Carried> carried;
        for (std::size_t i = 0; i < states && i < params.size() && i < results.size(); ++i)
            if (inputs[i] != no_id)
                carried.push_back({params[i], inputs[i], results[i], {}});
        auto bind_elements = [&] {
            for (std::size_t i = states; i < params.size() && i < inputs.size(); ++i) {
                if (inputs[i] == no_id)
                    continue;
                std::optional<Shape> shape;
                if (m_model.values[inputs[i]].has_shape) {
                    shape = m_model.values[inputs[i]].shape;
                    const auto rank = static_cast<std::int64_t>(shape->size());
                    std::int64_t axis = list && i - states < list->size() ? (*list)[i - states] : 0;
                    if (axis < 0)
                        axis += rank;
                    if (axis < 0 || axis >= rank)
                        continue;
                    shape->erase(shape->begin() + axis);
                }
                bind_like(params[i], inputs[i], shape);
            }
        };
        infer_rounds(body, std::move(carried), bind_elements, scope, depth);
    }

    void infer_call(NodeId id, std::uint32_t index, int depth)
    {
        const GraphId body = m_model.functions[index].body;
        if (body >= m_model.graphs.size() || depth > max_depth ||
            std::find(m_active.begin(), m_active.end(), index) != m_active.end())
            return;
        const OnnxNode call = m_model.nodes[id];
        const std::vector<ValueId> params = m_model.graphs[body].inputs;
        const std::vector<ValueId> results = m_model.graphs[body].outputs;
        const bool shared = m_calls[index] > 1;
        const std::vector<SavedType> before =
            shared ? save_types(body, 0) : std::vector<SavedType>{};
        for (std::size_t i = 0; i < params.size() && i < call.inputs.size(); ++i) {
            if (call.inputs[i] == no_id)
                continue;
            const OnnxValue& from = m_model.values[call.inputs[i]];
            bind_like(params[i], call.inputs[i],
                      from.has_shape ? std::optional(from.shape) : std::nullopt);
            ValueFact fact;
            fact.constant = known_constant(m_model, m_facts, call.inputs[i]);
            if (const ValueFact* known = m_facts.find(call.inputs[i]))
                fact.elements = known->elements;
            m_facts.at(params[i]) = std::move(fact);
        }
        Scope scope{m_model.opset(), &call};
        for (const auto& [domain, version] : m_model.functions[index].opsets)
            if (m_model.text(domain).empty() || m_model.text(domain) == "ai.onnx")
                scope.opset = version;
        m_active.push_back(index);
        infer_graph(body, scope, depth);
        m_active.pop_back();
        for (std::size_t i = 0; i < results.size() && i < call.outputs.size(); ++i) {
            if (call.outputs[i] == no_id)
                continue;
            const OnnxValue& from = m_model.values[results[i]];
            bind_like(call.outputs[i], results[i],
                      from.has_shape ? std::optional(from.shape) : std::nullopt);
            ValueFact fact;
            if (const ValueFact* known = m_facts.find(results[i]))
                fact = *known;
            m_facts.at(call.outputs[i]) = std::move(fact);
        }
        if (shared)
            restore_types(before);
    }

    /// Sets what the value does not declare itself.
    void bind(ValueId id, DType type, const std::optional<Shape>& shape)
    {
        OnnxValue& value = m_model.values[id];
        if (value.kind != ValueKind::Tensor && value.kind != ValueKind::Unknown)
            return;
        if (type != DType::Unknown)
            value.kind = ValueKind::Tensor;
        if (value.dtype == DType::Unknown)
            value.dtype = type;
        if (!shape)
            return;
        if (!value.has_shape) {
            value.has_shape = true;
            value.shape = *shape;
        } else if (value.shape.size() == shape->size()) {
            for (std::size_t i = 0; i < shape->size(); ++i)
                if ((*shape)[i].known() || value.shape[i] == Dim::unknown())
                    value.shape[i] = (*shape)[i];
        }
    }

    void bind_like(ValueId to, ValueId from, const std::optional<Shape>& shape)
    {
        const OnnxValue source = m_model.values[from];
        if (source.kind == ValueKind::Tensor) {
            bind(to, source.dtype, shape);
        } else if (source.kind != ValueKind::Unknown) {
            m_model.values[to].kind = source.kind;
            m_model.values[to].type_text = source.type_text;
        }
    }

    /// The types of everything defined in a body and in the bodies inside.
    std::vector<SavedType> save_types(GraphId graph, int depth)
    {
        std::vector<SavedType> saved;
        if (depth > max_depth || graph >= m_model.graphs.size())
            return saved;
        auto save = [&](ValueId id) {
            if (id == no_id)
                return;
            const OnnxValue& v = m_model.values[id];
            saved.push_back({id, v.kind, v.dtype, v.has_shape, v.shape, v.type_text});
        };
        for (ValueId id : m_model.graphs[graph].inputs)
            save(id);
        for (NodeId node : m_model.graphs[graph].nodes) {
            for (ValueId id : m_model.nodes[node].outputs)
                save(id);
            for (GraphId inner : m_model.bodies(node)) {
                auto more = save_types(inner, depth + 1);
                saved.insert(saved.end(), std::make_move_iterator(more.begin()),
                             std::make_move_iterator(more.end()));
            }
        }
        m_budget -= std::min(m_budget, saved.size());
        return saved;
    }

    void restore_types(const std::vector<SavedType>& saved)
    {
        for (const SavedType& type : saved) {
            OnnxValue& value = m_model.values[type.id];
            value.kind = type.kind;
            value.dtype = type.dtype;
            value.has_shape = type.has_shape;
            value.shape = type.shape;
            value.type_text = type.type_text;
            m_facts.at(type.id) = {};
        }
    }

    OnnxModel& m_model;
    ValueFacts& m_facts;
    std::size_t m_budget;
    std::map<std::tuple<StringId, StringId, StringId>, std::uint32_t> m_functions;
    std::vector<std::uint32_t> m_calls;  ///< of each function, over the whole model
    std::vector<std::uint32_t> m_active; ///< functions being inferred: recursion is not valid
};

} // namespace

void infer_model(OnnxModel& model, ValueFacts& facts)
{
    ModelInference(model, facts).run();
}

} // namespace strata
