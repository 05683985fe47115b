// From the JSON of exported programs to the FX graph: small documents written by hand, the graph
// stated as text.
#include "export_document.h"

#include <QtTest>

using namespace strata;
using namespace strata::test;

class ExportedPrograms : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void operators();
    void arguments();
    void unknownArgument();
    void unknownInputsAndOutputs();
    void listResults();
    void symbols();
    void mutations();
    void modulesAndCalls();
    void sharedModules();
    void training();
    void brokenPrograms();
};

void ExportedPrograms::operators()
{
    Parts parts;
    parts.nodes = {node(op("relu.default"), {arg("self", tensor("x"))}, {tensor("a")}),
                   node(op("add.Tensor"),
                        {arg("self", tensor("a")), arg("other", "{`as_int`:1}"),
                         arg("alpha", "{`as_float`:0.5}", 2)},
                        {tensor("b")})};
    parts.outputs = {result("b")};
    COMPARE_TEXT(nodes_of(parts), "%x : " + tensor_type +
                                      " = placeholder[x]()\n%a : " + tensor_type +
                                      " = call_function[aten::relu](%x)\n%b : " + tensor_type +
                                      " = call_function[aten::add.Tensor](%a, 1, alpha=0.5)\n"
                                      "output[output](%b)\n");
}

void ExportedPrograms::arguments()
{
    Parts parts;
    const std::vector<std::pair<std::string, std::string>> all{
        {"{`as_none`:true}", "None"},
        {"{`as_bool`:true}", "True"},
        {"{`as_float`:`-Infinity`}", "-inf"},
        {"{`as_string`:`sum`}", "\"sum\""},
        {"{`as_ints`:[1,-2]}", "[1, -2]"},
        {"{`as_floats`:[0.5]}", "[0.5]"},
        {"{`as_bools`:[false]}", "[False]"},
        {"{`as_strings`:[`a`]}", "[\"a\"]"},
        {tensors({"x", "x"}), "[%x, %x]"},
        {"{`as_optional_tensors`:[{`as_none`:true},{`as_tensor`:{`name`:`x`}}]}", "[None, %x]"},
        {"{`as_optional_tensor`:{`as_tensor`:{`name`:`x`}}}", "%x"},
        {"{`as_nested_tensors`:[[{`name`:`x`}],[]]}", "[[%x], []]"},
        {"{`as_int_lists`:[[1],[2,3]]}", "[[1], [2, 3]]"},
        {"{`as_sym_int`:{`as_int`:4}}", "4"},
        {"{`as_sym_ints`:[{`as_name`:`n`},{`as_int`:3}]}", "[%n, 3]"},
        {"{`as_scalar_type`:7}", "dtype(float32)"},
        {"{`as_scalar_type`:13}", "dtype(bfloat16)"},
        {"{`as_memory_format`:2}", "enum(torch.channels_last)"},
        {"{`as_layout`:7}", "enum(torch.strided)"},
        {"{`as_device`:{`type`:`cuda`,`index`:1}}", "enum(cuda:1)"},
        {"{`as_device`:{`type`:`cpu`,`index`:null}}", "enum(cpu)"},
        {"{`as_operator`:`torch.ops.aten.mm.default`}", "\"torch.ops.aten.mm.default\""},
    };
    std::vector<std::string> inputs;
    std::string expected;
    for (const auto& [written, read_as] : all) {
        inputs.push_back(arg("p", written));
        expected += (expected.empty() ? "" : ", ") + read_as;
    }
    parts.numbers = "`n`:{`as_int`:2}";
    parts.nodes = {node(op("sym_size.int"), {arg("self", tensor("x")), arg("dim", "{`as_int`:0}")},
                        {"{`as_sym_int`:{`as_name`:`n`}}"}),
                   node("torch.ops.my.op.default", inputs, {tensor("a")})};
    parts.outputs = {result("a")};
    const std::string text = nodes_of(parts);
    const std::string start = "call_function[my::op](";
    const std::size_t at = text.find(start);
    QVERIFY2(at != std::string::npos, text.c_str());
    const std::size_t begin = at + start.size();
    COMPARE_TEXT(text.substr(begin, text.find(")\noutput", begin) - begin), expected);
    QVERIFY2(text.find("%n : int = call_function[aten::sym_size.int](%x, 0)") != std::string::npos,
             text.c_str());
}

void ExportedPrograms::unknownArgument()
{
    Parts parts;
    parts.nodes = {node(op("relu.default"),
                        {arg("self", tensor("x")), arg("new", "{`as_hologram`:{`a`:1}}")},
                        {tensor("a")})};
    parts.outputs = {result("a")};
    const auto program = read(parts);
    QVERIFY2(program.has_value(), program ? "" : program.error().text().c_str());
    // No operator has such an argument, so lowering refuses.
    const FxNode& relu = (*program)->graph.nodes[1];
    QCOMPARE(relu.kwargs.size(), std::size_t{1});
    QCOMPARE(relu.kwargs[0].name, std::string("new (as_hologram)"));
    QVERIFY(std::any_of((*program)->diagnostics.begin(), (*program)->diagnostics.end(),
                        [](const Diagnostic& d) { return d.code == "unknown-argument-kind"; }));
}

/// Kinds that a newer schema adds are told, not taken for others.
void ExportedPrograms::unknownInputsAndOutputs()
{
    Parts parts;
    parts.inputs = {user("x"), "{`from_tomorrow`:{`arg`:{`name`:`y`}}}"};
    parts.nodes = {node(op("relu.default"), {arg("self", tensor("x"))}, {tensor("a")})};
    parts.outputs = {result("a"), "{`into_yesterday`:{`arg`:{`name`:`a`}}}"};
    const auto program = read(parts);
    QVERIFY2(program.has_value(), program ? "" : program.error().text().c_str());
    const auto told = [&](const std::string& code, const std::string& kind) {
        const auto& found = (*program)->diagnostics;
        return std::any_of(found.begin(), found.end(), [&](const Diagnostic& each) {
            return each.code == code && each.severity == Severity::Warning &&
                   each.message.find(kind) != std::string::npos;
        });
    };
    QVERIFY(told("unknown-input-kind", "'from_tomorrow'"));
    QVERIFY(told("unknown-output-kind", "'into_yesterday'"));
    QVERIFY(nodes_of(parts).find("output[output](%a)") != std::string::npos);
    // What the model always gives beside tensors: numbers stay, texts go.
    parts.outputs = {result("a"), "{`user_output`:{`arg`:{`as_int`:3}}}",
                     "{`user_output`:{`arg`:{`as_string`:`mode`}}}",
                     "{`user_output`:{`arg`:{`as_none`:true}}}"};
    QVERIFY(nodes_of(parts).find("output[output]([%a, 3])") != std::string::npos);
    // Who uses such an input, uses nothing.
    parts.nodes = {node(op("relu.default"), {arg("self", tensor("y"))}, {tensor("a")})};
    QVERIFY(nodes_of(parts).find("nothing makes before") != std::string::npos);
    // A union has one tag.
    parts.inputs = {"{`user_input`:{`arg`:" + tensor("x") + "},`buffer`:{}}"};
    QVERIFY(nodes_of(parts).find("one tag") != std::string::npos);
}

void ExportedPrograms::listResults()
{
    Parts parts;
    parts.nodes = {node(op("split.Tensor"), {arg("self", tensor("x")), arg("s", "{`as_int`:1}")},
                        {tensors({"a", "b"})}),
                   node(op("max.dim"), {arg("self", tensor("b")), arg("dim", "{`as_int`:0}")},
                        {tensor("c"), tensor("d")}),
                   node(op("native_x.default"), {arg("self", tensor("a"))},
                        {tensor("e"), "{`as_none`:true}"})};
    parts.outputs = {result("c"), result("d"), result("e"),
                     "{`user_output`:{`arg`:{`as_none`:true}}}"};
    COMPARE_TEXT(nodes_of(parts),
                 "%x : " + tensor_type + " = placeholder[x]()\n" +
                     "%split : list<tensor> = call_function[aten::split.Tensor](%x, 1)\n" +
                     "%a : " + tensor_type + ", %b : " + tensor_type +
                     " = call_function[prim::ListUnpack](%split)\n" + "%c : " + tensor_type +
                     ", %d : " + tensor_type + " = call_function[aten::max.dim](%b, 0)\n" +
                     "%e : " + tensor_type +
                     ", %native_x_none : none = call_function[aten::native_x](%a)\n" +
                     "output[output]([%c, %d, %e])\n");
}

/// Regions without a graph of their own, between two calls.
void ExportedPrograms::symbols()
{
    Parts parts;
    parts.numbers = "`n`:{`as_expr`:{`expr_str`:`Symbol('s3', integer=True)`}},`m`:{`as_int`:0}";
    parts.nodes = {node(op("sym_size.int"), {arg("self", tensor("x")), arg("dim", "{`as_int`:0}")},
                        {"{`as_sym_int`:{`as_name`:`n`}}"}),
                   node("_operator.mul",
                        {arg("a", "{`as_sym_int`:{`as_name`:`n`}}"), arg("b", "{`as_int`:4}")},
                        {"{`as_sym_int`:{`as_name`:`m`}}"}),
                   node(op("view.default"),
                        {arg("self", tensor("x")),
                         arg("size", "{`as_sym_ints`:[{`as_name`:`m`},{`as_int`:-1}]}")},
                        {tensor("a")})};
    parts.outputs = {result("a")};
    const std::string text = nodes_of(parts);
    QVERIFY2(text.find("%m : int = call_function[aten::mul.int](%n, 4)\n%a : " + tensor_type +
                       " = call_method[aten::view](%x, [%m, -1])") != std::string::npos,
             text.c_str());
    const auto program = read(parts);
    QCOMPARE((*program)->dim_ranges.size(), std::size_t{1});
    QCOMPARE((*program)->dim_ranges[0].symbol, std::string("s3"));
    QCOMPARE((*program)->dim_ranges[0].minimum, std::optional<std::int64_t>(2));
    QVERIFY(!(*program)->dim_ranges[0].maximum);
}

void ExportedPrograms::mutations()
{
    Parts parts;
    parts.inputs = {"{`buffer`:{`arg`:{`name`:`w`},`buffer_name`:`cache`,`persistent`:true}}",
                    user("x")};
    parts.weights = {"cache"};
    parts.nodes = {
        node(op("add.Tensor"), {arg("self", tensor("w")), arg("o", tensor("x"))}, {tensor("a")}),
        node(op("relu.default"), {arg("self", tensor("a"))}, {tensor("b")})};
    parts.outputs = {"{`buffer_mutation`:{`arg`:{`name`:`a`},`buffer_name`:`cache`}}",
                     "{`user_input_mutation`:{`arg`:{`name`:`b`},`user_input_name`:`x`}}",
                     result("b")};
    const auto program = read(parts);
    QVERIFY2(program.has_value(), program ? "" : program.error().text().c_str());
    QCOMPARE((*program)->output_names,
             (std::vector<std::string>{"output", "cache.updated", "x.updated"}));
    const std::string text = nodes_of(parts);
    QVERIFY2(text.find("output[output]([%b, %a, %b])") != std::string::npos, text.c_str());
}

void ExportedPrograms::modulesAndCalls()
{
    Parts parts;
    parts.modules = {"", "layers", "layers.0", "layers.0.act", "unused"};
    const std::string layer = "L__self__layers.0,layers.0,m.Layer";
    parts.nodes = {
        node(op("relu.default"), {arg("self", tensor("x"))}, {tensor("a")},
             stack(layer + ";L__self__layers.0.act,layers.0.act,torch.nn.ReLU")),
        node(op("tanh.default"), {arg("self", tensor("a"))}, {tensor("b")}, stack(layer)),
        node(op("sin.default"), {arg("self", tensor("b"))}, {tensor("c")},
             stack("L__self__layers.0@1,layers.0,m.Layer;"
                   "L__self__layers.0.act@1,layers.0.act,torch.nn.ReLU")),
        node(op("cos.default"), {arg("self", tensor("c"))}, {tensor("d")}, stack(""))};
    parts.outputs = {result("d")};
    const auto program = read(parts);
    QVERIFY2(program.has_value(), program ? "" : program.error().text().c_str());
    const auto modules = modules_of(**program);
    QCOMPARE(modules.find("aten::relu")->second, std::string("layers.0.act@0"));
    QCOMPARE(modules.find("aten::tanh")->second, std::string("layers.0@0"));
    QCOMPARE(modules.find("aten::sin")->second, std::string("layers.0.act@1"));
    QCOMPARE(modules.find("aten::cos")->second, std::string("@0"));
    const ModuleTree& tree = (*program)->modules;
    QCOMPARE(tree.size(), std::size_t{5});
    QCOMPARE(tree[*tree.find("layers.0.act")].class_name, std::string("ReLU"));
    QCOMPARE(tree[*tree.find("layers.0.act")].calls, 2U);
    QCOMPARE(tree[*tree.find("layers")].calls, 0U);
    QCOMPARE(tree[*tree.find("unused")].class_name, std::string());
    QCOMPARE(tree[root_module].qualified_class, std::string("m.Net"));
}

void ExportedPrograms::sharedModules()
{
    Parts parts;
    parts.modules = {"", "first", "second", "tied"};
    const auto parameter = [](const std::string& name, const std::string& fqn) {
        return "{`parameter`:{`arg`:{`name`:`" + name + "`},`parameter_name`:`" + fqn + "`}}";
    };
    parts.inputs = {parameter("w", "first.w"),  parameter("b", "first.b"),
                    parameter("c", "second.w"), parameter("d", "second.b"),
                    parameter("e", "tied.w"),   user("x")};
    const auto use = [](const std::string& in, const std::string& weight, const std::string& out,
                        const std::string& module) {
        return node(op("mul.Tensor"), {arg("self", tensor(in)), arg("o", tensor(weight))},
                    {tensor(out)}, stack("k" + module + "," + module + ",m.Linear"));
    };
    parts.nodes = {use("x", "w", "a", "first"), use("a", "c", "i", "second"),
                   use("i", "e", "y", "tied")};
    parts.outputs = {result("y")};
    // Both tensors of `second` are those of `first`; `tied` shares one and has no other.
    const auto program = [&]() -> Result<std::shared_ptr<Program>> {
        std::string calls;
        for (const std::string& fqn : parts.modules)
            calls += (calls.empty() ? "" : ",") + ("{`fqn`:`" + fqn + "`}");
        const std::string document_text =
            json("{`graph_module`:{`graph`:" + graph({}, parts.nodes, {}) +
                 ",`signature`:{`input_specs`:[" + join(parts.inputs) + "],`output_specs`:[" +
                 join(parts.outputs) + "]},`module_call_graph`:[" + calls + "]}}");
        Pt2Model model;
        STRATA_TRY(model.document, JsonDocument::parse(std::as_bytes(
                                       std::span(document_text.data(), document_text.size()))));
        for (const char* name : {"first.w", "first.b"}) {
            model.tensors.push_back(Tensor::filled(DType::Float32, {2}, 1.0));
            model.tensor_names.emplace_back(name);
        }
        for (const auto& [name, index] :
             {std::pair("first.w", 0U), std::pair("first.b", 1U), std::pair("second.w", 0U),
              std::pair("second.b", 1U), std::pair("tied.w", 0U)})
            model.weights[name] = {index, true, {}};
        TaskContext task;
        return read_exported_program(model, task);
    }();
    QVERIFY2(program.has_value(), program ? "" : program.error().text().c_str());
    const ModuleTree& tree = (*program)->modules;
    QCOMPARE(tree[*tree.find("second")].alias_of, std::string("first"));
    QCOMPARE(tree[*tree.find("tied")].alias_of, std::string());
    std::vector<std::string> calls;
    for (const auto& [target, module] : modules_of(**program))
        calls.push_back(module);
    QCOMPARE(calls, (std::vector<std::string>{"first@0", "first@1", "tied@0"}));
}

void ExportedPrograms::training()
{
    Parts parts;
    const auto normal = [](const std::string& in, const std::string& mean, const std::string& out) {
        return node(op("batch_norm.default"),
                    {arg("input", tensor(in)), arg("running_mean", mean),
                     arg("training", "{`as_bool`:true}")},
                    {tensor(out)});
    };
    // Without running statistics the input's own are used in evaluation too.
    parts.nodes = {normal("x", "{`as_none`:true}", "a")};
    parts.outputs = {result("a")};
    QVERIFY(!(*read(parts))->training);
    QVERIFY(nodes_of(parts).find("True") != std::string::npos);
    // Given to the model, they are not its own: the call means what it says, and reads none.
    parts.nodes = {normal("x", tensor("x"), "a")};
    QVERIFY(!(*read(parts))->training);
    QVERIFY(nodes_of(parts).find("(%x, None, True)") != std::string::npos);
    // The model's own, also where they are made of its buffers.
    parts.inputs = {user("x"),
                    "{`buffer`:{`arg`:{`name`:`w`},`buffer_name`:`mean`,`persistent`:true}}"};
    parts.weights = {"mean"};
    parts.nodes = {node(op("repeat.default"), {arg("self", tensor("w"))}, {tensor("b")}),
                   normal("x", tensor("b"), "a")};
    QVERIFY((*read(parts))->training);
    parts.nodes = {normal("x", tensor("w"), "a")};
    const auto program = read(parts);
    QVERIFY((*program)->training);
    QVERIFY(nodes_of(parts).find("(%x, %mean, False)") != std::string::npos);
    QVERIFY(std::any_of((*program)->diagnostics.begin(), (*program)->diagnostics.end(),
                        [](const Diagnostic& d) { return d.code == "training-mode"; }));
}

void ExportedPrograms::brokenPrograms()
{
    const auto message = [](const Parts& parts) {
        const auto program = read(parts);
        return program ? std::string("it was read") : program.error().text();
    };
    const auto contains = [&](const Parts& parts, const std::string& text) {
        const std::string told = message(parts);
        return told.find(text) == std::string::npos ? told : std::string();
    };
    Parts parts;
    parts.nodes = {node(op("relu.default"), {arg("self", tensor("nowhere"))}, {tensor("a")})};
    parts.outputs = {result("a")};
    COMPARE_TEXT(contains(parts, "'nowhere'"), "");
    // A value is used before it is made.
    parts.nodes = {node(op("relu.default"), {arg("self", tensor("b"))}, {tensor("a")}),
                   node(op("relu.default"), {arg("self", tensor("a"))}, {tensor("b")})};
    COMPARE_TEXT(contains(parts, "nothing makes before"), "");
    parts.nodes = {node(op("relu.default"), {arg("self", "{`as_int`:`no`}")}, {tensor("a")})};
    COMPARE_TEXT(contains(parts, "integer"), "");
    parts.nodes = {node(op("relu.default"), {arg("self", "{}")}, {tensor("a")})};
    COMPARE_TEXT(contains(parts, "union"), "");
    parts.nodes = {node("torch.ops.higher_order.cond", {arg("", tensor("x"))}, {tensor("a")})};
    COMPARE_TEXT(contains(parts, "has no graph"), "");
    const std::string two = graph({tensor("a"), tensor("b")}, {}, {tensor("a")});
    parts.nodes = {node("torch.ops.higher_order.cond",
                        {arg("", tensor("x")), arg("", subgraph(two)), arg("", subgraph(two)),
                         arg("", tensors({"x"}))},
                        {tensor("a")})};
    COMPARE_TEXT(contains(parts, "takes more values"), "");
    parts.nodes = {vmap_begin()[1]};
    parts.outputs = {result("a")};
    COMPARE_TEXT(contains(parts, "level of vmap that is not open"), "");
    parts.nodes = {vmap_end("x", "a")};
    COMPARE_TEXT(contains(parts, "never open"), "");
    parts.nodes = {node("torch._functorch.predispatch._add_batch_dim", {}, {tensor("a")})};
    COMPARE_TEXT(contains(parts, "has no arguments"), "");
    // Each level writes the condition twice: 2^30 nodes if nothing stopped it.
    std::string nested = graph({tensor("a")}, {}, {tensor("a")});
    for (int level = 0; level < 30; ++level)
        nested = graph({tensor("a")},
                       {node("torch.ops.higher_order.while_loop",
                             {arg("", subgraph(nested)),
                              arg("", subgraph(graph({tensor("a")}, {}, {tensor("a")}))),
                              arg("", tensors({"a"})), arg("", tensors({}))},
                             {tensor("b")})},
                       {tensor("b")});
    parts.nodes = {
        node("torch.ops.higher_order.while_loop",
             {arg("", subgraph(nested)), arg("", subgraph(graph({tensor("a")}, {}, {tensor("a")}))),
              arg("", tensors({"x"})), arg("", tensors({}))},
             {tensor("a")})};
    COMPARE_TEXT(contains(parts, "too often"), "");
}

QTEST_APPLESS_MAIN(ExportedPrograms)
#include "tst_exported_program.moc"
