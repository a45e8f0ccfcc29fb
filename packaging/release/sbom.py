#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sbom.py FOLDER VERSION TIME: what the packages in FOLDER are made of, as CycloneDX 1.6 JSON on standard output.

Each package names the libraries in it itself, in a file of "NAME VERSION" lines; a deb leaves them to the system, by
Depends. TIME, in seconds since 1970, is the commit's: the same packages have the same list.
"""

import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import uuid

NAMESPACE = uuid.UUID("f5d68bbe-f00c-5d48-a9f0-d2c6a2cac02b")
# By Debian's names. What a file of several licences is under is in the package, as Debian's copyright file tells it.
LICENCES = {
    "bzip2": "bzip2-1.0.6", "curl": "curl", "expat": "MIT", "fmtlib": "MIT", "jemalloc": "BSD-2-Clause",
    "libcli11-dev": "BSD-3-Clause", "libkainjow-mustache-dev": "BSL-1.0", "libmicrohttpd": "LGPL-2.1-or-later", "libsodium": "ISC",
    "libtasn1-6": "LGPL-2.1-or-later", "libtomlplusplus-dev": "MIT", "libz-mingw-w64-dev": "Zlib", "libzstd": "BSD-3-Clause",
    "nlohmann-json3-dev": "MIT", "openssl": "Apache-2.0", "pcre3": "BSD-3-Clause", "poco": "BSL-1.0",
    "postgresql-15": "PostgreSQL", "simdjson": "Apache-2.0", "sqlite3": "blessing", "zlib": "Zlib",
}


def lines_of(text, package):
    found = [line.split() for line in text.splitlines() if line.strip()]
    if not found or any(len(words) != 2 for words in found):
        raise SystemExit(f"sbom.py: {package.name}: its list of components is none: {text[:200]!r}")
    return sorted({(name, version) for name, version in found})


def parts_of_archive(package):
    with tarfile.open(package) as archive:
        for member in archive:
            if member.name.endswith("/components") and "/usr/share/doc/" in member.name:
                return lines_of(archive.extractfile(member).read().decode(), package)
    return lines_of("", package)


def parts_of_rpm(package):
    with subprocess.Popen(["rpm2cpio", package], stdout=subprocess.PIPE) as content:
        text = subprocess.run(["cpio", "-i", "--quiet", "--to-stdout", "*/components"], stdin=content.stdout, check=True,
                              stdout=subprocess.PIPE, text=True).stdout
    return lines_of(text, package)


def parts_of_msi(package):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["msiextract", "-C", folder, package], check=True, stdout=subprocess.DEVNULL)
        [components] = pathlib.Path(folder).rglob("components.txt")
        return lines_of(components.read_text(encoding="utf-8"), package)


def parts_of_deb(package):
    """Without versions: the system's own are used, and mended there."""
    text = subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return sorted({(name, None) for name in re.findall(r"(?:^|,)\s*([a-z0-9][a-z0-9.+-]+)", text)})


READERS = {".gz": parts_of_archive, ".rpm": parts_of_rpm, ".msi": parts_of_msi, ".deb": parts_of_deb}


def library(name, version):
    """As Debian's security tracker names it: a source or, of a deb, the package that it depends on."""
    quoted = f"@{version.replace('+', '%2B').replace(':', '%3A').replace('~', '~')}" if version else ""
    url = f"pkg:deb/debian/{name.replace('+', '%2B')}{quoted}"
    found = {"type": "library", "bom-ref": url, "name": name, "purl": url}
    if version:
        found["version"] = version
    if name in LICENCES:
        found["licenses"] = [{"license": {"id": LICENCES[name]}}]
    return found


def bill_of(folder, version, seconds):
    packages = sorted(path for path in folder.iterdir() if path.suffix in READERS)
    if not packages:
        raise SystemExit(f"sbom.py: there is no package in {folder}")
    files, libraries, dependencies = [], {}, []
    for package in packages:
        content = package.read_bytes()
        parts = [library(*part) for part in READERS[package.suffix](package)]
        libraries.update((part["bom-ref"], part) for part in parts)
        files.append({
            "type": "application", "bom-ref": package.name, "name": package.name, "version": version,
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        })
        dependencies.append({"ref": package.name, "dependsOn": [part["bom-ref"] for part in parts]})
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    digests = "".join(file["hashes"][0]["content"] for file in files)
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, digests)}",
        "metadata": {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "bom-ref": "patchstate", "name": "patchstate", "version": version,
                          "licenses": [{"license": {"id": "Apache-2.0"}}]},
        },
        "components": files + [libraries[url] for url in sorted(libraries)],
        "dependencies": [{"ref": "patchstate", "dependsOn": [file["bom-ref"] for file in files]}] + dependencies,
    }


if __name__ == "__main__":
    json.dump(bill_of(pathlib.Path(sys.argv[1]), *sys.argv[2:4]), sys.stdout, indent=2)
    print()
