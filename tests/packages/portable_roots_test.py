#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portable programs in debootstrapped roots, against the apt inside each. The roots are those of
tests/differential/real_roots.py.

usage: portable_roots_test.py FOLDER-OF-THE-ARCHIVES FOLDER-OF-THE-BUILT-PROGRAMS [RELEASE...]
"""

import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / each) for each in ("support", "differential"))]
import real_roots  # noqa: E402  (needs the path above)
from archive import SKIPPED, chroot_command, missing, unpacked  # noqa: E402
from patchstate_run import NOBODY, Answer  # noqa: E402

RELEASES = ("bullseye", "bookworm", "trixie", "sid")
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


def main():
    archives, releases = sys.argv[1], sys.argv[3:] or RELEASES
    reason = missing(archives, ["x86_64"]) or real_roots.why_not()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as scratch, unpacked(archives, "x86_64") as folder:
        os.chmod(scratch, 0o777)
        inside = {"the portable program inside": Inside(folder, pathlib.Path(scratch))}
        return int(real_roots.check_roots(inside, releases, most=len(releases)))


if __name__ == "__main__":
    sys.exit(main())
