# SPDX-License-Identifier: Apache-2.0
"""The agent's unit on a whole machine: the limits of its memory and processor hold, what is too hungry is killed alone, and
after a reboot it runs again. Needs root, qemu-system-x86, debootstrap and, the first time, the archive this machine uses."""

import argparse
import pathlib
import shutil
import sys

from booted_reports import is_limited
from booted_test import SKIPPED, Service, assesses, comes_back, gets_ready, install, take
from container import ENVIRONMENT, Root, expect, until, why_not
from virtual_machine import VirtualMachine

PROBE = "/usr/libexec/patchstate/patchstate-apt-probe"
HUNGRY = "#!/usr/bin/perl\nmy $eaten = 'x' x (700 << 20);\nsleep 60;\n"


def kills_what_is_hungry(service):
    """a package tool that takes more than the unit may have is killed alone, and the machine is not called patched"""
    box, before = service.box, service.main_pid()
    box.run("mv", PROBE, f"{PROBE}.kept")
    box.write(PROBE, HUNGRY)
    box.run("chmod", "755", PROBE)
    box.run("touch", "/var/lib/dpkg/status")  # else the last answer is still good
    box.run("systemctl", "kill", "--kill-whom=main", "-s", "USR1", "patchstate.service")
    run = until(lambda: service.entries("PATCHSTATE_EVENT=run", "PATCHSTATE_TRIGGER=request"), "the run is in the journal", 300)[-1]
    box.run("mv", f"{PROBE}.kept", PROBE)
    expect(run["PATCHSTATE_VERDICT"] == "unknown", run)
    events = dict(line.split() for line in box.read(f"/sys/fs/cgroup{service.show('ControlGroup')}/memory.events").splitlines())
    expect(int(events["oom_kill"]) > 0, events)
    expect(service.is_active() and service.main_pid() == before, "the service itself was killed")
    return f"{run['PATCHSTATE_RESULT']}; memory.events: oom_kill {events['oom_kill']}"


def tests_of(programs):
    root = Root("bookworm")
    root.prepare()
    folder = root.copy()
    try:
        install(programs, folder)
        (folder / "etc/systemd/system/patchstate.service.d").mkdir()
        (folder / "etc/systemd/system/multi-user.target.wants").mkdir(exist_ok=True)
        with VirtualMachine(folder) as box:
            print(f"booted, {box.run('uname', '-r').strip()}", flush=True)
            box.run("systemd-sysusers")
            box.run("systemctl", "enable", "--now", "patchstate.service")
            return take((gets_ready, assesses, is_limited, kills_what_is_hungry, comes_back), Service(box, programs, "bookworm"))
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the programs to test")
    options = parser.parse_args()
    reason = why_not()
    if not reason and not shutil.which("qemu-system-x86_64", path=ENVIRONMENT["PATH"]):
        reason = "no qemu-system-x86_64"
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    return int(tests_of(options.bin.resolve()))


if __name__ == "__main__":
    sys.exit(main())
