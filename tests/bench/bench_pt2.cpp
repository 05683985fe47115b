// Opening archives of torch.export and parsing their JSON. The files are made by make_pt2.py, and
// named in the environment:
//
//   STRATA_BENCH_PT2=resnet50.pt2 STRATA_BENCH_JSON=100mb.json build/bench/bench/bench_pt2
//
// pt2.sh does all of that.
#include "base/mapped_file.h"
#include "frontends/model_file.h"
#include "pt2/json_document.h"
#include "pt2/pt2_archive.h"

#include <benchmark/benchmark.h>
#include <cstdlib>

namespace {

using namespace strata;

const char* file_of(benchmark::State& state, const char* variable)
{
    const char* file = std::getenv(variable);
    if (!file)
        state.SkipWithError("the environment names no file; see pt2.sh");
    return file;
}

/// Archive, JSON, tensors mapped; no graph.
void open_archive(benchmark::State& state)
{
    const char* file = file_of(state, "STRATA_BENCH_PT2");
    for (auto _ : state) {
        TaskContext task;
        auto model = open_pt2_model(file ? file : "", {}, task);
        if (!model)
            return state.SkipWithError(model.error().text().c_str());
        benchmark::DoNotOptimize(*model);
    }
}
BENCHMARK(open_archive)->Unit(benchmark::kMillisecond);

/// The same with module tree and FX graph: what opening a model takes before lowering.
void load_whole_program(benchmark::State& state)
{
    const char* file = file_of(state, "STRATA_BENCH_PT2");
    for (auto _ : state) {
        TaskContext task;
        auto program = load_program(file ? file : "", task);
        if (!program)
            return state.SkipWithError(program.error().text().c_str());
        benchmark::DoNotOptimize(*program);
    }
}
BENCHMARK(load_whole_program)->Unit(benchmark::kMillisecond);

void parse_json(benchmark::State& state)
{
    const char* file = file_of(state, "STRATA_BENCH_JSON");
    const auto mapped = MappedFile::open(file ? file : "");
    if (!mapped)
        return;
    // As in an archive: something comes after it.
    const auto bytes = (*mapped)->bytes();
    const auto text = bytes.first(bytes.size() - std::min<std::size_t>(bytes.size(), 64));
    for (auto _ : state) {
        auto document = JsonDocument::parse(text, 64);
        if (!document)
            return state.SkipWithError(document.error().text().c_str());
        benchmark::DoNotOptimize(document->root());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(parse_json)->Unit(benchmark::kMillisecond);

} // namespace
