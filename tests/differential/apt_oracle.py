# SPDX-License-Identifier: Apache-2.0
"""What apt itself says about a root: the commands a person would run, and their text read strictly."""

import dataclasses
import os
import re
import subprocess

LISTED = re.compile(
    r"^(?P<name>[^/\s]+)/(?P<suites>\S*) (?P<candidate>\S+) (?P<arch>\S+) \[upgradable from: (?P<installed>[^\]]+)\]$"
)
INST = re.compile(
    r"^Inst (?P<name>\S+)(?: \[(?P<installed>[^\]]*)\])? \((?P<candidate>\S+) (?:.*? )?\[(?P<arch>[^\]]+)\]\)"
)
SECTIONS = {
    "The following packages have been kept back:": "kept_back",
    "The following upgrades have been deferred due to phasing:": "phased",  # newer ones only; 2.6 says "kept back"
    "The following packages will be DOWNGRADED:": "downgraded",
}
OPTIONS = ["-o", "APT::Color=0", "-o", "APT::Get::Show-User-Simulation-Note=0"]


class AptError(Exception):
    """apt could not answer; str() is what it said."""


class AptLost(AptError):
    """apt could not order its own plan (a known fault of its with loops of Pre-Depends and Breaks): no oracle."""


class NotUnderstood(Exception):
    """A line of apt's that this file does not know: a fault of the test, never skipped."""


@dataclasses.dataclass
class Simulation:
    """Of one `apt-get -s`: (name, arch) -> (installed or "", candidate) without downgrades, and the names in the sections."""

    installs: dict
    removed: set
    kept_back: set
    phased: set
    downgraded: set


def bare(name):
    """(name, arch or "") of `libc6:i386`."""
    name, _, arch = name.partition(":")
    return name, arch


def methods(folder):
    """Even to simulate, apt starts the program of each URI's scheme and asks what it can do; these answer at once."""
    folder = os.path.join(folder, "methods")
    if not os.path.isdir(folder):
        os.mkdir(folder)
        for scheme in ("http", "https", "file", "copy"):
            path = os.path.join(folder, scheme)
            with open(path, "w", encoding="ascii") as file:
                file.write(
                    "#!/bin/sh\nprintf '100 Capabilities\\nVersion: 1.2\\nSend-Config: true\\n\\n'\nexec cat >/dev/null\n"
                )
            os.chmod(path, 0o755)
    return folder


class Apt:
    def __init__(self, root="/", arch=None, foreign=(), prefix=(), options=()):
        """`arch` given: a fixture, answered by this machine's apt with a configuration of its own beside the root, with
        its foreign architectures. Else this machine, or what `prefix` (chroot) leads to."""
        self.prefix = list(prefix)
        self.options = list(options)
        self.environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"}
        self.native = arch or self.run("dpkg", "--print-architecture").strip()
        if arch:
            beside = os.path.dirname(root)
            config = os.path.join(beside, "apt.conf")
            with open(config, "w", encoding="ascii") as file:
                file.write(
                    f'Dir "{root}/"; Dir::State::status "{root}/var/lib/dpkg/status"; Dir::Bin::methods "{methods(beside)}"; Dir::Log::Planner "{beside}/eipp.log";\n'
                    'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache ""; Dir::Bin::ischroot "/bin/false";\n'
                    f'APT::Architecture "{arch}";\n'
                    + "".join(f'APT::Architectures:: "{each}";\n' for each in [arch, *foreign])
                )
            self.environment["APT_CONFIG"] = config

    def run(self, *arguments):
        options = [*OPTIONS, *self.options] if arguments[0].startswith("apt") else []
        result = subprocess.run(
            [*self.prefix, *arguments, *options],
            env=self.environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=900,
        )
        if result.returncode != 0:
            said = (
                f"{' '.join(arguments)}: exit code {result.returncode}\n{result.stdout[-2000:]}{result.stderr[-2000:]}"
            )
            raise AptLost(said) if "E: Internal error" in said else AptError(said)
        return result.stdout

    def package(self, name, arch):
        """Key of a package. apt prints the installed version's architecture here and the candidate's there, and one of the
        two can be `all`; to apt itself that is a package of the native architecture."""
        return bare(name)[0], self.native if arch == "all" else arch

    def upgradable(self):
        """(name, arch) -> (installed, candidate) of `apt list --upgradable`."""
        found = {}
        for line in self.run("apt", "list", "--upgradable").splitlines():
            match = LISTED.match(line)
            if match:
                # Where two versions have the same text but other contents apt lists an update to itself.
                if match["installed"] != match["candidate"]:
                    found[self.package(match["name"], match["arch"])] = (match["installed"], match["candidate"])
            elif line.strip() and not line.startswith(("Listing...", "N: ")):
                raise NotUnderstood(line)
        return found

    def simulate(self, command):
        answer = Simulation({}, set(), set(), set(), set())
        section = None
        for line in self.run("apt-get", "-s", command).splitlines():
            if line.startswith("  ") and section:
                getattr(answer, section).update(line.split())
                continue
            section = SECTIONS.get(line)
            if line.startswith("Inst "):
                match = INST.match(line)
                if not match:
                    raise NotUnderstood(line)
                if match["installed"] != match["candidate"] and match["name"] not in answer.downgraded:
                    key = self.package(match["name"], match["arch"])
                    answer.installs[key] = (match["installed"] or "", match["candidate"])
            elif line.startswith(("Remv ", "Purg ")):
                answer.removed.add(line.split()[1])
        return answer

    def dist_upgrade(self):
        return self.simulate("dist-upgrade")

    def upgrade(self):
        return self.simulate("upgrade")
