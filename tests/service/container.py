# SPDX-License-Identifier: Apache-2.0
"""A debootstrapped Debian with systemd, and a container that boots a copy of it.

Roots are kept in ${XDG_CACHE_HOME:-/var/cache}/patchstate-test-roots/booted-*; remove one to have it made anew."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "differential"))

from real_roots import CACHE, ENVIRONMENT, archives, run  # noqa: E402  (after the path is set)

# What the programs link (libapt-pkg is there already), what they read, and what boots.
PACKAGES = ("systemd", "systemd-sysv", "ca-certificates", "distro-info-data")
LIBCURL = {"bookworm": "libcurl4", "trixie": "libcurl4t64"}
LISTS_STAY_FRESH = 12 * 3600
STATE = "/var/lib/patchstate"
NSPAWN = ("systemd-nspawn", "-q", "--register=no", "--keep-unit", "--private-network", "--console=pipe")
REBOOTED = 133  # how nspawn ends, to be started again


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def until(condition, what, seconds=30):
    """What `condition` gives once it is true. There is no event to wait for across a container's border: it is polled."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return found


class Root:
    def __init__(self, release):
        self.release = release
        self.folder = CACHE / f"booted-{release}"
        self.main, self.security = archives()
        if not self.main or not self.security:
            raise RuntimeError("this machine's sources name no archive with a security archive")

    def prepare(self):
        """Made once; its package lists are fetched anew before they are a day old."""
        if not self.folder.exists():
            new = CACHE / f"booted-{self.release}.new"
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir(parents=True)
            packages = ",".join((*PACKAGES, LIBCURL[self.release]))
            run("debootstrap", "--variant=minbase", f"--include={packages}", self.release, new, self.main)
            self._write_sources(new)
            new.rename(self.folder)
        stamp = self.folder / "fetched"
        if not stamp.exists() or time.time() - stamp.stat().st_mtime > LISTS_STAY_FRESH:
            run("chroot", self.folder, "apt-get", "-q", "update")
            stamp.touch()

    def _write_sources(self, folder):
        (folder / "etc/apt/sources.list").unlink(missing_ok=True)
        release = self.release
        suites = ((self.main, release), (self.main, f"{release}-updates"), (self.security, f"{release}-security"))
        (folder / "etc/apt/sources.list.d/debian.sources").write_text(
            "\n".join(
                f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
                "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
                for uri, suite in suites
            )
        )
        proxies = [line for line in run("apt-config", "dump").splitlines() if "::Proxy" in line]
        (folder / "etc/apt/apt.conf.d/99proxy").write_text("\n".join(proxies) + "\n")
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")

    def copy(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="booted-copy-", dir=CACHE))
        run("cp", "-a", "--reflink=auto", f"{self.folder}/.", folder)
        folder.chmod(0o755)
        return folder


class Booted:
    """A system with systemd as PID 1; where it runs, and how a command gets in, is another class's."""

    def run(self, *command, **more):
        code, output = self.try_run(*command, **more)
        if code != 0:
            raise AssertionError(f"{' '.join(str(word) for word in command)}: exit code {code}\n{output[-3000:]}")
        return output

    def show(self, unit, name):
        return self.run("systemctl", "show", "--value", "-p", name, unit).strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.power_off()


class Container(Booted):
    """systemd as PID 1 on `folder`, without a network, with cgroup v2 even where this machine has v1."""

    def __init__(self, folder):
        self.folder = folder
        self.log = tempfile.TemporaryFile()
        self.boot()

    def boot(self):
        self.nspawn = subprocess.Popen(
            [*NSPAWN, "-D", str(self.folder), "-M", f"booted-{os.getpid()}", "-b"],
            env=ENVIRONMENT | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        try:
            until(self.is_running, "the container is running", 120)
        except BaseException:
            self.power_off()
            raise

    def leader(self):
        """The container's PID 1, or None while there is none."""
        try:
            children = pathlib.Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children").read_text().split()
            return next((int(pid) for pid in children
                         if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "systemd"), None)
        except OSError:
            return None

    def is_running(self):
        if self.nspawn.poll() is not None:
            self.log.seek(0)
            raise AssertionError(f"the container ended: {self.log.read()[-2000:]!r}")
        return self.leader() and self.try_run("systemctl", "is-system-running")[1].strip() == "running"

    def try_run(self, *command, seconds=60, typed=""):
        """Exit code and output of a command in the container, as its root."""
        leader = self.leader()
        if not leader:
            return -1, "there is no container"
        done = subprocess.run(
            ["nsenter", "-t", str(leader), "-a", *(str(word) for word in command)], timeout=seconds, check=False,
            env=ENVIRONMENT, input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def background(self, *command, namespaces="-a", **options):
        return subprocess.Popen(["nsenter", "-t", str(self.leader()), namespaces, *command], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT, **options)

    def path(self, inside):
        return self.folder / inside.lstrip("/")

    def has(self, inside):
        """Seen from here, also below what is mounted in there."""
        return pathlib.Path(f"/proc/{self.leader()}/root{inside}").exists()

    def read(self, inside):
        return self.path(inside).read_text()

    def write(self, inside, text):
        self.path(inside).parent.mkdir(parents=True, exist_ok=True)
        self.path(inside).write_text(text)

    def reboot(self):
        self.try_run("systemctl", "reboot")
        if self.nspawn.wait(60) != REBOOTED:
            raise AssertionError(f"nspawn ended with {self.nspawn.returncode}")
        self.boot()

    def power_off(self):
        """Asked first, then made to: nothing of it is left when this returns."""
        self.try_run("systemctl", "poweroff")
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number:
                self.nspawn.send_signal(number)
            try:
                self.nspawn.wait(30)
                return
            except subprocess.TimeoutExpired:
                continue


def why_not():
    if os.geteuid() != 0:
        return "not root"
    for program in ("systemd-nspawn", "debootstrap", "nsenter"):
        if not shutil.which(program, path=ENVIRONMENT["PATH"]):
            return f"no {program}"
    tried = subprocess.run([*NSPAWN, "--directory=/", "--volatile=yes", "/bin/true"], check=False, env=ENVIRONMENT,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return f"systemd-nspawn starts nothing here: {tried.stdout.strip()}" if tried.returncode else None
