#!/usr/bin/env bash
# Strata against torch.onnx.export on the same traced full-size torchvision models, same machine, same run.
#
#   tests/bench/export_models.sh [-b BUILD-FOLDER] [-r RUNS] [-o] [MODEL]...
#
# BUILD-FOLDER: build/release. RUNS: 5. -o: Strata alone, for models that torch.onnx.export cannot export.
# MODEL: names in torchvision.models; resnet50 swin_t densenet121 vgg11_bn when none is given.
#
# Prints per model the export call (from loaded module to file on disk), the whole process, and peak memory, and the
# totals; fails when a goal is missed. Needs packaging/install_deps.sh build bench.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$here/../../build/release"
runs=5
alone=
while getopts b:r:o option; do
    case "$option" in
    b) build="$OPTARG" ;;
    r) runs="$OPTARG" ;;
    o) alone=yes ;;
    *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ "$#" -gt 0 ] || set -- resnet50 swin_t densenet121 vgg11_bn
cli="$(realpath "$build/bin/strata-cli")"
python=/usr/bin/python3
[ -x "$cli" ] || { echo "error: $build holds no strata-cli: build the release preset first" >&2; exit 2; }

folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

# measure NAME COMMAND...: standard output to NAME.out, "SECONDS USER+SYSTEM KILOBYTES" of the process to NAME.time
measure() {
    local name="$1"
    shift
    sync # what the run before left to be written is not this one's to pay for
    /usr/bin/time -q -f '%e %U %S %M' -o "$folder/$name.time" "$@" >"$folder/$name.out" 2>"$folder/$name.err" || {
        tail -n 20 "$folder/$name.err" >&2
        echo "error: '$*' failed" >&2
        exit 2
    }
}

for model in "$@"; do
    echo "Tracing $model" >&2
    "$python" "$here/trace_model.py" "$model" "$folder"
    # Taking turns, so that both see the same load of the machine; the first round warms the caches.
    for run in warm $(seq 0 $((runs - 1))); do
        echo "$model: round $run" >&2
        [ -n "$alone" ] || measure "$model.torch.$run" "$python" "$here/torch_export.py" "$folder/$model.ts.pt" "$folder/torch.onnx"
        measure "$model.strata.$run" "$cli" export "$folder/$model.ts.pt" -o "$folder/strata.onnx" \
            --input 'float32[1,3,224,224]' --json --quiet
    done
    rm -f "$folder"/*.onnx
done
"$python" "$here/summarize.py" "$folder" "$runs" "$@"
