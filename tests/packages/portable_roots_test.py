#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portable programs in debootstrapped roots, against the apt inside each; those for aarch64 where the kernel starts such
programs by an emulator that it keeps open (binfmt_misc, flag F). The roots are those of tests/differential/real_roots.py.

usage: portable_roots_test.py FOLDER-OF-THE-ARCHIVES FOLDER-OF-THE-BUILT-PROGRAMS [RELEASE...]
"""

import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / each) for each in ("support", "differential"))]
import real_roots  # noqa: E402  (needs the path above)
from archive import SKIPPED, chroot_command, missing, unpacked  # noqa: E402
from patchstate_run import NOBODY, Answer  # noqa: E402

RELEASES = ("bullseye", "bookworm", "trixie", "sid")
EMULATED = ("bookworm",)  # takes minutes
BY_APT = ("apt-get (JSON hook)", "apt-get (simulation)")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "CACHE_DIRECTORY": "/srv", "STATE_DIRECTORY": "/srv"}


class Inside:
    """As real_roots.check() wants it: the program runs in the root, and asks the apt of the root."""

    def __init__(self, folder, scratch):
        self.folder, self.scratch = folder, scratch

    def check(self, root, prefix=()):
        user = 65534 if prefix == NOBODY else 0
        command = [*chroot_command(root, self.folder, self.scratch, user), "/mnt/patchstate", "check", "--format", "json"]
        before = os.times().elapsed
        done = subprocess.run(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=900, check=False)
        answer = Answer(done.returncode, done.stdout, done.stderr, os.times().elapsed - before)
        if answer.json and not answer.failure and answer.source["tool"] not in BY_APT:
            raise AssertionError(f"{answer.source['tool']} answered")
        return answer


def starts_aarch64():
    """Whether the kernel starts programs of it, in a chroot too."""
    if platform.machine() == "aarch64":
        return True
    entries = [path.read_text() for path in pathlib.Path("/proc/sys/fs/binfmt_misc").glob("*aarch64*")]
    return any("enabled" in each and re.search(r"^flags: \w*F", each, re.M) for each in entries)


def check_in_roots(archives, machine, releases, architecture=""):
    """Whether anything failed. `machine`: of the archive; `architecture`: of the roots, where it is not this machine's."""
    with tempfile.TemporaryDirectory() as scratch, unpacked(archives, machine) as folder:
        os.chmod(scratch, 0o777)
        inside = {f"the portable program for {machine} inside": Inside(folder, pathlib.Path(scratch))}
        return real_roots.check_roots(inside, releases, len(releases), architecture)


def main():
    archives, releases = sys.argv[1], sys.argv[3:]
    reason = missing(archives) or real_roots.why_not()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    failed = check_in_roots(archives, "x86_64", releases or RELEASES)
    if releases:
        return int(failed)
    if not starts_aarch64():
        print("aarch64: not tried, no emulator is registered with this kernel (qemu-user-static, binfmt_misc)")
        return int(failed)
    return int(check_in_roots(archives, "aarch64", EMULATED, "arm64") | failed)


if __name__ == "__main__":
    sys.exit(main())
