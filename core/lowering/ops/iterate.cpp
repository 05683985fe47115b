#include "lowering/ops/iterate.h"

#include <algorithm>
#include <fmt/format.h>
#include <string>

namespace strata::ops {
namespace {

/// The graph of a body while it is emitted into; the graph around it is current again afterwards,
/// also when the body refuses.
class Body {
public:
    Body(Emitter& emitter, std::string_view name)
        : m_emitter(emitter),
          m_outside(emitter.graph()),
          m_graph(emitter.add_body(name)),
          m_name(emitter.model().text(emitter.model().graphs[m_graph].name))
    {
        m_emitter.set_graph(m_graph);
    }
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    ~Body() { m_emitter.set_graph(m_outside); }

    GraphId id() const { return m_graph; }

    ValueId input(std::string_view name, DType dtype, const std::optional<Shape>& shape)
    {
        OnnxModel& model = m_emitter.model();
        const ValueId id =
            model.add_value(m_graph, m_emitter.unique_name(fmt::format("{}_{}", m_name, name)));
        OnnxValue& value = model.values[id];
        value.dtype = dtype;
        value.has_shape = shape.has_value();
        if (shape)
            value.shape = *shape;
        model.graphs[m_graph].inputs.push_back(id);
        return id;
    }
    ValueId input_like(std::string_view name, ValueId outer)
    {
        return input(name, m_emitter.dtype(outer), m_emitter.shape(outer));
    }
    /// Bodies must make what they give out, and give out each value once.
    void output(ValueId id)
    {
        OnnxModel& model = m_emitter.model();
        const auto& outputs = model.graphs[m_graph].outputs;
        const bool made_here =
            model.values[id].graph == m_graph && model.values[id].producer != no_id;
        if (!made_here || std::find(outputs.begin(), outputs.end(), id) != outputs.end())
            id = m_emitter.copy(id);
        model.graphs[m_graph].outputs.push_back(id);
    }

private:
    Emitter& m_emitter;
    GraphId m_outside;
    GraphId m_graph;
    std::string m_name;
};

} // namespace

std::vector<ValueId> loop(Emitter& e, ValueId trips, const std::vector<ValueId>& initial,
                          const LoopBody& body)
{
    GraphId graph = 0;
    {
        Body inside(e, "Loop_body");
        graph = inside.id();
        const ValueId number = inside.input("iteration", DType::Int64, Shape{});
        const ValueId condition = inside.input("condition", DType::Bool, Shape{});
        std::vector<ValueId> carried;
        for (const ValueId value : initial)
            carried.push_back(inside.input_like("carried", value));
        const Step step = body(number, carried);
        inside.output(step.goes_on == no_id ? condition : step.goes_on);
        for (const ValueId value : step.carried)
            inside.output(value);
    }
    std::vector<ValueId> inputs{trips, e.scalar(DType::Bool, std::int64_t{1})};
    inputs.insert(inputs.end(), initial.begin(), initial.end());
    return e.emit_many("Loop", std::move(inputs), initial.size(),
                       {{"body", std::vector<GraphId>{graph}}});
}

std::vector<ValueId> scan(Emitter& e, const std::vector<ValueId>& initial, ValueId items,
                          const ScanBody& body)
{
    GraphId graph = 0;
    {
        Body inside(e, "Scan_body");
        graph = inside.id();
        std::vector<ValueId> state;
        for (const ValueId value : initial)
            state.push_back(inside.input_like("state", value));
        auto shape = e.shape(items);
        if (shape && !shape->empty())
            shape->erase(shape->begin());
        const ValueId item = inside.input("item", e.dtype(items), shape);
        const ScanStep step = body(state, item);
        for (const ValueId value : step.state)
            inside.output(value);
        inside.output(step.result);
    }
    std::vector<ValueId> inputs = initial;
    inputs.push_back(items);
    return e.emit_many("Scan", std::move(inputs), initial.size() + 1,
                       {{"body", std::vector<GraphId>{graph}}, {"num_scan_inputs", 1}});
}

} // namespace strata::ops
