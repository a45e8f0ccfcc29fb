# SPDX-License-Identifier: Apache-2.0
"""Looking changes nothing on an rpm system either: every file, folder and link of a root has the same bytes, owner, mode and
mtime before and after `patchstate check`, as root and as nobody, by dnf and by zypper. But for what SQLite does with the rpm
database when anybody reads it who may write, `rpm -qa` too: ctimes, and the index in shared memory (-shm)."""

import argparse
import os
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from patchstate_run import NOBODY, Patchstate  # noqa: E402  (after the path is set)
from rpm_world import World, missing_tools  # noqa: E402
from unchanged_test import changes, photograph  # noqa: E402

CTIME = 5  # place in a photograph


def still(root):
    return {path: facts[:CTIME] + facts[CTIME + 1:] for path, facts in photograph(root, ("",)).items()
            if not path.endswith(".sqlite-shm")}


class Unchanged(unittest.TestCase):
    bin_folder = None

    def world(self, folder, distribution):
        world = World(folder, distribution)
        world.installed("openssl", "1:3.0.1-1", vendor="Example")
        updates = world.repository("updates")
        updates.package("openssl", "1:3.0.2-1", vendor="Example")
        updates.advisory("TEST-2026:0001", severity="Important", cves=["CVE-2026-0001"], packages=["openssl-1:3.0.2-1.x86_64"])
        return world

    def dnf(self, folder):
        world = self.world(folder, "fedora")
        world.write()
        world.fetch_dnf4()
        return world

    def zypper(self, folder):
        world = self.world(folder, "opensuse-leap")
        world.write(("/etc/zypp/repos.d",))
        world.fetch_zypper()
        return world

    def check(self, tool, prefix, prepare=lambda world: None):
        if absent := missing_tools("dnf" if tool == "dnf" else "zypper"):
            self.skipTest(f"not installed: {', '.join(absent)}")
        if prefix and os.geteuid() != 0:
            self.skipTest("only root can become nobody")
        with tempfile.TemporaryDirectory(prefix="patchstate-rpm-") as folder:
            pathlib.Path(folder).chmod(0o755)
            world = getattr(self, tool)(pathlib.Path(folder) / "world")
            prepare(world)
            (pathlib.Path(folder) / "scratch").mkdir(mode=0o755)
            patchstate = Patchstate(self.bin_folder, pathlib.Path(folder) / "scratch")
            before = still(world.root)
            answer = patchstate.check(world.root, prefix=prefix)
            self.assertIsNotNone(answer.json, answer.errors)
            self.assertEqual([source for source in answer.json["sources"] if "failure" in source], [])
            self.assertEqual([patch["name"] for patch in answer.json["patches"]], ["openssl"])
            self.assertEqual(changes(before, still(world.root)), [])
            self.assertFalse(pathlib.Path("/nonexistent").exists(), "the home that nobody has")

    def test_a_root_of_dnf_as_root(self):
        self.check("dnf", [])

    def test_a_root_of_dnf_without_rights(self):
        self.check("dnf", NOBODY)

    def test_a_root_of_zypper_as_root(self):
        self.check("zypper", [])

    def test_a_root_of_zypper_without_rights(self):
        self.check("zypper", NOBODY)

    def test_parsed_caches_that_are_out_of_date_stay_as_they_are(self):
        def age(world):
            for path in (world.root / "var/cache").rglob("*solv*"):
                if path.is_file():
                    path.write_bytes(b"out of date")

        for tool in ("dnf", "zypper"):
            with self.subTest(tool):
                self.check(tool, [], age)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    options, rest = parser.parse_known_args()
    Unchanged.bin_folder = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
