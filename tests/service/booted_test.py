# SPDX-License-Identifier: Apache-2.0
"""The units in a container that systemd boots: the agent gets ready, assesses, reloads, is watched, stops, comes back, and can
do no more than it should. Needs root, systemd-nspawn, debootstrap and, the first time, the archive this machine uses."""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from booted_reports import delivers, is_limited, tells_the_journal  # noqa: E402  (after the path is set)
from container import STATE, Container, Root, expect, until, why_not  # noqa: E402

SKIPPED = 77
PACKAGING = HERE.parents[1] / "packaging"
PLACES = {
    "patchstated": "/usr/sbin",
    "patchstate": "/usr/bin",
    "patchstate-send": "/usr/libexec/patchstate",
    "patchstate-apt-probe": "/usr/libexec/patchstate",
}
RELEASES = ("bookworm", "trixie")
UNITS = ("patchstate.service", "patchstate-refresh.service", "patchstate-refresh.timer")
LAST = f"{STATE}/last-assessment.json"
EXPOSURE = 15  # tenths; what `systemd-analyze security --threshold` takes
# What may differ between two looks at the same machine.
OF_THE_RUN = ("startDateTime", "lastModifiedDateTime", "assessmentActivityId", "durationMs", "firstSeen")
REFUSED = {
    "write /etc": 30, "write /usr": 30, "write /var/lib/dpkg": 30, "write /run": 30, "write /sys": 30,
    "read /etc/shadow": 13, "read /root": 13, "raw socket": 1, "packet socket": 97, "netlink socket": 97,
    "memory to write and execute": (1, 13),  # by systemd's filter, or by the kernel itself where systemd has it do so
    "new user namespace": 1, "chroot": 1, "set the host name": 1, "set-user-id file": 1,
}  # fmt: skip


def install(programs, folder, places=None):
    """What docs/service.md has installed, but for the commands that need a running system."""
    for program, place in (places or PLACES).items():
        target = folder / place.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(programs / program, target / program)
        (target / program).chmod(0o755)
    for unit in UNITS:
        shutil.copy(PACKAGING / "systemd" / unit, folder / "usr/lib/systemd/system" / unit)
    shutil.copy(PACKAGING / "systemd/patchstate.sysusers", folder / "usr/lib/sysusers.d/patchstate.conf")
    (folder / "etc/patchstate").mkdir(mode=0o755)
    config = (PACKAGING / "patchstate.toml").read_text()
    config = re.sub(r'^#?start_delay = .*', 'start_delay = "1s"', config, flags=re.M)
    (folder / "etc/patchstate/patchstate.toml").write_text(config)
    (folder / "etc/patchstate/patchstate.toml").chmod(0o644)
    # A kernel to find: what would be lost if the sandbox hid /lib/modules.
    (folder / "usr/lib/modules/9.9.9-test").mkdir(parents=True)
    (folder / "boot/vmlinuz-9.9.9-test").touch()
    (folder / "etc/hostname").write_text("booted\n")
    shutil.copy(HERE / "try_everything.pl", folder / "usr/lib/try_everything.pl")


class Service:
    """patchstate.service in a booted container, and copies of it that run something else."""

    def __init__(self, box, programs, release):
        self.box = box
        self.programs = programs
        self.release = release

    def show(self, name, unit="patchstate.service"):
        return self.box.show(unit, name)

    def is_active(self):
        return self.show("ActiveState") == "active" and self.show("SubState") == "running"

    def main_pid(self):
        return self.show("MainPID")

    def drop_in(self, text):
        self.box.write("/etc/systemd/system/patchstate.service.d/test.conf", text)
        self.box.run("systemctl", "daemon-reload")

    def journal(self, unit="patchstate.service"):
        return self.box.run("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def entries(self, *matches):
        """What the service itself said that has these fields."""
        text = self.box.run("journalctl", "--no-pager", "-o", "json", "_SYSTEMD_UNIT=patchstate.service",
                            "_COMM=patchstated", *matches)
        return [json.loads(line) for line in text.splitlines()]

    def processes(self):
        """Those of the agent's user, as pid -> command line."""
        text = self.box.run(
            "sh", "-c",
            "for p in /proc/[0-9]*; do grep -qs \"^Uid:[[:space:]]*$1[[:space:]]\" $p/status && "
            "echo \"$p $(tr '\\0' ' ' <$p/cmdline)\"; done 2>/dev/null; true", "sh", self.user())
        return text.split("\n")[:-1]

    def user(self):
        return self.box.run("id", "-u", "patchstate").strip()

    def in_sandbox(self, name, *command, added=()):
        """What `command` prints when it runs with every property of patchstate.service: the unit's own file with another
        ExecStart, so that a property added to it is tested too."""
        text = self.box.read("/usr/lib/systemd/system/patchstate.service")
        for key in ("ExecStart", "ExecReload", "Type", "Restart", "RestartSec", "WatchdogSec"):
            text = re.sub(rf"^{key}=.*\n", "", text, flags=re.M)
        words = " ".join(json.dumps(word) for word in command)
        output, done = f"/run/{name}.out", f"/run/{name}.done"
        more = ["[Service]", "Type=oneshot", f"ExecStart={words}", "SuccessExitStatus=0 1 2 3",
                 f"StandardOutput=append:{output}", "StandardError=journal", f"ExecStartPost=+/bin/touch {done}", *added]
        unit = f"sandbox-{name}.service"
        self.box.write(f"/etc/systemd/system/{unit}", text + "\n" + "\n".join(more) + "\n")
        self.box.run("systemctl", "daemon-reload")
        self.box.run("systemctl", "start", "--no-block", unit)
        # A systemctl that waits in there would be one more process that an assessment counts.
        try:
            until(lambda: self.box.has(done), f"{unit} has run", 60)
        except AssertionError:
            raise AssertionError(self.journal(unit)) from None
        return self.box.run("cat", output)


def gets_ready(service):
    """is-active, with the capabilities, the filter and the user it should have"""
    until(service.is_active, "patchstate.service is active")
    status = service.box.run("cat", f"/proc/{service.main_pid()}/status")
    facts = dict(line.split(":", 1) for line in status.splitlines())
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        expect(int(facts[name], 16) == 0, f"{name} is{facts[name]}")
    expect(facts["Seccomp"].strip() == "2" and facts["NoNewPrivs"].strip() == "1", status)
    expect(facts["Uid"].split()[0] == service.user() != "0", f"it runs as {facts['Uid']}")
    return f"MainPID {service.main_pid()}, StatusText {service.show('StatusText')!r}"


def assesses(service):
    """the first assessment is stored, complete although no root made it"""
    box = service.box
    until(lambda: box.has(LAST), f"{LAST} is there; {service.journal()}", 180)
    last = json.loads(box.read(LAST))
    source = last["sources"][0]
    expect(last["status"] == "succeeded", f"status {last['status']}: {last['verdict']}")
    expect(last["verdict"]["value"] in ("compliant", "noncompliant"), last["verdict"])
    # The probe of this build is linked with the libapt-pkg of Debian 12.
    if service.release == "bookworm":
        expect(source["tool"] == "patchstate-apt-probe", f"the probe was not used: {source}")
    expect(not [warning for warning in last["warnings"] if warning["incomplete"]], last["warnings"])
    expect(box.run("stat", "-c", "%u", LAST).strip() == service.user(), "it belongs to somebody else")
    return f"{last['status']}, {last['verdict']['value']}, {source['tool']}, {source['durationMs']} ms"


def verifies(service, units=UNITS):
    """systemd-analyze finds nothing wrong, and little exposed"""
    for unit in units:
        said = service.box.run("systemd-analyze", "verify", "--man=no", unit)
        expect(not said.strip(), said)
    code, said = service.box.try_run("systemd-analyze", "security", "--no-pager", f"--threshold={EXPOSURE}", "patchstate.service")
    expect(code == 0, "\n".join(line for line in said.splitlines() if line.startswith(("✗", "→"))))
    return "exposure " + re.search(r"Overall.*: (\S+ \w+)", said)[1]


def is_confined(service):
    """what the sandbox must refuse is refused by it, what it must grant is granted"""
    # As root, with folders of its own: each thing tried works at all, so that a refusal means something.
    outside = service.box.run("env", "STATE_DIRECTORY=/tmp", "CACHE_DIRECTORY=/tmp", "perl", "/usr/lib/try_everything.pl")
    refused = [line for line in outside.splitlines() if ": refused" in line]
    expect(not refused, f"root outside is refused, so nothing is shown: {refused}")
    inside = service.in_sandbox("try", "/usr/bin/perl", "/usr/lib/try_everything.pl", "all")
    found = dict(line.split(": ", 1) for line in inside.splitlines() if ": " in line)
    for name, why in REFUSED.items():
        whys = why if isinstance(why, tuple) else (why,)
        expect(any(found.get(name, "").startswith(f"refused, {number} ") for number in whys),
               f"{name}: {found.get(name)}, not refused with {why}")
    others = {name: how for name, how in found.items() if name not in REFUSED}
    expect(len(others) > 10, inside)
    expect(set(others.values()) == {"granted"}, [f"{name}: {how}" for name, how in others.items() if how != "granted"])
    # Not for want of privilege alone: in the service's own view of the files root can't write either.
    code, said = service.box.try_run("nsenter", "-t", service.main_pid(), "-m", "touch", "/etc/patchstate-was-here")
    expect(code != 0 and "Read-only file system" in said, said)
    return f"{len(REFUSED)} refused, {len(others)} granted"


def without_run(value):
    if isinstance(value, dict):
        return {key: without_run(item) for key, item in value.items() if key not in OF_THE_RUN}
    return [without_run(item) for item in value] if isinstance(value, list) else value


def differences(one, other, where=""):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{where}.{key}")
    elif one != other:
        yield f"{where}: {json.dumps(one)[:300]} outside, {json.dumps(other)[:300]} inside"


def sees_the_same(service):
    """the sandbox takes nothing away from an assessment"""
    box, user = service.box, service.user()
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    # Evidence that must not get lost: a file in /run, and a process that others own and that runs a replaced program.
    box.run("touch", "/run/reboot-required")
    box.run("cp", "/usr/bin/sleep", "/usr/bin/old-sleep")
    sleeper = box.background("/usr/bin/old-sleep", "600")
    # Only of processes that run outside of the unit as the agent's user it sees less (PrivateUsers=): there is none.
    box.run("systemctl", "stop", "patchstate.service")
    try:
        # One of them may end meanwhile, which makes cat fail.
        until(lambda: "old-sleep" in box.try_run("sh", "-c", "cat /proc/[0-9]*/comm")[1], "old-sleep runs")
        box.run("rm", "/usr/bin/old-sleep")
        box.run("install", "-d", "-o", "patchstate", "-m", "0700", "/tmp/outside")
        code, outside = box.try_run(*as_user, "env", "STATE_DIRECTORY=/tmp/outside", "CACHE_DIRECTORY=/tmp/outside", "patchstate",
                                    "check", "--format", "json")
        inside = service.in_sandbox("check", "/usr/bin/patchstate", "check", "--format", "json")
    finally:
        sleeper.kill()
        sleeper.wait()
        box.run("systemctl", "start", "patchstate.service")
    expect(code in (0, 2), outside)
    outside, inside = without_run(json.loads(outside)), without_run(json.loads(inside))
    found = list(differences(outside, inside))
    expect(not found, "\n".join(found))
    expect(outside["host"].get("kernelInstalled") == "9.9.9-test", f"the kernel was not found at all: {outside['host']}")
    return f"{len(outside['patches'])} updates, {[w['code'] for w in outside['warnings']]}, {outside['rebootReasons']}"


def reloads(service):
    """`systemctl reload` reaches the process, which stays the same one and says so"""
    before = service.main_pid()
    # Its own lines alone, without those that systemd writes about it.
    journal = ["journalctl", "--no-pager", "-o", "cat", "_SYSTEMD_UNIT=patchstate.service", f"_PID={before}"]
    said = len(service.box.run(*journal))
    service.box.run("systemctl", "reload", "patchstate.service")
    until(lambda: "ready: " in service.box.run(*journal)[said:], "it says that it is ready again")
    until(service.is_active, "it is active again")
    expect(service.main_pid() == before, "it is another process")
    expect(service.show("ReloadResult") == "success", service.show("ReloadResult"))
    return service.box.run(*journal)[said:].strip().replace("\n", " | ")[:120]


def is_watched(service):
    """a stopped main process is killed and started anew"""
    service.drop_in("[Service]\nWatchdogSec=2s\nRestartSec=100ms\nTimeoutAbortSec=2s\n")
    service.box.run("systemctl", "restart", "patchstate.service")
    before, restarts, begun = service.main_pid(), int(service.show("NRestarts")), time.monotonic()
    service.box.run("sh", "-c", 'kill -STOP "$1"', "sh", before)
    until(lambda: int(service.show("NRestarts")) > restarts and service.is_active(), "it was started anew", 20)
    expect("atchdog" in service.journal(), "systemd says nothing of its watchdog")
    expect(service.main_pid() != before, "it is the same process")
    took = time.monotonic() - begun
    service.drop_in("")
    return f"after {took:.1f} s"


def restarts(service):
    """`systemctl restart` gives another process, active"""
    before = service.main_pid()
    service.box.run("systemctl", "restart", "patchstate.service")
    expect(service.is_active() and service.main_pid() != before, "not restarted")


def stops(service):
    """within 2 s, and nothing of it is left"""
    begun = time.monotonic()
    service.box.run("systemctl", "stop", "patchstate.service")
    took = time.monotonic() - begun
    expect(took < 2, f"it took {took:.1f} s")
    expect(service.show("Result") == "success", f"Result {service.show('Result')}")
    expect(not service.processes(), service.processes())
    service.box.run("systemctl", "start", "patchstate.service")
    return f"{took:.2f} s"


def comes_back(service):
    """after a reboot of the machine it runs again"""
    service.box.reboot()
    until(service.is_active, "it is active after the reboot")
    code, said = service.box.try_run("systemctl", "is-active", "patchstate-refresh.timer")
    expect(code != 0 and said.strip() == "inactive", f"the refresh timer, off by default, is {said.strip()}")


def refreshes(service):
    """the refresh unit fetches from an archive over HTTP, and fails when that is gone"""
    box = service.box
    archive = box.path("/srv/archive")
    archive.mkdir()
    (archive / "Packages").write_text("")
    for path in box.path("/etc/apt/sources.list.d").iterdir():
        path.unlink()
    box.path("/etc/apt/apt.conf.d/99proxy").unlink()
    box.path("/etc/apt/sources.list").write_text("deb [trusted=yes] http://127.0.0.1:8080/ ./\n")
    server = box.background(sys.executable, "-m", "http.server", "-b", "127.0.0.1", "-d", str(archive), "8080", namespaces="-n")
    try:
        until(lambda: ":1F90 " in box.run("cat", "/proc/1/net/tcp"), "the archive is served")
        code, said = box.try_run("systemctl", "start", "patchstate-refresh.service")
        expect(code == 0, f"{said}\n{service.journal('patchstate-refresh.service')}")
        expect(box.try_run("sh", "-c", "ls /var/lib/apt/lists/127.0.0.1*")[0] == 0, "nothing was fetched")
    finally:
        server.kill()
        server.wait()
    code, _ = box.try_run("systemctl", "start", "patchstate-refresh.service")
    expect(code != 0 and service.show("Result", "patchstate-refresh.service") == "exit-code", "its failure is not seen")


# The last one leaves the container without its archive.
STEPS = (gets_ready, assesses, verifies, is_confined, sees_the_same, reloads, tells_the_journal, is_limited,
         delivers, is_watched, restarts, stops, comes_back, refreshes)


def take(steps, service):
    """Whether any of them failed; each says what it found."""
    failed = False
    for step in steps:
        begun = time.monotonic()
        try:
            found = step(service) or ""
            print(f"ok      {step.__doc__} ({time.monotonic() - begun:.1f} s) {found}", flush=True)
        except (AssertionError, subprocess.SubprocessError, OSError, KeyError, ValueError) as error:
            failed = True
            print(f"FAILED  {step.__doc__}: {type(error).__name__}: {error}", flush=True)
    return failed


def test_in(release, programs):
    """Whether anything failed."""
    root = Root(release)
    try:
        root.prepare()
    except RuntimeError as error:
        print(f"FAILED  {release}: there is no root: {error}", flush=True)
        return True
    folder = root.copy()
    try:
        install(programs, folder)
        begun = time.monotonic()
        with Container(folder) as box:
            print(f"{release} booted in {time.monotonic() - begun:.1f} s: {box.run('systemctl', '--version').splitlines()[0]}",
                  flush=True)
            box.run("systemd-sysusers")
            box.run("systemctl", "enable", "--now", "patchstate.service")
            return take(STEPS, Service(box, programs, release))
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the programs to test")
    parser.add_argument("--release", action="append", choices=RELEASES, help="of Debian; all of them without this option")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    return int(any([test_in(release, options.bin.resolve()) for release in options.release or RELEASES]))


if __name__ == "__main__":
    sys.exit(main())
