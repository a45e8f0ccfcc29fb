#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Ansible role of docs/deploy/ansible, by Debian's Ansible in a booted Debian 12, with a hub there.

usage: ansible_test.py FOLDER-OF-THE-PACKAGES

Needs root, the network and minutes; only `ctest -C roots -L packages` runs it.
"""

import pathlib
import shutil
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/service")]
from container import Container, Root, expect, run, until, why_not  # noqa: E402  (needs the path above)

SKIPPED = 77
HUB = "http://127.0.0.1:8750"
STATE = "/var/lib/patchstate"


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def as_hub(machine, *arguments):
    return machine.run("runuser", "-u", "patchstate-hub", "--", "patchstate-hub", *arguments).splitlines()[-1]


def play(machine, token):
    """How many tasks changed something, and how many failed."""
    output = machine.run("sh", "-c", "cd /srv/ansible && ANSIBLE_NOCOLOR=1 ansible-playbook -i localhost, -c local "
                         f"-e patchstate_package=/root/patchstate.deb -e patchstate_hub={HUB} "
                         f"-e patchstate_enrol_token={token} -e '{{\"patchstate_report_settings\":[\"interval = \\\"2h\\\"\"]}}' "
                         "site.yml", seconds=600)
    print(output)
    recap = dict(word.split("=") for word in output.split("PLAY RECAP")[1].split() if "=" in word)
    return int(recap["changed"]), int(recap["failed"])


def check(machine):
    machine.run("systemctl", "enable", "--now", "patchstate-hub.service")
    until(lambda: machine.try_run("curl", "-fsS", f"{HUB}/readyz")[0] == 0, "the hub answers", 60)
    token = as_hub(machine, "token", "create", "enrol")
    changed, failed = play(machine, token)
    expect(changed > 3 and failed == 0, "the role changes a new machine")
    expect(machine.show("patchstate.service", "ActiveState") == "active", "the service runs")
    expect(machine.show("patchstate.service", "UnitFileState") == "enabled", "it is enabled")
    expect('interval = "2h"' in machine.path("/etc/patchstate/patchstate.toml").read_text(), "the settings are there")

    until(lambda: machine.path(f"{STATE}/host-key").exists(), "the machine is enrolled", 180)
    until(lambda: not machine.path(f"{STATE}/enroll-token").exists(), "the token is gone")
    until(lambda: "accepted-report" in [file.name for file in machine.path(STATE).iterdir()], "its report is accepted", 120)
    changed, failed = play(machine, "pse_spent")
    expect((changed, failed) == (0, 0), "the role changes nothing a second time")


def main():
    folder = pathlib.Path(sys.argv[1])
    if reason := why_not():
        skip(reason)
    packages = {name: next(iter(sorted(folder.glob(f"{name}_*~deb12_*.deb"))), None) for name in ("patchstate", "patchstate-hub")}
    if None in packages.values():
        skip(f"{folder} has no packages for Debian 12: ./dev package deb makes them")
    root = Root("bookworm")
    root.prepare()
    copy = root.copy()
    try:
        shutil.copy(packages["patchstate"], copy / "root/patchstate.deb")
        shutil.copy(packages["patchstate-hub"], copy / "root/patchstate-hub.deb")
        shutil.copytree(TOP / "docs/deploy/ansible", copy / "srv/ansible")
        run("chroot", copy, "apt-get", "-q", "-y", "install", "--no-install-recommends", "ansible-core", "python3-apt", "curl",
            "/root/patchstate-hub.deb")
        with Container(copy) as machine:
            check(machine)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    print("the role installs, enrols, reports, and changes nothing a second time")


if __name__ == "__main__":
    main()
