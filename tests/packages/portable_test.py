#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portable archives: what is in them, and that they run where nothing is.

usage: portable_test.py FOLDER-OF-THE-ARCHIVES FOLDER-OF-THE-BUILT-PROGRAMS [unittest arguments]
"""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / each) for each in ("support", "differential", "delivery"))]
from archive import (  # noqa: E402  (needs the path above)
    ARCHITECTURES, PROGRAMS, SKIPPED, archive, chroot_command, emulator, missing, unpacked, version)
from endpoints import Certificates, Hub  # noqa: E402
from patchstate_run import NOBODY, Patchstate  # noqa: E402

ARCHIVES, BUILT = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
LOOKED_AT = [each for each in ARCHITECTURES if not missing(ARCHIVES, [each])]
UNKNOWN, ENROLLED, NOT_REACHED = 3, 0, 75


def run(*command, **options):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300, check=False, **options)


class Case(unittest.TestCase):
    longMessage = True
    maxDiff = None

    def folder(self):
        made = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-portable-"))
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        made.chmod(0o777)
        return made

    def unpacked(self, architecture):
        return self.enterContext(unpacked(ARCHIVES, architecture))

    def started_by(self, architecture):
        found = emulator(architecture)
        if found is None:
            self.skipTest(f"no qemu-{architecture} here")
        return found


class Archives(Case):
    def test_everything_is_roots_and_of_one_time(self):
        for architecture in LOOKED_AT:
            with tarfile.open(archive(ARCHIVES, architecture)) as tar:
                members = tar.getmembers()
            self.assertEqual({(each.uid, each.gid, each.uname, each.gname) for each in members}, {(0, 0, "", "")})
            self.assertEqual(len({each.mtime for each in members}), 1)
            names = [each.name.split("/") for each in members]
            self.assertEqual(names, sorted(names))
            top = {each.name.split("/")[0] for each in members}
            self.assertEqual(top, {f"patchstate-{version()}-linux-{architecture}"})
            self.assertFalse([each.name for each in members if each.mode & 0o022 and not each.issym()])

    def test_programs_need_no_shared_object_and_are_hardened(self):
        machines = {"x86_64": "X86-64", "aarch64": "AArch64"}
        for architecture in LOOKED_AT:
            folder = self.unpacked(architecture)
            for program in PROGRAMS:
                facts = run("readelf", "-W", "-h", "-l", "-d", folder / program).stdout
                self.assertIn(machines[architecture], facts)
                self.assertIn("DYN (", facts, "at a random address")
                self.assertNotIn("INTERP", facts)
                self.assertNotIn("(NEEDED)", facts)
                self.assertIn("GNU_RELRO", facts)
                self.assertRegex(facts, r"FLAGS.*NOW")
                self.assertRegex(facts, r"GNU_STACK .* RW ")

    def test_nothing_tells_where_they_were_built(self):
        for architecture in LOOKED_AT:
            folder = self.unpacked(architecture)
            for program in PROGRAMS:
                said = run("strings", "-n", "8", folder / program).stdout
                self.assertEqual([line for line in said.splitlines() if "/build/" in line or str(HERE.parent.parent) in line], [])

    def test_licences_and_versions_of_what_is_inside_are_there(self):
        documents = self.unpacked("x86_64") / "usr/share/doc/patchstate"
        components = dict(line.split() for line in (documents / "components").read_text().splitlines())
        self.assertLessEqual({"openssl", "curl", "expat", "zlib", "libzstd"}, components.keys())
        licences = {path.name for path in (documents / "licences").iterdir() if path.stat().st_size}
        self.assertEqual(licences, components.keys() | {"libcxx", "musl"})
        for name in ("LICENSE", "components"):
            self.assertTrue((documents / name).stat().st_size)

    def test_programs_tell_their_version(self):
        for architecture in LOOKED_AT:
            start, folder = self.started_by(architecture), self.unpacked(architecture)
            for program in PROGRAMS:
                done = run(*start, folder / program, "--version")
                self.assertEqual((done.returncode, done.stdout.split()[-1]), (0, version()), done.stderr)

    def test_the_readme_names_commands_that_are_there(self):
        folder = self.unpacked("x86_64")
        text = (folder / "README").read_text()
        self.assertNotIn("@", text)
        self.assertIn(f"patchstate {version()} for Linux on x86_64", text)


class Rpms(Case):
    def test_the_rpm_has_the_files_of_the_archive(self):
        for architecture in LOOKED_AT:
            package = ARCHIVES / f"patchstate-{version()}-1.{architecture}.rpm"
            if not package.exists() or not shutil.which("rpm"):
                self.skipTest(f"no {package}, or no rpm: ./dev package rpm")
            self.assertEqual(run("rpm", "-qp", "--qf", "%{ARCH} %{VERSION}", package).stdout, f"{architecture} {version()}")
            folder, files = self.unpacked(architecture), {}
            for line in run("rpm", "-qp", "--dump", package).stdout.splitlines():
                path, _, _, digest, mode, owner, group, is_config = line.split()[:8]
                files[path] = digest
                self.assertEqual((owner, group, int(mode, 8) & 0o7022), ("root", "root", 0), line)
                self.assertEqual(is_config == "1", path == "/etc/patchstate/patchstate.toml", line)
            for path in (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
                name = f"/{path.relative_to(folder)}"
                if name != "/README" and "/man/" not in name:  # manual pages are packed in it
                    self.assertEqual(files[name], hashlib.sha256(path.read_bytes()).hexdigest(), name)


class ThisMachine(Case):
    def test_it_says_what_the_probe_says(self):
        if not pathlib.Path("/var/lib/dpkg/status").exists():
            self.skipTest("no apt here")
        expected = Patchstate(BUILT, self.folder()).check("/", prefix=NOBODY if os.geteuid() == 0 else ())
        self.assertEqual(expected.source["tool"], "patchstate-apt-probe")
        folder, scratch = self.unpacked("x86_64"), self.folder()
        done = run(*(NOBODY if os.geteuid() == 0 else ()), "./patchstate", "check", "--format", "json", cwd=folder,
                   env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "CACHE_DIRECTORY": str(scratch), "STATE_DIRECTORY": str(scratch)})
        answer = json.loads(done.stdout)
        source = next(each for each in answer["sources"] if each["name"] == "apt")
        self.assertEqual(source["tool"], "apt-get (JSON hook)")
        self.assertEqual(answer["verdict"], expected.json["verdict"])
        self.assertEqual(compared(answer), compared(expected.json))
        self.assertEqual(done.returncode, expected.exit_code)


def compared(answer):
    """What both ways must agree on, of each update."""
    names = ("patchId", "version", "installedVersion", "arch", "state", "classifications", "sourcePackage", "repository")
    return sorted(json.dumps([patch.get(name) for name in names]) for patch in answer["patches"])


@unittest.skipIf(os.geteuid() != 0, "not root: chroot")
class EmptySystem(Case):
    """A root with nothing in it but our folders: no shell, no C library, no package manager."""

    def system(self):
        root = self.folder()
        for each in ("mnt", "srv", "proc", "etc", "dev", "tmp"):
            (root / each).mkdir()
        return root

    def test_where_no_package_manager_is_known_the_verdict_is_unknown(self):
        for architecture in LOOKED_AT:
            start = self.started_by(architecture)
            root, folder = self.system(), self.unpacked(architecture)
            if start:
                self.put_emulator(root, start)
            done = run(*chroot_command(root, folder, self.folder()), *(["/qemu"] if start else []), "/mnt/patchstate", "check",
                       "--format", "json")
            self.assertEqual(done.returncode, UNKNOWN, done.stdout + done.stderr)
            verdict = json.loads(done.stdout)["verdict"]
            self.assertEqual(verdict["value"], "unknown")
            self.assertIn("no_source", [reason["code"] for reason in verdict["reasons"]])

    def put_emulator(self, root, start):
        """qemu itself, with what it links."""
        shutil.copy(start[0], root / "qemu")
        for library in re.findall(r"(/\S+) \(0x", run("ldd", start[0]).stdout):
            (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, root / library[1:])

    def test_the_cas_of_each_family_are_found(self):
        hub = self.hub()
        for bundle in ("etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt",
                       "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "etc/ssl/ca-bundle.pem",
                       "var/lib/ca-certificates/ca-bundle.pem", "etc/ssl/cert.pem"):
            root = self.system()
            (root / bundle).parent.mkdir(parents=True)
            shutil.copy(hub.ca, root / bundle)
            done = self.enroll(hub, root)
            self.assertEqual(done.returncode, ENROLLED, f"{bundle}: {done.stdout}{done.stderr}")

    def test_without_cas_no_hub_is_trusted(self):
        hub = self.hub()
        done = self.enroll(hub, self.system())
        self.assertNotEqual(done.returncode, ENROLLED)
        self.assertIn("certificate", done.stderr)

    def hub(self):
        folder = self.folder()
        made = Certificates(folder, "ca")
        certificate, key = made.sign("hub", "IP:127.0.0.1")
        hub = Hub(BUILT / "patchstate-hub", folder, "--tls-cert", certificate, "--tls-key", key, ca=made.ca)
        self.addCleanup(hub.stop)
        hub.ca = made.ca
        return hub

    def enroll(self, hub, root):
        scratch = self.folder()
        (scratch / "token").write_text(hub.command("token", "create", "enrol"))
        (scratch / "token").chmod(0o600)
        (root / "etc/machine-id").write_text(uuid.uuid4().hex + "\n")
        return run(*chroot_command(root, self.unpacked("x86_64"), scratch), "/mnt/patchstate", "enroll", "--hub", hub.url,
                   "--token-file", "/srv/token", env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "STATE_DIRECTORY": "/srv/state",
                                                      "CACHE_DIRECTORY": "/srv/cache"})


if __name__ == "__main__":
    if reason := missing(ARCHIVES, ["x86_64"]):
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    for absent in set(ARCHITECTURES) - set(LOOKED_AT):
        print(f"not looked at: {missing(ARCHIVES, [absent])}")
    unittest.main(verbosity=2)
