// Speed of attribution on made-up models of up to 100 000 nodes: with names, with names of weights
// only, and without any names but with the source model. Reports the peak of memory a node beside
// the time.
#include "hierarchy/attribute.h"

#include <benchmark/benchmark.h>

#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <sys/resource.h>

namespace {

using namespace strata;

enum class Names { All, Weights, None };

struct MadeUp {
    OnnxModel model;
    Program program;
};

Tensor weights(std::int64_t number, std::vector<std::int64_t> shape)
{
    std::vector<float> values;
    std::uint32_t state = static_cast<std::uint32_t>(number) * 2654435761U + 1U;
    const auto count = static_cast<std::size_t>(*checked_element_count(shape));
    for (std::size_t i = 0; i < count; ++i) {
        state = state * 1664525U + 1013904223U;
        values.push_back(static_cast<float>(state >> 8));
    }
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return Tensor::from_bytes(DType::Float32, std::move(shape), std::move(bytes));
}

/// Residual blocks of eight nodes, two of which read weights.
std::unique_ptr<MadeUp> blocks(std::int64_t nodes, Names names)
{
    auto made = std::make_unique<MadeUp>();
    OnnxModel& model = made->model;
    ModuleTree& modules = made->program.modules;
    FxGraph& fx = made->program.graph;
    const ModuleId list = modules.add(root_module, "blocks", "ModuleList");
    std::int64_t number = 0;
    const auto value = [&] {
        return model.add_value(OnnxModel::main_graph, fmt::format("v{}", number++));
    };
    ValueId last = value();
    model.graphs[OnnxModel::main_graph].inputs = {last};
    const auto emit = [&](FrameId frame, const char* op, std::vector<ValueId> inputs) {
        OnnxNode node;
        node.op_type = model.intern(op);
        const std::string& fqn = modules[fx.frames[frame].module].fqn;
        if (names == Names::All) {
            std::string path = fqn;
            std::replace(path.begin(), path.end(), '.', '/');
            node.name = model.intern(fmt::format("/{}/{}_{}", path, op, number));
        }
        node.inputs = std::move(inputs);
        last = value();
        node.outputs = {last};
        model.add_node(OnnxModel::main_graph, std::move(node));
        NodeProvenance provenance;
        provenance.frame = frame;
        model.provenance.push_back(provenance);
    };
    const auto weight = [&](ModuleId module, const char* name, std::vector<std::int64_t> shape) {
        const auto index = static_cast<std::uint32_t>(made->program.tensors.size());
        made->program.tensors.push_back(weights(index, std::move(shape)));
        made->program.tensor_names.push_back(modules[module].fqn + "." + name);
        modules.at(module).tensors.push_back({name, index, true, true});
        const std::uint32_t initializer = model.add_initializer(
            OnnxModel::main_graph,
            names == Names::None ? fmt::format("w{}", index) : made->program.tensor_names.back(),
            made->program.tensors.back());
        return model.initializers[initializer].value;
    };
    for (std::int64_t i = 0; i < nodes / 8; ++i) {
        const ModuleId block = modules.add(list, std::to_string(i), "Block");
        const ModuleId fc1 = modules.add(block, "fc1", "Linear");
        const ModuleId fc2 = modules.add(block, "fc2", "Linear");
        const FrameId outer = fx.add_frame(block, 0, 0);
        const FrameId first = fx.add_frame(fc1, 0, outer);
        const FrameId second = fx.add_frame(fc2, 0, outer);
        const ValueId skip = last;
        emit(first, "MatMul", {last, weight(fc1, "weight", {8, 16})});
        emit(first, "Add", {last, weight(fc1, "bias", {16})});
        emit(outer, "Relu", {last});
        emit(outer, "Dropout", {last});
        emit(second, "MatMul", {last, weight(fc2, "weight", {16, 8})});
        emit(second, "Add", {last, weight(fc2, "bias", {8})});
        emit(outer, "Add", {last, skip});
        emit(outer, "Relu", {last});
    }
    model.graphs[OnnxModel::main_graph].outputs = {last};
    return made;
}

long peak_kilobytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

void attribute(benchmark::State& state, Names names, bool with_source)
{
    const auto file = blocks(state.range(0), names);
    const auto source = blocks(state.range(0), Names::Weights);
    file->model.provenance.clear();
    const long before = peak_kilobytes();
    for (auto _ : state) {
        TaskContext task;
        auto result = with_source
                          ? attribute_nodes(file->model, &source->program, &source->model, task)
                          : attribute_nodes(file->model, nullptr, task);
        if (!result || result->nodes.size() != file->model.nodes.size())
            state.SkipWithError("attribution failed");
        benchmark::DoNotOptimize(result);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["bytes/node"] = static_cast<double>(peak_kilobytes() - before) * 1024.0 /
                                   static_cast<double>(state.range(0));
}

void all_names(benchmark::State& state)
{
    attribute(state, Names::All, false);
}
void weight_names(benchmark::State& state)
{
    attribute(state, Names::Weights, false);
}
void source_only(benchmark::State& state)
{
    attribute(state, Names::None, true);
}
void nothing_speaks(benchmark::State& state)
{
    attribute(state, Names::None, false);
}

// The largest first: the peak of memory only grows.
BENCHMARK(all_names)->Arg(100000)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(weight_names)->Arg(100000)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(source_only)->Arg(100000)->Arg(10000)->Unit(benchmark::kMillisecond);
BENCHMARK(nothing_speaks)->Arg(100000)->Arg(10000)->Unit(benchmark::kMillisecond);

} // namespace
