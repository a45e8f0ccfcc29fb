#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes with the packages of a release: the list of their parts, checksums, signatures. Of small packages made here.

usage: release_test.py [unittest arguments]
"""

import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
RELEASE = TOP / "packaging/release"
CHECKER = TOP / "build/tools/release/node_modules"
COMPONENTS = "curl 7.88.1-10+deb12u15\nzlib 1:1.2.13.dfsg-1\n"
SPEC = """Name: patchstate
Version: 1
Release: 1
Summary: A test
License: Apache-2.0
%description
A test.
%install
install -d %{buildroot}/usr/share/doc/patchstate
printf 'openssl 3.0.20-1~deb12u2\\n' >%{buildroot}/usr/share/doc/patchstate/components
%files
/usr/share/doc/patchstate/components
"""

CONTROL = """Package: patchstate
Version: 1
Architecture: amd64
Maintainer: A B <a@example.org>
Depends: libapt-pkg6.0 (>= 2.3.2), libc6 (>= 2.36) | libc6.1
Description: A test
 A test.
"""
PACKAGES = None  # the folder that holds them; copied for each test


def setUpModule():
    if not CHECKER.exists():
        reason = f"there is no {CHECKER}: `./dev test` puts it there"
        print(reason)
        raise unittest.SkipTest(reason)
    global PACKAGES
    work = pathlib.Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    PACKAGES = make_packages(work)


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, **options).stdout


def make_archive(path, components=COMPONENTS, package="patchstate"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(f"{package}/usr/share/doc/{package}/components")
        member.size = len(components)
        archive.addfile(member, io.BytesIO(components.encode()))
    path.write_bytes(gzip.compress(out.getvalue(), mtime=0))


def make_packages(work):
    """One of each kind."""
    folder = work / "packages"
    folder.mkdir()
    make_archive(folder / "patchstate-1-linux-x86_64.tar.gz")
    make_archive(folder / "patchstate-hub-1-linux-x86_64.tar.gz", "sqlite3 3.40.1-2+deb12u2\n", "patchstate-hub")
    tree = work / "deb"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(CONTROL)
    run("dpkg-deb", "--root-owner-group", "-b", tree, folder / "patchstate_1_amd64.deb")
    (work / "test.spec").write_text(SPEC)
    run("rpmbuild", "-bb", "--define", f"_topdir {work}/rpm", "--define", f"_rpmdir {folder}",
        "--define", "_rpmfilename %%{NAME}-%%{VERSION}.rpm", work / "test.spec")
    return folder


class Case(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.folder = pathlib.Path(shutil.copytree(PACKAGES, self.work / "packages"))

    def build(self, **environment):
        return run(RELEASE / "build", self.folder, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **environment})

    def bill_file(self):
        [file] = self.folder.glob("*.cdx.json")
        return file

    def validate(self, file):
        return subprocess.run(["node", RELEASE / "validate.js", file], check=False, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, env={**os.environ, "NODE_PATH": str(CHECKER)})


class Parts(Case):
    def test_each_package_is_there_with_its_checksum_and_what_is_in_it(self):
        self.build()
        bill = json.loads(self.bill_file().read_text())
        components = {one["bom-ref"]: one for one in bill["components"]}
        depends = {one["ref"]: set(one["dependsOn"]) for one in bill["dependencies"]}
        curl, zlib = "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u15", "pkg:deb/debian/zlib@1%3A1.2.13.dfsg-1"
        sqlite = "pkg:deb/debian/sqlite3@3.40.1-2%2Bdeb12u2"
        for name, parts in (("patchstate-1-linux-x86_64.tar.gz", {curl, zlib}),
                            ("patchstate-hub-1-linux-x86_64.tar.gz", {sqlite}),
                            ("patchstate-1.rpm", {"pkg:deb/debian/openssl@3.0.20-1~deb12u2"}),
                            ("patchstate_1_amd64.deb", {"pkg:deb/debian/libapt-pkg6.0", "pkg:deb/debian/libc6"})):
            content = (self.folder / name).read_bytes()
            self.assertEqual(components[name]["hashes"][0]["content"], hashlib.sha256(content).hexdigest(), name)
            self.assertEqual(depends[name], parts, name)
            self.assertIn(name, depends["patchstate"])
        self.assertEqual(components[curl]["version"], "7.88.1-10+deb12u15")

    def test_the_same_packages_have_the_same_list(self):
        self.build()
        first = self.bill_file().read_bytes()
        self.build(TZ="Asia/Tokyo")
        self.assertEqual(self.bill_file().read_bytes(), first)

    def test_the_validator_takes_it_and_refuses_one_that_is_none(self):
        self.build()
        self.assertEqual(self.validate(self.bill_file()).returncode, 0)
        bill = json.loads(self.bill_file().read_text())
        for damage in ({"bomFormat": "other"}, {"invented": 1}, {"components": [{"name": "without a type"}]}):
            wrong = self.work / "wrong.json"
            wrong.write_text(json.dumps(bill | damage))
            self.assertEqual(self.validate(wrong).returncode, 1, damage)

    def test_a_package_that_does_not_say_what_is_in_it_is_refused(self):
        make_archive(self.folder / "patchstate-1-linux-x86_64.tar.gz", components="")
        with self.assertRaises(subprocess.CalledProcessError) as raised:
            self.build()
        self.assertIn("patchstate-1-linux-x86_64.tar.gz", raised.exception.stderr)
        self.assertFalse((self.folder / "SHA256SUMS").exists())


class Signatures(Case):
    def test_the_checksums_are_of_all_files_and_a_changed_byte_is_noticed(self):
        self.build()
        told = run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=self.folder)
        self.assertEqual(told.count(": OK"), len(list(self.folder.iterdir())) - 1)
        with open(self.folder / "patchstate-1.rpm", "ab") as file:
            file.write(b"x")
        with self.assertRaises(subprocess.CalledProcessError):
            run("sha256sum", "--check", "SHA256SUMS", cwd=self.folder)

    def test_a_signature_is_good_for_the_checksums_that_were_signed_alone(self):
        home = self.work / "gnupg"
        home.mkdir(mode=0o700)
        gnupg = {"GNUPGHOME": str(home)}
        self.addCleanup(run, "gpgconf", "--kill", "all", env={**os.environ, **gnupg})
        gpg = ("gpg", "--batch", "--homedir", home)
        run(*gpg, "--passphrase", "", "--quick-generate-key", "Release test <release@example.org>", "ed25519", "sign")
        self.build(SIGNING_KEY="release@example.org", **gnupg)
        run(*gpg, "--verify", self.folder / "SHA256SUMS.asc", self.folder / "SHA256SUMS")
        with open(self.folder / "SHA256SUMS", "a", encoding="ascii") as file:
            file.write("\n")
        with self.assertRaises(subprocess.CalledProcessError):
            run(*gpg, "--verify", self.folder / "SHA256SUMS.asc", self.folder / "SHA256SUMS")
        self.build(**gnupg)
        self.assertFalse((self.folder / "SHA256SUMS.asc").exists())  # of other checksums


if __name__ == "__main__":
    unittest.main(verbosity=2)
