#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `patchstate.exe check` of a machine with many pending updates, under Wine, and prints a Markdown table.

    bench/windows.py --programs build/windows/bin [--prefix build/windows/wineprefix] [--quick]

The Windows Update Agent is a fake that has its updates at once: what is measured is what we add to a search. Part of it is
the fake's own, which reads 5 MB of JSON: so the same catalogue is measured with updates that are all installed, which
costs it the same and us nothing. The exit code is 0 also when a target is missed (the table says MISSED)."""

import argparse
import json
import pathlib
import shutil
import statistics
import sys

from measure import Contender, Targets, alternating

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/windows"))
from fake_updates import FakeAgent, catalogue, many  # noqa: E402
from wine import WINE, Wine, skip_reason  # noqa: E402  (both need the path above)

UPDATES, CVES = 3000, 50
LIMIT = 500  # ms
VERDICTS = (0, 2, 3)


class Bench(Targets):
    def __init__(self, wine, programs, runs):
        super().__init__()
        self.wine, self.program, self.runs = wine, programs / "patchstate.exe", runs
        self.agent = FakeAgent(wine, programs / "fakewua.dll")

    def asks(self, whole):
        """The whole program, which has to ask: nothing is kept from the run before."""
        def before():
            shutil.rmtree(self.wine.drive_c / "measured", ignore_errors=True)
            self.agent.says(whole)
        environment = {**self.wine.environment, "STATE_DIRECTORY": r"C:\measured\state",
                       "CACHE_DIRECTORY": r"C:\measured\cache"}
        return Contender([WINE, str(self.program), "check", "--format", "json"], environment, exit_codes=VERDICTS, before=before)

    def collects(self, contender):
        """How long the source took, by its own report: the probe in its process, its answer read and judged."""
        contender.before()
        source, = json.loads(contender.output())["sources"]
        if "failure" in source:
            raise SystemExit(f"not measured: {source['failure']}")
        return source["durationMs"]

    def run(self):
        pending = many(UPDATES, CVES)
        none = self.asks(catalogue(*({**one, "IsInstalled": True} for one in pending)))
        whole = self.asks(catalogue(*pending))
        collected = [(self.collects(none), self.collects(whole)) for _ in range(self.runs)]
        without, with_them = (statistics.median(each) for each in zip(*collected))
        walls = [statistics.median(each.wall for each in run) for run in alternating([none, whole], self.runs)]
        print(f"\n### {UPDATES:,} updates of {CVES} CVEs each, wall clock, median of {self.runs}\n\n"
              "| | none pending | all pending | what they add | target | |\n|---|---|---|---|---|---|")
        print(f"| collecting: probe, reading, judging | {without:.0f} ms | {with_them:.0f} ms | **{with_them - without:.0f} ms** "
              f"| ≤ {LIMIT} ms | {self.verdict(with_them - without <= LIMIT)} |")
        print(f"| `patchstate.exe check --format json`, whole | {walls[0]:.0f} ms | {walls[1]:.0f} ms "
              f"| {walls[1] - walls[0]:.0f} ms | | |")
        self.sum_up()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--prefix", type=pathlib.Path, help="the Wine prefix; made when it is missing")
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    arguments = parser.parse_args()
    if reason := skip_reason():
        sys.exit(f"not measured: {reason}")
    with Wine(arguments.prefix or arguments.programs.parent / "wineprefix") as wine:
        Bench(wine, arguments.programs.resolve(), 3 if arguments.quick else 9).run()


if __name__ == "__main__":
    main()
