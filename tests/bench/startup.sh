#!/usr/bin/env bash
# How long the programs take to start: the window to its first picture, empty and with a model.
#
#   tests/bench/startup.sh [BUILD-FOLDER] [MODEL]...       default: build/release and the bundled sample
#
# Runs on Qt's offscreen platform, so the numbers are without a display server. The goal for the empty window is 0.3 s.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$(realpath "${1:-$here/../../build/release}")"
shift || true
[ "$#" -gt 0 ] || set -- "$here/../../resources/samples/tiny_resnet/tiny_resnet.ts.pt"
command -v hyperfine >/dev/null 2>&1 || { echo "error: install hyperfine: packaging/install_deps.sh bench" >&2; exit 2; }

export QT_QPA_PLATFORM=offscreen
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
export XDG_CONFIG_HOME="$folder"
commands=(-n "strata-cli --version" "$build/bin/strata-cli --version"
    -n "strata, empty" "$build/bin/strata --screenshot $folder/empty.png")
for model in "$@"; do
    commands+=(-n "strata $(basename "$model")" "$build/bin/strata --screenshot $folder/model.png $(printf '%q' "$(realpath "$model")")")
done
hyperfine --style basic --shell=none --warmup 2 "${commands[@]}"
