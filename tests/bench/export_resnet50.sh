#!/usr/bin/env bash
# Strata against torch.onnx.export on the same traced full-size resnet50, same machine, same run.
#
#   tests/bench/export_resnet50.sh [BUILD-FOLDER] [RUNS]      default: build/release 5
#
# Prints a table of the export call (from loaded module to file on disk), the whole process, and peak
# memory, and fails when a goal is missed. Needs packaging/install_deps.sh build bench.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="${1:-$here/../../build/release}"
runs="${2:-5}"
cli="$(realpath "$build/bin/strata-cli")"
python=/usr/bin/python3
[ -x "$cli" ] || { echo "error: $build holds no strata-cli: build the release preset first" >&2; exit 2; }

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
echo "Tracing resnet50" >&2
"$python" "$here/trace_resnet50.py" "$folder"

# measure NAME COMMAND...: standard output to NAME.out, "SECONDS KILOBYTES" of the process to NAME.time
measure() {
    local name="$1"
    shift
    sync # what the run before left to be written is not this one's to pay for
    /usr/bin/time -q -f '%e %M' -o "$folder/$name.time" "$@" >"$folder/$name.out" 2>"$folder/$name.err" || {
        tail -n 20 "$folder/$name.err" >&2
        echo "error: '$*' failed" >&2
        exit 2
    }
}

# Taking turns, so that both see the same load of the machine; the first round warms the caches.
for run in warm $(seq 0 $((runs - 1))); do
    echo "Round $run" >&2
    measure "torch.$run" "$python" "$here/torch_export.py" "$folder/resnet50.ts.pt" "$folder/torch.onnx"
    measure "strata.$run" "$cli" export "$folder/resnet50.ts.pt" -o "$folder/strata.onnx" \
        --input 'float32[1,3,224,224]' --json --quiet
done
if command -v hyperfine >/dev/null 2>&1; then
    # Spread of the whole process, for people.
    hyperfine --style basic --warmup 1 --runs "$runs" -n torch.onnx.export -n strata-cli \
        "$python $here/torch_export.py $folder/resnet50.ts.pt $folder/torch.onnx" \
        "$cli export $folder/resnet50.ts.pt -o $folder/strata.onnx --input 'float32[1,3,224,224]' --quiet" >&2 || true
fi
"$python" "$here/summarize.py" "$folder" "$runs"
