// Lowering, clean-up and attribution of made-up programs of 10 000 and 50 000 FX nodes:
// convolutions, linear layers, element by element, views, shape arithmetic, writes in place through
// views, each block in module calls of its own. The goal: linear (50 000 nodes cost at most 5.5
// times what 10 000 cost), and under 2 s in all for 50 000.
#include "hierarchy/annotate.h"
#include "hierarchy/attribute.h"
#include "ir/attribution.h"
#include "lowering/lower.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace strata;

constexpr std::int64_t batch = 2;
constexpr std::int64_t channels = 16;
constexpr std::int64_t side = 8;

class MadeUpProgram {
public:
    explicit MadeUpProgram(std::size_t nodes)
        : m_program(std::make_unique<Program>()),
          m_weights(std::make_shared<MemoryStorage>(
              std::vector<std::byte>(channels * channels * 3 * 3 * sizeof(float))))
    {
        m_program->modules = ModuleTree("Stack");
        m_blocks = m_program->modules.add(root_module, "blocks", "ModuleList");
        FxType image = FxType::tensor(DType::Float32);
        image.shape = {{{batch, {}}, {channels, {}}, {side, {}}, {side, {}}}};
        FxNode input;
        input.kind = FxKind::Placeholder;
        input.target = "x";
        FxValueId x = add(std::move(input), image);
        for (std::size_t i = 0; graph().nodes.size() < nodes; ++i)
            x = add_block(i, x);
        FxNode output;
        output.kind = FxKind::Output;
        output.target = "output";
        output.args = {FxRef{x}};
        graph().add_node(FxGraph::main_block, std::move(output), {}, {});
    }

    const Program& program() const { return *m_program; }

private:
    FxGraph& graph() { return m_program->graph; }

    FxValueId add(FxNode node, FxType type)
    {
        node.frame = m_frame;
        const FxNodeId id = graph().add_node(FxGraph::main_block, std::move(node), {"v"}, {type});
        return graph().nodes[id].outputs.front();
    }

    FxValueId call(const char* target, std::vector<FxArg> args,
                   FxType type = FxType::tensor(DType::Float32))
    {
        FxNode node;
        node.target = target;
        node.args = std::move(args);
        node.source = graph().add_source({"stack.py", ++m_line % 40 + 10, "forward", {}});
        return add(std::move(node), std::move(type));
    }

    FxValueId attribute(ModuleId module, const char* name, std::vector<std::int64_t> shape)
    {
        Tensor tensor;
        tensor.dtype = DType::Float32;
        tensor.shape = std::move(shape);
        tensor.storage = m_weights;
        const auto index = static_cast<std::uint32_t>(m_program->tensors.size());
        m_program->modules.at(module).tensors.push_back({name, index, true, true});
        FxNode node;
        node.kind = FxKind::GetAttr;
        node.target = m_program->modules[module].fqn + "." + name;
        node.tensor = index;
        m_program->tensors.push_back(std::move(tensor));
        m_program->tensor_names.push_back(node.target);
        return add(std::move(node), FxType::tensor(DType::Float32));
    }

    static FxArg ints(std::vector<std::int64_t> values)
    {
        return FxArg::List(values.begin(), values.end());
    }

    FxValueId add_block(std::size_t index, FxValueId x)
    {
        ModuleTree& modules = m_program->modules;
        const ModuleId block = modules.add(m_blocks, std::to_string(index), "Block");
        const ModuleId conv = modules.add(block, "conv", "Conv2d");
        const ModuleId linear = modules.add(block, "linear", "Linear");
        const FrameId frame = graph().add_frame(block, 0, 0);
        const FxType number = FxType::of(FxType::Kind::Int);

        m_frame = graph().add_frame(conv, 0, frame);
        const FxValueId weight = attribute(conv, "weight", {channels, channels, 3, 3});
        const FxValueId bias = attribute(conv, "bias", {channels});
        FxValueId y = call("aten::conv2d", {FxRef{x}, FxRef{weight}, FxRef{bias}, ints({1, 1}),
                                            ints({1, 1}), ints({1, 1}), std::int64_t{1}});
        m_frame = frame;
        y = call("aten::relu_", {FxRef{y}});
        // A write in place through a view.
        const FxValueId row =
            call("aten::select.int", {FxRef{y}, std::int64_t{2}, std::int64_t{0}});
        call("aten::mul_.Scalar", {FxRef{row}, 0.5});
        // Shape arithmetic, and the shapes it makes.
        const FxValueId height = call("aten::size.int", {FxRef{y}, std::int64_t{2}}, number);
        const FxValueId width = call("aten::size.int", {FxRef{y}, std::int64_t{3}}, number);
        const FxValueId area = call("aten::mul.int", {FxRef{height}, FxRef{width}}, number);
        FxArg::List flat{batch, channels, FxRef{area}};
        FxValueId z = call("aten::view", {FxRef{y}, std::move(flat)});
        z = call("aten::transpose.int", {FxRef{z}, std::int64_t{1}, std::int64_t{2}});
        m_frame = graph().add_frame(linear, 0, frame);
        const FxValueId matrix = attribute(linear, "weight", {channels, channels});
        const FxValueId offset = attribute(linear, "bias", {channels});
        z = call("aten::linear", {FxRef{z}, FxRef{matrix}, FxRef{offset}});
        m_frame = frame;
        z = call("aten::gelu", {FxRef{z}});
        z = call("aten::transpose.int", {FxRef{z}, std::int64_t{1}, std::int64_t{2}});
        FxArg::List whole{batch, channels, FxRef{height}, FxRef{width}};
        z = call("aten::reshape", {FxRef{z}, std::move(whole)});
        z = call("aten::mul.Scalar", {FxRef{z}, 0.25});
        return call("aten::add.Tensor", {FxRef{x}, FxRef{z}, std::int64_t{1}});
    }

    std::unique_ptr<Program> m_program;
    std::shared_ptr<const TensorStorage> m_weights;
    ModuleId m_blocks = root_module;
    FrameId m_frame = 0;
    std::uint32_t m_line = 0;
};

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Run {
    double lower = 0;
    double passes = 0;
    double attribute = 0;
    std::size_t nodes = 0;
    std::array<char, 100> error{}; ///< what went wrong; empty: nothing

    double seconds() const { return lower + passes + attribute; }
    void fail(std::string_view text)
    {
        text.copy(error.data(), std::min(text.size(), error.size() - 1));
    }
};

Run run_once(const Program& program)
{
    Run run;
    TaskContext task;
    const auto start = std::chrono::steady_clock::now();
    const auto lowered = lower_program(program, {}, task);
    if (!lowered) {
        run.fail(lowered.error().text());
        return run;
    }
    if (!lowered->unsupported.empty())
        run.fail(lowered->unsupported.front().reason);
    else if (!lowered->accounting.closed())
        run.fail("a node is not accounted for");
    run.passes = lowered->pass_seconds;
    run.lower = seconds_since(start) - run.passes;
    const auto middle = std::chrono::steady_clock::now();
    annotate_provenance(*lowered->model, program);
    const auto attributed = attribute_nodes(*lowered->model, &program, task);
    if (!attributed) {
        run.fail(attributed.error().text());
        return run;
    }
    const Coverage coverage =
        compute_coverage(*lowered->model, attributed->modules, attributed->nodes);
    run.attribute = seconds_since(middle);
    run.nodes = lowered->model->nodes.size();
    if (coverage.all.recorded != run.nodes)
        run.fail("a node has no module");
    return run;
}

/// In a process of its own, as exports run: with the cost of fresh memory, and without what the
/// runs before left behind.
Run run_in_child(const Program& program)
{
    Run run;
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        run.fail("no pipe");
        return run;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        run = run_once(program);
        const bool written = ::write(ends[1], &run, sizeof run) == sizeof run;
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    if (child < 0 || ::read(ends[0], &run, sizeof run) != sizeof run)
        run.fail("the process that lowers has ended");
    ::close(ends[0]);
    if (child > 0)
        ::waitpid(child, nullptr, 0);
    return run;
}

void lower_optimise_attribute(benchmark::State& state, Run (*measure)(const Program&))
{
    const MadeUpProgram small(100);
    run_once(small.program()); // what a process builds once, such as the registry of operators
    const MadeUpProgram made(static_cast<std::size_t>(state.range(0)));
    Run sum;
    for ([[maybe_unused]] auto round : state) {
        const Run run = measure(made.program());
        if (run.error.front() != 0) {
            state.SkipWithError(run.error.data());
            break;
        }
        state.SetIterationTime(run.seconds());
        sum.lower += run.lower;
        sum.passes += run.passes;
        sum.attribute += run.attribute;
        sum.nodes = run.nodes;
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["lower_s"] = sum.lower / rounds;
    state.counters["passes_s"] = sum.passes / rounds;
    state.counters["attribute_s"] = sum.attribute / rounds;
    state.counters["onnx_nodes"] = static_cast<double>(sum.nodes);
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

// Over and over in one process, what 10 000 nodes need stays in the cache between the runs and what
// 50 000 need does not: that factor says more about the cache than about the code.
BENCHMARK_CAPTURE(lower_optimise_attribute, own_process, run_in_child)
    ->Arg(10000)
    ->Arg(50000)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();
BENCHMARK_CAPTURE(lower_optimise_attribute, same_process, run_once)
    ->Arg(10000)
    ->Arg(50000)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

} // namespace
