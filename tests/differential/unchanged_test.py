# SPDX-License-Identifier: Apache-2.0
"""Looking changes nothing: every file, folder and link of the package system has the same bytes, owner, mode, mtime and ctime
before and after `patchstate check`, as root and as nobody, of this machine and of a root."""

import argparse
import hashlib
import os
import pathlib
import stat
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from apt_fixture import Root  # noqa: E402  (after the path is set)
from patchstate_run import NOBODY, Patchstate  # noqa: E402

FOLDERS = ("etc", "var/lib/apt", "var/lib/dpkg", "var/cache/apt")


def photograph(root, folders=FOLDERS):
    """Path -> everything that a write would change."""
    seen = {}
    for folder in folders:
        for path in [pathlib.Path(root, folder), *pathlib.Path(root, folder).rglob("*")]:
            try:
                facts = path.lstat()
                content = ""
                if stat.S_ISREG(facts.st_mode):
                    content = hashlib.sha256(path.read_bytes()).hexdigest()
                elif stat.S_ISLNK(facts.st_mode):
                    content = os.readlink(path)
            except (FileNotFoundError, PermissionError):
                continue
            seen[str(path)] = (
                facts.st_ino,
                facts.st_mode,
                facts.st_uid,
                facts.st_gid,
                facts.st_mtime_ns,
                facts.st_ctime_ns,
                content,
            )
    return seen


def changes(before, after):
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


class Unchanged(unittest.TestCase):
    bin_folder = None

    def check(self, root, prefix, folders=FOLDERS, attempts=1):
        with tempfile.TemporaryDirectory(prefix="patchstate-test-") as scratch:
            pathlib.Path(scratch).chmod(0o755)
            patchstate = Patchstate(self.bin_folder, scratch)
            for _ in range(attempts):
                before = photograph(root, folders)
                self.assertTrue(before)
                answer = patchstate.check(root, prefix=prefix)
                self.assertIsNotNone(answer.json, answer.errors)
                self.assertIsNone(answer.failure)
                changed = changes(before, photograph(root, folders))
                if not changed:
                    return
            self.fail(f"changed: {changed}")

    def fixture(self, folder):
        root = Root(pathlib.Path(folder) / "root", foreign=["i386"])
        root.installed("a", "1").installed("b", "1").repository("http://deb.example.org/debian", "trixie").package(
            "a", "2"
        ).package("b", "2", depends="new").package("new", "1")
        root.write()
        pathlib.Path(folder).chmod(0o755)
        # What a running apt keeps there: ours must neither mend, replace nor remove them.
        for name in ("pkgcache.bin", "srcpkgcache.bin"):
            root.path("var/cache/apt", name).write_bytes(b"out of date")
        return root.folder

    def test_a_root_as_root(self):
        with tempfile.TemporaryDirectory(prefix="root-") as folder:
            self.check(self.fixture(folder), [], ("",))

    def test_a_root_without_rights(self):
        self.needs_root()
        with tempfile.TemporaryDirectory(prefix="root-") as folder:
            self.check(self.fixture(folder), NOBODY, ("",))

    # On the machine itself others may write at the same time: only what changes each time can be ours.
    def test_this_machine_as_root(self):
        self.needs_apt()
        self.check("/", [], attempts=3)

    def test_this_machine_without_rights(self):
        self.needs_apt()
        self.needs_root()
        self.check("/", NOBODY, attempts=3)

    def needs_root(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become nobody")

    def needs_apt(self):
        if not pathlib.Path("/var/lib/dpkg/status").exists():
            self.skipTest("this machine has no dpkg")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    options, rest = parser.parse_known_args()
    Unchanged.bin_folder = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
