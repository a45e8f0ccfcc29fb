#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# sign_code.sh FILE...: signs programs and packages for Windows (Authenticode), in place. CODE_SIGNING_CERTIFICATE and
# CODE_SIGNING_KEY are PEM files, the first with its chain; CODE_SIGNING_TIMESTAMP, where there is one, is the address of an
# RFC 3161 service, without which a signature is worth nothing once the certificate has expired.
set -euo pipefail

: "${CODE_SIGNING_CERTIFICATE:?is a PEM file}" "${CODE_SIGNING_KEY:?is a PEM file}"
more=()
if [[ -n ${CODE_SIGNING_TIMESTAMP:-} ]]; then more=(-ts "$CODE_SIGNING_TIMESTAMP"); fi
for file in "$@"; do
    osslsigncode sign -certs "$CODE_SIGNING_CERTIFICATE" -key "$CODE_SIGNING_KEY" -h sha256 -n patchstate "${more[@]}" \
        -in "$file" -out "$file.signed" >/dev/null
    mv "$file.signed" "$file"
done
