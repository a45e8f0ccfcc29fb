#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `patchstate check` as whole processes beside apt's own commands, and prints Markdown tables.

    bench/run.py --programs build/release/bin [--quick]

The machine's own files are only read: every cache is in a temporary folder. The exit code is 0 also when a target is
missed (the table says MISSED), and not 0 when something could not be measured."""

import argparse
import json
import os
import pathlib
import platform
import tempfile

from measure import Contender, Targets, memory_peaks, side_by_side
import worlds

MIB = 1024  # KiB


class Bench(Targets):
    def __init__(self, programs, runs):
        super().__init__()
        self.programs = programs
        self.runs = runs

    # --- contenders ---

    def patchstate(self, world, before=None):
        return Contender([str(self.programs / "patchstate"), "check", "--format", "json", "--root", str(world.root)],
                         world.own_environment(), exit_codes=(0, 1, 2, 3), before=before)

    def probe(self, world):
        return Contender([str(self.programs / "patchstate-apt-probe"), "--root", str(world.root), "--cache",
                          str(world.folder / "probe-cache")])

    @staticmethod
    def apt(world, *command, before=None):
        return Contender([*command, *world.apt_options()], world.apt_environment(), before=before)

    def dist_upgrade(self, world):
        return self.apt(world, "apt-get", "-s", "dist-upgrade")

    def upgradable(self, world, before=None):
        return self.apt(world, "apt", "list", "--upgradable", before=before)

    # --- what is said ---

    def row(self, what, own, other, target):
        ratio = other.wall / own.wall
        verdict = "" if target is None else self.verdict(ratio >= target)
        print(f"| {what} | {own.wall:.1f} ms ({own.cpu:.1f}) | {other.wall:.1f} ms ({other.cpu:.1f}) | **{ratio:.1f}×** "
              f"| {other.cpu / own.cpu:.1f}× | {'' if target is None else f'≥ {target}×'} | {verdict} |", flush=True)

    # --- what is measured ---

    def check_that_it_answers(self, world):
        """Both sides must list the same number of updates: a program that fails is fast. Returns how the probe decided."""
        assessment = json.loads(self.patchstate(world).output())
        for source in assessment["sources"]:
            if "failure" in source:
                raise SystemExit(f"{world.name}: {source['failure']}")
        own = sum(1 for patch in assessment["patches"] if patch.get("installedVersion")
                  and patch["state"] in {"installable", "held", "phased", "kept_back"})
        theirs = sum("[upgradable from:" in line for line in self.upgradable(world).output().splitlines())
        (world.folder / "probe-cache").mkdir(exist_ok=True)
        resolution = json.loads(self.probe(world).output())["resolution"]
        print(f"\n### {world.name}\n\n{own} updates pending ({theirs} by `apt list --upgradable`); "
              f"full dependency resolution: {resolution.replace('_', ' ')}\n")
        return resolution

    def speed(self, world):
        resolution = self.check_that_it_answers(world)
        print("| `patchstate check --format json` against | patchstate, wall (CPU) | other, wall (CPU) | ratio, wall | ratio, CPU "
              "| target | |\n|---|---|---|---|---|---|---|")
        warm = self.patchstate(world, before=world.forget_findings)
        own, simulated, listed = side_by_side([warm, self.dist_upgrade(world), self.upgradable(world)], self.runs)
        self.row("`apt-get -s dist-upgrade`, caches warm", own, simulated, 4 if resolution == "resolved" else 25)
        self.row("`apt list --upgradable`, caches warm", own, listed, None if resolution == "resolved" else 4)
        own, listed = side_by_side([self.patchstate(world, before=world.forget_all),
                                    self.upgradable(world, before=world.forget_all)], max(3, self.runs // 2))
        self.row("`apt list --upgradable`, no cache at all", own, listed, 1)

    def limits(self, world):
        print(f"\n### Memory, and a second run ({world.name})\n\n| | measured | target | |\n|---|---|---|---|")
        world.forget_all()
        self.patchstate(world).output()  # warms the package cache
        world.forget_findings()
        peaks = memory_peaks(self.patchstate(world))
        agent, probe = peaks["patchstate"], peaks["patchstate-apt-probe"]
        self.limit("peak memory of `patchstate`", agent.total / MIB, 10, "MiB")
        self.limit("peak memory of `patchstate-apt-probe`", probe.total / MIB, 60, "MiB")
        self.limit("… of which private (anonymous)", probe.private / MIB, 12, "MiB")
        unchanged, = side_by_side([self.patchstate(world)], self.runs * 2)
        self.limit("CPU of a second run, nothing changed (user + system, children included)", unchanged.cpu, 5, "ms")

    def growth(self, folder, sizes):
        print("\n### How cost grows\n\nMade-up systems with real package names; caches warm.\n\n"
              "| system | patchstate, wall (CPU) | … unchanged | no cache | `apt list --upgradable` | `apt-get -s dist-upgrade` |\n"
              "|---|---|---|---|---|---|")
        names = worlds.real_names()
        for size in sizes:
            world = worlds.grown(folder, names, *size)
            contenders = [self.patchstate(world, before=world.forget_findings), self.upgradable(world),
                          self.dist_upgrade(world)]
            own, listed, simulated = side_by_side(contenders, max(3, self.runs // 2))
            unchanged, = side_by_side([self.patchstate(world)], self.runs)
            cold, = side_by_side([self.patchstate(world, before=world.forget_all)], 3)
            print(f"| {world.name} | " + " | ".join(f"{cost.wall:.1f} ms ({cost.cpu:.1f})" for cost in
                                                   (own, unchanged, cold, listed, simulated)) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true", help="fewer runs, and no table of growth beyond its ends")
    arguments = parser.parse_args()
    bench = Bench(arguments.programs.resolve(), 5 if arguments.quick else 15)
    print(f"## patchstate beside apt\n\nWhole processes, medians of {bench.runs} alternating runs; {os.cpu_count()} cores, "
          f"{platform.platform(terse=True)}. Ratios above 1: patchstate is faster.")
    with tempfile.TemporaryDirectory(prefix="patchstate-bench-") as name:
        folder = pathlib.Path(name)
        machine = worlds.World("this machine, its own apt configuration", "/", folder / "machine")
        bench.speed(machine)
        ordinary = worlds.as_on_an_ordinary_machine(folder)
        bench.speed(ordinary)
        bench.limits(machine)
        sizes = [(500, 5), (1000, 1), (1000, 5), (1000, 20), (4000, 5), (1000, 5, True)]
        bench.growth(folder, sizes[::3] if arguments.quick else sizes)
    bench.sum_up()


if __name__ == "__main__":
    main()
