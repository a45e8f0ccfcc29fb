# SPDX-License-Identifier: Apache-2.0
"""The catalogue: every scenario against the real apt and against patchstate, with the probe and without it."""

import argparse
import importlib
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import scenario  # noqa: E402  (after the path is set)
from patchstate_run import PROBE, Patchstate  # noqa: E402

for each in sorted(HERE.glob("scenarios_*.py")):
    if each.stem != pathlib.Path(__file__).stem:
        importlib.import_module(each.stem)


def build(function, folder):
    scene = scenario.Scenario(pathlib.Path(folder) / "root")
    function(scene)
    scene.write()
    scene.after_write()
    return scene


class Scenarios(unittest.TestCase):
    maxDiff = None
    patchstate = None  # set by main, as is:
    by_commands = False

    def check(self, function):
        with tempfile.TemporaryDirectory(prefix="scenario-") as folder:
            pathlib.Path(folder).chmod(0o755)
            scene = build(function, folder)
            kept = scene.before_check()
            found = [f"apt: {each}" for each in scenario.apt_differences(scene)]
            if self.patchstate:
                answer = self.patchstate.check(scene.folder, prefix=scene.prefix)
                found += [
                    f"patchstate: {each}" for each in scenario.patchstate_differences(scene, answer, self.by_commands)
                ]
            for each in kept:
                each.close()
            if found:
                self.fail("\n  " + "\n  ".join(found))


for each in scenario.SCENARIOS:
    setattr(Scenarios, f"test_{each.__name__}", lambda self, each=each: self.check(each))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--bin", help="folder of the programs to test; without it only the catalogue is held against apt"
    )
    parser.add_argument("--without-probe", action="store_true")
    options, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="patchstate-test-") as scratch:
        pathlib.Path(scratch).chmod(0o755)
        Scenarios.by_commands = options.without_probe
        if options.bin:
            Scenarios.patchstate = Patchstate(options.bin, scratch, None if options.without_probe else PROBE)
        unittest.main(argv=[sys.argv[0], *rest])
