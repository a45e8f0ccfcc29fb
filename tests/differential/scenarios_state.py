# SPDX-License-Identifier: Apache-2.0
"""Why an update is not going to be installed: holds, pins, phasing, subscriptions."""

from apt_fixture import Root, os_release
from scenario import OTHER, SECURITY, Expected, scenario


def standard(scene):
    return scene.main(), scene.security()


@scenario
def edge_58_held(scene):
    scene.installed("a", "1", hold=True).installed("b", "1", hold=True).installed("c", "1")
    main, security = standard(scene)
    main.package("a", "2")
    security.package("b", "2").package("c", "2")
    scene.pending("a", "1", "2", OTHER, "held").pending("b", "1", "2", SECURITY, "held").pending(
        "c", "1", "2", SECURITY
    )


@scenario
def only_held_security_updates(scene):
    scene.installed("b", "1", hold=True)
    _, security = standard(scene)
    security.package("b", "2")
    scene.pending("b", "1", "2", SECURITY, "held")


@scenario
def held_with_nothing_newer(scene):
    scene.installed("b", "2", hold=True)
    _, security = standard(scene)
    security.package("b", "2")


@scenario
def a_held_package_holds_what_depends_on_it(scene):
    scene.installed("lib", "1", hold=True).installed("app", "1", depends="lib")
    main, _ = standard(scene)
    main.package("lib", "2").package("app", "2", depends="lib (>= 2)")
    scene.pending("lib", "1", "2", OTHER, "held").pending("app", "1", "2", OTHER, "kept_back")


@scenario
def pin_below_zero_hides_a_security_version(scene):
    scene.installed("a", "1").installed("b", "1")
    main, security = standard(scene)
    security.package("a", "2")
    main.package("b", "2")
    scene.pin("*", "release l=Debian-Security", -10).pin("b", "version *", -1)
    scene.pending("a", "1", "2", SECURITY, "blocked_by_pin")


@scenario
def pin_of_the_installed_version_hides_a_security_version(scene):
    scene.installed("a", "1.0-1")
    main, security = standard(scene)
    main.package("a", "1.0-1")
    security.package("a", "1.0-1+deb13u1")
    scene.pin("a", "version 1.0-1", 1001)
    scene.pending("a", "1.0-1", "1.0-1+deb13u1", SECURITY, "blocked_by_pin")


@scenario
def pin_of_100_does_not_hide(scene):
    scene.installed("a", "1")
    _, security = standard(scene)
    security.package("a", "2")
    scene.pin("a", "release l=Debian-Security", 100)
    scene.pending("a", "1", "2", SECURITY)


@scenario
def pin_of_99_hides(scene):
    scene.installed("a", "1")
    _, security = standard(scene)
    security.package("a", "2")
    scene.pin("a", "release l=Debian-Security", 99)
    scene.pending("a", "1", "2", SECURITY, "blocked_by_pin")


@scenario
def pin_of_990_prefers_a_lower_version(scene):
    scene.installed("a", "1")
    main, security = standard(scene)
    security.package("a", "2")
    main.package("a", "3")
    scene.pin("a", "release l=Debian-Security", 990)
    scene.pending("a", "1", "2", SECURITY)


@scenario
def pin_hides_the_security_version_but_a_higher_one_carries_the_fix(scene):
    scene.installed("a", "1")
    main, security = standard(scene)
    security.package("a", "2")
    main.package("a", "3")
    scene.pin("*", "release l=Debian-Security", -1)
    scene.pending("a", "1", "3", SECURITY)


@scenario
def pin_above_1000_downgrades_and_a_downgrade_is_no_update(scene):
    scene.installed("a", "2").installed("b", "1")
    main, security = standard(scene)
    main.package("a", "1").package("b", "2")
    scene.pin("a", "version 1", 1001)
    scene.downgrades = {"a"}
    scene.pending("b", "1", "2")


@scenario
def pin_above_1000_downgrades_below_a_security_version(scene):
    scene.installed("a", "2")
    main, security = standard(scene)
    main.package("a", "1")
    security.package("a", "3")
    scene.pin("a", "version 1", 1001)
    scene.downgrades = {"a"}
    scene.pending("a", "2", "3", SECURITY, "blocked_by_pin")


@scenario
def default_release_hides_the_security_suite(scene):
    scene.installed("a", "1")
    main, security = standard(scene)
    main.package("a", "1")
    security.package("a", "2")
    scene.file("etc/apt/apt.conf.d/99default-release", 'APT::Default-Release "trixie";\n')
    scene.pending("a", "1", "2", SECURITY, "blocked_by_pin")


@scenario
def phased_at_0_percent_waits_and_at_100_does_not(scene):
    scene.installed("a", "1").installed("b", "1")
    release, updates, _ = phased_archive(scene)
    updates.package("a", "2", phased=0).package("b", "2", phased=100)
    scene.pending("a", "1", "2", OTHER, "phased").pending("b", "1", "2")


@scenario
def phased_update_with_a_security_version_below_is_exempt(scene):
    scene.installed("a", "1")
    _, updates, security = phased_archive(scene)
    security.package("a", "2")
    updates.package("a", "3", phased=0)
    scene.pending("a", "1", "3", SECURITY)


@scenario
def phased_update_above_the_installed_security_version_waits(scene):
    scene.installed("a", "2")
    _, updates, security = phased_archive(scene)
    security.package("a", "2")
    updates.package("a", "3", phased=0)
    scene.pending("a", "2", "3", OTHER, "phased")


@scenario
def phased_candidate_in_the_security_pocket_itself_waits(scene):
    scene.installed("a", "1")
    _, _, security = phased_archive(scene)
    security.package("a", "2", phased=0)
    scene.pending("a", "1", "2", SECURITY, "phased")


@scenario
def a_candidate_for_everybody_waits_while_the_installed_version_is_being_phased(scene):
    scene.installed("a", "1")
    release, updates, _ = phased_archive(scene)
    updates.package("a", "1", phased=0)
    release.package("a", "3")
    scene.pending("a", "1", "3", OTHER, "phased")


@scenario
def phasing_without_a_machine_id_is_ignored(scene):
    scene.machine_id = None
    scene.installed("a", "1")
    _, updates, _ = phased_archive(scene)
    updates.package("a", "2", phased=0)
    scene.pending("a", "1", "2")


@scenario
def phasing_switched_off_by_configuration(scene):
    scene.installed("a", "1")
    _, updates, _ = phased_archive(scene)
    updates.package("a", "2", phased=0)
    scene.file("etc/apt/apt.conf.d/99phased", 'APT::Get::Always-Include-Phased-Updates "true";\n')
    scene.pending("a", "1", "2")


@scenario
def phasing_always_waiting_by_configuration(scene):
    scene.installed("a", "1")
    _, updates, _ = phased_archive(scene)
    updates.package("a", "2", phased=99)
    scene.file("etc/apt/apt.conf.d/99phased", 'APT::Get::Never-Include-Phased-Updates "true";\n')
    scene.pending("a", "1", "2", OTHER, "phased")


@scenario
def phased_and_held(scene):
    scene.installed("a", "1", hold=True)
    _, updates, _ = phased_archive(scene)
    updates.package("a", "2", phased=0)
    scene.pending("a", "1", "2", OTHER, "held")


@scenario
def phased_and_depended_upon(scene):
    scene.installed("lib", "1").installed("app", "1", depends="lib")
    _, updates, _ = phased_archive(scene)
    updates.package("lib", "2", phased=0).package("app", "2", depends="lib (>= 2)")
    scene.pending("lib", "1", "2", OTHER, "phased").pending("app", "1", "2", OTHER, "kept_back")


def phased_archive(scene):
    """Only Ubuntu phases."""
    scene.os_release = os_release("ubuntu", "24.04", "noble")
    return [
        scene.repository("http://archive.example.org/ubuntu", suite, origin="Ubuntu", label="Ubuntu", codename="noble")
        for suite in ("noble", "noble-updates", "noble-security")
    ]


@scenario
def esm_offers_that_the_pro_client_keeps_apart_need_a_subscription(scene):
    scene.installed("a", "1").installed("b", "1").installed("c", "1")
    _, updates, _ = phased_archive(scene)
    updates.package("c", "2")
    # Where the client keeps the archives it may look at but this machine may not install from.
    apart = Root(scene.path("var/lib/ubuntu-advantage/apt-esm"))
    apart.status.clear()
    for service, origin in (("infra", "UbuntuESM"), ("apps", "UbuntuESMApps")):
        offers = apart.repository(
            f"https://esm.example.org/{service}/ubuntu",
            f"noble-{service}-security",
            origin=origin,
            label=origin,
            codename="noble",
        )
        offers.package("a" if service == "infra" else "b", f"2+esm-{service}")
    scene.after_write = apart.write
    scene.pending("c", "1", "2")
    for name, version in (("a", "2+esm-infra"), ("b", "2+esm-apps")):
        scene.updates[name, "", "hidden"] = Expected("", version, "needs_subscription", SECURITY)


@scenario
def esm_pinned_away_needs_a_subscription(scene):
    scene.installed("a", "1")
    phased_archive(scene)
    scene.repository(
        "https://esm.example.org/infra/ubuntu",
        "noble-infra-security",
        origin="UbuntuESM",
        label="UbuntuESM",
        codename="noble",
    ).package("a", "2")
    scene.pin("*", "release o=UbuntuESM, n=noble", "never")
    scene.pending("a", "1", "2", SECURITY, "needs_subscription")
