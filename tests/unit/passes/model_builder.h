// Small ONNX models by hand, for tests of passes.
#pragma once

#include "unit/passes/infer_harness.h"

#include <utility>
#include <vector>

namespace strata::test {

struct ModelBuilder {
    OnnxModel model;
    ValueFacts facts;
    int counter = 0;

    ModelBuilder() { model.opsets.push_back({"", 17}); }

    ValueId input(const QString& spec) { return add_input(model, facts, spec, counter++); }
    ValueId value(GraphId graph) { return model.add_value(graph, "v" + std::to_string(counter++)); }
    std::vector<ValueId> node(const char* op, std::vector<ValueId> inputs,
                              const QString& attributes = {}, int outputs = 1, GraphId graph = 0,
                              std::vector<std::pair<const char*, GraphId>> bodies = {})
    {
        OnnxNode made;
        made.op_type = model.intern(op);
        made.name = model.intern(op + std::to_string(counter++));
        made.inputs = std::move(inputs);
        for (const QString& attribute : attributes.split(' ', Qt::SkipEmptyParts))
            add_attribute(model, made, attribute);
        for (const auto& [name, body] : bodies) {
            Attribute attribute;
            attribute.name = model.intern(name);
            attribute.kind = AttributeKind::Graph;
            attribute.value = std::vector<GraphId>{body};
            made.attributes.push_back(std::move(attribute));
        }
        for (int i = 0; i < outputs; ++i)
            made.outputs.push_back(value(graph));
        const auto results = made.outputs;
        const NodeId id = model.add_node(graph, std::move(made));
        for (const auto& [name, body] : bodies)
            model.graphs[body].owner = id;
        return results;
    }
    ValueId one(const char* op, std::vector<ValueId> inputs, const QString& attributes = {},
                GraphId graph = 0)
    {
        return node(op, std::move(inputs), attributes, 1, graph).front();
    }
    void give_out(ValueId id, GraphId graph = 0) { model.graphs[graph].outputs.push_back(id); }
    /// Node i comes from FX node i, in frame `frame`.
    void stamp(FrameId frame = 0)
    {
        for (FxNodeId i = static_cast<FxNodeId>(model.provenance.size()); i < model.nodes.size();
             ++i)
            model.provenance.push_back({frame, i, {i}});
    }
    QStringList ops() const
    {
        QStringList names;
        for (NodeId id : model.graphs[0].nodes)
            names << QString::fromStdString(std::string(model.text(model.nodes[id].op_type)));
        return names;
    }
};

} // namespace strata::test
