// Finding things in a made-up decoder of 100 000 nodes: one keystroke in the locator, one query.
#include "../support/inspection_builder.h"
#include "query/locator.h"
#include "query/match_query.h"

#include <benchmark/benchmark.h>

namespace {

using namespace strata;

const Inspection& decoder()
{
    static const auto model = test::transformer_model(6250);
    return *model;
}

void build_locator(benchmark::State& state)
{
    TaskContext task;
    for (auto _ : state)
        benchmark::DoNotOptimize(Locator::of(decoder(), task));
}

void keystroke(benchmark::State& state, const char* typed)
{
    TaskContext task;
    static const Locator locator = *Locator::of(decoder(), task);
    for (auto _ : state)
        benchmark::DoNotOptimize(locator.find(typed, 50, task));
    state.counters["things"] = static_cast<double>(locator.entries().size());
}

void query(benchmark::State& state, const char* text)
{
    TaskContext task;
    const QueryTerm term = *parse_query(text);
    for (auto _ : state)
        benchmark::DoNotOptimize(QueryMatcher(decoder(), term).find_all(task));
}

} // namespace

BENCHMARK(build_locator)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, one_letter, "a")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, first_letter_of_all, "l")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, first_word_of_all, "layers")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, a_word, "attn")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, two_words, "layers 31 mul")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, letters_of_a_path, "layers3q")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(keystroke, more_of_them, "layers3qmat")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(query, word, "attn")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(query, fields, "op:MatMul under:layers.1* conf>0.5 shape:[1,*,768]")
    ->Unit(benchmark::kMillisecond);
