# SPDX-License-Identifier: Apache-2.0
"""The systems that are measured: this machine, this machine as apt's defaults would have it, and grown ones."""

import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/support"))
import apt_fixture  # noqa: E402

COPIED = ["etc/os-release", "etc/machine-id", "etc/apt", "usr/share/distro-info", "usr/share/keyrings",
          "var/lib/dpkg/status", "var/lib/dpkg/arch", "var/lib/apt/extended_states"]


class World:
    """A root, and apt's and patchstate's caches for it, all in a folder of the bench."""

    def __init__(self, name, root, folder):
        self.name = name
        self.root = pathlib.Path(root)
        self.folder = pathlib.Path(folder)
        self.apt_cache = self.folder / "apt-cache"
        self.own_cache = self.folder / "own-cache"
        self.forget_all()

    def forget_all(self):
        for cache in (self.apt_cache, self.own_cache):
            shutil.rmtree(cache, ignore_errors=True)
            (cache / "archives/partial").mkdir(parents=True)
            cache.chmod(0o700)

    def forget_findings(self):
        """The next check asks apt's library again; the package cache stays."""
        for file in self.own_cache.rglob("findings-*"):
            file.unlink()

    def apt_options(self):
        return ["-o", f"Dir::Cache={self.apt_cache}/"]

    def apt_environment(self):
        if self.root == pathlib.Path("/"):
            return {}
        config = self.folder / "apt.conf"
        config.write_text(f'Dir "{self.root}/"; Dir::State::status "{self.root}/var/lib/dpkg/status";\n', encoding="ascii")
        return {"APT_CONFIG": str(config)}

    def own_environment(self):
        return {"CACHE_DIRECTORY": str(self.own_cache), "STATE_DIRECTORY": str(self.folder / "own-state")}


def text_of_list(path):
    """A list file as text, however apt has compressed it."""
    return subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(path)], capture_output=True, check=True).stdout


def is_compressed(path):
    return path.suffix in {".lz4", ".gz", ".xz", ".zst", ".bz2"}


def as_on_an_ordinary_machine(folder):
    """A root with this machine's packages, sources and lists, without Docker's apt configuration and with plain lists."""
    root = folder / "ordinary"
    for name in COPIED:
        source, target = pathlib.Path("/") / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("docker-*"))
        elif source.exists():
            shutil.copy2(source, target)
    (root / "etc/apt/apt.conf").write_text('Dir::Cache::pkgcache "pkgcache.bin"; Dir::Cache::srcpkgcache "srcpkgcache.bin";\n')
    (root / "var/lib/dpkg/updates").mkdir()
    lists = root / "var/lib/apt/lists"
    (lists / "partial").mkdir(parents=True)
    for path in pathlib.Path("/var/lib/apt/lists").iterdir():
        if path.is_file() and path.name != "lock":
            target = lists / (path.stem if is_compressed(path) else path.name)
            target.write_bytes(text_of_list(path) if is_compressed(path) else path.read_bytes())
            shutil.copystat(path, target)
    return World("its packages and lists, apt's defaults", root, folder / "ordinary-caches")


RELATIONS = re.compile(r"^(?:Pre-Depends|Depends|Recommends|Suggests|Enhances|Conflicts|Breaks|Replaces): .*\n", re.M)


def outdated(folder, count):
    """This machine's lists, and `count` of their packages installed one version before the offered one: three of five from
    the security archive, and nothing said of what they need, for not all of that is installed."""
    world = as_on_an_ordinary_machine(folder)
    offered = {False: {}, True: {}}  # is security -> name -> stanza
    for path in sorted((world.root / "var/lib/apt/lists").glob("*_Packages")):
        for stanza in path.read_text(encoding="utf-8").rstrip("\n").split("\n\n"):
            offered["-security_" in path.name].setdefault(stanza.split("\n", 1)[0], RELATIONS.sub("", stanza))
    fixes = offered[True]
    others = {name: stanza for name, stanza in offered[False].items() if name not in fixes}
    chosen = [*spread(fixes.values(), count * 3 // 5), *spread(others.values(), count - count * 3 // 5)]
    older = [re.sub(r"^Version: (.*)$", lambda match: f"Version: {version_before(match[1])}", stanza, count=1, flags=re.M)
             for stanza in chosen]
    status = "".join(stanza.replace("\n", "\nStatus: install ok installed\n", 1) + "\n\n" for stanza in older)
    (world.root / "var/lib/dpkg/status").write_text(status, encoding="utf-8")
    return world


def spread(values, count):
    values = list(values)
    if len(values) < count:
        raise SystemExit(f"this machine's lists have {len(values)} packages where {count} are needed: apt-get update")
    return [values[index * len(values) // count] for index in range(count)]


def version_before(version):
    """As a vendor numbers: its last number is one less."""
    head, number = re.fullmatch(r"(.*?)(\d*)", version).groups()
    return f"{head}{int(number) - 1}" if number.strip("0") else f"{version}~"


def real_names():
    """Package names of this machine's lists, sorted."""
    names = set()
    for path in sorted(pathlib.Path("/var/lib/apt/lists").glob("*_Packages*")):
        names.update(line[9:] for line in text_of_list(path).decode().splitlines() if line.startswith("Package: "))
    return sorted(names)


def grown(folder, names, installed, sources, apt_is_missing=False):
    """`installed` packages, a tenth of them with a newer version (half of those: security), offered by `sources` archives
    of 3,000 packages each; each package depends on up to three others that are installed. apt itself is essential to apt:
    where it is missing, it is a new package to install, and the dependencies must be resolved."""
    label = f"{installed:,} installed, {sources} source{'s' if sources > 1 else ''}"
    if apt_is_missing:
        label += ", a new package to install"
    root = apt_fixture.Root(folder / f"root-{label.replace(' ', '-')}")
    chosen = [name for name in names[:: max(1, len(names) // installed)][:installed] if name != "apt"]
    archives = [root.repository(f"http://mirror{i}.example.org/debian", "trixie") for i in range(sources - 1)]
    security = root.repository("http://security.example.org/debian", "trixie-security", label="Debian-Security")
    archives = archives or [security]
    for i, name in enumerate(chosen):
        needs = ", ".join(sorted({chosen[i // 2], chosen[i // 3], chosen[i // 5]} - {name}))
        root.installed(name, "1.0-1", depends=needs)
        if i % 10 == 0:
            (security if i % 20 == 0 else archives[0]).package(name, "1.0-2", depends=needs)
    archives[0].package("apt", "1.0-1")
    if not apt_is_missing:
        root.installed("apt", "1.0-1")
    offered = [name for name in names if name not in {"apt", *chosen}]
    for i, archive in enumerate({id(each): each for each in [*archives, security]}.values()):
        for name in offered[i * 3000:(i + 1) * 3000]:
            archive.package(name, "1.0-1", depends=chosen[0])
    root.write()
    return World(label, root.folder, folder / f"caches-{label.replace(' ', '-')}")
