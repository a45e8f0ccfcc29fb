# SPDX-License-Identifier: Apache-2.0
"""The service on systems of rpm that systemd boots, with dnf5, zypper and dnf 4: it says which tool it asks and why, has exactly
the pending updates with their advisories, says the same in its sandbox as outside, reports to a hub, and sees by itself what
was updated and what was fetched. Needs what booted_test.py needs, rpm and createrepo-c."""

import argparse
import json
import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from booted_reports import Hub, enrolls  # noqa: E402  (after the path is set)
from booted_test import LAST, PLACES, SKIPPED, Service, gets_ready, install, sees_the_same, take, verifies  # noqa: E402
from container import Container, expect, until, why_not  # noqa: E402
from rpm_system import DATABASE, KINDS, RpmRoot, RpmSystem, rpm_world  # noqa: E402

WITHIN = 60  # seconds from a change of the machine to the hub
# name: installed, newest, advisories with their kind, severity, CVEs, whether it is security
PENDING = {
    "openssl": ("1:3.0.1-1", "1:3.0.3-1", {"TEST-2026:0001": "security", "TEST-2026:0002": "bugfix"}, "critical",
                {"CVE-2026-0001", "CVE-2026-0002"}),
    "sudo": ("1.9.1-1", "1.9.2-1", {"TEST-2026:0003": "security"}, "important", {"CVE-2026-0003"}),
    "nano": ("7.0-1", "7.1-1", {"TEST-2026:0004": "bugfix"}, "unknown", set()),
}  # fmt: skip
FETCHED_LATER = ("1.6-1", "1.7-1", {"TEST-2026:0005": "security"}, "moderate", {"CVE-2026-0005"})


def pending_of(assessment):
    """As PENDING has it; each by its own name."""
    found = {}
    for patch in assessment["patches"]:
        expect(patch["name"] not in found, f"twice: {patch['name']}")
        expect(patch["state"] == "installable", patch)
        advisories = {each["id"]: each["type"] for each in patch["advisories"]}
        found[patch["name"]] = (patch["installedVersion"], patch["version"], advisories, patch["severity"], set(patch["cves"]))
    return found


def is_right(assessment, kind, pending):
    expect(pending_of(assessment) == pending, f"{pending_of(assessment)}\nin place of {pending}")
    expect(assessment["status"] == "succeeded" and assessment["verdict"]["value"] == "noncompliant", assessment["verdict"])
    source, = assessment["sources"]
    expect(source["tool"] == kind.tool, source)
    incomplete = [warning for warning in assessment["warnings"] if warning["incomplete"]]
    expect(not incomplete, incomplete)
    return f"{source['tool']} {source['toolVersion']}, {source['durationMs']} ms"


def starts(service):
    """where the system's own tool has fetched metadata, the service is enabled and started"""
    service.box.run(*service.kind.fetch)
    service.box.run("systemctl", "enable", "--now", "patchstate.service")


def names_its_tool(service):
    """`patchstate collectors` names the tool that is asked, and why not the others"""
    said = service.box.run("patchstate", "collectors")
    used = [line.split()[0] for line in said.splitlines() if " used " in line]
    expect(used == [service.kind.source], said)
    reasons = {line.split()[0]: line.partition("used" if " used " in line else "does not fit")[2].strip() for line in said.splitlines()}
    expect(set(reasons) == {"apt", "dnf", "zypper"} and all(reasons.values()), said)
    return reasons


def assesses(service):
    """the first assessment of the service has exactly the pending updates, with advisories, severity and CVEs"""
    path = service.box.path(LAST)
    until(path.exists, f"{LAST} is there; {service.journal()}", 180)
    return is_right(json.loads(path.read_text()), service.kind, PENDING)


def checks(service):
    """`patchstate check` says the same, as root and as the service's user"""
    box, user = service.box, service.user()
    box.run("install", "-d", "-o", "patchstate", "-m", "0700", "/tmp/theirs")
    theirs = ["env", "STATE_DIRECTORY=/tmp/theirs", "CACHE_DIRECTORY=/tmp/theirs"]
    found = []
    for prefix in ([], ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *theirs]):
        code, said = box.try_run(*prefix, "patchstate", "check", "--format", "json")
        expect(code == 2, said)
        found.append(is_right(json.loads(said), service.kind, PENDING))
    return found


def names_of(host):
    return {(patch["name"], patch["version"]) for patch in host["patches"]}


def follows(service):
    """what is reported, updated and fetched is on the hub within a minute, and nothing else makes it run"""
    box = service.box
    shown = {(name, each[1]) for name, each in PENDING.items()}
    took = {}
    with Hub(service) as hub:
        enrolls(service, hub)
        box.run("systemctl", "restart", "patchstate.service")

        def shows(what):
            begun = time.monotonic()
            until(lambda: names_of(hub.details()) == shown, f"{what}: {shown} on the hub; {service.journal()[-2000:]}", WITHIN)
            took[what] = f"{time.monotonic() - begun:.1f} s"

        until(lambda: hub.host().get("verdict"), "it has reported", WITHIN)
        shows("reported")
        expect(hub.host()["verdict"]["value"] == "noncompliant", hub.host())
        box.run("rpm", "-qa")  # root opens files of the database for writing in order to read
        box.run(*service.kind.update, "openssl")
        shown.discard(("openssl", "1:3.0.3-1"))
        shows("updated by the tool")
        rpm_file = next(box.path("/srv/world/repositories/updates").glob("sudo-*.rpm"))
        box.run("rpm", "-U", "--nosignature", f"/srv/world/repositories/updates/{rpm_file.name}")
        shown.discard(("sudo", "1.9.2-1"))
        shows("updated by rpm")
        service.system.publish_another()
        box.run(*service.kind.fetch)
        shown.add(("jq", "1.7-1"))
        shows("fetched")
        last = json.loads(box.path(LAST).read_text())
        is_right(last, service.kind, {"nano": PENDING["nano"], "jq": FETCHED_LATER})
    runs = service.entries("PATCHSTATE_EVENT=run", "PATCHSTATE_TRIGGER=files", f"_PID={service.main_pid()}")
    expect(len(runs) == 3, f"{len(runs)} runs because of 3 changes: {[run['MESSAGE'] for run in runs]}")
    return took


def is_safe(service):
    """its unit exposes little"""
    return verifies(service, ("patchstate.service",))


def is_kept_out(service):
    """in the sandbox the database and the caches of the tools can't be written, by root neither"""
    main = {"sqlite": "rpmdb.sqlite", "ndb": "Packages.db"}[service.kind.database]
    expect(service.box.path(f"{DATABASE}/{main}").exists(), f"the database is not {service.kind.database}")
    for folder in (DATABASE, "/var/cache"):
        code, said = service.box.try_run("nsenter", "-t", service.main_pid(), "-m", "touch", f"{folder}/was-here")
        expect(code != 0 and "Read-only file system" in said, said)


def comes_back(service):
    """after a reboot of the machine, with nobody having read its database, the first assessment tells the same"""
    before = json.loads(service.box.path(LAST).read_text())
    service.box.reboot()
    until(service.is_active, "it is active after the reboot")

    def after():
        last = json.loads(service.box.path(LAST).read_text())
        return last if last["assessmentActivityId"] != before["assessmentActivityId"] else None

    last = until(after, "it has assessed anew", WITHIN)
    expect(pending_of(last) == pending_of(before) and last["verdict"]["value"] == before["verdict"]["value"], last)


STEPS = (starts, gets_ready, is_safe, is_kept_out, names_its_tool, assesses, checks, sees_the_same, follows, comes_back)


def test_of(name, programs):
    """Whether anything failed."""
    kind = KINDS[name]
    root = RpmRoot(kind)
    try:
        root.prepare()
    except RuntimeError as error:
        print(f"FAILED  {name}: there is no root: {error}", flush=True)
        return True
    folder = root.copy()
    try:
        system = RpmSystem(kind, folder)
        install(programs, folder, {program: place for program, place in PLACES.items() if "apt" not in program})
        with Container(folder) as box:
            service = Service(box, programs, kind.release)
            service.kind, service.system = kind, system
            print(f"{name} of Debian {kind.release} as {kind.distribution} {kind.version}", flush=True)
            box.run("systemd-sysusers")
            return take(STEPS, service)
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the programs to test")
    parser.add_argument("--tool", action="append", choices=KINDS, help="all of them without this option")
    options = parser.parse_args()
    missing = rpm_world.missing_tools()
    reason = why_not() or (f"no {', '.join(missing)}" if missing else None)
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    return int(any([test_of(name, options.bin.resolve()) for name in options.tool or KINDS]))


if __name__ == "__main__":
    sys.exit(main())
