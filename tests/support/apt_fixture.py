# SPDX-License-Identifier: Apache-2.0
"""Small but real apt worlds in a folder, for tests: what dpkg and apt would have left on a disk, without running either.

    root = Root(folder, foreign=["i386"])
    root.installed("openssl", "3.0.1-1", depends="libc6")
    security = root.repository("http://deb.example.org/debian-security", "bookworm-security", label="Debian-Security")
    security.package("openssl", "3.0.2-1")
    root.write()

apt needs nothing but the status file, the lists and its configuration to answer, so no package file is ever built."""

import bz2
import datetime
import gzip
import hashlib
import lzma
import os
import pathlib
import shutil
import subprocess

# Characters apt replaces in the names of its list files (URItoFileName in apt-pkg/contrib/strutl.cc).
QUOTED = set('\\|{}[]<>"^~_=!@#$%^&*')
MACHINE_ID = "0123456789abcdef0123456789abcdef"
# Signatures are checked when lists are fetched, not when they are read.
CLEAR_SIGNED = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

{}-----BEGIN PGP SIGNATURE-----

iQIzBAEBCAAdFiEEBUwFAmd
=test
-----END PGP SIGNATURE-----
"""
FIELDS = {  # keyword argument -> control field, in the order they are written
    "source": "Source",
    "multi_arch": "Multi-Arch",
    "essential": "Essential",
    "provides": "Provides",
    "pre_depends": "Pre-Depends",
    "depends": "Depends",
    "recommends": "Recommends",
    "suggests": "Suggests",
    "conflicts": "Conflicts",
    "breaks": "Breaks",
    "replaces": "Replaces",
    "section": "Section",
    "phased": "Phased-Update-Percentage",
}
COMPRESS = {
    "gz": lambda data: gzip.compress(data, mtime=0),
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "lz4": lambda data: subprocess.run(["lz4", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout,
    "zst": lambda data: subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout,
}


def list_file_name(uri):
    """Name under which apt stores what it fetched from `uri`."""
    rest = uri.split(":", 1)[1]
    if rest.startswith("//"):
        rest = rest[2:]
        host, slash, path = rest.partition("/")
        rest = host.rpartition("@")[2] + slash + path
    return "".join(f"%{ord(c):02x}" if c in QUOTED else c for c in rest).replace("/", "_")


def os_release(identity="debian", version="13", codename="trixie"):
    """Of a release whose support ends long after this test's use."""
    fields = {
        "ID": identity,
        "VERSION_ID": version,
        "VERSION_CODENAME": codename,
        "PRETTY_NAME": f"{identity} {version}",
        "SUPPORT_END": "2099-12-31",
    }
    return "".join(f'{name}="{value}"\n' for name, value in fields.items() if value)


def release_date(when):
    return when.strftime("%a, %d %b %Y %H:%M:%S UTC")


def stanza(fields):
    return "".join(f"{name}: {value}\n" for name, value in fields if value not in (None, "")) + "\n"


def control_fields(name, version, arch, extra, unknown=()):
    left = set(extra) - set(FIELDS) - set(unknown)
    if left:
        raise TypeError(f"no such control field: {', '.join(sorted(left))}")
    return [("Package", name), ("Version", version), ("Architecture", arch)] + [
        (field, extra.get(key)) for key, field in FIELDS.items()
    ]


class Repository:
    """One suite of one archive as apt has it after a fetch: a Release file and a Packages file per component and arch."""

    def __init__(self, root, uri, suite, **options):
        self.root = root
        self.uri = uri.rstrip("/") + "/"
        self.suite = suite
        self.components = options.pop("components", ["main"])
        self.architectures = options.pop("architectures", None) or [root.arch, *root.foreign]
        self.enabled = options.pop("enabled", True)  # False: only deb822 can say so, `Enabled: no`
        self.listed = options.pop("listed", True)  # False: lists are there, no source names them
        self.fetched = options.pop("fetched", True)  # False: a source without any list
        self.clear_signed = options.pop("clear_signed", True)  # False: Release and Release.gpg in place of InRelease
        self.style = options.pop("style", "deb822" if not self.enabled else "list")
        self.source_options = options.pop("source_options", {})
        self.compress = options.pop("compress", "")  # as Acquire::GzipIndexes leaves them
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.release = {
            "Origin": options.pop("origin", "Debian"),
            "Label": options.pop("label", "Debian"),
            "Suite": options.pop("archive", suite),
            "Codename": options.pop("codename", suite),
            "Version": options.pop("version", None),
            "NotAutomatic": "yes" if options.pop("not_automatic", False) else None,
            "ButAutomaticUpgrades": "yes" if options.pop("but_automatic_upgrades", False) else None,
            "Date": release_date(options.pop("date", now - datetime.timedelta(hours=1))),
        }
        valid_until = options.pop("valid_until", None)
        self.release["Valid-Until"] = release_date(valid_until) if valid_until else None
        if options:
            raise TypeError(f"no such repository option: {', '.join(options)}")
        self.packages = []

    @property
    def flat(self):
        return self.suite.endswith("/")

    def package(self, name, version, arch=None, component=None, size=1000, sha256=None, **extra):
        """Offers a version. The checksum follows from name, version and arch unless it is given, as do apt's identities."""
        arch = arch or self.root.arch
        digest = sha256 or hashlib.sha256(f"{name} {version} {arch}".encode()).hexdigest()
        fields = control_fields(name, version, arch, extra) + [
            ("Maintainer", "Nobody <nobody@example.org>"),
            ("Description", f"{name} for tests"),
            ("Filename", f"pool/{name}_{version.replace(':', '%3a')}_{arch}.deb"),
            ("Size", size),
            ("SHA256", digest),
        ]
        self.packages.append((component or self.components[0], arch, stanza(fields)))
        return self

    def index_names(self):
        """Index files of this suite, relative to the Release file: (component, arch) -> name."""
        if self.flat:
            return {(self.components[0], arch): "Packages" for arch in self.architectures}
        return {
            (component, arch): f"{component}/binary-{arch}/Packages"
            for component in self.components
            for arch in self.architectures
        }

    def index_texts(self):
        texts = {name: "" for name in self.index_names().values()}
        for (component, arch), name in self.index_names().items():
            for at, of, text in self.packages:
                if self.flat and text not in texts[name] or not self.flat and at == component and of in (arch, "all"):
                    texts[name] += text
        return texts

    def release_text(self, texts):
        lines = [f"{key}: {value}" for key, value in self.release.items() if value]
        lines += [
            f"Architectures: {' '.join(self.architectures)}",
            f"Components: {' '.join(self.components)}",
            "SHA256:",
        ]
        lines += [
            f" {hashlib.sha256(text.encode()).hexdigest()} {len(text.encode())} {name}" for name, text in texts.items()
        ]
        return "\n".join(lines) + "\n"

    @property
    def base(self):
        return self.uri + ("" if self.suite == "/" else self.suite if self.flat else f"dists/{self.suite}/")

    def list_path(self, name):
        return self.root.path("var/lib/apt/lists", list_file_name(self.base + name))

    def release_path(self):
        return self.list_path("InRelease" if self.clear_signed else "Release")

    def index_paths(self):
        end = f".{self.compress}" if self.compress else ""
        return [pathlib.Path(str(self.list_path(name)) + end) for name in dict.fromkeys(self.index_names().values())]

    def write_lists(self):
        texts = self.index_texts()
        text = self.release_text(texts)
        self.release_path().write_text(CLEAR_SIGNED.format(text) if self.clear_signed else text)
        if not self.clear_signed:
            self.list_path("Release.gpg").write_text("")
        for path, text in zip(self.index_paths(), texts.values()):
            path.write_bytes(COMPRESS[self.compress](text.encode()) if self.compress else text.encode())

    def source_entry(self):
        """This suite as a stanza or a line of a source file."""
        options = dict(self.source_options)
        if self.style == "deb822":
            fields = [
                ("Enabled", None if self.enabled else "no"),
                ("Types", "deb"),
                ("URIs", self.uri),
                ("Suites", self.suite),
                ("Components", None if self.flat else " ".join(self.components)),
            ]
            return stanza(fields + list(options.items()))
        between = f"[{' '.join(f'{key}={value}' for key, value in options.items())}] " if options else ""
        return f"deb {between}{self.uri} {self.suite}{'' if self.flat else ' ' + ' '.join(self.components)}\n"

    def publish(self, folder):
        """Writes the repository itself to `folder`, for a real `apt-get update` from file: or copy: URIs."""
        dists = pathlib.Path(folder) / ("." if self.flat else f"dists/{self.suite}")
        texts = self.index_texts()
        for name, text in texts.items():
            (dists / name).parent.mkdir(parents=True, exist_ok=True)
            (dists / name).write_text(text)
        (dists / "Release").write_text(self.release_text(texts))


class Root:
    """A root folder in the making; nothing is on disk before write()."""

    def __init__(self, folder, arch="amd64", foreign=(), machine_id=MACHINE_ID):
        self.folder = pathlib.Path(folder)
        self.arch = arch
        self.foreign = list(foreign)
        self.machine_id = machine_id
        self.os_release = os_release()
        self.status = []
        self.file_lists = []  # dpkg keeps one for each package
        self.auto = []
        self.repositories = []
        self.preferences = []
        self.files = {}  # path below the root -> text, written as they are
        self.installed("dpkg", "1.22.0", essential="yes", multi_arch="foreign")

    def path(self, *parts):
        return self.folder.joinpath(*parts)

    def installed(self, name, version, arch=None, status="install ok installed", hold=False, auto=False, **extra):
        """A package of the status file, manually installed unless `auto`."""
        arch = arch or self.arch
        fields = control_fields(name, version, arch, extra, ("conffiles",))
        fields.insert(1, ("Status", "hold" + status[status.index(" ") :] if hold else status))
        state = status.rpartition(" ")[2]
        fields += [
            ("Maintainer", "Nobody <nobody@example.org>"),
            ("Description", f"{name} for tests"),
            ("Conffiles", extra.get("conffiles")),
            # dpkg takes a status file without it for a damaged one.
            ("Triggers-Awaited", "dpkg" if state == "triggers-awaited" else None),
        ]
        self.status.append(stanza(fields))
        if state not in ("not-installed", "config-files"):
            self.file_lists.append(f"{name}:{arch}.list" if extra.get("multi_arch") == "same" else f"{name}.list")
        if auto:
            self.auto.append(
                stanza(
                    [("Package", name), ("Architecture", self.arch if arch == "all" else arch), ("Auto-Installed", "1")]
                )
            )
        return self

    def repository(self, uri, suite, **options):
        self.repositories.append(Repository(self, uri, suite, **options))
        return self.repositories[-1]

    def pin(self, package, pin, priority):
        self.preferences.append(stanza([("Package", package), ("Pin", pin), ("Pin-Priority", priority)]))
        return self

    def file(self, path, text, mode=0o644):
        self.files[path] = (text, mode)
        return self

    def write(self):
        for folder in (
            "etc/apt/apt.conf.d",
            "etc/apt/preferences.d",
            "etc/apt/sources.list.d",
            "etc/apt/trusted.gpg.d",
            "var/lib/dpkg/updates",
            "var/lib/dpkg/info",
            "var/lib/apt/lists/partial",
            "var/lib/apt/lists/auxfiles",
            "var/cache/apt/archives/partial",
            "var/log/apt",
            "usr/lib",
            "usr/bin",
            "tmp",
            "run",
            "proc",
        ):
            self.path(folder).mkdir(parents=True, exist_ok=True)
        self._write_system()
        self._write_sources()
        for repository in self.repositories:
            if repository.fetched:
                repository.write_lists()
        for name, (text, mode) in self.files.items():
            self.path(name).parent.mkdir(parents=True, exist_ok=True)
            self.path(name).write_text(text)
            self.path(name).chmod(mode)
        return self

    def _write_system(self):
        self.path("etc/os-release").write_text(self.os_release)
        self.path("etc/debian_version").write_text("13.0\n")
        if self.machine_id is not None:
            self.path("etc/machine-id").write_text(self.machine_id + "\n")
        for table in ("cputable", "tupletable"):  # apt reads its own root's, where it is given one
            if os.path.exists(f"/usr/share/dpkg/{table}"):
                self.path("usr/share/dpkg").mkdir(parents=True, exist_ok=True)
                shutil.copy(f"/usr/share/dpkg/{table}", self.path("usr/share/dpkg", table))
        self.path("var/lib/dpkg/status").write_text("".join(self.status))
        for name in self.file_lists:
            self.path("var/lib/dpkg/info", name).write_text("/.\n")
        self.path("var/lib/dpkg/arch").write_text("".join(f"{arch}\n" for arch in [self.arch, *self.foreign]))
        self.path("var/lib/apt/extended_states").write_text("".join(self.auto))
        if self.preferences:
            self.path("etc/apt/preferences").write_text("".join(self.preferences))

    def _write_sources(self):
        listed = [repository for repository in self.repositories if repository.listed]
        for style, name in (("list", "sources.list"), ("deb822", "sources.list.d/test.sources")):
            entries = "".join(repository.source_entry() for repository in listed if repository.style == style)
            if entries:
                self.path("etc/apt", name).write_text(entries)

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def owned_by_nobody(path):
    """Gives everything below `path` to nobody, so that a test can look at it without root's rights."""
    for at in [path, *pathlib.Path(path).rglob("*")]:
        os.chown(at, 65534, 65534, follow_symlinks=False)
