# SPDX-License-Identifier: Apache-2.0
"""Machines with zypper, and what must be said of them.

A scenario fills a World and returns what is expected: `Expected` for each update, by its patchId. `fetched` runs between
the fetch of the metadata and the question."""

import dataclasses
import os
import re

VENDOR = "SUSE LLC <https://www.suse.com/>"


@dataclasses.dataclass
class Expected:
    installed: str
    newest: str
    advisories: tuple = ()
    severity: str = "unknown"
    kind: str = "security"
    cves: tuple = ()
    state: str = "installable"
    reboot: str = "unknown"


@dataclasses.dataclass
class Scenario:
    name: str
    fill: object
    fetched: object = None
    warnings: tuple = ()  # codes of the incomplete ones
    remarks: tuple = ()  # codes of the others
    missing_advisory_data: tuple = ()
    failure: str = ""  # its kind: there is no list
    users: tuple = ("root", "nobody")
    fetch: bool = True
    in_force: tuple = ()  # patches zypper calls needed while an older kernel is installed beside what they bring
    listed: bool = True  # zypper's own list-updates is what we call installable
    probe: bool | None = True  # patchstate-solv-probe answers, where it is there; False: it steps back; None: it may
    unlisted: tuple = ()  # patchIds of what the probe tells, and zypper would install but does not list
    answered_by: set = dataclasses.field(default_factory=set)  # filled while it is asked: tools, the probe being there


SCENARIOS = []


def scenario(name, **options):
    def add(fill):
        SCENARIOS.append(Scenario(name, fill, **options))
        return fill

    return add


def nevra(name, evr, arch="x86_64"):
    return f"{name}-{evr}.{arch}"


def one_update(world, repository, name="alpha", installed="1.0-1", newest="1.1-1", state="installable", **advisory):
    """`name` can be updated in `repository`, by an important security advisory unless said otherwise."""
    world.installed(name, installed)
    repository.package(name, newest)
    fields = {"severity": "important", "packages": [nevra(name, newest)], **advisory}
    repository.advisory(f"T-{name}", **fields)
    return Expected(installed, newest, (f"T-{name}",), fields["severity"] or "unknown",
                    cves=tuple(fields.get("cves", ())), state=state)


@scenario("epochs decide before versions")
def epochs(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"), installed="1:9.0-1", newest="2:0.5-1",
                                       cves=["CVE-2026-1000", "CVE-2026-1001"])}


@scenario("the security fix is between the installed and the newest version")
def in_the_middle(world):
    updates = world.repository("updates")
    world.installed("zeta", "1.0-1")
    for evr in ("1.1-1", "1.2-1"):
        updates.package("zeta", evr)
    updates.advisory("T-old", severity="critical", packages=[nevra("zeta", "1.0-1")])
    updates.advisory("T-middle", severity="low", cves=["CVE-2026-1001"], packages=[nevra("zeta", "1.1-1")])
    updates.advisory("T-newest", type="recommended", severity="moderate", packages=[nevra("zeta", "1.2-1")])
    return {"zeta.x86_64": Expected("1.0-1", "1.2-1", ("T-middle", "T-newest"), "moderate", "bugfix security",
                                    ("CVE-2026-1001",))}


@scenario("two security advisories for one package, the highest severity counts")
def two_advisories(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1")
    updates.package("alpha", "1.1-1")
    updates.advisory("T-1", severity="moderate", cves=["CVE-2026-1002"], packages=[nevra("alpha", "1.1-1")])
    updates.advisory("T-2", severity="critical", cves=["CVE-2026-1003", "CVE-2026-1002"], packages=[nevra("alpha", "1.1-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-1", "T-2"), "critical",
                                     cves=("CVE-2026-1002", "CVE-2026-1003"))}


@scenario("one id in two versions is two patches of one advisory, as SUSE's build service makes them")
def one_id_twice(world):
    updates = world.repository("updates")
    for name in ("alpha", "beta"):
        world.installed(name, "1.0-1")
        updates.package(name, "1.1-1")
    updates.advisory("T-1", version="1", severity="low", packages=[nevra("alpha", "1.1-1")])
    updates.advisory("T-1", version="2", severity="important", cves=["CVE-2026-1"], packages=[nevra("beta", "1.1-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "low"),
            "beta.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "important", cves=("CVE-2026-1",))}


@scenario("edge-79: a locked package is held", probe=False)
def locked(world):
    updates = world.repository("updates")
    world.file("/etc/zypp/locks", "\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: alph*\n")
    return {"alpha.x86_64": one_update(world, updates, state="held"), "beta.x86_64": one_update(world, updates, "beta")}


@scenario("a security update of another vendor is a finding, not silence", probe=False)
def other_vendor(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1", vendor=VENDOR)
    updates.package("alpha", "1.1-1", vendor="Somebody Else")
    updates.advisory("T-alpha", severity="important", cves=["CVE-2026-1"], packages=[nevra("alpha", "1.1-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-alpha",), "important", cves=("CVE-2026-1",),
                                     state="blocked_by_pin")}


@scenario("of two vendors' updates the own one is taken, and the other is shown apart", probe=False)
def two_vendors(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1", vendor=VENDOR)
    updates.package("alpha", "1.1-1", vendor=VENDOR)
    updates.package("alpha", "1.2-1", vendor="Somebody Else")
    updates.advisory("T-own", severity="low", packages=[nevra("alpha", "1.1-1")])
    updates.advisory("T-other", severity="critical", packages=[nevra("alpha", "1.2-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-own",), "low"),
            "alpha.x86_64=1.2-1": Expected("1.0-1", "1.2-1", ("T-other",), "critical", state="blocked_by_pin")}


@scenario("a repository of better priority hides a security update of another", probe=False)
def priorities(world):
    updates = world.repository("updates")
    preferred = world.repository("preferred", priority=10)
    world.installed("alpha", "1.0-1")
    preferred.package("alpha", "1.1-1")
    preferred.advisory("T-elsewhere", packages=[nevra("elsewhere", "1.0-1")])
    updates.package("alpha", "2.0-1")
    updates.advisory("T-alpha", severity="important", packages=[nevra("alpha", "2.0-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", kind="other"),
            "alpha.x86_64=2.0-1": Expected("1.0-1", "2.0-1", ("T-alpha",), "important", state="blocked_by_pin")}


@scenario("kernels are installed beside each other: what counts is the newest that is there",
          in_force=("T-kernel-default-5.14-2", "T-kernel-rt-5.14-2"), probe=False)
def kernels(world):
    updates = world.repository("updates")
    multi = {"provides": ["multiversion(kernel)"]}
    for evr in ("5.14-1", "5.14-2"):
        world.installed("kernel-default", evr, **multi)
        world.installed("kernel-rt", evr, **multi)
    for name, evrs in (("kernel-default", ("5.14-2", "5.14-3")), ("kernel-rt", ("5.14-2",))):
        for evr in evrs:
            updates.package(name, evr, **multi)
            updates.advisory(f"T-{name}-{evr}", severity="critical", cves=[f"CVE-2026-{evr[-1]}"], reboot=True,
                             packages=[nevra(name, evr)])
    return {"kernel-default.x86_64": Expected("5.14-2", "5.14-3", ("T-kernel-default-5.14-3",), "critical",
                                              cves=("CVE-2026-3",), reboot="always_requires_reboot")}


@scenario("an update whose dependencies can't be met is kept back", probe=False)
def uninstallable(world):
    updates = world.repository("updates")
    world.installed("theta", "1.0-1")
    updates.package("theta", "1.1-1", requires="no-such-thing")
    updates.advisory("T-theta", severity="important", packages=[nevra("theta", "1.1-1")])
    return {"theta.x86_64": Expected("1.0-1", "1.1-1", ("T-theta",), "important", state="kept_back")}


@scenario("of an update that can't be installed the one below it is taken, and it is shown apart", probe=False)
def next_best(world):
    updates = world.repository("updates")
    world.installed("theta", "1.0-1")
    updates.package("theta", "1.1-1")
    updates.package("theta", "1.2-1", requires="no-such-thing")
    updates.advisory("T-1", severity="low", packages=[nevra("theta", "1.1-1")])
    updates.advisory("T-2", severity="critical", packages=[nevra("theta", "1.2-1")])
    return {"theta.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "low"),
            "theta.x86_64=1.2-1": Expected("1.0-1", "1.2-1", ("T-2",), "critical", state="kept_back")}


@scenario("edge-124: an advisory without packages needs nothing")
def empty_list(world):
    updates = world.repository("updates")
    updates.advisory("T-empty", severity="critical", packages=[])
    return {"alpha.x86_64": one_update(world, updates)}


@scenario("a security advisory without a severity is a security advisory")
def no_severity(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"), severity="")}


@scenario("edge-82: recommended, optional and feature are kept apart from security")
def categories(world):
    updates = world.repository("updates")
    kinds = {"recommended": "bugfix", "optional": "enhancement", "feature": "feature"}
    expected = {}
    for word, kind in kinds.items():
        one = one_update(world, updates, word, type=word, severity="low")
        one.kind = kind
        expected[f"{word}.x86_64"] = one
    return expected


@scenario("an update that no advisory names is other, where the repository has advisories about security")
def no_advisory(world):
    updates = world.repository("updates")
    world.installed("beta", "1.0-1")
    updates.package("beta", "1.1-1")
    return {"alpha.x86_64": one_update(world, updates), "beta.x86_64": Expected("1.0-1", "1.1-1", kind="other")}


@scenario("edge-92: without updateinfo nobody can tell, and the repository is named", missing_advisory_data=("oss",))
def no_updateinfo(world):
    oss = world.repository("oss", updateinfo=False)
    world.installed("beta", "1.0-1")
    oss.package("beta", "1.1-1")
    return {"alpha.x86_64": one_update(world, world.repository("updates")),
            "beta.x86_64": Expected("1.0-1", "1.1-1", kind="unknown")}


@scenario("edge-92: a repository whose advisories are never about security tells nobody, and is named",
          missing_advisory_data=("bugs", "empty"))
def no_security(world):
    expected = {"alpha.x86_64": one_update(world, world.repository("updates"))}
    for identity in ("empty", "bugs"):
        world.installed(f"of-{identity}", "1.0-1")
        world.repository(identity).package(f"of-{identity}", "1.1-1")
        expected[f"of-{identity}.x86_64"] = Expected("1.0-1", "1.1-1", kind="unknown")
    world.repositories[-1].advisory("T-bug", type="recommended", packages=[nevra("elsewhere", "1.0-1")])
    return expected


@scenario("edge-78: one package of two architectures is two updates, which zypper can't install", probe=False)
def two_archs(world):
    updates = world.repository("updates")
    expected = {}
    for arch in ("x86_64", "i686"):
        world.installed("libx", "1.0-1", arch)
        updates.package("libx", "1.1-1", arch)
        expected[f"libx.{arch}"] = Expected("1.0-1", "1.1-1", ("T-1",), "important", state="kept_back")
    updates.advisory("T-1", severity="important", packages=[nevra("libx", "1.1-1"), nevra("libx", "1.1-1", "i686")])
    return expected


@scenario("a retracted update is not offered", listed=False, probe=False)
def retracted(world):
    updates = world.repository("updates")
    one = one_update(world, updates, status="retracted", state="excluded")
    for evr in ("1.1-1", "1.2-1"):
        updates.package("beta", evr)
    world.installed("beta", "1.0-1")
    updates.advisory("T-good", severity="low", packages=[nevra("beta", "1.1-1")])
    updates.advisory("T-bad", severity="critical", status="retracted", packages=[nevra("beta", "1.2-1")])
    return {"alpha.x86_64": one, "beta.x86_64": Expected("1.0-1", "1.1-1", ("T-good",), "low")}


@scenario("edge-117: the update stack first, and the rest is not lost", remarks=("update_stack_first",))
def update_stack(world):
    updates = world.repository("updates")
    stack = one_update(world, updates, "libzypp", type="recommended", severity="moderate", restart=True)
    stack.kind = "bugfix"
    return {"libzypp.x86_64": stack, "alpha.x86_64": one_update(world, updates)}


@scenario("edge-81: a program temporary fix is not replaced by what is older than it, and a newer update is one", probe=False)
def ptf(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.2-1.100.PTF.1", vendor=VENDOR)
    updates.package("alpha", "1.1-1", vendor=VENDOR)
    updates.advisory("T-alpha", severity="important", packages=[nevra("alpha", "1.1-1")])
    return {}


@scenario("edge-115: nothing was ever fetched", failure="unreachable", fetch=False)
def nothing_fetched(world):
    one_update(world, world.repository("updates"))
    return {}


@scenario("a disabled repository is not asked")
def disabled(world):
    one_update(world, world.repository("extra", enabled=False), "beta")
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("a repository that vanished is known as it was fetched", fetched=lambda world: world.repositories[0].vanish())
def vanished(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


def forget(world):
    """As if the repository had been added after the last refresh."""
    text = (world.root / "etc/zypp/repos.d/test.repo").read_text(encoding="utf-8")
    world.file("/etc/zypp/repos.d/late.repo", text[text.index("[updates]"):].replace("[updates]", "[late]")
               .replace("name=updates", "name=late").replace("/repositories/updates", "/no-such-folder"))


def expire(world):
    """Its vendor promised newer metadata within an hour, in 2023."""
    updates = world.repositories[0]
    updates.add_metadata("suseinfo", "suseinfo.xml", "<suseinfo><expire>3600</expire></suseinfo>")
    repomd = updates.folder / "repodata/repomd.xml"
    repomd.write_text(re.sub(r"<timestamp>\d+<", "<timestamp>1700000000<", repomd.read_text()))
    world.zypper("refresh", "--force")


@scenario("metadata that their vendor has not renewed in time are expired", fetched=expire, warnings=("metadata_expired",))
def expired(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("edge-116: one repository that was never fetched makes it partial", fetched=forget,
          warnings=("never_fetched",), probe=False)
def never_fetched(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("edge-10: the system's own repositories are missing where none offers its C library", warnings=("no_security_source",))
def third_party_only(world):
    vendor = world.repository("vendor")
    vendor.advisory("T-elsewhere", packages=[nevra("elsewhere", "1.0-1")])
    vendor.package("alpha", "1.0-1")
    world.installed("alpha", "1.0-1")
    world.installed("glibc", "2.31-1")
    return {}


@scenario("edge-10: a repository of whatever name that has a version of the C library is the system's own")
def mirrored(world):
    world.installed("glibc", "2.31-2")
    base = world.repository("rmt-mirror")
    base.package("glibc", "2.31-1")
    base.advisory("T-elsewhere", packages=[nevra("elsewhere", "1.0-1")])
    return {}


@scenario("edge-115: no repository at all is no empty list", failure="disabled")
def no_repository(world):
    world.installed("alpha", "1.0-1")
    return {}


def damage(world):
    for file in (world.root / "var/cache/zypp/raw/updates/repodata").glob("*updateinfo*"):
        file.write_bytes(file.read_bytes()[:-20])


@scenario("advisories that can't be read leave their updates unknown, and a needed patch stands for itself", fetched=damage,
          warnings=("index_damaged",), missing_advisory_data=("updates",))
def damaged(world):
    one_update(world, world.repository("updates"), cves=["CVE-2026-1"])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", kind="unknown"),
            "patch:T-alpha-1": Expected("", "1", ("T-alpha",), "important", cves=("CVE-2026-1",))}


def hide(world):
    os.chmod(world.root / "etc/zypp/repos.d/hidden.repo", 0o600)


@scenario("edge-73: a repository that this user can't read is not one that is not there", fetched=hide, users=("nobody",),
          warnings=("source_unreadable",), probe=False)
def unreadable(world):
    updates = world.repository("updates")
    world.file("/etc/zypp/repos.d/hidden.repo", "[hidden]\nname=hidden\nenabled=0\nbaseurl=file:///nowhere\n")
    return {"alpha.x86_64": one_update(world, updates)}


def hold_lock(world):
    world.file("/run/zypp.pid", f"{os.getpid()}\n")


@scenario("edge-14: a lock of somebody else is neither waited for nor taken", fetched=hold_lock)
def lock_held(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


def compressed(kind):
    def fill(world):
        return {"alpha.x86_64": one_update(world, world.repository("updates", compression=kind), cves=["CVE-2026-7"])}

    return fill


for one_kind in ("gz", "bz2", "xz", "zst"):
    SCENARIOS.append(Scenario(f"edge-124: metadata compressed as {one_kind}", compressed(one_kind)))
