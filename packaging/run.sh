#!/usr/bin/env bash
# Installs what is missing, builds Strata (Release) and opens the inspector.
#
#   packaging/run.sh [MODEL]
#
# Without MODEL it opens the bundled sample. Where there is no display it exports the model into a
# temporary folder (an .onnx is audited instead) and prints the summary.
set -euo pipefail
packaging="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=packaging/lib.sh
. "$packaging/lib.sh"

case "${1:-}" in
-h | --help)
    sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac
[ "$#" -le 1 ] || die "give one MODEL, or none for the bundled sample"

sample_dir="$strata_root/resources/samples/tiny_resnet"
model="${1:-$sample_dir/tiny_resnet.ts.pt}"
[ -r "$model" ] || die "cannot read '$model'"
model="$(realpath "$model")"

"$packaging/install_deps.sh" build
build_preset release strata strata-cli strata_torch
bin="$strata_root/build/release/bin"

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$bin/strata" "$model"
fi

say "No display here: using strata-cli instead of the window"
if [[ "$model" == *.onnx ]]; then
    exec "$bin/strata-cli" audit "$model"
fi
folder="$(mktemp -d)"
arguments=()
[ "$#" -eq 1 ] || arguments=(--inputs "$sample_dir")
status=0
name="$(basename "$model")"
"$bin/strata-cli" export "$model" -o "$folder/${name%%.*}.onnx" \
    "${arguments[@]+"${arguments[@]}"}" || status=$?
say "Written to $folder"
ls -l "$folder" >&2
exit "$status"
