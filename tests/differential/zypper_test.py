# SPDX-License-Identifier: Apache-2.0
"""The zypper collector on real rpm databases and repositories: what must be said of each machine, and what zypper itself
says: list-updates has the same packages and versions, list-patches the same needed advisories, severities and CVEs. zypper is
this machine's, or that of the root of Debian sid that the test of dnf5 makes (--sid). Asking changes nothing, as root and as nobody.

Each is asked through zypper alone, and with patchstate-solv-probe beside the program: that answers where the scenario
says so, and both answers are one. --random asks the same of machines made by chance."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import rpm_world  # noqa: E402  (after the path is set)
from dnf_scenarios_test import SID, prepare_sid  # noqa: E402
from unchanged_test import changes, photograph  # noqa: E402
from zypper_by_probe import PROBE, differences, list_differences, of_probe, of_zypper  # noqa: E402
from zypper_random_worlds import worlds  # noqa: E402
from zypper_probe_scenarios import SCENARIOS  # noqa: E402  (its own and all others)

SKIPPED = 77
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
WATCHED = ("etc", "run", "var", "usr")


class Machine:
    """Runs programs of this machine, or of a root that sees the same paths."""

    def __init__(self, chroot, program, with_probe):
        self.prefix = ["chroot", chroot] if chroot else []
        self.program, self.with_probe = program, with_probe

    def run(self, *command, accept=(0,), **environment):
        result = subprocess.run([*self.prefix, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                check=False, timeout=120, stdin=subprocess.DEVNULL,
                                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **environment})
        if result.returncode not in accept:
            raise AssertionError(f"{' '.join(map(str, command))}: exit code {result.returncode}\n{result.stdout[-2000:]}{result.stderr}")
        return result.stdout

    def zypper(self, world, *arguments, accept=(0,)):
        return self.run("zypper", f"--root={world.root}", "--non-interactive", *arguments, accept=accept,
                        HOME=str(world.folder), ZYPP_READONLY_HACK="1" if "--xmlout" in arguments else "")

    def answer(self, world, cache, user, program=None):
        return json.loads(self.run(*user, program or self.program, world.root, cache))


def rows(machine, world, *command):
    """The <update> elements of a list."""
    text = machine.zypper(world, "--no-refresh", "--xmlout", *command, accept=(0, 106))
    return [each for each in xml.etree.ElementTree.fromstring(text).iter("update")]


def comparable(update):
    return {
        "installed": update.get("installedVersion", ""),
        "newest": update["version"],
        "advisories": sorted(one["id"] for one in update["advisories"]),
        "severity": update["severity"],
        "kind": " ".join(sorted(update["classifications"])),
        "cves": sorted(update["cves"]),
        "state": update["state"],
        "reboot": update["rebootBehavior"],
    }


def wanted(expected):
    return {**vars(expected), "advisories": sorted(expected.advisories), "cves": sorted(expected.cves),
            "kind": " ".join(sorted(expected.kind.split()))}


def against_expected(scenario, expected, answer):
    source = answer["sources"][0]
    failure = source.get("failure", {}).get("kind", "")
    if failure != scenario.failure:
        yield f"failure \"{failure}\" in place of \"{scenario.failure}\": {source.get('failure')}"
    if failure:
        return
    found = {update["patchId"]: update for update in answer["patches"]}
    for patch_id in expected.keys() | found.keys():
        if patch_id not in found:
            yield f"{patch_id} is not reported"
        elif patch_id not in expected:
            yield f"reported, but not expected: {patch_id} {comparable(found[patch_id])}"
        elif comparable(found[patch_id]) != wanted(expected[patch_id]):
            yield f"{patch_id}: {comparable(found[patch_id])}\n      in place of {wanted(expected[patch_id])}"
    for incomplete, codes in ((True, scenario.warnings), (False, scenario.remarks)):
        told = sorted(warning["code"] for warning in source.get("warnings", []) if warning["incomplete"] == incomplete)
        if told != sorted(codes):
            yield f"warnings {told} in place of {sorted(codes)}: {source['warnings']}"
    if tuple(source["metadata"]["missingAdvisoryData"]) != scenario.missing_advisory_data:
        yield f"missingAdvisoryData {source['metadata']['missingAdvisoryData']} in place of {scenario.missing_advisory_data}"


def against_list_updates(machine, world, answer):
    """Name, architecture, installed and newest of what zypper would install."""
    listed = {(row.get("name"), row.get("arch"), row.get("edition")) for row in rows(machine, world, "list-updates")}
    ours = {(update["name"], update["arch"], update["version"]) for update in answer["patches"]
            if update["state"] == "installable" and not update["patchId"].startswith("patch:")}
    for each in listed - ours:
        yield f"zypper lists {each}, which is not reported as installable"
    for each in ours - listed:
        yield f"reported as installable, and not listed by zypper: {each}"


def against_list_patches(scenario, machine, world, answer):
    """Each needed patch is an advisory of some update, with the same severity and CVEs."""
    ours = {one["id"]: (one, update) for update in answer["patches"] for one in update["advisories"]}
    for row in rows(machine, world, "list-patches"):
        if row.get("name") in scenario.in_force:
            continue
        if row.get("name") not in ours:
            yield f"zypper needs the patch {row.get('name')}, which is not reported"
            continue
        advisory, update = ours[row.get("name")]
        cves = {issue.get("id") or issue.findtext("title") for issue in row.iter("issue") if issue.get("type") == "cve"}
        if (row.get("category") == "security") != (advisory["type"] == "security"):
            yield f"{row.get('name')} is {row.get('category')} for zypper, {advisory['type']} for us"
        if (row.get("severity") or "unknown") not in (advisory["severity"], "important", "low"):
            yield f"{row.get('name')} is {row.get('severity')} for zypper, {advisory['severity']} for us"
        if not cves <= {cve for other in answer["patches"] for cve in other["cves"]}:
            yield f"{row.get('name')} solves {cves} for zypper, {update['cves']} for us"


def written(before, after):
    """What changed; of the files of the rpm database only the content counts: root's readers touch them, write into the
    shared memory of sqlite, and rpm 6 makes a file to lock its keys by."""
    def is_touched(path):
        return path.endswith(("-shm", ".keyring.lock")) or (before.get(path) or [0])[-1] == (after.get(path) or [1])[-1]

    return [path for path in changes(before, after) if "/var/lib/rpm" not in path or not is_touched(path)]


def same_by_probe(scenario, machine, world, answer, by_zypper):
    """With the probe beside it: the same answer, given by whom the scenario says, and made of the same lists."""
    tool = answer["sources"][0].get("tool")
    if scenario.probe is not None and not scenario.failure and (tool == PROBE) != scenario.probe:
        yield f"{tool} answered"
    yield from differences(answer, by_zypper, scenario.unlisted)
    if tool == PROBE:
        zyppers = of_zypper(rows(machine, world, "list-updates"), rows(machine, world, "list-patches"))
        yield from list_differences(of_probe(machine, world, machine.with_probe.parent / PROBE), zyppers)


def against_update(machine, world, answer):
    """What the probe says replaces something is what `zypper update` would install."""
    text = machine.zypper(world, "--no-refresh", "--xmlout", "update", "--dry-run", "--no-confirm")
    installs = {(one.get("name"), one.get("edition"), one.get("arch"))
                for one in xml.etree.ElementTree.fromstring(text).iter("solvable")}
    for update in answer["patches"]:
        if update["state"] == "installable" and (update["name"], update["version"], update["arch"]) not in installs:
            yield f"{update['patchId']} {update['version']} is not what zypper would install: {installs}"
        if not update.get("installedVersion") and not update.get("stateReason", "").startswith("replaces "):
            yield f"{update['patchId']} does not say what it replaces: {update}"


def check(scenario, machine, folder):
    world = rpm_world.World(folder / "world", "opensuse-leap", "15.6")
    expected = scenario.fill(world)
    world.write(("/etc/zypp/repos.d",))
    (world.folder / ".rpmmacros").write_text(f"%_dbpath {rpm_world.DB_PATH}\n", encoding="ascii")
    if world.repositories and scenario.fetch:
        machine.zypper(world, "refresh")
    if scenario.fetched:
        scenario.fetched(world)
    for who in scenario.users:
        cache = folder / f"cache-{who}"
        cache.mkdir()
        os.chown(cache, *((65534, 65534) if who == "nobody" else (0, 0)))
        user = NOBODY if who == "nobody" else []
        before = photograph(world.root, WATCHED)
        if machine.with_probe:
            by_probe = machine.answer(world, cache, user, machine.with_probe)
        answer = machine.answer(world, cache, user)
        if changed := written(before, photograph(world.root, WATCHED)):
            yield f"asked as {who}, it changed {changed}"
        if expected is not None:
            listed = {key: one for key, one in expected.items() if key not in scenario.unlisted}
            yield from (f"{who} is told: {each}" for each in against_expected(scenario, listed, answer))
        if machine.with_probe:
            yield from (f"{who} is told: {each}" for each in same_by_probe(scenario, machine, world, by_probe, answer))
            scenario.answered_by.add(by_probe["sources"][0].get("tool"))
            if scenario.unlisted:
                yield from (f"{who} is told: {each}" for each in against_expected(scenario, expected, by_probe))
                yield from against_update(machine, world, by_probe)
    if expected is not None and not scenario.failure:
        if scenario.listed:
            yield from against_list_updates(machine, world, answer)
        yield from against_list_patches(scenario, machine, world, answer)


def machine_of(options, chroot, folder):
    """The programs stand where every user can run them, the probe beside one of them. In the root of sid there is another
    libsolv."""
    program = shutil.copy2(pathlib.Path(options.bin) / "zypper_answer", folder)
    if chroot:
        return Machine(chroot, program, None)
    (folder / "with-probe").mkdir()
    for name in ("zypper_answer", PROBE):
        shutil.copy2(pathlib.Path(options.bin) / name, folder / "with-probe")
    return Machine(chroot, program, folder / "with-probe/zypper_answer")


def same_paths(chroot):
    """Inside the root, its own path from outside leads to it."""
    inside = pathlib.Path(str(chroot) + str(chroot))
    if not inside.is_symlink():
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.symlink_to("/")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--sid", action="store_true", help="ask the zypper of Debian sid")
    parser.add_argument("--only", default="", help="scenarios with this in their name")
    parser.add_argument("--random", type=int, default=0, help="in place of the scenarios, as many machines made by chance")
    options = parser.parse_args()
    chroot = SID if options.sid else None
    missing = rpm_world.missing_tools("zstd", *(() if chroot else ("zypper",)))
    if missing or os.geteuid() != 0:
        print(f"skipped: needs root, and {', '.join(missing) or 'nothing else'} (apt-get install rpm createrepo-c zypper zstd)")
        return SKIPPED
    if chroot:
        if why := prepare_sid():
            print(f"skipped: {why}")
            return SKIPPED
        if not os.environ.get("PATCHSTATE_OWN_MOUNTS"):
            os.environ["PATCHSTATE_OWN_MOUNTS"] = "1"
            os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
        same_paths(chroot)
        # The program looks for its probe beside itself, by /proc/self/exe.
        subprocess.run(["mount", "--bind", "/proc", chroot / "proc"], check=True)
    failed, chosen = 0, [one for one in (worlds(options.random) if options.random else SCENARIOS) if options.only in one.name]
    for scenario in chosen:
        with tempfile.TemporaryDirectory(prefix="patchstate-zypper-", dir=chroot and chroot / "tmp") as name:
            folder = pathlib.Path(name)
            folder.chmod(0o755)
            try:
                problems = list(check(scenario, machine_of(options, chroot, folder), folder))
            except AssertionError as error:
                problems = [str(error)]
        failed += bool(problems)
        print(f"{'FAILED' if problems else 'ok'}: {scenario.name}", *problems, sep="\n    ")
    by_probe = sum(PROBE in one.answered_by for one in chosen)
    print(f"{len(chosen)} scenarios, {failed} failed; {PROBE} answered {by_probe} of them")
    return 1 if failed or not chosen or not (by_probe or chroot or options.only) else 0


if __name__ == "__main__":
    sys.exit(main())
