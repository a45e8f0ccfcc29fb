# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# To be sourced. debian_sources FOLDER PACKAGE...: unpacks Debian's source packages, patched, into FOLDER/src/. Fetched from
# the mirror that this system's apt uses, without touching its configuration. FOLDER/versions lists what it got.

debian_sources() {
    local work=$1 file package version got
    shift
    mkdir -p "$work"/{apt/lists/partial,apt/cache/archives/partial,apt/parts,src}
    # The system's own sources, asked for source packages.
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        case $file in
            *.sources) sed 's/^Types:.*/Types: deb-src/' "$file" >"$work/apt/parts/${file##*/}" ;;
            *.list) sed -nE 's/^deb(-src)? /deb-src /p' "$file" 2>/dev/null >"$work/apt/parts/${file##*/}" || true ;;
        esac
    done
    cat >"$work/apt/apt.conf" <<END
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$work/apt/parts";
Dir::State::Lists "$work/apt/lists";
Dir::Cache "$work/apt/cache";
APT::Sandbox::User "root";
END
    local -x APT_CONFIG=$work/apt/apt.conf
    apt-get -qq -o Acquire::Retries=3 update
    : >"$work/versions"
    for package in "$@"; do
        got=
        # A mirror may name a security update that it does not have yet.
        for version in $(apt-cache showsrc --only-source "$package" | sed -n 's/^Version: //p' | sort -ruV); do
            if (cd "$work/src" && apt-get -qq -o Acquire::Retries=3 source --only-source "$package=$version") \
                >"$work/source.log" 2>&1; then
                got=$version
                break
            fi
            echo "debian_sources: $package $version can't be had, an older one is tried: $(grep -m1 ^E: "$work/source.log")" >&2
        done
        if [[ -z $got ]]; then
            cat "$work/source.log" >&2
            echo "debian_sources: no source of $package" >&2
            return 1
        fi
        echo "$package $got" >>"$work/versions"
    done
}
