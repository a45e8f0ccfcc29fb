#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The life of the hub's rpm in a system of rpm that systemd boots, beside the agent's, each step looked at on the machine and on
the hub: installed by dnf or zypper, started, a machine enrolled with it, restarted, upgraded, downgraded, removed, installed
again.

usage: rpm_hub_test.py FOLDER-OF-THE-PACKAGES dnf4|dnf5|zypper
"""

import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / each) for each in ("service", "support"))]
from archive import SKIPPED  # noqa: E402  (needs the paths above)
from booted_reports import ask_hub, enrolls, read_hub  # noqa: E402
from booted_rpm_test import PENDING, names_of  # noqa: E402
from booted_test import Service, take  # noqa: E402
from container import Container, expect, until  # noqa: E402
from rpm_system import KINDS, RpmRoot, RpmSystem  # noqa: E402
from rpm_test import run_now  # noqa: E402
from rpms import INSTALL, REMOVE, cannot_run, package_of, rebuilt, release  # noqa: E402

WITHIN = 60  # seconds until the hub shows it
NAME, UNIT, AGENT = "patchstate-hub", "patchstate-hub.service", "patchstate.service"
OPTIONS, STORE = "/etc/patchstate-hub/options", "/var/lib/patchstate-hub"
INSTALLED, NEWER, AGENTS = "/srv/hub-1.rpm", "/srv/hub-2.rpm", "/srv/agent.rpm"
# What removal leaves, as every rpm does: what the administrator and the service made.
LEFT = {"/etc/patchstate-hub", OPTIONS + ".rpmsave", STORE}


class Machine:
    """The container with the rpms in it; the hub of it is asked as a reader."""

    def __init__(self, box, kind):
        self.box, self.kind, self.reader, self.token = box, kind, "", ""

    def install(self, *files):
        self.box.run(*INSTALL[self.kind.tool], *files, seconds=300)

    def pid(self):
        return self.box.show(UNIT, "MainPID")

    def create_token(self, kind):
        """The last line: it is introduced on stderr."""
        return self.box.run(NAME, "token", "create", kind).splitlines()[-1]

    def get(self, path):
        return ask_hub(self.box, self.reader, path)

    def host(self):
        """What it says of the one machine that it ever knew."""
        hosts = self.get("/v1/hosts")["hosts"]
        expect(len(hosts) == 1, hosts)
        return hosts[0]

    def journal(self):
        return self.box.run("journalctl", "--no-pager", "-o", "cat", "-u", UNIT)[-2000:]

    def serves(self, before="0"):
        """Ready by its own word (Type=notify), by another process than `before`, and its store answers."""
        until(lambda: self.box.show(UNIT, "ActiveState") == "active" and self.pid() != before, f"it runs: {self.journal()}")
        expect(read_hub(self.box, "", "/readyz").strip() == "ready", "its store does not answer")

    def kept(self):
        """What no upgrade may change: options and store, with owner and mode."""
        return self.box.run("stat", "-c", "%n %U %G %a", OPTIONS, STORE, f"{STORE}/hub.db") + self.box.run("sha256sum", OPTIONS)

    def takes_reports(self):
        """The agent's next run is taken, as one of the machine that it knows."""
        before = self.host()["id"]
        run = run_now(Service(self.box, None, self.kind.release))
        expect(run["PATCHSTATE_DELIVERY"] == "delivered", f"{run}; {self.journal()}")
        expect(self.host()["id"] == before, "another machine")


def installs(machine):
    """its tool installs it: there is a user, and the service is on, as the preset says, but does not run yet"""
    box = machine.box
    box.run(*machine.kind.fetch)
    machine.install(INSTALLED)
    expect(box.run("id", "-un", NAME).strip() == NAME, "it has no user")
    expect(box.show(UNIT, "UnitFileState") == "enabled" and box.show(UNIT, "ActiveState") == "inactive", "enabled and not started")
    expect(box.run("stat", "-c", "%U %G %a", STORE).strip() == f"{NAME} {NAME} 700", "its folder")
    expect(box.run("rpm", "-V", NAME, "--nomode") == "", "rpm finds its files changed")
    return box.run(NAME, "--version").strip()


def starts(machine):
    """started, it serves from a store of its own, within the sandbox of its unit"""
    box = machine.box
    box.run("systemctl", "start", UNIT)
    machine.reader, machine.token = machine.create_token("read"), machine.create_token("enrol")
    machine.serves()
    facts = dict(line.split(":", 1) for line in box.run("cat", f"/proc/{machine.pid()}/status").splitlines())
    expect(int(facts["CapBnd"], 16) == 0 and facts["Seccomp"].strip() == "2", facts)
    expect(box.run("stat", "-c", "%U %a", f"{STORE}/hub.db").strip() == f"{NAME} 600", "its store")
    expect(machine.get("/v1/hosts")["hosts"] == [], "it knows machines")


def enrolls_a_machine(machine):
    """the agent of the other rpm enrols with it, and what is pending there is on the hub within a minute"""
    machine.install(AGENTS)
    enrolls(machine, machine)
    begun = time.monotonic()
    machine.box.run("systemctl", "start", AGENT)
    until(lambda: machine.get("/v1/hosts")["hosts"] and machine.host().get("verdict"), "it has reported", WITHIN)
    wanted = {(name, each[1]) for name, each in PENDING.items()}
    until(lambda: names_of(machine.get(f"/v1/hosts/{machine.host()['id']}")) == wanted, f"{wanted} on the hub", WITHIN)
    return f"after {time.monotonic() - begun:.1f} s: {machine.host()['verdict']['value']}"


def restarts(machine):
    """restarted, it is another process with the same store"""
    before = machine.pid()
    machine.box.run("systemctl", "restart", UNIT)
    machine.serves(before)
    machine.takes_reports()


def upgrades(machine):
    """an upgrade restarts it and keeps the options that somebody changed, and the store; the new options are beside them"""
    box = machine.box
    with box.path(OPTIONS).open("a") as options:
        options.write('PATCHSTATE_HUB_OPTIONS="--keep-reports 20d"\n')
    before, host, as_it_was = machine.pid(), machine.host(), machine.kept()
    box.run("rpm", "-U", NEWER)
    expect(release(box, NAME) == "2", release(box, NAME))
    machine.serves(before)
    expect(machine.kept() == as_it_was, f"{as_it_was}\nbecame\n{machine.kept()}")
    expect("of the next release" in box.read(OPTIONS + ".rpmnew"), "the new options are not beside them")
    command = box.run("sh", "-c", f"tr '\\0' ' ' </proc/{machine.pid()}/cmdline")
    expect("--keep-reports 20d" in command, command)
    expect(machine.host()["id"] == host["id"], "another machine")
    machine.takes_reports()


def downgrades(machine):
    """back to the release before: options and store are kept"""
    before, as_it_was = machine.pid(), machine.kept()
    machine.box.run("rm", OPTIONS + ".rpmnew")
    machine.box.run("rpm", "-U", "--oldpackage", INSTALLED)
    machine.serves(before)
    expect(machine.kept() == as_it_was, f"{as_it_was}\nbecame\n{machine.kept()}")
    machine.takes_reports()
    machine.box.run("rm", "-f", OPTIONS + ".rpmnew")


def left_on(box):
    found = box.run("find", "/etc", "/usr", "/var", "/run", "-xdev", "-path", "/var/log", "-prune", "-o", "-path", STORE + "/*",
                    "-prune", "-o", "-path", "*patchstate-hub*", "-print")
    return set(found.split())


def removes(machine):
    """removed, it is stopped and gone; the options that somebody changed, and the store, stay, as does the agent"""
    box = machine.box
    box.run(*REMOVE[machine.kind.tool], NAME, seconds=300)
    expect(box.show(UNIT, "LoadState") == "not-found", box.show(UNIT, "LoadState"))
    expect(NAME not in box.try_run("sh", "-c", "cat /proc/[0-9]*/comm")[1], "it still runs")
    expect(left_on(box) == LEFT, f"left: {left_on(box)}")
    expect(box.path(f"{STORE}/hub.db").exists(), "the store is gone")
    expect(box.show(AGENT, "ActiveState") == "active", "the agent was stopped")
    expect(box.run("systemctl", "--failed", "--no-legend") == "", "a unit has failed")


def comes_back(machine):
    """installed again and started, it has its store: the machine reports to it without enrolling"""
    box = machine.box
    machine.install(INSTALLED)
    box.run("mv", OPTIONS + ".rpmsave", OPTIONS)
    box.run("systemctl", "start", UNIT)
    machine.serves()
    machine.takes_reports()


STEPS = (installs, starts, enrolls_a_machine, restarts, upgrades, downgrades, removes, comes_back)


def main():
    packages, tool = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    if reason := cannot_run(package_of(packages), package_of(packages, NAME)):
        print(f"skipped: {reason}")
        return SKIPPED
    root = RpmRoot(KINDS[tool])
    root.prepare()
    folder = root.copy()
    try:
        RpmSystem(root.kind, folder)
        shutil.copy(package_of(packages, NAME), folder / INSTALLED.lstrip("/"))
        shutil.copy(package_of(packages), folder / AGENTS.lstrip("/"))
        (folder / NEWER.lstrip("/")).write_bytes(rebuilt(packages, 2, NAME))
        with Container(folder) as box:
            machine = Machine(box, root.kind)
            return int(any(take([step], machine) for step in STEPS))  # each begins where the one before ended
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
