#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What hosts send, and what becomes of it.

usage: ingest_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import datetime
import json
import pathlib
import unittest

import reports
from hub_process import Scenarios, take_program_from_arguments
from reports import full, heartbeat, patch
from stores import on_both_stores

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "assessment/schema/assessment.schema.json"
DAY = datetime.timedelta(days=1)


class OneHost(Scenarios):
    def setUp(self):
        super().setUp()
        self.hub = self.serve("--reports-per-minute", "1000")
        self.key = self.enrol(self.hub, "web-1")

    def accepts(self, report, **more):
        return self.accepted(self.hub, report, self.key, **more)


class SampleReports(unittest.TestCase):
    def test_what_is_sent_here_is_what_the_schema_says(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("no python3-jsonschema")
        validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
        validator.validate(full("web-1"))
        validator.validate(full("web-1", [patch("openssl", cves=["CVE-2026-0001"],
                                                advisories=[reports.advisory("DSA-1-1")])]))


@on_both_stores
class Accepting(OneHost):
    def test_a_full_report_is_what_the_host_shows(self):
        self.accepts(full("web-1", [patch("openssl"), patch("bash", classifications=["bugfix"])]))
        host = self.host(self.hub, "web-1")
        self.assertEqual(host["verdict"]["value"], "noncompliant")
        self.assertEqual(host["verdict"]["reasons"][0]["code"], "security_updates_pending")
        self.assertEqual((host["criticalAndSecurityPatchCount"], host["otherPatchCount"]), (1, 1))
        self.assertEqual([one["name"] for one in host["patches"]], ["openssl", "bash"])
        self.assertEqual((host["hostname"], host["os"]["id"], host["agentVersion"]),
                         ("web-1.example.org", "debian", "1.0.0"))

    def test_the_hub_judges_itself(self):
        report = full("web-1", [patch("openssl")], verdict={"value": "compliant", "reasons": []},
                      criticalAndSecurityPatchCount=0)
        self.accepts(report)
        self.assertEqual(self.verdict(self.hub, "web-1"), "noncompliant")

    def test_a_heartbeat_confirms_the_full_report_it_names(self):
        report = full("web-1")
        self.accepts(report)
        self.store.rows("UPDATE contacts SET received = received - 1000000, silent = silent - 1000000")
        self.assertEqual(self.reason(self.hub, "web-1"), "not_reporting")
        self.accepts(heartbeat(report))
        self.assertEqual(self.verdict(self.hub, "web-1"), "compliant")

    def test_a_heartbeat_that_names_what_is_not_here_asks_for_a_full_report_and_confirms_nothing(self):
        self.accepts(heartbeat(full("web-1")), send_full=True)
        self.assertEqual(self.reason(self.hub, "web-1"), "never_reported")
        self.assertNotIn("receivedAt", self.host(self.hub, "web-1"))
        self.accepts(full("web-1"))
        self.store.rows("UPDATE contacts SET received = received - 1000000, silent = silent - 1000000")
        before = self.host(self.hub, "web-1")
        self.accepts(heartbeat(full("web-1")), send_full=True)
        after = self.host(self.hub, "web-1")
        self.assertEqual(after["receivedAt"], before["receivedAt"])
        self.assertEqual(after["verdict"]["reasons"][0]["code"], "not_reporting")

    def test_the_same_report_twice_is_one_row_and_the_same_answer(self):
        report = full("web-1", [patch("openssl")])
        first = self.accepts(report)
        second = self.accepts(report)
        self.assertEqual(first.body, second.body)
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 1)
        self.assertEqual(self.count("SELECT COUNT(*) FROM pending"), 1)
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"][0]["missingOn"], 1)
        beat = heartbeat(report)
        self.assertEqual(self.accepts(beat).body, self.accepts(beat).body)

    def test_an_id_that_another_host_used_too_loses_no_report(self):
        other = self.enrol(self.hub, "web-2")
        report = full("web-1", [patch("openssl")])
        self.accepts(report)
        self.accepted(self.hub, full("web-2", assessmentActivityId=report["assessmentActivityId"]), other)
        self.assertEqual(self.verdict(self.hub, "web-2"), "compliant")
        self.assertEqual(self.verdict(self.hub, "web-1"), "noncompliant")
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-2/assessment")["host"]["id"], "web-2")
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-1/assessment")["host"]["id"], "web-1")

    def test_an_older_report_never_overwrites_a_newer_state(self):
        self.accepts(full("web-1"))
        old = full("web-1", [patch("openssl")], at=reports.now() - 5 * reports.HOUR)
        self.accepts(old)
        host = self.host(self.hub, "web-1")
        self.assertEqual((host["verdict"]["value"], host["patches"]), ("compliant", []))
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 2, "the older one is kept")
        self.accepts(heartbeat(old, at=reports.now() - 4 * reports.HOUR), send_full=True)

    def test_what_is_installed_is_resolved_and_can_come_back(self):
        start = reports.now() - 3 * reports.HOUR
        self.accepts(full("web-1", [patch("openssl"), patch("bash")], at=start))
        self.accepts(full("web-1", [patch("bash")], at=start + reports.HOUR))
        history = self.read(self.hub, "/v1/hosts/web-1/history")
        self.assertEqual([one["name"] for one in history["pending"]], ["bash"])
        self.assertEqual([(one["name"], one["resolvedAt"]) for one in history["resolved"]],
                         [("openssl", reports.text_of(start + reports.HOUR))])
        self.accepts(full("web-1", [patch("openssl"), patch("bash")], at=start + 2 * reports.HOUR))
        history = self.read(self.hub, "/v1/hosts/web-1/history")
        self.assertEqual([one["name"] for one in history["pending"]], ["bash", "openssl"])
        self.assertEqual(len(history["resolved"]), 1)
        self.assertEqual(len(history["states"]), 2)

    def test_what_comes_and_goes_within_a_second_is_taken(self):
        at = reports.now()
        for patches in ([patch("openssl")], [], [patch("openssl")], [], [patch("openssl")]):
            self.accepts(full("web-1", patches, at=at))
        self.assertEqual([one["name"] for one in self.host(self.hub, "web-1")["patches"]], ["openssl"])
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"][0]["missingOn"], 1)

    def test_fields_the_hub_does_not_know_are_kept(self):
        report = full("web-1", futureField={"deep": [1, None, "ü"]})
        self.accepts(report)
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-1/assessment"), report)

    def test_a_report_that_is_not_compressed_is_kept_as_it_was_sent(self):
        report = full("web-1")
        answer = self.hub.ask("POST", "/v1/assessments", json.dumps(report), self.key)
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-1/assessment"), report)

    def test_a_wrong_clock_is_shown_and_the_state_is_still_right(self):
        for skew in (-400 * DAY, 400 * DAY):
            with self.subTest(skew):
                at = reports.now() + skew
                report = full("web-1", [patch("openssl")], at=at)
                self.accepts(report, Date=reports.date_header(at))
                host = self.host(self.hub, "web-1")
                self.assertAlmostEqual(host["clockSkewSeconds"], -skew.total_seconds(), delta=30)
                self.assertEqual(host["verdict"]["value"], "noncompliant")
                clean = full("web-1", at=at + datetime.timedelta(seconds=2))
                self.accepts(clean, Date=reports.date_header(at + datetime.timedelta(seconds=2)))
                self.assertEqual(self.verdict(self.hub, "web-1"), "compliant")
                self.accepts(heartbeat(clean, at=at + datetime.timedelta(seconds=3)),
                             Date=reports.date_header(at + datetime.timedelta(seconds=3)))
                self.assertEqual(self.verdict(self.hub, "web-1"), "compliant")
        right = full("web-1")
        self.accepts(right, Date=reports.date_header(reports.now()))
        self.assertEqual(self.host(self.hub, "web-1")["clockSkewSeconds"], 0)

    def test_nothing_has_been_pending_since_the_future(self):
        at = reports.now() + 400 * DAY
        self.accepts(full("web-1", [patch("openssl", firstSeen=reports.text_of(at))], at=at),
                     Date=reports.date_header(at))
        self.assertLessEqual(self.host(self.hub, "web-1")["oldestPendingSince"], reports.text_of(reports.now()))

    def test_a_date_that_is_none_is_no_skew(self):
        for date in ("", "yesterday", "Tue, 99 Foo 2026 99:99:99 GMT", "x" * 3000):
            with self.subTest(date):
                self.accepts(full("web-1"), Date=date)
                self.assertEqual(self.host(self.hub, "web-1")["clockSkewSeconds"], 0)


@on_both_stores
class RateLimit(Scenarios):
    def test_too_many_reports_of_one_host_wait_and_other_hosts_do_not(self):
        hub = self.serve("--reports-per-minute", "2")
        first, second = self.enrol(hub, "web-1", "web-2")
        report = full("web-1")
        self.accepted(hub, report, first)
        self.accepted(hub, heartbeat(report), first)
        answer = hub.send(heartbeat(report), first)
        self.assertEqual(answer.problem["status"], 429)
        self.assertTrue(1 <= int(answer.header["retry-after"]) <= 61, answer.header)
        self.accepted(hub, full("web-2"), second)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
