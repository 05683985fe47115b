// The FX graph of TorchScript files: frames, arguments, control flow, sources.
#include "ir/fx_text.h"
#include "program_probe.h"

#include <fstream>

using namespace strata;
using namespace strata::test;

namespace {

/// The line (from 1) of make_models.py that contains `text`.
std::uint32_t line_of(const std::string& text)
{
    std::ifstream script(std::string(STRATA_TEST_DATA) + "/torch/make_models.py");
    std::string line;
    for (std::uint32_t number = 1; std::getline(script, line); ++number)
        if (line.find(text) != std::string::npos)
            return number;
    return 0;
}

} // namespace

class TorchScriptGraph : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void weights_are_read_in_their_module_data();
    void weights_are_read_in_their_module();
    void instances_of_one_class_are_told_apart();
    void calls_of_a_shared_module();
    void call_sites_nest();
    void own_methods_and_functions_stay_in_the_module();
    void interfaces_and_constant_indices();
    void list_literals_become_arguments();
    void lists_that_change_stay_nodes();
    void dict_output();
    void tuple_output();
    void assigned_attributes();
    void placeholder_defaults_and_types();
    void branches_and_loops();
    void decided_branches_vanish();
    void environment_is_known();
    void verifier_has_no_complaints();
    void scripted_source_lines();
    void traced_source_lines();
    void methods_and_functions();
    void traced_inputs_are_samples();
};

void TorchScriptGraph::weights_are_read_in_their_module_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("count");
    // The counts are those of Conv2d and Linear calls in the models' Python code.
    QTest::newRow("cnn traced") << "zoo/sid/simple_cnn/simple_cnn.ts.pt" << 3;
    QTest::newRow("cnn scripted") << "zoo/sid/simple_cnn/simple_cnn.script.pt" << 3;
    QTest::newRow("shared traced") << "zoo/sid/shared_module/shared_module.ts.pt" << 9;
    QTest::newRow("shared 2.6") << "zoo/trixie/shared_module/shared_module.ts.pt" << 9;
    QTest::newRow("containers") << "zoo/sid/containers/containers.script.pt" << 3;
    QTest::newRow("twins") << "torch/twins.script.pt" << 4;
}

void TorchScriptGraph::weights_are_read_in_their_module()
{
    QFETCH(QString, file);
    QFETCH(int, count);
    const auto program = read_program(file.toStdString());
    QVERIFY(program);
    int found = 0;
    for (const FxNode& node : program->graph.nodes) {
        if (node.target != "aten::linear" && node.target != "aten::conv2d" &&
            node.target != "aten::_convolution")
            continue;
        const FxNode* weight = producer(*program, node.args.at(1));
        QVERIFY(weight);
        QCOMPARE(weight->kind, FxKind::GetAttr);
        const std::string& fqn = program->modules[program->graph.frames[node.frame].module].fqn;
        QCOMPARE(weight->target, fqn + ".weight");
        QCOMPARE(weight->frame, node.frame);
        QVERIFY(weight->tensor < program->tensors.size());
        ++found;
    }
    QCOMPARE(found, count);
}

void TorchScriptGraph::instances_of_one_class_are_told_apart()
{
    for (const char* file : {"torch/twins.script.pt", "torch/twins.ts.pt"}) {
        const auto program = read_program(file);
        QVERIFY(program);
        QCOMPARE(joined(places_of(*program, "aten::relu")),
                 QByteArray("body.1 body.3 body.1@1 body.3@1"));
        QCOMPARE(joined(places_of(*program, "aten::linear")),
                 QByteArray("body.0 body.2 body.0@1 body.2@1"));
    }
}

void TorchScriptGraph::calls_of_a_shared_module()
{
    const auto traced = read_program("zoo/sid/shared_module/shared_module.ts.pt");
    QVERIFY(traced);
    QCOMPARE(joined(places_of(*traced, "aten::gelu")),
             QByteArray("block.act block.act@1 block.act@2"));
    QCOMPARE(joined(places_of(*traced, "aten::relu")), QByteArray("."));
}

void TorchScriptGraph::call_sites_nest()
{
    const auto program = read_program("torch/twins.script.pt");
    QVERIFY(program);
    const FxNode* relu = find_node(*program, "aten::relu");
    QVERIFY(relu);
    std::vector<std::string> stack;
    for (FrameId frame : program->graph.frame_stack(relu->frame))
        stack.push_back(program->modules[program->graph.frames[frame].module].fqn);
    QCOMPARE(joined(stack), QByteArray(". body body.1"));
    const CallFrame& body = program->graph.frames[program->graph.frames[relu->frame].parent];
    QVERIFY(body.call_site != no_index);
    QCOMPARE(program->graph.sources[body.call_site].line,
             line_of("return self.body(self.body(x))"));
}

void TorchScriptGraph::own_methods_and_functions_stay_in_the_module()
{
    const auto program = read_program("torch/methods.script.pt");
    QVERIFY(program);
    QCOMPARE(joined(places_of(*program, "aten::sigmoid")), QByteArray("pair"));
    QCOMPARE(joined(places_of(*program, "aten::relu")), QByteArray("pair"));
    QCOMPARE(joined(places_of(*program, "aten::layer_norm")), QByteArray("pair.norm"));
    QCOMPARE(joined(places_of(*program, "aten::tanh")), QByteArray("pair@1"));
    QCOMPARE(joined(places_of(*program, "aten::add.Tensor")), QByteArray("."));
    // The tuple that the call returns is taken apart without a node.
    QVERIFY(places_of(*program, "prim::TupleUnpack").empty());
    QVERIFY(places_of(*program, "prim::TupleConstruct").empty());
}

void TorchScriptGraph::interfaces_and_constant_indices()
{
    const auto program = read_program("torch/interfaces.script.pt");
    QVERIFY(program);
    QCOMPARE(joined(places_of(*program, "aten::mul.Scalar")), QByteArray("first steps.1"));
    QCOMPARE(program->modules[*program->modules.find("steps.0")].calls, 0u);
}

void TorchScriptGraph::list_literals_become_arguments()
{
    const auto program = read_program("torch/lists.script.pt");
    QVERIFY(program);
    const FxNode* stack = find_node(*program, "aten::stack");
    QVERIFY(stack);
    const auto* items = std::get_if<FxArg::List>(&stack->args.at(0).value);
    QVERIFY(items);
    QCOMPARE(items->size(), std::size_t{2});
    QCOMPARE(producer(*program, (*items)[0])->kind, FxKind::Placeholder);
    QCOMPARE(stack->args.at(1), FxArg(std::int64_t{1}));

    const auto cnn = read_program("zoo/sid/simple_cnn/simple_cnn.script.pt");
    QVERIFY(cnn);
    const FxNode* convolution = find_node(*cnn, "aten::conv2d");
    QVERIFY(convolution);
    const FxArg one(std::int64_t{1});
    QCOMPARE(convolution->args.at(3), FxArg(FxArg::List{one, one}));
}

void TorchScriptGraph::lists_that_change_stay_nodes()
{
    const auto program = read_program("torch/lists.script.pt");
    QVERIFY(program);
    const FxNode* append = find_node(*program, "aten::append.t");
    QVERIFY(append);
    const FxNode* list = producer(*program, append->args.at(0));
    QVERIFY(list);
    QCOMPARE(list->target, std::string("prim::ListConstruct"));
    // One that grows, and the two that the branch chooses from.
    QCOMPARE(places_of(*program, "prim::ListConstruct").size(), std::size_t{3});
}

void TorchScriptGraph::dict_output()
{
    const auto program = read_program("torch/lists.script.pt");
    QVERIFY(program);
    const FxNode& output = program->graph.nodes[program->graph.output_node()];
    QCOMPARE(output.args.size(), std::size_t{1});
    const FxNode* dict = producer(*program, output.args[0]);
    QVERIFY(dict);
    QCOMPARE(dict->target, std::string("prim::DictConstruct"));
    QCOMPARE(dict->args.size(), std::size_t{6});
    QCOMPARE(dict->args[0], FxArg(std::string("cat")));
    QCOMPARE(dict->args[4], FxArg(std::string("view")));
    QCOMPARE(program->output_names, (std::vector<std::string>{"cat", "pair", "view"}));
}

void TorchScriptGraph::tuple_output()
{
    const auto program = read_program("zoo/sid/norms/norms.ts.pt");
    QVERIFY(program);
    const FxNode& output = program->graph.nodes[program->graph.output_node()];
    const auto* items = std::get_if<FxArg::List>(&output.args.at(0).value);
    QVERIFY(items);
    QCOMPARE(items->size(), std::size_t{2}); // two outputs in meta.json
}

void TorchScriptGraph::assigned_attributes()
{
    const auto program = read_program("torch/state.script.pt");
    QVERIFY(program);
    std::vector<FxArg> factors;
    for (const FxNode& node : program->graph.nodes)
        if (node.target == "aten::mul.Scalar")
            factors.push_back(node.args.at(1));
    QCOMPARE(factors, (std::vector<FxArg>{FxArg(2.0), FxArg(3.0)}));
    QCOMPARE(program->diagnostics.size(), std::size_t{1});
    QCOMPARE(program->diagnostics[0].code, std::string("state-update"));
    QCOMPARE(program->diagnostics[0].where, std::string("scale"));
}

void TorchScriptGraph::placeholder_defaults_and_types()
{
    const auto program = read_program("torch/state.script.pt");
    QVERIFY(program);
    const FxGraph& graph = program->graph;
    const std::vector<FxNodeId> inputs = graph.placeholders();
    QCOMPARE(inputs.size(), std::size_t{2});
    QCOMPARE(graph.nodes[inputs[0]].target, std::string("x"));
    QVERIFY(graph.nodes[inputs[0]].args.empty());
    QCOMPARE(graph.values[graph.nodes[inputs[0]].outputs[0]].type.kind, FxType::Kind::Tensor);
    QCOMPARE(graph.nodes[inputs[1]].target, std::string("mask"));
    QCOMPARE(graph.nodes[inputs[1]].args, std::vector<FxArg>{FxArg(FxNone{})});
    QCOMPARE(graph.values[graph.nodes[inputs[1]].outputs[0]].type.kind, FxType::Kind::Optional);
}

void TorchScriptGraph::branches_and_loops()
{
    const auto program = read_program("zoo/sid/control_flow_if/control_flow_if.script.pt");
    QVERIFY(program);
    const FxNode* branch = find_node(*program, "prim::If");
    QVERIFY(branch);
    QCOMPARE(branch->blocks.size(), std::size_t{2});
    for (FxBlockId block : branch->blocks) {
        QVERIFY(program->graph.blocks[block].params.empty());
        QCOMPARE(program->graph.blocks[block].results.size(), branch->outputs.size());
    }
    const FxNode* loop = find_node(*program, "prim::Loop");
    QVERIFY(loop);
    QCOMPARE(loop->blocks.size(), std::size_t{1});
    const FxBlock& body = program->graph.blocks[loop->blocks[0]];
    QCOMPARE(body.params.size(), loop->outputs.size() + 1);
    QCOMPARE(body.results.size(), loop->outputs.size() + 1);
    QCOMPARE(loop->args.size(), loop->outputs.size() + 2);
    QCOMPARE(joined(places_of(*program, "aten::linear")), QByteArray("a b b@1 out"));
}

void TorchScriptGraph::decided_branches_vanish()
{
    // F.dropout checks its probability and asks for `inplace`, LayerNorm hands over optional
    // weights: all known from the modules' attributes. What is left is the loop of the model.
    const auto program = read_program("zoo/sid/shared_module/shared_module.script.pt");
    QVERIFY(program);
    QVERIFY(places_of(*program, "prim::If").empty());
    QVERIFY(places_of(*program, "prim::RaiseException").empty());
    QVERIFY(places_of(*program, "aten::lt.float_int").empty());
    QCOMPARE(places_of(*program, "prim::Loop").size(), std::size_t{1});
    QCOMPARE(joined(places_of(*program, "aten::dropout")), QByteArray("block.drop"));
    // In evaluation mode.
    QCOMPARE(find_node(*program, "aten::dropout")->args.at(2), FxArg(false));
}

void TorchScriptGraph::environment_is_known()
{
    const auto program = read_program("torch/encoder.script.pt");
    QVERIFY(program);
    for (const char* target : {"prim::device", "prim::type", "prim::is_cuda", "prim::is_nested",
                               "prim::requires_grad", "aten::is_grad_enabled"})
        QVERIFY2(places_of(*program, target).empty(), target);
    // The children are called; they are not skipped for the fused kernel.
    for (const char* fqn : {"layer.self_attn", "layer.linear1", "layer.linear2", "layer.norm1",
                            "layer.norm2", "layer.dropout"}) {
        const auto id = program->modules.find(fqn);
        QVERIFY2(id, fqn);
        QVERIFY2(program->modules[*id].calls > 0, fqn);
    }
}

void TorchScriptGraph::verifier_has_no_complaints()
{
    for (const char* file :
         {"zoo/sid/control_flow_if/control_flow_if.script.pt", "zoo/sid/norms/norms.script.pt",
          "zoo/sid/containers/containers.ts.pt", "zoo/sid/resnet_tiny/resnet_tiny.ts.pt",
          "zoo/torch113/shared_module/shared_module.script.pt", "torch/lists.script.pt",
          "torch/state.script.pt", "torch/interfaces.script.pt"}) {
        const auto program = read_program(file);
        QVERIFY(program);
        const std::vector<std::string> complaints = verify_fx(program->graph);
        QVERIFY2(complaints.empty(), complaints.empty() ? "" : complaints[0].c_str());
    }
}

void TorchScriptGraph::scripted_source_lines()
{
    const auto program = read_program("torch/methods.script.pt");
    QVERIFY(program);
    const FxNode* sigmoid = find_node(*program, "aten::sigmoid");
    QVERIFY(sigmoid && sigmoid->source != no_index);
    const SourceLocation& source = program->graph.sources[sigmoid->source];
    QVERIFY(source.file.ends_with("make_models.py"));
    QCOMPARE(source.line, line_of("torch.sigmoid(x) * by"));
    QCOMPARE(source.function, std::string("scaled"));
    QCOMPARE(source.text, std::string("return torch.sigmoid(x) * by"));
}

void TorchScriptGraph::traced_source_lines()
{
    const auto program = read_program("zoo/sid/simple_cnn/simple_cnn.ts.pt");
    QVERIFY(program);
    const FxNode* convolution = find_node(*program, "aten::_convolution");
    QVERIFY(convolution && convolution->source != no_index);
    const SourceLocation& source = program->graph.sources[convolution->source];
    QVERIFY(source.file.ends_with("torch/nn/modules/conv.py"));
    QCOMPARE(source.line, 560u); // as the archive's debug records say
    QCOMPARE(source.function, std::string("_conv_forward"));
    // The recorded stack reaches the model's own code and stops before the tracer.
    QVERIFY(source.text.find("seed_models.py(13): forward") != std::string::npos);
    QVERIFY(source.text.find("_trace.py") == std::string::npos);
    QVERIFY(source.text.find("_call_impl") == std::string::npos);
}

void TorchScriptGraph::methods_and_functions()
{
    const auto program = read_program("torch/lists.script.pt");
    QVERIFY(program);
    QCOMPARE(find_node(*program, "aten::view")->kind, FxKind::CallMethod);
    QCOMPARE(find_node(*program, "aten::stack")->kind, FxKind::CallFunction);
    QCOMPARE(find_node(*program, "aten::sum")->kind, FxKind::CallFunction);
}

void TorchScriptGraph::traced_inputs_are_samples()
{
    const auto program = read_program("zoo/sid/multi_io_dict/multi_io_dict.ts.pt");
    QVERIFY(program);
    QCOMPARE(program->sample_inputs.size(), std::size_t{2});
    QCOMPARE(program->sample_inputs[0].tensor.shape, (std::vector<std::int64_t>{2, 4}));
    QCOMPARE(program->sample_inputs[1].tensor.shape, (std::vector<std::int64_t>{2, 6}));
    QCOMPARE(program->sample_inputs[0].tensor.dtype, DType::Float32);
    QVERIFY(!program->sample_inputs[0].tensor.storage);
}

QTEST_APPLESS_MAIN(TorchScriptGraph)
#include "tst_torchscript_graph.moc"
