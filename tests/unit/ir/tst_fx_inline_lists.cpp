#include "ir/fx_inline_lists.h"
#include "ir/fx_method_targets.h"

#include <QtTest>

using namespace strata;

namespace {

/// Out of line: GCC 12 takes the parts of a moved variant for uninitialised when it sees them.
[[gnu::noinline]] void append(std::vector<FxArg>& list, const FxArg& arg)
{
    list.push_back(arg);
}

template <class... Args>
std::vector<FxArg> list_of(Args&&... args)
{
    std::vector<FxArg> list;
    (append(list, FxArg(std::forward<Args>(args))), ...);
    return list;
}

/// Adds a call with one output; returns the output.
FxValueId call(FxGraph& graph, FxBlockId block, std::string target, std::vector<FxArg> args)
{
    FxNode node;
    node.target = std::move(target);
    node.args = std::move(args);
    const FxNodeId id = graph.add_node(block, std::move(node), {"v"}, {FxType{}});
    return graph.nodes[id].outputs[0];
}

void finish(FxGraph& graph, FxArg result)
{
    FxNode node;
    node.kind = FxKind::Output;
    node.target = "output";
    node.args.push_back(std::move(result));
    graph.add_node(FxGraph::main_block, std::move(node), {}, {});
}

std::size_t count(const FxGraph& graph, std::string_view target)
{
    std::size_t found = 0;
    for (const FxNode& node : graph.nodes)
        found += node.target == target ? 1 : 0;
    return found;
}

constexpr FxBlockId main_block = FxGraph::main_block;

} // namespace

class FxInlineLists : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void literals_become_arguments();
    void nested_literals();
    void unused_literals_go();
    void changed_lists_stay();
    void block_results_stay();
    void loop_inputs_stay();
    void inner_of_kept_stays();
    void everything_else_is_kept();
    void method_targets();
};

void FxInlineLists::literals_become_arguments()
{
    FxGraph graph;
    const FxValueId x = call(graph, main_block, "x", list_of());
    const FxValueId list =
        call(graph, main_block, "prim::ListConstruct", list_of(FxRef{x}, FxRef{x}));
    const FxValueId cat =
        call(graph, main_block, "aten::cat", list_of(FxRef{list}, std::int64_t{0}));
    finish(graph, FxRef{cat});
    const FxGraph result = inline_list_literals(graph, {});
    QCOMPARE(result.nodes.size(), std::size_t{3});
    const FxNode& node = result.nodes[1];
    QCOMPARE(node.target, std::string("aten::cat"));
    const FxRef input{result.nodes[0].outputs[0]};
    QCOMPARE(node.args[0], FxArg(list_of(input, input)));
    QCOMPARE(node.args[1], FxArg(std::int64_t{0}));
}

void FxInlineLists::nested_literals()
{
    FxGraph graph;
    const FxValueId inner =
        call(graph, main_block, "prim::ListConstruct", list_of(std::int64_t{7}));
    const FxValueId outer =
        call(graph, main_block, "prim::TupleConstruct", list_of(FxRef{inner}, FxNone{}));
    finish(graph, FxRef{outer});
    const FxGraph result = inline_list_literals(graph, {});
    QCOMPARE(result.nodes.size(), std::size_t{1});
    QCOMPARE(result.nodes[0].args[0], FxArg(list_of(list_of(std::int64_t{7}), FxNone{})));
}

void FxInlineLists::unused_literals_go()
{
    FxGraph graph;
    call(graph, main_block, "prim::ListConstruct", list_of());
    finish(graph, FxNone{});
    QCOMPARE(inline_list_literals(graph, {}).nodes.size(), std::size_t{1});
}

void FxInlineLists::changed_lists_stay()
{
    FxGraph graph;
    const FxValueId list = call(graph, main_block, "prim::ListConstruct", list_of());
    call(graph, main_block, "aten::append.t", list_of(FxRef{list}, std::int64_t{1}));
    finish(graph, FxRef{list});
    const FxGraph result = inline_list_literals(graph, {list});
    QCOMPARE(count(result, "prim::ListConstruct"), std::size_t{1});
    QVERIFY(result.nodes[2].args[0].ref());
}

void FxInlineLists::block_results_stay()
{
    FxGraph graph;
    const FxValueId outside =
        call(graph, main_block, "prim::ListConstruct", list_of(std::int64_t{1}));
    const FxValueId chosen = call(graph, main_block, "prim::If", list_of(true));
    const FxNodeId owner = graph.values[chosen].node;
    for (int i = 0; i < 2; ++i) {
        const FxBlockId block = graph.add_block(owner);
        graph.nodes[owner].blocks.push_back(block);
        const FxValueId inside =
            call(graph, block, "prim::ListConstruct", list_of(std::int64_t{2}));
        append(graph.blocks[block].results, FxRef{i == 0 ? inside : outside});
    }
    finish(graph, FxRef{chosen});
    const FxGraph result = inline_list_literals(graph, {});
    // The one in the second body is used by nobody.
    QCOMPARE(count(result, "prim::ListConstruct"), std::size_t{2});
    QVERIFY(result.blocks[1].results[0].ref());
    QVERIFY(result.blocks[2].results[0].ref());
    QCOMPARE(result.blocks[2].owner, result.values[result.nodes[1].outputs[0]].node);
}

void FxInlineLists::loop_inputs_stay()
{
    FxGraph graph;
    const FxValueId list = call(graph, main_block, "prim::ListConstruct", list_of());
    const FxValueId out =
        call(graph, main_block, "prim::Loop", list_of(std::int64_t{3}, true, FxRef{list}));
    const FxNodeId owner = graph.values[out].node;
    const FxBlockId block = graph.add_block(owner);
    graph.nodes[owner].blocks.push_back(block);
    graph.add_block_param(block, "i", FxType{});
    const FxValueId carried = graph.add_block_param(block, "carried", FxType{});
    graph.blocks[block].results = list_of(true, FxRef{carried});
    finish(graph, FxRef{out});
    const FxGraph result = inline_list_literals(graph, {});
    QCOMPARE(count(result, "prim::ListConstruct"), std::size_t{1});
    QCOMPARE(result.blocks[1].params.size(), std::size_t{2});
    QCOMPARE(result.values[result.blocks[1].params[1]].name, std::string("carried"));
    QCOMPARE(result.blocks[1].results[1], FxArg(FxRef{result.blocks[1].params[1]}));
}

void FxInlineLists::inner_of_kept_stays()
{
    FxGraph graph;
    const FxValueId inner = call(graph, main_block, "prim::ListConstruct", list_of());
    const FxValueId outer = call(graph, main_block, "prim::TupleConstruct", list_of(FxRef{inner}));
    finish(graph, FxNone{});
    const FxGraph result = inline_list_literals(graph, {outer});
    QCOMPARE(count(result, "prim::ListConstruct"), std::size_t{1});
    QCOMPARE(count(result, "prim::TupleConstruct"), std::size_t{1});
}

void FxInlineLists::everything_else_is_kept()
{
    FxGraph graph;
    const FrameId frame = graph.add_frame(4, 2, 0);
    const SourceId source = graph.add_source({"a.py", 3, "f", "x"});
    FxNode node;
    node.kind = FxKind::GetAttr;
    node.target = "a.weight";
    node.tensor = 9;
    node.frame = frame;
    node.source = source;
    node.kwargs.push_back({"k", FxArg(1.5)});
    graph.add_node(main_block, node, {"w"}, {FxType::tensor(DType::Int8)});
    finish(graph, FxNone{});
    const FxGraph result = inline_list_literals(graph, {});
    const FxNode& copy = result.nodes[0];
    QCOMPARE(copy.kind, FxKind::GetAttr);
    QCOMPARE(copy.target, std::string("a.weight"));
    QCOMPARE(copy.tensor, 9u);
    QCOMPARE(copy.kwargs, node.kwargs);
    QCOMPARE(result.frames[copy.frame].module, 4u);
    QCOMPARE(result.frames[copy.frame].call, 2u);
    QCOMPARE(result.sources[copy.source].file, std::string("a.py"));
    QCOMPARE(result.values[copy.outputs[0]].name, std::string("w"));
    QCOMPARE(result.values[copy.outputs[0]].type.dtype, DType::Int8);
}

void FxInlineLists::method_targets()
{
    for (const char* target : {"aten::view", "aten::add_.Tensor", "aten::size.int",
                               "aten::to.dtype", "aten::permute", "aten::relu_", "aten::copy_"})
        QVERIFY2(is_method_target(target), target);
    for (const char* target : {"aten::add.Tensor", "aten::relu", "prim::view", "aten::__and__.bool",
                               "aten::conv2d", "torchvision::nms", "view", ""})
        QVERIFY2(!is_method_target(target), target);
}

QTEST_APPLESS_MAIN(FxInlineLists)
#include "tst_fx_inline_lists.moc"
