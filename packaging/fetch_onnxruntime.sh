#!/usr/bin/env bash
# Puts ONNX Runtime (library and C headers) where Strata's build and the program look for it.
#
# usage: fetch_onnxruntime.sh [FOLDER]
#   FOLDER  default: ${XDG_CACHE_HOME:-$HOME/.cache}/strata/onnxruntime; gets include/ and lib/
#
# The package is taken from the npm registry that npm is set up for. Doing it again does nothing.
set -euo pipefail

package=com.github.asus4.onnxruntime
version=0.4.9 # ONNX Runtime 1.29

folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/strata/onnxruntime}
stamp=$folder/version

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$package $version" ] &&
   [ -e "$folder/lib/libonnxruntime.so.1" ] && [ -f "$folder/include/onnxruntime_c_api.h" ]; then
    echo "ONNX Runtime is in $folder already."
    exit 0
fi
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
    echo "The package has a library for Linux on x86-64 only; this is $(uname -s) on $(uname -m)." >&2
    echo "Install your distribution's ONNX Runtime instead (libonnxruntime-dev)." >&2
    exit 1
fi
if ! command -v npm >/dev/null; then
    echo "npm is needed to get the package $package. Install it (apt install npm), or install" >&2
    echo "your distribution's ONNX Runtime (libonnxruntime-dev)." >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "Getting $package $version ..."
(cd "$work" && npm pack --silent "$package@$version" >/dev/null)
tar -xzf "$work"/*.tgz -C "$work"

library=$(find "$work/package" -path '*Linux/x64/libonnxruntime.so' -print -quit)
header=$(find "$work/package" -name onnxruntime_c_api.h -print -quit)
if [ -z "$library" ] || [ -z "$header" ]; then
    echo "The package $package $version does not hold the library and headers that it should." >&2
    exit 1
fi

rm -f "$stamp"
mkdir -p "$folder/include" "$folder/lib"
cp "$(dirname "$header")"/*.h "$folder/include/"
# Renamed into place, as a program may have the old one loaded.
cp "$library" "$folder/lib/.libonnxruntime.so.new"
chmod 755 "$folder/lib/.libonnxruntime.so.new"
mv "$folder/lib/.libonnxruntime.so.new" "$folder/lib/libonnxruntime.so"
ln -sf libonnxruntime.so "$folder/lib/libonnxruntime.so.1"
for notice in LICENSE ThirdPartyNotices.txt; do
    if [ -f "$work/package/$notice" ]; then
        cp "$work/package/$notice" "$folder/"
    fi
done
echo "$package $version" > "$stamp"
echo "ONNX Runtime is in $folder."
