#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records a made-up Debian 13 that has one of everything, through the probe and through apt's commands.

usage: make_world.py FOLDER-OF-PROGRAMS
"""

import datetime
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import apt_fixture  # noqa: E402  (needs the path above)


def world(folder):
    root = apt_fixture.Root(folder, foreign=["i386"])
    now = datetime.datetime.now(datetime.timezone.utc)
    archive = root.repository("http://deb.example.org/debian", "trixie", version="13.1")
    security = root.repository("http://security.example.org/debian-security", "trixie-security", label="Debian-Security",
                               archive="stable-security", valid_until=now + datetime.timedelta(days=7))
    other = root.repository("http://packages.example.org/apt", "stable", origin="Example", label="Example")

    root.installed("openssl", "3.5.1-1")
    security.package("openssl", "3.5.1-1+deb13u1", source="openssl")
    # Its security version is hidden behind the point release.
    root.installed("openssh-client", "1:10.0-1")
    archive.package("openssh-client", "1:10.0-3")
    security.package("openssh-client", "1:10.0-2")
    root.installed("coreutils", "9.7-1")
    archive.package("coreutils", "9.7-3")
    root.installed("bash", "5.2-1", hold=True)
    security.package("bash", "5.2-2")
    root.installed("curl", "8.14-1")
    security.package("curl", "8.14-2")
    root.pin("curl", "release a=stable-security", -1)
    for arch in ("amd64", "i386"):
        root.installed("libc6", "2.41-1", arch=arch, multi_arch="same", source="glibc")
        security.package("libc6", "2.41-2", arch=arch, multi_arch="same", source="glibc")
    root.installed("linux-image-amd64", "6.12.1-1", source="linux-signed-amd64", depends="linux-image-6.12.1-amd64")
    root.installed("linux-image-6.12.1-amd64", "6.12.1-1", source="linux-signed-amd64", auto=True)
    security.package("linux-image-amd64", "6.12.9-1", source="linux-signed-amd64", depends="linux-image-6.12.9-amd64")
    security.package("linux-image-6.12.9-amd64", "6.12.9-1", source="linux-signed-amd64")
    # The new version breaks something installed that nothing replaces.
    root.installed("libalpha", "1-1")
    root.installed("beta", "1-1")
    security.package("libalpha", "2-1", breaks="beta (<= 1-1)")
    root.installed("browser", "100-1")
    other.package("browser", "101-1")
    return root.write().folder


def main():
    programs = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        root = world(pathlib.Path(scratch) / "root")
        alone = shutil.copy2(programs / "patchstate", scratch)  # without the probe beside it
        for name, program in (("world-probe", programs / "patchstate"), ("world-commands", alone)):
            shutil.rmtree(HERE / name, ignore_errors=True)
            subprocess.run([program, "record", HERE / name, "--root", root], check=True)


if __name__ == "__main__":
    main()
