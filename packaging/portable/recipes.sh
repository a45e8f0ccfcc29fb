# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# To be sourced, by what makes a prefix of libraries for MUSL_ARCH by the compiler in MUSL_TOOLS, from Debian's own sources.
# begin_prefix PREFIX PACKAGE... makes an empty one and fetches the sources, end_prefix leaves PREFIX/versions, which says
# what is in it, and PREFIX/licences, under which terms. MUSL_DEPS names the prefixes that libraries are looked for in.
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
toolchain=$(realpath "$here/../../cmake/musl.cmake")
# shellcheck source=packaging/debian_sources.sh
source "$here/../debian_sources.sh"
flags=(-O2 -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections)
compiler=$MUSL_ARCH-linux-musl-clang # by its name: OpenSSL keeps it
export PATH=$MUSL_TOOLS:$PATH

begin_prefix() {
    prefix=$(realpath -m "$1")
    work=$prefix.work
    shift
    sources=("$@")
    rm -rf "$work" "$prefix"
    mkdir -p "$work/build" "$prefix"/{include,lib/cmake,licences}
    debian_sources "$work" "$@"
    cp "$work/versions" "$prefix/"
}

source_of() { echo "$work/src/$1"-*/; }
# From below build/: what a library remembers of its sources is to be the same wherever it is built.
from_build() { realpath --relative-to=. "$(source_of "$1")"; }

logged() { # logged NAME COMMAND...
    local name=$1
    shift
    if ! "$@" >"$work/$name.log" 2>&1; then
        tail -n 30 "$work/$name.log" >&2
        echo "$name could not be built ($work/$name.log)" >&2
        exit 1
    fi
}

with_cmake() { # with_cmake NAME SOURCE [CMAKE ARGUMENTS]
    local name=$1 source=$2
    shift 2
    logged "$name-cmake" cmake -G Ninja -S "$source" -B "$work/build/$name" -DCMAKE_TOOLCHAIN_FILE="$toolchain" \
        -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG" -DCMAKE_INSTALL_PREFIX="$prefix" \
        -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF "$@"
    logged "$name" ninja -C "$work/build/$name" -j "$(nproc)" install
}

archive() { # archive NAME ARGUMENTS... SOURCE.c...: of few files, without a build system of their own for this
    local name=$1
    shift
    mkdir -p "$work/build/$name"
    (
        cd "$work/build/$name" || exit
        logged "$name" "$compiler" "${flags[@]}" -DNDEBUG -DHAVE_UNISTD_H -D_GNU_SOURCE -c "$@"
        ar rcs "$prefix/lib/lib$name.a" ./*.o
    )
}

# header_packages PACKAGE...: those of this system's packages that are headers only, for every system the same. Never
# /usr/include itself: that is glibc's.
header_packages() {
    local file package
    while read -r file; do
        [[ -f $file ]] || continue
        case $file in
            /usr/include/*) install -D -m 644 "$file" "$prefix/${file#/usr/}" ;;
            */cmake/*) install -D -m 644 "$file" "$prefix/lib/cmake/${file#*/cmake/}" ;;
        esac
    done < <(dpkg -L "$@")
    for package in "$@"; do cp "/usr/share/doc/$package/copyright" "$prefix/licences/$package"; done
    dpkg-query -W -f '${Package} ${Version}\n' "$@" >>"$prefix/versions"
}

end_prefix() {
    local name
    for name in "${sources[@]}"; do
        cp "$(source_of "$name")/debian/copyright" "$prefix/licences/$name"
    done
    # It may be moved: pkg-config says by itself where it is.
    find "$prefix/lib/pkgconfig" -name '*.pc' -exec sed -i -E 's| ?-L/[^ ]+||g' {} +
    rm -rf "$work"
}
