#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may report, enrol and read.

usage: identity_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import concurrent.futures
import json
import re
import unittest

import reports
from hub_process import Scenarios, take_program_from_arguments
from reports import full, heartbeat
from stores import on_both_stores

EXPIRES_SOON = "UPDATE credentials SET expires = 1 WHERE kind = '{}'"


@on_both_stores
class Enrolment(Scenarios):
    def refused(self, hub, token, host):
        answer = self.ask_to_enrol(hub, token, host)
        self.assertEqual(answer.problem["status"], 403, answer)

    def test_a_token_enrols_once(self):
        hub = self.serve()
        token = self.enrol_token()
        self.assertEqual(self.ask_to_enrol(hub, token, "web-1").status, 200)
        self.refused(hub, token, "web-2")
        self.assertEqual([one["id"] for one in self.read(hub, "/v1/hosts")["hosts"]], ["web-1"])
        self.assertIn("used up", self.succeeds("token", "list"))

    def test_a_token_of_limited_use_enrols_so_many_and_no_more_at_whatever_pace(self):
        hub = self.serve()
        token = self.enrol_token("--uses", "3")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: self.ask_to_enrol(hub, token, f"web-{number}").status, range(16)))
        self.assertEqual(sorted(answers), [200] * 3 + [403] * 13)
        self.assertEqual(len(self.read(hub, "/v1/hosts")["hosts"]), 3)

    def test_a_token_that_expired_or_was_revoked_or_never_was_is_worthless(self):
        hub = self.serve()
        token = self.enrol_token("--valid", "1h")
        self.store.rows(EXPIRES_SOON.format("enrol"))
        self.refused(hub, token, "web-1")
        self.assertIn("expired", self.succeeds("token", "list"))
        token = self.enrol_token("--name", "to be revoked")
        number = re.search(r"^ *(\d+) .*to be revoked", self.succeeds("token", "list"), re.MULTILINE)[1]
        self.succeeds("token", "revoke", number)
        self.refused(hub, token, "web-1")
        self.assertEqual(self.run_it("token", "revoke", number).returncode, 3)
        for wrong in ("pse_" + "A" * 43, self.reader, "x"):
            self.refused(hub, wrong, "web-1")

    def test_a_host_that_is_enrolled_gets_another_key_only_by_a_token_made_for_it(self):
        hub = self.serve()
        first = self.enrol(hub, "web-1")
        self.refused(hub, self.enrol_token("--uses", "5"), "web-1")
        self.accepted(hub, full("web-1"), first)
        token = self.enrol_token("--host", "web-1")
        self.refused(hub, token, "web-2")
        answer = self.ask_to_enrol(hub, token, "web-1")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(hub.send(full("web-1"), first).problem["status"], 401, "the key before is worthless")
        self.accepted(hub, full("web-1"), answer.json["hostKey"])
        self.assertEqual(len(self.read(hub, "/v1/hosts")["hosts"]), 1)

    def test_a_host_that_was_revoked_or_removed_must_enrol_again(self):
        hub = self.serve()
        for how, known in (["revoke"], 1), (["remove"], 0), (["remove", "--forget"], 0):
            with self.subTest(how):
                key = self.enrol(hub, "web-1")
                report = full("web-1", [reports.patch("openssl")])
                self.accepted(hub, report, key)
                self.succeeds("host", *how, "web-1")
                self.assertEqual(hub.send(heartbeat(report), key).problem["status"], 401)
                self.assertEqual(hub.send(full("web-1"), key).problem["status"], 401)
                self.assertEqual(len(self.read(hub, "/v1/hosts")["hosts"]), known)
        self.assertEqual(self.read(hub, "/v1/updates")["updates"], [], "what it lacked is missing nowhere")
        for how in ("revoke", "remove"):
            self.assertEqual(self.run_it("host", how, "web-1").returncode, 3)
        self.accepted(hub, full("web-1"), self.enrol(hub, "web-1"))

    def test_what_is_no_enrolment_is_refused(self):
        hub = self.serve()
        token = self.enrol_token()
        for body in (b"", b"[]", b"null", b"{", b"\xff", b"[" * 4000, json.dumps({"token": token}),
                     json.dumps({"hostId": "web-1"}), json.dumps({"token": token, "hostId": ""}),
                     json.dumps({"token": token, "hostId": 17}), json.dumps({"token": token, "hostId": "x" * 257}),
                     json.dumps({"token": token, "hostId": "a\0b"}), json.dumps({"token": token, "hostId": "a\nb"}),
                     json.dumps({"token": token, "hostId": "web-1", "padding": "x" * 5000})):
            with self.subTest(body[:60]):
                self.assertEqual(hub.ask("POST", "/v1/enroll", body).problem["status"], 422)
        self.assertEqual(self.ask_to_enrol(hub, token, "web-1").status, 200, "none of them used the token")


@on_both_stores
class Keys(Scenarios):
    def test_a_key_reports_for_its_own_host_only(self):
        hub = self.serve()
        mine, _ = self.enrol(hub, "web-1", "web-2")
        for report in (full("web-2"), full("web-3"), heartbeat(full("web-2"))):
            answer = hub.send(report, mine)
            self.assertEqual((answer.problem["status"], answer.problem["pointer"]), (403, "/host/id"))
        self.assertEqual(self.reason(hub, "web-2"), "never_reported")
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 0)

    def test_without_a_key_nothing_is_taken(self):
        hub = self.serve()
        self.enrol(hub, "web-1")
        for key in (None, "", "x", "psh_" + "A" * 43, self.reader, self.enrol_token(), "x" * 10_000, "ü"):
            answer = hub.send(full("web-1"), key and key.encode().decode("latin-1"))
            self.assertEqual(answer.problem["status"], 401, key)
            self.assertTrue(answer.header["www-authenticate"].startswith("Bearer"))

    def test_a_header_that_only_a_proxy_may_send_is_not_believed(self):
        hub = self.serve()
        self.enrol(hub, "web-1")
        self.assertEqual(hub.send(full("web-1"), None, X_Client_Subject="web-1").problem["status"], 401)
        hub.stop()
        hub = self.serve("--trusted-proxy", "127.0.0.1")
        self.accepted(hub, full("web-1"), None, X_Client_Subject="web-1")
        self.assertEqual(hub.send(full("web-1"), None, X_Client_Subject="web-2").problem["status"], 403)
        self.assertEqual(hub.send(full("web-1"), None).problem["status"], 401)


@on_both_stores
class Readers(Scenarios):
    PATHS = ["/v1/summary", "/v1/hosts", "/v1/hosts/web-1", "/v1/hosts/web-1/history", "/v1/hosts/web-1/assessment",
             "/v1/updates", "/v1/compliance", "/v1/export?format=csv"]

    def setUp(self):
        super().setUp()
        self.hub = self.serve()
        self.key = self.enrol(self.hub, "web-1")
        self.accepted(self.hub, full("web-1"), self.key)

    def statuses(self, token, paths):
        return {self.hub.get(path, token).status for path in paths}

    def test_a_read_token_reads_everything(self):
        self.assertEqual(self.statuses(self.reader, [*self.PATHS, "/metrics"]), {200})

    def test_a_token_for_metrics_reads_nothing_else(self):
        token = self.read_token("--scope", "metrics")
        self.assertEqual(self.statuses(token, ["/metrics"]), {200})
        self.assertEqual(self.statuses(token, self.PATHS), {403})

    def test_without_a_valid_token_nothing_is_read(self):
        expired = self.read_token("--valid", "1h")
        self.store.rows(EXPIRES_SOON.format("read"))
        for token in (None, "", "x", "psr_" + "A" * 43, self.key, self.enrol_token(), expired):
            with self.subTest(token):
                self.assertEqual(self.statuses(token, [*self.PATHS, "/metrics"]), {401})
        self.succeeds("token", "revoke", re.search(r"^ *(\d+) read", self.succeeds("token", "list"), re.MULTILINE)[1])

    def test_a_token_that_is_revoked_reads_no_more(self):
        token = self.read_token("--name", "of the dashboard")
        self.assertEqual(self.statuses(token, ["/v1/summary"]), {200})
        number = re.search(r"^ *(\d+) .*of the dashboard", self.succeeds("token", "list"), re.MULTILINE)[1]
        self.succeeds("token", "revoke", number)
        self.assertEqual(self.statuses(token, ["/v1/summary"]), {401})

    def test_anybody_may_ask_whether_it_lives_and_what_it_can_do(self):
        self.assertEqual(self.statuses(None, ["/healthz", "/readyz", "/openapi.json"]), {200})


@on_both_stores
class Secrets(Scenarios):
    def test_no_secret_is_in_the_log_or_in_the_store(self):
        hub = self.serve()
        token, reader = self.enrol_token("--uses", "2"), self.reader
        key = self.ask_to_enrol(hub, token, "web-1").json["hostKey"]
        self.accepted(hub, full("web-1"), key)
        self.ask_to_enrol(hub, token, "web-1")
        self.ask_to_enrol(hub, token, "\0")
        hub.send(full("web-2"), key)
        hub.get(f"/v1/hosts?token={reader}", reader)
        hub.get(f"/v1/{key}", reader)
        listed = self.succeeds("token", "list") + self.succeeds("host", "list")
        self.stops_cleanly(hub)
        kept = self.store.bytes()
        for secret in (token, reader, key):
            self.assertRegex(secret, r"^ps[ehr]_[A-Za-z0-9_-]{43}$")
            self.assertNotIn(secret, hub.said())
            self.assertNotIn(secret, listed)
            self.assertNotIn(secret.encode(), kept)
        self.assertIn(b"web-1", kept, "what is looked through is the store")

    def test_a_password_in_the_address_of_a_store_is_refused(self):
        for address in ("postgresql://hub:secret@127.0.0.1/hub", "postgresql://hub@127.0.0.1/hub?password=secret"):
            done = self.run_it("migrate", store=type("Address", (), {"address": address}))
            self.assertEqual(done.returncode, 3)
            self.assertIn("pgpass", done.stderr)
            self.assertNotIn("secret", done.stderr)

    def test_every_secret_is_another(self):
        secrets = {self.read_token() for _ in range(8)}
        self.assertEqual(len(secrets), 8)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
