#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dependencies.sh PREFIX: fmt and curl (Schannel) for Windows, cross-built from Debian's own sources, and the headers that
# are the same everywhere.
set -euo pipefail

prefix=$(realpath -m "$1")
here=$(dirname "${BASH_SOURCE[0]}")
toolchain=$(realpath "$here/../../cmake/mingw64.cmake")
# shellcheck source=packaging/debian_sources.sh
source "$here/../debian_sources.sh"
work=$prefix.work
export WIN_DEPS=$prefix

rm -rf "$work" "$prefix"
mkdir -p "$work/build" "$prefix"/{include,lib/cmake,share/cmake}
debian_sources "$work" curl fmtlib

# Where they were built is in no program.
export CFLAGS="-ffile-prefix-map=$work=." CXXFLAGS="-ffile-prefix-map=$work=."

build() { # build NAME SOURCE [CMAKE ARGUMENTS]
    local name=$1 source=$2
    shift 2
    if ! {
        cmake -G Ninja -S "$source" -B "$work/build/$name" -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_INSTALL_PREFIX="$prefix" -DBUILD_SHARED_LIBS=OFF "$@" && ninja -C "$work/build/$name" install
    } >"$work/$name.log" 2>&1; then
        tail -n 30 "$work/$name.log" >&2
        echo "dependencies.sh: $name could not be built ($work/$name.log)" >&2
        exit 1
    fi
}
build fmt "$(echo "$work"/src/fmtlib-*/)" -DFMT_DOC=OFF -DFMT_TEST=OFF
build curl "$(echo "$work"/src/curl-*/)" -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON -DCURL_USE_SCHANNEL=ON \
    -DCURL_USE_OPENSSL=OFF -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DUSE_WIN32_IDN=OFF \
    -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DENABLE_MANUAL=OFF -DENABLE_UNICODE=ON

# Headers only, for every system the same. Never /usr/include itself: that is glibc's.
cp -r /usr/include/doctest /usr/include/nlohmann /usr/include/CLI /usr/include/toml++ "$prefix/include/"
for folder in /usr/lib/cmake/doctest /usr/lib/cmake/CLI11 /usr/lib/*/cmake/CLI11 /usr/share/cmake/CLI11 /usr/share/cmake/nlohmann_json \
    /usr/lib/*/cmake/tomlplusplus /usr/lib/cmake/tomlplusplus /usr/share/cmake/tomlplusplus; do
    if [[ -d $folder ]]; then cp -r "$folder" "$prefix/lib/cmake/"; fi
done
# Debian's doctest names /usr itself.
# shellcheck disable=SC2016  # a variable of CMake's
sed -i 's#set(_IMPORT_PREFIX "/usr")#get_filename_component(_IMPORT_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)#' \
    "$prefix/lib/cmake/doctest/doctestTargets.cmake"

# Which sources went in, and under which terms: the MSI says so, and the SBOM.
mkdir "$prefix/licences"
awk '/^Source:/ { source = $2 } /^Version:/ { print source, $2 }' "$work"/src/*.dsc >"$prefix/versions"
for name in curl fmtlib; do cp "$(echo "$work/src/$name"-*/debian/copyright)" "$prefix/licences/$name"; done
for name in nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libz-mingw-w64-dev mingw-w64-x86-64-dev \
    g++-mingw-w64-x86-64-posix; do
    dpkg-query -W -f '${Package} ${Version}\n' "$name" >>"$prefix/versions"
    cp "/usr/share/doc/$name/copyright" "$prefix/licences/$name"
done
rm -rf "$work"
