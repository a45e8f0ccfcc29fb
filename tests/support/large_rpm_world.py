# SPDX-License-Identifier: Apache-2.0
"""Large rpm worlds, for tests and the bench: metadata are written as a repository's are, without building each package."""

import gzip
import hashlib
import pathlib
import random
import tempfile

from rpm_world import ARCH, CACHE, DB_PATH, World, run

PLAIN = {"LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"}
VERSIONS = 5  # of each name in the repository; the installed one is the second
SEVERITIES = ("Critical", "Important", "Moderate", "Low", "None")
TYPES = ("security", "security", "bugfix", "enhancement", "bugfix", "newpackage")


def name_of(number):
    return f"sample-package-{number:05}"


def installed_packages(count):
    """Paths of `count` packages with nothing in them, from one spec; kept as the others are."""
    folder = CACHE / "bench" / str(count)
    if folder.exists():
        return sorted(folder.glob("*.rpm"))
    folder.parent.mkdir(parents=True, exist_ok=True)
    lines = ["Name: sample", "Version: 1.2", "Release: 1", "Summary: of a bench", "License: none", "Vendor: Example", "%description", "-"]
    for number in range(count):
        lines += [f"%package -n {name_of(number)}", "Summary: of a bench", f"%description -n {name_of(number)}", "-",
                  f"%files -n {name_of(number)}"]
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        spec = pathlib.Path(temporary) / "sample.spec"
        spec.write_text("\n".join(lines) + "\n", encoding="ascii")
        run("rpmbuild", "-bb", "--quiet", f"--target={ARCH}-linux", f"--define=_topdir {temporary}",
            "--define=debug_package %{nil}", "--define=_build_id_links none", spec)
        (pathlib.Path(temporary) / "RPMS" / ARCH).rename(folder)
    return sorted(folder.glob("*.rpm"))


def primary_entry(name, version, release):
    pkgid = hashlib.sha256(f"{name}-{version}-{release}".encode()).hexdigest()
    return (f'<package type="rpm"><name>{name}</name><arch>{ARCH}</arch><version epoch="0" ver="{version}" rel="{release}"/>'
            f'<checksum type="sha256" pkgid="YES">{pkgid}</checksum><summary>Sample {name}</summary><description>A description of '
            f"{name} as long as many are, in two or three lines of text that nobody but a person who looks for software reads."
            f'</description><packager/><url>https://example.org/{name}</url><time file="1700000000" build="1700000000"/>'
            f'<size package="123456" installed="234567" archive="345678"/><location href="{name}-{version}-{release}.{ARCH}.rpm"/>'
            f"<format><rpm:license>MIT</rpm:license><rpm:vendor>Example</rpm:vendor><rpm:group>Unspecified</rpm:group>"
            f"<rpm:buildhost>build.example.org</rpm:buildhost><rpm:sourcerpm>{name}-{version}-{release}.src.rpm</rpm:sourcerpm>"
            f'<rpm:header-range start="4504" end="9000"/><rpm:provides><rpm:entry name="{name}" flags="EQ" epoch="0" '
            f'ver="{version}" rel="{release}"/></rpm:provides></format></package>')


def advisory(number, chance, names):
    kind = TYPES[number % len(TYPES)]
    severity = SEVERITIES[number % len(SEVERITIES)] if kind == "security" else "None"
    cves = [f"CVE-{chance.randint(2019, 2026)}-{chance.randint(1000, 49999)}" for _ in range(chance.randint(1, 4))]
    references = "".join(f'<reference href="https://cve.example.org/{cve}" id="{cve}" type="cve" title="{cve}"/>' for cve in cves)
    packages = "".join(
        f'<package name="{name}" version="1.{version}" release="1" epoch="0" arch="{ARCH}" src="{name}-1.{version}-1.src.rpm">'
        f"<filename>{name}-1.{version}-1.{ARCH}.rpm</filename></package>"
        for name, version in ((chance.choice(names), chance.randint(1, VERSIONS)) for _ in range(chance.randint(1, 4))))
    return (f'<update from="security@example.org" status="final" type="{kind}" version="1"><id>EXSA-2026:{number:05}</id>'
            f"<title>{kind} update {number}</title><issued date=\"2026-03-0{number % 9 + 1} 00:00:00\"/>"
            f"<severity>{severity}</severity><description>{'What was mended, at length. ' * 20}</description>"
            f"<references>{references if kind == 'security' else ''}</references>"
            f'<pkglist><collection short="c"><name>c</name>{packages}</collection></pkglist></update>')


def write_metadata(folder, packages, advisories):
    """`packages` entries with `advisories` about them; reproducible."""
    chance = random.Random(4711)
    names = [name_of(number) for number in range(packages // VERSIONS)]
    entries = "".join(primary_entry(name, f"1.{version}", "1") for name in names for version in range(1, VERSIONS + 1))
    texts = {
        "primary": '<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" '
                   f'packages="{packages}">{entries}</metadata>',
        "filelists": f'<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="{packages}"></filelists>',
        "other": f'<otherdata xmlns="http://linux.duke.edu/metadata/other" packages="{packages}"></otherdata>',
        "updateinfo": f"<updates>{''.join(advisory(number, chance, names) for number in range(advisories))}</updates>",
    }
    (folder / "repodata").mkdir(parents=True)
    data = ""
    for kind, text in texts.items():
        plain = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
        packed = gzip.compress(plain, 6, mtime=0)
        (folder / f"repodata/{kind}.xml.gz").write_bytes(packed)
        data += (f'<data type="{kind}"><checksum type="sha256">{hashlib.sha256(packed).hexdigest()}</checksum>'
                 f'<open-checksum type="sha256">{hashlib.sha256(plain).hexdigest()}</open-checksum>'
                 f'<location href="repodata/{kind}.xml.gz"/><timestamp>1700000000</timestamp><size>{len(packed)}</size>'
                 f"<open-size>{len(plain)}</open-size></data>")
    (folder / "repodata/repomd.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo">'
        f"<revision>1700000000</revision>{data}</repomd>\n", encoding="utf-8")


class LargeWorld(World):
    """1,500 packages installed, unless there are fewer names; one repository."""

    def __init__(self, folder, distribution, packages, advisories, installed=1500):
        super().__init__(folder, distribution)
        self.count, self.advisories = packages, advisories
        self.install = min(installed, packages // VERSIONS)
        self.repository("updates")

    def write(self, repo_folders=("/etc/yum.repos.d",)):
        self.root.mkdir(parents=True)
        self.write_database()
        # In batches: a command line has its limits.
        built = installed_packages(self.install)
        for start in range(0, len(built), 500):
            run("rpm", "--root", self.root, "--dbpath", DB_PATH, "--install", "--nodeps", "--ignorearch", "--nosignature",
                "--justdb", "--noscripts", *built[start:start + 500])
        write_metadata(self.repositories[0].folder, self.count, self.advisories)
        self.write_configuration(repo_folders)


def large_world(folder, distribution, packages, advisories):
    """Written and fetched by the distribution's own tool."""
    world = LargeWorld(folder, distribution, packages, advisories)
    if distribution == "fedora":
        world.write(("/etc/yum.repos.d",))
        world.fetch_dnf4()
        world.dnf4("-C", "check-update", accept=(0, 100))  # makes the parsed caches that its runs have
    else:
        world.write(("/etc/zypp/repos.d",))
        world.fetch_zypper()
        world.zypper("--no-refresh", "list-updates")
    return world


def dnf5_world(folder, packages, advisories, tools_root):
    """Written, and fetched by the dnf5 of another root, which sees `folder` under the same name."""
    world = LargeWorld(folder, "fedora", packages, advisories)
    world.write()
    world.dnf5_program = folder / "dnf5"
    world.dnf5_program.write_text(f'#!/bin/sh\nexec chroot {tools_root} /usr/bin/dnf5 "$@"\n', encoding="ascii")
    world.dnf5_program.chmod(0o755)
    world.fetch_dnf5()
    world.dnf5("-C", "check-upgrade", accept=(0, 100))  # makes the parsed caches that its runs have
    return world
