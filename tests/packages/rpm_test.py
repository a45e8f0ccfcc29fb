#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The life of the rpm in a system of rpm that systemd boots (tests/service/rpm_system.py), each step looked at on the machine and
on the hub: installed by dnf or zypper, enrolled, restarted, upgraded with a full queue, given a broken configuration, downgraded, removed,
installed again.

usage: rpm_test.py FOLDER-OF-THE-PACKAGES FOLDER-OF-THE-BUILT-PROGRAMS dnf4|dnf5|zypper
"""

import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "service")]
import full_queue  # noqa: E402  (needs the paths above)
from archive import SKIPPED  # noqa: E402
from booted_reports import Hub, enrolls  # noqa: E402
from booted_rpm_test import PENDING, names_of  # noqa: E402
from booted_test import Service, gets_ready, take  # noqa: E402
from container import STATE, Container, expect, until  # noqa: E402
from rpm_system import KINDS, RpmRoot, RpmSystem  # noqa: E402
from rpms import INSTALL, REMOVE, cannot_run, package_of, rebuilt, release  # noqa: E402

WITHIN = 60  # seconds until the hub shows it
CONFIG = "/etc/patchstate/patchstate.toml"
# What removal leaves, as every rpm does: what the administrator and the service made.
LEFT = {"/etc/patchstate", CONFIG + ".rpmsave", CONFIG + ".rpmnew", STATE}
INSTALLED, NEWER = "/srv/patchstate-1.rpm", "/srv/patchstate-2.rpm"


def shows_on_the_hub(service):
    wanted = {(name, each[1]) for name, each in service.pending.items()}
    until(lambda: names_of(service.hub.details()) == wanted, f"{wanted} on the hub; {service.journal()[-2000:]}", WITHIN)


def run_now(service):
    """A run on request, and what the journal says of it."""
    runs = ("PATCHSTATE_EVENT=run", f"_PID={service.main_pid()}")
    before = len(service.entries(*runs))
    service.box.run("systemctl", "kill", "--kill-whom=main", "-s", "USR1", "patchstate.service")
    return until(lambda: service.entries(*runs)[before:], "it has run", WITHIN)[0]


def reports_anew(service, before):
    """Its process now is not the one before, and what it says when it is asked is on the hub."""
    until(lambda: service.is_active() and service.main_pid() != before, "it runs anew")
    run = run_now(service)
    expect(run["PATCHSTATE_DELIVERY"] == "delivered", run)
    shows_on_the_hub(service)
    expect(len(service.hub.get("/v1/hosts")["hosts"]) == 1, "one machine")


def kept(service):
    """What no upgrade may change: configuration, key and last result, with owner and mode."""
    files = (CONFIG, f"{STATE}/host-key", f"{STATE}/last-assessment.json")
    return service.box.run("stat", "-c", "%n %U %G %a", *files) + service.box.run("sha256sum", *files)


def installs(service):
    """its tool installs it: there is a user, and the service is on, as the preset says, but does not run yet"""
    box = service.box
    box.run(*service.kind.fetch)
    box.run(*INSTALL[service.kind.tool], INSTALLED, seconds=300)
    service.user()
    expect(service.show("UnitFileState") == "enabled" and service.show("ActiveState") == "inactive", "enabled and not started")
    expect(box.show("patchstate-refresh.timer", "UnitFileState") == "disabled", "nothing is fetched unasked")
    expect(box.run("rpm", "-V", "patchstate", "--nomode") == "", "rpm finds its files changed")
    return box.run("patchstate", "--version").strip()


def enrolls_and_reports(service):
    """enrolled and started, its first report is on the hub within a minute"""
    enrolls(service, service.hub)
    begun = time.monotonic()
    service.box.run("systemctl", "start", "patchstate.service")
    gets_ready(service)
    until(lambda: service.hub.host().get("verdict"), "it has reported", WITHIN)
    shows_on_the_hub(service)
    return f"after {time.monotonic() - begun:.1f} s: {service.hub.host()['verdict']['value']}"


def restarts(service):
    """restarted, it is another process and the same machine"""
    before = service.main_pid()
    service.box.run("systemctl", "restart", "patchstate.service")
    reports_anew(service, before)


def loses_the_hub(service):
    """A report of what changed waits, and as many as a queue takes; from here on it runs only when it is asked to."""
    box, config = service.box, service.box.path(CONFIG)
    service.hub.stop()
    sudo = next(box.path("/srv/world/repositories/updates").glob("sudo-*.rpm"))
    box.run("rpm", "-U", "--nosignature", f"/srv/world/repositories/updates/{sudo.name}")
    del service.pending["sudo"]
    until(lambda: full_queue.waiting(box), "a report waits", WITHIN)
    config.write_text(config.read_text().replace('start_delay = "1s"', 'start_delay = "1h"\nsettle = "50s"'))
    box.run("systemctl", "restart", "patchstate.service")
    full_queue.fill(box)


def upgrades(service):
    """with a full queue and no hub, an upgrade loses nothing; the hub, back again, gets all of it"""
    box = service.box
    loses_the_hub(service)
    before, queued, as_it_was = service.main_pid(), full_queue.waiting(box), kept(service)
    box.run("rpm", "-U", NEWER)
    expect(release(service.box) == "2", release(service.box))
    until(lambda: service.is_active() and service.main_pid() != before, "it runs anew")
    expect(kept(service) == as_it_was, f"{as_it_was}\nbecame\n{kept(service)}")
    expect(full_queue.waiting(box) == queued, "the queue is another one")
    service.hub.start()
    begun = time.monotonic()
    run_now(service)
    until(lambda: not full_queue.waiting(box), "the queue is empty", 240)
    took = time.monotonic() - begun
    reports_anew(service, before)
    expect(not list(box.path(full_queue.QUEUE).glob("rejected/*")), "the hub refused some")
    return f"{len(queued)} reports in {took:.0f} s"


def survives_an_error(service):
    """a configuration with an error ends neither the running service nor an upgrade, and is named; mended, it reports"""
    box, config = service.box, service.box.path(CONFIG)
    good, before = config.read_text(), service.main_pid()
    config.write_text(good + "\nnonsense = [\n")
    box.try_run("systemctl", "reload", "patchstate.service")
    said = until(lambda: service.entries("PATCHSTATE_EVENT=reload", "PRIORITY=3"), "the error is in the journal")[-1]
    expect("patchstate.toml" in said["MESSAGE"], said)
    expect(service.main_pid() == before, "it was ended")
    box.run("rpm", "-U", "--replacepkgs", NEWER)
    expect("nonsense" in config.read_text(), "the configuration was changed")
    until(lambda: service.show("Result") == "exit-code", "the start failed")
    config.write_text(good)
    box.run("systemctl", "restart", "patchstate.service")
    reports_anew(service, before)
    return said["MESSAGE"][:150]


def downgrades(service):
    """back to the release before: configuration, key and state are kept"""
    before, as_it_was = service.main_pid(), kept(service)
    service.box.run("rpm", "-U", "--oldpackage", INSTALLED)
    expect(release(service.box) == "1", release(service.box))
    expect(kept(service) == as_it_was, f"{as_it_was}\nbecame\n{kept(service)}")
    reports_anew(service, before)


def left_on(box):
    found = box.run("find", "/etc", "/usr", "/var", "/run", "/srv", "-xdev", "-path", "/srv/world", "-prune", "-o", "-path",
                    "/var/log", "-prune", "-o", "-path", "/usr/share/doc", "-prune", "-o", "-name", "*patchstate*", "-print")
    return {path for path in found.split() if not path.startswith(("/srv/", STATE + "/"))}


def removes(service):
    """removed, it is stopped and gone; what the administrator and the service made stays, but for the cache"""
    box = service.box
    box.run(*REMOVE[service.kind.tool], "patchstate", seconds=300)
    expect(service.processes() == [], service.processes())
    expect(service.show("LoadState") == "not-found", service.show("LoadState"))
    expect(left_on(box) == LEFT, f"left: {left_on(box)}")
    expect(box.run("systemctl", "--failed", "--no-legend") == "", "a unit has failed")


def comes_back(service):
    """installed again and given its configuration, it reports as the machine that it was, without enrolling"""
    box = service.box
    box.run(*INSTALL[service.kind.tool], INSTALLED, seconds=300)
    box.run("mv", CONFIG + ".rpmsave", CONFIG)
    box.run("systemctl", "start", "patchstate.service")
    reports_anew(service, "0")


STEPS = (installs, enrolls_and_reports, restarts, upgrades, survives_an_error, downgrades, removes, comes_back)


def main():
    packages, programs = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    reason = cannot_run(package_of(packages))
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    root = RpmRoot(KINDS[sys.argv[3]])
    root.prepare()
    folder = root.copy()
    try:
        system = RpmSystem(root.kind, folder)
        shutil.copy(package_of(packages), folder / INSTALLED.lstrip("/"))
        (folder / NEWER.lstrip("/")).write_bytes(rebuilt(packages, 2))
        with Container(folder) as box:
            service = Service(box, programs, root.kind.release)
            service.kind, service.system = root.kind, system
            service.pending = dict(PENDING)
            # More than a thousand reports in a minute will come from this one.
            with Hub(service, "--reports-per-minute", "100000") as service.hub:
                return int(any(take([step], service) for step in STEPS))  # each begins where the one before ended
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
