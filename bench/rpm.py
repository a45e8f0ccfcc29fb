#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `patchstate check` of an rpm system beside the system's own tools, and prints Markdown tables.

    bench/rpm.py --programs build/release/bin [--quick]

Whole processes, children included, in made-up systems with real rpm databases and repositories; dnf 4 and zypper of this
machine, and dnf5 of the root of Debian sid that the differential tests make, where there is one and this is root: this
process is in that root then, as chroot(1) ahead of each command would add 1 ms to it. The exit code is 0 also when a target is
missed (the table says MISSED), and not 0 when something could not be measured."""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

from measure import Contender, Targets, alternating, memory_peaks

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/support"))
import large_rpm_world  # noqa: E402  (needs the path above)

MIB = 1024  # KiB
SID = pathlib.Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "patchstate-test-roots/rpm-sid"
PROGRAMS_IN_SID = pathlib.Path("/srv")


def sums(*costs):
    """CPU of commands that are run one after the other, run by run."""
    return [sum(each.cpu for each in together) for together in zip(*costs)]


class Bench(Targets):
    def __init__(self, programs, runs):
        super().__init__()
        self.programs, self.runs = programs, runs

    def patchstate(self, world, before=None, programs=None):
        environment = {"STATE_DIRECTORY": str(world.folder / "state"), "CACHE_DIRECTORY": str(world.folder / "cache")}
        return Contender([str((programs or self.programs) / "patchstate"), "check", "--format", "json", "--root", str(world.root)],
                         environment, exit_codes=(0, 1, 2, 3), before=before)

    def without_probes(self, world):
        """A folder with `patchstate` alone: it looks for its probes beside itself."""
        folder = world.folder / "without-probes"
        folder.mkdir(exist_ok=True)
        shutil.copy2(self.programs / "patchstate", folder)
        return folder

    @staticmethod
    def forget(world):
        shutil.rmtree(world.folder / "cache", ignore_errors=True)

    @staticmethod
    def dnf4(world, *command, exit_codes=(0,)):
        return Contender(["dnf", "-C", "-q", f"--installroot={world.root}", f"--releasever={world.version}", *command],
                         {"HOME": str(large_rpm_world.CACHE / "home")}, exit_codes)

    @staticmethod
    def zypper(world, command):
        return Contender(["zypper", f"--root={world.root}", f"--releasever={world.version}", "--non-interactive", "--no-refresh",
                          "--xmlout", command], {"HOME": str(large_rpm_world.CACHE / "home")})

    @staticmethod
    def dnf5(world, *command):
        return Contender(["dnf5", "-C", "-q", f"--installroot={world.root}", f"--releasever={world.version}",
                          "--setopt=cachedir=/var/cache/libdnf5", *command], {"HOME": str(large_rpm_world.CACHE / "home")})

    @staticmethod
    def says(asking, world, source):
        """Each must find the same number of updates: a program that fails is fast."""
        assessment = json.loads(asking.output())
        asked, = (each for each in assessment["sources"] if each["name"] == source)
        if "failure" in asked:
            raise SystemExit(f"{world.root}: {asked['failure']}")
        return len(assessment["patches"]), asked.get("tool") or source

    def beside(self, world, source, own, others, limit, what):
        self.forget(world)
        count, tool = self.says(own, world, source)
        costs = alternating([own, *others], self.runs)
        theirs = sums(*costs[1:])
        ours = [each.cpu for each in costs[0]]
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(f"| {world.count:,} / {world.advisories:,} | {source} ({tool}), {count:,} updates | {statistics.median(ours):.0f} ms "
              f"| {what}: {statistics.median(theirs):.0f} ms | **{ratio:.2f}×** | ≤ {limit}× | {self.verdict(ratio <= limit)} |",
              flush=True)

    def table(self, title):
        print(f"\n### {title}\n\n| packages / advisories | source | patchstate, CPU | other, CPU | ratio | target | |\n"
              "|---|---|---|---|---|---|---|")

    def compare(self, world):
        def again():
            self.forget(world)

        if world.distribution == "fedora":
            self.beside(world, "dnf", self.patchstate(world, again),
                        [self.dnf4(world, "updateinfo", "info", "--updates")], 1.2, "one `dnf updateinfo info --updates`")
        else:
            for programs in (self.programs, self.without_probes(world)):
                self.beside(world, "zypper", self.patchstate(world, again, programs),
                            [self.zypper(world, "list-patches"), self.zypper(world, "list-updates")], 1.1, "`zypper lp` + `lu`")

    def compare_dnf5(self, world):
        """Inside of the root that has dnf5."""
        self.beside(world, "dnf", self.patchstate(world, lambda: self.forget(world), PROGRAMS_IN_SID),
                    [self.dnf5(world, "advisory", "info", "--json"), self.dnf5(world, "check-upgrade", "--json")], 1.2,
                    "`dnf5 advisory info --json` + `check-upgrade --json`")
        again = self.patchstate(world, programs=PROGRAMS_IN_SID)
        again.output()
        unchanged, = alternating([again], self.runs * 2)
        print("\n| | measured | target | |\n|---|---|---|---|")
        self.limit("CPU of a second run beside dnf5, nothing changed", statistics.median(each.cpu for each in unchanged), 5, "ms")

    def own_share(self, world):
        source = "dnf" if world.distribution == "fedora" else "zypper"
        print(f"\n### patchstate's own share ({source}, {world.count:,} / {world.advisories:,})\n\n"
              "| | measured | target | |\n|---|---|---|---|")
        self.forget(world)
        peaks = memory_peaks(self.patchstate(world))
        self.limit("peak memory of `patchstate` itself", peaks["patchstate"].total / MIB, 20, "MiB")
        self.forget(world)
        self.limit("CPU of `patchstate` itself (user + system, the tools' not counted)", self.own_cpu(world), 60, "ms")
        if source == "zypper":
            alone = self.without_probes(world)
            self.forget(world)
            peaks = memory_peaks(self.patchstate(world, programs=alone))
            self.limit("peak memory where zypper itself is asked", peaks["patchstate"].total / MIB, 20, "MiB")
            self.limit("CPU of `patchstate` itself where zypper is asked", self.own_cpu(world, alone), 60, "ms")
            self.forget(world)
        self.patchstate(world).output()
        unchanged, = alternating([self.patchstate(world)], self.runs * 2)
        self.limit("CPU of a second run, nothing changed", statistics.median(each.cpu for each in unchanged), 5, "ms")

    def own_cpu(self, world, programs=None):
        """What is left when the tools' CPU is taken away: `wait4` counts those that were waited for, and RUSAGE_SELF of the
        program is what its parent can't see; so it is asked of a run whose tools are measured alone."""
        costs = []
        for _ in range(self.runs):
            self.forget(world)
            costs.append(self.self_cpu(self.patchstate(world, programs=programs)))
        return statistics.median(costs)

    @staticmethod
    def self_cpu(contender):
        """CPU of the first process alone, read from /proc while it is a zombie: utime and stime, without its children's."""
        pid = os.posix_spawnp(contender.argv[0], contender.argv, {**large_rpm_world.PLAIN, **contender.environment},
                              file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)])
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        schedstat = pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()
        os.waitpid(pid, 0)
        return int(schedstat[0]) / 1e6  # nanoseconds on a CPU


def own_mounts(programs):
    """The sid root sees these programs, /proc and /var/tmp, by mounts that only this process and its children have."""
    if not os.environ.get("PATCHSTATE_OWN_MOUNTS"):
        os.environ["PATCHSTATE_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    for here, there in ((programs, PROGRAMS_IN_SID), ("/proc", "/proc"), ("/var/tmp", "/var/tmp")):
        subprocess.run(["mount", "--bind", here, f"{SID}{there}"], check=True)


@contextlib.contextmanager
def inside(root):
    """This process sees `root` as its root meanwhile."""
    outside = os.open("/", os.O_RDONLY)
    os.chroot(root)
    os.chdir("/")
    try:
        yield
    finally:
        os.fchdir(outside)
        os.chroot(".")
        os.close(outside)


def why_no_dnf5():
    if os.geteuid() != 0:
        return "only root can run that of another root"
    return "" if (SID / "usr/bin/dnf5").exists() else f"no root in {SID}; `ctest -C roots -R dnf5` makes it"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true", help="fewer runs, and no table of growth")
    arguments = parser.parse_args()
    no_dnf5 = why_no_dnf5()
    if not no_dnf5:
        own_mounts(arguments.programs.resolve())
    bench = Bench(arguments.programs.resolve(), 5 if arguments.quick else 15)
    print(f"## patchstate beside dnf and zypper\n\nWhole processes, medians of {bench.runs} alternating runs; {os.cpu_count()} cores, "
          f"{platform.platform(terse=True)}. Metadata cached by the tools themselves; 1,500 packages installed.")
    with tempfile.TemporaryDirectory(prefix="patchstate-bench-rpm-", dir="/var/tmp") as name:
        sizes = [(20_000, 5_000)] if arguments.quick else [(5_000, 1_250), (20_000, 5_000), (40_000, 10_000)]
        bench.table("CPU against the tool itself")
        largest = []
        for packages, advisories in sizes:
            for distribution in ("fedora", "opensuse-leap"):
                world = large_rpm_world.large_world(pathlib.Path(name) / f"{distribution}-{packages}", distribution, packages, advisories)
                bench.compare(world)
                if packages == 20_000:
                    largest.append(world)
        for world in largest:
            bench.own_share(world)
        if no_dnf5:
            print(f"\ndnf5 was not measured: {no_dnf5}")
        else:
            bench.table("dnf5")
            world = large_rpm_world.dnf5_world(pathlib.Path(name) / "dnf5", 20_000, 5_000, SID)
            with inside(SID):
                bench.compare_dnf5(world)
    bench.sum_up()


if __name__ == "__main__":
    main()
