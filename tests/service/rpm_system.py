# SPDX-License-Identifier: Apache-2.0
"""A Debian that has become a system of rpm: nothing of dpkg and apt is left, a real rpm database and repositories in a folder
are there, laid out as Fedora and openSUSE have them. Its programs stay Debian's; what they do is what is tested.

Roots are kept beside those of container.py; remove one to have it made anew."""

import dataclasses
import pathlib
import shutil
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import rpm_world  # noqa: E402  (after the path is set)
from container import CACHE, LIBCURL, PACKAGES, Root, run  # noqa: E402

DATABASE = "/usr/lib/sysimage/rpm"  # of both distributions; /var/lib/rpm leads there
WORLD = "/srv/world"
OF_DEBIAN = ("var/lib/dpkg", "var/lib/apt", "var/cache/apt", "etc/apt", "usr/lib/apt", "etc/systemd/system/timers.target.wants",
             "usr/bin/apt*", "usr/bin/dpkg*", "usr/lib/systemd/system/apt-*", "usr/lib/systemd/system/dpkg-*")  # fmt: skip
OTHERS_THAN_ZYPPER = ("etc/dnf", "etc/yum.repos.d", "usr/bin/dnf*", "usr/bin/yum*")
# The plugin that needs createrepo_c is a package of its own on Fedora.
OTHERS_THAN_DNF = ("etc/zypp", "usr/bin/zypper", "etc/dnf/libdnf5-plugins/local.conf")


@dataclasses.dataclass(frozen=True)
class Kind:
    release: str  # of Debian, that the programs come from
    packages: tuple
    distribution: str
    version: str
    source: str  # as `patchstate collectors` calls it
    tool: str  # as an assessment calls it
    repo_folder: str
    not_its_own: tuple  # in Debian, but not in this distribution
    database: str  # its format
    fetch: tuple
    update: tuple  # a command that updates the package that is added to it


SID = ("dnf5", "zypper", "rpm")
KINDS = {
    "dnf5": Kind("sid", SID, "fedora", "42", "dnf", "dnf5", "/etc/yum.repos.d", OTHERS_THAN_DNF, "sqlite",
                 ("dnf5", "-q", "--refresh", "makecache"), ("dnf5", "-y", "upgrade")),
    "zypper": Kind("sid", SID, "opensuse-leap", "15.6", "zypper", "zypper", "/etc/zypp/repos.d", OTHERS_THAN_ZYPPER, "ndb",
                   ("zypper", "--non-interactive", "refresh"), ("zypper", "--non-interactive", "update")),
    "dnf4": Kind("bookworm", ("dnf", "rpm"), "rocky", "9.4", "dnf", "dnf", "/etc/yum.repos.d", OTHERS_THAN_DNF, "sqlite",
                 ("dnf", "-q", "--refresh", "makecache"), ("dnf", "-y", "upgrade")),
}  # fmt: skip


class RpmRoot(Root):
    """Debian with systemd and the tools; not yet a system of rpm."""

    def __init__(self, kind):
        super().__init__(f"rpm-{kind.release}")
        self.kind = kind

    def prepare(self):
        if self.folder.exists():
            return
        new = CACHE / f"booted-rpm-{self.kind.release}.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        run("debootstrap", "--variant=minbase", self.kind.release, new, self.main)
        proxies = [line for line in run("apt-config", "dump").splitlines() if "::Proxy" in line]
        (new / "etc/apt/apt.conf.d/99proxy").write_text("\n".join(proxies) + "\n")
        shutil.copy("/etc/resolv.conf", new / "etc/resolv.conf")
        (new / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (new / "usr/sbin/policy-rc.d").chmod(0o755)
        libcurl = LIBCURL.get(self.kind.release, "libcurl4t64")
        run("chroot", new, "apt-get", "install", "-y", "--no-install-recommends", *PACKAGES, libcurl, *self.kind.packages)
        new.rename(self.folder)


def remove(folder, patterns):
    for pattern in patterns:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


class RpmSystem:
    """In `folder`, a copy of a root: three packages lack an update, and nothing was fetched yet."""

    def __init__(self, kind, folder):
        self.kind = kind
        remove(folder, (*OF_DEBIAN, *kind.not_its_own))
        (folder / DATABASE.lstrip("/")).mkdir(parents=True)
        remove(folder, ("var/lib/rpm",))
        (folder / "var/lib/rpm").symlink_to("../.." + DATABASE)
        macros = folder / "etc/rpm/macros"
        macros.parent.mkdir(exist_ok=True)
        macros.write_text(f"%_dbpath {DATABASE}\n%_db_backend {kind.database}\n")
        self.world = rpm_world.World(folder / WORLD.lstrip("/"), kind.distribution, kind.version)
        self.world.root = folder
        self.declare()
        self.world.write(repo_folders=(kind.repo_folder,))
        run("chroot", folder, "rpmdb", "--rebuilddb")  # in the format of its own rpm

    def declare(self):
        world = self.world
        world.installed("glibc", "2.31-1")  # zypper calls a system without it broken, and changes nothing there
        world.installed("bash", "5.1-1", provides=["/bin/sh"])  # what packages with scripts ask for
        for name, evr in (("openssl", "1:3.0.1-1"), ("sudo", "1.9.1-1"), ("nano", "7.0-1"), ("jq", "1.6-1")):
            world.installed(name, evr)
        self.updates = world.repository("updates", baseurl=f"file://{WORLD}/repositories/updates")
        for name, evr in (("openssl", "1:3.0.2-1"), ("openssl", "1:3.0.3-1"), ("sudo", "1.9.2-1"), ("nano", "7.1-1")):
            self.updates.package(name, evr)
        self.updates.advisory("TEST-2026:0001", severity="Critical", cves=["CVE-2026-0001", "CVE-2026-0002"],
                              packages=["openssl-1:3.0.2-1.x86_64"])
        self.updates.advisory("TEST-2026:0002", type="bugfix", packages=["openssl-1:3.0.3-1.x86_64"])
        self.updates.advisory("TEST-2026:0003", severity="Important", cves=["CVE-2026-0003"], packages=["sudo-1.9.2-1.x86_64"])
        self.updates.advisory("TEST-2026:0004", type="bugfix", packages=["nano-7.1-1.x86_64"])

    def publish_another(self):
        """From now on the repository has a security update of jq, which has to be fetched."""
        self.updates.package("jq", "1.7-1")
        self.updates.advisory("TEST-2026:0005", severity="Moderate", cves=["CVE-2026-0005"], packages=["jq-1.7-1.x86_64"])
        for each in self.updates.packages:
            each.build()
        self.updates.write()
