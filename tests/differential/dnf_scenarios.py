# SPDX-License-Identifier: Apache-2.0
"""Machines of the rpm world and what must be said of them, for every tool that can answer.

A scenario fills a World and returns what is expected: `Expected` for each update, by name. `fetched` runs between the fetch
of the metadata and the question."""

import dataclasses

import rpm_world

ADVISORY_PACKAGE = "{0}-{1}.x86_64"


@dataclasses.dataclass
class Expected:
    installed: str
    newest: str
    advisories: tuple = ()
    severity: str = "unknown"
    kind: str = "security"
    cves: tuple = ()
    state: str = "installable"
    arch: str = "x86_64"
    listed: tuple = ("dnf4", "dnf5")  # the tools whose own check-update has it
    key: str = ""  # of its patchId, where that is not name.arch


@dataclasses.dataclass
class Scenario:
    name: str
    fill: object
    fetched: object = None
    warnings: tuple = ()
    missing_advisory_data: tuple = ()
    only: tuple = ("dnf4", "dnf5")
    by_probe: bool = True  # dnf5: patchstate-solv-probe answers beside its check-upgrade
    environment: dict = dataclasses.field(default_factory=dict)


class Skipped(Exception):
    """str() is why."""


SCENARIOS = []


def scenario(name, **options):
    def add(fill):
        SCENARIOS.append(Scenario(name, fill, **options))
        return fill

    return add


def one_update(world, repository, name="alpha", installed="1.0-1", newest="1.1-1", **advisory):
    """`name` can be updated in `repository`, by an important security advisory unless said otherwise."""
    world.installed(name, installed)
    repository.package(name, newest)
    fields = {"severity": "Important", "packages": [ADVISORY_PACKAGE.format(name, newest)], **advisory}
    repository.advisory(f"T:{name}", **fields)
    return Expected(installed, newest, (f"T:{name}",), fields["severity"].lower() or "unknown",
                    cves=tuple(fields.get("cves", ())))


def tell_security(repository):
    """It names an advisory about security, if of nothing that is here: what none of its advisories names is something else."""
    repository.advisory(f"T:elsewhere in {repository.id}", packages=["elsewhere-1.0-1.x86_64"])


@scenario("epochs decide before versions")
def epochs(world):
    return {"alpha": one_update(world, world.repository("updates"), installed="1:9.0-1", newest="2:0.5-1", cves=["CVE-2026-1000"])}


@scenario("the security fix is between the installed and the newest version")
def in_the_middle(world):
    updates = world.repository("updates")
    world.installed("zeta", "1.0-1")
    for evr in ("1.1-1", "1.2-1"):
        updates.package("zeta", evr)
    updates.advisory("T:old", severity="Critical", packages=["zeta-1.0-1.x86_64"])
    updates.advisory("T:middle", severity="Low", cves=["CVE-2026-1001"], packages=["zeta-1.1-1.x86_64"])
    updates.advisory("T:newest", type="bugfix", severity="", packages=["zeta-1.2-1.x86_64"])
    return {"zeta": Expected("1.0-1", "1.2-1", ("T:middle", "T:newest"), "low", "bugfix security", ("CVE-2026-1001",))}


@scenario("two security advisories for one package, the highest severity counts")
def two_advisories(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1")
    updates.package("alpha", "1.1-1")
    updates.advisory("T:1", severity="Moderate", cves=["CVE-2026-1002"], packages=["alpha-1.1-1.x86_64"])
    updates.advisory("T:2", severity="Critical", cves=["CVE-2026-1003", "CVE-2026-1002"], packages=["alpha-1.1-1.x86_64"])
    return {"alpha": Expected("1.0-1", "1.1-1", ("T:1", "T:2"), "critical", cves=("CVE-2026-1002", "CVE-2026-1003"))}


@scenario("a security update that comes by replacing a package of another name", by_probe=False)
def obsoletes(world):
    updates = world.repository("updates")
    world.installed("delta", "1.0-1")
    updates.package("epsilon", "1.0-1", obsoletes="delta < 2", provides="delta = 2")
    updates.advisory("T:1", severity="Moderate", packages=["epsilon-1.0-1.x86_64"])
    return {"epsilon": Expected("", "1.0-1", ("T:1",), "moderate", listed=("dnf4",))}


@scenario("edge-49: what excludepkgs hides is held", by_probe=False)
def excludes(world):
    expected = one_update(world, world.repository("updates"), "eta")
    world.file("/etc/dnf/dnf.conf", "[main]\ngpgcheck=0\nexcludepkgs=eta\n")
    return {"eta": dataclasses.replace(expected, state="held", listed=(), key="eta.x86_64=1.1-1")}


@scenario("edge-49: what a repository's own excludepkgs hides is held, an older version of it pending", by_probe=False)
def repository_excludes(world):
    expected = one_update(world, world.repository("updates", excludepkgs="eta-1.1*"), "eta")
    other = world.repository("other")
    tell_security(other)
    other.package("eta", "1.0-5")
    return {"eta": dataclasses.replace(expected, state="held", listed=(), key="eta.x86_64=1.1-1"),
            "eta (older)": Expected("1.0-1", "1.0-5", kind="other")}


@scenario("edge-49: a version lock holds", only=("dnf4",))
def versionlock(world):
    """The real plugin, with its configuration and list in the root."""
    plugin = rpm_world.versionlock_plugin()
    if plugin is None:
        raise Skipped("apt can't fetch dnf-plugins-core, which has the plugin")
    updates = world.repository("updates")
    alpha = one_update(world, updates)
    beta = one_update(world, updates, "beta")
    world.file("/etc/dnf/dnf.conf", f"[main]\ngpgcheck=0\npluginpath={plugin}\n")
    locks = world.file("/etc/dnf/plugins/versionlock.list", "alpha-0:1.0-1.*\n")
    world.file("/etc/dnf/plugins/versionlock.conf", "[main]\nenabled=1\nlocklist=/etc/dnf/plugins/versionlock.list\n")
    # dnf's own command line reads plugin configuration of this machine, not the root's.
    own = world.folder / "plugins"
    own.mkdir()
    (own / "versionlock.conf").write_text(f"[main]\nenabled=1\nlocklist={locks}\n")
    world.dnf4_options = [f"--setopt=pluginconfpath={own}"]
    return {"alpha": dataclasses.replace(alpha, state="held", listed=(), key="alpha.x86_64=1.1-1"), "beta": beta}


@scenario("edge-49: a version lock of dnf5 holds", only=("dnf5",), by_probe=False)
def versionlock_of_dnf5(world):
    updates = world.repository("updates")
    alpha = one_update(world, updates)
    beta = one_update(world, updates, "beta")
    world.file("/etc/dnf/versionlock.toml", 'version = "1.0"\n[[packages]]\nname = "alpha"\n[[packages.conditions]]\n'
                                            'key = "evr"\ncomparator = "="\nvalue = "1.0-1"\n')
    return {"alpha": dataclasses.replace(alpha, state="held", listed=(), key="alpha.x86_64=1.1-1"), "beta": beta}


@scenario("a higher version in a repository of lower priority is none", by_probe=False)
def priorities(world):
    world.installed("hiprio", "1.0-1")
    first = world.repository("first", priority=10)
    first.package("hiprio", "1.1-1")
    tell_security(first)
    later = world.repository("later", priority=50)
    later.package("hiprio", "2.0-1")
    later.advisory("T:1", severity="Critical", packages=["hiprio-2.0-1.x86_64"])
    return {"hiprio": Expected("1.0-1", "1.1-1", kind="other")}


@scenario("edge-51: a newer kernel beside the installed one")
def installonly(world):
    updates = world.repository("updates")
    for evr in ("6.1-1", "6.1-2"):
        world.installed("kernel-core", evr, provides=["installonlypkg(kernel)", f"kernel-core-uname-r = {evr}.x86_64"])
        world.installed("kernel-modules", evr, provides=["installonlypkg(kernel-module)", f"kernel-modules-uname-r = {evr}.x86_64"])
    for evr in ("6.1-3", "6.1-4"):
        updates.package("kernel-core", evr, provides=["installonlypkg(kernel)", f"kernel-core-uname-r = {evr}.x86_64"])
    updates.advisory("T:2", severity="Critical", packages=["kernel-core-6.1-2.x86_64"])
    updates.advisory("T:3", severity="Important", packages=["kernel-core-6.1-3.x86_64"])
    return {"kernel-core": Expected("6.1-2", "6.1-4", ("T:3",), "important")}


@scenario("an update whose dependencies nobody has is kept back", by_probe=False)
def uninstallable(world):
    updates = world.repository("updates")
    alpha = one_update(world, updates)
    world.installed("theta", "1.0-1")
    updates.package("theta", "2.0-1", requires="nothing-has-it")
    updates.advisory("T:theta", severity="Moderate", packages=["theta-2.0-1.x86_64"])
    return {"alpha": alpha, "theta": Expected("1.0-1", "2.0-1", ("T:theta",), "moderate", state="kept_back")}


@scenario("the newest can't be installed, an older update can", by_probe=False)
def older_instead(world):
    updates = world.repository("updates")
    world.installed("theta", "1.0-1")
    updates.package("theta", "1.5-1")
    updates.package("theta", "2.0-1", requires="nothing-has-it")
    updates.advisory("T:1", severity="Important", packages=["theta-1.5-1.x86_64"])
    return {"theta": Expected("1.0-1", "2.0-1", ("T:1",), "important", state="kept_back", key="theta.x86_64=2.0-1"),
            "theta (older)": Expected("1.0-1", "1.5-1", ("T:1",), "important", listed=())}


@scenario("a package that becomes noarch")
def arch_change(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1")
    updates.package("alpha", "1.1-1", "noarch")
    updates.advisory("T:1", severity="Important", packages=["alpha-1.1-1.noarch"])
    return {"alpha": Expected("1.0-1", "1.1-1", ("T:1",), "important", arch="noarch")}


@scenario("edge-40: two architectures of one package are two updates")
def two_architectures(world):
    updates = world.repository("updates")
    for arch in ("i686", "x86_64"):
        world.installed("libgcc", "1.0-1", arch)
        updates.package("libgcc", "1.1-1", arch)
    updates.advisory("T:1", severity="Low", packages=["libgcc-1.1-1.x86_64", "libgcc-1.1-1.i686"])
    return {"libgcc": Expected("1.0-1", "1.1-1", ("T:1",), "low"),
            "libgcc (i686)": Expected("1.0-1", "1.1-1", ("T:1",), "low", arch="i686")}


@scenario("edge-124: an advisory with an empty package list, and one without a severity")
def odd_advisories(world):
    updates = world.repository("updates")
    updates.advisory("T:empty", severity="Critical", packages=[])
    return {"alpha": one_update(world, updates, severity="", cves=["CVE-2026-1004"])}


@scenario("an advisory's word for what it is counts in any case, and one without a word may be about security",
          missing_advisory_data=("updates",))
def odd_types(world):
    updates = world.repository("updates")
    loud = one_update(world, updates, "loud", type="Security")
    silent = one_update(world, updates, "silent", type="", severity="Critical")
    own = one_update(world, updates, "own", type="unspecified", severity="")
    return {"loud": loud, "silent": dataclasses.replace(silent, kind="unknown"), "own": dataclasses.replace(own, kind="other")}


@scenario("a CVE that stands in the text only")
def cve_in_text(world):
    expected = one_update(world, world.repository("updates"), description="Fixes cve-2026-1005 for good.")
    return {"alpha": dataclasses.replace(expected, cves=("CVE-2026-1005",))}


@scenario("edge-92: an update from a repository without advisory data is unclassified", missing_advisory_data=("plain",))
def no_updateinfo(world):
    alpha = one_update(world, world.repository("updates"))
    world.installed("beta", "1.0-1")
    world.repository("plain", updateinfo=False).package("beta", "1.1-1")
    return {"alpha": alpha, "beta": Expected("1.0-1", "1.1-1", kind="unknown")}


@scenario("edge-92: an update from a repository whose advisories are never about security is unclassified",
          missing_advisory_data=("bugs", "empty", "page"))
def no_security(world):
    alpha = one_update(world, world.repository("updates"))
    for identity in ("empty", "bugs", "page"):
        world.installed(f"of-{identity}", "1.0-1")
        world.repository(identity).package(f"of-{identity}", "1.1-1")
    world.repositories[-2].advisory("T:bug", type="bugfix", packages=["elsewhere-1.0-1.x86_64"])
    world.repositories[-1].raw_updateinfo = "<html>please log in</html>"
    return {"alpha": alpha, **{f"of-{each}": Expected("1.0-1", "1.1-1", kind="unknown") for each in ("empty", "bugs", "page")}}


@scenario("the system's own repositories are missing where none offers its C library", only=("dnf4",),
          warnings=("no_security_source",))
def third_party_only(world):
    world.installed("glibc", "2.34-1")
    return {"alpha": one_update(world, world.repository("epel"))}


@scenario("a repository of whatever name that has a version of the C library is the system's own", only=("dnf4",))
def mirrored(world):
    world.installed("glibc", "2.34-2")
    world.repository("Default_Organization_Library_BaseOS", excludepkgs="glibc").package("glibc", "2.34-1")
    return {"alpha": one_update(world, world.repository("epel"))}


@scenario("a disabled repository takes no part")
def disabled(world):
    alpha = one_update(world, world.repository("updates"))
    one_update(world, world.repository("testing", enabled=False), "beta")
    return {"alpha": alpha}


@scenario("edge-118: a repository that was never fetched is not passed over in silence", warnings=("never_fetched",), by_probe=False)
def never_fetched(world):
    alpha = one_update(world, world.repository("updates"))
    one_update(world, world.repository("gone", skip_if_unavailable=1), "beta")
    return {"alpha": alpha}


def lose_gone(world):
    for folder in ("dnf", "libdnf5"):
        for path in world.root.glob(f"var/cache/{folder}/gone*"):
            remove(path)


def remove(path):
    if path.is_dir():
        for each in path.iterdir():
            remove(each)
        path.rmdir()
    else:
        path.unlink()


SCENARIOS[-1].fetched = lose_gone


@scenario("a repository that vanished after the fetch still counts, with its age")
def vanished(world):
    return {"alpha": one_update(world, world.repository("updates"))}


SCENARIOS[-1].fetched = lambda world: world.repositories[0].vanish()


@scenario("a repository whose signature is missing was never fetched", warnings=("never_fetched",), by_probe=False)
def unsigned(world):
    alpha = one_update(world, world.repository("updates"))
    one_update(world, world.repository("unsigned", repo_gpgcheck=1, skip_if_unavailable=1, gpgkey="file:///nonexistent"), "beta")
    return {"alpha": alpha}


def module(world):
    updates = world.repository("updates")
    streams = {"1": "1.1-1.module", "2": "2.0-1.module"}
    old = world.installed("modpkg", "1.0-1.module", modularity="modpkg:1:1:deadbeef")
    for stream, evr in streams.items():
        new = updates.package("modpkg", evr, modularity=f"modpkg:{stream}:2:deadbeef")
        updates.module("modpkg", stream, [new] + ([old] if stream == "1" else []), version=2)
        updates.advisory(f"T:{stream}", severity="Critical" if stream == "2" else "Low", packages=[f"modpkg-{evr}.x86_64"],
                         module=f"modpkg:{stream}:2:deadbeef:x86_64")
    return {"modpkg": Expected("1.0-1.module", "1.1-1.module", ("T:1",), "low")}


@scenario("edge-48: the update of the enabled module stream, not of another", only=("dnf4",))
def modules(world):
    world.file("/etc/dnf/modules.d/modpkg.module", "[modpkg]\nname=modpkg\nstream=1\nprofiles=\nstate=enabled\n")
    return module(world)


@scenario("nothing is pending")
def nothing(world):
    world.repository("updates").package("alpha", "1.0-1")
    world.installed("alpha", "1.0-1")
    return {}


def compressed(compression):
    @scenario(f"edge-124: metadata compressed by {compression}")
    def fill(world):
        return {"alpha": one_update(world, world.repository("updates", compression=compression))}

    return fill


for each in ("gz", "bz2", "xz", "zst"):
    compressed(each)
