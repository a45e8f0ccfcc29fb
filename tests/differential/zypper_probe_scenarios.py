# SPDX-License-Identifier: Apache-2.0
"""Machines that tell patchstate-solv-probe from zypper: where it has to step back, and where it need not."""

import rpm_world
from zypper_scenarios import SCENARIOS, VENDOR, Expected, nevra, one_update, scenario

__all__ = ["SCENARIOS"]


def install(world, name, evr, arch=rpm_world.ARCH, **fields):
    """Behind zypper's back, after it has looked."""
    rpm_world.run("rpm", "--root", world.root, "--dbpath", rpm_world.DB_PATH, "--upgrade", "--nodeps", "--ignorearch", "--nosignature",
                  "--noscripts", rpm_world.package(name, evr, arch, **fields).build())


@scenario("probe: a package was installed since zypper looked", probe=False, fetched=lambda world: install(world, "late", "1.0-1"))
def installed_since(world):
    updates = world.repository("updates")
    updates.package("late", "1.1-1")
    updates.advisory("T-late", severity="critical", packages=[nevra("late", "1.1-1")])
    return {"alpha.x86_64": one_update(world, updates), "late.x86_64": Expected("1.0-1", "1.1-1", ("T-late",), "critical")}


@scenario("probe: a package was updated since zypper looked", probe=False, fetched=lambda world: install(world, "alpha", "1.1-1"))
def updated_since(world):
    updates = world.repository("updates")
    one_update(world, updates)
    return {"beta.x86_64": one_update(world, updates, "beta")}


def change_address(world):
    file = world.root / "etc/zypp/repos.d/test.repo"
    file.write_text(file.read_text(encoding="utf-8").replace("name=updates\n", "name=updates\nkeeppackages=1\n")
                    .replace("/repositories/updates", "/repositories/../repositories/updates"), encoding="utf-8")


@scenario("probe: a repository has another address than what was parsed", probe=False, fetched=change_address)
def another_address(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


def change_metadata(world):
    """As if a refresh had ended before it parsed."""
    with open(world.root / "var/cache/zypp/raw/updates/repodata/repomd.xml", "a", encoding="utf-8") as file:
        file.write("<!-- newer -->\n")


@scenario("probe: metadata are newer than what was parsed", probe=False, fetched=change_metadata)
def newer_metadata(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


def forget_cache(name):
    def fetched(world):
        for file in (world.root / "var/cache/zypp/solv").glob(f"*/{name}"):
            file.unlink()

    return fetched


@scenario("probe: the caches are gone", probe=False, fetched=forget_cache("solv"))
def caches_gone(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("probe: the cookies are gone", probe=False, fetched=forget_cache("cookie"))
def cookies_gone(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


def cut_caches(world):
    for file in (world.root / "var/cache/zypp/solv").glob("*/solv"):
        file.write_bytes(file.read_bytes()[:-40])


@scenario("probe: the caches are cut off", probe=False, fetched=cut_caches)
def caches_cut(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("probe: three repositories of one vendor")
def three_repositories(world):
    base, updates = world.repository("base"), world.repository("updates")
    world.repository("other", updateinfo=False).package("unrelated", "1.0-1", vendor=VENDOR)
    for name in ("alpha", "beta", "gamma"):
        world.installed(name, "1.0-1", vendor=VENDOR)
        base.package(name, "1.0-1", vendor=VENDOR)
    updates.package("alpha", "1.1-1", vendor=VENDOR)
    updates.package("alpha", "1.2-1", vendor=VENDOR)
    updates.package("beta", "1.1-1", vendor=VENDOR)
    updates.advisory("T-1", severity="moderate", cves=["CVE-2026-1"], reboot=True, packages=[nevra("alpha", "1.1-1"), nevra("beta", "1.1-1")])
    updates.advisory("T-applied", severity="critical", packages=[nevra("gamma", "1.0-1")])
    updates.advisory("T-irrelevant", severity="critical", packages=[nevra("unrelated", "1.0-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.2-1", ("T-1",), "moderate", cves=("CVE-2026-1",), reboot="always_requires_reboot"),
            "beta.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "moderate", cves=("CVE-2026-1",), reboot="always_requires_reboot")}


@scenario("probe: CVEs in texts, another address, an epoch, an older advisory, one of another architecture")
def all_of_an_advisory(world):
    updates = world.repository("updates")
    world.installed("alpha", "1:1.0-1", vendor=VENDOR)
    updates.package("alpha", "1:1.2-1", vendor=VENDOR)
    head = '<update from="s" status="stable" type="{}" version="3"><id>{}</id><title>alpha: CVE-2026-3 CVE-2026-1</title>'
    rest = ('<severity>important</severity><issued date="1767323045"/><release>r</release><description>cve-2026-0004 &amp;\nmore'
            '</description><references><reference href="https://example.org/bug" id="1" type="bugzilla" title="CVE-2026-9999"/>'
            '<reference href="https://example.org/self" id="self" type="self" title="x"/>'
            '<reference href="https://example.org/c" id="" type="cve" title="CVE-2026-2222"/>'
            '<reference href="https://example.org/c" id="CVE-2026-1111" type="cve" title="y"/></references><pkglist><collection>'
            '<package name="alpha" epoch="1" version="{}" release="1" arch="{}"><filename>f</filename></package>'
            '<package name="beta" epoch="0" version="7" release="1" arch="x86_64"/></collection></pkglist></update>')
    updates.raw_updateinfo = "<updates>" + "".join(
        head.format(kind, identity) + rest.format(version, arch)
        for identity, kind, version, arch in (("T-1", "security", "1.1", "x86_64"), ("T-2", "recommended", "1.2", "x86_64"),
                                              ("T-old", "security", "0.9", "x86_64"), ("T-odd", "security", "1.2", "s390x"))) + "</updates>"
    return {"alpha.x86_64": Expected("1:1.0-1", "1:1.2-1", ("T-1", "T-2"), "important", "security bugfix",
                                     cves=("CVE-2026-1111", "CVE-2026-2222", "CVE-2026-0004"))}


@scenario("probe: an advisory was updated after it was issued, which zypper's cache can't tell apart")
def updated_advisory(world):
    updates = world.repository("updates")
    return {"alpha.x86_64": one_update(world, updates, issued="2026-01-02 03:04:05", updated="2026-03-04 05:06:07")}


@scenario("probe: a time that libsolv does not read")
def other_time(world):
    return {"alpha.x86_64": one_update(world, world.repository("updates"), issued="2026-01-02T03:04:05+02:00")}


@scenario("probe: a reboot is suggested where libsolv does not look")
def reboot_of_advisory(world):
    updates = world.repository("updates")
    expected = one_update(world, updates)
    updates.raw_updateinfo = "<updates>" + updates.advisories[0].xml().replace(
        "<references>", "<reboot_suggested/><references>") + "</updates>"
    expected.reboot = "always_requires_reboot"
    return {"alpha.x86_64": expected}


@scenario("probe: comments in the advisories")
def comments(world):
    updates = world.repository("updates")
    expected = one_update(world, updates)
    updates.raw_updateinfo = "<updates><!-- <updated> -->" + updates.advisories[0].xml() + "</updates>"
    return {"alpha.x86_64": expected}


@scenario("probe: one version is in two repositories", probe=False)
def in_two_repositories(world):
    for alias in ("first", "second"):
        repository = world.repository(alias)
        repository.package("alpha", "1.1-1")
        repository.advisory("T-1", severity="low", packages=[nevra("alpha", "1.1-1")])
    world.installed("alpha", "1.0-1")
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "low")}


@scenario("probe: an update that brings a new package along")
def new_requirement(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1")
    updates.package("alpha", "1.1-1", requires="fresh")
    updates.package("fresh", "1.0-1")
    updates.advisory("T-1", severity="low", packages=[nevra("alpha", "1.1-1"), nevra("fresh", "1.0-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "low")}


@scenario("probe: an update that replaces another package")
def obsoletes(world):
    updates = world.repository("updates")
    world.installed("alpha", "1.0-1")
    world.installed("old", "1.0-1")
    updates.package("alpha", "1.1-1", obsoletes="old")
    updates.advisory("T-1", severity="low", packages=[nevra("alpha", "1.1-1")])
    return {"alpha.x86_64": Expected("1.0-1", "1.1-1", ("T-1",), "low")}


@scenario("probe: a security update that comes by replacing packages of other names, which zypper does not list",
          unlisted=("epsilon.x86_64",))
def replaced(world):
    updates = world.repository("updates")
    for name in ("delta", "gamma"):
        world.installed(name, "1.0-1")
    updates.package("epsilon", "2.0-1", obsoletes=["delta < 2", "gamma < 2"])
    updates.advisory("T-1", severity="moderate", cves=["CVE-2026-1001"], packages=[nevra("epsilon", "1.5-1")])
    updates.advisory("T-2", severity="low", type="recommended", packages=[nevra("epsilon", "2.0-1")])
    updates.advisory("T-later", severity="critical", packages=[nevra("epsilon", "2.1-1")])
    return {"alpha.x86_64": one_update(world, updates),
            "epsilon.x86_64": Expected("", "2.0-1", ("T-1", "T-2"), "moderate", "security bugfix", cves=("CVE-2026-1001",))}


@scenario("probe: two packages obsolete the same one", probe=False)
def replaced_by_one_of_two(world):
    updates = world.repository("updates")
    world.installed("delta", "1.0-1")
    for name in ("epsilon", "zeta"):
        updates.package(name, "1.0-1", obsoletes="delta < 2")
        updates.advisory(f"T-{name}", severity="low", packages=[nevra(name, "1.0-1")])
    return {}


@scenario("probe: another vendor's package obsoletes one, which zypper does not take")
def replaced_by_another_vendor(world):
    updates = world.repository("updates")
    world.installed("delta", "1.0-1", vendor=VENDOR)
    updates.package("epsilon", "1.0-1", obsoletes="delta < 2", vendor="Somebody Else")
    updates.advisory("T-1", severity="low", packages=[nevra("epsilon", "1.0-1")])
    return {}


@scenario("probe: a locked patch", probe=False, listed=False)
def locked_patch(world):
    world.file("/etc/zypp/locks", "\ntype: patch\nmatch_type: exact\nsolvable_name: T-alpha\n")
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("probe: zypp.conf has the solver do something else", probe=False)
def solver_settings(world):
    world.file("/etc/zypp/zypp.conf", "[main]\n# solver.onlyRequires = false\nsolver.allowVendorChange = true\n")
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("probe: zypp.conf as SUSE delivers it")
def usual_settings(world):
    world.file("/etc/zypp/zypp.conf", "[main]\n# arch = s390\nmultiversion = provides:multiversion(kernel)\n"
                                      "multiversion.kernels = latest,latest-1,running\nhistory.logfile = /var/log/zypp/history\n")
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("probe: something else is required of the system", probe=False)
def system_check(world):
    world.file("/etc/zypp/systemCheck", "# what must be there\nrequires:missing\n")
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


def product(world):
    world.file("/etc/products.d/openSUSE.prod", '<?xml version="1.0" encoding="UTF-8"?>\n<product schemeversion="0">'
               "<vendor>openSUSE</vendor><name>openSUSE</name><version>15.6</version><release>1</release><arch>x86_64</arch>"
               "<summary>openSUSE</summary></product>\n")
    return {"alpha.x86_64": one_update(world, world.repository("updates"))}


@scenario("probe: a product is installed")
def base_product(world):
    expected = product(world)
    (world.root / "etc/products.d/baseproduct").symlink_to("openSUSE.prod")
    return expected


@scenario("probe: zypper warns that no product is the base", probe=False, remarks=("zypper_warning",))
def no_base_product(world):
    return product(world)


@scenario("probe: an alias with a slash in it")
def slash(world):
    return {"alpha.x86_64": one_update(world, world.repository("NVIDIA:repo/updates"))}
