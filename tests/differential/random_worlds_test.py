# SPDX-License-Identifier: Apache-2.0
"""Random worlds: patchstate's states against `apt list --upgradable`, `apt-get -s upgrade` and `apt-get -s dist-upgrade`.

This is the proof of the probe's short cut (UpgradeCheck: nothing can be kept back, so nothing is resolved): wherever it is
taken, apt's own resolver must take every update too. PATCHSTATE_WORLDS sets how many worlds, PATCHSTATE_FIRST_WORLD where
the seeds start; a failing seed is printed and alone makes its world again."""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from apt_oracle import Apt, AptLost  # noqa: E402  (after the path is set)
from comparison import AptAnswer  # noqa: E402
from patchstate_run import PROBE, Patchstate  # noqa: E402
from random_worlds import World  # noqa: E402

LOST = "apt itself failed"


def run(seed, patchstate, probe):
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        world = World(seed, pathlib.Path(folder) / "root").write()
        answer = patchstate.check(world.root.folder)
        apt = Apt(world.root.folder, world.root.arch, world.root.foreign)
        try:
            by_apt = AptAnswer(apt, world.held, world.phased)
        except AptLost:
            return seed, [], collections.Counter({LOST: 1})
        found = by_apt.differences(answer)
        kinds = collections.Counter(by_apt.states.values())
        if probe:
            asked = subprocess.run([probe, "--root", world.root.folder], stdout=subprocess.PIPE, check=False)
            kinds[json.loads(asked.stdout)["resolution"]] += 1
        return seed, found, kinds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    parser.add_argument("--without-probe", action="store_true")
    parser.add_argument("--worlds", type=int, default=300)
    options = parser.parse_args()
    first = int(os.environ.get("PATCHSTATE_FIRST_WORLD", "0"))
    seeds = range(first, first + int(os.environ.get("PATCHSTATE_WORLDS", options.worlds)))
    total, failed = collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="patchstate-test-") as scratch:
        patchstate = Patchstate(options.bin, scratch, None if options.without_probe else PROBE)
        probe = None if options.without_probe else pathlib.Path(options.bin) / PROBE
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for seed, found, kinds in pool.map(lambda seed: run(seed, patchstate, probe), seeds):
                total += kinds
                failed += bool(found)
                for sentence in found:
                    print(f"world {seed}: {sentence}")
    print(
        f"worlds {seeds.start} to {seeds.stop - 1}: {failed} differ; {', '.join(f'{k} {v}' for k, v in sorted(total.items()))}"
    )
    # A run in which nothing was short-cut, or nothing resolved, would prove nothing.
    wanted = ("installable", "kept_back", "held") + (
        () if options.without_probe else ("not_needed", "resolved", "failed")
    )
    missing = [kind for kind in wanted if not total[kind]]
    if total[LOST] * 20 > len(seeds):
        missing.append("an answer of apt's, in too many")
    if missing:
        print(f"not one world with: {', '.join(missing)}")
    return 1 if failed or missing else 0


if __name__ == "__main__":
    sys.exit(main())
