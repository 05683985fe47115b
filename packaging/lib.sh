# shellcheck shell=bash
# Functions that the set-up scripts share. Sourced, not run.

strata_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '%s\n' "== $*" >&2; }
die() {
    printf '%s\n' "error: $*" >&2
    exit 1
}

# quietly LABEL COMMAND...: shows the command's output only when it fails.
quietly() {
    local label="$1" log status=0
    shift
    log="$(mktemp)"
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        die "$label failed (exit status $status); its last lines are above"
    fi
    rm -f "$log"
}

# build_preset PRESET [TARGET...]: configures and builds; nothing is done again that is up to date.
build_preset() {
    local preset="$1" target
    local -a args=(--build "$strata_root/build/$preset")
    shift
    for target in "$@"; do
        args+=(--target "$target")
    done
    say "Configuring (preset $preset)"
    quietly "configuring" env -C "$strata_root" cmake --preset "$preset"
    say "Building into build/$preset"
    if [ -t 2 ]; then
        cmake "${args[@]}" >&2 || die "the build failed; the compiler's messages are above"
    else
        quietly "the build" cmake "${args[@]}"
    fi
}
