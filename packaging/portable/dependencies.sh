#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dependencies.sh PREFIX: the libraries of the portable programs.
set -euo pipefail

# shellcheck source=packaging/portable/recipes.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/recipes.sh"
begin_prefix "$1" openssl curl expat zlib bzip2 xz-utils libzstd nettle fmtlib
export MUSL_DEPS=$prefix

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

header_packages nlohmann-json3-dev libcli11-dev libtomlplusplus-dev
end_prefix
