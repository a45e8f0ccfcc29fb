#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `patchstate.exe check` of a machine with many pending updates, under Wine, and prints a Markdown table.

    bench/windows.py --programs build/windows/bin [--prefix build/windows/wineprefix] [--quick]

The Windows Update Agent is a fake that has its updates at once: what is measured is what we add to a search. Part of it is
the fake's own, which reads 5 MB of JSON: so the same catalogue is measured with updates that are all installed, which
costs it the same and us nothing. The exit code is 0 also when a target is missed (the table says MISSED)."""

import argparse
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

    def asks(self, whole, arguments=("check", "--format", "json")):
        """The whole program, which has to ask: nothing is kept from the run before."""
        def before():
            shutil.rmtree(self.wine.drive_c / "measured", ignore_errors=True)
            self.agent.says(whole)
        environment = {**self.wine.environment, "STATE_DIRECTORY": r"C:\measured\state",
                       "CACHE_DIRECTORY": r"C:\measured\cache"}
        return Contender([WINE, str(self.program), *arguments], environment, exit_codes=VERDICTS, before=before)

    def run(self):
        pending = many(UPDATES, CVES)
        installed = [{**one, "IsInstalled": True} for one in pending]
        probe = ("windows-update-probe",)
        contenders = [self.asks(catalogue(*installed)), self.asks(catalogue(*pending)),
                      self.asks(catalogue(*installed), probe), self.asks(catalogue(*pending), probe)]
        costs = [statistics.median(each.wall for each in run) for run in alternating(contenders, self.runs)]
        none, whole, none_probe, whole_probe = costs
        print(f"\n### {UPDATES:,} updates of {CVES} CVEs each, wall clock, median of {self.runs}\n\n"
              "| | none pending | all pending | what they add | target | |\n|---|---|---|---|---|---|")
        print(f"| `patchstate.exe windows-update-probe` | {none_probe:.0f} ms | {whole_probe:.0f} ms "
              f"| {whole_probe - none_probe:.0f} ms | | |")
        print(f"| `patchstate.exe check --format json` | {none:.0f} ms | {whole:.0f} ms | **{whole - none:.0f} ms** "
              f"| ≤ {LIMIT} ms | {self.verdict(whole - none <= LIMIT)} |")
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
