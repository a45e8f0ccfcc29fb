# SPDX-License-Identifier: Apache-2.0
"""dpkg and apt in the middle of something."""

import fcntl

from scenario import OTHER, SECURITY, scenario


def updates_beside(scene, **options):
    scene.installed("a", "1").installed("b", "1")
    scene.main().package("a", "2").package("sick", "2", **options)
    scene.security().package("b", "2")
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)


@scenario
def edge_23_interrupted_dpkg(scene):
    updates_beside(scene)
    scene.file(
        "var/lib/dpkg/updates/0000", "Package: c\nStatus: install ok unpacked\nVersion: 1\nArchitecture: amd64\n\n"
    )
    scene.warnings = {"dpkg_interrupted"}


@scenario
def edge_24_half_configured_package(scene):
    updates_beside(scene)
    scene.installed("sick", "1", status="install ok half-configured")
    scene.pending("sick", "1", "2")
    scene.warnings = {"package_not_configured"}


@scenario
def edge_24_unpacked_package(scene):
    updates_beside(scene)
    scene.installed("sick", "1", status="install ok unpacked")
    scene.pending("sick", "1", "2")
    scene.warnings = {"package_not_configured"}


@scenario
def edge_24_package_waiting_for_triggers(scene):
    updates_beside(scene)
    scene.installed("sick", "1", status="install ok triggers-awaited")
    scene.pending("sick", "1", "2")
    scene.warnings = {"package_not_configured"}


@scenario
def edge_24_half_installed_package(scene):
    updates_beside(scene)
    scene.installed("sick", "1", status="install reinstreq half-installed")
    scene.pending("sick", "1", "2")
    scene.warnings = {"package_not_configured"}


@scenario
def edge_24_package_to_reinstall_that_no_archive_has(scene):
    scene.installed("a", "1").installed("b", "1")
    scene.main().package("a", "2")
    scene.security().package("b", "2")
    scene.installed("sick", "1", status="install reinstreq installed")
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)
    scene.apt_gives_up = True
    scene.warnings = {"package_not_configured"}


@scenario
def edge_27_dependencies_broken(scene):
    updates_beside(scene)
    scene.installed("broken", "1", depends="not-there")
    scene.apt_gives_up = True
    scene.warnings = {"dependencies_broken"}


@scenario
def edge_27_unmet_dependency_that_an_update_would_mend(scene):
    updates_beside(scene)
    scene.installed("broken", "1", depends="a (>= 2)")
    scene.apt_gives_up = True
    scene.warnings = {"dependencies_broken"}


def lock(path):
    file = open(path, "w", encoding="ascii")
    fcntl.lockf(file, fcntl.LOCK_EX)
    return file


@scenario
def edge_25_lists_lock_held_by_another_process(scene):
    updates_beside(scene)
    scene.before_check = lambda: [lock(scene.path("var/lib/apt/lists/lock"))]


@scenario
def edge_26_dpkg_locks_held_by_another_process(scene):
    updates_beside(scene)
    scene.before_check = lambda: [lock(scene.path("var/lib/dpkg", name)) for name in ("lock", "lock-frontend")]


@scenario
def edge_26_archives_lock_held_by_another_process(scene):
    updates_beside(scene)
    scene.before_check = lambda: [lock(scene.path("var/cache/apt/archives/lock"))]


@scenario
def nothing_but_dpkg_itself_is_installed(scene):
    scene.main()
    scene.security().package("a", "2")


@scenario
def kept_back_beside_half_configured(scene):
    scene.installed("a", "1").installed("sick", "1", status="install ok half-configured")
    scene.main().package("a", "2", depends="new").package("new", "1").package("sick", "1")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back").pending("new", "", "1")
    scene.warnings = {"package_not_configured"}
