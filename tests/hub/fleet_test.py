#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the fleet's state is, and what is asked about it.

usage: fleet_test.py PATH-OF-PATCHSTATE-HUB [unittest arguments]
"""

import csv
import datetime
import io
import json
import pathlib
import re
import shutil
import subprocess
import time
import unittest
import urllib.parse

import reports
from hub_process import Scenarios, take_program_from_arguments
from reports import full, heartbeat, patch
from stores import on_both_stores

TOP = pathlib.Path(__file__).resolve().parents[2]
PROMTOOL = shutil.which("promtool", path=f"/usr/bin:{TOP}/build/tools/usr/bin")
DAY = datetime.timedelta(days=1)
LONG_AGO = 30 * 86400


class Fleet(Scenarios):
    def setUp(self):
        super().setUp()
        self.hub = self.serve("--reports-per-minute", "1000")
        self.keys = {}

    def reported(self, host, /, *patches, **more):
        if host not in self.keys:
            self.keys[host] = self.enrol(self.hub, host)
        report = full(host, patches, **more)
        self.accepted(self.hub, report, self.keys[host])
        return report

    def fell_silent(self, host, seconds=LONG_AGO):
        self.store.rows(f"UPDATE contacts SET received = received - {seconds}, silent = silent - {seconds} WHERE host = "
                        f"(SELECT host FROM hosts WHERE id = '{host}')")

    def all_moved_back(self, seconds):
        """As if everything so far had happened earlier."""
        for table, columns in (("contacts", ("received", "silent", "good_until")), ("hosts", ("enrolled", "known_since", "since", "said_at",
                               "reported")), ("states", ("since", "until", "silent", "good_until"))):
            changes = ", ".join(f"{column} = {column} - {seconds}" for column in columns)
            self.store.rows(f"UPDATE {table} SET {changes}")

    def summary(self):
        return self.read(self.hub, "/v1/summary")

    def fleet(self, code):
        """The program's answer in each format, which all exit with `code`."""
        answers = {}
        for form in ("table", "json", "nagios"):
            done = self.run_it("fleet", "--format", form)
            self.assertEqual((done.returncode, done.stderr), (code, ""), done.stdout)
            answers[form] = done.stdout
        return answers

    def ids(self, query):
        return [host["id"] for host in self.read(self.hub, f"/v1/hosts{query}")["hosts"]]

    def at(self, time):
        return self.read(self.hub, f"/v1/compliance?at={time}")


@on_both_stores
class Verdict(Fleet):
    def test_without_a_machine_nothing_is_completed(self):
        self.assertEqual(self.summary()["status"], "not_completed")
        self.assertRegex(self.fleet(3)["nagios"], r"^PATCHSTATE UNKNOWN - ")

    def test_it_is_completed_when_every_machine_is_compliant_and_only_then(self):
        self.reported("web-1")
        self.reported("web-2")
        self.assertEqual(self.summary()["status"], "completed")
        answers = self.fleet(0)
        self.assertRegex(answers["nagios"], r"^PATCHSTATE OK - Apply system updates: completed: 2 of 2 machines compliant \| "
                                            r"compliant=2;;;0 noncompliant=0;;0;0 accepted=0;;;0 unknown=0;;;0 security=0;;0;0\n$")
        self.assertEqual(json.loads(answers["json"])["status"], "completed")
        self.reported("web-2", patch("openssl"))
        self.assertEqual(self.summary()["status"], "not_completed")
        self.assertEqual(self.summary()["criticalAndSecurityPatchCount"], 1)
        self.assertRegex(self.fleet(2)["nagios"], r"^PATCHSTATE CRITICAL - .*1 of 2 machines misses 1 security update")
        self.reported("web-2")
        self.enrol(self.hub, "web-3")
        summary = self.summary()
        self.assertEqual((summary["status"], summary["unknown"], summary["neverReported"]), ("not_completed", 1, 1))
        self.assertRegex(self.fleet(3)["nagios"], "^PATCHSTATE UNKNOWN - .*1 machine is not reporting")
        self.assertIn("web-3", self.fleet(3)["table"])

    def test_a_silent_machine_is_unknown_since_when_it_was_last_heard(self):
        for host, patches in (("web-1", []), ("web-2", [patch("openssl")])):
            self.reported(host, *patches)
            self.fell_silent(host)
            shown = self.host(self.hub, host)
            self.assertEqual(shown["verdict"]["value"], "unknown")
            self.assertEqual(shown["verdict"]["reasons"][0]["code"], "not_reporting")
            self.assertIn(f"not reporting since {shown['receivedAt']}", shown["verdict"]["reasons"][0]["message"])
            self.assertEqual(shown["reportedVerdict"], "noncompliant" if patches else "compliant")
        summary = self.summary()
        self.assertEqual((summary["unknown"], summary["notReporting"], summary["compliant"], summary["noncompliant"]),
                         (2, 2, 0, 0))
        self.fleet(3)

    def test_silence_is_counted_in_the_machines_own_intervals(self):
        self.reported("web-1", agent={"version": "1", "intervalSeconds": 3600})
        self.fell_silent("web-1", 2 * 3600)
        self.assertEqual(self.verdict(self.hub, "web-1"), "compliant")
        self.fell_silent("web-1", 3600 + 60)
        self.assertEqual(self.reason(self.hub, "web-1"), "not_reporting")

    def test_compliant_by_metadata_that_has_grown_too_old_is_unknown(self):
        report = self.reported("web-1", checked=reports.now() - 47 * reports.HOUR)
        self.assertEqual(self.verdict(self.hub, "web-1"), "compliant")
        self.store.rows("UPDATE contacts SET good_until = good_until - 7200")
        self.assertEqual(self.reason(self.hub, "web-1"), "metadata_too_old")
        self.assertEqual(self.summary()["status"], "not_completed")
        self.accepted(self.hub, heartbeat(report, checked=reports.now() - 47 * reports.HOUR), self.keys["web-1"])
        self.assertEqual(self.verdict(self.hub, "web-1"), "compliant", "a heartbeat says that it was checked again")
        self.accepted(self.hub, heartbeat(report, checked=reports.now() - 49 * reports.HOUR), self.keys["web-1"])
        self.assertEqual(self.reason(self.hub, "web-1"), "metadata_too_old")

    def test_metadata_that_is_too_old_in_the_report_is_unknown_by_the_hubs_own_limit(self):
        self.reported("web-1", checked=reports.now() - 49 * reports.HOUR)
        self.assertEqual(self.reason(self.hub, "web-1"), "metadata_too_old")
        self.reported("web-2", patch("openssl"), checked=reports.now() - 49 * reports.HOUR)
        self.assertEqual(self.verdict(self.hub, "web-2"), "noncompliant", "what is known to be missing is known")

    def test_no_machine_is_better_than_it_says_itself(self):
        """It may have a stricter policy, or be of a version that knows a doubt which this hub does not."""
        held = patch("openssl", state="held")
        for number, (value, code, patches, hours, shown) in enumerate((
                ("noncompliant", "security_updates_held", [held], 1, ["security_updates_held"]),
                ("unknown", "metadata_too_old", [], 30, ["metadata_too_old"]),
                ("unknown", "a_doubt_of_tomorrow", [], 1, ["a_doubt_of_tomorrow"]),
                ("unknown", "", [], 1, ["host_says_so"]),
                ("noncompliant", "security_updates_held", [held], 50, ["security_updates_held", "metadata_too_old"]))):
            with self.subTest(code, hours=hours):
                host = f"strict-{number}"
                self.reported(host, *patches, checked=reports.now() - hours * reports.HOUR,
                              verdict={"value": value, "reasons": [{"code": code, "message": "as the host says"}] if code else []})
                verdict = self.host(self.hub, host)["verdict"]
                self.assertEqual((verdict["value"], [each["code"] for each in verdict["reasons"]]), (value, shown))

    def test_a_source_that_failed_is_unknown(self):
        report = full("web-1")
        report["sources"][0].pop("metadata")
        report["sources"][0]["failure"] = {"kind": "locked", "message": "dpkg is locked"}
        self.reported("web-1", sources=report["sources"], verdict={"value": "compliant", "reasons": []})
        self.assertEqual(self.reason(self.hub, "web-1"), "source_failed")

    def test_an_update_that_cannot_be_installed_is_counted_apart(self):
        self.reported("web-1", patch("openssl", state="held"))
        host = self.host(self.hub, "web-1")
        self.assertEqual((host["verdict"]["value"], host["notInstallableSecurityPatchCount"]), ("compliant", 1))
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"], [])
        self.reported("web-1", patch("openssl"))
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"][0]["missingOn"], 1)
        self.reported("web-1", patch("openssl", state="installed_pending_reboot"))
        self.assertEqual(self.verdict(self.hub, "web-1"), "noncompliant")
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"][0]["missingOn"], 1)
        self.reported("web-1", patch("openssl", state="phased"))
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"], [])


@on_both_stores
class History(Fleet):
    def test_the_state_of_a_day_in_the_past_is_what_was_known_then(self):
        now = reports.now()
        days = [reports.text_of(now - number * DAY)[:10] for number in range(8)]
        self.reported("web-1", patch("openssl"))
        self.reported("web-2")
        self.all_moved_back(2 * 86400)  # two days ago: web-1 noncompliant, web-2 compliant, and silent soon after
        self.reported("web-1")
        self.reported("web-2")
        self.all_moved_back(3 * 86400)  # three days ago: both compliant
        self.enrol(self.hub, "web-3")
        self.reported("web-1", patch("openssl"), patch("bash"))
        self.reported("web-2")
        self.assertEqual(self.at(days[7])["hosts"], 0)
        was = self.at(reports.text_of(now - 5 * DAY + reports.HOUR))
        self.assertEqual((was["status"], was["hosts"], was["noncompliant"], was["compliant"]), ("not_completed", 2, 1, 1))
        was = self.at(reports.text_of(now - 4 * DAY + reports.HOUR))
        self.assertEqual((was["status"], was["unknown"], was["notReporting"]), ("not_completed", 2, 2))
        was = self.at(reports.text_of(now - 3 * DAY + reports.HOUR))
        self.assertEqual((was["status"], was["hosts"], was["compliant"]), ("completed", 2, 2))
        was = self.at(reports.text_of(now + reports.HOUR))
        self.assertEqual((was["hosts"], was["noncompliant"], was["compliant"], was["neverReported"]), (3, 1, 1, 1))
        self.assertEqual(was["criticalAndSecurityPatchCount"], 2)
        self.assertEqual(self.at(days[3])["at"], days[3] + "T23:59:59Z", "a day is its end")
        states = self.read(self.hub, "/v1/hosts/web-1/history")["states"]
        self.assertEqual([state["verdict"] for state in states], ["compliant", "noncompliant"])
        self.assertTrue(all(state["notReportingFrom"] < state["until"] for state in states))

    def test_the_fleet_now_and_the_fleet_of_this_moment_in_history_are_one(self):
        self.reported("web-1", patch("openssl"))
        self.reported("web-2")
        self.reported("web-3")
        self.fell_silent("web-3")
        self.enrol(self.hub, "web-4")
        counts = ("hosts", "compliant", "noncompliant", "unknown", "notReporting", "neverReported", "status",
                  "criticalAndSecurityPatchCount", "otherPatchCount")
        now, then = self.read(self.hub, "/v1/compliance"), self.at(reports.text_of(reports.now()))
        self.assertEqual([now[one] for one in counts], [then[one] for one in counts])
        self.assertEqual([now[one] for one in counts], [self.summary()[one] for one in counts])

    def test_since_when_an_update_is_missing_is_what_the_hub_first_heard(self):
        before = reports.now() - 20 * DAY
        self.reported("web-1", patch("openssl", firstSeen=reports.text_of(before)))
        self.assertEqual(self.host(self.hub, "web-1")["oldestPendingSince"], reports.text_of(before))
        for said in ({"firstSeen": reports.text_of(reports.now())}, {}, {"firstSeen": reports.text_of(before - 900 * DAY)}):
            self.reported("web-1", patch("openssl", **said), patch("bash"))
            shown = self.host(self.hub, "web-1")
            self.assertEqual(shown["oldestPendingSince"], reports.text_of(before), said)
        self.reported("web-1", patch("bash"))
        self.assertGreater(self.host(self.hub, "web-1")["oldestPendingSince"], reports.text_of(before))

    def test_a_clock_that_is_wrong_makes_no_update_older_or_younger(self):
        for years in (-50, 3):
            with self.subTest(years):
                wrong = reports.now() + 365 * years * DAY
                host = f"web{years}"
                self.reported(host)
                report = full(host, [patch("openssl", firstSeen=reports.text_of(wrong - 2 * DAY))], at=wrong)
                self.accepted(self.hub, report, self.keys[host], Date=reports.date_header(wrong))
                since = self.host(self.hub, host)["oldestPendingSince"]
                self.assertLess(abs(datetime.datetime.fromisoformat(since) - (reports.now() - 2 * DAY)), DAY)

    def test_a_machine_that_was_removed_is_in_the_past_and_no_more_in_the_present(self):
        self.reported("web-1", patch("openssl"))
        self.reported("web-2")
        self.all_moved_back(86400 * 3)
        self.reported("web-2")
        self.assertEqual(self.summary()["hosts"], 2)
        self.succeeds("host", "remove", "web-1")
        self.assertEqual((self.summary()["hosts"], self.summary()["status"]), (1, "completed"))
        self.assertEqual(self.ids(""), ["web-2"])
        self.assertEqual(self.read(self.hub, "/v1/updates")["updates"], [])
        past = self.at(reports.text_of(reports.now() - 3 * DAY + reports.HOUR))
        self.assertEqual((past["hosts"], past["noncompliant"]), (2, 1))
        shown = self.host(self.hub, "web-1")
        self.assertEqual((shown["verdict"]["value"], shown["verdict"]["reasons"][0]["code"]), ("unknown", "removed"))
        self.assertIn("removedAt", shown)
        del self.keys["web-1"]
        self.reported("web-1", patch("openssl"))
        self.assertEqual((self.summary()["hosts"], self.summary()["noncompliant"]), (2, 1))
        self.assertEqual([one["missingOn"] for one in self.read(self.hub, "/v1/updates")["updates"]], [1])

    def test_a_day_that_is_none_is_a_mistake(self):
        for day in ("yesterday", "2026-13-01", "2026-02-30", "20261124", "1", "'"):
            answer = self.hub.get(f"/v1/compliance?at={day}", self.reader)
            self.assertEqual(answer.problem["status"], 400, day)
            self.assertIn("at:", answer.problem["detail"])

    def test_what_is_older_than_it_is_kept_goes_and_the_newest_report_stays(self):
        self.reported("web-1", patch("openssl"))
        self.reported("web-1")
        self.hub.stop()
        self.store.rows("UPDATE reports SET received = 1000000000")
        self.store.rows("INSERT INTO states (host, since, until, silent, good_until, verdict, security, other, "
                        "oldest_pending, reboot) SELECT host, 1, 2, 2, 2, 'compliant', 0, 0, 0, 0 FROM hosts")
        self.store.rows("UPDATE pending SET resolved = 2 WHERE resolved > 0")
        self.hub = self.serve()
        for _ in range(300):
            if self.count("SELECT COUNT(*) FROM reports") == 1 and self.count("SELECT COUNT(*) FROM pending") == 0:
                break
            time.sleep(0.1)
        self.assertEqual(self.count("SELECT COUNT(*) FROM reports"), 1)
        self.assertEqual(self.count("SELECT COUNT(*) FROM states WHERE until = 2"), 0)
        self.assertEqual(self.read(self.hub, "/v1/hosts/web-1/assessment")["patches"], [])


    def test_how_long_reports_and_history_are_kept_is_what_the_options_say(self):
        sent = [self.reported("web-1", *patches)["assessmentActivityId"]
                for patches in ([patch("openssl"), patch("bash")], [patch("bash")], [])]
        self.hub.stop()
        now = int(time.time())
        for ago, report, package in ((7200, sent[0], "openssl"), (1800, sent[1], "bash")):
            self.store.rows(f"UPDATE reports SET received = {now - ago} WHERE activity_id = '{report}'")
            self.store.rows(f"UPDATE pending SET resolved = {now - ago} WHERE update_key = (SELECT update_key FROM updates "
                            f"WHERE name = '{package}')")
        for since, until in ((1, now - 7200), (now - 7200, now - 1800)):
            self.store.rows("INSERT INTO states (host, since, until, silent, good_until, verdict, security, other, "
                            f"oldest_pending, reboot) SELECT host, {since}, {until}, 2, 2, 'compliant', 0, 0, 0, 0 FROM hosts")
        self.hub = self.serve("--keep-reports", "1h", "--keep-history", "90m")
        counts = ("SELECT COUNT(*) FROM reports", "SELECT COUNT(*) FROM pending",
                  "SELECT COUNT(*) FROM states WHERE verdict = 'compliant' AND silent = 2")
        for _ in range(300):
            if [self.count(one) for one in counts] == [2, 1, 1]:
                break
            time.sleep(0.1)
        self.assertEqual([self.count(one) for one in counts], [2, 1, 1])
        self.assertEqual(self.store.rows("SELECT u.name FROM pending p JOIN updates u ON u.update_key = p.update_key"),
                         [("bash",)])


@on_both_stores
class Questions(Fleet):
    def setUp(self):
        super().setUp()
        old = reports.text_of(reports.now() - 20 * DAY)
        new = reports.text_of(reports.now() - 1 * DAY)
        for number in range(7):
            self.reported(f"h{number}", hostname=f"Web-{number % 3}.example.org")
        self.reported("h1", patch("openssl", severity="critical", cves=["CVE-2026-1"], firstSeen=old), rebootPending=True,
                      hostname="Web-1.example.org")
        self.reported("h2", patch("openssl", severity="critical", cves=["CVE-2026-1"], firstSeen=new), patch("bash"),
                      rebootPending=None, hostname="Web-2.example.org")
        self.reported("h3", patch("vim", classifications=["bugfix"]), hostname="db.example.org")
        os = {"id": "ubuntu", "idLike": [], "versionId": "24.04", "name": "Ubuntu 24.04"}
        self.reported("h4", host=full("h4")["host"] | {"os": os, "hostname": "a_b%c"})
        self.fell_silent("h5")
        self.succeeds("host", "tag", "h6", "production", "rack 7")
        self.enrol(self.hub, "h9")

    def test_filters(self):
        openssl = next(one for one in self.read(self.hub, "/v1/updates")["updates"] if one["name"] == "openssl")
        for query, expected in (
                ("verdict=noncompliant", "h1 h2"), ("verdict=unknown", "h5 h9"), ("verdict=compliant", "h0 h3 h4 h6"),
                ("os=ubuntu", "h4"), ("os=debian", "h0 h1 h2 h3 h5 h6"), ("os=debian:13", "h0 h1 h2 h3 h5 h6"),
                ("os=debian:12", ""), ("tag=production", "h6"), ("tag=rack%207", "h6"), ("tag=rack", ""),
                ("classification=security", "h1 h2"), ("classification=bugfix", "h3"), ("severity=critical", "h1 h2"),
                ("severity=low", ""), ("cve=CVE-2026-1", "h1 h2"), ("cve=CVE-2026-2", ""), ("package=bash", "h2"),
                ("package=openssl&verdict=noncompliant&pendingFor=7d", "h1"), ("pendingFor=12h", "h1 h2"),
                ("pendingFor=40d", ""), ("reboot=pending", "h1"), ("reboot=unknown", "h2 h9"), ("q=db.ex", "h3"),
                ("q=DB.EX", "h3"), ("q=web-1", "h1"), ("q=h6", "h6"), ("q=a_b%25c", "h4"), ("q=_", "h4"),
                (f"update={openssl['updateId']}", "h1 h2"), ("update=999999999", "")):
            with self.subTest(query):
                self.assertEqual(sorted(self.ids(f"?{query}")), expected.split())

    def test_a_filter_that_is_not_understood_is_a_mistake(self):
        for path in ("/v1/hosts?verdict=good", "/v1/hosts?severity=high", "/v1/hosts?classification=x",
                     "/v1/hosts?pendingFor=long", "/v1/hosts?reboot=true", "/v1/hosts?sort=name", "/v1/hosts?limit=0",
                     "/v1/hosts?limit=1001", "/v1/hosts?limit=x", "/v1/hosts?cursor=x", "/v1/hosts?nonsense=1",
                     "/v1/hosts?update=x", "/v1/updates?security=1", "/v1/updates?severity=high", "/v1/updates?cursor=x-y",
                     "/v1/updates?cursor=1", "/v1/updates?sort=severity", "/v1/updates?verdict=unknown", "/v1/export", "/v1/export?format=xml",
                     "/v1/summary?x=1", "/v1/compliance?day=2026-01-01", "/v1/hosts/h1?format=csv",
                     "/v1/hosts?verdict=" + "x" * 5000):
            with self.subTest(path[:60]):
                answer = self.hub.get(path, self.reader)
                self.assertEqual(answer.problem["status"], 400)
                self.assertTrue(answer.problem["detail"])

    def pages(self, path, name, key, limit=2):
        """All that `path` lists, page by page."""
        found, cursor = [], ""
        for _ in range(100):
            page = self.read(self.hub, f"{path}{'&' if '?' in path else '?'}limit={limit}{cursor}")
            self.assertLessEqual(len(page[name]), limit)
            found += [one[key] for one in page[name]]
            if "next" not in page:
                return found
            self.assertEqual(len(page[name]), limit)
            cursor = "&cursor=" + urllib.parse.quote(page["next"], safe="")
        self.fail("the pages have no end")

    def test_sorted_pages_are_the_list_whatever_the_order(self):
        for sort in ("hostname", "security", "oldest", "received"):
            for sign in ("", "-"):
                with self.subTest(sort, sign=sign):
                    whole = self.ids(f"?limit=1000&sort={sign}{sort}")
                    self.assertEqual(len(whole), 8)
                    for limit in (1, 2, 3, 8):
                        self.assertEqual(self.pages(f"/v1/hosts?sort={sign}{sort}", "hosts", "id", limit), whole)
            self.assertEqual(self.ids(f"?sort=-{sort}"), self.ids(f"?sort={sort}")[::-1])
        self.assertEqual(self.ids("?sort=-security")[:2], ["h2", "h1"])
        self.assertEqual(self.ids("?sort=oldest")[:2], ["h1", "h2"], "what has waited longest comes first")
        self.assertEqual(self.pages("/v1/hosts?verdict=compliant", "hosts", "id"), self.ids("?verdict=compliant"))

    def test_updates_by_how_many_lack_them(self):
        updates = self.read(self.hub, "/v1/updates")["updates"]
        self.assertEqual([(one["name"], one["missingOn"]) for one in updates][0], ("openssl", 2))
        self.assertEqual({one["name"] for one in updates}, {"openssl", "bash", "vim"})
        for query, names in (("security=true", {"openssl", "bash"}), ("security=false", {"vim"}), ("package=vim", {"vim"}),
                             ("severity=critical", {"openssl"}), ("cve=CVE-2026-1", {"openssl"}), ("cve=x", set()), ("q=ENSS", {"openssl"}),
                             ("q=%25", set())):
            with self.subTest(query):
                self.assertEqual({one["name"] for one in self.read(self.hub, f"/v1/updates?{query}")["updates"]}, names)
        self.reported("h0", *(patch(f"package-{number}") for number in range(9)))
        whole = [one["updateId"] for one in self.read(self.hub, "/v1/updates?limit=1000")["updates"]]
        self.assertEqual(len(whole), 12)
        for sort in ("machines", "name", "oldest"):
            for sign in ("", "-"):
                with self.subTest(sort, sign=sign):
                    sorted_so = self.read(self.hub, f"/v1/updates?limit=1000&sort={sign}{sort}")["updates"]
                    self.assertEqual(self.pages(f"/v1/updates?sort={sign}{sort}", "updates", "updateId", 5),
                                     [one["updateId"] for one in sorted_so])
                    field = {"machines": "missingOn", "name": "name", "oldest": "firstSeen"}[sort]
                    self.assertEqual([one[field] for one in sorted_so],
                                     sorted((one[field] for one in sorted_so), reverse=sign == "-"))
        self.assertEqual(self.pages("/v1/updates", "updates", "updateId"), whole)

    def exported(self, query):
        """Bodies of all pages."""
        bodies, path = [], f"/v1/export?{query}"
        while path:
            answer = self.hub.get(path, self.reader)
            self.assertEqual(answer.status, 200, answer)
            bodies.append(answer.body.decode())
            link = re.fullmatch(r'<(.+)>; rel="next"', answer.header.get("link", ""))
            path = link and link[1]
        return bodies

    def test_exports(self):
        table = list(csv.DictReader(io.StringIO("".join(self.exported("format=csv")), newline="")))
        self.assertEqual({row["id"]: row["verdict"] for row in table},
                         {"h0": "compliant", "h1": "noncompliant", "h2": "noncompliant", "h3": "compliant",
                          "h4": "compliant", "h5": "unknown", "h6": "compliant", "h9": "unknown"})
        self.assertEqual(next(row for row in table if row["id"] == "h1")["criticalAndSecurityPatchCount"], "1")

        def lines(query):
            return [json.loads(line) for body in self.exported(query) for line in body.splitlines()]

        self.assertEqual({one["host"]["id"]: one["verdict"]["value"] for one in lines("format=jsonl")},
                         {row["id"]: row["verdict"] for row in table})
        azure = lines("format=azure")
        self.assertEqual({one["host"]["id"]: one["criticalAndSecurityPatchCount"] for one in azure},
                         {"h0": 0, "h1": 1, "h2": 2, "h3": 0, "h4": 0, "h5": 0, "h6": 0, "h9": None})
        self.assertEqual(next(one["status"] for one in azure if one["host"]["id"] == "h9"), "Failed")
        states = [one for one in lines("format=ocsf&verdict=noncompliant") if one["class_uid"] == 5004]
        self.assertEqual(len(states), 2)
        self.assertEqual([one["host"]["id"] for one in lines("format=jsonl&q=db.example")], ["h3"])

    def test_no_export_shows_a_silent_machine_or_a_damaged_report_as_it_last_was(self):
        self.fell_silent("h0")
        self.store.rows("DELETE FROM reports WHERE host = (SELECT host FROM hosts WHERE id = 'h3')")
        damaged = "x'00'" if self.store.address.startswith("/") else "'\\x00'"
        self.store.rows(f"UPDATE reports SET body = {damaged} WHERE host = (SELECT host FROM hosts WHERE id = 'h4')")
        for form in ("jsonl", "ocsf", "azure"):
            with self.subTest(form):
                body = "".join(self.exported(f"format={form}"))
                for host in ("h0", "h3", "h4", "h6"):
                    self.assertIn(f'"{host}"', body)
        found = {one["host"]["id"]: one["verdict"] for body in self.exported("format=jsonl")
                 for one in map(json.loads, body.splitlines())}
        self.assertEqual([found[host]["value"] for host in ("h0", "h4", "h6")], ["unknown", "unknown", "compliant"])
        self.assertEqual([found[host]["reasons"][0]["code"] for host in ("h0", "h4")],
                         ["not_reporting", "report_unreadable"])

    def test_exports_of_many_machines_come_in_pages(self):
        columns = "id, enrolled, hostname"
        values = ", ".join(f"('many-{number:04}', 1, 'many {number:04}')" for number in range(1100))
        self.store.rows(f"INSERT INTO hosts ({columns}) VALUES {values}")
        bodies = self.exported("format=csv&q=many%20")
        self.assertEqual(len(bodies), 3)
        ids = [line.split(",")[0] for body in bodies for line in body.splitlines() if line.startswith("many-")]
        self.assertEqual(ids, [f"many-{number:04}" for number in range(1100)])

    def test_metrics(self):
        answer = self.hub.get("/metrics", self.reader, Accept="application/openmetrics-text; version=1.0.0,*/*;q=0.1")
        self.assertTrue(answer.header["content-type"].startswith("application/openmetrics-text"))
        text = answer.body.decode()
        self.assertIn('patchstate_hub_hosts{verdict="noncompliant"} 2\n', text)
        self.assertIn('patchstate_hub_hosts{verdict="unknown"} 2\n', text)
        self.assertIn("patchstate_hub_completed 0\n", text)
        self.assertTrue(text.endswith("# EOF\n"))
        try:
            from prometheus_client.openmetrics import parser
        except ImportError:
            self.skipTest("no python3-prometheus-client")
        families = {family.name: family for family in parser.text_string_to_metric_families(text)}
        self.assertEqual(families["patchstate_hub_reports_stored"].type, "counter")

    @unittest.skipIf(PROMTOOL is None, "no promtool")
    def test_promtool_finds_nothing_in_the_metrics(self):
        answer = self.hub.get("/metrics", self.reader)
        self.assertEqual(answer.header["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertIn(b"patchstate_hub_reports_stored_total ", answer.body)
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=answer.body, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_tags_are_replaced_and_taken_away(self):
        self.assertEqual(self.host(self.hub, "h6")["tags"], ["production", "rack 7"])
        self.succeeds("host", "tag", "h6", "'; DROP TABLE tags; --")
        self.assertEqual(self.host(self.hub, "h6")["tags"], ["'; DROP TABLE tags; --"])
        self.succeeds("host", "tag", "h6")
        self.assertEqual(self.host(self.hub, "h6")["tags"], [])
        self.assertEqual(self.run_it("host", "tag", "nobody", "x").returncode, 3)

    def test_the_table_and_the_list_of_hosts_at_a_terminal(self):
        table = self.run_it("fleet")
        self.assertEqual(table.returncode, 2)
        self.assertIn("2 of 8 machines miss 3 security updates; the oldest has been pending 20 days", table.stdout)
        counts = self.summary()
        self.assertEqual(table.stdout.splitlines()[2],
                         "{compliant} compliant, {noncompliant} noncompliant, {accepted} accepted, {unknown} unknown "
                         "({notReporting} not reporting, {neverReported} never reported); {rebootsPending} waiting for a "
                         "reboot".format(**counts))
        self.assertIn("openssl", table.stdout)
        hosts = self.succeeds("host", "list")
        self.assertEqual(len(hosts.splitlines()), 8)


if __name__ == "__main__":
    take_program_from_arguments()
    unittest.main()
