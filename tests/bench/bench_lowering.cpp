// Lowering, clean-up and attribution of made-up programs of 10 000 and 50 000 FX nodes:
// convolutions, linear layers, element by element, views, shape arithmetic, writes in place through
// views, each block in module calls of its own. The goal: linear (50 000 nodes cost at most 5.5
// times what 10 000 cost), and under 2 s in all for 50 000.
#include "hierarchy/annotate.h"
#include "hierarchy/attribute.h"
#include "ir/attribution.h"
#include "lowering/lower.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <string>
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

void lower_optimise_attribute(benchmark::State& state)
{
    const MadeUpProgram made(static_cast<std::size_t>(state.range(0)));
    const Program& program = made.program();
    double lower = 0;
    double passes = 0;
    double attribute = 0;
    std::size_t nodes = 0;
    for ([[maybe_unused]] auto round : state) {
        TaskContext task;
        const auto start = std::chrono::steady_clock::now();
        auto lowered = lower_program(program, {}, task);
        if (!lowered || !lowered->unsupported.empty() || !lowered->accounting.closed()) {
            state.SkipWithError(!lowered ? lowered.error().text().c_str()
                                : lowered->unsupported.empty()
                                    ? "a node is not accounted for"
                                    : lowered->unsupported.front().reason.c_str());
            break;
        }
        lower += seconds_since(start) - lowered->pass_seconds;
        passes += lowered->pass_seconds;
        const auto middle = std::chrono::steady_clock::now();
        annotate_provenance(*lowered->model, program);
        const auto attributed = attribute_nodes(*lowered->model, &program, task);
        const Coverage coverage =
            compute_coverage(*lowered->model, attributed->modules, attributed->nodes);
        attribute += seconds_since(middle);
        nodes = lowered->model->nodes.size();
        if (coverage.all.recorded != nodes)
            state.SkipWithError("a node has no module");
        state.PauseTiming(); // taking the model apart again is no part of it
        lowered = tl::unexpected(Error{});
        state.ResumeTiming();
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["lower_s"] = lower / rounds;
    state.counters["passes_s"] = passes / rounds;
    state.counters["attribute_s"] = attribute / rounds;
    state.counters["onnx_nodes"] = static_cast<double>(nodes);
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(lower_optimise_attribute)->Arg(10000)->Arg(50000)->Unit(benchmark::kMillisecond);

} // namespace
