# SPDX-License-Identifier: Apache-2.0
"""What counts as a security update."""

from apt_fixture import os_release
from scenario import ARCHIVE, SECURITY, UNKNOWN, scenario

UBUNTU = {"origin": "Ubuntu", "label": "Ubuntu", "codename": "jammy"}


def ubuntu(scene, *pockets):
    """An Ubuntu machine and the pockets of its archive, each a repository: the release, then those asked for."""
    scene.os_release = os_release("ubuntu", "22.04", "jammy")
    return [
        scene.repository("http://archive.example.org/ubuntu", suite, **UBUNTU)
        for suite in ("jammy", *(f"jammy-{pocket}" for pocket in pockets))
    ]


@scenario
def nothing_pending(scene):
    scene.installed("bash", "5.2")
    scene.main().package("bash", "5.2")
    scene.security()


@scenario
def plain_update(scene):
    scene.installed("bash", "5.2-1")
    scene.main().package("bash", "5.2-2")
    scene.security()
    scene.pending("bash", "5.2-1", "5.2-2")


@scenario
def security_update(scene):
    scene.installed("openssl", "3.0.1-1")
    scene.main().package("openssl", "3.0.1-1")
    scene.security().package("openssl", "3.0.1-1+deb13u1")
    scene.pending("openssl", "3.0.1-1", "3.0.1-1+deb13u1", SECURITY)


@scenario
def edge_123_security_version_behind_a_higher_one_of_another_pocket(scene):
    scene.installed("openssh-client", "9.2-1+deb13u6")
    scene.main().package("openssh-client", "9.2-1+deb13u10")
    scene.security().package("openssh-client", "9.2-1+deb13u9")
    scene.pending("openssh-client", "9.2-1+deb13u6", "9.2-1+deb13u10", SECURITY)


@scenario
def edge_59_security_below_the_candidate_of_the_updates_pocket(scene):
    scene.installed("bash", "5.1-6ubuntu1")
    release, updates, security = ubuntu(scene, "updates", "security")
    release.package("bash", "5.1-6ubuntu1")
    security.package("bash", "5.1-6ubuntu1.1")
    updates.package("bash", "5.1-6ubuntu1.1").package("bash", "5.1-6ubuntu1.2")
    scene.pending("bash", "5.1-6ubuntu1", "5.1-6ubuntu1.2", SECURITY)


@scenario
def edge_68_security_version_already_installed_makes_a_later_update_no_security_update(scene):
    scene.installed("openssh-client", "9.2-1+deb13u9")
    scene.main().package("openssh-client", "9.2-1+deb13u10")
    scene.security().package("openssh-client", "9.2-1+deb13u9")
    scene.pending("openssh-client", "9.2-1+deb13u9", "9.2-1+deb13u10")


@scenario
def same_version_offered_by_the_archive_and_by_its_security_suite(scene):
    scene.installed("openssl", "1")
    scene.main().package("openssl", "2")
    scene.security().package("openssl", "2")
    scene.pending("openssl", "1", "2", SECURITY)


@scenario
def debian_security_by_its_label_where_the_suite_does_not_say_so(scene):
    scene.installed("openssl", "1")
    scene.os_release = os_release(version="10", codename="buster")
    scene.main("buster")
    scene.repository(
        "http://deb.example.org/debian-security",
        "buster/updates",
        archive="oldstable",
        codename="buster",
        label="Debian-Security",
    ).package("openssl", "2")
    scene.pending("openssl", "1", "2", SECURITY)


@scenario
def edge_66_one_stanza_with_all_pockets_is_judged_version_by_version(scene):
    scene.installed("a", "1").installed("b", "1")
    release, updates, security = ubuntu(scene, "updates", "security")
    for repository in (release, updates, security):
        repository.listed = False
    scene.file(
        "etc/apt/sources.list.d/ubuntu.sources",
        "Types: deb\nURIs: http://archive.example.org/ubuntu\n"
        "Suites: jammy jammy-updates jammy-security\nComponents: main\n",
    )
    updates.package("a", "2")
    security.package("b", "2")
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)


@scenario
def edge_67_a_uri_with_security_in_its_path_is_no_security_archive(scene):
    scene.installed("a", "1")
    scene.main(uri="http://security.example.org/debian-security/mirror").package("a", "2")
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def edge_65_fips_updates_are_security_updates(scene):
    scene.installed("openssl", "1").installed("libssl3", "1")
    ubuntu(scene, "security")
    scene.repository(
        "https://esm.example.org/fips-updates/ubuntu",
        "jammy-updates",
        origin="UbuntuFIPSUpdates",
        label="UbuntuFIPSUpdates",
        codename="jammy",
    ).package("openssl", "2")
    scene.repository(
        "https://esm.example.org/fips/ubuntu", "jammy", origin="UbuntuFIPS", label="UbuntuFIPS", codename="jammy"
    ).package("libssl3", "2")
    scene.pending("openssl", "1", "2", SECURITY).pending("libssl3", "1", "2", SECURITY)


@scenario
def esm_with_a_subscription_is_security(scene):
    scene.installed("a", "1").installed("b", "1").installed("c", "1")
    ubuntu(scene, "security")
    scene.repository(
        "https://esm.example.org/infra/ubuntu",
        "jammy-infra-security",
        origin="UbuntuESM",
        label="UbuntuESM",
        codename="jammy",
    ).package("a", "2")
    scene.repository(
        "https://esm.example.org/apps/ubuntu",
        "jammy-apps-security",
        origin="UbuntuESMApps",
        label="UbuntuESMApps",
        codename="jammy",
    ).package("b", "2")
    scene.repository(
        "https://esm.example.org/apps/ubuntu",
        "jammy-apps-updates",
        origin="UbuntuESMApps",
        label="UbuntuESMApps",
        codename="jammy",
    ).package("c", "2")
    scene.pending("a", "1", "2", SECURITY).pending("b", "1", "2", SECURITY).pending("c", "1", "2", SECURITY)


@scenario
def edge_72_devuan_has_security_suites_of_its_own(scene):
    scene.installed("a", "1").installed("b", "1")
    scene.os_release = os_release("devuan", "5", "daedalus")
    scene.main("daedalus", origin="Devuan", label="Devuan").package("a", "2")
    scene.main("daedalus-security", origin="Devuan", label="Devuan-Security").package("b", "2")
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)


@scenario
def edge_72_kali_mixes_security_into_its_one_suite(scene):
    scene.installed("a", "1")
    scene.os_release = os_release("kali", "2026.3", "kali-rolling")
    scene.main("kali-rolling", origin="Kali", label="Kali").package("a", "2")
    scene.pending("a", "1", "2", UNKNOWN)


@scenario
def edge_72_raspbian_mixes_security_into_its_one_suite(scene):
    scene.installed("a", "1")
    scene.os_release = os_release("raspbian", "13", "trixie")
    scene.main("trixie", origin="Raspbian", label="Raspbian").package("a", "2")
    scene.pending("a", "1", "2", UNKNOWN)


@scenario
def edge_72_mint_beside_ubuntu(scene):
    scene.installed("mint-common", "1").installed("bash", "1")
    _, security = ubuntu(scene, "security")
    security.package("bash", "2")
    scene.os_release = os_release("linuxmint", "22", "wilma")
    scene.main("wilma", uri="http://packages.example.org/mint", origin="linuxmint", label="linuxmint").package(
        "mint-common", "2"
    )
    scene.pending("mint-common", "1", "2", UNKNOWN).pending("bash", "1", "2", SECURITY)


@scenario
def edge_11_third_party_archive_without_a_security_suite(scene):
    scene.installed("nodejs", "20.1")
    scene.main()
    scene.security()
    scene.repository("https://node.example.org/node_20.x", "nodistro", origin=". nodistro", label=". nodistro").package(
        "nodejs", "20.2"
    )
    scene.pending("nodejs", "20.1", "20.2", UNKNOWN)


@scenario
def edge_11_third_party_archive_with_nothing_pending_does_not_matter(scene):
    scene.installed("nodejs", "20.2")
    scene.main()
    scene.security()
    scene.repository("https://node.example.org/node_20.x", "nodistro", origin=". nodistro", label=". nodistro").package(
        "nodejs", "20.2"
    )


@scenario
def third_party_archive_with_a_security_suite(scene):
    scene.installed("a", "1").installed("b", "1")
    scene.main()
    scene.security()
    scene.repository("https://apt.example.org/vendor", "stable", origin="Vendor", label="Vendor").package("a", "2")
    scene.repository("https://apt.example.org/vendor", "stable-security", origin="Vendor", label="Vendor").package(
        "b", "2"
    )
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)


@scenario
def third_party_version_above_a_security_version(scene):
    scene.installed("nginx", "1.22-1")
    scene.main().package("nginx", "1.22-1")
    scene.security().package("nginx", "1.22-1+deb13u1")
    scene.repository("https://nginx.example.org/debian", "trixie", origin="nginx", label="nginx").package(
        "nginx", "1.26"
    )
    scene.pending("nginx", "1.22-1", "1.26", SECURITY)


@scenario
def archive_without_any_release_fields(scene):
    scene.installed("a", "1")
    scene.main()
    scene.security()
    scene.repository("https://apt.example.org/plain", "./", origin="", label="", archive="", codename="").package(
        "a", "2"
    )
    scene.pending("a", "1", "2", UNKNOWN)


@scenario
def package_that_no_archive_has(scene):
    scene.installed("local-tool", "1")
    scene.main()
    scene.security()


@scenario
def same_version_with_other_contents_is_no_update(scene):
    scene.installed("a", "1", depends="dpkg").installed("b", "1")
    scene.main().package("a", "1").package("b", "2")
    scene.security()
    scene.pending("b", "1", "2")


@scenario
def edge_54_versions_are_compared_as_dpkg_does(scene):
    for name, installed, candidate in (
        ("epoch", "3.0-1", "1:2.0-1"),
        ("tilde", "2.0~rc1", "2.0"),
        ("plus", "2.0-1", "2.0-1+deb13u1"),
        ("digits", "1.9", "1.10"),
        ("letters", "1.0", "1.0a"),
        ("native", "1.0", "1.0-0.1"),
    ):
        scene.installed(name, installed)
        scene.pending(name, installed, candidate, SECURITY)
    scene.installed("downtilde", "2.0").installed("lowepoch", "1:1")
    scene.main()
    security = scene.security().package("downtilde", "2.0~rc1").package("lowepoch", "9")
    for (name, _), update in scene.updates.items():
        security.package(name, update.candidate)


@scenario
def backports_offer_nothing_by_themselves(scene):
    scene.installed("a", "1").installed("b", "1~bpo13+1")
    scene.main().package("a", "1").package("b", "0.9")
    scene.security()
    backports = scene.main("trixie-backports", not_automatic=True, but_automatic_upgrades=True)
    backports.package("a", "2~bpo13+1").package("b", "2~bpo13+1")
    scene.pending("b", "1~bpo13+1", "2~bpo13+1")


@scenario
def package_of_sid_on_a_stable_release_has_no_security_archive(scene):
    scene.installed("a", "1")
    scene.main().package("a", "1")
    scene.security()
    scene.main("sid", archive="unstable").package("a", "2")
    scene.pending("a", "1", "2", UNKNOWN)


@scenario
def debian_without_its_security_archive_cannot_prove_anything(scene):
    scene.installed("a", "1")
    scene.repository(ARCHIVE, "trixie").package("a", "2")
    scene.pending("a", "1", "2", UNKNOWN)
    scene.warnings = {"no_security_source"}
