#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dependencies.sh PREFIX: the libraries of the portable programs, for MUSL_ARCH by the compiler in MUSL_TOOLS, from
# Debian's own sources. PREFIX/versions says which, PREFIX/licences under which terms.
set -euo pipefail

prefix=$(realpath -m "$1")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
toolchain=$(realpath "$here/../../cmake/musl.cmake")
# shellcheck source=packaging/debian_sources.sh
source "$here/../debian_sources.sh"
work=$prefix.work
flags=(-O2 -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections)
export MUSL_DEPS=$prefix PATH=$MUSL_TOOLS:$PATH
compiler=$MUSL_ARCH-linux-musl-clang # by its name: OpenSSL keeps it

rm -rf "$work" "$prefix"
mkdir -p "$work/build" "$prefix"/{include,lib/cmake,licences}
debian_sources "$work" openssl curl expat zlib bzip2 xz-utils libzstd nettle fmtlib
cp "$work/versions" "$prefix/"
source_of() { echo "$work/src/$1"-*/; }
# From below build/: what a library remembers of its sources is to be the same wherever it is built.
from_build() { realpath --relative-to=. "$(source_of "$1")"; }

logged() { # logged NAME COMMAND...
    local name=$1
    shift
    if ! "$@" >"$work/$name.log" 2>&1; then
        tail -n 30 "$work/$name.log" >&2
        echo "dependencies.sh: $name could not be built ($work/$name.log)" >&2
        exit 1
    fi
}

with_cmake() { # with_cmake NAME SOURCE [CMAKE ARGUMENTS]
    local name=$1 source=$2
    shift 2
    logged "$name-cmake" cmake -G Ninja -S "$source" -B "$work/build/$name" -DCMAKE_TOOLCHAIN_FILE="$toolchain" \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG" -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF "$@"
    logged "$name" ninja -C "$work/build/$name" install
}

archive() { # archive NAME SOURCE.c...: of few files, without a build system of their own for this
    local name=$1
    shift
    mkdir -p "$work/build/$name"
    (
        cd "$work/build/$name"
        logged "$name" "$compiler" "${flags[@]}" -DNDEBUG -DHAVE_UNISTD_H -D_GNU_SOURCE -c "$@"
        ar rcs "$prefix/lib/lib$name.a" ./*.o
    )
}

# Without what reads a configuration or loads modules: both are the system's, for its own OpenSSL. A prefix that says
# nothing about this machine and a time that is the sources': OpenSSL keeps both.
build_openssl() {
    local -x SOURCE_DATE_EPOCH
    SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$(source_of openssl)debian/changelog" -S Timestamp)
    cd "$work/build/openssl" &&
        CC=$compiler AR=ar RANLIB=ranlib perl "$(from_build openssl)/Configure" "linux-$MUSL_ARCH" --prefix=/usr --libdir=lib \
            --openssldir=/etc/ssl no-shared no-module no-dso no-engine no-async no-autoload-config no-tests no-legacy \
            no-ui-console no-ssl3 no-tls1 no-tls1_1 no-dtls no-cmp no-comp no-srp no-srtp no-ct no-cms no-ts no-gost no-idea \
            no-bf no-cast no-camellia no-aria no-seed no-sm2 no-sm3 no-sm4 no-rc2 no-rc4 no-rc5 no-mdc2 no-whirlpool \
            no-rmd160 no-ec2m no-dsa "${flags[@]}" &&
        make -j "$(nproc)" build_libs && make install_dev DESTDIR="$work/openssl" && cp -r "$work/openssl/usr/." "$prefix/"
}
mkdir -p "$work/build/openssl"
(logged openssl build_openssl)

zlib=$(source_of zlib)
archive z "${zlib%/}"/*.c
cp "$zlib"/{zlib,zconf}.h "$prefix/include/"
bzip2=$(source_of bzip2)
archive bz2 "${bzip2%/}"/{blocksort,huffman,crctable,randtable,compress,decompress,bzlib}.c
cp "$bzip2/bzlib.h" "$prefix/include/"
# Of it SHA-256 alone is needed, by whichever instructions the processor turns out to have: nettle looks by itself when a
# program starts, on ARM by getauxval(), which it takes for glibc's alone. The flags again for make: configure adds -ggdb3.
build_nettle() {
    cd "$work/build/nettle" &&
        CC=$compiler AR=ar RANLIB=ranlib CFLAGS="${flags[*]}" "$(from_build nettle)/configure" --host="$MUSL_ARCH-linux-musl" \
            --prefix="$prefix" --libdir="$prefix/lib" --disable-shared --disable-public-key --disable-documentation \
            --enable-fat &&
        make -j "$(nproc)" libnettle.a AUTOCONF=: AUTOHEADER=: CFLAGS="${flags[*]} -DUSE_GETAUXVAL=1 -include sys/auxv.h" &&
        make install-headers && cp libnettle.a "$prefix/lib/"
}
mkdir -p "$work/build/nettle"
(logged nettle build_nettle)
with_cmake lzma "$(source_of xz-utils)" -DCREATE_XZ_SYMLINKS=OFF -DCREATE_LZMA_SYMLINKS=OFF
with_cmake zstd "$(source_of libzstd)/build/cmake" -DZSTD_BUILD_PROGRAMS=OFF -DZSTD_BUILD_SHARED=OFF -DZSTD_BUILD_TESTS=OFF
expat=$(source_of expat)
[[ ! -d ${expat%/}/expat ]] || expat=${expat%/}/expat
# As its other build system has it, which Debian's patches are written for.
sed -i 's/^#cmakedefine XML_DTD$/#define XML_DTD 1/' "$expat/expat_config.h.cmake"
with_cmake expat "$expat" -DEXPAT_SHARED_LIBS=OFF -DEXPAT_BUILD_TOOLS=OFF -DEXPAT_BUILD_EXAMPLES=OFF -DEXPAT_BUILD_TESTS=OFF \
    -DEXPAT_BUILD_DOCS=OFF
with_cmake fmt "$(source_of fmtlib)" -DFMT_DOC=OFF -DFMT_TEST=OFF
# No CAs of its own: where they are is this system's matter, and the program looks for them.
with_cmake curl "$(source_of curl)" -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON \
    -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_DISABLE_OPENSSL_AUTO_LOAD_CONFIG=ON -DCURL_USE_LIBSSH2=OFF \
    -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DCURL_ZLIB=OFF -DCURL_BROTLI=OFF -DCURL_ZSTD=OFF -DUSE_NGHTTP2=OFF \
    -DENABLE_THREADED_RESOLVER=ON -DENABLE_MANUAL=OFF -DOPENSSL_USE_STATIC_LIBS=ON

# Headers only, for every system the same. Never /usr/include itself: that is glibc's.
cp -r /usr/include/nlohmann /usr/include/CLI /usr/include/toml++ "$prefix/include/"
for folder in /usr/lib/cmake/CLI11 /usr/lib/*/cmake/CLI11 /usr/share/cmake/CLI11 /usr/share/cmake/nlohmann_json \
    /usr/lib/*/cmake/tomlplusplus /usr/lib/cmake/tomlplusplus /usr/share/cmake/tomlplusplus; do
    if [[ -d $folder ]]; then cp -r "$folder" "$prefix/lib/cmake/"; fi
done
dpkg-query -W -f '${Package} ${Version}\n' nlohmann-json3-dev libcli11-dev libtomlplusplus-dev >>"$prefix/versions"
for name in openssl curl expat zlib bzip2 xz-utils libzstd nettle fmtlib; do
    cp "$(source_of "$name")/debian/copyright" "$prefix/licences/$name"
done
for name in nlohmann-json3-dev libcli11-dev libtomlplusplus-dev; do
    cp "/usr/share/doc/$name/copyright" "$prefix/licences/$name"
done
rm -rf "$work"
