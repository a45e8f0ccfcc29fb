#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The life of the rpm in a system of rpm that systemd boots (tests/service/rpm_system.py), each step looked at on the machine and
on the hub: installed by dnf5, enrolled, upgraded, downgraded, removed, installed again.

usage: rpm_test.py FOLDER-OF-THE-PACKAGES FOLDER-OF-THE-BUILT-PROGRAMS
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "service")]
import rpm_world  # noqa: E402  (needs the paths above)
from archive import SKIPPED, TOP, version  # noqa: E402
from booted_reports import Hub, enrolls  # noqa: E402
from booted_rpm_test import PENDING, names_of  # noqa: E402
from booted_test import Service, gets_ready, take  # noqa: E402
from container import ENVIRONMENT, STATE, Container, expect, until, why_not  # noqa: E402
from rpm_system import KINDS, RpmRoot, RpmSystem  # noqa: E402

WITHIN = 60  # seconds until the hub shows it
CONFIG = "/etc/patchstate/patchstate.toml"
# What removal leaves, as every rpm does: what the administrator and the service made.
LEFT = {CONFIG + ".rpmsave", STATE}
INSTALLED, NEWER = "/srv/patchstate-1.rpm", "/srv/patchstate-2.rpm"


def rebuilt(packages, release):
    """The same package as the next release of it."""
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["rpmbuild", "-bb", "--target", "x86_64-linux", "--define", f"archive_version {version()}", "--define",
                        f"archive_release {release}", "--define", f"_topdir {work}", "--define", f"_sourcedir {packages}",
                        TOP / "packaging/rpm/patchstate.spec"],
                       check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return next(pathlib.Path(work).glob("RPMS/*/*.rpm")).read_bytes()


def package_of(packages):
    return pathlib.Path(packages) / f"patchstate-{version()}-1.x86_64.rpm"


def release(service):
    return service.box.run("rpm", "-q", "--qf", "%{RELEASE}", "patchstate").strip()


def shows_on_the_hub(service, hub):
    wanted = {(name, each[1]) for name, each in PENDING.items()}
    until(lambda: names_of(hub.details()) == wanted, f"{wanted} on the hub; {service.journal()[-2000:]}", WITHIN)


def reports_anew(service, hub):
    """Its process now is not the one before, and what it says is on the hub."""
    until(service.is_active, "it is active")
    run = until(lambda: service.entries("PATCHSTATE_EVENT=run", f"_PID={service.main_pid()}"), "it has run", WITHIN)[0]
    expect(run["PATCHSTATE_DELIVERY"] == "delivered", run)
    shows_on_the_hub(service, hub)


def installs(service):
    """dnf5 installs it: there is a user, and the service is on, as the preset says, but does not run yet"""
    box = service.box
    box.run(*service.kind.fetch)
    box.run("dnf5", "-y", "install", INSTALLED, seconds=300)
    service.user()
    expect(service.show("UnitFileState") == "enabled" and service.show("ActiveState") == "inactive", "enabled and not started")
    expect(box.show("patchstate-refresh.timer", "UnitFileState") == "disabled", "nothing is fetched unasked")
    expect(box.run("rpm", "-V", "patchstate", "--nomode") == "", "rpm finds its files changed")
    return box.run("patchstate", "--version").strip()


def enrolls_and_reports(service):
    """enrolled and started, its first report is on the hub within a minute"""
    enrolls(service, service.hub)
    service.box.run("systemctl", "start", "patchstate.service")
    facts = gets_ready(service)
    until(lambda: service.hub.host().get("verdict"), "it has reported", WITHIN)
    shows_on_the_hub(service, service.hub)
    return facts


def upgrades(service):
    """an upgrade starts it anew, and keeps the configuration, the state and the key"""
    box = service.box
    before, key, config = service.main_pid(), box.run("cat", f"{STATE}/host-key"), box.run("cat", CONFIG)
    box.run("rpm", "-U", NEWER)
    expect(release(service) == "2", release(service))
    until(lambda: service.is_active() and service.main_pid() != before, "it runs anew")
    expect((box.run("cat", f"{STATE}/host-key"), box.run("cat", CONFIG)) == (key, config), "key and configuration are kept")
    reports_anew(service, service.hub)


def downgrades(service):
    """so does a downgrade"""
    before = service.main_pid()
    service.box.run("rpm", "-U", "--oldpackage", INSTALLED)
    expect(release(service) == "1", release(service))
    until(lambda: service.is_active() and service.main_pid() != before, "it runs anew")
    reports_anew(service, service.hub)


def left_on(box):
    found = box.run("find", "/etc", "/usr", "/var", "/run", "/srv", "-xdev", "-path", "/srv/world", "-prune", "-o", "-path",
                    "/var/log", "-prune", "-o", "-path", "/usr/share/doc", "-prune", "-o", "-name", "*patchstate*", "-print")
    return {path for path in found.split() if not path.startswith(("/srv/", STATE + "/"))}


def removes(service):
    """removed, it is stopped and gone; what the administrator and the service made stays, but for the cache"""
    box = service.box
    box.run("dnf5", "-y", "remove", "patchstate", seconds=300)
    expect(service.processes() == [], service.processes())
    expect(service.show("LoadState") == "not-found", service.show("LoadState"))
    expect(left_on(box) == LEFT, f"left: {left_on(box)}")
    expect(box.run("systemctl", "--failed", "--no-legend") == "", "a unit has failed")


def comes_back(service):
    """installed again and given its configuration, it reports as the machine that it was"""
    box = service.box
    box.run("dnf5", "-y", "install", INSTALLED, seconds=300)
    box.run("mv", CONFIG + ".rpmsave", CONFIG)
    box.run("systemctl", "start", "patchstate.service")
    reports_anew(service, service.hub)
    expect(len(service.hub.get("/v1/hosts")["hosts"]) == 1, "one machine")


STEPS = (installs, enrolls_and_reports, upgrades, downgrades, removes, comes_back)


def main():
    packages, programs = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    tools = rpm_world.missing_tools() + [each for each in ("rpmbuild",) if not shutil.which(each)]
    reason = None if package_of(packages).exists() else f"no {package_of(packages)}: ./dev package rpm"
    reason = reason or why_not() or (f"no {', '.join(tools)}" if tools else None)
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    root = RpmRoot(KINDS["dnf5"])
    root.prepare()
    folder = root.copy()
    try:
        system = RpmSystem(root.kind, folder)
        shutil.copy(package_of(packages), folder / INSTALLED.lstrip("/"))
        (folder / NEWER.lstrip("/")).write_bytes(rebuilt(packages, 2))
        with Container(folder) as box:
            service = Service(box, programs, root.kind.release)
            service.kind, service.system = root.kind, system
            with Hub(service) as service.hub:
                return int(take(STEPS, service))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
