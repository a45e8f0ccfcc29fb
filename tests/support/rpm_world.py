# SPDX-License-Identifier: Apache-2.0
"""Small but real rpm worlds in a folder, for tests: a root with packages in a real rpm database, and real repositories.

    world = World(folder)
    world.installed("openssl", "1:3.0.1-1")
    updates = world.repository("updates")
    updates.package("openssl", "1:3.0.2-1")
    updates.advisory("TEST-2026:0001", severity="Important", cves=["CVE-2026-0001"], packages=["openssl-1:3.0.2-1.x86_64"])
    world.write()
    world.fetch_dnf4()     # or fetch_zypper()

Packages are built by rpmbuild, once for each content: they are kept in CACHE. Needs the Debian packages rpm and
createrepo-c; to fetch, dnf or zypper. No network: repositories are folders.
"""

import concurrent.futures
import dataclasses
import gzip
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree
from xml.sax.saxutils import escape, quoteattr

CACHE = pathlib.Path(os.environ.get("PATCHSTATE_RPM_CACHE", "/var/cache/patchstate-test-roots/rpm"))
ARCH = "x86_64"
DB_PATH = "/var/lib/rpm"  # Debian's rpm would take ~/.rpmdb
COMPRESSIONS = ("gz", "bz2", "xz", "zst")
REPOMD = "http://linux.duke.edu/metadata/repo"
EVR = re.compile(r"^(?:(?P<epoch>\d+):)?(?P<version>[^-:]+)-(?P<release>[^-:]+)$")
NEVRA = re.compile(r"^(?P<name>.+)-(?P<evr>(?:\d+:)?[^-]+-[^-]+)\.(?P<arch>[^.-]+)$")
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1700000000"}


def missing_tools(*more):
    """Which of the programs this needs are not here (a test says so, and is skipped)."""
    return [each for each in ("rpm", "rpmbuild", "createrepo_c", "modifyrepo_c", *more) if not shutil.which(each)]


def run(*command, accept=(0,), **options):
    """Its stdout; AssertionError with everything it said when it ends otherwise than `accept` allows."""
    environment = {**ENVIRONMENT, "HOME": str(home()), **options.pop("environment", {})}
    result = subprocess.run([str(each) for each in command], env=environment, stdin=subprocess.DEVNULL, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=600, **options)
    if result.returncode not in accept:
        raise AssertionError(f"{' '.join(map(str, command))}: exit code {result.returncode}\n"
                             f"{result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def home():
    """A HOME whose rpm macros name the database that other systems than Debian have."""
    folder = CACHE / "home"
    if not (folder / ".rpmmacros").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".rpmmacros").write_text(f"%_dbpath {DB_PATH}\n", encoding="ascii")
    return folder


def versionlock_plugin():
    """A folder with dnf 4's versionlock plugin, from the package that on Debian 12 can't be installed beside zypper. None where
    apt can't fetch it."""
    folder = CACHE / "plugins"
    if (folder / "versionlock.py").exists():
        return folder
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        fetched = subprocess.run(["apt-get", "-q", "download", "dnf-plugins-core"], cwd=scratch, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, check=False, timeout=120)
        packages = list(pathlib.Path(scratch).glob("*.deb"))
        if fetched.returncode != 0 or len(packages) != 1:
            return None
        run("dpkg-deb", "-x", packages[0], f"{scratch}/all")
        modules = pathlib.Path(scratch) / "all/usr/lib/python3/dist-packages"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(modules / "dnfpluginscore", folder / "modules/dnfpluginscore", dirs_exist_ok=True)
        text = (modules / "dnf-plugins/versionlock.py").read_text(encoding="utf-8")
        # A future import stays first.
        place = text.index("from dnfpluginscore")
        (folder / "versionlock.py").write_text(f'{text[:place]}import sys\nsys.path.insert(0, "{folder}/modules")\n{text[place:]}',
                                               encoding="utf-8")
    return folder


def split_evr(evr):
    """(epoch or "", version, release) of "1:2.0-3"."""
    match = EVR.match(evr)
    if not match:
        raise ValueError(f"not an [epoch:]version-release: {evr}")
    return match["epoch"] or "", match["version"], match["release"]


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    evr: str  # [epoch:]version-release
    arch: str = ARCH
    requires: tuple = ()
    provides: tuple = ()
    obsoletes: tuple = ()
    conflicts: tuple = ()
    vendor: str = ""
    modularity: str = ""  # "name:stream:version:context" as modular packages carry it

    @property
    def nevra(self):
        return f"{self.name}-{self.evr}.{self.arch}"

    @property
    def file_name(self):
        _, version, release = split_evr(self.evr)
        return f"{self.name}-{version}-{release}.{self.arch}.rpm"

    def spec(self):
        epoch, version, release = split_evr(self.evr)
        lines = [f"Name: {self.name}", f"Version: {version}", f"Release: {release}", f"Summary: {self.name} of a test",
                 "License: none"]
        lines += [f"Epoch: {epoch}"] if epoch else []
        lines += ["BuildArch: noarch"] if self.arch == "noarch" else []
        lines += [f"Vendor: {self.vendor}"] if self.vendor else []
        lines += [f"ModularityLabel: {self.modularity}"] if self.modularity else []
        for tag in ("requires", "provides", "obsoletes", "conflicts"):
            lines += [f"{tag.capitalize()}: {each}" for each in getattr(self, tag)]
        return "\n".join([*lines, "%description", "Nothing is in it.", "%files", ""])

    def build(self):
        """Path of the built rpm."""
        spec = self.spec()
        digest = hashlib.sha256(f"{self.arch}\n{spec}".encode()).hexdigest()[:32]
        built = CACHE / "built" / digest[:2] / f"{digest}.rpm"
        if built.exists():
            return built
        built.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=built.parent) as folder:
            # %{arch} of --target becomes the package's; no debuginfo, nothing is in it.
            path = pathlib.Path(folder) / f"{self.name}.spec"
            path.write_text(spec, encoding="utf-8")
            run("rpmbuild", "-bb", "--quiet", f"--target={self.arch}-linux", f"--define=_topdir {folder}",
                "--define=debug_package %{nil}", "--define=_build_id_links none", "--define=use_source_date_epoch_as_buildtime 1",
                "--define=_buildhost test.example.org", path)
            made = list(pathlib.Path(folder).glob("RPMS/*/*.rpm"))
            assert len(made) == 1, made
            made[0].replace(built)  # another process may have built the same, which is as good
        return built


def package(name, evr, arch=ARCH, **fields):
    """A Package; a field may be a text or a list of texts."""
    as_tuple = {key: value if key in ("vendor", "modularity") else ((value,) if isinstance(value, str) else tuple(value))
                for key, value in fields.items()}
    return Package(name, evr, arch, **as_tuple)


@dataclasses.dataclass
class Advisory:
    id: str
    type: str = "security"
    severity: str = ""  # "": the element is left out
    cves: list = dataclasses.field(default_factory=list)
    bugs: list = dataclasses.field(default_factory=list)
    packages: list = dataclasses.field(default_factory=list)  # "name-[epoch:]version-release.arch"
    module: str = ""  # "name:stream:version:context:arch" of its collection
    reboot: bool = False  # reboot_suggested of every package
    restart: bool = False  # restart_suggested
    title: str = ""
    description: str = ""
    issued: str = "2026-01-02 03:04:05"
    updated: str = ""
    status: str = "final"
    version: str = "1"
    collection: str = "test"

    def xml(self):
        return "\n".join([
            f'<update from="security@example.org" status={quoteattr(self.status)} type={quoteattr(self.type)} '
            f"version={quoteattr(self.version)}>",
            f"<id>{escape(self.id)}</id>",
            f"<title>{escape(self.title or self.id)}</title>",
            f"<issued date={quoteattr(self.issued)}/>",
            *([f"<updated date={quoteattr(self.updated)}/>"] if self.updated else []),
            *([f"<severity>{escape(self.severity)}</severity>"] if self.severity else []),
            f"<description>{escape(self.description)}</description>",
            "<references>",
            *(f'<reference href="https://cve.example.org/{each}" id={quoteattr(each)} type="cve" title={quoteattr(each)}/>'
              for each in self.cves),
            *(f'<reference href="https://bugs.example.org/{each}" id={quoteattr(str(each))} type="bugzilla" title="bug {each}"/>'
              for each in self.bugs),
            "</references>",
            f'<pkglist><collection short={quoteattr(self.collection)}><name>{escape(self.collection)}</name>',
            *self.module_xml(),
            *(self.package_xml(each) for each in self.packages),
            "</collection></pkglist></update>",
        ])

    def module_xml(self):
        if not self.module:
            return []
        fields = dict(zip(("name", "stream", "version", "context", "arch"), self.module.split(":")))
        return ["<module " + " ".join(f"{key}={quoteattr(value)}" for key, value in fields.items()) + "/>"]

    def package_xml(self, nevra):
        match = NEVRA.match(nevra)
        if not match:
            raise ValueError(f"not a name-[epoch:]version-release.arch: {nevra}")
        epoch, version, release = split_evr(match["evr"])
        name, arch = match["name"], match["arch"]
        flags = ("<reboot_suggested>True</reboot_suggested>" if self.reboot else "") + (
            "<restart_suggested>True</restart_suggested>" if self.restart else "")
        return (f'<package name={quoteattr(name)} epoch="{epoch or 0}" version={quoteattr(version)} release={quoteattr(release)} '
                f'arch="{arch}"><filename>{escape(name)}-{version}-{release}.{arch}.rpm</filename>{flags}</package>')


class Repository:
    """One repository: a folder with packages and metadata, and its section in the root's .repo file."""

    def __init__(self, world, identity, compression="gz", enabled=True, updateinfo=True, priority=None, **options):
        if compression not in COMPRESSIONS:
            raise ValueError(f"compression is one of {', '.join(COMPRESSIONS)}")
        self.world, self.id, self.compression = world, identity, compression
        self.enabled, self.updateinfo = enabled, updateinfo
        self.options = {**({"priority": priority} if priority is not None else {}), **options}
        self.folder = world.folder / "repositories" / identity
        self.packages, self.advisories = [], []
        self.modules = ""  # modulemd documents, YAML
        self.raw_updateinfo = None  # in place of the advisories: what hostile or odd metadata says

    @property
    def made_as(self):
        """createrepo_c before 0.21 knows no zstd."""
        return "gz" if self.compression == "zst" else self.compression

    def package(self, name, evr, arch=ARCH, **fields):
        self.packages.append(package(name, evr, arch, **fields))
        return self.packages[-1]

    def advisory(self, identity, **fields):
        self.advisories.append(Advisory(identity, **fields))
        return self.advisories[-1]

    def module(self, name, stream, packages, version=1, context="deadbeef", default=False, profile="common"):
        """A stream of a module with these Packages; its documents go to the repository's metadata."""
        artifacts = "".join(f"\n      - {full_nevra(each)}" for each in packages)
        self.modules += (
            f"---\ndocument: modulemd\nversion: 2\ndata:\n  name: {name}\n  stream: \"{stream}\"\n  version: {version}\n"
            f"  context: {context}\n  arch: {ARCH}\n  summary: {name}\n  description: {name}\n  license:\n    module: [MIT]\n"
            f"  profiles:\n    {profile}:\n      rpms: [{packages[0].name}]\n  artifacts:\n    rpms:{artifacts}\n...\n")
        if default:
            self.modules += (f"---\ndocument: modulemd-defaults\nversion: 1\ndata:\n  module: {name}\n  stream: \"{stream}\"\n"
                             f"  profiles:\n    \"{stream}\": [{profile}]\n...\n")

    def section(self):
        fields = {"name": self.id, "baseurl": self.folder.as_uri(), "enabled": int(self.enabled), "gpgcheck": 0, **self.options}
        return f"[{self.id}]\n" + "".join(f"{key}={value}\n" for key, value in fields.items()) + "\n"

    def write(self):
        """The folder anew: packages, primary data, and what was declared beside it."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        for each in self.packages:
            # Two packages that differ in their epoch only have one file name.
            _, version, release = split_evr(each.evr)
            name = self.folder / each.file_name
            if name.exists():
                name = self.folder / f"{each.name}-{each.evr.replace(':', '_')}.{each.arch}.rpm"
            os.link(each.build(), name) if same_device(each.build(), self.folder) else shutil.copy2(each.build(), name)
        run("createrepo_c", "--quiet", "--no-database", f"--general-compress-type={self.made_as}", "--revision=1700000000",
            self.folder)
        if self.updateinfo:
            text = self.raw_updateinfo
            if text is None:
                text = '<?xml version="1.0" encoding="UTF-8"?>\n<updates>\n' + "\n".join(
                    each.xml() for each in self.advisories) + "\n</updates>\n"
            self.add_metadata("updateinfo", "updateinfo.xml", text)
        if self.modules:
            self.add_metadata("modules", "modules.yaml", self.modules)
        if self.compression == "zst":
            recompress(self.folder)

    def add_metadata(self, kind, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.write_text(text, encoding="utf-8")
            run("modifyrepo_c", f"--mdtype={kind}", f"--compress-type={self.made_as}", "--unique-md-filenames", path,
                self.folder / "repodata")

    def vanish(self):
        """From now on nothing can be fetched from it."""
        shutil.rmtree(self.folder)


def recompress(folder):
    """The gzipped metadata of a repository as zstd, and what its repomd.xml says of them."""
    repomd = folder / "repodata/repomd.xml"
    xml.etree.ElementTree.register_namespace("", REPOMD)
    tree = xml.etree.ElementTree.parse(repomd)
    for data in tree.getroot().iter(f"{{{REPOMD}}}data"):
        location = data.find(f"{{{REPOMD}}}location")
        old = folder / location.get("href")
        packed = subprocess.run(["zstd", "-qc"], input=gzip.decompress(old.read_bytes()), stdout=subprocess.PIPE, check=True).stdout
        old.unlink()
        old.with_suffix(".zst").write_bytes(packed)
        location.set("href", location.get("href").removesuffix(".gz") + ".zst")
        data.find(f"{{{REPOMD}}}checksum").text = hashlib.sha256(packed).hexdigest()
        data.find(f"{{{REPOMD}}}size").text = str(len(packed))
    tree.write(repomd, encoding="UTF-8", xml_declaration=True)


def full_nevra(one):
    """With the epoch written out, as modulemd has it."""
    epoch, version, release = split_evr(one.evr)
    return f"{one.name}-{epoch or 0}:{version}-{release}.{one.arch}"


def same_device(one, other):
    return os.stat(one).st_dev == os.stat(other).st_dev


class World:
    """`folder`/root is the machine, `folder`/repositories what its repositories serve."""

    def __init__(self, folder, distribution="fedora", version="42"):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"
        self.distribution, self.version = distribution, version
        self.packages, self.repositories = [], []
        self.dnf4_options = []
        self.dnf5_program = "dnf5"  # or a program that runs one of another root
        # Which release this is, as $releasever is found from.
        self.installed(f"{distribution}-release", f"{version}-1", "noarch",
                       provides=["system-release = " + version, f"system-release({version})"])

    def installed(self, name, evr, arch=ARCH, **fields):
        self.packages.append(package(name, evr, arch, **fields))
        return self.packages[-1]

    def repository(self, identity, **options):
        self.repositories.append(Repository(self, identity, **options))
        return self.repositories[-1]

    def file(self, path, text):
        """A file of the machine; `path` as the machine has it."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def write(self, repo_folders=("/etc/yum.repos.d",)):
        """Root with its database, repositories, and their .repo file in each of `repo_folders` (zypper's is
        /etc/zypp/repos.d)."""
        self.root.mkdir(parents=True, exist_ok=True)
        everything = {*self.packages, *(each for repository in self.repositories for each in repository.packages)}
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(Package.build, everything))
        self.write_database()
        for repository in self.repositories:
            repository.write()
        self.write_configuration(repo_folders)

    def write_database(self):
        run("rpm", "--root", self.root, "--dbpath", DB_PATH, "--initdb")
        run("rpm", "--root", self.root, "--dbpath", DB_PATH, "--install", "--nodeps", "--ignorearch", "--nosignature",
            "--force", "--noscripts", *(each.build() for each in self.packages))

    def write_configuration(self, repo_folders=("/etc/yum.repos.d",)):
        for folder in repo_folders:
            self.file(f"{folder}/test.repo", "".join(each.section() for each in self.repositories))
        self.file("/etc/dnf/dnf.conf", "[main]\ngpgcheck=0\n")
        self.file("/etc/os-release", f'ID={self.distribution}\nVERSION_ID={self.version}\nPRETTY_NAME="{self.distribution} '
                                     f'{self.version}"\nSUPPORT_END=2099-12-31\nPLATFORM_ID="platform:f{self.version}"\n')

    def dnf4(self, *arguments, accept=(0,)):
        """What the real dnf4 of this machine says of the root; metadata are fetched only when asked for."""
        return run("dnf", "--quiet", f"--installroot={self.root}", f"--releasever={self.version}", *self.dnf4_options,
                   *arguments, accept=accept)

    def fetch_dnf4(self, accept=(0,)):
        self.dnf4("makecache", accept=accept)

    def dnf5(self, *arguments, accept=(0,)):
        """The same of the dnf5 that `dnf5_program` is."""
        return run(self.dnf5_program, "--quiet", f"--installroot={self.root}", f"--releasever={self.version}", *arguments,
                   accept=accept)

    def fetch_dnf5(self, accept=(0,)):
        self.dnf5("makecache", accept=accept)

    def zypper(self, *arguments, accept=(0,)):
        """What the real zypper of this machine says of the root."""
        return run("zypper", f"--root={self.root}", "--non-interactive", f"--releasever={self.version}", *arguments, accept=accept)

    def fetch_zypper(self, accept=(0,)):
        self.zypper("refresh", accept=accept)
