#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pack.sh FOLDER VERSION OUTPUT: patchstate-VERSION-x64.msi of the programs in FOLDER, which were made with the libraries in
# $WIN_DEPS. The same bytes each time for the same programs and $SOURCE_DATE_EPOCH (the commit's time). With
# $CODE_SIGNING_CERTIFICATE the programs and the package are signed (docs/release.md).
set -euo pipefail

programs=$(realpath "$1") version=$2 output=$(realpath -m "$3")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
top=$(realpath "$here/../..")
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$top" log -1 --format=%ct)}

# code NAME: a GUID that is the same for the same name.
code() {
    python3 -c 'import sys, uuid; print("{%s}" % str(uuid.uuid5(uuid.UUID(sys.argv[1]), sys.argv[2])).upper())' \
        f5d68bbe-f00c-5d48-a9f0-d2c6a2cac02b "$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files"
cp "$programs/patchstate.exe" "$programs/patchstated.exe" "$work/files/"
cp "$top/packaging/patchstate.toml" "$work/files/patchstate.example.toml"
cp "$top/LICENSE" "$work/files/LICENSE.txt"
cp "$WIN_DEPS/versions" "$work/files/components.txt"
for file in "$WIN_DEPS"/licences/*; do
    printf '==== %s\n\n' "${file##*/}"
    cat "$file"
    echo
done >"$work/files/licences.txt"
sign() { if [[ -n ${CODE_SIGNING_CERTIFICATE:-} ]]; then "$top/packaging/release/sign_code.sh" "$@"; fi; }
sign "$work/files/patchstate.exe" "$work/files/patchstated.exe"
touch -d "@$SOURCE_DATE_EPOCH" "$work/files/"*

cd "$work/files"
content=$(cat -- * "$here"/* | sha256sum)
# wixl leaves out what it does not know, with a warning.
G_DEBUG=fatal-warnings wixl -a x64 -D Version="$version" -D ProductCode="$(code "product $version")" \
    -o "$work/patchstate.msi" "$here/patchstate.wxs"
"$here/complete.py" "$work/patchstate.msi" "$version" "$(code "package $version $content$SOURCE_DATE_EPOCH")" \
    "$SOURCE_DATE_EPOCH"
sign "$work/patchstate.msi"
mkdir -p "$output"
mv "$work/patchstate.msi" "$output/patchstate-$version-x64.msi"
