# SPDX-License-Identifier: Apache-2.0
"""What apt's resolver takes, keeps back and adds."""

from scenario import OTHER, SECURITY, scenario


@scenario
def edge_55_new_dependency(scene):
    scene.installed("jq", "1.6")
    scene.main().package("jq", "1.7", depends="zsh").package("zsh", "5.9")
    scene.security()
    scene.pending("jq", "1.6", "1.7", OTHER, "kept_back").pending("zsh", "", "5.9")


@scenario
def edge_55_kernel_metapackage(scene):
    scene.installed("linux-image-amd64", "6.12.41-1", depends="linux-image-6.12.41+deb13-amd64 (= 6.12.41-1)")
    scene.installed("linux-image-6.12.41+deb13-amd64", "6.12.41-1", auto=True)
    scene.main()
    security = scene.security()
    security.package("linux-image-amd64", "6.12.48-1", depends="linux-image-6.12.48+deb13-amd64 (= 6.12.48-1)")
    security.package("linux-image-6.12.48+deb13-amd64", "6.12.48-1", source="linux-signed-amd64 (6.12.48+1)")
    scene.pending("linux-image-amd64", "6.12.41-1", "6.12.48-1", SECURITY, "kept_back")
    scene.pending("linux-image-6.12.48+deb13-amd64", "", "6.12.48-1", SECURITY)


@scenario
def new_dependency_of_a_new_dependency(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2", depends="b").package("b", "1", depends="c").package("c", "1")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back").pending("b", "", "1").pending("c", "", "1")


@scenario
def dependency_nobody_has(scene):
    scene.installed("a", "1").installed("b", "1")
    scene.main().package("a", "2", depends="missing").package("b", "2")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back").pending("b", "1", "2")


@scenario
def dependency_on_a_version_nobody_has(scene):
    scene.installed("a", "1").installed("lib", "1")
    scene.main().package("a", "2", depends="lib (>= 3)").package("lib", "2")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back").pending("lib", "1", "2")


@scenario
def dependency_met_by_another_update(scene):
    scene.installed("a", "1", depends="lib (>= 1)").installed("lib", "1")
    scene.main().package("a", "2", depends="lib (>= 2)").package("lib", "2")
    scene.security()
    scene.pending("a", "1", "2").pending("lib", "1", "2")


@scenario
def exact_dependency_of_an_installed_package_holds_the_library(scene):
    scene.installed("app", "1", depends="lib (= 1)").installed("lib", "1")
    scene.main().package("app", "1", depends="lib (= 1)").package("lib", "2")
    scene.security()
    scene.pending("lib", "1", "2", OTHER, "kept_back")


@scenario
def conflict_that_wants_a_removal(scene):
    scene.installed("a", "1").installed("b", "1")
    scene.main().package("a", "2", conflicts="b").package("b", "1")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back")


@scenario
def breaks_of_an_old_version_that_is_updated_too(scene):
    scene.installed("a", "1").installed("b", "1")
    scene.main().package("a", "2", breaks="b (<< 2)").package("b", "2")
    scene.security()
    scene.pending("a", "1", "2").pending("b", "1", "2")


@scenario
def breaks_of_a_version_that_stays(scene):
    scene.installed("a", "1").installed("b", "1", essential="yes")
    scene.main().package("a", "2", breaks="b (<< 2)").package("b", "1", essential="yes")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back")


@scenario
def new_recommendation_keeps_back_as_a_new_dependency_does(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2", recommends="extra").package("extra", "1")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back").pending("extra", "", "1")


@scenario
def new_recommendation_that_cannot_be_met_keeps_back_too(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2", recommends="extra")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back")


@scenario
def new_recommendation_with_recommends_switched_off(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2", recommends="extra").package("extra", "1")
    scene.security()
    scene.file("etc/apt/apt.conf.d/99recommends", 'APT::Install-Recommends "false";\n')
    scene.pending("a", "1", "2")


@scenario
def recommendation_that_was_unmet_before(scene):
    scene.installed("a", "1", recommends="extra")
    scene.main().package("a", "2", recommends="extra").package("extra", "1")
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def suggestion_brings_nothing(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2", suggests="extra").package("extra", "1")
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def virtual_package_that_is_provided_already(scene):
    scene.installed("a", "1").installed("postfix", "3", provides="mail-transport-agent")
    scene.main().package("a", "2", depends="mail-transport-agent").package(
        "postfix", "3", provides="mail-transport-agent"
    )
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def virtual_package_that_only_the_candidate_provides(scene):
    scene.installed("a", "1").installed("postfix", "3")
    scene.main().package("a", "2", depends="mail-transport-agent").package(
        "postfix", "4", provides="mail-transport-agent"
    )
    scene.security()
    scene.pending("a", "1", "2").pending("postfix", "3", "4")


@scenario
def virtual_package_that_the_candidate_no_longer_provides(scene):
    scene.installed("a", "1", depends="mta").installed("postfix", "3", provides="mta")
    scene.main().package("a", "1", depends="mta").package("postfix", "4")
    scene.security()
    scene.pending("postfix", "3", "4", OTHER, "kept_back")


@scenario
def versioned_provides(scene):
    scene.installed("a", "1").installed("b", "1").installed("perl", "5.38", provides="libfoo-perl (= 1.5)")
    scene.main().package("a", "2", depends="libfoo-perl (>= 1.4)").package("b", "2", depends="libfoo-perl (>= 1.6)")
    scene.security()
    scene.pending("a", "1", "2").pending("b", "1", "2", OTHER, "kept_back")


@scenario
def or_group_whose_second_member_is_installed(scene):
    scene.installed("a", "1").installed("exim4", "4")
    scene.main().package("a", "2", depends="postfix | exim4").package("postfix", "3")
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def or_group_with_nothing_installed(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2", depends="postfix | exim4").package("postfix", "3").package("exim4", "4")
    scene.security()
    scene.pending("a", "1", "2", OTHER, "kept_back").pending("postfix", "", "3")


@scenario
def renamed_package_with_a_transitional_one(scene):
    scene.installed("old-name", "1")
    main = scene.main()
    main.package("old-name", "2", arch="all", depends="new-name")
    main.package("new-name", "2", breaks="old-name (<< 2)", replaces="old-name (<< 2)")
    scene.security()
    scene.pending("old-name", "1", "2", OTHER, "kept_back", arch="all").pending("new-name", "", "2")


@scenario
def edge_57_edge_74_foreign_architecture_in_lock_step(scene):
    scene.foreign.append("i386")
    for arch in ("amd64", "i386"):
        scene.installed("libc6", "2.41-1", arch=arch, multi_arch="same")
        scene.pending("libc6", "2.41-1", "2.41-2", SECURITY, arch=arch)
    scene.main()
    security = scene.security()
    for arch in ("amd64", "i386"):
        security.package("libc6", "2.41-2", arch=arch, multi_arch="same")


@scenario
def edge_74_foreign_architecture_that_lags_behind(scene):
    scene.foreign.append("i386")
    for arch in ("amd64", "i386"):
        scene.installed("libc6", "2.41-1", arch=arch, multi_arch="same")
    scene.main().package("libc6", "2.41-1", arch="i386", multi_arch="same")
    scene.security().package("libc6", "2.41-2", multi_arch="same")
    scene.pending("libc6", "2.41-1", "2.41-2", SECURITY, "kept_back")


@scenario
def edge_57_only_the_foreign_copy_is_installed(scene):
    scene.foreign.append("i386")
    scene.installed("wine32", "8", arch="i386")
    main = scene.main()
    scene.security()
    main.package("wine32", "9", arch="i386").package("wine32", "9", arch="amd64")
    scene.pending("wine32", "8", "9", arch="i386")


@scenario
def packages_for_all_architectures(scene):
    scene.foreign.append("i386")
    scene.installed("tzdata", "2025a", arch="all").installed("to-all", "1").installed("from-all", "1", arch="all")
    main = scene.main()
    scene.security().package("tzdata", "2025b", arch="all")
    main.package("to-all", "2", arch="all").package("from-all", "2")
    scene.pending("tzdata", "2025a", "2025b", SECURITY, arch="all")
    scene.pending("to-all", "1", "2", arch="all").pending("from-all", "1", "2")


@scenario
def multi_arch_foreign_dependency(scene):
    scene.foreign.append("i386")
    scene.installed("tool", "1", arch="i386").installed("make", "4", multi_arch="foreign")
    main = scene.main()
    scene.security()
    main.package("tool", "2", arch="i386", depends="make").package("make", "4", multi_arch="foreign")
    scene.pending("tool", "1", "2", arch="i386")


@scenario
def dependency_on_any_architecture(scene):
    scene.foreign.append("i386")
    scene.installed("tool", "1", arch="i386").installed("python3", "3", multi_arch="allowed")
    main = scene.main()
    scene.security()
    main.package("tool", "2", arch="i386", depends="python3:any").package("python3", "3", multi_arch="allowed")
    scene.pending("tool", "1", "2", arch="i386")


@scenario
def removed_packages_with_configuration_left_are_not_installed(scene):
    scene.installed("a", "1", status="deinstall ok config-files").installed("b", "1", status="purge ok not-installed")
    main = scene.main()
    scene.security().package("a", "2")
    main.package("b", "2")


@scenario
def package_selected_for_removal(scene):
    scene.installed("a", "1", status="deinstall ok installed").installed("b", "1")
    scene.main()
    scene.security().package("a", "2").package("b", "2")
    scene.pending("a", "1", "2", SECURITY).pending("b", "1", "2", SECURITY)


@scenario
def automatically_installed_packages_count_too(scene):
    scene.installed("a", "1", auto=True)
    scene.main()
    scene.security().package("a", "2")
    scene.pending("a", "1", "2", SECURITY)


@scenario
def essential_package_that_is_not_installed(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2").package("base-files", "13", essential="yes")
    scene.security()
    scene.pending("a", "1", "2").pending("base-files", "", "13")


@scenario
def four_thousand_packages(scene):
    main, security = scene.main(), scene.security()
    for number in range(4000):
        name = f"package{number}"
        scene.installed(name, "1.0-1", depends=f"package{number // 2} (>= 1.0)" if number > 1 else None)
        main.package(name, "1.0-1", depends=f"package{number // 2} (>= 1.0)" if number > 1 else None)
        if number % 10 == 0:
            security.package(name, "1.0-2", depends=f"package{number // 2} (>= 1.0)" if number > 1 else None)
            scene.pending(name, "1.0-1", "1.0-2", SECURITY)
