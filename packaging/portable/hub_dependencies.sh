#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# hub_dependencies.sh PREFIX: the libraries that the portable hub needs beside those of the programs, whose prefix MUSL_DEPS
# names.
set -euo pipefail

# shellcheck source=packaging/portable/recipes.sh
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/recipes.sh"
begin_prefix "$1" gmp nettle libtasn1-6 gnutls28 libmicrohttpd libsodium jemalloc simdjson sqlite3 postgresql-15 pcre3 poco
shared=$MUSL_DEPS
export MUSL_DEPS="$prefix;$shared"
export PKG_CONFIG="pkg-config --static --define-prefix" PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig:$shared/lib/pkgconfig

# configured NAME SOURCE [ARGUMENTS]: by its configure script, which is told that nothing here can run, for both architectures,
# and that there is no C++: to try it Zig would make its library once more.
configured() {
    local name=$1
    mkdir -p "$work/build/$name" && cd "$work/build/$name" && as_if_not_patched "$2" &&
        CC=$compiler CXX=no AR=ar RANLIB=ranlib CC_FOR_BUILD=gcc CFLAGS="${flags[*]}" \
            CPPFLAGS="-I$prefix/include -I$shared/include" LDFLAGS="-L$prefix/lib -L$shared/lib" \
            "$(from_build "$2")/configure" --build=x86_64-pc-linux-gnu --host="$MUSL_ARCH-linux-musl" --prefix="$prefix" \
            --libdir="$prefix/lib" --disable-shared "${@:3}"
}

# What is newer than the configure script that was made of it would have it made anew, and run once more.
as_if_not_patched() {
    find "$(source_of "$1")" \( -name aclocal.m4 -o -name configure -o -name '*.in' \) -exec touch -d @"$(date +%s)" {} +
}

made() { make -j "$(nproc)" "$@"; }

# Its documentation, not free by Debian's rules, is not in the source.
build_gmp() {
    local by_processor=no
    [[ $MUSL_ARCH != x86_64 ]] || by_processor=yes
    mkdir -p "$(source_of gmp)/doc" && echo 'all install:' >"$(source_of gmp)/doc/Makefile.in" &&
        configured gmp gmp --with-pic --enable-fat=$by_processor && made install
}

# By whichever instructions the processor turns out to have, as dependencies.sh says of the other nettle; this one has the
# public keys.
build_nettle() {
    configured nettle nettle --disable-documentation --enable-fat && made libnettle.a libhogweed.a nettle.pc hogweed.pc \
        CFLAGS="${flags[*]} -DUSE_GETAUXVAL=1 -include sys/auxv.h" &&
        make install-headers install-pkgconfig && cp lib{nettle,hogweed}.a "$prefix/lib/"
}

build_libtasn1() {
    configured libtasn1 libtasn1-6 --disable-doc && made -C lib install && install -D -m 644 -t "$prefix/lib/pkgconfig" lib/libtasn1.pc
}

# Without modules, and without the system's configuration, which is for the system's own GnuTLS. One of Debian's patches adds a
# file, so what automake made is made anew.
build_gnutls() {
    (cd "$(source_of gnutls28)" && AUTOPOINT=true GTKDOCIZE=true autoreconf -f) &&
        configured gnutls gnutls28 --disable-doc --disable-tools --disable-tests --disable-cxx --disable-nls --disable-guile \
            --disable-libdane --with-included-unistring --without-p11-kit --without-idn --without-zlib --without-brotli \
            --without-zstd --without-tpm --without-tpm2 --with-system-priority-file= --without-default-trust-store-file &&
        made -C gl && made -C lib install
}

build_microhttpd() {
    configured microhttpd libmicrohttpd --disable-doc --disable-examples --disable-curl --disable-nls --enable-https=yes &&
        made -C src/include install && made -C src/microhttpd install && made install-pkgconfigDATA
}

# It is told what the compiler takes, and looks only for what the processor's headers have: for each program that is tried with
# other instructions Zig would make musl anew.
build_sodium() {
    local instructions
    instructions=(ax_cv_check_cflags___m{mmx,sse2,sse3,ssse3,sse4_1,avx,avx2,avx512f,aes,pclmul,rdrnd}"=yes")
    (cd "$(source_of libsodium)" && autoreconf -fi) && configured sodium libsodium "${instructions[@]}" && made install
}

# Without what loads a library to wrap pthread_create(), which a static program can't.
build_jemalloc() {
    local page=12 # as Debian has it, for the largest that a kernel may have
    [[ $MUSL_ARCH == x86_64 ]] || page=16
    configured jemalloc jemalloc --disable-libdl --disable-doc --disable-cxx --with-version=VERSION --with-lg-page=$page \
        --with-lg-hugepage=21 ac_cv_func_dlsym=no &&
        made lib/libjemalloc.a && make install_include install_lib_pc && cp lib/libjemalloc.a "$prefix/lib/"
}

# Of the client the library alone. It has no Kerberos and no LDAP: both load modules.
build_libpq() {
    local top=$work/build/libpq
    configured libpq postgresql-15 --with-openssl --without-readline --without-zlib --includedir="$prefix/include" \
        --sysconfdir=/etc/postgresql-common &&
        made -C src/interfaces/libpq COPT="-fmacro-prefix-map=$work/build/libpq/../../src/=" all-static-lib libpq.pc && made -C src/common libpgcommon.a && made -C src/port libpgport.a &&
        cp "$top"/src/{interfaces/libpq/libpq,common/libpgcommon,port/libpgport}.a "$prefix/lib/" &&
        install -D -m 644 -t "$prefix/lib/pkgconfig" src/interfaces/libpq/libpq.pc &&
        install -m 644 -t "$prefix/include" src/include/pg_config_ext.h \
            "$(source_of postgresql-15)"/src/{interfaces/libpq/libpq-fe,include/postgres_ext}.h
}

# The one file of it, made on this machine, for whichever.
amalgamate_sqlite() {
    mkdir -p "$work/build/amalgamation" && cd "$work/build/amalgamation" &&
        "$(from_build sqlite3)/configure" --disable-tcl --disable-readline && make sqlite3.c sqlite3.h
}

for each in gmp nettle libtasn1 gnutls microhttpd sodium jemalloc libpq; do
    echo "library of the hub: $each"
    (logged "$each" "build_$each")
done

(logged amalgamation amalgamate_sqlite)
cp "$work/build/amalgamation/sqlite3.h" "$prefix/include/"
# As Debian configures it, with which the hub is tested, but for what the hub doesn't use.
archive sqlite3 -DSQLITE_THREADSAFE=1 -DSQLITE_SECURE_DELETE -DSQLITE_ENABLE_COLUMN_METADATA -DSQLITE_ENABLE_UNLOCK_NOTIFY \
    -DSQLITE_ENABLE_DBSTAT_VTAB -DSQLITE_USE_URI=1 -DSQLITE_MAX_SCHEMA_RETRY=25 -DSQLITE_MAX_VARIABLE_NUMBER=250000 \
    -DSQLITE_LIKE_DOESNT_MATCH_BLOBS -DSQLITE_OMIT_LOAD_EXTENSION -DHAVE_USLEEP=1 -DHAVE_FDATASYNC=1 -DHAVE_LOCALTIME_R=1 \
    -DHAVE_GMTIME_R=1 -DHAVE_ISNAN=1 ../amalgamation/sqlite3.c

with_cmake simdjson "$(source_of simdjson)" -DSIMDJSON_DEVELOPER_MODE=OFF
with_cmake pcre "$(source_of pcre3)" -DPCRE_BUILD_PCRECPP=OFF -DPCRE_BUILD_PCREGREP=OFF -DPCRE_BUILD_TESTS=OFF \
    -DPCRE_SUPPORT_UTF=ON -DPCRE_SUPPORT_UNICODE_PROPERTIES=ON
without=()
for each in ENCODINGS XML JSON MONGODB REDIS UTIL NET NETSSL CRYPTO JWT ZIP PAGECOMPILER PAGECOMPILER_FILE2PAGE ACTIVERECORD \
    ACTIVERECORD_COMPILER APACHECONNECTOR DATA_MYSQL DATA_ODBC; do
    without+=("-DENABLE_$each=OFF")
done
with_cmake poco "$(source_of poco)" -DPOCO_UNBUNDLED=ON "${without[@]}" \
    -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG -ffile-prefix-map=$work/src/="
cp "$(source_of poco)/cmake/FindPCRE.cmake" "$prefix/lib/cmake/Poco/" # who links it has to find that, too

header_packages libkainjow-mustache-dev
end_prefix
