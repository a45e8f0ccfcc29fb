# SPDX-License-Identifier: Apache-2.0
"""Machines with zypper made by chance, from a catalogue that is the same each time (so that its packages are built once).
Nothing is expected of them but one answer, whoever gives it."""

import random

from zypper_scenarios import VENDOR, Scenario, nevra

NAMES = [f"pack{number}" for number in range(8)]
EVRS = ["1.0-1", "1.1-1", "1:0.9-2", "1:2.0~rc1-1"]  # oldest first


def fields_of(name, evr, odd):
    """The same package for the same words."""
    chance = random.Random(f"{name} {evr} {odd}")
    fields = {"vendor": VENDOR}
    if chance.random() < 0.4:
        fields["requires"] = chance.choice(NAMES)
    if odd:
        if chance.random() < 0.25:
            fields["requires"] = f"{chance.choice(NAMES)} >= {chance.choice(EVRS)}"
        if chance.random() < 0.1:
            fields["obsoletes"] = chance.choice(NAMES)
        if chance.random() < 0.1:
            fields["conflicts"] = f"{chance.choice(NAMES)} < {chance.choice(EVRS)}"
        if chance.random() < 0.15:
            fields["vendor"] = "Somebody Else"
        if chance.random() < 0.1:
            fields["provides"] = ["multiversion(kernel)"]
    if fields.get("obsoletes") == name or str(fields.get("conflicts")).split(" ", maxsplit=1)[0] == name:
        fields.pop("obsoletes", None), fields.pop("conflicts", None)
    return fields


def arch_of(chance, odd):
    return chance.choice(["x86_64", "x86_64", "noarch", "i686"]) if odd and chance.random() < 0.15 else "x86_64"


def fill_by(seed):
    def fill(world):
        chance = random.Random(seed)
        odd = chance.random() < 0.5
        repositories = [world.repository(f"repository{number}", updateinfo=chance.random() < 0.9,
                                         priority=10 if odd and chance.random() < 0.1 else None)
                        for number in range(chance.randint(1, 3))]
        for name in NAMES:
            if chance.random() < 0.75:
                for evr in chance.sample(EVRS[:3], 2 if odd and chance.random() < 0.15 else 1):
                    world.installed(name, evr, arch_of(chance, odd), **fields_of(name, evr, odd))
            for evr in EVRS:
                for repository in chance.sample(repositories, chance.choice([0, 1, 1, 1, 2] if odd else [0, 1, 1])
                                                if len(repositories) > 1 else chance.randint(0, 1)):
                    repository.package(name, evr, arch_of(chance, odd), **fields_of(name, evr, odd))
        for repository in repositories:
            for number in range(chance.randint(0, 6) if repository.packages and repository.updateinfo else 0):
                named = chance.sample(repository.packages, min(len(repository.packages), chance.randint(1, 3)))
                repository.advisory(f"T-{repository.id}-{number}", type=chance.choice(["security", "security", "recommended"]),
                                    severity=chance.choice(["critical", "important", "low", ""]),
                                    status="retracted" if odd and chance.random() < 0.1 else "stable",
                                    cves=[f"CVE-2026-{chance.randint(1000, 1009)}"], reboot=chance.random() < 0.2,
                                    description=chance.choice(["", "It mends CVE-2026-2000 and CVE-2026-1000."]),
                                    issued=chance.choice(["2026-01-02 03:04:05", "1767323046", "2026-01-02T03:04:05Z"]),
                                    updated=chance.choice(["", "", "", "2026-02-03 04:05:06"]),
                                    restart=chance.random() < 0.1, packages=[nevra(one.name, one.evr, one.arch) for one in named])
        if odd and chance.random() < 0.1:
            world.file("/etc/zypp/locks", f"\ntype: package\nmatch_type: exact\ncase_sensitive: on\nsolvable_name: {NAMES[0]}\n")

    return fill


def worlds(count):
    return [Scenario(f"random world {seed}", fill_by(seed), users=("root",), probe=None) for seed in range(count)]
