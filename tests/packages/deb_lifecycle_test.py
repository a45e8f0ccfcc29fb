# SPDX-License-Identifier: Apache-2.0
"""The packages of `./dev package deb` from the first installation to purge, in a Debian that systemd boots, agent and hub on one
machine without a network; after each step the machine and the hub are asked. Needs root, systemd-nspawn, debootstrap and,
the first time, the archive this machine uses."""

import argparse
import html
import json
import pathlib
import re
import shutil
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "service"))

import full_queue  # noqa: E402  (after the path is set)
from booted_reports import ask_hub  # noqa: E402
from booted_test import SKIPPED, take  # noqa: E402
from container import STATE, Container, Root, expect, until, why_not  # noqa: E402
from real_roots import archives, run  # noqa: E402

NUMBERS = {"bookworm": "12", "trixie": "13"}
NAMES = ("patchstate", "patchstate-hub")
UNITS = ("patchstate.service", "patchstate-hub.service")
INSIDE = "/var/tmp/packages"
PREVIOUS = "0.0.1-1"
HUB = "http://127.0.0.1:8750"
CONFIG = "/etc/patchstate/patchstate.toml"
OPTIONS = "/etc/patchstate-hub/options"
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y", "--no-install-recommends", "--allow-downgrades")


def with_version(package, version, folder):
    """The same package by another version, which is all that dpkg goes by."""
    with tempfile.TemporaryDirectory() as place:
        run("dpkg-deb", "-R", package, place)
        control = pathlib.Path(place, "DEBIAN/control")
        control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
        made = folder / f"{package.name.partition('_')[0]}_{version}.deb"
        run("dpkg-deb", "-Zgzip", "-z1", "-b", place, made)
        return made.name


class Machine:
    """The container, and what apt is given in it: the packages as they are, and by the version before."""

    def __init__(self, box, current, previous):
        self.box = box
        self.current = current
        self.previous = previous
        self.reader = ""

    def apt(self, *words):
        return self.box.run(*APT, *words, seconds=300)

    def install(self, files, *options):
        return self.apt("install", *options, *(f"{INSIDE}/{name}" for name in files))

    def version(self, name="patchstate"):
        return self.box.run("dpkg-query", "-W", "-f", "${Version}", name)

    def pid(self, unit):
        return self.box.show(unit, "MainPID")

    def expect_running(self, *units):
        for unit in units or UNITS:
            until(lambda unit=unit: self.box.show(unit, "ActiveState") == "active", f"{unit} is active: "
                  + self.box.try_run("journalctl", "--no-pager", "-o", "cat", "-u", unit)[1][-1000:])
            expect(self.box.run("systemctl", "is-enabled", unit).strip() == "enabled", f"{unit} is not enabled")
        expect(self.box.try_run("systemctl", "is-enabled", "patchstate-refresh.timer")[1].strip() == "disabled",
               "the refresh timer, off by default, is on")
        self.expect_nothing_failed()

    def expect_nothing_failed(self):
        failed = self.box.run("systemctl", "--failed", "--no-legend", "--plain")
        expect(not failed.strip(), failed)

    def journal(self, *matches):
        text = self.box.run("journalctl", "--no-pager", "-o", "json", "_SYSTEMD_UNIT=patchstate.service", *matches)
        return [json.loads(line) for line in text.splitlines()]

    def runs(self):
        return self.journal("PATCHSTATE_EVENT=run")

    def run_now(self):
        """A run on request, and what the journal says of it."""
        before = len(self.runs())
        self.box.run("systemctl", "kill", "--kill-whom=main", "-s", "USR1", "patchstate.service")
        return until(lambda: self.runs()[before:], "it has run", 60)[0]

    def token(self, kind):
        """The last line: it is introduced on stderr."""
        return self.box.run("patchstate-hub", "token", "create", kind).splitlines()[-1]

    def host(self):
        """What the hub says of the one machine that it ever knew."""
        hosts = ask_hub(self.box, self.reader, "/v1/hosts")["hosts"]
        expect(len(hosts) == 1, hosts)
        return hosts[0]

    def last(self):
        return json.loads(self.box.path(f"{STATE}/last-assessment.json").read_text())

    def waiting(self):
        return full_queue.waiting(self.box)

    def delivers(self):
        """A run from now on reaches the hub, which has the machine's own last result."""
        entry = self.run_now()
        expect(entry.get("PATCHSTATE_DELIVERY") == "delivered", entry)
        host = self.host()
        expect(host["assessmentActivityId"] == self.last()["assessmentActivityId"], host)
        return host

    def kept(self):
        """What no upgrade may change: configuration, key and identity, with owner and mode."""
        files = (CONFIG, OPTIONS, f"{STATE}/host-key", f"{STATE}/last-assessment.json")
        return self.box.run("stat", "-c", "%n %U %G %a", *files) + self.box.run("sha256sum", *files)


def installs(machine):
    """installed, both services are enabled and run; without a hub the agent assesses, keeps the result and is quiet"""
    machine.install(machine.previous)
    machine.expect_running()
    expect(machine.version().startswith(PREVIOUS), machine.version())
    box = machine.box
    expect(not box.run("dpkg", "--verify", *NAMES).strip(), box.run("dpkg", "--verify", *NAMES))
    conffiles = box.run("dpkg-query", "-W", "-f", "${Conffiles}\n", *NAMES)
    expect(CONFIG in conffiles and OPTIONS in conffiles, conffiles)
    code, said = box.try_run("patchstate", "check", "--format", "json")
    expect(code in (0, 2), f"exit code {code}: {said[-2000:]}")
    source = json.loads(said)["sources"][0]
    expect(source["tool"] == "patchstate-apt-probe", f"the probe was not used: {source}")
    entry = machine.run_now()
    expect("PATCHSTATE_DELIVERY" not in entry, entry)
    owner = box.path(f"{STATE}/last-assessment.json").stat().st_uid
    expect(owner == int(box.run("id", "-u", "patchstate")) != 0, "the result is somebody else's")
    loud = [line["MESSAGE"] for line in machine.journal() if int(line["PRIORITY"]) < 6]
    expect(not loud, loud)
    return f"{source['tool']} {source['durationMs']} ms, {len(machine.runs())} runs, {entry['PATCHSTATE_RESULT']}"


def commands_of_the_page(system, token):
    """What the hub's page tells people to type, but for the installation."""
    page = (HERE.parents[1] / "hub/pages/templates/enrol.mustache").read_text()
    commands = re.search(rf"<h3>{system}</h3>\s*<pre[^>]*>[^\n]*\n(.*?)</pre>", page, re.S)[1]
    return html.unescape(commands.replace("{{hub}}", HUB).replace("{{token}}", token))


def enrolls(machine):
    """enrolled by root with the commands of the hub's page, it reports within a minute"""
    box = machine.box
    # More than a thousand reports in a minute will come from this one.
    options = box.path(OPTIONS)
    options.write_text('PATCHSTATE_HUB_OPTIONS="--reports-per-minute 100000"\n')
    box.run("systemctl", "restart", "patchstate-hub.service")
    machine.reader = machine.token("read")
    # From here on it runs when it is asked to, and not because dpkg's database changed or after a random while.
    config = box.path(CONFIG)
    text = config.read_text()
    for name, value in (("start_delay", "1h"), ("settle", "50s")):
        text = re.sub(rf"^#{name} = .*", f'{name} = "{value}"', text, flags=re.M)
    config.write_text(text)
    begun = time.monotonic()
    box.run("sh", "-e", "-c", commands_of_the_page("Debian, Ubuntu", machine.token("enrol")))
    expect(box.run("stat", "-c", "%U %a", f"{STATE}/host-key").strip() == "patchstate 600", "the key is not the agent's")
    until(lambda: machine.host().get("assessmentActivityId"), "the hub has a report", 60)
    took = time.monotonic() - begun
    code, fleet = box.try_run("patchstate-hub", "fleet")
    expect(code in (0, 2), fleet)
    code, said = box.try_run("patchstate", "doctor")
    expect(code == 0, said)
    return f"after {took:.1f} s: {machine.host()['verdict']['value']}"


def restarts(machine):
    """both are other processes after a restart, and the hub knows the same machine"""
    before, host = [machine.pid(unit) for unit in UNITS], machine.host()["id"]
    machine.box.run("systemctl", "restart", *UNITS)
    machine.expect_running()
    expect(not set(before) & {machine.pid(unit) for unit in UNITS}, "not restarted")
    expect(machine.delivers()["id"] == host, "another machine")


def fill_queue(machine):
    """Real reports, then copies under names and ids of their own: a thousand real ones would take minutes."""
    flag = machine.box.path("/etc/apt/preferences.d/flag")
    for number in range(3):  # a report is full where something changed
        flag.write_text(f"Package: none\nPin: version {number}\nPin-Priority: {number + 1}\n")
        machine.box.path("/run/reboot-required").unlink(missing_ok=True)
        if number % 2 == 0:
            machine.box.run("touch", "/run/reboot-required")
        else:
            machine.box.run("rm", "-f", "/run/reboot-required")
        entry = machine.run_now()
        expect(entry["PATCHSTATE_DELIVERY"] == "not_delivered", entry)
    flag.unlink()
    full_queue.fill(machine.box, 3)


def upgrades(machine):
    """with a full queue and no hub, an upgrade loses nothing; the hub, upgraded too, gets all of it"""
    box = machine.box
    box.run("systemctl", "stop", "patchstate-hub.service")
    fill_queue(machine)
    kept, pid = machine.kept(), machine.pid("patchstate.service")
    queued = {path.name for path in machine.waiting()}
    machine.install(machine.current[:1])
    expect(machine.version() != machine.version("patchstate-hub"), machine.version())
    expect(machine.pid("patchstate.service") not in ("0", pid), "not started anew")
    expect(machine.kept() == kept, f"{kept}\nbecame\n{machine.kept()}")
    expect(queued == {path.name for path in machine.waiting()}, "the queue is another one")
    machine.install(machine.current[1:])
    box.run("systemctl", "start", "patchstate-hub.service")
    machine.expect_running()
    begun = time.monotonic()
    machine.run_now()
    until(lambda: not machine.waiting(), "the queue is empty", 240)
    host = machine.delivers()
    lost = machine.journal("PRIORITY=3")
    expect(not lost, lost)
    expect(not list(box.path(full_queue.QUEUE).glob("rejected/*")), "the hub refused some")
    return f"{len(queued)} reports in {time.monotonic() - begun:.0f} s, {host['verdict']['value']}"


def survives_an_error(machine):
    """a configuration with an error ends neither the running service nor an upgrade, and is named; mended, it reports"""
    box, config = machine.box, machine.box.path(CONFIG)
    good, pid = config.read_text(), machine.pid("patchstate.service")
    config.write_text(good + "\nnonsense = [\n")
    box.try_run("systemctl", "reload", "patchstate.service")
    said = until(lambda: machine.journal("PATCHSTATE_EVENT=reload", "PRIORITY=3"), "the error is in the journal", 30)[-1]
    expect("patchstate.toml" in said["MESSAGE"], said)
    expect(machine.pid("patchstate.service") == pid, "it was ended")
    machine.install(machine.current[:1], "--reinstall")
    expect("nonsense" in config.read_text(), "the configuration was changed")
    expect(box.run("dpkg-query", "-W", "-f", "${db:Status-Status}", "patchstate") == "installed", "half installed")
    until(lambda: box.show("patchstate.service", "Result") == "exit-code", "the start failed")
    config.write_text(good)
    box.run("systemctl", "restart", "patchstate.service")
    machine.expect_running()
    machine.delivers()
    return said["MESSAGE"][:150]


def downgrades(machine):
    """back to the previous version with configuration, key, state and the hub's store"""
    kept, host = machine.kept(), machine.host()["id"]
    machine.install(machine.previous)
    machine.expect_running()
    expect(machine.version().startswith(PREVIOUS), machine.version())
    expect(machine.kept() == kept, f"{kept}\nbecame\n{machine.kept()}")
    expect(machine.delivers()["id"] == host, "another machine")


def removes(machine):
    """removed, nothing runs; configuration, state and store are kept"""
    box, kept = machine.box, machine.kept()
    machine.apt("remove", *NAMES)
    for unit in UNITS:
        expect(box.show(unit, "ActiveState") == "inactive", unit)
    left = box.run("sh", "-c", "ls /usr/bin/patchstate* /usr/sbin/patchstate* /usr/libexec/patchstate /usr/lib/systemd/system/patchstate* "
                   "2>/dev/null; true")
    expect(not left.strip(), left)
    # One of them may end meanwhile, which makes cat fail.
    expect("patchstate" not in box.try_run("sh", "-c", "cat /proc/[0-9]*/comm")[1], "it still runs")
    expect(machine.kept() == kept, f"{kept}\nbecame\n{machine.kept()}")
    expect(box.path("/var/lib/patchstate-hub/hub.db").exists(), "the store is gone")
    machine.expect_nothing_failed()


def comes_back(machine):
    """installed again, it reports as the same machine without enrolling, to the hub with its history"""
    machine.install(machine.current)
    machine.expect_running()
    host = machine.delivers()
    return f"{host['id']}, {host['receivedAt']}"


def purges(machine):
    """purged, nothing is left: no file, no folder, no user, no unit"""
    box = machine.box
    users = [box.run("id", "-u", name).strip() for name in NAMES]
    machine.apt("purge", *NAMES)
    # Its own log is dpkg's and the journal's to keep; the packages are ours, of the test.
    found = box.run("find", "/", "-xdev", "(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/var/log", "-o", "-path", INSIDE,
                    ")", "-prune", "-o", "(", "-name", "*patchstate*", *(word for user in users for word in ("-o", "-uid", user)),
                    ")", "-print")
    expect(not found.strip(), found)
    for database in ("passwd", "group", "shadow", "gshadow"):
        expect("patchstate" not in box.path(f"/etc/{database}").read_text(), f"/etc/{database}")
    expect(not box.try_run("dpkg-query", "-W", "-f", "${Package} ${Status}\n", "patchstate*")[1].count("config-files"), "dpkg knows them")
    expect(box.try_run("systemctl", "list-unit-files", "--no-legend", "patchstate*")[1].strip() == "", "systemd knows units")
    machine.expect_nothing_failed()
    expect(box.run("systemctl", "is-system-running").strip() == "running", "the system is not well")


STEPS = (installs, enrolls, restarts, upgrades, survives_an_error, downgrades, removes, comes_back, purges)


def prepare(root, packages):
    """A copy of the root with our packages of two versions in it; what they depend on is fetched once, and installed offline."""
    for package in packages:
        shutil.copy(package, root.folder / "var/tmp" / package.name)
    names = [f"/var/tmp/{package.name}" for package in packages]
    run("chroot", root.folder, *APT, "install", "--download-only", *names)
    for name in names:
        (root.folder / name.lstrip("/")).unlink()
    folder = root.copy()
    place = folder / INSIDE.lstrip("/")
    place.mkdir()
    for package in packages:
        shutil.copy(package, place)
    # The machine is to have an answer for sure, whatever Debian publishes today.
    (folder / "etc/hostname").write_text("booted\n")
    return folder, [with_version(package, f"{PREVIOUS}~deb{NUMBERS[root.release]}", place) for package in packages]


def test_in(root, packages):
    """Whether anything failed."""
    root.prepare()
    folder, previous = prepare(root, packages)
    try:
        with Container(folder) as box:
            print(f"{root.release}: {', '.join(package.name for package in packages)}", flush=True)
            machine = Machine(box, [package.name for package in packages], previous)
            return any(take([step], machine) for step in STEPS)  # each begins where the one before ended
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", required=True, type=pathlib.Path, help="folder of the packages")
    parser.add_argument("--release", required=True, choices=NUMBERS, help="of Debian")
    options = parser.parse_args()
    packages = [max(options.packages.glob(f"{name}_*~deb{NUMBERS[options.release]}_*.deb"), default=None,
                    key=lambda path: path.stat().st_mtime) for name in NAMES]
    reason = why_not() or (None if all(packages) else f"no packages in {options.packages}: ./dev package deb makes them")
    if not reason and not all(archives()):
        reason = "this machine's sources name no archive with a security archive"
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    try:
        return int(test_in(Root(options.release), packages))
    except RuntimeError as error:
        print(f"FAILED  {options.release}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
