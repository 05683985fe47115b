// Speed of what every opened file goes through, on made-up models of 1 000 to 100 000 nodes: use
// lists, coverage, writing and reading back.
#include "ir/attribution.h"
#include "onnx/onnx_reader.h"
#include "onnx/onnx_writer.h"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace strata;

struct MadeUp {
    OnnxModel model;
    ModuleTree modules{"Chain"};
    Attribution attribution;
};

/// Blocks of eight nodes; each block is a module, and its last node adds the block's input.
std::unique_ptr<MadeUp> chain(std::int64_t nodes)
{
    auto made = std::make_unique<MadeUp>();
    OnnxModel& model = made->model;
    model.ir_version = 8;
    model.opsets = {{"", 17}};
    model.graphs[OnnxModel::main_graph].name = model.intern("chain");

    auto add_value = [&](const std::string& name) {
        const ValueId id = model.add_value(OnnxModel::main_graph, name);
        model.values[id].dtype = DType::Float32;
        model.values[id].has_shape = true;
        model.values[id].shape = {Dim::of(1), Dim::of(64)};
        return id;
    };
    const ModuleId blocks = made->modules.add(root_module, "blocks", "Sequential");
    ValueId last = add_value("x");
    model.graphs[OnnxModel::main_graph].inputs = {last};
    ValueId skip = last;
    ModuleId block = root_module;
    for (std::int64_t i = 0; i < nodes; ++i) {
        if (i % 8 == 0) {
            block = made->modules.add(blocks, std::to_string(i / 8), "Block");
            skip = last;
        }
        OnnxNode node;
        const bool adds = i % 8 == 7;
        node.op_type = model.intern(adds ? "Add" : "Relu");
        node.name = model.intern(fmt::format("/blocks/{}/{}_{}", i / 8, adds ? "Add" : "Relu", i));
        node.inputs = adds ? std::vector<ValueId>{last, skip} : std::vector<ValueId>{last};
        last = add_value(fmt::format("v{}", i));
        node.outputs = {last};
        model.add_node(OnnxModel::main_graph, std::move(node));

        NodeAttribution& attribution = made->attribution.emplace_back();
        attribution.module = block;
        attribution.confidence = 1.0;
        attribution.kind = EvidenceKind::Recorded;
        attribution.synthetic = false;
    }
    model.graphs[OnnxModel::main_graph].outputs = {last};
    return made;
}

void use_lists(benchmark::State& state)
{
    const auto made = chain(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(made->model.consumers());
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void coverage(benchmark::State& state)
{
    const auto made = chain(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(compute_coverage(made->model, made->modules, made->attribution));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

std::filesystem::path scratch_file()
{
    return std::filesystem::temp_directory_path() / fmt::format("strata-bench-{}.onnx", getpid());
}

void write(benchmark::State& state)
{
    const auto made = chain(state.range(0));
    TaskContext task;
    for (auto _ : state)
        if (auto written = write_onnx(made->model, scratch_file(), {}, task); !written)
            state.SkipWithError(written.error().text().c_str());
    std::filesystem::remove(scratch_file());
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void read(benchmark::State& state)
{
    const auto made = chain(state.range(0));
    TaskContext task;
    if (auto written = write_onnx(made->model, scratch_file(), {}, task); !written)
        state.SkipWithError(written.error().text().c_str());
    for (auto _ : state) {
        auto model = read_onnx(scratch_file(), task);
        if (!model)
            state.SkipWithError(model.error().text().c_str());
        benchmark::DoNotOptimize(model);
    }
    std::filesystem::remove(scratch_file());
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

} // namespace

BENCHMARK(use_lists)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);
BENCHMARK(coverage)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);
BENCHMARK(write)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);
BENCHMARK(read)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);
