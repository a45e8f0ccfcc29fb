#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The MSI under Wine: installed, enrolled, upgraded, removed, as an administrator's tools do it.

usage: msi_test.py FOLDER-OF-THE-PROGRAMS WINE-PREFIX [unittest arguments]

What only a real Windows can show is listed in docs/windows-service.md.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests/windows"), str(TOP / "tests/delivery")]
import endpoints  # noqa: E402  (these need the path above)
from wine import Wine, skip_reason  # noqa: E402

BIN = pathlib.Path(sys.argv.pop(1)).resolve()
PREFIX = sys.argv.pop(1)
HUB = TOP / "build/test/bin/patchstate-hub"  # on Linux only
WITHIN = 120  # seconds
RUN_NOW = 128
RUNNING, STOPPED, NO_SUCH_SERVICE = 4, 1, 1060
DONE, FAILED = (0,), (1603, 1627)  # Wine says 1627 where Windows says 1603
OLD, NEW = "1.2.3", "1.3.0"
WINDOWS = Wine(PREFIX, BIN)
INSTALLED = WINDOWS.drive_c / "Program Files/patchstate"
DATA = WINDOWS.drive_c / "ProgramData/patchstate"
CONFIG, STATE = DATA / "patchstate.toml", DATA / "state"
EVENT_SOURCE = r"HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\patchstate"
ENVIRONMENT = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


def reason_to_skip():
    if reason := skip_reason():
        return reason
    if not shutil.which("wixl"):
        return "no wixl here: apt install wixl msitools gir1.2-libmsi-1.0 python3-gi"
    if not (pathlib.Path(os.environ.get("WIN_DEPS", "/nonexistent")) / "versions").exists():
        return "WIN_DEPS names no prefix that tells what is in it, as packaging/windows/dependencies.sh makes one now"
    return None if HUB.exists() else f"there is no {HUB}: ./dev test builds it"


def setUpModule():
    if reason := reason_to_skip():
        print(reason)
        raise unittest.SkipTest(reason)
    Case.folder = pathlib.Path(unittest.enterModuleContext(tempfile.TemporaryDirectory()))
    Case.old = pack(Case.folder, OLD)
    changed = Case.folder / "changed"
    changed.mkdir()
    for name in ("patchstate.exe", "patchstated.exe"):  # other programs, which work like these
        (changed / name).write_bytes((BIN / name).read_bytes() + b"changed")
    Case.new = pack(Case.folder, NEW, changed)
    WINDOWS.__enter__()
    unittest.addModuleCleanup(WINDOWS.__exit__, None, None, None)


def pack(folder, version, programs=BIN, **environment):
    subprocess.run([TOP / "packaging/msi/pack.sh", programs, version, folder], check=True, cwd=folder,
                   env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000", **environment})
    return pathlib.Path(folder) / f"patchstate-{version}-x64.msi"


class Case(unittest.TestCase):
    """Nothing is installed, and no hub has heard of this machine."""

    def setUp(self):
        for folder in (DATA, INSTALLED):  # also what a run that was ended left
            shutil.rmtree(folder, ignore_errors=True)
        self.addCleanup(self.remove_all)

    def remove_all(self):
        for package in (self.new, self.old):
            WINDOWS.run("msiexec", "/x", WINDOWS.windows_path(package), "/qn")

    def msiexec(self, action, package, *properties, codes=DONE):
        log = self.folder / "msiexec.log"
        done = WINDOWS.run("msiexec", action, WINDOWS.windows_path(package), "/qn", "/l*v", WINDOWS.windows_path(log),
                           *properties, timeout=300)
        self.assertIn(done.returncode, codes, done.stdout + done.stderr)
        return log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""

    def patchstate(self, *arguments):
        return WINDOWS.run(r"C:\Program Files\patchstate\patchstate.exe", *arguments)

    def state(self):
        done = WINDOWS.run(BIN / "service_tool.exe", "state", "patchstate")
        return int(done.stdout.split()[0]) if done.returncode == 0 else done.returncode

    def wait_until(self, what, condition):
        """What happens in another process shows itself here only."""
        deadline = time.monotonic() + WITHIN
        while not (seen := condition()):
            self.assertLess(time.monotonic(), deadline, f"{what}; {self.patchstate('service', 'status').stdout}")
            time.sleep(0.2)
        return seen

    def wait_for_state(self, state):
        self.wait_until(f"the service's state {state}", lambda: self.state() == state)

    def serve(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        hub = endpoints.Hub(HUB, folder)
        self.addCleanup(hub.stop)
        return hub

    def token_for(self, hub):
        token = self.folder / "token"
        token.write_text(hub.command("token", "create", "enrol"), encoding="ascii")
        token.chmod(0o600)
        return token

    def install_reporting_to(self, hub):
        """Installed with a hub and a token; the machine's id there, after its first report."""
        token = self.token_for(hub)
        log = self.msiexec("/i", self.old, f"HUBURL={hub.url}", f"ENROLLTOKENFILE={WINDOWS.windows_path(token)}")
        self.assertNotIn(token.read_text(encoding="ascii").strip(), log)
        self.run_now()
        return self.first_report_at(hub)

    def run_now(self):
        """Without it the first run comes within start_delay, two minutes."""
        self.wait_for_state(RUNNING)
        WINDOWS.run(BIN / "service_tool.exe", "control", "patchstate", RUN_NOW)

    def first_report_at(self, hub):
        def host_that_reported():
            hosts = hub.ask("/v1/hosts")["hosts"]
            return hosts[0]["id"] if hosts and hub.host(hosts[0]["id"]).get("verdict") else None
        return self.wait_until("the hub has its first report", host_that_reported)


class Packs(Case):
    def test_the_same_programs_make_the_same_bytes_wherever_and_whenever_they_are_packed(self):
        elsewhere = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        again = pack(elsewhere, OLD, TZ="Asia/Tokyo", LC_ALL="C")
        self.assertEqual(again.read_bytes(), self.old.read_bytes())

    def test_another_version_has_other_codes_and_the_same_components(self):
        def of(package, *query):
            return subprocess.run(["msiinfo", *query[:1], package, *query[1:]], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout
        for different in (("export", "Property"), ("suminfo",)):
            self.assertNotEqual(of(self.old, *different), of(self.new, *different))
        self.assertEqual(of(self.old, "export", "Component"), of(self.new, "export", "Component"))
        self.assertIn(f"\t{OLD}.0\t1033\t", of(self.old, "export", "File"))


    def test_with_a_certificate_the_programs_and_the_package_are_signed(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        key, certificate = folder / "key", folder / "certificate"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
                        "-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", certificate], check=True,
                       stderr=subprocess.DEVNULL)
        package = pack(folder, OLD, CODE_SIGNING_CERTIFICATE=str(certificate), CODE_SIGNING_KEY=str(key))
        subprocess.run(["msiextract", "-C", folder / "files", package], check=True, stdout=subprocess.DEVNULL)
        programs = sorted((folder / "files").rglob("*.exe"))
        self.assertEqual([program.name for program in programs], ["patchstate.exe", "patchstated.exe"])
        for file in (package, *programs):
            def verify():
                return subprocess.run(["osslsigncode", "verify", "-CAfile", certificate, file], check=False,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            self.assertEqual(verify(), 0, file)
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)
            self.assertNotEqual(verify(), 0, file)


class Installs(Case):
    def test_the_service_runs_and_is_quoted_and_its_folder_is_its_own(self):
        self.msiexec("/i", self.old)
        self.wait_for_state(RUNNING)
        shown = self.patchstate("service", "status").stdout
        self.assertIn('Program   "C:\\Program Files\\patchstate\\patchstated.exe"\n', shown)
        self.assertIn("automatic, as LocalSystem", shown)
        self.assertIn("patchstated.exe", WINDOWS.checked("reg", "query", EVENT_SOURCE))
        self.assertIn(r"C:\Program Files\patchstate", WINDOWS.checked("reg", "query", ENVIRONMENT, "/v", "PATH"))
        self.assertTrue((INSTALLED / "patchstate.example.toml").exists())
        self.assertFalse(CONFIG.exists())
        self.assertIn("patchstate", WINDOWS.checked("uninstaller", "--list"))

    def test_with_a_hub_and_a_token_the_machine_is_enrolled_and_its_first_report_is_there(self):
        hub = self.serve()
        self.install_reporting_to(hub)
        self.assertEqual(CONFIG.read_text(encoding="utf-8"), f'[report]\nhub = "{hub.url}"\n')
        self.assertFalse((STATE / "enroll-token").exists())  # the report came after it was used
        self.assertEqual(self.patchstate("send", "--all").returncode, 0)

    def test_a_hub_that_can_not_be_reached_yet_gets_it_later(self):
        hub = self.serve()
        token = self.token_for(hub)
        hub.stop()
        self.msiexec("/i", self.old, f"HUBURL={hub.url}", f"ENROLLTOKENFILE={WINDOWS.windows_path(token)}")
        self.run_now()
        self.wait_until("an assessment waits", lambda: any(path.is_file() for path in (STATE / "spool").rglob("*")))
        self.assertTrue((STATE / "enroll-token").exists())
        self.assertNotIn(token.read_bytes().strip(), (STATE / "enroll-token").read_bytes())  # it is encrypted
        hub.start()
        sent = self.patchstate("send", "--all")  # now: the service comes back after a while
        self.assertEqual(sent.returncode, 0, sent.stderr)
        # By this command, or by the service, which has the key before it takes the token away.
        self.wait_until("the token is gone", lambda: not (STATE / "enroll-token").exists())
        self.first_report_at(hub)

    def test_an_address_that_is_none_or_a_token_that_others_can_read_installs_nothing(self):
        token = self.folder / "token"
        token.write_text("pse_x", encoding="ascii")
        token.chmod(0o644)
        for properties in (("HUBURL=hub.example.org",),
                           ("HUBURL=https://hub.example.org", f"ENROLLTOKENFILE={WINDOWS.windows_path(token)}")):
            with self.subTest(properties):
                self.msiexec("/i", self.old, *properties, codes=FAILED)
                self.assertEqual(self.state(), NO_SUCH_SERVICE)
                self.assertNotIn("patchstate", WINDOWS.checked("uninstaller", "--list"))


class Upgrades(Case):
    def test_an_upgrade_keeps_configuration_key_results_and_service(self):
        hub = self.serve()
        host = self.install_reporting_to(hub)
        CONFIG.write_text(f'# ours\n[report]\nhub = "{hub.url}"\ninterval = "2h"\n', encoding="utf-8")
        kept = {path: path.read_bytes() for path in (CONFIG, STATE / "host-key")}
        self.msiexec("/i", self.new, "HUBURL=https://other.example.org")
        self.wait_for_state(RUNNING)
        self.assertTrue((INSTALLED / "patchstated.exe").read_bytes().endswith(b"changed"))
        for path, content in kept.items():
            self.assertEqual(path.read_bytes(), content, path.name)
        listed = WINDOWS.checked("uninstaller", "--list")
        self.assertEqual(listed.count("patchstate"), 1, listed)
        self.assertEqual(WINDOWS.checked("reg", "query", ENVIRONMENT, "/v", "PATH").count("patchstate"), 1)
        sent = self.patchstate("send", "--full")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertEqual([one["id"] for one in hub.ask("/v1/hosts")["hosts"]], [host])

    def test_an_older_version_does_not_replace_a_newer_one(self):
        self.msiexec("/i", self.new)
        self.msiexec("/i", self.old, codes=FAILED)
        self.wait_for_state(RUNNING)
        self.assertTrue((INSTALLED / "patchstated.exe").read_bytes().endswith(b"changed"))

    def test_a_configuration_with_an_error_is_no_obstacle_to_an_upgrade(self):
        self.msiexec("/i", self.old)
        CONFIG.write_text("nonsense\n", encoding="utf-8")
        self.msiexec("/i", self.new, "HUBURL=https://hub.example.org")
        self.wait_for_state(STOPPED)
        self.assertEqual(CONFIG.read_text(encoding="utf-8"), "nonsense\n")
        CONFIG.unlink()
        self.assertEqual(self.patchstate("service", "start").returncode, 0)


class Removes(Case):
    def test_what_was_installed_goes_and_what_the_machine_knows_stays_for_the_next_time(self):
        hub = self.serve()
        host = self.install_reporting_to(hub)
        self.msiexec("/x", self.old)
        self.assertEqual(self.state(), NO_SUCH_SERVICE)
        self.assertFalse(INSTALLED.exists(), list(INSTALLED.glob("*")))
        self.assertNotEqual(WINDOWS.run("reg", "query", EVENT_SOURCE).returncode, 0)
        self.assertNotIn("patchstate", WINDOWS.checked("reg", "query", ENVIRONMENT, "/v", "PATH"))
        self.assertTrue(CONFIG.exists())
        self.assertTrue((STATE / "host-key").exists())
        self.msiexec("/i", self.new)
        self.wait_for_state(RUNNING)
        self.assertEqual(self.patchstate("send").returncode, 0)
        self.assertEqual([one["id"] for one in hub.ask("/v1/hosts")["hosts"]], [host])


if __name__ == "__main__":
    unittest.main(verbosity=2)
