#!/usr/bin/env bash
# Measures how much of PyTorch's operator database exports right.
#
#   tests/conformance/run.sh [--sample N] [--ops REGEX] [--keep DIR] [--markdown FILE] [--json FILE]
#                            [--jobs N] [--dtypes all|NAME,...] [--seed N] [--special-values]
#                            [--opset N] [--forms LIST]
#
# --sample N           samples per operator and dtype (3); 100 is all of them
# --dtypes LIST        that many samples of each of these dtypes (torch's names), not of float32 mostly
# --seed N             other random numbers
# --forms LIST         of ts,pt2,decomposed,strict; .pt2 needs a PYTHON with PyTorch 2.5 or newer
# --special-values     NaN, infinities, signed zeros and large numbers among the inputs;
#                      RESULTS_SPECIAL.md is of --special-values --sample 6
#
# Makes samples (Debian: python3-torch and python3-numpy), exports each with the functions that
# strata-cli calls, and compares in ONNX Runtime. Exported programs (.pt2) below --keep's folder are
# samples too: input_N.pb beside them, or their own example inputs, and output_N.pb beside them.
# They can be made elsewhere, where torch 2.x is (make_samples.py DIR --forms pt2,decomposed): then
# strata-conformance DIR --markdown FILE. RESULTS_PT2.md is of PyTorch 2.14, made with
#   --forms pt2,decomposed --sample 2 --dtypes float32
# Without options that choose samples the table in RESULTS.md is written anew. STRATA_BUILD names the
# build folder (build), PYTHON the interpreter.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
program=${STRATA_BUILD:-$top/build}/tests/strata-conformance
python=${PYTHON:-/usr/bin/python3}
make_args=()
run_args=()
keep=
markdown=
whole=yes
while (($# > 0)); do
    case $1 in
    --sample | --ops | --dtypes | --seed | --forms) make_args+=("$1" "${2:?}"); whole=no ;;
    --special-values) make_args+=("$1"); whole=no; shift; continue ;;
    --keep) keep=${2:?} ;;
    --markdown) markdown=${2:?} ;;
    --json | --jobs | --opset | --time-limit) run_args+=("$1" "${2:?}") ;;
    *) sed -n '2,24s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
    shift 2
done
if [[ ! -x $program ]]; then
    echo "$program is not there: build the target strata-conformance, or name the build folder in STRATA_BUILD." >&2
    exit 2
fi
if [[ $whole = yes && -z $markdown ]]; then
    markdown=$here/RESULTS.md
fi
if [[ -n $keep ]]; then
    samples=$keep
    mkdir -p "$samples"
else
    samples=$(mktemp -d)
    trap 'rm -rf "$samples"' EXIT
fi
if [[ ! -e $samples/samples.json ]]; then
    "$python" "$here/make_samples.py" "$samples" "${make_args[@]}"
fi
"$program" "$samples" "${run_args[@]}" ${markdown:+--markdown "$markdown"}
