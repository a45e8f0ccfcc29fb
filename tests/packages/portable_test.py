#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portable archives: what is in them, and that they run where nothing is.

usage: portable_test.py FOLDER-OF-THE-ARCHIVES FOLDER-OF-THE-BUILT-PROGRAMS [unittest arguments]
"""

import hashlib
import json
import os
import pathlib
import queue
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tarfile
import tempfile
import unittest
import urllib.error
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / each) for each in ("support", "differential", "delivery", "hub"))]
from archive import (  # noqa: E402  (needs the path above)
    ALL, PACKAGES, SKIPPED, archive, chroot_command, emulator, missing, unpacked, version)
import reports  # noqa: E402
from endpoints import Certificates, Hub, read_request, server  # noqa: E402
from patchstate_run import NOBODY, Patchstate  # noqa: E402

ARCHIVES, BUILT = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
LOOKED_AT = [each for each in ALL if not missing(ARCHIVES, [each])]  # (architecture, package)
UNKNOWN, ENROLLED, NOT_REACHED = 3, 0, 75


def run(*command, **options):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300, check=False, **options)


def architectures_of(package):
    return [each for each, name in LOOKED_AT if name == package]


class Case(unittest.TestCase):
    longMessage = True
    maxDiff = None

    def folder(self):
        made = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-portable-"))
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        made.chmod(0o777)
        return made

    def unpacked(self, architecture, package="patchstate"):
        return self.enterContext(unpacked(ARCHIVES, architecture, package))

    def each_program(self):
        """(architecture, its path) of all that are here."""
        for architecture, package in LOOKED_AT:
            folder = self.unpacked(architecture, package)
            yield from ((architecture, folder / program) for program in PACKAGES[package])

    def started_by(self, architecture):
        found = emulator(architecture)
        if found is None:
            self.skipTest(f"no qemu-{architecture} here")
        return found


class Archives(Case):
    def test_everything_is_roots_and_of_one_time(self):
        for architecture, package in LOOKED_AT:
            with tarfile.open(archive(ARCHIVES, architecture, package)) as tar:
                members = tar.getmembers()
            self.assertEqual({(each.uid, each.gid, each.uname, each.gname) for each in members}, {(0, 0, "", "")})
            self.assertEqual(len({each.mtime for each in members}), 1)
            names = [each.name.split("/") for each in members]
            self.assertEqual(names, sorted(names))
            top = {each.name.split("/")[0] for each in members}
            self.assertEqual(top, {f"{package}-{version()}-linux-{architecture}"})
            self.assertFalse([each.name for each in members if each.mode & 0o022 and not each.issym()])

    def test_programs_need_no_shared_object_and_are_hardened(self):
        machines = {"x86_64": "X86-64", "aarch64": "AArch64"}
        for architecture, program in self.each_program():
            facts = run("readelf", "-W", "-h", "-l", "-d", program).stdout
            self.assertIn(machines[architecture], facts)
            self.assertIn("DYN (", facts, "at a random address")
            self.assertNotIn("INTERP", facts)
            self.assertNotIn("(NEEDED)", facts)
            self.assertIn("GNU_RELRO", facts)
            self.assertRegex(facts, r"FLAGS.*NOW")
            self.assertRegex(facts, r"GNU_STACK .* RW ")

    def test_nothing_tells_where_they_were_built(self):
        for _, program in self.each_program():
            said = run("strings", "-n", "8", program).stdout
            found = [line for line in said.splitlines() if "/build/" in line or str(HERE.parent.parent) in line]
            self.assertEqual(found, [], program.name)

    def test_licences_and_versions_of_what_is_inside_are_there(self):
        inside = {"patchstate": {"openssl", "curl", "expat", "zlib", "libzstd"},
                  "patchstate-hub": {"openssl", "curl", "zlib", "gnutls28", "libmicrohttpd", "postgresql-15", "sqlite3", "poco"}}
        for architecture, package in LOOKED_AT:
            documents = self.unpacked(architecture, package) / "usr/share/doc" / package
            components = dict(line.split() for line in (documents / "components").read_text().splitlines())
            self.assertLessEqual(inside[package], components.keys())
            licences = {path.name for path in (documents / "licences").iterdir() if path.stat().st_size}
            self.assertEqual(licences, components.keys() | {"libcxx", "musl"})
            self.assertTrue((documents / "LICENSE").stat().st_size)

    def test_programs_tell_their_version(self):
        for architecture, program in self.each_program():
            done = run(*self.started_by(architecture), program, "--version")
            self.assertEqual((done.returncode, done.stdout.split()[-1]), (0, version()), done.stderr)

    def test_the_readmes_say_what_they_belong_to(self):
        for architecture, package in LOOKED_AT:
            text = (self.unpacked(architecture, package) / "README").read_text()
            self.assertNotIn("@", text)
            self.assertIn(f"{package} {version()} for Linux on {architecture}", text)


def script(folder, *command):
    """One file to start that."""
    made = folder / "program"
    made.write_text(f'#!/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin exec {shlex.join(map(str, command))} "$@"\n')
    made.chmod(0o755)
    return made


def post(url, document, **header):
    asked = urllib.request.Request(url, json.dumps(document).encode(), {"Content-Type": "application/json", **header})
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return json.load(answer)


class TheHub(Case):
    def test_it_serves_over_tls_and_refuses_who_has_no_token(self):
        """On its own machine or by an emulator; what else it does the hub's own tests show."""
        for architecture in architectures_of("patchstate-hub"):
            folder, start = self.folder(), self.started_by(architecture)
            program = script(folder, *start, self.unpacked(architecture, "patchstate-hub") / "patchstate-hub")
            made = Certificates(folder, "ca")
            certificate, key = made.sign("hub", "IP:127.0.0.1")
            hub = Hub(program, folder, "--tls-cert", certificate, "--tls-key", key, ca=made.ca)
            self.addCleanup(hub.stop)
            self.assertTrue(hub.url.startswith("https://"))
            self.assertEqual(hub.ask("/v1/hosts")["hosts"], [])
            hub.reader = "nobody's"
            with self.assertRaises(urllib.error.HTTPError) as refused:
                hub.ask("/v1/hosts")
            self.assertEqual(refused.exception.code, 401)


class Rpms(Case):
    def test_an_rpm_has_the_files_of_its_archive(self):
        configuration = {"patchstate": "/etc/patchstate/patchstate.toml", "patchstate-hub": "/etc/patchstate-hub/options"}
        for architecture, name in LOOKED_AT:
            package = ARCHIVES / f"{name}-{version()}-1.{architecture}.rpm"
            if not package.exists() or not shutil.which("rpm"):
                self.skipTest(f"no {package}, or no rpm: ./dev package rpm")
            self.assertEqual(run("rpm", "-qp", "--qf", "%{ARCH} %{VERSION}", package).stdout, f"{architecture} {version()}")
            folder, files = self.unpacked(architecture, name), {}
            for line in run("rpm", "-qp", "--dump", package).stdout.splitlines():
                path, _, _, digest, mode, owner, group, is_config = line.split()[:8]
                files[path] = digest
                self.assertEqual((owner, group, int(mode, 8) & 0o7022), ("root", "root", 0), line)
                self.assertEqual(is_config == "1", path == configuration[name], line)
            for path in (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
                inside = f"/{path.relative_to(folder)}"
                if inside != "/README" and "/man/" not in inside:  # manual pages are packed in it
                    self.assertEqual(files[inside], hashlib.sha256(path.read_bytes()).hexdigest(), inside)


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
        for architecture in architectures_of("patchstate"):
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

    def test_the_hub_trusts_a_webhook_by_the_cas_of_the_system(self):
        if "x86_64" not in architectures_of("patchstate-hub"):
            self.skipTest("no archive of the hub: ./dev package portable:hub-x86_64")
        root, scratch, got = self.system(), self.folder(), queue.Queue()
        made = Certificates(self.folder(), "ca")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*made.sign("hook", "IP:127.0.0.1"))
        (root / "etc/pki/tls/certs").mkdir(parents=True)
        shutil.copy(made.ca, root / "etc/pki/tls/certs/ca-bundle.crt")
        (root / str(scratch)[1:]).symlink_to("/srv")  # its store has the same name inside

        def take(connection):
            got.put(read_request(connection))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        with server(take, tls) as port:
            inside = chroot_command(root, self.unpacked("x86_64", "patchstate-hub"), scratch)
            hub = Hub(script(scratch, *inside, "/mnt/patchstate-hub"), scratch, "--notify", f"https://127.0.0.1:{port}")
            self.addCleanup(hub.stop)
            token = hub.command("token", "create", "enrol").strip()
            key = post(hub.url + "/v1/enroll", {"token": token, "hostId": "web-1"})["hostKey"]
            post(hub.url + "/v1/assessments", reports.full("web-1"), Authorization=f"Bearer {key}")
            got.get(timeout=60)

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
    if reason := missing(ARCHIVES, [("x86_64", "patchstate")]):
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    for absent in (each for each in ALL if each not in LOOKED_AT):
        print(f"not looked at: {missing(ARCHIVES, [absent])}")
    unittest.main(verbosity=2)
