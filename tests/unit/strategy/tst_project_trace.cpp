#include "ir/fx_text.h"
#include "strategy/dependence.h"
#include "strategy/project_trace.h"
#include "support/trace_builder.h"

#include <QtTest>

#include <algorithm>

using namespace strata;
using strata::test::TraceBuilder;

namespace {

/// `y = act(x)` in a loop whose body asks a condition: the smallest graph with everything.
constexpr const char* loop_with_branch = R"(
frame 0: "" class="Model"
frame 1: "act" class="Act" parent=0 src=0
source 0: "model.py":10 function="forward"
source 1: "model.py":12 function="forward"
%x : tensor<float32> = placeholder[x]()
%n : int = call_function[aten::size.int](%x, 0) {src=0}
%r : tensor = call_function[prim::Loop](%n, True, %x) {src=0}
  block(%i : int, %h : tensor) {
    %s : tensor = call_function[aten::sum](%h)
    %c : bool = call_function[aten::Bool.Tensor](%s)
    %z : tensor = call_function[prim::If](%c) {src=1}
      block() {
        %a : tensor = call_function[aten::relu](%h) {frame=1}
        return(%a)
      }
      block() {
        %b : tensor = call_function[aten::neg](%h)
        return(%b)
      }
    return(True, %z)
  }
output[output](%r)
)";

std::shared_ptr<Program> parse(const char* text)
{
    auto program = std::make_shared<Program>();
    auto graph = parse_fx(text, program->modules);
    if (!graph)
        qFatal("%s", graph.error().text().c_str());
    program->graph = *std::move(graph);
    return program;
}

FxNodeId node_of(const FxGraph& graph, std::string_view name)
{
    for (const FxValue& value : graph.values)
        if (value.name == name)
            return value.node;
    qFatal("no such value");
}

std::vector<FxNodeId> with_target(const FxGraph& graph, std::string_view target)
{
    std::vector<FxNodeId> found;
    for (FxNodeId id = 0; id < graph.nodes.size(); ++id)
        if (graph.nodes[id].target == target)
            found.push_back(id);
    return found;
}

Projection project(const Program& program, const std::string& trace, ProjectionPlan plan)
{
    TaskContext task;
    auto result =
        project_trace(program, TraceBuilder::build(program.graph, trace), std::move(plan), task);
    if (!result)
        qFatal("%s", result.error().text().c_str());
    const std::vector<std::string> complaints = verify_fx(result->program->graph);
    for (const std::string& complaint : complaints)
        qCritical("%s", complaint.c_str());
    if (!complaints.empty())
        qFatal("%s", print_fx(result->program->graph, result->program->modules).c_str());
    return *std::move(result);
}

ProjectionPlan everything()
{
    ProjectionPlan plan;
    plan.all_control_flow = true;
    return plan;
}

} // namespace

class TestProjectTrace : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyPlanChangesNothing()
    {
        const auto program = parse(loop_with_branch);
        const Projection projection = project(*program, "r: 2\nz: then else", {});
        QCOMPARE(QString::fromStdString(
                     print_fx(projection.program->graph, projection.program->modules)),
                 QString::fromStdString(print_fx(program->graph, program->modules)));
        QVERIFY(projection.regions.empty());
        for (FxNodeId id = 0; id < program->graph.nodes.size(); ++id)
            QCOMPARE(projection.origins[id], id);
    }

    void loopsBecomeTheirIterations()
    {
        const auto program = parse(loop_with_branch);
        const Projection projection =
            project(*program, "n = 3\nr: 3\nz: then else then", everything());
        const FxGraph& graph = projection.program->graph;
        QVERIFY(with_target(graph, "prim::If").empty());
        QVERIFY(with_target(graph, "prim::Loop").empty());
        const auto relus = with_target(graph, "aten::relu");
        const auto negs = with_target(graph, "aten::neg");
        QCOMPARE(relus.size(), std::size_t(2));
        QCOMPARE(negs.size(), std::size_t(1));
        // x -> relu -> neg -> relu -> output
        const auto argument = [&](FxNodeId id) {
            return graph.values[graph.nodes[id].args[0].ref()->value].node;
        };
        QCOMPARE(graph.nodes[argument(relus[0])].kind, FxKind::Placeholder);
        QCOMPARE(argument(negs[0]), relus[0]);
        QCOMPARE(argument(relus[1]), negs[0]);
        QCOMPARE(argument(graph.output_node()), relus[1]);
        // The module runs in the first and third iteration: its first and second call.
        QCOMPARE(graph.frames[graph.nodes[relus[0]].frame].call, 0U);
        QCOMPARE(graph.frames[graph.nodes[relus[1]].frame].call, 1U);
        const ModuleId act = *projection.program->modules.find("act");
        QCOMPARE(projection.program->modules[act].calls, 2U);
        QCOMPARE(projection.program->modules[root_module].calls, 1U);
    }

    void decisionsAreTold()
    {
        const auto program = parse(loop_with_branch);
        const Projection projection =
            project(*program, "n = 3\nr: 3\nz: then else then", everything());
        QCOMPARE(projection.regions.size(), std::size_t(3));
        const ProjectedRegion& then = projection.regions[0];
        QCOMPARE(then.kind, std::string("branch"));
        QCOMPARE(then.source, std::string("model.py:12"));
        QCOMPARE(then.count, std::uint64_t(2));
        QVERIFY(then.depends_on_data);
        const ProjectedRegion& loop = projection.regions[2];
        QCOMPARE(loop.kind, std::string("loop"));
        QCOMPARE(loop.source, std::string("model.py:10"));
        QCOMPARE(loop.detail, std::string("run 3 times"));
        QVERIFY(!loop.depends_on_data);
        QCOMPARE(projection.diagnostics.size(), std::size_t(3));
        for (const Diagnostic& diagnostic : projection.diagnostics)
            QCOMPARE(diagnostic.severity, Severity::Info);
        QVERIFY(projection.diagnostics[0].message.find("model.py:12") != std::string::npos);
    }

    void branchAloneInsideOfALoop()
    {
        const auto program = parse(loop_with_branch);
        ProjectionPlan plan;
        plan.control_flow = {node_of(program->graph, "z")};
        const Projection projection = project(*program, "n = 2\nr: 2\nz: else else", plan);
        const FxGraph& graph = projection.program->graph;
        QCOMPARE(with_target(graph, "prim::Loop").size(), std::size_t(1));
        QVERIFY(with_target(graph, "prim::If").empty());
        QVERIFY(with_target(graph, "aten::relu").empty());
        QCOMPARE(with_target(graph, "aten::neg").size(), std::size_t(1));
        // The module's one call did not happen.
        QCOMPARE(projection.program->modules[*projection.program->modules.find("act")].calls, 0U);
    }

    void differentDecisionsUnrollTheLoop()
    {
        const auto program = parse(loop_with_branch);
        ProjectionPlan plan;
        plan.control_flow = {node_of(program->graph, "z")};
        const Projection projection = project(*program, "n = 2\nr: 2\nz: else then", plan);
        QVERIFY(with_target(projection.program->graph, "prim::Loop").empty());
        QCOMPARE(with_target(projection.program->graph, "aten::neg").size(), std::size_t(1));
        QCOMPARE(with_target(projection.program->graph, "aten::relu").size(), std::size_t(1));
    }

    void placesThatDidNotRunTakeTheirBranchAlong()
    {
        const auto program = parse(loop_with_branch);
        ProjectionPlan plan;
        plan.values = {node_of(program->graph, "b")};
        const Projection projection = project(*program, "n = 1\nr: 1\nz: then", plan);
        // The else-branch never ran: the branch is gone, the loop could stay.
        QVERIFY(with_target(projection.program->graph, "prim::If").empty());
        QVERIFY(with_target(projection.program->graph, "aten::neg").empty());
        QCOMPARE(with_target(projection.program->graph, "prim::Loop").size(), std::size_t(1));
    }

    void loopThatNeverRan()
    {
        const auto program = parse(loop_with_branch);
        const Projection projection = project(*program, "n = 0\nr: 0", everything());
        const FxGraph& graph = projection.program->graph;
        const FxNode& output = graph.nodes[graph.output_node()];
        QCOMPARE(graph.nodes[graph.values[output.args[0].ref()->value].node].kind,
                 FxKind::Placeholder);
    }

    void valuesBecomeConstantsWhereAsked()
    {
        const auto program = parse(R"(
frame 0: "" class="Model"
%x : tensor<float32> = placeholder[x]()
%s : tensor = call_function[aten::sum](%x)
%k : int = call_function[aten::Int.Tensor](%s)
%p : tensor = call_function[aten::repeat](%x, [%k, 2])
%q : tensor = call_function[aten::repeat](%x, [%k, 3])
output[output](%p, %q)
)");
        ProjectionPlan plan;
        plan.values = {node_of(program->graph, "p")};
        const Projection projection = project(*program, "k = 7", plan);
        const FxGraph& graph = projection.program->graph;
        const auto repeats = with_target(graph, "aten::repeat");
        QCOMPARE(graph.nodes[repeats[0]].args[1],
                 FxArg(FxArg::List{FxArg(std::int64_t{7}), FxArg(std::int64_t{2})}));
        const auto& other = std::get<FxArg::List>(graph.nodes[repeats[1]].args[1].value);
        QVERIFY(other[0].ref() != nullptr);
        QCOMPARE(projection.regions.size(), std::size_t(1));
        QCOMPARE(projection.regions[0].kind, std::string("value"));
    }

    void ranksAndShapes()
    {
        const auto program = parse(R"(
frame 0: "" class="Model"
%x : tensor<float32> = placeholder[x]()
%y : tensor = call_function[aten::foo](%x)
output[output](%y)
)");
        ProjectionPlan plan;
        plan.ranks = true;
        const auto type = [&](const Projection& projection) {
            const FxGraph& graph = projection.program->graph;
            return graph.values[graph.nodes[with_target(graph, "aten::foo")[0]].outputs[0]].type;
        };
        const FxType ranks = type(project(*program, "y # 4x5", plan));
        QVERIFY(ranks.shape.has_value());
        QCOMPARE(ranks.shape->size(), std::size_t(2));
        QVERIFY(!(*ranks.shape)[0].known());
        plan.shapes = true;
        const FxType shapes = type(project(*program, "y # 4x5", plan));
        QCOMPARE((*shapes.shape)[1].value, std::int64_t(5));
    }

    void foreignTracesAreRefused()
    {
        const auto program = parse(loop_with_branch);
        ExecutionTrace trace = TraceBuilder::build(program->graph, "r: 1\nz: then");
        trace.records[1].node = trace.records[0].node;
        TaskContext task;
        const auto result = project_trace(*program, trace, everything(), task);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Internal);
    }

    void cancelled()
    {
        const auto program = parse(loop_with_branch);
        std::stop_source stop;
        stop.request_stop();
        TaskContext task(stop.get_token());
        const auto result = project_trace(
            *program, TraceBuilder::build(program->graph, "r: 1\nz: then"), everything(), task);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Cancelled);
    }

    void dependences()
    {
        const auto program = parse(R"(
frame 0: "" class="Model"
%x : tensor<float32> = placeholder[x]()
%w : tensor<float32> = get_attr[w]()
%n : int = call_function[aten::size.int](%x, 0)
%o : tensor = call_function[aten::zeros](%n)
%l : tensor = call_function[aten::zeros_like](%x)
%v : tensor = call_function[aten::add.Tensor](%w, 1)
%d : tensor = call_function[aten::add.Tensor](%o, %x)
%r : tensor = call_function[prim::Loop](3, True, %w)
  block(%i : int, %h : tensor) {
    %g : tensor = call_function[aten::add.Tensor](%h, %d)
    return(True, %g)
  }
%k : int = call_function[aten::size.int](%r, 0)
output[output](%r)
)");
        const FxGraph& graph = program->graph;
        const std::vector<Dependence> found = find_dependences(graph);
        const auto of = [&](std::string_view name) {
            return found[graph.nodes[node_of(graph, name)].outputs[0]];
        };
        QCOMPARE(of("x"), Dependence::OnData);
        QCOMPARE(of("w"), Dependence::OnModel);
        QCOMPARE(of("n"), Dependence::OnShapes);
        QCOMPARE(of("o"), Dependence::OnShapes);
        QCOMPARE(of("l"), Dependence::OnShapes);
        QCOMPARE(of("v"), Dependence::OnModel);
        QCOMPARE(of("d"), Dependence::OnData);
        QCOMPARE(of("r"), Dependence::OnData);
        QCOMPARE(of("k"), Dependence::OnShapes);
    }
};

QTEST_APPLESS_MAIN(TestProjectTrace)
#include "tst_project_trace.moc"
