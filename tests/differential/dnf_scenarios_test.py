# SPDX-License-Identifier: Apache-2.0
"""The dnf collector on real rpm databases and repositories: what must be said of each machine, and what the tool itself
says. dnf 4 is this machine's; dnf5 is that of a Debian root with it (--tool dnf5 --chroot DIR)."""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import rpm_world  # noqa: E402  (after the path is set)
from dnf_scenarios import SCENARIOS  # noqa: E402

SKIPPED = 77
ROW = re.compile(r"^(?P<name>\S+)\.(?P<arch>[^.\s]+)\s+(?P<evr>\S+)\s+(?P<repo>\S+)\s*$")


def answer_of(program, world, scratch):
    result = subprocess.run([program, world.root, scratch], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
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


def differences(name, expected, answer, listed):
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
        if one.listed and listed.pop((package, one.arch), None) != one.newest:
            yield f"the tool itself does not list {package}.{one.arch} {one.newest}"
    for patch_id in found:
        yield f"reported, but not expected: {patch_id} {comparable(found[patch_id])}"
    for package in listed:
        yield f"the tool itself lists {package}, which nobody expected"
    codes = tuple(sorted(warning["code"] for warning in source.get("warnings", []) if warning["incomplete"]))
    if codes != tuple(sorted(name.warnings)):
        yield f"warnings {codes} in place of {name.warnings}: {source['warnings']}"
    if tuple(source["metadata"]["missingAdvisoryData"]) != name.missing_advisory_data:
        yield f"missingAdvisoryData {source['metadata']['missingAdvisoryData']} in place of {name.missing_advisory_data}"


def check(scenario, tool, program, folder):
    world = rpm_world.World(folder / "world")
    expected = scenario.fill(world)
    kept = (world.root / "etc/dnf/dnf.conf").read_text() if (world.root / "etc/dnf/dnf.conf").exists() else None
    world.write()
    if kept:
        world.file("/etc/dnf/dnf.conf", kept)
    world.fetch_dnf4() if tool == "dnf4" else world.fetch_dnf5()
    if scenario.fetched:
        scenario.fetched(world)
    answer = answer_of(program, world, folder)
    return list(differences(scenario, expected, answer, listed_by_dnf(world, tool)))


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
    failed = 0
    chosen = [one for one in SCENARIOS if options.tool in one.only and options.only in one.name]
    for scenario in chosen:
        with tempfile.TemporaryDirectory(prefix="patchstate-dnf-") as folder:
            try:
                problems = check(scenario, options.tool, shutil.which("dnf_answer", path=options.bin), pathlib.Path(folder))
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
