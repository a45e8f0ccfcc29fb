# SPDX-License-Identifier: Apache-2.0
"""The dnf collector on real rpm databases and repositories: what must be said of each machine, and what the tool itself
says. dnf 4 is this machine's; dnf5 (--tool dnf5) is that of a root of Debian sid, made once, which needs root and the
archive that this machine itself uses. It is kept in ${XDG_CACHE_HOME:-/var/cache}/patchstate-test-roots/rpm-sid."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import rpm_world  # noqa: E402  (after the path is set)
from dnf_scenarios import SCENARIOS, Skipped  # noqa: E402
from zypper_by_probe import PROBE, differences as differences_of_answers  # noqa: E402

SKIPPED = 77
SID = pathlib.Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "patchstate-test-roots/rpm-sid"
ROW = re.compile(r"^(?P<name>\S+)\.(?P<arch>[^.\s]+)\s+(?P<evr>\S+)\s+(?P<repo>\S+)\s*$")


def prepare_sid():
    """A root with dnf5 in it; why there is none, or ""."""
    if (SID / "usr/bin/dnf5").exists():
        return ""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        return "making a root with dnf5 needs root and debootstrap"
    found = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: bookworm"],
                           stdout=subprocess.PIPE, text=True, check=False).stdout.split()
    if not found:
        return "apt names no archive here"
    fresh = SID.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    steps = (["debootstrap", "--variant=minbase", "sid", fresh, found[0]],
             ["chroot", fresh, "apt-get", "install", "-y", "--no-install-recommends", "dnf5", "zypper", "rpm"])
    for step in steps:
        done = subprocess.run(step, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        if done.returncode != 0:
            return f"{step[0]}: {done.stdout[-500:]}"
    fresh.rename(SID)
    return ""


def dnf5_of_sid(folder):
    """A program that is sid's dnf5. Both see one /tmp, by a mount that only this process and its children have."""
    subprocess.run(["mount", "--bind", "/tmp", SID / "tmp"], check=True)
    program = folder / "dnf5"
    program.write_text(f'#!/bin/sh\nexec chroot {SID} /usr/bin/dnf5 "$@"\n')
    program.chmod(0o755)
    return program


def answer_of(program, world, scratch, tool):
    asked = [world.dnf5_program] if tool == "dnf5" else []
    result = subprocess.run([program, world.root, scratch, *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            check=False, timeout=120)
    if result.returncode != 0:
        raise AssertionError(f"dnf_answer: exit code {result.returncode}\n{result.stderr}")
    return json.loads(result.stdout)


def listed_by_dnf(world, tool):
    """(name, arch) -> newest version, of check-update's own table, and the packages that replace others."""
    text = world.dnf4("-C", "check-update", accept=(0, 100)) if tool == "dnf4" else world.dnf5("-C", "check-upgrade", accept=(0, 100))
    found, replacing = {}, False
    for line in text.splitlines():
        replacing = replacing or line.lower().startswith("obsoleting")
        if match := ROW.match(line):
            if not (replacing and match["repo"] in ("@System", "<unknown>")):
                found[match["name"], match["arch"]] = match["evr"]
    return found


def comparable(update):
    return {
        "installed": update.get("installedVersion", ""),
        "newest": update["version"],
        "advisories": sorted(one["id"] for one in update["advisories"]),
        "severity": update["severity"],
        "kind": " ".join(sorted(update["classifications"])),
        "cves": sorted(update["cves"]),
        "state": update["state"],
    }


def wanted(expected):
    return {
        "installed": expected.installed,
        "newest": expected.newest,
        "advisories": sorted(expected.advisories),
        "severity": expected.severity,
        "kind": expected.kind,
        "cves": sorted(expected.cves),
        "state": expected.state,
    }


def differences(scenario, expected, answer, listed, tool):
    source = answer["sources"][0]
    if "failure" in source:
        yield f"failed: {source['failure']}"
        return
    found = {update["patchId"]: update for update in answer["patches"]}
    for key, one in expected.items():
        package = key.split(" ")[0]
        patch_id = one.key or f"{package}.{one.arch}"
        update = found.pop(patch_id, None)
        if update is None:
            yield f"{patch_id} is not reported"
        elif comparable(update) != wanted(one):
            yield f"{patch_id}: {comparable(update)}\n      in place of {wanted(one)}"
        if (tool in one.listed) and listed.pop((package, one.arch), None) != one.newest:
            yield f"the tool itself does not list {package}.{one.arch} {one.newest}"
    for patch_id in found:
        yield f"reported, but not expected: {patch_id} {comparable(found[patch_id])}"
    for package in listed:
        yield f"the tool itself lists {package}, which nobody expected"
    codes = tuple(sorted(warning["code"] for warning in source.get("warnings", []) if warning["incomplete"]))
    if codes != tuple(sorted(scenario.warnings)):
        yield f"warnings {codes} in place of {scenario.warnings}: {source['warnings']}"
    if tuple(source["metadata"]["missingAdvisoryData"]) != scenario.missing_advisory_data:
        yield f"missingAdvisoryData {source['metadata']['missingAdvisoryData']} in place of {scenario.missing_advisory_data}"


def photograph(root):
    """Every file below: size and time of change. What rpm itself touches to read a database is left out."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in root.rglob("*")
            if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock"))}


def alone(program, folder):
    """The same program, where it finds no probe beside itself."""
    copy = folder / "alone" / pathlib.Path(program).name
    copy.parent.mkdir()
    shutil.copy2(program, copy)
    return copy


def check_probe(scenario, world, program, folder, answer):
    """dnf5 alone says the same, and the probe has answered where it is to."""
    scratch = folder / "cache of dnf5 alone"
    scratch.mkdir()
    by_dnf5 = answer_of(alone(program, folder), world, scratch, "dnf5")
    yield from differences_of_answers(answer, by_dnf5)
    told = answer["sources"][0].get("tool", "")
    if (told == PROBE) != scenario.by_probe:
        yield f"{told} has answered"


def check(scenario, tool, program, folder, dnf5):
    world = rpm_world.World(folder / "world")
    world.dnf5_program = dnf5
    expected = scenario.fill(world)
    kept = (world.root / "etc/dnf/dnf.conf").read_text() if (world.root / "etc/dnf/dnf.conf").exists() else None
    world.write()
    if kept:
        world.file("/etc/dnf/dnf.conf", kept)
    world.fetch_dnf4() if tool == "dnf4" else world.fetch_dnf5()
    if scenario.fetched:
        scenario.fetched(world)
    scratch = folder / "cache"
    scratch.mkdir()
    before = photograph(world.root)
    answer = answer_of(program, world, scratch, tool)
    after = photograph(world.root)
    problems = [f"changed by asking: {path}" for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
    if tool == "dnf5":
        problems += check_probe(scenario, world, program, folder, answer)
    return problems + list(differences(scenario, expected, answer, listed_by_dnf(world, tool), tool))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--tool", choices=("dnf4", "dnf5"), default="dnf4")
    parser.add_argument("--only", default="", help="scenarios with this in their name")
    options = parser.parse_args()
    missing = rpm_world.missing_tools("dnf", "zstd")
    if missing:
        print(f"skipped: no {', '.join(missing)} on this machine (apt-get install rpm createrepo-c dnf zstd)")
        return SKIPPED
    if options.tool == "dnf5":
        if reason := prepare_sid():
            print(f"skipped: {reason}")
            return SKIPPED
        if not os.environ.get("PATCHSTATE_OWN_MOUNTS"):
            os.environ["PATCHSTATE_OWN_MOUNTS"] = "1"
            os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    return run(options)


def run(options):
    programs = tempfile.TemporaryDirectory(prefix="patchstate-dnf-")
    dnf5 = dnf5_of_sid(pathlib.Path(programs.name)) if options.tool == "dnf5" else None
    failed = 0
    chosen = [one for one in SCENARIOS if options.tool in one.only and options.only in one.name]
    for scenario in chosen:
        with tempfile.TemporaryDirectory(prefix="patchstate-dnf-") as folder:
            try:
                problems = check(scenario, options.tool, shutil.which("dnf_answer", path=options.bin), pathlib.Path(folder), dnf5)
            except Skipped as reason:
                print(f"skipped: {scenario.name}: {reason}")
                continue
            except AssertionError as error:
                problems = [str(error)]
        failed += bool(problems)
        print(f"{'FAILED' if problems else 'ok'}: {scenario.name}")
        for problem in problems:
            print(f"    {problem}")
    print(f"{len(chosen)} scenarios, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
