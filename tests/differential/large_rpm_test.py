# SPDX-License-Identifier: Apache-2.0
"""20,000 packages and 5,000 advisories, 1,500 packages installed: patchstate says what dnf and zypper themselves say, update by
update and advisory by advisory."""

import argparse
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from large_rpm_world import large_world  # noqa: E402  (after the path is set)
from patchstate_run import Patchstate  # noqa: E402
from rpm_world import missing_tools  # noqa: E402


class Large(unittest.TestCase):
    bin_folder = None

    def patches(self, world, scratch):
        scratch.mkdir()
        answer = Patchstate(self.bin_folder, scratch).check(world.root)
        self.assertEqual([source for source in answer.json["sources"] if "failure" in source], [])
        self.assertEqual({patch["state"] for patch in answer.json["patches"]}, {"installable"})
        return answer.json["patches"]

    def world(self, folder, distribution, tool):
        if absent := missing_tools(tool):
            self.skipTest(f"not installed: {', '.join(absent)}")
        return large_world(pathlib.Path(folder) / "world", distribution, 20_000, 5_000)

    def test_dnf(self):
        with tempfile.TemporaryDirectory(prefix="patchstate-large-") as folder:
            world = self.world(folder, "fedora", "dnf")
            patches = self.patches(world, pathlib.Path(folder) / "scratch")
            listed = {tuple(line.split()[:2]) for line in world.dnf4("-C", "check-update", accept=(100,)).splitlines() if line}
            self.assertEqual({(f"{patch['name']}.{patch['arch']}", patch["version"]) for patch in patches}, listed)
            pairs = set()
            for line in world.dnf4("-C", "updateinfo", "list", "--updates").splitlines():
                advisory, _, package = line.split()
                pairs.add((advisory, package.rsplit("-", 2)[0]))
            self.assertEqual({(one["id"], patch["name"]) for patch in patches for one in patch["advisories"]}, pairs)
            self.assertGreater(len(pairs), 2000)

    def test_zypper(self):
        with tempfile.TemporaryDirectory(prefix="patchstate-large-") as folder:
            world = self.world(folder, "opensuse-leap", "zypper")
            patches = self.patches(world, pathlib.Path(folder) / "scratch")

            def rows(command):
                text = world.zypper("--no-refresh", "--xmlout", command)
                return list(xml.etree.ElementTree.fromstring(text).iter("update"))

            self.assertEqual({(patch["name"], patch["arch"], patch["installedVersion"], patch["version"]) for patch in patches},
                             {(row.get("name"), row.get("arch"), row.get("edition-old"), row.get("edition"))
                              for row in rows("list-updates")})
            needed = {row.get("name"): row for row in rows("list-patches")}  # optional ones have that for their status
            self.assertEqual({one["id"] for patch in patches for one in patch["advisories"]}, set(needed))
            cves = {issue.get("id") for row in needed.values() for issue in row.iter("issue") if issue.get("type") == "cve"}
            self.assertEqual({cve for patch in patches for cve in patch.get("cves", [])}, cves)
            self.assertGreater(len(needed), 1000)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    options, rest = parser.parse_known_args()
    Large.bin_folder = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
