// Inspections made by hand, small or as large as wanted, for tests of layout and window.
#pragma once

#include "ir/inspection.h"

#include <fmt/format.h>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace strata::test {

/// Adds nodes in order; values are named by their producers' outputs.
class InspectionBuilder {
public:
    explicit InspectionBuilder(std::string root_class = "Model")
        : m_inspection(std::make_shared<Inspection>()),
          m_model(std::make_shared<OnnxModel>())
    {
        m_inspection->modules = ModuleTree(std::move(root_class));
        m_model->ir_version = 8;
        m_model->opsets = {{"", 17}};
        if (m_model->graphs.empty())
            m_model->add_graph("main");
    }

    ModuleId module(std::string_view fqn, std::string class_name)
    {
        const std::size_t dot = fqn.rfind('.');
        const ModuleId parent = dot == std::string_view::npos
                                    ? root_module
                                    : *m_inspection->modules.find(fqn.substr(0, dot));
        return m_inspection->modules.add(
            parent, std::string(dot == std::string_view::npos ? fqn : fqn.substr(dot + 1)),
            std::move(class_name));
    }

    void input(const std::string& name, std::vector<std::int64_t> shape)
    {
        m_model->graphs[0].inputs.push_back(value(name, std::move(shape)));
    }
    void output(const std::string& name)
    {
        m_model->graphs[0].outputs.push_back(m_values.at(name));
    }
    void parameter(const std::string& name, std::vector<std::int64_t> shape)
    {
        Tensor tensor;
        tensor.dtype = DType::Float32;
        tensor.shape = std::move(shape);
        const std::uint32_t index = m_model->add_initializer(0, name, std::move(tensor));
        m_values[name] = m_model->initializers[index].value;
    }

    /// A node of a module with recorded evidence; no_module makes an orphan.
    NodeId node(ModuleId module, const std::string& op, const std::vector<std::string>& inputs,
                const std::string& result, std::vector<std::int64_t> shape = {1, 64},
                EvidenceKind kind = EvidenceKind::Recorded, GraphId graph = 0)
    {
        OnnxNode node;
        node.op_type = m_model->intern(op);
        node.name = m_model->intern("/" + result + "/" + op);
        for (const std::string& name : inputs)
            node.inputs.push_back(m_values.at(name));
        node.outputs.push_back(value(result, std::move(shape), graph));
        const NodeId id = m_model->add_node(graph, std::move(node));
        NodeAttribution attribution;
        attribution.synthetic = module == no_module;
        attribution.module = module;
        attribution.kind = attribution.synthetic ? EvidenceKind::Synthetic : kind;
        attribution.confidence = default_confidence(attribution.kind);
        if (attribution.synthetic)
            attribution.synthetic_path = "/Functions/" + op;
        m_inspection->attribution.resize(id + 1);
        m_inspection->attribution[id] = std::move(attribution);
        return id;
    }

    /// Makes a body graph of an existing node.
    GraphId body(NodeId owner, const std::string& attribute)
    {
        const GraphId graph = m_model->add_graph(attribute, owner);
        Attribute a;
        a.name = m_model->intern(attribute);
        a.kind = AttributeKind::Graph;
        a.value = std::vector<GraphId>{graph};
        m_model->nodes[owner].attributes.push_back(std::move(a));
        return graph;
    }

    OnnxModel& model() { return *m_model; }
    Inspection& inspection() { return *m_inspection; }

    std::shared_ptr<const Inspection> finish()
    {
        m_inspection->coverage =
            compute_coverage(*m_model, m_inspection->modules, m_inspection->attribution);
        m_inspection->model = m_model;
        return m_inspection;
    }

private:
    ValueId value(const std::string& name, std::vector<std::int64_t> shape, GraphId graph = 0)
    {
        const ValueId id = m_model->add_value(graph, name);
        OnnxValue& v = m_model->values[id];
        v.dtype = DType::Float32;
        v.has_shape = true;
        for (const std::int64_t size : shape)
            v.shape.push_back(Dim::of(size));
        m_values[name] = id;
        return id;
    }

    std::shared_ptr<Inspection> m_inspection;
    std::shared_ptr<OnnxModel> m_model;
    std::unordered_map<std::string, ValueId> m_values;
};

/// A residual network in small: two blocks, evidence of several kinds, one orphan. 14 nodes.
inline std::shared_ptr<const Inspection> small_model()
{
    InspectionBuilder b("TinyNet");
    const ModuleId stem = b.module("stem", "Conv2d");
    const ModuleId layer = b.module("layer1", "Sequential");
    b.input("x", {1, 3, 224, 224});
    b.parameter("stem.weight", {64, 3, 7, 7});
    b.parameter("stem.bias", {64});
    b.node(stem, "Conv", {"x", "stem.weight", "stem.bias"}, "s", {1, 64, 112, 112});
    b.node(root_module, "Relu", {"s"}, "h", {1, 64, 112, 112});
    std::string h = "h";
    for (int i = 0; i < 2; ++i) {
        const std::string block = fmt::format("layer1.{}", i);
        const ModuleId m = b.module(block, "BasicBlock");
        const ModuleId conv = b.module(block + ".conv", "Conv2d");
        const ModuleId norm = b.module(block + ".bn", "BatchNorm2d");
        b.parameter(block + ".conv.weight", {64, 64, 3, 3});
        for (const char* name : {"weight", "bias", "running_mean", "running_var"})
            b.parameter(block + ".bn." + name, {64});
        const std::vector<std::int64_t> shape{1, 64, 56, 56};
        b.node(conv, "Conv", {h, block + ".conv.weight"}, block + "/c", shape,
               EvidenceKind::Parameter);
        b.node(norm, "BatchNormalization",
               {block + "/c", block + ".bn.weight", block + ".bn.bias", block + ".bn.running_mean",
                block + ".bn.running_var"},
               block + "/n", shape, EvidenceKind::Parameter);
        b.node(m, "Add", {block + "/n", h}, block + "/a", shape, EvidenceKind::ScopeName);
        b.node(m, "Relu", {block + "/a"}, block + "/r", shape,
               i == 0 ? EvidenceKind::StructuralMatch : EvidenceKind::Consensus);
        h = block + "/r";
    }
    b.node(no_module, "Identity", {h}, "orphan", {1, 64, 56, 56});
    const ModuleId fc = b.module("fc", "Linear");
    b.parameter("fc.weight", {1000, 64});
    b.parameter("fc.bias", {1000});
    b.node(layer, "GlobalAveragePool", {"orphan"}, "p", {1, 64, 1, 1},
           EvidenceKind::CommonAncestor);
    b.node(root_module, "Flatten", {"p"}, "f", {1, 64});
    b.node(fc, "Gemm", {"f", "fc.weight", "fc.bias"}, "logits", {1, 1000});
    b.output("logits");
    return b.finish();
}

/// A decoder of `layers` blocks with 16 nodes each; a mask and cos/sin tables feed every block.
inline std::shared_ptr<const Inspection> transformer_model(int layers)
{
    InspectionBuilder b("Decoder");
    b.module("layers", "ModuleList");
    b.input("tokens", {1, 128, 768});
    b.input("mask", {1, 1, 128, 128});
    b.node(root_module, "Cos", {"tokens"}, "cos", {128, 64});
    b.node(root_module, "Sin", {"tokens"}, "sin", {128, 64});
    std::string h = "tokens";
    const std::vector<std::int64_t> wide{1, 128, 768};
    for (int i = 0; i < layers; ++i) {
        const std::string at = fmt::format("layers.{}", i);
        const auto name = [&](const char* what) { return at + "/" + what; };
        const ModuleId layer = b.module(at, "DecoderLayer");
        const ModuleId norm = b.module(at + ".norm", "LayerNorm");
        const ModuleId attention = b.module(at + ".attn", "SelfAttention");
        b.parameter(at + ".norm.weight", {768});
        b.node(norm, "LayerNormalization", {h, at + ".norm.weight"}, name("n"), wide);
        for (const char* part : {"q", "k", "v"}) {
            const ModuleId projection = b.module(at + ".attn." + part + "_proj", "Linear");
            b.parameter(at + ".attn." + part + "_proj.weight", {768, 768});
            b.node(projection, "MatMul", {name("n"), at + ".attn." + part + "_proj.weight"},
                   name(part), wide);
        }
        b.node(attention, "Mul", {name("q"), "cos"}, name("qc"), wide);
        b.node(attention, "Mul", {name("k"), "sin"}, name("ks"), wide);
        b.node(attention, "MatMul", {name("qc"), name("ks")}, name("s"), {1, 12, 128, 128});
        b.node(attention, "Add", {name("s"), "mask"}, name("sm"), {1, 12, 128, 128});
        b.node(attention, "Softmax", {name("sm")}, name("p"), {1, 12, 128, 128});
        b.node(attention, "MatMul", {name("p"), name("v")}, name("o"), wide);
        b.node(layer, "Add", {h, name("o")}, name("r"), wide);
        const ModuleId mlp = b.module(at + ".mlp", "MLP");
        for (const char* part : {"up", "down"}) {
            b.module(at + ".mlp." + part, "Linear");
            b.parameter(at + ".mlp." + part + ".weight", {768, 3072});
        }
        b.node(*b.inspection().modules.find(at + ".mlp.up"), "MatMul",
               {name("r"), at + ".mlp.up.weight"}, name("u"), {1, 128, 3072});
        b.node(mlp, "Sigmoid", {name("u")}, name("g"), {1, 128, 3072});
        b.node(mlp, "Mul", {name("u"), name("g")}, name("m"), {1, 128, 3072});
        b.node(*b.inspection().modules.find(at + ".mlp.down"), "MatMul",
               {name("m"), at + ".mlp.down.weight"}, name("d"), wide);
        b.node(layer, "Add", {name("r"), name("d")}, name("out"), wide);
        h = name("out");
    }
    b.output(h);
    return b.finish();
}

/// `depth` modules one in the other; the innermost has two nodes.
inline std::shared_ptr<const Inspection> deep_model(int depth, const std::string& name = "m")
{
    InspectionBuilder b("Deep");
    b.input("x", {1, 64});
    std::string fqn;
    ModuleId module = root_module;
    for (int i = 0; i < depth; ++i) {
        fqn += (i > 0 ? "." : "") + name + std::to_string(i);
        module = b.module(fqn, "Wrapper");
    }
    b.node(module, "Relu", {"x"}, "a");
    b.node(module, "Tanh", {"a"}, "b");
    b.output("b");
    return b.finish();
}

/// A chain of `count` orphan or root nodes in one flat level, each also read by the next but one.
inline std::shared_ptr<const Inspection> flat_model(int count)
{
    InspectionBuilder b("Flat");
    b.input("v0", {1, 64});
    for (int i = 0; i < count; ++i) {
        std::vector<std::string> inputs{fmt::format("v{}", i)};
        if (i > 1)
            inputs.push_back(fmt::format("v{}", i - 1));
        b.node(root_module, inputs.size() > 1 ? "Add" : "Relu", inputs, fmt::format("v{}", i + 1));
    }
    b.output(fmt::format("v{}", count));
    return b.finish();
}

} // namespace strata::test
