#!/usr/bin/env bash
# Installs what the tests need, builds everything (warnings are errors) and runs all tests.
#
#   packaging/test.sh [CTEST-ARGUMENT...]      for example: packaging/test.sh -L core
set -euo pipefail
packaging="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=packaging/lib.sh
. "$packaging/lib.sh"

"$packaging/install_deps.sh" build test
if [ -x "$packaging/fetch_onnxruntime.sh" ]; then
    say "Looking for ONNX Runtime"
    # Parity tests say that they were skipped when it is not there; everything else still counts.
    "$packaging/fetch_onnxruntime.sh" >&2 ||
        say "ONNX Runtime could not be fetched: the tests that compare numbers with it will be skipped"
fi
build_preset ci

say "Running the tests"
exec ctest --test-dir "$strata_root/build/ci" --output-on-failure --no-tests=error -j 2 "$@"
