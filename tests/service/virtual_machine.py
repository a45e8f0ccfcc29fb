# SPDX-License-Identifier: Apache-2.0
"""A whole machine, by qemu without the processor's help: what no container shows here, a kernel with every controller and a
reboot that ends it. The kernel is Debian's; it has what is needed for the disk built in, so there is no initial RAM disk."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from container import CACHE, ENVIRONMENT, Booted, expect, run, until

HERE = pathlib.Path(__file__).resolve().parent
KERNEL = CACHE / "kernel"
BOOTS_WITHIN = 300  # seconds; some 30 on a machine with nothing else to do
SHELL = """[Service]
TimeoutStopSec=2s
ExecStartPre=/usr/bin/stty -F /dev/ttyS1 raw -echo
ExecStart=/usr/bin/perl /usr/lib/serial_shell.pl
"""


def kernel():
    """The newest one that the archive has for clouds, fetched once."""
    if not KERNEL.exists():
        with tempfile.TemporaryDirectory(dir=CACHE) as name:
            depends = run("apt-cache", "depends", "linux-image-cloud-amd64")
            package = next(word for word in depends.split() if word.startswith("linux-image-") and word[12].isdigit())
            subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package], cwd=name, env=ENVIRONMENT,
                           check=True, stdout=subprocess.DEVNULL)
            run("dpkg-deb", "-x", next(pathlib.Path(name).glob("*.deb")), f"{name}/root")
            next(pathlib.Path(name).glob("root/boot/vmlinuz-*")).rename(KERNEL)
    return KERNEL


class VirtualMachine(Booted):
    """systemd on a disk made of `folder`, without a network; what a Container offers, as far as it goes."""

    def __init__(self, folder):
        self.place = tempfile.TemporaryDirectory(dir=CACHE)
        self.disk = pathlib.Path(self.place.name) / "disk"
        self.console = pathlib.Path(self.place.name) / "console"
        self.add_shell(folder)
        run("mkfs.ext4", "-q", "-d", folder, self.disk, "4G")
        self.boot()

    @staticmethod
    def add_shell(folder):
        shutil.copy(HERE / "serial_shell.pl", folder / "usr/lib")
        units = folder / "etc/systemd/system"
        (units / "serial-shell.service").write_text(SHELL)
        wants = units / "multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / "serial-shell.service").symlink_to("../serial-shell.service")

    def boot(self):
        line = f"{self.place.name}/line"
        pathlib.Path(line).unlink(missing_ok=True)
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1536",
             "-nodefaults", "-display", "none", "-no-reboot", "-kernel", str(kernel()),
             "-append", "root=/dev/nvme0n1 rw console=ttyS0 quiet panic=-1",
             "-drive", f"file={self.disk},if=none,id=disk,format=raw,cache=unsafe", "-device", "nvme,drive=disk,serial=1",
             "-serial", f"file:{self.console}", "-serial", f"unix:{line},server=on,wait=off"],
            env=ENVIRONMENT, stdin=subprocess.DEVNULL)
        try:
            until(lambda: os.path.exists(line), "qemu listens")
            self.line = socket.socket(socket.AF_UNIX)
            self.line.connect(line)
            self.lines = self.line.makefile("r", encoding="ascii")
            self.wait_until_running()
        except BaseException:
            self.power_off()
            raise

    def wait_until_running(self):
        # What is sent before its shell reads is lost, so it is asked until it answers.
        until(self.answers, "the machine has booted", BOOTS_WITHIN)
        until(lambda: self.try_run("systemctl", "is-system-running")[1].strip() == "running", "systemd has started all", BOOTS_WITHIN)

    def answers(self):
        expect(self.qemu.poll() is None, f"qemu ended: {self.said()}")
        try:
            return self.try_run("/bin/true", seconds=5)[0] == 0
        except TimeoutError:
            self.lines = self.line.makefile("r", encoding="ascii")
            return False

    def said(self):
        return self.console.read_text(errors="replace")[-2000:] if self.console.exists() else ""

    def send(self, *command):
        self.line.sendall((" ".join(str(word).encode().hex() for word in command) + "\n").encode())

    def try_run(self, *command, seconds=120):
        """Exit code and output of a command in the machine, as its root."""
        self.line.settimeout(seconds)
        self.send(*command)
        output, _, code = self.lines.readline().rpartition(" ")
        return int(code), bytes.fromhex(output).decode()

    def has(self, inside):
        return self.try_run("test", "-e", inside)[0] == 0

    def read(self, inside):
        return self.run("cat", inside)

    def write(self, inside, text):
        self.run("install", "-D", "-m", "0644", "/dev/null", inside)
        self.run("sh", "-c", 'printf %s "$2" >"$1"', "sh", inside, text)

    def reboot(self):
        """The machine ends itself, and is started on the same disk."""
        self.send("systemctl", "--no-block", "reboot")
        expect(self.qemu.wait(BOOTS_WITHIN) == 0, f"qemu ended with {self.qemu.returncode}")
        self.line.close()
        self.boot()

    def power_off(self):
        self.qemu.kill()
        self.qemu.wait()
        self.place.cleanup()
