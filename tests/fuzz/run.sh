#!/usr/bin/env bash
# Builds the libFuzzer programs and runs each for a bounded time on its corpus (tests/data/fuzz).
#
#   tests/fuzz/run.sh [SECONDS [NAME...]]      default: 20 seconds each, all
#
# A finding is written to build/fuzz/findings/NAME/ and fails the run. To see it again: build/fuzz/fuzz/fuzz_NAME FILE
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../packaging/lib.sh"

seconds="${1:-20}"
shift || true
names=("$@")
[ ${#names[@]} -gt 0 ] || names=(pt2_archive pt2_graph onnx_attribution)
command -v clang++ >/dev/null || die "the fuzzers are built with Clang: install the package clang"

build_preset fuzz "${names[@]/#/fuzz_}"
build="$strata_root/build/fuzz"
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

fuzz() {
    local name="$1" corpus="$build/corpus/$1" findings="$build/findings/$1" log="$build/$1.log"
    mkdir -p "$corpus" "$findings"
    local -a seeds=()
    if [ -d "$strata_root/tests/data/fuzz/$name" ]; then
        seeds=("$strata_root/tests/data/fuzz/$name")
    else # the small files of the model zoo
        find "$strata_root/tests/data/zoo" -name '*.onnx' -size -20k -exec cp -n -t "$corpus" {} +
    fi
    # The same inputs in every run of the same build: a finding can be repeated.
    local -a options=(-seed="${STRATA_FUZZ_SEED:-1}" -max_total_time="$seconds" -max_len=65536 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="$findings/")
    if [ -f "$strata_root/tests/data/fuzz/$name.dict" ]; then
        options+=(-dict="$strata_root/tests/data/fuzz/$name.dict")
    fi
    if ! "$build/fuzz/fuzz_$name" "${options[@]}" "$corpus" "${seeds[@]}" >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        say "$name: a finding, in $findings"
        return 1
    fi
    say "$name: $(grep -o 'number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*') inputs, nothing found"
}

say "Fuzzing, ${seconds} seconds each"
jobs=()
for name in "${names[@]}"; do
    fuzz "$name" &
    jobs+=($!)
done
status=0
for job in "${jobs[@]}"; do
    wait "$job" || status=1
done
exit "$status"
