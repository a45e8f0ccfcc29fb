# SPDX-License-Identifier: Apache-2.0
"""Sources and what was fetched from them: every way in which a list can be missing, old or empty."""

import datetime
import shutil

from scenario import ARCHIVE, OTHER, SECURITY, SECURITY_ARCHIVE, UNKNOWN, scenario

NOW = datetime.datetime.now(datetime.timezone.utc)


def one_of_each(scene, **options):
    """A normal and a security update, from two repositories with the given options."""
    scene.installed("a", "1").installed("b", "1")
    main, security = scene.main(**options), scene.security(**options)
    main.package("a", "2")
    security.package("b", "2")
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)
    return main, security


@scenario
def deb822_sources(scene):
    one_of_each(scene, style="deb822")


@scenario
def release_with_a_detached_signature(scene):
    one_of_each(scene, clear_signed=False)


def lists_kept_compressed(ending):
    def compressed(scene):
        one_of_each(scene, compress=ending)

    compressed.__name__ = f"lists_kept_as_{ending}"
    return compressed


for each in ("gz", "xz", "bz2", "lz4", "zst"):
    scenario(lists_kept_compressed(each))


@scenario
def several_suites_and_components_in_one_deb822_stanza(scene):
    scene.installed("a", "1").installed("b", "1").installed("c", "1")
    main, updates = scene.main(components=["main", "contrib"]), scene.main(
        "trixie-updates", components=["main", "contrib"]
    )
    main.listed = updates.listed = False
    scene.security()
    main.package("a", "2").package("b", "2", component="contrib")
    updates.package("c", "2", component="contrib")
    scene.file(
        "etc/apt/sources.list.d/debian.sources",
        f"# the archive\nTypes: deb deb-src\nURIs: {ARCHIVE}\n"
        "Suites: trixie\n trixie-updates\nComponents: main contrib\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n"
        " mQINBFit\n -----END PGP PUBLIC KEY BLOCK-----\n",
    )
    scene.pending("a", "1", "2").pending("b", "1", "2").pending("c", "1", "2")


@scenario
def edge_64_one_line_sources_with_options_and_comments(scene):
    scene.installed("a", "1").installed("b", "1")
    main, security = scene.main(), scene.security()
    main.listed = security.listed = False
    main.package("a", "2")
    security.package("b", "2")
    scene.file(
        "etc/apt/sources.list.d/debian.list",
        "# deb http://off.example.org/debian trixie main\n\n"
        f"deb [ arch=amd64 signed-by=/usr/share/keyrings/debian.gpg ] {ARCHIVE} trixie main # the archive\n"
        f"deb-src [signed-by=/usr/share/keyrings/debian.gpg] {ARCHIVE} trixie main\n  deb\t{SECURITY_ARCHIVE}   trixie-security\tmain\n",
    )
    scene.pending("a", "1", "2").pending("b", "1", "2", SECURITY)


@scenario
def disabled_sources_are_not_missing(scene):
    scene.installed("a", "1")
    scene.main()
    scene.security()
    scene.main("sid", fetched=False, enabled=False).package("a", "2")
    scene.file("etc/apt/sources.list.d/other.list.save", "deb http://saved.example.org/debian trixie main\n")
    scene.file("etc/apt/sources.list.d/other.list", "# deb http://off.example.org/debian trixie main\n")


@scenario
def lists_of_a_source_that_was_removed_do_not_count(scene):
    scene.installed("a", "1")
    scene.main()
    scene.security()
    scene.main("sid", listed=False).package("a", "2")


@scenario
def source_for_one_architecture_only(scene):
    scene.foreign.append("i386")
    scene.installed("a", "1").installed("b", "1", arch="i386")
    scene.security()
    scene.main(source_options={"arch": "amd64"}, architectures=["amd64", "i386"]).package("a", "2").package(
        "b", "2", arch="i386"
    )
    scene.pending("a", "1", "2")


@scenario
def archive_that_does_not_have_the_foreign_architecture(scene):
    scene.foreign.append("i386")
    scene.installed("a", "1")
    scene.main(architectures=["amd64"]).package("a", "2")
    scene.security(architectures=["amd64"])
    scene.pending("a", "1", "2")


@scenario
def flat_repository(scene):
    scene.installed("a", "1")
    scene.main()
    scene.security()
    scene.repository("http://flat.example.org/repo", "./", origin="Debian", label="Debian", codename="trixie").package(
        "a", "2"
    )
    scene.pending("a", "1", "2")


@scenario
def local_repository_on_disk(scene):
    scene.installed("a", "1")
    scene.main(uri=f"file:{scene.folder}/srv/mirror").package("a", "2")
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def edge_99_credentials_in_a_uri_are_masked(scene):
    scene.installed("a", "1")
    scene.main(uri="https://user:s3cret@deb.example.org/debian").package("a", "2")
    scene.security()
    scene.pending("a", "1", "2")
    scene.never_printed = "s3cret"


@scenario
def edge_10_no_sources_at_all(scene):
    scene.installed("a", "1")
    scene.warnings = {"no_sources"}


@scenario
def only_source_packages_are_no_source_of_updates(scene):
    scene.installed("a", "1")
    scene.file("etc/apt/sources.list", f"deb-src {ARCHIVE} trixie main\n")
    scene.warnings = {"no_sources"}


@scenario
def never_fetched_source(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2")
    scene.security(fetched=False)
    scene.pending("a", "1", "2", UNKNOWN)
    scene.warnings = {"never_fetched", "no_security_source"}


@scenario
def never_fetched_source_beside_a_pending_security_update(scene):
    one_of_each(scene)
    scene.repository("http://other.example.org/debian", "trixie", fetched=False)
    scene.warnings = {"never_fetched"}


@scenario
def edge_121_all_lists_gone(scene):
    scene.installed("a", "1")
    scene.main(fetched=False)
    scene.security(fetched=False)
    scene.warnings = {"never_fetched", "no_security_source"}


@scenario
def edge_121_lists_folder_missing(scene):
    scene.installed("a", "1")
    scene.main(fetched=False)
    scene.security(fetched=False)
    scene.after_write = lambda: shutil.rmtree(scene.path("var/lib/apt/lists"))
    scene.warnings = {"never_fetched", "no_security_source"}


@scenario
def one_component_never_fetched(scene):
    main, _ = one_of_each(scene, components=["main", "contrib"])
    main.package("c", "2", component="contrib")
    scene.after_write = lambda: main.index_paths()[1].unlink()
    scene.warnings = {"never_fetched"}


@scenario
def component_and_architecture_that_are_empty_are_not_missing(scene):
    scene.foreign.append("i386")
    main, _ = one_of_each(scene, components=["main", "contrib"])
    scene.after_write = lambda: [path.unlink() for path in main.index_paths()[1:]]


@scenario
def foreign_architecture_never_fetched(scene):
    scene.foreign.append("i386")
    main, _ = one_of_each(scene)
    main.package("c", "2", arch="i386")
    scene.after_write = lambda: main.index_paths()[1].unlink()
    scene.warnings = {"never_fetched"}


@scenario
def index_without_its_release_file(scene):
    main, _ = one_of_each(scene)
    scene.after_write = lambda: main.release_path().unlink()
    scene.pending("a", "1", "2", UNKNOWN)
    scene.warnings = {"never_fetched"}


@scenario
def expired_release(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2")
    scene.security(date=NOW - datetime.timedelta(days=10), valid_until=NOW - datetime.timedelta(days=3))
    scene.pending("a", "1", "2")
    scene.warnings = {"metadata_expired"}


@scenario
def release_that_is_valid_for_another_week(scene):
    one_of_each(scene, date=NOW - datetime.timedelta(days=1), valid_until=NOW + datetime.timedelta(days=7))


@scenario
def old_release_of_a_stable_suite_without_an_end(scene):
    scene.installed("a", "1")
    scene.main(date=NOW - datetime.timedelta(days=200)).package("a", "2")
    scene.security()
    scene.pending("a", "1", "2")


@scenario
def edge_73_unreadable_source_file(scene):
    scene.installed("a", "1")
    scene.main().package("a", "2")
    scene.security()
    scene.file(
        "etc/apt/sources.list.d/private.list", "deb https://private.example.org/debian trixie main\n", mode=0o600
    )
    scene.as_nobody = True
    scene.pending("a", "1", "2")
    scene.warnings = {"source_unreadable"}


@scenario
def edge_73_unreadable_index(scene):
    main, _ = one_of_each(scene)
    scene.after_write = lambda: main.index_paths()[0].chmod(0o600)
    scene.as_nobody = scene.apt_fails = True
    scene.failure = "permission_denied"
    scene.updates.clear()


@scenario
def docker_image_without_package_cache_files(scene):
    one_of_each(scene, compress="lz4")
    scene.file("etc/apt/apt.conf.d/docker-clean", 'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n')
    scene.file(
        "etc/apt/apt.conf.d/docker-gzip-indexes",
        'Acquire::GzipIndexes "true"; Acquire::CompressionTypes::Order:: "gz";\n',
    )
    scene.file("etc/apt/apt.conf.d/docker-no-languages", 'Acquire::Languages "none";\n')


@scenario
def source_listed_twice(scene):
    one_of_each(scene)
    scene.file("etc/apt/sources.list.d/again.list", f"deb {ARCHIVE} trixie main\n")
    scene.warnings = {"apt_warning"}


@scenario
def malformed_source_line(scene):
    one_of_each(scene)
    scene.file("etc/apt/sources.list.d/broken.list", "deb http://broken.example.org/debian\n")
    scene.apt_fails = True
    scene.warnings = {"apt_error"}


@scenario
def malformed_configuration(scene):
    one_of_each(scene)
    scene.file("etc/apt/apt.conf.d/99broken", 'APT::Install-Recommends "false\n')
    scene.apt_fails = True
    scene.warnings = {"apt_error"}


@scenario
def sources_that_contradict_each_other(scene):
    one_of_each(scene, source_options={"signed-by": "/usr/share/keyrings/debian.gpg"})
    scene.file(
        "etc/apt/sources.list.d/again.list", f"deb [signed-by=/usr/share/keyrings/other.gpg] {ARCHIVE} trixie main\n"
    )
    scene.apt_fails = True
    scene.warnings = {"apt_error", "apt_warning"}


@scenario
def suite_named_by_its_codename_and_by_its_class(scene):
    scene.installed("a", "1")
    scene.main("stable", archive="stable", codename="trixie").package("a", "2")
    scene.security("stable-security", codename="trixie-security")
    scene.pending("a", "1", "2", OTHER)
