// A small inspection made by hand, with one of everything that the window shows.
//
// Modules:                       Nodes (file order), confidence:
//   Net                          0 Conv      /conv1/Conv         conv1            1.00 recorded
//   ├ conv1: Conv2d (48 params)  1 Relu      /layer1/0/act/Relu  layer1.0.act     0.85 scope name
//   ├ layer1: Sequential         2 Conv      /layer1/0/conv/Conv layer1.0.conv    0.95 parameter
//   │ └ 0: Block                 3 Add       (no name)           layer1.0         0.50 consensus
//   │   ├ conv: Conv2d (36)      4 Identity  Identity_7          none             0.20 orphan
//   │   └ act: ReLU              5 Gemm      /fc/Gemm            fc               1.00 recorded
//   ├ fc: Linear (11)            6 linalg_qr /fc/linalg_qr       fc               1.00 recorded
//   └ drop: Dropout, never run   7 Cast      Cast_9              none             0.20 orphan
#pragma once

#include "ir/inspection.h"

#include <memory>

namespace strata::tests {

inline std::shared_ptr<Inspection> sampleInspection()
{
    auto result = std::make_shared<Inspection>();
    auto program = std::make_shared<Program>();
    ModuleTree modules("Net");
    const ModuleId conv1 =
        modules.add(root_module, "conv1", "Conv2d", "torch.nn.modules.conv.Conv2d");
    const ModuleId layer1 = modules.add(root_module, "layer1", "Sequential");
    const ModuleId block = modules.add(layer1, "0", "Block");
    const ModuleId conv = modules.add(block, "conv", "Conv2d");
    const ModuleId act = modules.add(block, "act", "ReLU");
    const ModuleId fc = modules.add(root_module, "fc", "Linear");
    modules.add(root_module, "drop", "Dropout");
    for (ModuleId id = 0; id < modules.size(); ++id)
        modules.at(id).calls = id == modules.size() - 1 ? 0 : 1;
    auto own = [&](ModuleId id, const char* name, std::vector<std::int64_t> shape) {
        modules.at(id).tensors.push_back(
            {name, static_cast<std::uint32_t>(program->tensors.size()), true, true});
        program->tensors.push_back(Tensor::filled(DType::Float32, std::move(shape), 0.5));
        program->tensor_names.push_back(modules[id].fqn + "." + name);
    };
    own(conv1, "weight", {4, 3, 2, 2});
    own(conv, "weight", {1, 4, 3, 3});
    own(fc, "weight", {1, 10});
    own(fc, "bias", {1});
    program->modules = modules;
    program->producer = "PyTorch 9.9";
    result->program = program;

    auto model = std::make_shared<OnnxModel>();
    model->graphs[OnnxModel::main_graph].name = model->intern("main");
    model->opsets = {{"", 17}, {"org.pytorch.aten", 1}};
    const GraphId graph = OnnxModel::main_graph;
    auto value = [&](const char* name, std::vector<std::int64_t> shape) {
        const ValueId id = model->add_value(graph, name);
        model->values[id].dtype = DType::Float32;
        model->values[id].has_shape = true;
        for (std::int64_t dim : shape)
            model->values[id].shape.push_back(Dim::of(dim));
        return id;
    };
    const ValueId input = value("x", {1, 3, 8, 8});
    model->graphs[graph].inputs.push_back(input);
    const auto weight_index = model->add_initializer(graph, "conv1.weight", program->tensors[0]);
    const ValueId weight = model->initializers[weight_index].value;
    ValueId last = input;
    auto node = [&](const char* op, const char* name, const char* out,
                    std::vector<ValueId> more = {}, const char* domain = "") {
        OnnxNode item;
        item.op_type = model->intern(op);
        item.name = model->intern(name);
        item.domain = model->intern(domain);
        item.inputs = {last};
        item.inputs.insert(item.inputs.end(), more.begin(), more.end());
        last = value(out, {1, 4, 7, 7});
        item.outputs = {last};
        return model->add_node(graph, std::move(item));
    };
    const NodeId first = node("Conv", "/conv1/Conv", "a", {weight});
    Attribute kernel;
    kernel.name = model->intern("kernel_shape");
    kernel.kind = AttributeKind::Ints;
    kernel.value = std::vector<std::int64_t>{2, 2};
    Attribute pads;
    pads.name = model->intern("pads");
    pads.kind = AttributeKind::Ints;
    pads.value = std::vector<std::int64_t>(20, 1);
    model->nodes[first].attributes = {kernel, pads};
    node("Relu", "/layer1/0/act/Relu", "b");
    node("Conv", "/layer1/0/conv/Conv", "c");
    node("Add", "", "d");
    node("Identity", "Identity_7", "e");
    node("Gemm", "/fc/Gemm", "f");
    node("linalg_qr", "/fc/linalg_qr", "g", {}, "org.pytorch.aten");
    node("Cast", "Cast_9", "h");
    model->graphs[graph].outputs.push_back(last);

    auto attribute = [&](ModuleId module, EvidenceKind kind, double confidence,
                         std::string detail) {
        NodeAttribution item;
        item.module = module;
        item.kind = kind;
        item.confidence = confidence;
        item.synthetic = module == no_module;
        item.category = item.synthetic ? Category::Functions : Category::TorchModules;
        item.evidence = {{kind, confidence, module, std::move(detail)}};
        result->attribution.push_back(std::move(item));
        return &result->attribution.back();
    };
    NodeAttribution* recorded = attribute(conv1, EvidenceKind::Recorded, 1.0, "emitted for conv1");
    recorded->evidence.push_back({EvidenceKind::ScopeName, 0.85, fc, "the name looks like fc"});
    recorded->origins = {"conv2d"};
    recorded->source = "net.py:12";
    attribute(act, EvidenceKind::ScopeName, 0.85, "scope layer1.0.act");
    attribute(conv, EvidenceKind::Parameter, 0.95, "initializer layer1.0.conv.weight");
    attribute(block, EvidenceKind::Consensus, 0.5, "neighbours agree");
    attribute(no_module, EvidenceKind::Synthetic, 0.2, "nothing found")->synthetic_path =
        "/Functions/Identity";
    attribute(fc, EvidenceKind::Recorded, 1.0, "emitted for fc");
    attribute(fc, EvidenceKind::Recorded, 1.0, "emitted for fc");
    attribute(no_module, EvidenceKind::Synthetic, 0.2, "nothing found")->synthetic_path =
        "/Functions/Cast";

    result->path = "net.pt";
    result->format = ModelFormat::TorchScript;
    result->strategy = "fx";
    result->coverage = compute_coverage(*model, modules, result->attribution);
    result->modules = std::move(modules);
    result->model = std::move(model);
    result->unsupported = {
        {"aten::linalg_qr", "mode is not constant", "fc", "net.py:40", "Use a constant mode."}};
    result->diagnostics = {
        {Severity::Error, "unsupported-operator", "aten::linalg_qr has no lowering", "fc"},
        {Severity::Warning, "merged-nodes", "Two nodes became one", "/layer1/0/conv/Conv"},
        {Severity::Info, "unused-module", "The module is never run", "drop"}};
    return result;
}

} // namespace strata::tests
