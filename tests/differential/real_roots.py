# SPDX-License-Identifier: Apache-2.0
"""Debootstrapped Debian roots, made outdated, against the apt inside them; and this machine against its own.

Needs root, debootstrap and the archive this machine itself uses (its address comes from apt's sources here). Roots are kept in
${XDG_CACHE_HOME:-/var/cache}/patchstate-test-roots; remove that folder to have them made anew."""

import argparse
import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from apt_oracle import Apt  # noqa: E402  (after the path is set)
from comparison import AptAnswer  # noqa: E402
from patchstate_run import NOBODY, Patchstate  # noqa: E402
from unchanged_test import changes, photograph  # noqa: E402

SKIPPED = 77
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", "/var/cache")) / "patchstate-test-roots"
RELEASES = ("bookworm", "trixie", "bullseye")
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "HOME": "/root",
}
ENVIRONMENT |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
UNMET = re.compile(r"(?:Depends|PreDepends|Breaks|Conflicts): (\S+) \([^)]*\) but")


def run(*command, check=True):
    result = subprocess.run(
        [str(word) for word in command],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if check and result.returncode != 0:
        raise RuntimeError(
            f"{' '.join(str(word) for word in command)}: exit code {result.returncode}\n{result.stdout[-2000:]}"
        )
    return result.stdout


def archives():
    """URIs of the archive and of its security archive, as this machine's own sources name them."""
    found = {}
    for line in run(
        "apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"
    ).splitlines():
        uri, _, suite = line.partition(" ")
        found.setdefault("security" if suite.endswith("-security") else "main", uri)
    return found.get("main"), found.get("security")


class RealRoot:
    def __init__(self, release, main, security, architecture=""):
        """`architecture`: another one than this machine's, whose programs the kernel starts by an emulator."""
        self.release, self.main, self.security, self.architecture = release, main, security, architecture
        self.folder = CACHE / f"{release}-{architecture}".rstrip("-")

    def chroot(self, *command, check=True):
        return run("chroot", self.folder, *command, check=check)

    def prepare(self):
        """A root with fresh lists, i386 beside amd64, and outdated packages; made once."""
        if self.folder.exists():
            return
        final = self.folder
        self.folder = final.with_name(f"{final.name}.new")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        architecture = [f"--arch={self.architecture}"] if self.architecture else []
        run("debootstrap", *architecture, "--variant=minbase", self.release, self.folder, self.main)
        self._prepare_apt()
        self._fetch_lists()
        self._make_outdated()
        self._restrain()
        self.folder.rename(final)
        self.folder = final

    def _prepare_apt(self):
        etc = self.folder / "etc/apt"
        (etc / "sources.list").unlink(missing_ok=True)
        proxies = [line for line in run("apt-config", "dump").splitlines() if "::Proxy" in line]
        (etc / "apt.conf.d/99proxy").write_text("\n".join(proxies) + "\n")
        # A mirror may keep an old sid: apt's answer about it is as good to compare with.
        (etc / "apt.conf.d/99expired").write_text('Acquire::Check-Valid-Until "false";\n')
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        (self.folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (self.folder / "usr/sbin/policy-rc.d").chmod(0o755)

    def suites(self):
        """Suite -> archive. What was not released yet is one suite."""
        if self.release == "sid":
            return {"sid": self.main}
        return {self.release: self.main, f"{self.release}-updates": self.main, f"{self.release}-security": self.security}

    def _write_sources(self, *foreign):
        """`foreign`: the suites that are asked for i386 too."""
        native = self.architecture or "amd64"
        stanzas = []
        for suite, uri in self.suites().items():
            stanzas.append(
                f"Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
                f"Architectures: {native}{' i386' if suite in foreign else ''}\n"
                "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
            )
        (self.folder / "etc/apt/sources.list.d/debian.sources").write_text("\n".join(stanzas))

    def _fetch_lists(self):
        """i386 from as many suites as the mirror has it of: some keep foreign architectures badly."""
        suites = [] if self.architecture else list(self.suites())
        if suites:
            self.chroot("dpkg", "--add-architecture", "i386")
        while True:
            self._write_sources(*suites)
            packages = ["jq", "ca-certificates"] + ["libc6:i386", "zlib1g:i386"] * bool(suites)
            try:
                self.chroot("apt-get", "update")
                self.chroot("apt-get", "install", "--yes", "--no-install-recommends", *packages)
                break
            except RuntimeError as error:
                if not suites:
                    raise
                print(f"{self.release}: no i386 from {suites.pop()}: {str(error).splitlines()[-1]}")

    def _make_outdated(self):
        """Every third package a little older than it is, as far as dependencies among the installed ones let it be."""
        path = self.folder / "var/lib/dpkg/status"
        whole = path.read_text(encoding="utf-8")
        spared = set()
        for _ in range(20):
            path.write_text("\n\n".join(older(each, spared) for each in whole.split("\n\n")), encoding="utf-8")
            answer = self.chroot("apt-get", "check", check=False)
            unmet = {name.partition(":")[0] for name in UNMET.findall(answer)}
            if "E:" not in answer:
                return
            if not unmet - spared:
                break
            spared |= unmet
        raise RuntimeError(f"{self.release} can't be made outdated: {answer}")

    def _restrain(self):
        """One package held, one pinned away, one pinned to what is installed, one kept at its release."""
        pending = sorted(name for name, _ in Apt(prefix=["chroot", str(self.folder)]).upgradable())
        held, hidden, fixed = pending[0], pending[len(pending) // 3], pending[len(pending) // 2]
        self.chroot("apt-mark", "hold", held)
        installed = self.chroot("dpkg-query", "-W", "-f", "${Version}\n", fixed).splitlines()[0]
        (self.folder / "etc/apt/preferences.d/test").write_text(
            f"Package: {hidden}\nPin: release *\nPin-Priority: -1\n\nPackage: {fixed}\nPin: version {installed}\nPin-Priority: 1001\n"
        )

    def held(self):
        return set(name.partition(":")[0] for name in self.chroot("apt-mark", "showhold").split())


def older(stanza, spared):
    name = re.search(r"^Package: (\S+)$", stanza, re.M)
    if not name or name[1] in spared or hashlib.md5(name[1].encode()).digest()[0] % 3:
        return stanza
    return re.sub(r"^Version: (\S+)$", r"Version: \1~older", stanza, count=1, flags=re.M)


def check(what, by_apt, patchstates, root):
    """Every way to ask, against apt's answer; also that looking changed nothing."""
    failed = False
    for how, patchstate in patchstates.items():
        for user, prefix in (("root", ()), ("nobody", NOBODY)):
            before = photograph(root)
            answer = patchstate.check(root, prefix=prefix)
            found = [f"changed {path}" for path in changes(before, photograph(root))] if root != "/" else []
            found += by_apt.differences(answer)
            states = collections.Counter(update["state"] for update in answer.updates.values()) if answer.json else {}
            tool = answer.source.get("tool") if answer.json else "nothing"
            print(f"{what}, {how}, as {user}: {len(found)} differences; {dict(states)}; {answer.verdict}; by {tool}", flush=True)
            for sentence in found:
                print(f"  {sentence}")
            failed |= bool(found)
    return failed


def why_not():
    if os.geteuid() != 0:
        return "not root"
    for program in ("debootstrap", "chroot", "apt-get"):
        if not shutil.which(program, path=ENVIRONMENT["PATH"]):
            return f"no {program}"
    return None


def check_roots(patchstates, releases=RELEASES, most=2, architecture=""):
    """Whether anything failed. Two releases are enough; one that the archive does not serve is passed over, and said."""
    failed, checked = False, []
    main_archive, security = archives()
    if not main_archive or not security:
        print("this machine's sources name no archive with a security archive: no roots")
        return True
    for release in releases:
        if len(checked) == most:
            break
        root = RealRoot(release, main_archive, security, architecture)
        try:
            root.prepare()
        except RuntimeError as error:
            print(f"{release}: not usable here: {error}")
            continue
        checked.append(release)
        by_apt = AptAnswer(Apt(prefix=["chroot", str(root.folder)]), root.held())
        failed |= check(root.folder.name, by_apt, patchstates, root.folder)
    few = len(checked) < min(2, len(releases))
    if few:
        print(f"only {checked} could be had")
    return failed or few


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="folder of the programs to test")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        return SKIPPED
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        for folder in (one, other):
            os.chmod(folder, 0o755)
        patchstates = {
            "with the probe": Patchstate(options.bin, one),
            "by apt's commands": Patchstate(options.bin, other, None),
        }
        held = set(run("apt-mark", "showhold").split())
        failed = check("this machine", AptAnswer(Apt(), held), patchstates, "/")
        return int(failed | check_roots(patchstates))


if __name__ == "__main__":
    sys.exit(main())
