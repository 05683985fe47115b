// Higher-order operators of exported programs, autocast and vmap as FX graphs.
#include "export_document.h"

#include <QtTest>
#include <algorithm>

using namespace strata;
using namespace strata::test;

class ExportedHigherOrder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cond();
    void whileLoop();
    void scan();
    void wrappers();
    void autocast();
    void autocastWithoutGraph();
    void effects();
    void vmap();
    void vmapWithoutRule();
    void vmapAsLoop();
    void vmapOfRandomNumbers();
};

void ExportedHigherOrder::cond()
{
    Parts parts;
    parts.inputs = {"{`parameter`:{`arg`:{`name`:`w`},`parameter_name`:`branch.fc.weight`}}",
                    user("x"), user("y")};
    parts.weights = {"branch.fc.weight"};
    parts.modules = {"", "branch", "branch.fc"};
    const std::string yes =
        graph({tensor("x"), tensor("w")},
              {node(op("mul.Tensor"), {arg("self", tensor("x")), arg("other", tensor("w"))},
                    {tensor("a")}),
               node(op("relu.default"), {arg("self", tensor("a"))}, {tensor("b")})},
              {tensor("b")});
    const std::string no = graph({tensor("x"), tensor("w")}, {}, {tensor("x")});
    parts.nodes = {node("torch.ops.higher_order.cond",
                        {arg("", tensor("y")), arg("", subgraph(yes)), arg("", subgraph(no)),
                         arg("", tensors({"x", "w"}))},
                        {tensor("c")}, stack("L__self__branch,branch,m.Branch"))};
    parts.outputs = {result("c")};
    const auto program = read(parts);
    QVERIFY2(program.has_value(), program ? "" : program.error().text().c_str());
    QCOMPARE(verify_fx((*program)->graph), std::vector<std::string>{});
    const FxGraph& fx = (*program)->graph;
    const auto cond_node = std::find_if(fx.nodes.begin(), fx.nodes.end(),
                                        [](const FxNode& n) { return n.target == "prim::If"; });
    QVERIFY(cond_node != fx.nodes.end());
    QCOMPARE(cond_node->blocks.size(), std::size_t{2});
    QCOMPARE(fx.blocks[cond_node->blocks[1]].nodes.size(), std::size_t{0});
    // The body's nodes say nothing: by the parameter, else where the branch stands.
    const auto modules = modules_of(**program);
    QCOMPARE(modules.find("prim::If")->second, std::string("branch@0"));
    QCOMPARE(modules.find("aten::mul.Tensor")->second, std::string("branch.fc@0"));
    QCOMPARE(modules.find("aten::relu")->second, std::string("branch@0"));
    QCOMPARE((*program)->modules[*(*program)->modules.find("branch.fc")].calls, 1U);
}

void ExportedHigherOrder::whileLoop()
{
    Parts parts;
    const std::string condition =
        graph({tensor("a"), tensor("b")},
              {node(op("lt.Scalar"), {arg("self", tensor("a")), arg("o", "{`as_int`:5}")},
                    {tensor("c")})},
              {tensor("c")});
    const std::string body = graph(
        {tensor("a"), tensor("b")},
        {node(op("add.Tensor"), {arg("self", tensor("a")), arg("o", tensor("b"))}, {tensor("d")})},
        {tensor("d")});
    parts.inputs = {user("x"), user("y")};
    parts.nodes = {node("torch.ops.higher_order.while_loop",
                        {arg("", subgraph(condition)), arg("", subgraph(body)),
                         arg("", tensors({"x"})), arg("", tensors({"y"}))},
                        {tensor("i")})};
    parts.outputs = {result("i")};
    const std::string t = tensor_type;
    COMPARE_TEXT(nodes_of(parts),
                 "%x : " + t + " = placeholder[x]()\n%y : " + t + " = placeholder[y]()\n%c : " + t +
                     " = call_function[aten::lt.Scalar](%x, 5)\n%loop : " + t +
                     " = call_function[prim::Loop](9223372036854775807, %c, %x)\n"
                     "  block(%iteration : int, %carried : " +
                     t + ") {\n    %d : " + t +
                     " = call_function[aten::add.Tensor](%carried, %y)\n    %c_1 : " + t +
                     " = call_function[aten::lt.Scalar](%d, 5)\n    return(%c_1, %d)\n  }\n"
                     "output[output](%loop)\n");
}

void ExportedHigherOrder::scan()
{
    Parts parts;
    const std::string combine = graph(
        {tensor("a"), tensor("b")},
        {node(op("add.Tensor"), {arg("self", tensor("a")), arg("o", tensor("b"))}, {tensor("c")})},
        {tensor("c"), tensor("c")});
    parts.inputs = {user("x"), user("y")};
    parts.nodes = {node("torch.ops.higher_order.scan",
                        {arg("", subgraph(combine)), arg("", tensors({"x"})),
                         arg("", tensors({"y"})), arg("", tensors({}))},
                        {tensor("d"), tensor("e")})};
    parts.outputs = {result("d"), result("e")};
    const std::string t = tensor_type;
    COMPARE_TEXT(nodes_of(parts),
                 "%x : " + t + " = placeholder[x]()\n%y : " + t +
                     " = placeholder[y]()\n"
                     "%ListConstruct : list<tensor> = call_function[prim::ListConstruct]()\n"
                     "%size : int = call_method[aten::size.int](%y, 0)\n%loop : " +
                     t +
                     " = call_function[prim::Loop](%size, True, %x)\n"
                     "  block(%iteration : int, %carried : " +
                     t +
                     ") {\n    %select : tensor<float32>[] = "
                     "call_function[aten::select.int](%y, 0, %iteration)\n    %c : " +
                     t +
                     " = call_function[aten::add.Tensor](%carried, %select)\n"
                     "    %append : list<tensor> = call_function[aten::append.t](%ListConstruct, "
                     "%c)\n    return(True, %c)\n  }\n"
                     "%stack : tensor<float32>[?, 2] = call_function[aten::stack](%ListConstruct, "
                     "0)\noutput[output]([%loop, %stack])\n");
}

void ExportedHigherOrder::wrappers()
{
    Parts parts;
    const std::string inside =
        graph({tensor("a")}, {node(op("relu.default"), {arg("self", tensor("a"))}, {tensor("b")})},
              {tensor("b")});
    parts.nodes = {
        node("torch.ops.higher_order.wrap_with_set_grad_enabled",
             {arg("", "{`as_bool`:false}"), arg("", subgraph(inside)), arg("", tensor("x"))},
             {tensor("c")}),
        node("torch._C._set_grad_enabled", {arg("", "{`as_bool`:true}")}, {}),
        node("torch.ops.higher_order.invoke_subgraph",
             {arg("", subgraph(inside)), arg("", "{`as_string`:`block_0`}"), arg("", tensor("c"))},
             {tensor("d")}),
        node("torch.ops.higher_order.from_tomorrow",
             {arg("", subgraph(inside)), arg("", tensor("d"))}, {tensor("e")})};
    parts.outputs = {result("e")};
    const std::string t = tensor_type;
    COMPARE_TEXT(nodes_of(parts), "%x : " + t + " = placeholder[x]()\n%b : " + t +
                                      " = call_function[aten::relu](%x)\n%b_1 : " + t +
                                      " = call_function[aten::relu](%b)\n%e : " + t +
                                      " = call_function[higher_order::from_tomorrow](%b_1)\n"
                                      "output[output](%e)\n");
}

void ExportedHigherOrder::autocast()
{
    Parts parts;
    std::string inside =
        graph({tensor("a")},
              {node(op("mm.default"), {arg("self", tensor("a")), arg("mat2", tensor("a"))},
                    {tensor("b")})},
              {tensor("b")});
    // The result is bfloat16 (13), its operands are float32 (7).
    const std::string before = json("`b`:{`dtype`:7");
    inside = json(inside);
    inside.replace(inside.find(before), before.size(), json("`b`:{`dtype`:13"));
    parts.nodes = {node("torch.ops.higher_order.wrap_with_autocast",
                        {arg("", "{`as_string`:`cpu`}"), arg("", "{`as_scalar_type`:13}"),
                         arg("", "{`as_bool`:true}"), arg("", "{`as_none`:true}"),
                         arg("", subgraph(inside)), arg("", tensor("x"))},
                        {tensor("c")})};
    parts.outputs = {result("c")};
    const std::string half = "tensor<bfloat16>[2]";
    COMPARE_TEXT(nodes_of(parts),
                 "%x : " + tensor_type + " = placeholder[x]()\n%to : " + half +
                     " = call_method[aten::to.dtype](%x, dtype(bfloat16))\n%to_1 : " + half +
                     " = call_method[aten::to.dtype](%x, dtype(bfloat16))\n%b : " + half +
                     " = call_function[aten::mm](%to, %to_1)\noutput[output](%b)\n");
    const auto warned = [&parts] {
        const auto program = read(parts);
        return program
                   ? std::count_if((*program)->diagnostics.begin(), (*program)->diagnostics.end(),
                                   [](const Diagnostic& told) {
                                       return told.code == "autocast-not-recorded" &&
                                              told.severity == Severity::Warning;
                                   })
                   : -1;
    };
    QCOMPARE(warned(), 0);
    // Strict mode leaves the dtype as it was without autocast. That is told once.
    const std::string cast = json("`b`:{`dtype`:13");
    std::string& written = parts.nodes.front();
    written.replace(written.find(cast), cast.size(), before);
    parts.nodes.push_back(written);
    QCOMPARE(warned(), 1);
}

void ExportedHigherOrder::autocastWithoutGraph()
{
    Parts parts;
    const auto multiply = [](const std::string& in, const std::string& out) {
        return node(op("mm.default"), {arg("self", tensor(in)), arg("mat2", tensor(in))},
                    {tensor(out)});
    };
    const auto enter = [](const std::string& dtype, const std::string& enabled) {
        return node("torch.amp.autocast_mode._enter_autocast",
                    {arg("", "{`as_string`:`cpu`}"), arg("", dtype),
                     arg("", "{`as_bool`:" + enabled + "}"), arg("", "{`as_bool`:true}")},
                    {"{`as_none`:true}"});
    };
    const std::string leave =
        node("torch.amp.autocast_mode._exit_autocast", {arg("", "{`as_none`:true}")}, {});
    // The results that are bfloat16 (13) were cast: the value h.
    parts.nodes = {multiply("x", "a"), enter("{`as_scalar_type`:13}", "true"),
                   multiply("a", "h"), enter("{`as_none`:true}", "false"),
                   multiply("a", "b"), leave,
                   multiply("b", "k"), leave,
                   multiply("b", "c")};
    parts.outputs = {result("h"), result("k"), result("c")};
    const std::string text = nodes_of(parts);
    const auto count = [&text](const std::string& part) {
        std::size_t found = 0;
        for (std::size_t at = text.find(part); at != std::string::npos;
             at = text.find(part, at + 1))
            ++found;
        return found;
    };
    QVERIFY2(count("aten::to.dtype](%a, dtype(bfloat16))") == 2, text.c_str());
    QVERIFY2(count("aten::to.dtype](%b, dtype(bfloat16))") == 2, text.c_str());
    QVERIFY2(count("aten::to.dtype]") == 4, text.c_str());
    parts.nodes = {leave};
    parts.outputs = {result("x")};
    QVERIFY(nodes_of(parts).find("has not begun") != std::string::npos);
}

void ExportedHigherOrder::effects()
{
    Parts parts;
    parts.inputs = {"{`token`:{`arg`:{`name`:`t`}}}", user("x")};
    const auto effect = [](const std::string& name, const std::vector<std::string>& outputs) {
        return node("torch.ops.higher_order.with_effects",
                    {arg("", tensor("t")), arg("", "{`as_operator`:`" + name + "`}"),
                     arg("", tensor("x")), arg("what", "{`as_string`:`lu`}", 2)},
                    outputs);
    };
    parts.nodes = {
        effect("torch.ops.aten._linalg_check_errors.default", {tensor("u"), "{`as_none`:true}"}),
        effect("torch.ops.lib.log.default", {tensor("v"), tensor("b")})};
    parts.outputs = {"{`token`:{`arg`:{`name`:`v`}}}", result("b")};
    COMPARE_TEXT(nodes_of(parts), "%x : " + tensor_type +
                                      " = placeholder[x]()\n%b : " + tensor_type +
                                      " = call_function[lib::log](%x, what=\"lu\")\n"
                                      "output[output](%b)\n");
}

void ExportedHigherOrder::vmap()
{
    // The file says float32[2] of all tensors; inside of vmap that is one element's shape.
    Parts parts;
    parts.nodes = vmap_begin();
    parts.nodes.push_back(node(
        op("softmax.int"), {arg("self", tensor("a")), arg("dim", "{`as_int`:0}")}, {tensor("b")}));
    parts.nodes.push_back(vmap_end("b", "c"));
    parts.outputs = {result("c")};
    const std::string text = nodes_of(parts);
    QVERIFY2(text.find("tensor<float32>[2, 2] = call_function[aten::softmax.int](") !=
                 std::string::npos,
             text.c_str());
    // The first dimension of an element is the second one here.
    QVERIFY2(text.find(", 1)") != std::string::npos, text.c_str());
}

void ExportedHigherOrder::vmapWithoutRule()
{
    // Refused by name when it is lowered: never taken for the operator without vmap. This vmap has
    // no end, so that no loop can be made of it.
    Parts parts;
    parts.nodes = vmap_begin();
    parts.nodes.push_back(node(op("bincount.default"), {arg("self", tensor("a"))}, {tensor("b")}));
    parts.nodes.push_back(vmap_end("b", "c"));
    parts.outputs = {result("c")};
    const std::string text = nodes_of(parts);
    QVERIFY2(text.find("call_function[vmap::bincount]") != std::string::npos, text.c_str());
    // Branches of a condition that differs from element to element.
    const std::string same = graph({tensor("y")}, {}, {tensor("y")});
    parts.nodes = vmap_begin();
    parts.nodes.push_back(node("torch.ops.higher_order.cond",
                               {arg("", tensor("a")), arg("", subgraph(same)),
                                arg("", subgraph(same)), arg("", tensors({"x"}))},
                               {tensor("b")}));
    parts.nodes.push_back(vmap_end("b", "c"));
    const std::string branch = nodes_of(parts);
    QVERIFY2(branch.find("higher_order::vmap_of_cond") != std::string::npos, branch.c_str());
}

void ExportedHigherOrder::vmapOfRandomNumbers()
{
    // What PyTorch draws: 'same' one for all samples, 'different' one for each.
    const std::string functorch = "torch._functorch.predispatch.";
    const auto integer = [](int value) {
        return arg("", "{`as_int`:" + std::to_string(value) + "}");
    };
    const std::string free = node(op("rand.default"), {arg("size", "{`as_ints`:[2]}")}, //
                                  {tensor("a")});
    const std::string like = node(op("rand_like.default"), {arg("self", tensor("p"))}, //
                                  {tensor("a")});
    const auto text_of = [&](const std::string& randomness, const std::string& draw) {
        Parts parts;
        parts.nodes = {node(functorch + "_vmap_increment_nesting",
                            {integer(2), arg("", "{`as_string`:`" + randomness + "`}")}, {}),
                       node(functorch + "_add_batch_dim",
                            {arg("", tensor("x")), integer(0), integer(1)}, {tensor("p")}),
                       draw,
                       node(op("add.Tensor"), {arg("self", tensor("p")), arg("other", tensor("a"))},
                            {tensor("q")}),
                       node(functorch + "_remove_batch_dim",
                            {arg("", tensor("q")), integer(1), integer(2), integer(0)},
                            {tensor("b")}),
                       node(functorch + "_vmap_decrement_nesting", {}, {})};
        parts.outputs = {result("b")};
        return nodes_of(parts);
    };
    const auto holds = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    std::string text = text_of("same", free);
    QVERIFY2(holds(text, "[aten::rand](") && !holds(text, "prim::Loop"), text.c_str());
    text = text_of("different", free);
    QVERIFY2(text.find("[aten::rand](") > text.find("prim::Loop]"), text.c_str());
    text = text_of("different", like);
    QVERIFY2(text.find("[aten::rand_like](") > text.find("prim::Loop]"), text.c_str());
    // Refused: the samples differ, and their random numbers would, too.
    text = text_of("same", like);
    QVERIFY2(holds(text, "[vmap::random::aten::rand_like]") && !holds(text, "prim::Loop"),
             text.c_str());
    // PyTorch itself refuses this.
    QVERIFY(holds(text_of("error", like), "[vmap::random::aten::rand_like]"));
}

void ExportedHigherOrder::vmapAsLoop()
{
    const std::string functorch = "torch._functorch.predispatch.";
    const auto integer = [](int value) {
        return arg("", "{`as_int`:" + std::to_string(value) + "}");
    };
    const auto begin = [&](int size, const std::string& randomness = "error") {
        return node(functorch + "_vmap_increment_nesting",
                    {integer(size), arg("", "{`as_string`:`" + randomness + "`}")}, {});
    };
    const std::string end = node(functorch + "_vmap_decrement_nesting", {}, {});
    const auto add = [&](const std::string& in, int dim, int level, const std::string& out) {
        return node(functorch + "_add_batch_dim",
                    {arg("", tensor(in)), integer(dim), integer(level)}, {tensor(out)});
    };
    const auto remove = [&](const std::string& in, int level, int size, int dim,
                            const std::string& out) {
        return node(functorch + "_remove_batch_dim",
                    {arg("", tensor(in)), integer(level), integer(size), integer(dim)},
                    {tensor(out)});
    };
    const auto plus = [](const std::string& a, const std::string& b, const std::string& out) {
        return node(op("add.Tensor"), {arg("self", tensor(a)), arg("other", tensor(b))},
                    {tensor(out)});
    };
    const auto count = [&](std::size_t given) { // an operator without a rule
        return node(op("bincount.default"), {arg("self", tensor(given == 0 ? "p" : "q"))},
                    {tensor("r")});
    };
    // What has no rule runs once for each; what does not depend on the sample, before.
    Parts parts;
    parts.nodes = {begin(2),
                   add("x", 0, 1, "p"),
                   node(op("sum.default"), {arg("self", tensor("x"))}, {tensor("a")}),
                   plus("p", "a", "q"),
                   count(1),
                   remove("r", 1, 2, 0, "b"),
                   end};
    parts.outputs = {result("b")};
    std::string text = nodes_of(parts);
    const std::size_t loop = text.find("prim::Loop](2, True)");
    QVERIFY2(loop != std::string::npos && text.find("aten::sum](%x)") < loop, text.c_str());
    QVERIFY2(text.find("aten::select.int](%x, 0, %iteration)") > loop, text.c_str());
    QVERIFY2(text.find("aten::bincount](") > loop && text.find("vmap::") == std::string::npos,
             text.c_str());
    QVERIFY2(text.find("aten::stack](") > text.find("aten::append.t]("), text.c_str());
    // In another one: that, too, is a loop.
    parts.nodes = {begin(2),
                   add("x", 0, 1, "p"),
                   begin(2),
                   add("x", 0, 2, "q"),
                   plus("p", "q", "r"),
                   remove("r", 2, 2, 0, "a"),
                   end,
                   node(op("bincount.default"), {arg("self", tensor("a"))}, {tensor("c")}),
                   remove("c", 1, 2, 1, "b"),
                   end};
    text = nodes_of(parts);
    QVERIFY2(text.find("prim::Loop]") != std::string::npos, text.c_str());
    QVERIFY2(text.find("prim::Loop]") == text.rfind("prim::Loop]"), text.c_str());
    // Levels that do not fit, and what changes in place: by rules or not at all.
    const auto refused = [&] {
        return nodes_of(parts).find("vmap::bincount") != std::string::npos;
    };
    parts.nodes = {begin(2), add("x", 0, 1, "p"),       plus("p", "p", "q"),
                   count(1), remove("r", 1, 2, 0, "b"), end};
    QVERIFY(!refused());
    parts.nodes.insert(parts.nodes.begin() + 2, add("y", 0, 2, "a"));
    parts.inputs = {user("x"), user("y")};
    QVERIFY(refused());
    parts.nodes[2] = node(op("relu_.default"), {arg("self", tensor("y"))}, {tensor("a")});
    QVERIFY(refused());
    // One sample may change what it has.
    parts.nodes[2] = node(op("relu_.default"), {arg("self", tensor("p"))}, {tensor("a")});
    QVERIFY(!refused());
    QVERIFY(nodes_of(parts).find("aten::relu_](") != std::string::npos);
    // What depends on one sample does not leave the loop.
    parts.nodes.erase(parts.nodes.begin() + 2);
    parts.outputs = {result("q")};
    QVERIFY(nodes_of(parts).find("'q'") != std::string::npos);
    // Deeper than any model: by rules that is no matter, as loops it is.
    parts.nodes = std::vector<std::string>(40, begin(2));
    parts.nodes.insert(parts.nodes.end(), 40, end);
    parts.outputs = {result("x")};
    COMPARE_TEXT(nodes_of(parts).substr(0, 3), "%x ");
    parts.nodes.insert(parts.nodes.begin() + 40, {add("x", 0, 40, "q"), count(1)});
    QVERIFY(nodes_of(parts).find("nests more than") != std::string::npos);
}

QTEST_APPLESS_MAIN(ExportedHigherOrder)
#include "tst_exported_higher_order.moc"
