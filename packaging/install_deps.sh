#!/usr/bin/env bash
# Installs the Debian packages that Strata needs, and only those that are missing (Debian 12 and 13).
#
#   packaging/install_deps.sh [build] [test] [bench]      default: build
#
# When nothing is missing it asks dpkg once and is done: no network, no root.
set -euo pipefail
# shellcheck source=packaging/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# One entry a line; alternatives are separated by "|". An entry is satisfied when one of its
# alternatives is there; otherwise the first one that the archive has is installed. "cmd:NAME" is
# satisfied by a program of that name, wherever it came from, and is never installed itself.
build_packages=(
    g++
    cmake
    ninja-build
    ccache
    pkg-config\|pkgconf
    qt6-base-dev
    qt6-svg-dev\|libqt6svg6-dev
    qt6-tools-dev
    qt6-l10n-tools
    libtorch-dev
    libopenblas0-pthread
    libonnx-dev
    libprotobuf-dev
    protobuf-compiler
    libgraphviz-dev
    nlohmann-json3-dev
    libcli11-dev
    libexpected-dev
    libfmt-dev
    libxxhash-dev
    libsimdjson-dev
    libzip-dev
    libre2-dev
    libmimalloc-dev
    zlib1g-dev
    fonts-dejavu-core
)
# ONNX Runtime is a package in Debian 13; for Debian 12 fetch_onnxruntime.sh needs npm.
test_packages=(
    binutils
    ca-certificates
    clang
    clang-format
    libonnxruntime-dev\|cmd:npm\|npm
)
bench_packages=(
    hyperfine
    libbenchmark-dev
    time
    python3-torch
    python3-torchvision
    python3-onnx
)

command -v dpkg-query >/dev/null 2>&1 ||
    die "this script installs Debian packages and dpkg is not here; see CONTRIBUTING.md for the list of what Strata needs"

entries=()
for set in "${@:-build}"; do
    case "$set" in
    build) entries+=("${build_packages[@]}") ;;
    test) entries+=("${test_packages[@]}") ;;
    bench) entries+=("${bench_packages[@]}") ;;
    *) die "unknown set '$set'; the sets are build, test and bench" ;;
    esac
done

declare -A installed=()
while read -r status name; do
    [ "$status" = installed ] && installed["$name"]=1
done < <(dpkg-query -W -f='${db:Status-Status} ${Package}\n')

satisfied() {
    local alternative
    local -a alternatives
    IFS='|' read -ra alternatives <<<"$1"
    for alternative in "${alternatives[@]}"; do
        case "$alternative" in
        cmd:*) command -v "${alternative#cmd:}" >/dev/null 2>&1 && return 0 ;;
        *) [ -n "${installed[$alternative]:-}" ] && return 0 ;;
        esac
    done
    return 1
}

missing=()
for entry in "${entries[@]}"; do
    satisfied "$entry" || missing+=("$entry")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
        die "these packages are missing: ${missing[*]}. Run this as root, or install sudo"
    as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive)

say "Reading the package lists"
quietly "apt-get update" "${as_root[@]}" apt-get -q update </dev/null

# available PACKAGE: whether the archive has an installable version of it.
available() {
    local policy
    policy="$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)"
    [[ "$policy" == *"Candidate: "* && "$policy" != *"Candidate: (none)"* ]]
}

chosen=()
for entry in "${missing[@]}"; do
    IFS='|' read -ra alternatives <<<"$entry"
    found=
    for alternative in "${alternatives[@]}"; do
        if [[ "$alternative" != cmd:* ]] && available "$alternative"; then
            found="$alternative"
            break
        fi
    done
    [ -n "$found" ] ||
        die "no package source of this machine has ${entry//|/ or }; Strata supports Debian 12 and 13 with the 'main' component"
    chosen+=("$found")
done

say "Installing ${chosen[*]}"
quietly "apt-get install" "${as_root[@]}" apt-get -q -y --no-install-recommends install "${chosen[@]}" </dev/null
