#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From a machine to the hub and back out of its API: real programs, loopback, SQLite.

usage: delivery_test.py FOLDER-OF-THE-PROGRAMS [unittest arguments]
"""

import datetime
import email.utils
import gzip
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import apt_fixture  # noqa: E402  (needs the path above)
from endpoints import Certificates, Hub, environment, server_that_answers  # noqa: E402

PROGRAMS = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin").resolve()
ACCEPTED, REJECTED, ERROR, LATER = 0, 1, 3, 75
FULL, HEARTBEAT = "accepted the full report", "accepted a heartbeat"


class Case(unittest.TestCase):
    longMessage = True

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="patchstate-delivery-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.state = self.folder / "state"
        self.key_file = self.state / "host-key"
        if not pathlib.Path("/etc/machine-id").exists():  # as `enroll` leaves it on such a machine
            self.state.mkdir()
            (self.state / "host-id").write_text("8d4f0b1e-0f6c-4a37-9d55-0a5f0c5b7a11\n")
        self.config = self.folder / "patchstate.toml"
        self.environment = environment(STATE_DIRECTORY=str(self.state), CACHE_DIRECTORY=str(self.folder / "cache"))

    def configure(self, hub, **more):
        lines = "".join(f'{key} = "{value}"\n' for key, value in ({"hub": hub} | more).items())
        self.config.write_text(f"[cloud]\nidentity = false\n[report]\n{lines}")

    def run_it(self, command, *arguments, **options):
        done = subprocess.run([PROGRAMS / "patchstate", command, "--config", self.config, *arguments], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=200,
                              **({"env": self.environment} | ({} if "input" in options else {"stdin": subprocess.DEVNULL})
                                 | options))
        for secret in self.secrets():
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def ends(self, code, command, *arguments, says="", **options):
        done = self.run_it(command, *arguments, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, done.stdout + done.stderr)
        return done

    def secrets(self):
        return [file.read_text().strip() for file in (self.key_file, self.folder / "token") if file.exists()]

    def assess(self):
        """Of this very machine, for only that is stored; what it misses does not matter here."""
        self.ends(0, "assess")
        return json.loads((self.state / "last-assessment.json").read_text())

    def write_secret(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(mode)
        return path

    def serve(self, *arguments, **options):
        hub = Hub(PROGRAMS / "patchstate-hub", self.folder, *arguments, **options)
        self.addCleanup(hub.stop)
        return hub

    def enroll(self, hub, *arguments, token=()):
        """This machine's id."""
        secret = hub.command("token", "create", "enrol", *token).strip()
        self.ends(0, "enroll", "--token-file", self.write_secret("token", secret), *arguments)
        return hub.ask("/v1/hosts")["hosts"][0]["id"]

    def enrolled(self):
        hub = self.serve()
        self.configure(hub.url)
        return hub, self.enroll(hub)

    def pretend_enrolled(self, url, **more):
        """With a server that asks for no key, and an assessment to send."""
        self.configure(url, **more)
        self.state.mkdir(exist_ok=True)
        self.key_file.write_text("psh_0123456789\n")
        self.key_file.chmod(0o600)
        return self.assess()


class Reports(Case):
    def test_the_hub_has_exactly_the_updates_that_the_machine_misses(self):
        hub, host = self.enrolled()
        sent = self.assess()
        self.assertEqual(sent["host"]["id"], host)
        self.ends(ACCEPTED, "send", says=FULL)
        self.assertEqual(hub.updates_of(host), {(patch["name"], patch["version"]) for patch in sent["patches"]})
        self.assertEqual(hub.ask(f"/v1/hosts/{host}/assessment"), sent)

    def test_a_file_is_sent_as_it_is_from_any_machine_that_says_who_it_is(self):
        hub, host = self.enrolled()
        root = apt_fixture.Root(self.folder / "root")
        archive = root.repository("http://deb.example.org/debian", "trixie")
        fixes = root.repository("http://deb.example.org/debian-security", "trixie-security", label="Debian-Security")
        for package in ("openssl", "bash", "zlib1g"):
            root.installed(package, "1.0-1")
            archive.package(package, "1.0-1")
        fixes.package("openssl", "1:1.0-2+deb13u1")
        archive.package("bash", "1.0-2~b1")
        root.write()
        checked = json.loads(self.run_it("check", "--root", root.folder, "--format", "json").stdout)
        self.assertEqual(checked["agent"]["intervalSeconds"], 6 * 3600)
        checked["host"]["id"] = host
        checked["fieldOfAnotherVersion"] = {"kept": True}
        path = self.folder / "report.json"
        path.write_text(json.dumps(checked))
        self.ends(ACCEPTED, "send", "--file", path, says=FULL)
        self.assertEqual(hub.updates_of(host), {("openssl", "1:1.0-2+deb13u1"), ("bash", "1.0-2~b1")})
        self.assertEqual(hub.ask(f"/v1/hosts/{host}/assessment"), checked)
        self.assertEqual(hub.host(host)["verdict"]["value"], checked["verdict"]["value"])
        # Edited, it no longer has the state its hash is of: that must not be said with a heartbeat.
        self.ends(ACCEPTED, "send", "--file", "-", input=path.read_text(), says=FULL)
        for damaged in ("", "{", "[]", "{}"):
            path.write_text(damaged)
            self.ends(ERROR, "send", "--file", path, says=["report.json", "no assessment"])

    def test_a_report_of_another_host_is_rejected_with_its_place(self):
        self.enrolled()
        report = self.assess()
        report["host"]["id"] = "somebody-else"
        path = self.folder / "report.json"
        path.write_text(json.dumps(report))
        self.ends(REJECTED, "send", "--file", path, says=["HTTP 403", "another host", "/host/id"])

    def test_without_hub_key_or_assessment_it_says_what_to_do(self):
        self.config.write_text("")
        self.ends(ERROR, "send", says=["[report]", "patchstate.toml"])
        self.ends(ERROR, "enroll", "--token-file", self.write_secret("token", "pse_x"), says="[report]")
        self.configure("http://127.0.0.1:9")
        self.ends(ERROR, "send", says=["not enrolled", "patchstate enroll --token-file"])
        self.ends(ERROR, "send", "--nonsense", says="--nonsense")

    def test_the_interval_is_part_of_what_is_reported_while_a_hub_is_named(self):
        self.configure("http://127.0.0.1:9", interval="90m")
        self.assertEqual(self.assess()["agent"]["intervalSeconds"], 5400)
        self.config.write_text("")
        self.assertNotIn("intervalSeconds", self.assess()["agent"])

    def test_without_the_program_that_sends_the_message_names_it(self):
        alone = self.folder / "patchstate"
        shutil.copy(PROGRAMS / "patchstate", alone)
        done = subprocess.run([alone, "send"], check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=self.environment)
        self.assertEqual(done.returncode, ERROR)
        self.assertIn("patchstate-send", done.stderr)


class Heartbeats(Case):
    def test_what_did_not_change_is_a_heartbeat_of_less_than_a_kibibyte(self):
        with server_that_answers(202, b'{"sendFull":false}') as (url, requests):
            report = self.pretend_enrolled(url, interval="2h")
            self.ends(ACCEPTED, "send", says=FULL)
            self.ends(ACCEPTED, "send", says=HEARTBEAT)
            self.ends(ACCEPTED, "send", "--full", says=FULL)
            self.assertEqual([path for path, _, _ in requests], ["/v1/assessments"] * 3)
            bodies = [json.loads(gzip.decompress(body)) for _, _, body in requests]
            self.assertEqual([bodies[0], bodies[2]], [report, report])
            self.assertLess(len(gzip.decompress(requests[1][2])), 1024)
            checks = [source["metadata"]["checkedAt"] for source in report["sources"]
                      if source.get("metadata", {}).get("checkedAt")]
            self.assertEqual(bodies[1], {
                "schemaVersion": 1, "heartbeat": True, "assessmentActivityId": report["assessmentActivityId"],
                "lastModifiedDateTime": report["lastModifiedDateTime"], "host": {"id": report["host"]["id"]},
                "agent": {"version": report["agent"]["version"], "intervalSeconds": 7200},
                "stateHash": report["stateHash"]} | ({"metadataCheckedAt": min(checks)} if checks else {}))
            for _, header, _ in requests:
                self.assertEqual(header["Authorization"], "Bearer psh_0123456789")
                self.assertEqual(header["Content-Encoding"], "gzip")
                away = email.utils.parsedate_to_datetime(header["Date"]) - datetime.datetime.now(datetime.timezone.utc)
                self.assertLess(abs(away), datetime.timedelta(minutes=5))

    def test_the_hub_takes_a_heartbeat_and_keeps_what_it_knows(self):
        hub, host = self.enrolled()
        self.assess()
        self.ends(ACCEPTED, "send", says=FULL)
        before = hub.updates_of(host)
        self.ends(ACCEPTED, "send", says=HEARTBEAT)
        self.assertEqual(hub.updates_of(host), before)

    def test_a_hub_that_forgot_the_host_gets_the_full_report_at_once(self):
        hub, host = self.enrolled()
        self.assess()
        self.ends(ACCEPTED, "send", says=FULL)
        before = hub.updates_of(host)
        hub.command("host", "remove", host, "--forget")
        self.assertEqual(self.enroll(hub), host)
        self.assertIsNone(hub.host(host).get("activityId"))
        self.ends(ACCEPTED, "send", says=FULL)
        self.assertEqual(hub.updates_of(host), before)
        self.ends(ACCEPTED, "send", says=HEARTBEAT)

    def test_after_a_day_with_another_state_or_another_hub_it_is_a_full_report(self):
        def hours_ago(hours):
            then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)
            return then.strftime("%Y-%m-%dT%H:%M:%SZ")

        with server_that_answers(202, b"{}") as (url, _):
            state = self.pretend_enrolled(url)["stateHash"]
            for hub, hash_of, at, says in ((url, state, hours_ago(23), HEARTBEAT), (url, state, hours_ago(24.1), FULL),
                                           (url, "0" * 64, hours_ago(1), FULL), (url + "0", state, hours_ago(1), FULL),
                                           (url, "", hours_ago(1), FULL), (url, state, hours_ago(-1), FULL)):
                with self.subTest((hub, hash_of, at)):
                    (self.state / "accepted-report").write_text(
                        f"patchstate accepted report 2\n{hub}\n961afb2e\n{hash_of}\n{at}\n")
                    self.ends(ACCEPTED, "send", says=says)
            (self.state / "accepted-report").write_bytes(b"\xff\x00damaged")
            self.ends(ACCEPTED, "send", says=FULL)
            self.ends(ACCEPTED, "send", says=HEARTBEAT)

    def test_what_was_not_accepted_is_not_remembered(self):
        for status in (500, 422):
            with server_that_answers(status, b"{}") as (url, _):
                self.pretend_enrolled(url)
                self.run_it("send")
                self.assertFalse((self.state / "accepted-report").exists())


class Answers(Case):
    def test_each_answer_is_one_of_three(self):
        problem = json.dumps({"title": "the report is not valid", "detail": "/patches/3/state: expected a string",
                              "pointer": "/patches/3/state"}).encode()
        for status, code, body, says in (
                (202, ACCEPTED, b"{}", FULL), (200, ACCEPTED, b"", FULL), (204, ACCEPTED, b"", FULL),
                (202, LATER, b"no JSON", "no hub's"), (202, LATER, b"[" * 60000, "no hub's"),
                (408, LATER, b"", "HTTP 408"), (429, LATER, b"", "HTTP 429"), (500, LATER, b"", "HTTP 500"),
                (503, LATER, b'{"title":"busy\\u001b[31m"}', "HTTP 503: busy\n"), (301, LATER, b"", "elsewhere"),
                (307, LATER, b"", "elsewhere"), (202, LATER, b"x" * 70000, "more than 64 KiB"),
                (400, REJECTED, b"", "HTTP 400"), (404, LATER, b"", "is a patchstate-hub at that address"), (401, REJECTED, b"", "HTTP 401"), (413, REJECTED, b"", "HTTP 413"),
                (422, REJECTED, problem, ["the report is not valid", "expected a string", "/patches/3/state"])):
            with self.subTest(status=status, body=body[:20]), server_that_answers(
                    status, body, Location="http://127.0.0.1:9/") as (url, requests):
                if not self.key_file.exists():
                    self.pretend_enrolled(url)
                self.configure(url)
                self.ends(code, "send", "--full", says=says)
                self.assertEqual(len(requests), 1)

    def test_the_time_to_wait_is_said(self):
        for value, says in (("120", "try again in 120 s"), ("999999999", "try again in 86400 s"),
                            ("soon", "try again later")):
            with server_that_answers(503, b"", Retry_After=value) as (url, _):
                self.pretend_enrolled(url)
                self.ends(LATER, "send", says=says)

    def test_a_hub_that_is_down_or_silent_is_later(self):
        hub, _ = self.enrolled()
        self.assess()
        hub.stop()
        self.ends(LATER, "send", says=["cannot send to", "is the hub running"])
        hub.start()
        self.ends(ACCEPTED, "send", says=FULL)
        with socket.create_server(("127.0.0.1", 0)) as closing:
            self.configure(f"http://127.0.0.1:{closing.getsockname()[1]}")
            process = subprocess.Popen([PROGRAMS / "patchstate", "send", "--config", self.config],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment)
            closing.accept()[0].close()
            _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, LATER, err)


class Enrolment(Case):
    @unittest.skipIf(pathlib.Path("/etc/machine-id").exists(), "this machine has a machine-id")
    def test_a_machine_without_a_machine_id_enrols_with_one_of_its_own_and_keeps_it(self):
        (self.state / "host-id").unlink()
        _, host = self.enrolled()
        self.assertEqual((self.state / "host-id").read_text().strip(), host)
        self.assertEqual(self.assess()["host"]["id"], host)

    def test_the_key_is_for_its_owner_only_and_the_token_is_good_once(self):
        hub = self.serve()
        self.configure(hub.url)
        token = self.write_secret("token", hub.command("token", "create", "enrol").strip())
        self.ends(0, "enroll", "--token-file", token)
        self.assertEqual(self.key_file.stat().st_mode & 0o777, 0o600)
        self.assertEqual([path.name for path in self.state.iterdir() if path.name != "host-id"], ["host-key"])
        key = self.key_file.read_text()
        self.ends(REJECTED, "enroll", "--token-file", token, says=["HTTP 403", "does not enrol"])
        self.assertEqual(self.key_file.read_text(), key)

    def test_a_token_can_come_from_standard_input_and_the_hub_from_the_command_line(self):
        hub = self.serve()
        self.config.write_text("")
        token = hub.command("token", "create", "enrol")
        self.ends(0, "enroll", "--hub", hub.url, "--token-file", "-", input=token, says=["write hub", hub.url])
        self.assertTrue(self.key_file.read_text().startswith("psh_"))
        self.ends(ERROR, "enroll", "--hub", hub.url, "--token-file", "-", input=" \n", says="no token")
        self.ends(ERROR, "enroll", "--hub", hub.url, "--token-file", "-", input="x" * 5000, says="standard input")

    def test_secrets_that_others_can_read_are_refused_with_the_command_that_mends_it(self):
        hub = self.serve()
        self.configure(hub.url)
        token = self.write_secret("token", hub.command("token", "create", "enrol").strip())
        for mode in (0o640, 0o604, 0o622):
            token.chmod(mode)
            self.ends(ERROR, "enroll", "--token-file", token, says=f"chmod 600 {token}")
        token.chmod(0o400)
        self.ends(0, "enroll", "--token-file", token)
        self.assess()
        self.key_file.chmod(0o644)
        self.ends(ERROR, "send", says=f"chmod 600 {self.key_file}")
        self.key_file.chmod(0o600)
        self.ends(ACCEPTED, "send")

    def test_a_key_that_cannot_be_kept_costs_no_token(self):
        hub = self.serve()
        self.configure(hub.url, key_file="/proc/nothing/host-key")
        token = self.write_secret("token", hub.command("token", "create", "enrol").strip())
        self.ends(ERROR, "enroll", "--token-file", token, says="/proc/nothing")
        self.configure(hub.url)
        self.ends(0, "enroll", "--token-file", token)

    def test_a_token_that_an_installer_left_enrols_with_the_first_delivery_that_reaches_the_hub(self):
        hub = self.serve()
        self.configure(hub.url)
        self.assess()
        self.assertIn("not enrolled", self.ends(ERROR, "send").stderr)
        token = self.state / "enroll-token"
        token.write_text(hub.command("token", "create", "enrol"))
        token.chmod(0o600)
        hub.stop()
        self.assertIn("next=", self.ends(LATER, "send", "--due", says="not enrolled, try again later").stdout)
        self.assertIn("the next `patchstate send` does it", self.ends(REJECTED, "doctor").stdout)
        self.assertTrue(token.exists())
        hub.start()
        self.ends(ACCEPTED, "send", "--all", says="accepted the full report")
        self.assertFalse(token.exists())
        self.assertEqual(len(hub.ask("/v1/hosts")["hosts"]), 1)

    def test_a_token_that_was_left_is_kept_when_the_hub_refuses_it_and_not_used_where_there_is_a_key(self):
        hub, host = self.enrolled()
        self.assess()
        token = self.state / "enroll-token"
        token.write_text("pse_wrong\n")
        token.chmod(0o600)
        self.ends(ACCEPTED, "send", "--all", says="accepted the full report")
        hub.command("host", "remove", host)
        self.key_file.unlink()
        self.assess()
        self.ends(LATER, "send", says=["HTTP 403", "did not enrol this machine"])
        self.assertTrue(token.exists())
        token.chmod(0o644)
        self.ends(LATER, "send", says=f"chmod 600 {token}")

    def test_a_revoked_key_is_rejected(self):
        hub, host = self.enrolled()
        self.assess()
        self.ends(ACCEPTED, "send")
        hub.command("host", "remove", host)
        self.ends(REJECTED, "send", says=["HTTP 401", "enrol the host"])
        self.enroll(hub)
        self.ends(ACCEPTED, "send")

    def test_an_answer_without_a_usable_key_changes_nothing(self):
        for body in (b"", b"{}", b'{"hostKey":1}', b'{"hostKey":""}', b'{"hostKey":"a\\r\\nX-Evil: b"}'):
            with self.subTest(body), server_that_answers(200, body) as (url, _):
                self.configure(url)
                self.ends(ERROR, "enroll", "--token-file", self.write_secret("token", "pse_x"), says="without a key")
                self.assertFalse(self.key_file.exists())


class Transport(Case):
    def tls_hub(self, names="DNS:localhost,IP:127.0.0.1", *arguments):
        self.authority = Certificates(self.folder, "ca")
        certificate, key = self.authority.sign("hub", names)
        return self.serve("--tls-cert", certificate, "--tls-key", key, *arguments,
                          ca=self.authority.ca if "127.0.0.1" in names else None)

    def test_https_with_a_private_ca(self):
        hub = self.tls_hub()
        self.configure(f"https://localhost:{hub.port}", ca=self.authority.ca)
        host = self.enroll(hub)
        self.assess()
        self.ends(ACCEPTED, "send", says=FULL)
        self.assertTrue(hub.host(host))

    def test_a_hub_that_another_ca_vouches_for_gets_nothing(self):
        hub = self.tls_hub()
        self.configure(f"https://localhost:{hub.port}", ca=self.authority.ca)
        host = self.enroll(hub)
        self.assess()
        other = Certificates(self.folder, "other")
        self.ends(LATER, "send", "--ca", other.ca, says=["certificate", str(other.ca)])
        self.ends(LATER, "send", "--ca", self.write_secret("empty.pem", ""), says="empty.pem")
        self.ends(LATER, "send", "--ca", self.folder / "absent.pem", says="absent.pem")
        self.configure(f"https://localhost:{hub.port}")
        self.ends(LATER, "send", says=["certificate", "--ca"])
        self.assertEqual(hub.host(host)["patches"], [])
        self.ends(ACCEPTED, "send", "--ca", self.authority.ca)

    def test_a_hub_with_the_certificate_of_another_name_gets_nothing(self):
        hub = self.tls_hub("DNS:hub.example.org")
        for name in ("localhost", "127.0.0.1"):
            self.pretend_enrolled(f"https://{name}:{hub.port}", ca=self.authority.ca)
            self.ends(LATER, "send", says="cannot send to https://")
            self.ends(LATER, "enroll", "--token-file", self.write_secret("token", "pse_x"), says="not enrolled")

    def test_a_client_certificate_stands_for_the_key(self):
        self.config.write_text("")
        host = self.assess()["host"]["id"]
        hub = self.tls_hub("DNS:localhost,IP:127.0.0.1", "--client-ca", self.folder / "ca.pem")
        certificate, key = self.authority.sign(host)
        self.configure(f"https://localhost:{hub.port}", ca=self.authority.ca, client_certificate=certificate,
                       client_key=key)
        self.ends(ACCEPTED, "send", says=FULL)
        self.assertTrue(hub.host(host))
        key.chmod(0o644)
        self.ends(ERROR, "send", says=f"chmod 600 {key}")

    def test_a_host_key_never_goes_over_plain_http_to_another_machine(self):
        for address in ("http://hub.example.org", "http://localhost:80", "http://127.0.0.1.example.org",
                        "http://127.0.0.1@example.org", "ftp://127.0.0.1", "https://user:word@hub.example.org",
                        "https://hub.example.org/?a", "https://", "hub.example.org", "http://0x7f.1"):
            with self.subTest(address):
                self.configure(address)
                done = self.ends(ERROR, "send", says=[f"{self.config}:4:7: hub: "])
                self.assertNotIn("user:word", done.stderr)
                self.config.write_text("")
                self.ends(ERROR, "enroll", "--hub", address, "--token-file", self.write_secret("token", "pse_x"),
                          says="hub: ")


if __name__ == "__main__":
    unittest.main(verbosity=1)
