#!/usr/bin/env bash
# Exported programs (.pt2): opening a model of 25 million parameters, exporting it as a whole process, 100 MB of JSON.
#
#   tests/bench/pt2.sh [BUILD-FOLDER] [RUNS]      default: build/bench 5
#
# Prints the figures and fails when a goal is missed: opened in under 150 ms; exported 6 times faster than PyTorch 1.13
# exports the same model (1.53 s), that is in under 255 ms; JSON at more than 1 GB/s, in less than 4 times its size.
# Needs packaging/install_deps.sh build bench.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$(realpath "${1:-$here/../../build/bench}")"
runs="${2:-5}"
[ -x "$build/bench/bench_pt2" ] || { echo "error: $build holds no bench_pt2: build the bench preset first" >&2; exit 2; }

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$here/make_pt2.py" resnet50 "$folder/resnet50.pt2"
"$here/make_pt2.py" json 100 "$folder/100mb.json"
printf '%64s' '' >>"$folder/100mb.json" # where an archive goes on

export STRATA_BENCH_PT2="$folder/resnet50.pt2" STRATA_BENCH_JSON="$folder/100mb.json"
"$build/bench/bench_pt2" --benchmark_repetitions="$runs" --benchmark_report_aggregates_only=true \
    --benchmark_out="$folder/bench.json" --benchmark_out_format=json >&2
# Peak memory of one parse and nothing else.
/usr/bin/time -q -f '%M' -o "$folder/json.memory" "$build/bench/bench_pt2" --benchmark_filter=parse_json \
    --benchmark_min_time=0.001 >/dev/null 2>&1
for run in warm $(seq 1 "$runs"); do
    sync
    /usr/bin/time -q -f '%e %M' -o "$folder/export.$run" \
        "$build/bin/strata-cli" export "$folder/resnet50.pt2" -o "$folder/out.onnx" --quiet
done
python3 - "$folder" "$runs" <<'PYTHON'
import json, os, sys
folder, runs = sys.argv[1], int(sys.argv[2])
medians = {b["run_name"]: b for b in json.load(open(f"{folder}/bench.json"))["benchmarks"] if b.get("aggregate_name") == "median"}
export = sorted(float(open(f"{folder}/export.{i}").read().split()[0]) for i in range(1, runs + 1))[runs // 2]
memory = max(int(open(f"{folder}/export.{i}").read().split()[1]) for i in range(1, runs + 1)) / 1024
size = os.path.getsize(f"{folder}/100mb.json")
speed = medians["parse_json"]["bytes_per_second"] / 1e9
ratio = int(open(f"{folder}/json.memory").read()) * 1024 / size
loaded = medians["load_whole_program"]["real_time"]
figures = [
    ("archive opened", medians["open_archive"]["real_time"], "ms", None),
    ("program loaded (graph, module tree, tensors mapped)", loaded, "ms", loaded < 150),
    ("whole-process export", export * 1000, "ms", export < 1.53 / 6),
    ("peak memory of the export", memory, "MB", None),
    ("JSON parsed", speed, "GB/s", speed > 1),
    ("peak memory of a parse, of the JSON's size", ratio, "times", ratio < 4),
]
for name, value, unit, ok in figures:
    print(f"{name:55} {value:9.2f} {unit:5} {'' if ok is None else 'ok' if ok else 'MISSED'}")
sys.exit(any(ok is False for *_, ok in figures))
PYTHON
