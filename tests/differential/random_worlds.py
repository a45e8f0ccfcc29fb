# SPDX-License-Identifier: Apache-2.0
"""Small random package worlds, each made from its seed alone: a consistent machine, and archives whose newer versions
change dependencies in every way that decides whether an update is taken, kept back, or brings new packages."""

import random

from apt_fixture import Root

OPERATORS = {
    "<<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
    ">=": lambda a, b: a >= b,
    ">>": lambda a, b: a > b,
}


class World:
    def __init__(self, seed, folder):
        self.random = random.Random(seed)
        # Calm worlds are those where often nothing needs resolving; wild ones are where it nearly always does.
        self.wildness = self.random.choice((0.01, 0.03, 0.1, 0.5))
        self.foreign = self.random.random() < 0.25
        self.root = Root(folder, foreign=["i386"] if self.foreign else [])
        self.names = [f"p{number}" for number in range(self.random.randint(4, 14))]
        self.machine = {}  # name -> installed version
        self.provided = {}  # virtual name -> version or None, by what is installed
        self.held = set()
        self.phased = set()  # names with a version that is being phased
        self._choose_machine()
        self._fill_archives()
        self._configure()

    def chance(self, probability):
        return self.random.random() < probability

    def _choose_machine(self):
        for name in self.names:
            if self.chance(0.75):
                self.machine[name] = self.random.randint(1, 2)
        for name, version in self.machine.items():
            fields = self._installed_fields(name)
            hold = self.chance(0.03 + 0.3 * self.wildness)
            if hold:
                self.held.add(name)
            status = "install ok installed"
            if self.chance(0.06 * self.wildness):
                status = self.random.choice(
                    (
                        "install ok half-configured",
                        "install ok unpacked",
                        "deinstall ok installed",
                        "install ok triggers-awaited",
                    )
                )
            self._install(name, version, status, hold, fields)

    def _install(self, name, version, status, hold, fields):
        arch = "all" if "multi_arch" not in fields and self.chance(0.1) else None
        self.root.installed(name, str(version), arch, status=status, hold=hold, auto=self.chance(0.3), **fields)
        if self.foreign and fields.get("multi_arch") == "same" and self.chance(0.6):
            self.root.installed(name, str(version), arch="i386", hold=hold, **fields)

    def _installed_fields(self, name):
        """Dependencies the machine meets; now and then one that it does not."""
        fields = {
            "depends": self._relations(
                name, self.chance(0.5) + self.chance(0.3), met=not self.chance(0.05 * self.wildness)
            ),
            "recommends": self._relations(name, self.chance(0.2), met=self.chance(0.7)),
            "conflicts": self._absent(name) if self.chance(0.1) else None,
            "breaks": self._relation(name, met=True) if self.chance(0.03 * self.wildness) else None,
        }
        if self.chance(0.1):
            version = self.random.choice((None, 1, 2))
            self.provided[f"v-{name}"] = version
            fields["provides"] = f"v-{name}" + (f" (= {version})" if version else "")
        if self.foreign and self.chance(0.4):
            fields["multi_arch"] = "same"
        elif self.chance(0.04):
            fields["essential"] = "yes"
        return fields

    def _absent(self, name):
        """A version range of some package that excludes what is installed."""
        other = self.random.choice([each for each in self.names if each != name])
        if other in self.machine:
            return f"{other} (<< {self.machine[other]})"
        return other

    def _relations(self, name, count, met):
        """`count` dependencies, each a package or an or-group."""
        groups = [self._group(name, met) for _ in range(count)]
        return ", ".join(group for group in groups if group) or None

    def _group(self, name, met):
        members = [self._relation(name, met)]
        if self.chance(0.2):
            members.insert(self.random.randint(0, 1), self._relation(name, met=self.chance(0.3)))
        return " | ".join(member for member in members if member)

    def _relation(self, name, met):
        others = [each for each in (self.machine if met else self.names) if each != name] or ["dpkg"]
        if self.provided and self.chance(0.15):
            virtual = self.random.choice(sorted(self.provided))
            version = self.provided[virtual]
            return f"{virtual} (>= {version})" if version and self.chance(0.4) else virtual
        if not met and self.chance(0.15):
            return "no-such-package"
        other = self.random.choice(others)
        if self.chance(0.5):
            return other
        have = self.machine.get(other, 1)
        wanted = [
            (operator, version)
            for operator, holds in OPERATORS.items()
            for version in (1, 2, 3, 4)
            if not met or holds(have, version)
        ]
        operator, version = self.random.choice(wanted)
        return f"{other} ({operator} {version})"

    def _fill_archives(self):
        archives = [
            self.root.repository("http://deb.example.org/debian", "trixie"),
            self.root.repository("http://deb.example.org/debian-security", "trixie-security", label="Debian-Security"),
            self.root.repository("http://archive.example.org/ubuntu", "noble-updates", origin="Ubuntu", label="Ubuntu"),
        ]
        for name in self.names:
            for version in self._offered(name):
                fields = self._candidate_fields(name)
                if self.chance(0.02 + 0.2 * self.wildness):
                    fields["phased"] = self.random.choice((0, 10, 50, 90))
                    self.phased.add(name)
                architecture = "i386" if self.foreign and self.chance(0.05) else "all" if self.chance(0.1) else "amd64"
                archive = self.random.choice(archives)
                archive.package(name, str(version), arch=architecture, **fields)
                if self.foreign and architecture == "amd64" and not self.chance(self.wildness * 0.4):
                    archive.package(name, str(version), arch="i386", **fields)

    def _offered(self, name):
        have = self.machine.get(name, 0)
        versions = {have + self.random.randint(1, 2)} if self.chance(0.7) else set()
        if self.chance(0.2):
            versions.add(have + 1)
        if have and self.chance(0.5):
            versions.add(have)
        return sorted(versions)

    def _candidate_fields(self, name):
        """As _installed_fields, but any dependency can be new or unmet."""
        wild = self.wildness
        fields = {
            "depends": self._relations(name, self.chance(0.5) + self.chance(0.4), met=not self.chance(wild)),
            "pre_depends": self._relations(name, self.chance(0.05), met=not self.chance(wild)),
            "recommends": self._relations(name, self.chance(0.2), met=not self.chance(wild)),
            "suggests": self._relations(name, self.chance(0.1), met=False),
        }
        for field in ("conflicts", "breaks", "replaces"):
            if self.chance(0.15):
                fields[field] = self._relation(name, met=self.chance(wild)) if self.chance(wild) else self._absent(name)
        if f"v-{name}" in self.provided and not self.chance(wild) or self.chance(0.05):
            fields["provides"] = f"v-{name}" + self.random.choice(("", " (= 2)", " (= 3)"))
        if self.foreign and self.chance(0.5):
            fields["multi_arch"] = "same"
        elif name not in self.machine and self.chance(0.02):
            fields["essential"] = "yes"
        elif self.chance(0.1):
            fields["multi_arch"] = self.random.choice(("foreign", "allowed"))
        return fields

    def _configure(self):
        if self.chance(0.3 * self.wildness):
            name = self.random.choice(self.names)
            pin = self.random.choice(("release l=Debian-Security", "release o=Ubuntu", "version 2", "version 1"))
            self.root.pin(name, pin, self.random.choice((-1, 50, 100, 990, 1001)))
        for option in (
            'APT::Install-Recommends "false";',
            'APT::Install-Suggests "true";',
            'APT::Ignore-Hold "true";',
            'APT::Get::Always-Include-Phased-Updates "true";',
            'APT::Get::Never-Include-Phased-Updates "true";',
        ):
            if self.chance(0.04):
                self.root.files["etc/apt/apt.conf.d/99random"] = (option + "\n", 0o644)

    def write(self):
        self.root.write()
        return self
